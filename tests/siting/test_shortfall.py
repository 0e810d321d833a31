"""Least shortfall against trying every plan, its ties broken in order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError, InputError
from coverage.siting import least_shortfall

from . import oracle
from .conftest import questions, tables


def with_units(question):
    times, demand, sites = question
    return times, demand.assign(unit=["甲", "乙"] * (len(demand) // 2) + ["甲"] * (len(demand) % 2)), sites


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(0, 3), st.sampled_from([0.0, 0.5, 0.9, 1.0, None]),
       st.integers(1, 2))
def test_every_plan_misses_as_much_or_reaches_fewer(question, within, p, share, n):
    times, demand, sites = with_units(question)
    target = {"n": n} if share is None else {"share": share}
    good = [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    if not good:
        with pytest.raises(InfeasibleError):
            least_shortfall(times, demand, sites, within_min=within, p=p, **target)
        return

    def short(plan):
        covered = oracle.reach(times, plan, within)
        if share is None:
            return sum(max(0, n - sum(sites["unit"][s] == unit for s in plan)) for unit in set(demand["unit"]))
        return sum(max(0.0, share * part["weight"].sum() - oracle.people(demand, covered & set(part.index)))
                   for _, part in demand.groupby("unit"))

    result = least_shortfall(times, demand, sites, within_min=within, p=p, **target)
    least = min(map(short, good))
    assert result.status == "optimal"
    assert result.objective == pytest.approx(least, abs=1e-6)
    assert result.served == max(oracle.people(demand, oracle.reach(times, plan, within)) for plan in good
                                if short(plan) <= least + 1e-9)


def test_of_the_villages_of_a_township_the_one_that_most_reach_then_the_nearest_to_all(six_villages):
    """One site: any of s4, s5, s6 gives 乙 its own, s5 reaches 150 in 10 minutes, s4 120, s6 110.

    In 30 minutes s4 reaches all 210 and s5 200. In 60 each reaches all: people walk 2,700 person-minutes to s4, 2,600
    to s5, 3,500 to s6.
    """
    times, demand, sites = six_villages
    for within, best in ((10, "s5"), (30, "s4"), (60, "s5")):
        result = least_shortfall(times, demand, sites, within_min=within, n=1, units=["乙"], p=1)
        assert (result.objective, list(result.new_sites.index)) == (0, [best])


def test_what_is_nearer_keeps_to_the_money(six_villages):
    """s5 would be nearer than s4, and costs 5."""
    times, demand, sites = six_villages
    result = least_shortfall(times, demand, sites, within_min=60, n=1, units=["乙"], budget=4.5)
    assert list(result.new_sites.index) == ["s4"]


def test_a_second_place_is_missed_where_a_unit_should_have_two():
    question = tables({("v", "a"): 1}, {"v": 9}, {"a": {"unit": "甲"}, "b": {"unit": "甲"}, "c": {"unit": "乙"}})
    times, demand, sites = question
    result = least_shortfall(times, demand.assign(unit="甲"), sites, within_min=5, n=2, p=1)
    assert (result.objective, list(result.new_sites.index)) == (1, ["a"])


def test_one_target_and_one_only(six_villages):
    for target in ({}, {"share": 0.5, "n": 1}, {"share": 0.5, "units": ["甲"]}):
        with pytest.raises(InputError):
            least_shortfall(*six_villages, within_min=9, p=1, **target)
