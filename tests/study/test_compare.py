"""Scenarios side by side: by hand on the six villages, dominance against its definition, refusals in words."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.access.equity import worst_share
from coverage.errors import ScenarioError
from coverage.goals import load_plan
from coverage.study import Scenario, compare, evaluate, load_base
from coverage.study.changes import Close, CloseRoad, Expand, Move, Open, Share, Upgrade
from coverage.study.compare import dominated_by
from coverage.study.retime import retime
from coverage.study.scenario import Service, Travel
from coverage.travel import travel_times

COUNTY = Path(__file__).parents[1] / "golden" / "county"
PLAN = Path(__file__).parents[2] / "scenarios" / "plans" / "zhejiang-2021-2025.toml"
HOME = Open(name="新家", service_type="残疾人之家", lon=105, lat=35.359728, capacity=30, standardised=True)


@pytest.fixture(scope="module")
def base():
    return load_base(Scenario(title="六村县", project=COUNTY))


@pytest.fixture(scope="module")
def plans():
    return (load_plan(PLAN.read_text(encoding="utf-8"), where=PLAN.name),)


def evaluated(base, title: str, *changes, plans=(), **more):
    return evaluate(base, Scenario(title=title, project=COUNTY, year=2020, changes=changes, **more), plans)


@pytest.fixture(scope="module")
def comparison(base, plans):
    """As it is; a home at D (60); H1 closed (0); the home, H2 upgraded (5) and shared with one township (3)."""
    return compare([evaluated(base, title, *changes, plans=plans) for title, changes in {
        "现状": (), "新家": (HOME,), "撤销": (Close(site_id="H1"),),
        "又贵": (HOME, Upgrade(site_id="H2", cost_wan=5), Share(site_id="H2", townships=("629901100",))),
    }.items()])


def test_figures_by_hand(comparison):
    summary = comparison.summary
    assert summary["within_30_min"].to_list() == [220, 240, 220, 240]
    assert summary["within_15_min"].to_list() == [180, 220, 80, 220]
    assert summary["served"].to_list() == [90, 120, 30, 120]  # every place is taken: 60 + 30, + 30, H2's 30 alone
    assert summary["unreached"].to_list() == [10, 10, 10, 10]
    assert summary["cost_wan"].to_list() == [0, 60, 0, 68]
    assert summary["met_zhejiang-2021-2025"].diff().iloc[3] >= 0
    assert (summary[["served", "full", "out_of_reach", "not_connected"]].sum(axis=1) == summary["people"]).all()


def test_the_worst_tenth_by_hand(comparison):
    """25 of 250: F's 10 reach nothing, then 15 of E's 20, 39.5 minutes (on foot 19.5 with the home at D)."""
    assert comparison.summary["worst_unreached"].to_list() == [10, 10, 10, 10]
    assert comparison.summary["worst_min"].to_list() == pytest.approx([39.5, 19.5, 39.5, 19.5], abs=0.01)


def test_the_worse_one_is_marked(comparison):
    assert comparison.summary["dominated_by"].to_list() == ["", "", "现状", ""]


def test_what_differs_by_place(comparison):
    villages = comparison.villages[comparison.villages["scenario"] == "新家"].set_index("name")
    assert villages["moved"].to_dict() == {"A村": 0, "B村": 0, "C村": 0, "D村": 0, "E村": 1, "F村": 0}
    assert villages["change_min"].round(2).drop("F村").to_dict() == {"A村": 0, "B村": 0, "C村": 0, "D村": -20,
                                                                     "E村": -20}
    towns = comparison.townships[comparison.townships["scenario"] == "新家"].set_index("township")
    assert towns["gained"].to_dict() == {"甲镇": 0, "乙乡": 0, "丙乡": 20}
    assert towns["lost"].sum() == 0


def test_people_gained_and_lost_account_for_the_difference(comparison):
    before = comparison.summary["within_30_min"].iloc[0]
    for name, rows in comparison.townships.groupby("scenario"):
        change = rows["gained"].sum() - rows["lost"].sum()
        assert change == comparison.summary.loc[name, "within_30_min"] - before


def test_statuses_that_differ_are_listed(comparison):
    rows = comparison.statuses
    upgraded = rows[(rows["scenario"] == "又贵") & (rows["goal_id"] == "home-coverage") & (rows["unit"] == "乙乡")]
    assert upgraded[["before", "after"]].to_numpy().tolist() == [["未达标", "达标"]]
    assert "现状" not in set(rows["scenario"])


def test_costs_by_change(base):
    one = evaluated(base, "二", HOME, Expand(site_id="H1", capacity=80), Expand(site_id="H1", capacity=100),
                    Expand(site_id="情景-新家", capacity=40), Move(site_id="H2", lon=105, lat=35.1),
                    CloseRoad(way_ids=("1",), cost_wan=7))
    found = compare([evaluated(base, "一"), one])
    assert found.changes["cost_wan"].fillna(-1).to_list() == [60, 30, 30, 15, -1, 7]
    assert found.summary.loc["二", ["cost_wan", "uncosted"]].to_list() == [142, 1]


@pytest.mark.parametrize(("other", "says"), [
    ({"service": Service(people="常住人口")}, "统计人群不同"),
    ({"service": Service(standardised_only=True)}, "服务不同"),
    ({"travel": Travel(threshold_min=45)}, "时限或分段不同"),
])
def test_what_cannot_be_compared_is_told(base, other, says):
    with pytest.raises(ScenarioError, match=says):
        compare([evaluated(base, "甲"), evaluated(base, "乙", **other)])


def test_other_data_same_titles_and_one_alone_are_refused(base, tmp_path):
    import shutil

    county = tmp_path / "county"
    shutil.copytree(COUNTY, county)
    people = (county / "people.csv").read_text("utf-8")
    (county / "people.csv").write_text(people.replace(",50", ",51"), "utf-8")
    other = load_base(Scenario(title="六村县", project=county))
    with pytest.raises(ScenarioError, match="不是同一份") as caught:
        compare([evaluated(base, "甲"), evaluated(other, "甲")])
    assert "同名" in str(caught.value)
    with pytest.raises(ScenarioError, match="两个"):
        compare([evaluated(base, "甲")])


def test_the_order_of_the_others_changes_nothing_but_the_order(base):
    made = [evaluated(base, "现状"), evaluated(base, "新家", HOME), evaluated(base, "撤销", Close(site_id="H1"))]
    one, other = compare(made), compare([made[0], made[2], made[1]])
    pd.testing.assert_frame_equal(one.summary, other.summary.loc[one.summary.index])


NO_GOALS = pd.DataFrame({"scenario": [], "share": [], "numerator": []})


def row(share, served, unreached=0, worst=10.0, gini=0.3, cost=0.0, uncosted=0, yearly=0.0):
    return {"share_30_min": share, "served": served, "worst_unreached": unreached, "worst_min": worst,
            "unreached": unreached, "gini": gini, "cost_wan": cost, "uncosted": uncosted,
            "yearly_cost_wan": yearly}


def dominated(*rows):
    return dominated_by(pd.DataFrame(rows, index=list("abc")[:len(rows)]), NO_GOALS).to_list()


def test_dominance_by_hand():
    assert dominated(row(0.5, 10), row(0.6, 10)) == ["b", ""]
    assert dominated(row(0.5, 10), row(0.5, 10)) == ["", ""]
    assert dominated(row(0.5, 10), row(0.6, 10, cost=5)) == ["", ""]
    assert dominated(row(0.5, 10, cost=6), row(0.6, 10, cost=5)) == ["b", ""]
    assert dominated(row(0.5, 10, gini=0.4), row(0.4, 10, gini=0.1)) == ["", "a"]  # farther for all is not fairer
    assert dominated(row(0.5, 10, worst=60.0), row(0.5, 10, worst=20.0, unreached=9)) == ["", "a"]


def test_a_yearly_cost_is_never_set_off_against_one_off():
    assert dominated(row(0.5, 10, cost=60), row(0.5, 10, yearly=1.2)) == ["", ""]
    assert dominated(row(0.5, 10, yearly=1.5), row(0.5, 10, yearly=1.2)) == ["b", ""]
    assert dominated(row(0.5, 10, yearly=1), row(0.6, 10, cost=1, yearly=1)) == ["", ""]


def test_an_unknown_cost_never_makes_another_pointless():
    assert dominated(row(0.5, 10, cost=50), row(0.6, 10, uncosted=1)) == ["", ""]
    assert dominated(row(0.6, 10), row(0.5, 10, uncosted=1)) == ["", "a"]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=3))
def test_nobody_dominates_in_a_ring(figures):
    rows = [row(share / 2, served, cost=float(cost)) for share, served, cost in figures]
    found = dominated(*rows)
    assert "" in found
    for (one, better), (other, worse) in pairwise(zip("abc", found, strict=False)):
        assert not (better == other and worse == one)


@given(st.lists(st.tuples(st.none() | st.integers(0, 60), st.integers(0, 20)), min_size=1, max_size=8),
       st.sampled_from([0.1, 0.25, 1.0]))
def test_the_worst_share_against_a_list_of_persons(points, share):
    """Everybody ten times over, so that no person is split."""
    persons = sorted((np.inf if m is None else m for m, n in points for _ in range(20 * n)), reverse=True)
    tail = persons[:round(share * len(persons))]
    minutes = np.array([np.nan if m is None else m for m, _ in points], float)
    unreached, mean = worst_share(minutes, np.array([n for _, n in points]), share=share)
    assert unreached * 20 == pytest.approx(tail.count(np.inf))
    finite = [m for m in tail if m < np.inf]
    assert np.isnan(mean) if not finite else mean == pytest.approx(np.mean(finite))


def test_retiming_is_timing_anew(base):
    plain = evaluated(base, "现状")
    changed = evaluated(base, "改", HOME, Move(site_id="H2", lon=105, lat=35.05), Close(site_id="H1"))
    region, network = changed.region, plain.network
    found = retime(plain.travel, network, base.region, region)
    wanted = travel_times(network, region.demand, region.sites)
    pd.testing.assert_frame_equal(found.table, wanted.table)
    pd.testing.assert_frame_equal(found.site_access, wanted.site_access)
    assert retime(plain.travel, network, base.region, base.region) is plain.travel
