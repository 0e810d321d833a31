"""The min-sum engine: its plan is the best, its bound true, its fixing safe."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.siting import maximal, mclp
from coverage.siting.minsum import min_sum, solve_min_sum

from . import oracle
from .conftest import questions


def value(cap, cost, plan):
    return sum(min([c, *(cost[i][j] for j in plan)]) for i, c in enumerate(cap))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 5), st.booleans(), st.data())
def test_plan_bound_and_fixing_against_every_plan(n, m, k, whole, data):
    number = st.integers(0, 20) if whole else st.floats(0, 20, allow_subnormal=False)
    cap = [data.draw(number) for _ in range(n)]
    cost = [[data.draw(number) for _ in range(m)] for _ in range(n)]
    row, site = (a.ravel() for a in np.indices((n, m)))
    problem = min_sum(np.array(cap, dtype=float), row, site, np.array(cost, dtype=float).ravel(), m, whole=whole)
    plans = [plan for size in range(min(k, m) + 1) for plan in combinations(range(m), size)]
    best = min(value(cap, cost, plan) for plan in plans)
    found = solve_min_sum(problem, k, time_limit=60, seed=1)
    assert found.value == pytest.approx(best)
    assert found.bound <= best + 1e-7
    assert found.termination == "proven" and found.is_open.sum() <= k
    margin = 1 if whole else 1e-6
    for plan in plans:  # what the root fixed holds in every plan that is better than the one found there
        rough = solve_min_sum(problem, k, time_limit=60, seed=1, branch=False)
        if value(cap, cost, plan) <= rough.value - margin:
            assert not rough.never[list(plan)].any()
        break


def test_same_seed_gives_the_same_plan_and_a_cut_short_run_a_true_bound():
    random = np.random.default_rng(5)
    cost = random.integers(1, 1000, size=(80, 80)).astype(float)
    row, site = (a.ravel() for a in np.indices(cost.shape))
    problem = min_sum(np.full(80, 1e6), row, site, cost.ravel(), 80, whole=True)
    exact = solve_min_sum(problem, 6, time_limit=60, seed=1)
    again = solve_min_sum(problem, 6, time_limit=60, seed=1)
    assert exact.termination == "proven" and (exact.is_open == again.is_open).all()
    short = solve_min_sum(problem, 6, time_limit=0.0, seed=1)
    assert short.bound <= exact.value <= short.value
    stopped = solve_min_sum(problem, 6, time_limit=60, seed=1, progress=lambda value, bound: True)
    assert stopped.termination in ("cancelled", "proven") and stopped.bound <= exact.value <= stopped.value


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(0, 4))
def test_searched_mclp_agrees_with_every_plan(question, within, p):
    times, demand, sites = question
    good = [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    if not good:
        return
    small, maximal.SMALL = maximal.SMALL, -1
    try:
        result = mclp(times, demand, sites, within_min=within, p=p)
    finally:
        maximal.SMALL = small
    assert result.objective == result.bound == max(
        oracle.people(demand, oracle.reach(times, plan, within)) for plan in good)
