"""The engine of limited places: its plans against trying every one, its bounds against the best plan."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.siting.fixedcharge import fixed_charge, solve_fixed_charge
from coverage.siting.kernels.flows import transport


def small(seed):
    """A question of up to 9 sites and 12 villages, one in two with prices."""
    random = np.random.default_rng(seed)
    m, n = int(random.integers(3, 10)), int(random.integers(3, 13))
    cost = np.abs(random.random((m, 1)) * 20 - random.random((1, n)) * 20).round(1)
    cost[random.random((m, n)) < 0.2] = np.inf
    weight = random.integers(1, 30, n).astype(float)
    room = (random.uniform(0.5, 1.5, m) * weight.sum() / m * 2).round()
    fixed = random.integers(0, 150, m).astype(float) if seed % 2 else np.zeros(m)
    standing = random.random(m) < 0.15
    usable = standing | (random.random(m) < 0.9)
    return cost, weight, fixed, room, standing, usable, int(random.integers(0, m))


def tried(cost, weight, fixed, room, standing, usable, k):
    """The least of every plan's value, each settled by transport."""
    best = math.inf
    for chosen in itertools.product(*([True] if s else [False, True] if u else [False]
                                      for s, u in zip(standing, usable, strict=True))):
        is_open = np.array(chosen)
        if (is_open & ~standing).sum() > k:
            continue
        here = np.flatnonzero(is_open)
        if len(here):
            fits, _, walked = transport(cost[here], weight, room[here])
            best = min(best, walked + fixed[is_open].sum()) if fits else best
    return best


def asked(cost, weight, fixed, room, standing, usable, k, **options):
    site, row = np.nonzero(np.isfinite(cost))
    problem = fixed_charge(row, site, cost[site, row], weight=weight, fixed=fixed, room=room, standing=standing,
                           usable=usable)
    return solve_fixed_charge(problem, k, seed=1, **options)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_a_proven_plan_is_the_best_of_all(seed):
    question = small(seed)
    best = tried(*question)
    found = asked(*question, time_limit=20.0)
    if found.termination == "proven":
        assert found.value == pytest.approx(best)
    assert found.bound <= best + 1e-6
    assert found.value >= best - 1e-6
    assert math.isfinite(best) or found.value == math.inf


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 4))
def test_a_bound_is_true_whenever_it_is_stopped(seed, looks):
    question = small(seed)
    told = []

    def stop(value, bound):
        told.append(bound)
        return len(told) > looks

    found = asked(*question, time_limit=20.0, progress=stop)
    best = tried(*question)
    assert max([found.bound, *told]) <= best + 1e-6
    assert found.value >= best - 1e-6


def test_every_question_in_which_everyone_fits_is_proven():
    proven = 0
    for seed in range(120):
        question = small(seed)
        if math.isfinite(tried(*question)):
            proven += 1
            assert asked(*question, time_limit=20.0).termination == "proven", seed
    assert proven > 40


def test_the_same_seed_gives_the_same_plan():
    first, second = (asked(*small(6), time_limit=20.0) for _ in range(2))
    assert (first.is_open == second.is_open).all() and first.value == second.value
