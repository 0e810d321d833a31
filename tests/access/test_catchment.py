import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.access.catchment import enhanced_two_step_floating_catchment, two_step_floating_catchment

TIMES = pd.DataFrame(
    [("a", "s", 5), ("a", "t", 12), ("b", "s", 15), ("b", "t", 25), ("c", "t", 30), ("c", "s", 31), ("d", "t", 40),
     ("e", "s", 10), ("e", "t", 20)], columns=["demand_id", "site_id", "travel_min"])
PEOPLE = pd.Series({"a": 100, "b": 40, "c": 60, "d": 20, "e": 80})
PLACES = pd.Series({"s": 30, "t": 50})


def test_two_steps_by_hand():
    """s: a, b, e within 30, 220 people, 30/220. t: a, b, c, e, 280 people, 50/280. a, b and e share in both, c in t."""
    found = two_step_floating_catchment(TIMES, PEOPLE, PLACES, within_min=30)
    both = 30 / 220 + 50 / 280
    assert found.to_dict() == pytest.approx({"a": both, "b": both, "c": 50 / 280, "d": 0, "e": both}, abs=1e-15)


def test_against_pysal_access():
    """Figures of PySAL's access 1.1.10.post3 on the same tables (two_stage_fca with max_cost=30, and
    enhanced_two_stage_fca with weight_fn=step_fn({10: 1, 20: 0.68, 30: 0.22})), which gives NaN for d in the first."""
    two = two_step_floating_catchment(TIMES, PEOPLE, PLACES, within_min=30)
    enhanced = enhanced_two_step_floating_catchment(TIMES, PEOPLE, PLACES)
    assert two.tolist() == pytest.approx(
        [0.314935064935065, 0.314935064935065, 0.178571428571429, 0, 0.314935064935065], abs=1e-14)
    assert enhanced.tolist() == pytest.approx(
        [0.380244708499556, 0.174632883774158, 0.076177285318560, 0, 0.380244708499556], abs=1e-14)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_all_places_that_somebody_reaches_are_shared_out(data):
    """Σ people × places per person = the places of institutions with people in reach."""
    pairs = [(d, s, float(m)) for d in PEOPLE.index for s in "stu" if (m := data.draw(st.integers(0, 60))) < 50]
    times = pd.DataFrame(pairs, columns=["demand_id", "site_id", "travel_min"]).astype({"travel_min": float})
    places = pd.Series({s: data.draw(st.integers(0, 40)) for s in "stu"})
    reached = set(times.loc[times["travel_min"] <= 30, "site_id"])
    found = two_step_floating_catchment(times, PEOPLE, places, within_min=30)
    assert (found * PEOPLE).sum() == pytest.approx(sum(places[s] for s in reached), abs=1e-9)
    mixed = two_step_floating_catchment(times.sample(frac=1, random_state=1), PEOPLE[::-1], places[::-1], within_min=30)
    pd.testing.assert_series_equal(found, mixed, check_exact=True)
