"""Fairness: the worst-off unit is lifted first; a unit past its target makes up for no other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError, InputError
from coverage.siting import fair, mclp
from coverage.siting.fair_shares import whole_share

from . import oracle
from .conftest import questions, tables


def shares(times, demand, plan, within):
    covered = oracle.reach(times, plan, within)
    return {unit: oracle.people(demand, covered & set(part.index)) / part["weight"].sum()
            for unit, part in demand.groupby("unit") if part["weight"].sum()}


def with_units(question):
    times, demand, sites = question
    return times, demand.assign(unit=["东", "西", "北"][: len(demand)] * 3 if len(demand) < 3
                                else (["东", "西", "北"] * 3)[: len(demand)])[:len(demand)] \
        if len(demand) >= 3 else demand.assign(unit="东"), sites


def test_worst_unit_is_lifted_where_most_people_would_say_otherwise(six_villages):
    """甲 = v1, v2 (30 people), 乙 = v3–v6 (180). One site, 10 minutes: mclp takes s5 (150, 甲 at 0).

    Fair: s2 covers v1, v2, v3: 甲 1, 乙 30/180; s3 covers v2, v3, v4: 甲 20/30, 乙 70/180. The least is largest at s3.
    """
    times, demand, sites = six_villages
    demand = demand.assign(unit=["甲", "甲", "乙", "乙", "乙", "乙"])
    assert list(mclp(times, demand, sites, within_min=10, p=1).chosen.index) == ["s5"]
    result = fair(times, demand, sites, within_min=10, p=1)
    assert list(result.chosen.index) == ["s3"]
    assert result.objective == pytest.approx(70 / 180)
    assert result.measures["gini"] > 0


def test_unit_beyond_reach_is_named_and_the_rest_are_lifted(six_villages):
    times, demand, sites = six_villages
    demand = demand.assign(unit=["甲", "甲", "乙", "乙", "乙", "丙"])
    times = times[times["demand_id"] != "v6"]
    result = fair(times, demand, sites, within_min=10, p=2)
    assert result.objective == result.bound == 0
    assert "丙" in result.notes[0]
    assert result.measures["worst_reachable"] == 1  # s2 and s5 cover v1–v5


def test_a_bound_on_shares_is_one_that_whole_people_make():
    """Of 35 people 3 are 0.085714…; a millionth above that no whole person of 35 or of 700 is left."""
    people = np.array([35.0, 700.0])
    assert whole_share(3 / 35 + 1e-6, people) == 3 / 35
    assert whole_share(3 / 35 + 2e-3, people) == 61 / 700
    assert whole_share(1.0, people) == 1


def test_units_are_asked_for(six_villages):
    with pytest.raises(InputError, match="unit"):
        fair(*six_villages, within_min=10, p=1)


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(0, 3))
def test_fair_is_what_trying_every_plan_gives(question, within, p):
    times, demand, sites = tables = with_units(question)
    good = [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    if not good:
        with pytest.raises(InfeasibleError):
            fair(*tables, within_min=within, p=p)
        return
    result = fair(*tables, within_min=within, p=p)
    least = {frozenset(plan): min(shares(times, demand, plan, within).values(), default=1.0) for plan in good}
    best = max(least.values())
    assert result.objective == pytest.approx(best, abs=1e-9)
    if best > 0:  # among the fairest the most people are covered
        assert result.served == max(oracle.people(demand, oracle.reach(times, plan, within)) for plan in good
                                    if least[frozenset(plan)] >= best - 1e-12)


def test_a_unit_beyond_reach_does_not_make_the_others_proven():
    """40 villages in 10 units, 200 sites; with no time left the others' least share is not yet known."""
    minutes = {(f"v{i}", f"s{j}"): float((37 * i + 61 * j) % 97) for i in range(40) for j in range(200)}
    people = {f"v{i}": 1 + (13 * i) % 17 for i in range(40)} | {"远": 5}
    times, demand, sites = tables(minutes, people, {f"s{j}": {"role": "候选"} for j in range(200)})
    demand = demand.assign(unit=[f"u{i % 10}" for i in range(40)] + ["远乡"])
    hasty = fair(times, demand, sites, within_min=5, p=3, time_limit=0)
    assert hasty.measures["worst_reachable"] < hasty.measures["worst_reachable_bound"]
    assert (hasty.status, hasty.termination, hasty.objective) == ("feasible", "time_limit", 0)
