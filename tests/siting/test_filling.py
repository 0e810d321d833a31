"""Exchange of sites on a mended flow: its count of people without a place against linear programming."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.siting.kernels.filling import exchange

from .test_flows import best_by_linear_program


def arrays(seed):
    """Pairs by site and by demand, weights and capacities of a small question."""
    random = np.random.default_rng(seed)
    m, n = int(random.integers(2, 8)), int(random.integers(1, 12))
    reach = random.random((m, n)) < 0.4
    site, row = np.nonzero(reach)
    ptr = np.concatenate(([0], np.cumsum(reach.sum(axis=1))))
    at = np.concatenate(([0], np.cumsum(reach.sum(axis=0))))
    weight, room = random.integers(1, 9, n).astype(float), random.integers(0, 25, m).astype(float)
    return reach, (ptr, row, site, at, np.argsort(row, kind="stable")), weight, room


def left_over(reach, weight, room, is_open):
    """How many have no place at best."""
    cost = np.where(reach[is_open], 0.0, np.inf)
    cost = np.vstack([cost, np.ones(len(weight))])
    return best_by_linear_program(cost, weight, np.append(room[is_open], weight.sum()))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000))
def test_people_without_a_place_are_as_few_as_the_plan_allows(seed):
    reach, pairs, weight, room = arrays(seed)
    random = np.random.default_rng(seed)
    fixed = random.random(len(room)) < 0.2
    allowed = fixed | (random.random(len(room)) < 0.9)
    begun = fixed | (allowed & (random.random(len(room)) < 0.4))
    plan = begun.copy()
    lost = exchange(*pairs, weight, room, allowed, fixed, plan, 6, 2, seed)
    assert np.isclose(lost, left_over(reach, weight, room, plan))
    assert lost <= left_over(reach, weight, room, begun) + 1e-9
    assert plan.sum() == begun.sum() and plan[fixed].all() and not plan[~allowed].any()


@pytest.mark.parametrize("seed", range(30))
def test_no_single_exchange_is_better(seed):
    reach, pairs, weight, room = arrays(seed)
    everywhere, none = np.ones(len(room), dtype=bool), np.zeros(len(room), dtype=bool)
    plan = none.copy()
    plan[: len(room) // 2] = True
    lost = exchange(*pairs, weight, room, everywhere, none, plan, 40, 2, seed)
    for out in np.flatnonzero(plan):
        for into in np.flatnonzero(~plan):
            trial = plan.copy()
            trial[out], trial[into] = False, True
            assert left_over(reach, weight, room, trial) >= lost - 1e-6


def test_the_same_seed_gives_the_same_plan():
    _, pairs, weight, room = arrays(7)
    plans = []
    for _ in range(2):
        plan = np.zeros(len(room), dtype=bool)
        plan[0] = True
        exchange(*pairs, weight, room, np.ones(len(room), dtype=bool), np.zeros(len(room), dtype=bool), plan, 10, 3, 5)
        plans.append(plan)
    assert (plans[0] == plans[1]).all()
