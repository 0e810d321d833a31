"""The worst-off share of people, and fairness unit by unit, against trying every plan."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError
from coverage.siting import fair, fair_in_order, p_center, p_median, p_tail

from . import oracle
from .conftest import questions
from .test_fair import shares, with_units
from .test_options import added, bound_questions, compare, plans, routes, viable


def worst_mean(weight, minutes, share):
    """The mean over the worst-off share, person by person."""
    each = sorted(np.repeat(minutes, [int(w * 20) for w in weight]), reverse=True)  # twentieths of a person
    return float(np.mean(each[: round(share * len(each))])) if each else 0.0


@settings(max_examples=12, deadline=None)
@given(questions(), st.integers(0, 3), st.sampled_from([0.1, 0.25, 0.5, 1.0]))
def test_tail_is_what_trying_every_plan_gives(question, p, share):
    times, demand, sites = question
    minutes = {(d, s): t for d, s, t in times.itertuples(index=False)}
    must = sorted({d for (d, s) in minutes if sites["role"][s] != "禁选" and demand["weight"][d]})

    def value(plan):
        near = [min((minutes[d, s] for s in plan if (d, s) in minutes), default=math.inf) for d in must]
        return math.inf if math.inf in near else worst_mean([demand["weight"][d] for d in must], near, share)

    values = [value(plan) for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    if min(values, default=math.inf) == math.inf:
        with pytest.raises(InfeasibleError):
            p_tail(*question, p=p, share=share)
        return
    result = p_tail(*question, p=p, share=share)
    assert result.objective == pytest.approx(min(values))
    assert result.status == "optimal"


@settings(max_examples=10, deadline=None)
@given(bound_questions(), st.integers(0, 3))
def test_tail_with_bonds(question, p):
    times, demand, sites = viable(question, math.inf)
    minutes = routes(times, demand, sites)
    must = sorted({d for (d, s) in minutes if sites["role"][s] != "禁选" and demand["weight"][d]})

    def near(plan):
        return [min((t for (e, s), t in minutes.items() if e == d and s in plan), default=math.inf) for d in must]

    good = [plan for plan in plans(sites) if added(plan, sites) <= p and math.inf not in near(plan)]
    compare(lambda: p_tail(*question, p=p, share=0.25), good,
            lambda plan: worst_mean([demand["weight"][d] for d in must], near(plan), 0.25), most=False)


def test_tail_lies_between_median_and_center(six_villages):
    times, demand, sites = six_villages
    mean = p_median(times, demand, sites, p=2).objective / 210
    values = [p_tail(times, demand, sites, p=2, share=share).objective for share in (1.0, 0.3, 0.1, 0.001)]
    assert values[0] == pytest.approx(mean)
    assert values == sorted(values)
    assert values[-1] == pytest.approx(p_center(times, demand, sites, p=2).objective)


@settings(max_examples=12, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(0, 3))
def test_fair_in_order_is_what_trying_every_plan_gives(question, within, p):
    times, demand, sites = tables = with_units(question)
    good = [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    if not good:
        with pytest.raises(InfeasibleError):
            fair_in_order(*tables, within_min=within, p=p)
        return
    offered = shares(times, demand, set(sites.index[sites["role"] != "禁选"]), within)
    lifted = [unit for unit, share in offered.items() if share > 0]

    def key(plan):
        held = shares(times, demand, plan, within)
        return [round(share, 9) for share in sorted(held[unit] for unit in lifted)]

    result = fair_in_order(*tables, within_min=within, p=p)
    plan = set(result.chosen.index)
    assert key(plan) == max(key(plan) for plan in good)
    assert result.served == max(oracle.people(demand, oracle.reach(times, other, within)) for other in good
                                if key(other) == key(plan))
    if lifted:
        assert result.objective == pytest.approx(fair(*tables, within_min=within, p=p).measures["worst_reachable"])


def test_second_worst_is_lifted_where_the_worst_can_t_be(six_villages):
    """v1 can't be reached by anything on offer within 10 minutes but s1, s2, forbidden here; two sites for the rest."""
    times, demand, sites = six_villages
    demand = demand.assign(unit=["甲", "乙", "乙", "丙", "丙", "丁"])
    sites = sites.assign(role=["禁选", "禁选", "候选", "候选", "候选", "候选"])
    result = fair_in_order(times, demand, sites, within_min=10, p=2)
    assert "甲" in result.notes[0]
    assert result.measures["worst_1"] == 1  # s3 (v2–v4) and s5 (v4–v6) leave nobody of 乙, 丙, 丁 behind
    assert set(result.chosen.index) == {"s3", "s5"}
