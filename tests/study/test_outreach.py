"""Outreach days and shuttles beside building: worked by hand on the six villages, against every plan, judged again."""

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError, ScenarioError
from coverage.goals import load_plan
from coverage.study import Question, evaluate, suggest
from coverage.study.as_changes import changes_of
from coverage.study.changes import Serve
from tests.study.six_villages import A, B, C, D, E, F, evaluated

PLAN = """
id = "p"
title = "规划"
start_year = 2016
end_year = 2020
[[goal]]
id = "town"
title = "乡乡有机构"
kind = "unit_share"
binding = "任务"
clause = "一"
targets = [ { year = 2020, at_least = "100%" } ]
institutions = { service_type = "残疾人之家" }
[[goal]]
id = "village"
title = "村村有服务"
kind = "village_service"
binding = "任务"
clause = "二"
ways = ["机构", "流动服务日", "接送"]
institutions = { service_type = "残疾人之家" }
within_min = 15
days_per_year = 12
targets = [ { year = 2020, at_least = "100%" } ]
[[goal]]
id = "visits"
title = "村村有人去"
kind = "village_service"
binding = "任务"
clause = "三"
ways = ["流动服务日", "上门"]
institutions = { service_type = "残疾人之家" }
days_per_year = 24
targets = [ { year = 2020, at_least = "50%" } ]
"""
TOWN, VILLAGE, VISITS = "p/town", "p/village", "p/visits"


@pytest.fixture(scope="module")
def evaluation():
    plain = evaluated()
    return evaluate(plain.base, plain.scenario, (load_plan(PLAN, where="p"),))


@pytest.fixture(scope="module")
def ask(evaluation):
    return lambda goals, ways, model="least_cost", **more: suggest(evaluation, Question(
        name="q", model=model, goals=goals, ways=ways, **more))


def judged(answer) -> dict[str, str]:
    """The plan's goals once the answer is kept as a scenario."""
    evaluation = answer.problem.evaluation
    scenario = evaluation.scenario.model_copy(update={"changes": changes_of(answer)})
    after = evaluate(evaluation.base, scenario, evaluation.plans)
    return after.goals[0].summary.set_index("goal_id")["status"].to_dict()


TEAM, VAN = {"way": "流动服务日", "yearly_cost_wan": 2}, {"way": "接送", "within_min": 45, "yearly_cost_wan": 1.5}


def test_building_a_team_and_a_shuttle_together_at_least_cost(ask):
    """D (20 minutes from H2), E and F have no home within 15; 丙乡 has none at all. Over 5 years a team to a village
    is 10 万元, H2's shuttle 7.5; it is at D and back in 40 minutes, at E and back in 59.5, to F there is no way.

    丙乡 needs a home, at E or at F: 60. At E: D by shuttle, F by the team. At F: D by shuttle, E by the team. Both
    77.5; at E 20 people come within 30 minutes, at F 10. So E, and nothing is cheaper: D and one other are left.
    """
    answer = ask([TOWN, VILLAGE], ["新建", TEAM, VAN | {"sites": ["H2"]}], years=5)
    assert answer.proof.status == "optimal"
    assert answer.proof.objective == pytest.approx(77.5)
    assert set(answer.new_sites.index) == {E, "接送-H2", f"流动服务日-{F}"}
    assert (answer.cost_wan, answer.yearly_cost_wan) == (60, 3.5)
    assert dict(answer.new_sites.loc["接送-H2", "serves"]) == pytest.approx({D: 40}, abs=0.05)
    assert answer.new_sites["people_served"].dropna().to_dict() == {"接送-H2": 40, f"流动服务日-{F}": 10}
    assert set(answer.served_villages) == {D, F}
    assert answer.people["served"] == 240  # within 30 of a home: D and E, by the one at E, and not F
    assert judged(answer) == {"town": "达标", "village": "达标", "visits": "数据缺失"}  # nobody keeps a register


def test_without_years_only_what_is_spent_once_is_made_least(ask):
    """Within 3.5 万元 a year for teams and the shuttle; with 3.4, one village less, which a home must serve."""
    ways = ["新建", TEAM, VAN | {"sites": ["H2"]}]
    answer = ask([TOWN, VILLAGE], ways, yearly_budget_wan=3.5)
    assert (answer.cost_wan, answer.yearly_cost_wan) == (60, 3.5)
    assert ask([TOWN, VILLAGE], ways, yearly_budget_wan=3.4).cost_wan == 120


def test_running_a_home_counts_over_the_years_too(ask):
    answer = ask([TOWN, VILLAGE], ["新建", TEAM], years=5, running_wan=8)
    assert answer.proof.objective == pytest.approx(60 + 5 * 8 + 2 * 5 * 2)
    assert answer.yearly_cost_wan == 12


def test_a_shuttle_starts_only_from_a_home_that_is_built(ask):
    """From E's home D is a trip of 19.5 minutes; H1 and H2 are farther than 30 out and back."""
    ways = ["新建", {"way": "接送", "within_min": 30, "yearly_cost_wan": 0.1}]
    answer = ask([TOWN, {"goal": VILLAGE, "priority": 2}], ways, model="least_miss", budget_wan=60.5, years=5)
    assert set(answer.new_sites.index) == {E, f"接送-{E}"}
    home, van = changes_of(answer)
    assert (van.way, van.villages, van.provider) == ("接送", (D,), home.site_id)
    assert f"接送-{E}" not in ask([VILLAGE], ways, model="least_miss", budget_wan=0.5, years=5).new_sites.index
    why = answer.reasons.loc[E]
    assert why["breaks"] == "乡乡有机构、村村有服务"  # the shuttle goes with it


def test_a_shuttle_may_start_from_a_place_that_the_planner_adds(ask):
    """At km 30, D is within 10; its van is at E and back in 39.5, H2's in 59.5. F is left, for the team goes to 100."""
    place = {"site_id": "新", "lon": 105.0, "lat": 35.269796, "cost_wan": 1}
    answer = ask([VILLAGE], ["新建", VAN, TEAM | {"min_people": 100}], model="least_miss", budget_wan=8.5, years=5,
                 site=[place])
    assert set(answer.new_sites.index) == {"新", "接送-新"}
    assert answer.solved.targets["short"].to_list() == [1]
    assert dict(answer.problem.candidates.loc["接送-新", "serves"]) == pytest.approx({D: 20, E: 39.5}, abs=0.05)


def test_money_that_does_not_reach(ask):
    """25 万元 over 5 years pay two teams of the three that are wanted."""
    answer = ask([VILLAGE], [TEAM], model="least_miss", budget_wan=25, years=5)
    assert len(answer.new_sites) == 2
    assert answer.solved.targets["short"].to_list() == [1]


def test_a_stop_serves_the_villages_near_it(ask):
    """D and E are 19.5 minutes apart: one stop within 20 serves both. F is by itself."""
    answer = ask([VILLAGE], [TEAM | {"within_min": 20, "provider": "县残联"}], years=1)
    assert answer.yearly_cost_wan == 4
    assert sorted(len(one) for one in answer.new_sites["serves"]) == [1, 2]
    team, = changes_of(answer)  # one team, whatever its stops
    assert (team.villages, team.provider, team.yearly_cost_wan) == ((D, E, F), "县残联", 4)
    assert judged(answer)["village"] == "达标"


def test_what_stands_may_close_where_a_team_goes_instead(ask):
    """H1 10 万元 a year; without H2, C is 20 minutes from H1, D 40. Within 15, C, D, E and F by teams: 10 + 2.4."""
    ways = ["流动服务日", {"way": "关停", "sites": ["H2"]}]
    answer = ask([VILLAGE], ways, yearly_budget_wan=12.4, running_wan=10)
    assert answer.closed.index.to_list() == ["H2"]
    assert set(answer.served_villages) == {C, D, E, F}  # and not A and B, to which the team could go as well
    assert judged(answer)["village"] == "达标"


def test_a_village_that_is_served_anyway_keeps_no_home_open(evaluation):
    """A team goes to C already: without H2, D, E and F want one, 10 + 1.8 a year."""
    team = Serve(way="流动服务日", villages=(C,), days_per_year=12)
    scenario = evaluation.scenario.model_copy(update={"changes": (team,)})
    answer = suggest(evaluate(evaluation.base, scenario, evaluation.plans), Question(
        name="q", model="least_cost", goals=[VILLAGE], yearly_budget_wan=11.8, running_wan=10,
        ways=["流动服务日", {"way": "关停", "sites": ["H2"]}]))
    assert answer.closed.index.to_list() == ["H2"]
    assert set(answer.served_villages) == {D, E, F}


def test_a_van_is_sent_only_where_the_plan_has_no_home(ask):
    """Where homes may close, H1's van could go to B, too (20 out and back): H1 itself is 10 minutes from it."""
    ways = [{"way": "关停", "sites": ["H2"]}, {"way": "接送", "within_min": 100, "yearly_cost_wan": 1, "sites": ["H1"]},
            "流动服务日"]
    answer = ask([VILLAGE], ways, yearly_budget_wan=12, running_wan=10)
    assert answer.closed.index.to_list() == ["H2"]
    assert {B, C, D, E} <= {village for village, _ in answer.problem.candidates.loc["接送-H1", "serves"]}
    assert [village for village, _ in answer.new_sites.loc["接送-H1", "serves"]] == [C, D, E]
    assert answer.yearly_cost_wan == 1.6
    assert judged(answer)["village"] == "达标"


def test_a_goal_that_no_institution_meets(ask):
    """Half of six villages, 24 days a year."""
    answer = ask([VISITS], [TEAM | {"days_per_year": 24}], years=1)
    assert len(answer.new_sites) == 3
    assert judged(answer)["visits"] in ("达标", "数据缺失")
    with pytest.raises(ScenarioError, match="不由机构达到，只靠流动服务日、上门"):
        ask([VISITS], ["新建"])


@pytest.mark.parametrize(("goals", "way", "says"), [
    ([TOWN], "流动服务日", "流动服务日不是机构，所选的目标都不算它"),
    ([VISITS], {"way": "接送", "within_min": 60}, "接送不是机构，所选的目标都不算它"),
    ([VILLAGE], {"way": "流动服务日", "days_per_year": 6}, "每年 6 天，所选的目标都不算：“村村有服务”每年至少 12 天"),
    ([VILLAGE], {"way": "流动服务日", "earliest_year": 2023}, "最早 2023 年"),
    ([VILLAGE], {"way": "接送", "within_min": 60, "sites": ["H9"]}, "接送：没有编号为 H9 的机构"),
])
def test_a_way_that_brings_nothing_is_told(ask, goals, way, says):
    with pytest.raises(ScenarioError, match=says):
        ask(goals, ["新建", way], years=5)


def test_a_shuttle_that_gets_nowhere_in_time_is_not_offered(ask):
    answer = ask([VILLAGE], ["流动服务日", {"way": "接送", "within_min": 1}], years=5)
    assert set(answer.problem.candidates["way"]) == {"流动服务日"}
    assert judged(answer)["village"] == "达标"


def test_an_upgraded_or_hosted_home_sends_its_van(ask, evaluation):
    """Of standardised homes H1 alone counts: C and D lack, too. H2 upgraded, 10, serves C, its van D for 1.5; a team
    takes 90."""
    service = evaluation.scenario.service.model_copy(update={"standardised_only": True})
    homes = 'service_type = "残疾人之家" }\nwithin_min'
    strict = PLAN.replace(homes, homes.replace(" }", ", standardised = true }"))
    judged_by = evaluate(evaluation.base, evaluation.scenario.model_copy(update={"service": service}),
                         (load_plan(strict, where="p"),))
    answer = suggest(judged_by, Question(name="q", model="least_cost", goals=[VILLAGE], years=1,
                                         ways=["新建", "升级", VAN, TEAM | {"yearly_cost_wan": 90}],
                                         site=[{"site_id": one, "role": "禁选"} for one in (C, D, E)]))
    assert {"升级-H2", "接送-升级-H2"} <= set(answer.new_sites.index)  # 10 + 1.5 for D, where a team takes 90
    van = next(change for change in changes_of(answer) if change.kind == "serve" and change.way == "接送")
    assert (van.provider, van.villages) == ("H2", (D,))
    assert judged(answer)["village"] == "达标"


def test_too_few_people_are_not_offered(ask):
    """D has 40 people, E 20, F 10."""
    with pytest.raises(InfeasibleError, match="村村有服务 差 1"):
        ask([VILLAGE], [TEAM | {"min_people": 15}], years=5)


@pytest.mark.parametrize(("more", "says"), [
    ({"model": "mclp", "p": 2}, "只和 goals"),
    ({"model": "least_cost", "goals": [VILLAGE]}, "要写 years"),
    ({"model": "least_cost", "goals": [VILLAGE], "years": 5, "ways": ["接送"]}, "接送要写 within_min"),
    ({"model": "least_cost", "goals": [VILLAGE], "years": 5, "ways": [{"way": "流动服务日", "sites": ["H1"]}]},
     "流动服务日不写 sites"),
    ({"model": "least_cost", "goals": [VILLAGE], "years": 5, "ways": [{"way": "流动服务日", "to": "乡镇驻地"}]},
     "要写 within_min"),
    ({"model": "least_cost", "goals": [VILLAGE], "ways": [{"way": "新建", "within_min": 5}]},
     'within_min 只和 way = "流动服务日" 或 "接送" 一起写'),
    ({"model": "least_cost", "goals": [VILLAGE], "years": 5, "ways": ["新建"]}, "years 要和 running_wan"),
    ({"model": "mclp", "p": 2, "years": 5, "ways": ["新建"], "running_wan": 1}, "不写 running_wan、years|不写 years"),
])
def test_mistakes_are_told_in_words(more, says):
    with pytest.raises(ValueError, match=says):
        Question(**{"name": "q", "ways": ["流动服务日"]} | more)


SHUTTLE_MIN = {("H1", D): 80, ("H2", D): 40, ("H1", E): 99.5, ("H2", E): 59.5, (D, E): 19.5, (E, D): 19.5}
"""Out and back from homes that stand or are built to the villages that lack: ride twice, E's walk once."""
PRICES = st.lists(st.integers(1, 60), min_size=10, max_size=10)


@given(prices=PRICES, limit=st.sampled_from([15, 45, 70, 100]))
@settings(max_examples=8, deadline=None)
def test_no_other_plan_is_cheaper(evaluation, prices, limit):
    """Every set of 3 homes, 3 teams and 4 shuttles, by minutes written down from the map."""
    names = [*(D, E, F), *(f"流动服务日-{one}" for one in (D, E, F)), *(f"接送-{one}" for one in ("H1", "H2", D, E))]
    price = dict(zip(names, prices, strict=True))
    offered = [name for name in names if not name.startswith("接送") or any(
        host == name[3:] and minutes <= limit for (host, _), minutes in SHUTTLE_MIN.items())]
    site = [{"site_id": name, "cost_wan": price[name], **({} if name in (D, E, F) else {"yearly_cost_wan": 0})}
            for name in offered] + [{"site_id": name, "role": "禁选"} for name in (A, B, C)]
    answer = suggest(evaluation, Question(
        name="q", model="least_cost", goals=[TOWN, VILLAGE], years=1, site=site,
        ways=["新建", "流动服务日", {"way": "接送", "within_min": limit}]))

    def keeps(plan: set[str]) -> bool:
        hosts = {"H1", "H2"} | plan
        vans = {name[3:] for name in plan if name.startswith("接送")}
        served = {village for village in (D, E, F) if village in plan or f"流动服务日-{village}" in plan}
        served |= {village for (host, village), minutes in SHUTTLE_MIN.items() if host in vans and minutes <= limit}
        return vans <= hosts and served == {D, E, F} and bool({E, F} & plan)

    plans = chain.from_iterable(combinations(offered, n) for n in range(len(offered) + 1))
    best = min(sum(price[name] for name in plan) for plan in plans if keeps(set(plan)))
    assert answer.proof.status == "optimal"
    assert answer.proof.objective == pytest.approx(best)
    assert keeps(set(answer.new_sites.index))
    assert list(judged(answer).items())[:2] == [("town", "达标"), ("village", "达标")]
