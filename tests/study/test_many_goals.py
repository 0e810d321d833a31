"""Several goals at once: worked by hand on the six villages, and judged again once the plan is built."""

import pytest

from coverage.errors import InfeasibleError, ScenarioError
from coverage.goals import load_plan
from coverage.study import Question, evaluate, suggest
from coverage.study.as_changes import changes_of
from coverage.study.rule import longest_min
from tests.study.six_villages import ROOT, D, E, F, evaluated

PLAN = "huining-2021-2025"
TOWNS, VILLAGES = f"{PLAN}/township-institution", f"{PLAN}/village-service"
ZHEJIANG = "zhejiang-2021-2025"
PLANS = ("huining-2021-2025.toml", "zhejiang-2021-2025.toml")


@pytest.fixture(scope="module")
def evaluation():
    return evaluated()


@pytest.fixture(scope="module")
def ask(evaluation):
    return lambda model, goals, **settings: suggest(evaluation, Question(
        name="q", model=model, goals=goals, **settings))


def judged(answer):
    """The plans' goals once the answer's changes are made: goal id → status."""
    evaluation = answer.problem.evaluation
    plans = tuple(load_plan((ROOT / "scenarios" / "plans" / name).read_text(encoding="utf-8"), where=name)
                  for name in PLANS)
    scenario = evaluation.scenario.model_copy(update={"changes": changes_of(answer)})
    after = evaluate(evaluation.base, scenario, plans)
    return {f"{result.plan.id}/{row.goal_id}": row.status
            for result in after.goals for row in result.summary.itertuples()}


def test_all_goals_are_met_at_least_cost(ask):
    """丙乡 lacks an institution; E and F lack one within 30: one at F, another at D or E, 60 万元 each."""
    answer = ask("least_cost", [TOWNS, VILLAGES])
    assert answer.proof.status == "optimal"
    assert answer.proof.objective == answer.cost_wan == 120
    assert F in answer.new_sites.index and len(answer.new_sites) == 2
    assert answer.solved.targets["met"].all()
    assert answer.people == {"served": 250, "full": 0, "out_of_reach": 0, "unreachable": 0, "total": 250}


@pytest.mark.parametrize("goals", [
    [TOWNS], [VILLAGES], [TOWNS, VILLAGES], [f"{PLAN}/rehabilitation-tiers"], [f"{PLAN}/county-facilities", TOWNS],
    [f"{PLAN}/special-school", VILLAGES], [f"{ZHEJIANG}/home-coverage", f"{ZHEJIANG}/home-every"],
    [f"{ZHEJIANG}/care-coverage", f"{ZHEJIANG}/care-public"], [f"{ZHEJIANG}/child-rehabilitation-coverage", TOWNS],
])
def test_what_siting_calls_met_the_judging_calls_met(ask, goals):
    answer = ask("least_cost", goals, ways=["新建", "升级", "共建"])
    found = judged(answer)
    assert {found[goal] for goal in goals} == {"达标"}


def test_goals_about_other_services_build_those(ask):
    """A county's rehabilitation or care: one of these; the township's other kinds don't count for it."""
    answer = ask("least_cost", [TOWNS, f"{PLAN}/special-school"])
    assert set(answer.new_sites["service_type"]) == {"残疾人之家", "特殊教育学校"}
    assert answer.cost_wan == 60 + 2000
    assert answer.people["total"] == 250  # the account stays that of the scenario's own service
    assert answer.new_sites["people_within"].notna().all()


def test_money_that_does_not_reach_misses_least(ask):
    """60 万元 pay one site: at E (or F) it serves 丙乡 and that village, which leaves the other; 59 pay none."""
    answer = ask("least_miss", [TOWNS, VILLAGES], budget_wan=60)
    assert answer.new_sites.index[0] in (E, F)
    assert answer.solved.targets["short"].to_list() == [0, 1]
    assert not ask("least_miss", [TOWNS, VILLAGES], budget_wan=59).solved.targets["met"].any()


def test_a_first_goal_comes_before_a_second(ask):
    """Within 15 one more site reaches most people at D (40); the township goal wants 丙乡: which comes first says."""
    reach = {"share": 0.88, "within_min": 15}
    first = ask("least_miss", [reach, {"goal": TOWNS, "priority": 2}], p=1)
    assert first.new_sites.index.to_list() == [D]
    second = ask("least_miss", [reach | {"priority": 2}, TOWNS], p=1)
    assert second.new_sites.index.to_list() == [E]


def test_the_planners_own_goals(ask):
    """96% within 15 is 240 of 250: D and E, of which E is in 丙乡; three in all there are with one more."""
    assert set(ask("least_cost", [{"share": 0.96, "within_min": 15}]).new_sites.index) == {D, E}
    both = ask("least_cost", [{"share": 0.96, "within_min": 15}, {"each": 1}])
    assert set(both.new_sites.index) == {D, E}
    assert len(ask("least_cost", [{"count": 3}]).new_sites) == 1
    assert len(ask("least_cost", [{"each": 2}]).new_sites) == 4  # H1 in 甲镇, H2 in 乙乡, none in 丙乡
    assert len(ask("least_cost", [{"each": 3, "level": "县"}]).new_sites) == 1


def test_what_can_not_all_be_met_says_what_is_missed(ask):
    with pytest.raises(InfeasibleError, match="村村有服务 差 1"):
        ask("least_cost", [TOWNS, VILLAGES], budget_wan=60)


@pytest.mark.parametrize(("goal", "says"), [
    (f"{PLAN}/没有", "没有目标"), (f"{PLAN}/rehabilitation", "不是靠机构"), (f"{TOWNS}/乡级", "不分级"),
    (f"{PLAN}/rehabilitation-tiers/省级", "没有“省级”这一级"),
])
def test_a_goal_that_siting_can_not_keep_is_told(ask, goal, says):
    with pytest.raises(ScenarioError, match=says):
        ask("least_cost", [goal])


SHARES = """
id = "p"
title = "规划"
start_year = 2016
end_year = 2020
[[goal]]
id = "near"
title = "三分之二的乡镇半数人一刻钟可达"
kind = "unit_share"
binding = "任务"
clause = "一"
institutions = { service_type = "残疾人之家" }
enough = { within_min = 15, reach = "60%" }
targets = [ { year = 2020, at_least = "66%" } ]
[[goal]]
id = "two"
title = "三分之一的乡镇有两处"
kind = "unit_share"
binding = "任务"
clause = "二"
institutions = { service_type = "残疾人之家" }
enough = { n = 2 }
targets = [ { year = 2020, at_least = "33%" } ]
"""


@pytest.mark.parametrize(("goals", "models", "chosen"), [
    (["p/near"], {}, 1), (["p/two"], {}, 1), (["p/near", "p/two"], {}, 1), (["p/near"], {"p": 1}, 1),
])
def test_goals_for_a_part_of_the_units(evaluation, goals, models, chosen):
    """Within 15: 甲镇 all 150; 乙乡 C's 30 of 70; 丙乡 none. 60% of 乙乡 is 42, with a home at D 70; of 丙乡 18, with
    one at E 20. Two of three townships are wanted, 甲镇 is one: D or E, 60 万元. A second home in any township will
    do for the other goal: the one at D gives 乙乡 two.
    """
    plan = load_plan(SHARES, where="p")
    judged_now = evaluate(evaluation.base, evaluation.scenario, (plan,))
    model = "least_miss" if models else "least_cost"
    answer = suggest(judged_now, Question(name="q", model=model, goals=goals, **models))
    assert answer.proof.status == "optimal"
    assert len(answer.new_sites) == chosen
    assert answer.solved.targets["met"].all()
    assert "p/two" not in goals or D in answer.new_sites.index or len(goals) == 1
    assert answer.reasons["breaks"].iloc[0] != ""
    scenario = judged_now.scenario.model_copy(update={"changes": changes_of(answer)})
    after = evaluate(judged_now.base, scenario, (plan,)).goals[0].summary.set_index("goal_id")["status"]
    assert {after[goal.split("/")[1]] for goal in goals} == {"达标"}


def test_the_longest_limit_that_a_goal_speaks_of(evaluation):
    """Of the village service 30 minutes, of an aim its own; none where only places count."""
    goals = Question(name="q", model="least_cost", goals=[TOWNS]).goals
    assert longest_min(evaluation, goals) == 0
    goals = Question(name="q", model="least_cost", goals=[TOWNS, VILLAGES, {"share": 0.5, "within_min": 90}]).goals
    assert longest_min(evaluation, goals[:2]) == 30
    assert longest_min(evaluation, goals) == 90
