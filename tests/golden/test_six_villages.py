"""The six-village county, computed by hand.

One road runs north along 105°E, driven at a stated 60 km/h, so a kilometre is a minute. It is 40 km long.
A second road, on 106°E, meets nothing. Every village stands on a road but E, 1 km north of where the road ends.

    village  township     people  at km   nearest home (H1 at A, H2 at C; H3 opens in 2022)       minutes
    A        甲镇  9,000     100      0   H1                                                            0
    B        甲镇             50     10   H1 and H2 are both 10 km off; the first id, H1, is taken     10
    C        乙乡 12,000      30     20   H2                                                            0
    D        乙乡             40     40   H2, 20 km                                                    20
    E        丙乡  5,000      20     41   walk 1 km × 1.3 (detour) at 4 km/h = 19.5, then 20 km      39.5
    F        丙乡             10      –   its road meets no other: not connected                       –

People: 250. Within 15: A B C = 180; within 30: + D = 220; within 45: + E = 240; not connected 10.
甲镇 150: all within 15; mean (100·0 + 50·10)/150 = 3.33; 90 % of 150 is 135, reached at B's 10 minutes.
乙乡 70: 30 within 15, all within 30; mean (30·0 + 40·20)/70 = 11.43; p90 20.
丙乡 30: 20 within 45, 10 not connected; mean and p90 over those who arrive, 39.5.

乡乡有机构 (any institution, each township): 甲 H1, 乙 H2, 丙 none (H3 not open): 2 of 3.
Zhejiang's rule (镇, and 乡 of ≥ 10,000; standardised only): 甲镇 has H1; 乙乡 (12,000) has H2, which isn't
standardised; 丙乡 (5,000) is not meant: 1 of 2; 90 % of 2 needs 2, so one is short.

Siting keeps H1 and H2; candidates are the six villages. Within 15 minutes D, E and F are unserved; a home at D
serves only D (E is 19.5 minutes off), so MCLP with p = 1 takes D: 220 of 250. LSCP within 15 needs three (D, E,
F); within 30, D is served already (20 minutes), so two: one for E, and F. A home in each township: one more, in 丙乡.
"""

from pathlib import Path

import pytest

from coverage.goals import load_plan
from coverage.study import Question, Scenario, evaluate, load_base, suggest
from coverage.study.scenario import Travel

COUNTY = Path(__file__).parent / "county"
PLANS = Path(__file__).parents[2] / "scenarios" / "plans"
A, B, C, D, E, F = (f"629901{code}" for code in ("100001", "100002", "200001", "200002", "201001", "201002"))


@pytest.fixture(scope="module")
def base():
    return load_base(Scenario(title="六村县", project=COUNTY))


@pytest.fixture(scope="module")
def evaluation(base):
    plans = tuple(load_plan((PLANS / name).read_text(encoding="utf-8"), where=name)
                  for name in ("huining-2021-2025.toml", "zhejiang-2021-2025.toml"))
    return evaluate(base, Scenario(title="六村县", project=COUNTY, year=2020), plans)


def test_minutes_from_door_to_door(evaluation):
    minutes = evaluation.demand["travel_min"]
    assert minutes.drop(F).to_dict() == pytest.approx({A: 0, B: 10, C: 0, D: 20, E: 39.5}, abs=0.01)
    assert minutes.isna()[F]


def test_equal_minutes_go_to_the_first_id(evaluation):
    assert evaluation.demand["site_id"].dropna().to_dict() == {A: "H1", B: "H1", C: "H2", D: "H2", E: "H2"}


def test_the_walk_to_the_road_is_told_apart(evaluation):
    legs = evaluation.times_to(evaluation.supply.index).set_index(["demand_id", "site_id"])
    assert legs.loc[(E, "H2"), "access_min"] == pytest.approx(19.5, abs=0.01)
    assert legs.loc[(E, "H2"), "egress_min"] == 0


def test_everyone_is_in_one_band(evaluation):
    whole = evaluation.whole
    assert whole[["people", "within_15_min", "within_30_min", "within_45_min", "within_60_min", "beyond",
                  "not_connected"]].to_list() == [250, 180, 220, 240, 240, 0, 10]


def test_townships(evaluation):
    table = evaluation.coverage
    assert table["within_15_min"].to_list() == [150, 30, 0]
    assert table["within_30_min"].to_list() == [150, 70, 0]
    assert table["within_45_min"].to_list() == [150, 70, 20]
    assert table["not_connected"].to_list() == [0, 0, 10]
    assert table["mean_min"].to_list() == pytest.approx([10 / 3, 80 / 7, 39.5], abs=0.01)
    assert table["p90_min"].to_list() == pytest.approx([10, 20, 39.5], abs=0.01)


def test_each_township_an_institution(evaluation):
    summary = evaluation.goals[0].summary.set_index("goal_id").loc["township-institution"]
    assert (summary["numerator"], summary["denominator"], summary["shortfall"]) == (2, 3, 1)
    gaps = evaluation.gaps[0]
    gap = gaps[gaps["goal_id"] == "township-institution"].iloc[0]
    assert (gap["township"], gap["people"], gap["nearest_site_id"]) == ("丙乡", 30, "H2")


def test_zhejiangs_rule(evaluation):
    summary = evaluation.goals[1].summary.set_index("goal_id").loc["home-coverage"]
    assert (summary["numerator"], summary["denominator"], summary["shortfall"]) == (1, 2, 1)
    units = evaluation.goals[1].units
    units = units[units["goal_id"] == "home-coverage"].set_index("unit")["status"]
    assert units.to_dict() == {"甲镇": "达标", "乙乡": "未达标", "丙乡": "不适用"}


def test_a_home_counts_from_the_year_it_opens(base):
    later = evaluate(base, Scenario(title="六村县", project=COUNTY, year=2022))
    assert later.demand.loc[E, "site_id"] == "H3"
    assert later.demand.loc[E, "travel_min"] == 0
    assert later.demand.loc[D, "travel_min"] == pytest.approx(19.5, abs=0.01)  # on foot to E, not 20 by road to C


@pytest.mark.parametrize(("question", "sites", "served"), [
    (Question(name="一处", model="mclp", p=1, within_min=15), {D}, 220),
    (Question(name="全覆盖", model="lscp", within_min=15), {D, E, F}, 250),
])
def test_siting(evaluation, question, sites, served):
    suggestion = suggest(evaluation, question)
    assert suggestion.result.status == "optimal"
    assert suggestion.result.gap == 0
    assert set(suggestion.new_sites.index) == sites
    assert suggestion.result.served == served


def test_thirty_minutes_need_two_more(evaluation):
    suggestion = suggest(evaluation, Question(name="全覆盖", model="lscp", within_min=30))
    assert suggestion.result.objective == 2
    assert F in suggestion.new_sites.index


def test_the_goal_says_which_township_needs_a_site(evaluation):
    suggestion = suggest(evaluation, Question(
        name="乡乡有机构", model="unit_cover", goal="huining-2021-2025/township-institution"))
    assert suggestion.new_sites["township"].to_list() == ["丙乡"]


def test_unknown_speeds_come_from_the_class(base):
    slow = evaluate(base, Scenario(title="六村县", project=COUNTY, year=2020, travel=Travel(mode="walk")))
    assert slow.demand.loc[B, "travel_min"] == pytest.approx(150, abs=0.01)  # 10 km on foot at 4 km/h


def test_afterwards_is_what_the_plan_would_give(evaluation):
    suggestion = suggest(evaluation, Question(name="一处", model="mclp", p=1, within_min=15))
    assert suggestion.demand.loc[D, ["site_id", "travel_min"]].to_list() == [D, 0]
    assert suggestion.coverage["within_15_min"].sum() == suggestion.result.served == 220
    assert suggestion.coverage["people"].sum() == 250


def test_more_sites_than_needed_are_not_built_and_it_says_so(evaluation):
    suggestion = suggest(evaluation, Question(name="很多", model="mclp", p=6, within_min=15))
    assert len(suggestion.new_sites) == 3
    assert "3 处就够了" in suggestion.notes[-1]


def test_places_are_shared_out_and_everyone_is_in_one_part(evaluation):
    """H1 has 60 places, H2 30. Within 30 minutes H1 reaches A and B (150) and C (20 minutes), H2 reaches B, C and D:
    all 90 places are taken; A B C D hold 220, so 130 find it full; E is out of reach; F isn't connected."""
    totals = evaluation.allocation.totals
    assert totals[["total", "served", "full", "out_of_reach", "not_connected"]].to_list() == [250, 90, 130, 20, 10]
