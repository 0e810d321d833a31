"""Each question, put through a scenario, against siting called directly on tables written by hand."""

import pandas as pd
import pytest

from coverage import siting
from coverage.errors import InfeasibleError, ScenarioError
from coverage.report.siting_words import headline
from coverage.study import Question, plan_at, suggest
from coverage.study.suggest import Suggestion
from tests.study.six_villages import PEOPLE, A, B, C, D, E, F, evaluated, tables

GOAL = "huining-2021-2025/township-institution"
LEVELS = ({"within_min": 15, "worth": 1}, {"within_min": 30, "worth": 0.6})


@pytest.fixture(scope="module")
def evaluation():
    return evaluated()


@pytest.fixture(scope="module")
def ask(evaluation):
    def asked(model: str, **settings) -> Suggestion:
        return suggest(evaluation, Question(name="q", model=model, **settings))

    return asked


DIRECT = [
    # the question's settings, siting's own options
    ("lscp", {"within_min": 15}, {"within_min": 15}),
    ("lscp", {"minimise": "cost"}, {"within_min": 30, "minimise": "cost"}),
    ("lscp_backup", {}, {"within_min": 30}),
    ("partial_cover", {"share": 0.9, "within_min": 15}, {"within_min": 15, "share": 0.9}),
    ("unit_cover", {"n": 2}, {"within_min": 30, "n": 2}),
    ("mclp", {"p": 1}, {"within_min": 30, "p": 1}),
    ("mclp", {"budget_wan": 130, "within_min": 15}, {"within_min": 15, "budget": 130}),
    ("gradual_mclp", {"p": 2, "level": LEVELS}, {"p": 2, "levels": {15: 1, 30: 0.6}}),
    ("backup_mclp", {"p": 2, "backup_weight": 0.5}, {"within_min": 30, "p": 2, "backup_weight": 0.5}),
    ("p_median", {"p": 2}, {"within_min": 30, "p": 2}),
    ("p_center", {"p": 2}, {"within_min": 30, "p": 2}),
    ("capacitated_mclp", {"p": 2}, {"within_min": 30, "p": 2}),
    ("capacitated_mclp", {"budget_wan": 130, "split": False}, {"within_min": 30, "budget": 130, "split": False}),
    ("capacitated_p_median", {"p": 6}, {"p": 6}),
    ("cflp", {"wan_per_person_min": 0.1}, {"cost_per_person_min": 0.1}),
    ("fair", {"p": 2, "within_min": 15}, {"within_min": 15, "p": 2}),
    ("p_tail", {"p": 2, "share": 0.2}, {"within_min": 30, "p": 2, "share": 0.2}),
    ("fair_in_order", {"p": 2, "within_min": 15}, {"within_min": 15, "p": 2}),
    ("least_shortfall", {"p": 1, "share": 0.9}, {"within_min": 30, "p": 1, "share": 0.9}),
]


@pytest.mark.parametrize(("model", "settings", "options"), DIRECT)
def test_a_question_is_what_siting_says_of_the_same_tables(ask, model, settings, options):
    answer, direct = ask(model, **settings), getattr(siting, model)(*tables(), **options)
    assert answer.proof.status == direct.status == "optimal"
    assert answer.proof.objective == pytest.approx(direct.objective)
    assert answer.proof.bound == pytest.approx(direct.bound)
    assert set(answer.new_sites.index) == set(direct.new_sites.index)
    parts = ("served", "full", "out_of_reach", "unreachable")
    assert sum(answer.people[part] for part in parts) == answer.people["total"] == 250
    if model not in ("capacitated_p_median", "cflp"):
        assert [answer.people[part] for part in parts] == [getattr(direct, part) for part in parts]


def test_median_saves_what_the_hand_says(ask):
    """With D and F: A 0, B 10 × 50, C 0, D 0, E 19.5 × 20, F 0 = 890 person-minutes."""
    answer = ask("p_median", p=2)
    assert set(answer.new_sites.index) == {D, F}
    assert answer.proof.objective == pytest.approx(890)


def test_places_are_counted(ask):
    """60 + 30 places exist; two more sites of 30 (示例): 150 of 250 find a place, at A, B, C or D."""
    answer = ask("capacitated_mclp", p=2)
    assert answer.people["served"] == 150
    assert answer.new_sites["load"].to_list() == [30, 30]
    assert set(answer.new_sites["capacity_basis"]) == {"示例"}
    assert any("容量" in note for note in answer.notes)


def test_costs_come_from_the_unit_cost_table_and_say_so(ask):
    answer = ask("mclp", budget_wan=130)
    assert answer.cost_wan == 120
    assert set(answer.new_sites["cost_basis"]) == {"示例（每处 60 万元）"}
    assert any("示例" in note for note in answer.notes)


def test_the_users_own_costs_are_taken(tmp_path):
    costs = "remedy,service_type,unit,cost_wan,capacity,source\n" + "".join(
        f"{remedy},,处,100,10,县财政\n" for remedy in ("升级", "共建", "扩容", "共享", "新建", "流动服务或接送"))
    path = tmp_path / "费用.csv"
    path.write_text(costs, encoding="utf-8")
    answer = suggest(evaluated(costs=path), Question(name="q", model="mclp", budget_wan=130))
    assert answer.cost_wan == 100
    assert answer.new_sites["cost_basis"].iloc[0].startswith("县财政")


def test_phases_are_nested_and_money_left_over_stays(ask):
    """50 万 a year: nothing in the first, D (40 people) from 100 in the second, E (20) from 150 in the third."""
    answer = ask("phased_mclp", within_min=15, phase=[{"year": year, "budget_wan": 50} for year in (2021, 2022, 2023)])
    assert answer.new_sites["year"].to_dict() == {D: 2022, E: 2023}
    assert [result.served for result in answer.solved.phase_results] == [180, 220, 240]
    assert answer.proof.objective == 180 + 220 + 240


def test_two_tiers_need_both(ask):
    """Lower within 15, upper within 30 of a township seat: 乙乡's at C reaches A–D, so F and E are lost."""
    answer = ask("two_tiers", p=1, within_min=15, upper={"service_type": "康复机构", "within_min": 30, "p": 1})
    assert answer.solved.upper.new_sites.index.to_list() == ["上级-驻地-629901200"]
    assert answer.new_sites.index.to_list() == [D]
    assert answer.proof.objective == 220
    assert answer.placed["way"].to_list() == ["新建", "新建"]
    assert answer.cost_wan == answer.new_sites["cost_wan"].sum() + answer.upper_new["cost_wan"].sum() > 0
    said = headline(answer)
    assert "县级康复机构 1 处（" in said and "乡、县两级都能到达的 220 人" in said


def test_referral_ties_a_lower_site_to_an_upper_one(ask):
    """D is 20 minutes from C: no lower site there where it must refer within 10."""
    upper = {"service_type": "康复机构", "within_min": 30, "p": 1, "refer_min": 10}
    assert D not in ask("two_tiers", p=1, within_min=15, upper=upper).new_sites.index


def test_robust_is_told_under_each_speed_and_each_road_cut(ask):
    """Without the main road everyone walks: A and C stand at H1 and H2, one site at D or E serves both, 190 in all."""
    answer = ask("robust_mclp", p=1, variants=["slow", "middle"], without_roads=["主路"], aim="worst")
    assert set(answer.solved.views) == {"本情景的速度", "车速偏慢", "主路中断"}
    assert answer.proof.objective == min(view.served for view in answer.solved.views.values()) == 190
    assert ask("robust_mclp", p=1, without_roads=["主路"]).proof.objective > 190  # the mean


def test_curve_rises_and_each_point_has_its_sites(ask):
    """Within 15: 180, + D 220, + E 240, + F 250."""
    answer = ask("frontier", within_min=15, steps=[0, 1, 2, 3, 4])
    curve = answer.solved.curve
    assert curve["objective"].to_list() == [180, 220, 240, 250, 250]
    assert curve.loc[2, "chosen"] == (D, E)
    assert answer.proof.status == "optimal"
    point = plan_at(answer, 1)
    assert (point.new_sites.index.to_list(), point.people["served"]) == ([D], 220)
    assert point.coverage["within_15_min"].sum() == 220


def test_curve_begins_where_the_required_site_fits(ask):
    """F is required: no plan without a site; 180 + F 10, + D 40."""
    answer = ask("frontier", within_min=15, steps=[0, 1, 2], site=[{"site_id": F, "role": "必选"}])
    assert answer.solved.curve["objective"].to_dict() == {1: 190, 2: 230}
    assert any("从 1 起算" in note for note in answer.notes)
    assert answer.proof.status == "optimal"


def test_curve_by_money(ask):
    curve = ask("frontier", within_min=15, budget_steps_wan=[0, 59, 60, 120]).solved.curve
    assert curve["objective"].to_list() == [180, 180, 220, 240]


def test_goal_about_places_is_the_rule(ask):
    answer = ask("unit_cover", goal=GOAL)
    assert answer.new_sites["township"].to_list() == ["丙乡"]
    assert answer.problem.rule.title.endswith("乡乡有机构")


def test_goal_about_places_as_shortfall_when_money_is_short(ask):
    """One township lacks: no money leaves it so, 60 mends it."""
    assert ask("least_shortfall", goal=GOAL, budget_wan=59).proof.objective == 1
    answer = ask("least_shortfall", goal=GOAL, budget_wan=60)
    assert answer.proof.objective == 0
    assert answer.people["total"] == 250  # people are counted all the same, not townships
    assert answer.new_sites["people_within"].gt(1).all()


def test_goal_about_minutes_is_the_rule(ask):
    """村村有服务 within 30: E and F have none, so one for E (at D or E) and one at F."""
    answer = ask("lscp", goal="huining-2021-2025/village-service")
    assert answer.proof.objective == 2
    assert F in answer.new_sites.index
    assert answer.people["total"] == 30  # the villages that lack


def test_a_tier_is_named(ask):
    answer = ask("unit_cover", goal="huining-2021-2025/rehabilitation-tiers/乡级")
    assert answer.new_sites["township"].to_list() == ["甲镇", "乙乡", "丙乡"]
    with pytest.raises(ScenarioError, match=r"县级 或 .*乡级"):
        ask("unit_cover", goal="huining-2021-2025/rehabilitation-tiers")


@pytest.mark.parametrize(("model", "settings", "says"), [
    ("unit_cover", {"goal": "huining-2021-2025/没有"}, "没有目标"),
    ("unit_cover", {"goal": "huining-2021-2025/village-service"}, "按分钟数计"),
    ("unit_cover", {"goal": "huining-2021-2025/rehabilitation"}, "不是靠新建"),
    ("lscp", {"goal": GOAL}, "建在当地"),
    ("partial_cover", {"goal": "huining-2021-2025/village-service"}, "每个村各自达标"),
    ("robust_mclp", {"p": 1, "without_roads": ["没有路"]}, "没有名称或编号"),
    ("mclp", {"p": 1, "candidates": "项目候选点"}, "没有候选点"),
    ("mclp", {"p": 1, "site": [{"site_id": "没有"}]}, "候选点里没有：没有"),
    ("mclp", {"p": 1, "site": [{"site_id": "H1", "lon": 105, "lat": 35}]}, "机构用了相同的编号"),
])
def test_what_does_not_fit_is_told(ask, model, settings, says):
    with pytest.raises(ScenarioError, match=says):
        ask(model, **settings)


def test_no_plan_is_told_with_what_would_do(ask):
    with pytest.raises(InfeasibleError, match=r"差 40 个.*从 4 处增加到 6 处即可行；只在开放的点上一共再加 60 个位置"):
        ask("capacitated_p_median", p=4)
    with pytest.raises(InfeasibleError, match="必选点有 2 处"):
        ask("mclp", p=1, site=[{"site_id": D, "role": "必选"}, {"site_id": E, "role": "必选"}])


def test_roles_costs_and_places_of_single_candidates(ask):
    sites = [{"site_id": D, "role": "禁选"}, {"site_id": F, "role": "必选", "cost_wan": 5, "capacity": 12}]
    answer = ask("mclp", p=2, within_min=15, site=sites)
    assert set(answer.new_sites.index) == {E, F}
    assert answer.new_sites.loc[F, ["cost_wan", "cost_basis", "capacity"]].to_list() == [5, "规划人员填写", 12]


def test_a_place_pointed_to_on_the_map_is_a_candidate(ask):
    """30 km up the road: 10 minutes from D and C."""
    place = {"site_id": "新址", "name": "岔路口", "lon": 105, "lat": 35.269796, "role": "必选"}
    answer = ask("mclp", p=1, within_min=15, site=[place])
    assert answer.new_sites.loc["新址", ["name", "township", "people_within"]].to_list() == ["岔路口", "乙乡", 70]


@pytest.mark.parametrize(("source", "ids"), [
    ("村（社区）", set(PEOPLE)),
    ("乡镇驻地", {"驻地-629901100", "驻地-629901200", "驻地-629901201"}),
    ("路网筛选", {B, D, F}),
])
def test_candidates_where_the_project_has_none(ask, source, ids):
    """Within 30: B's catchment holds A's and C's; D's and E's are the same but for C, which D reaches."""
    assert set(ask("mclp", p=1, candidates=source).problem.candidates.index) == ids


def test_candidates_by_groups_of_people(ask):
    candidates = ask("mclp", p=1, candidates="人口聚类", clusters=3).problem.candidates
    assert 1 <= len(candidates) <= 3
    assert candidates["basis"].str.startswith("示意").all()


def test_upgrading_costs_less_than_building():
    """Only standardised ones count: H2 at C doesn't. To upgrade it (10 万元, 示例) does what a new one (60) would."""
    evaluation = evaluated()
    scenario = evaluation.scenario
    scenario = scenario.model_copy(update={"service": scenario.service.model_copy(update={"standardised_only": True})})
    from coverage.study import evaluate

    answer = suggest(evaluate(evaluation.base, scenario), Question(
        name="q", model="mclp", budget_wan=30, within_min=15, ways=["新建", "升级"]))
    assert answer.new_sites[["way", "cost_wan", "name"]].to_numpy().tolist() == [["升级", 10, "乙乡残疾人之家（升级）"]]


def test_the_answer_does_not_depend_on_the_order_of_the_settings(ask):
    sites = [{"site_id": D, "role": "禁选"}, {"site_id": A, "cost_wan": 5}]
    one, other = (ask("mclp", budget_wan=130, site=order) for order in (sites, sites[::-1]))
    pd.testing.assert_frame_equal(one.new_sites, other.new_sites)


def test_progress_stops_a_run_with_the_best_so_far(evaluation):
    answer = suggest(evaluation, Question(name="q", model="frontier", steps=[1, 2, 3]), lambda value, bound: True)
    assert (answer.proof.status, answer.proof.termination) == ("feasible", "cancelled")
    assert answer.solved.curve.index.to_list() == [1]


def test_afterwards_counts_beyond_the_limit_too(ask):
    """A site at D asked for within 15 also brings E from 39.5 minutes to 19.5."""
    answer = ask("mclp", p=1, within_min=15)
    assert answer.new_sites.index.to_list() == [D]
    assert answer.demand.loc[E, "travel_min"] == pytest.approx(19.5)
    assert answer.coverage["within_30_min"].sum() == 240
    assert answer.demand.loc[[A, B, C], "site_id"].to_list() == ["H1", "H1", "H2"]
