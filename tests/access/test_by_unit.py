import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.access import bands, coverage_by_unit, nearest
from coverage.errors import InputError

DEMAND = pd.DataFrame(
    {"township_code": ["T1", "T1", "T1", "T2", "T2", "T2"]},
    index=pd.Index(["v1", "v2", "v3", "v4", "v5", "v6"], name="demand_id"),
)
PEOPLE = pd.Series({"v1": 10, "v2": 20, "v3": 70, "v4": 5, "v5": 7, "v6": 11})
TIMES = pd.DataFrame(
    [("v1", "s", 15.0), ("v2", "s", 15.5), ("v3", "s", 30.0), ("v4", "s", 60.1)],
    columns=["demand_id", "site_id", "travel_min"],
)
STATE = pd.Series({"v1": "已接入", "v2": "路网缺口", "v3": "已接入", "v4": "已接入", "v5": "孤立路段", "v6": "已接入"})


def test_figures_by_hand():
    """T1: 100 people; v1's 10 within 15 (the bound counts), + v3's 70 and v2's 20 within 30. v2 is a road gap.
    Mean (10·15 + 20·15.5 + 70·30)/100 = 25.6; 90% of 100 is reached only at 30.
    T2: v4 is beyond 60 (5), v5 is cut off (7), v6 is on the network but reaches nothing (11 beyond)."""
    table = coverage_by_unit(DEMAND, PEOPLE, nearest(TIMES), STATE, thresholds_min=(15, 30, 60))
    one, two = table.loc["T1"], table.loc["T2"]
    assert one[["people", "within_15_min", "within_30_min", "within_60_min"]].tolist() == [100, 10, 100, 100]
    assert one[["beyond", "not_connected", "road_gap"]].tolist() == [0, 0, 20]
    assert one["mean_min"] == pytest.approx(25.6) and one["p90_min"] == 30.0
    assert one["share_15_min"] == 0.1
    assert two[["people", "within_60_min", "beyond", "not_connected"]].tolist() == [23, 0, 16, 7]
    assert two["mean_min"] == pytest.approx(60.1)
    assert table["people"].dtype == np.int64


def test_bands_label_every_point():
    found = bands(DEMAND, nearest(TIMES), thresholds_min=(15, 30, 60), access_state=STATE)
    assert found["band"].tolist() == ["≤15", "15–30", "15–30", ">60", "未接入", ">60"]


def test_without_any_institution_people_on_the_road_are_out_of_reach_not_cut_off():
    table = coverage_by_unit(DEMAND, PEOPLE, nearest(TIMES.iloc[:0]), STATE, thresholds_min=(30,), unit=None)
    assert table.loc["全部", ["people", "within_30_min", "beyond", "not_connected"]].tolist() == [123, 0, 116, 7]


def test_people_of_no_township_are_kept():
    demand = DEMAND.assign(township_code=["T1", None, "T1", "T2", "T2", "T2"])
    table = coverage_by_unit(demand, PEOPLE, nearest(TIMES), STATE, thresholds_min=(30,))
    assert table["people"].sum() == 123 and table.loc["（未知）", "people"] == 20


@pytest.mark.parametrize("people", [pd.Series({"nowhere": 1}), pd.Series({"v1": 1.5}), pd.Series({"v1": -1})])
def test_people_that_cannot_be_placed_are_refused(people):
    with pytest.raises(InputError):
        coverage_by_unit(DEMAND, people, nearest(TIMES), STATE, thresholds_min=(30,))


@pytest.mark.parametrize("thresholds", [(), (30, 15), (15, 15), (0, 15), (15, float("inf"))])
def test_bad_thresholds_are_refused(thresholds):
    with pytest.raises(InputError):
        bands(DEMAND, nearest(TIMES), thresholds_min=thresholds)


def test_unknown_access_state_is_refused():
    with pytest.raises(InputError, match="乱"):
        coverage_by_unit(DEMAND, PEOPLE, nearest(TIMES), STATE.replace("已接入", "乱"), thresholds_min=(30,))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_everyone_is_accounted_for_and_a_new_site_never_lowers_coverage(data):
    count = data.draw(st.integers(1, 12))
    ids = [f"v{i}" for i in range(count)]
    demand = pd.DataFrame({"township_code": data.draw(st.lists(st.sampled_from("AB"), min_size=count, max_size=count))},
                          index=pd.Index(ids, name="demand_id"))
    people = pd.Series(data.draw(st.lists(st.integers(0, 50), min_size=count, max_size=count)), index=ids)
    minutes = st.one_of(st.none(), st.floats(0, 100))
    state = pd.Series(data.draw(st.lists(st.sampled_from(["已接入", "路网缺口", "孤立路段"]), min_size=count,
                                         max_size=count)), index=ids)
    rows = [(i, s, m) for s in "xy" for i in ids if (m := data.draw(minutes)) is not None]
    times = pd.DataFrame(rows, columns=["demand_id", "site_id", "travel_min"])

    def table(part):
        return coverage_by_unit(demand, people, nearest(part), state, thresholds_min=(15, 30, 60))

    both, one = table(times), table(times[times["site_id"] == "x"])
    for found in (both, one):
        assert (found["within_60_min"] + found["beyond"] + found["not_connected"] == found["people"]).all()
        assert found["people"].sum() == people.sum()
    for column in ("within_15_min", "within_30_min", "within_60_min"):
        assert (both[column] >= one[column]).all()
    shuffled = demand.sample(frac=1, random_state=1)
    again = coverage_by_unit(shuffled, people, nearest(times), state, thresholds_min=(15, 30, 60))
    pd.testing.assert_frame_equal(both, again, check_exact=True)
