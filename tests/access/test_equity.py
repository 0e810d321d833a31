import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.access.equity import equity_by, gini, palma, theil, worst_off

people_at_minutes = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 9)), min_size=1, max_size=12)


def each_person(rows):
    return np.repeat([float(minutes) for minutes, _ in rows], [count for _, count in rows])


@settings(max_examples=60, deadline=None)
@given(people_at_minutes)
def test_gini_is_half_the_mean_difference_of_persons(rows):
    """Brute force over every pair of persons: Σ|x−y| / (2 n² mean)."""
    persons = each_person(rows)
    mean = persons.mean()
    wanted = 0.0 if mean == 0 else np.abs(persons[:, None] - persons[None]).sum() / (2 * len(persons) ** 2 * mean)
    assert gini(*map(np.array, zip(*rows, strict=True))) == pytest.approx(wanted, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(people_at_minutes, st.integers(1, 4))
def test_theil_splits_into_between_and_within(rows, count):
    """Within, worked out group by group, is Σ (people share × mean ratio) × T of the group."""
    minutes, people = (np.array(part, float) for part in zip(*rows, strict=True))
    groups = np.arange(len(rows)) % count
    whole, between, within = theil(minutes, people, groups)
    assert whole == pytest.approx(between + within, abs=1e-12) and between >= -1e-12 and within >= -1e-12
    mean = np.average(minutes, weights=people)
    if mean > 0:
        by_hand = sum(people[groups == g].sum() / people.sum()
                      * np.average(minutes[groups == g], weights=people[groups == g]) / mean
                      * theil(minutes[groups == g], people[groups == g])[0] for g in set(groups))
        assert within == pytest.approx(by_hand, abs=1e-9)
    persons = each_person(rows)
    assert theil(persons, np.ones(len(persons)))[0] == pytest.approx(whole, abs=1e-12)


def test_palma_by_hand():
    """Ten people at 1 to 10 minutes: the worst one bears 10, the best four 1 + 2 + 3 + 4 = 10. Five people at 10 and
    five at 30: the worst one bears 30, the best four 40."""
    assert palma(np.arange(1, 11), np.ones(10)) == 1.0
    assert palma(np.array([10, 30]), np.array([5, 5])) == 0.75
    assert np.isnan(palma(np.array([0.0, 5.0]), np.array([9, 1])))  # the best four need no time at all


def test_alike_is_zero_and_nobody_is_unknown():
    assert gini(np.array([7, 7]), np.array([3, 4])) == pytest.approx(0) and theil([7, 7], [3, 4])[0] == pytest.approx(0)
    assert np.isnan(gini(np.array([np.nan]), np.array([3]))) and np.isnan(palma(np.array([]), np.array([])))


def test_groups_by_hand():
    """山: 10 people at 20, 10 at 40, 5 reach nothing. Mean 30; 90% of 20 people is 18, reached at 40; 10 of 25 within
    30. Gini of two equal halves at 20 and 40: the mean difference is 10, over 2 · 30, so 1/6."""
    rows = pd.DataFrame({"kind": ["山", "山", "山", None], "people": [10, 10, 5, 7],
                         "travel_min": [20.0, 40.0, np.nan, 5.0]})
    found = equity_by(rows, "kind", thresholds_min=(30, 60))
    assert found.loc["山", ["people", "unreached", "mean_min", "p90_min"]].tolist() == [25, 5, 30.0, 40.0]
    assert found.loc["山", ["share_30_min", "share_60_min"]].tolist() == [0.4, 0.8]
    assert found.loc["山", "gini"] == pytest.approx(1 / 6)
    assert found.loc["（未知）", "people"] == 7


def test_worst_off_are_those_without_a_way_first():
    points = pd.DataFrame({"travel_min": [10.0, np.nan, 50.0, 90.0], "people": [80, 5, 10, 0]}, index=list("abcd"))
    assert worst_off(points).index.tolist() == ["b", "c"]
