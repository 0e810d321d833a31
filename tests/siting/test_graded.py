"""Graded coverage against trying every plan."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InputError
from coverage.siting import backup_mclp, gradual_mclp, mclp

from . import oracle
from .conftest import questions, tables


def test_nearness_is_worth_its_level(six_villages):
    """One site; at 0 minutes worth 1, to 10 minutes 0.5: s6 60 + 25 = 85; s5 50 + 20 + 30 = 100; s4 40 + 15 + 25."""
    result = gradual_mclp(*six_villages, levels={0: 1, 10: 0.5}, p=1)
    assert (list(result.chosen.index), result.objective, result.status) == (["s5"], 100, "optimal")
    with pytest.raises(InputError):
        gradual_mclp(*six_villages, levels={0: 0.5, 10: 1}, p=1)


@settings(max_examples=14, deadline=None)
@given(questions(), st.integers(0, 3))
def test_gradual_is_what_trying_every_plan_gives(question, p):
    times, demand, sites = question
    good = [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    if not good:
        return
    levels = {2: 1.0, 6: 0.5, 9: 0.25}

    def worth(plan):
        return sum(step * oracle.people(demand, oracle.reach(times, plan, minutes))
                   for minutes, step in ((2, 0.5), (6, 0.25), (9, 0.25)))

    result = gradual_mclp(*question, levels=levels, p=p)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(max(map(worth, good)))


@settings(max_examples=14, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(0, 3), st.sampled_from([0.0, 0.25, 1.0]))
def test_backup_is_what_trying_every_plan_gives(question, within, p, backup_weight):
    times, demand, sites = question
    good = [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    if not good:
        return
    result = backup_mclp(*question, within_min=within, p=p, backup_weight=backup_weight)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(max(
        oracle.people(demand, oracle.reach(times, plan, within))
        + backup_weight * oracle.people(demand, oracle.reach_twice(times, plan, within)) for plan in good))
    if backup_weight == 0:
        assert result.objective == mclp(*question, within_min=within, p=p).objective


def test_a_limit_of_their_own_ends_what_nearness_is_worth():
    """Both villages are 20 minutes off, worth 0.5; 甲's ten people go no further than 10 minutes: 0.5 × 8 = 4."""
    times, demand, sites = tables({("甲", "A"): 20, ("乙", "B"): 20}, {"甲": 10, "乙": 8}, {"A": {}, "B": {}})
    result = gradual_mclp(times, demand.assign(within_min=[10, None]), sites, levels={15: 1, 30: 0.5}, p=1)
    assert (list(result.chosen.index), result.objective, result.served) == (["B"], 4, 8)


def test_backup_opens_nothing_that_is_neither_first_nor_second():
    times, demand, sites = tables({("甲", s): 5.0 for s in "ABC"}, {"甲": 10}, {s: {} for s in "ABCD"})
    assert len(backup_mclp(times, demand, sites, within_min=10, backup_weight=0.5, p=4).chosen) == 2
    assert len(backup_mclp(times, demand, sites, within_min=10, backup_weight=0, p=4).chosen) == 1
