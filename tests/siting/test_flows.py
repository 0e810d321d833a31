"""The kernels of limited places against linear programming, and the bisection of shares against the plain model."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from coverage.siting import capacitated_p_median, cflp, fair
from coverage.siting import fair as fair_function
from coverage.siting.kernels.flows import transport

from .conftest import questions
from .test_fair import with_units


def best_by_linear_program(cost, weight, room):
    """The least cost of a transport, None if not all fit."""
    pairs = np.argwhere(np.isfinite(cost))
    if len(pairs) == 0:
        return None
    per_site, per_demand = np.zeros((len(room), len(pairs))), np.zeros((len(weight), len(pairs)))
    per_site[pairs[:, 0], np.arange(len(pairs))] = 1
    per_demand[pairs[:, 1], np.arange(len(pairs))] = 1
    found = linprog(cost[pairs[:, 0], pairs[:, 1]], A_ub=per_site, b_ub=room, A_eq=per_demand, b_eq=weight)
    return found.fun if found.status == 0 else None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_transport_is_the_linear_program_s(seed):
    random = np.random.default_rng(seed)
    n_sites, n = random.integers(1, 6), random.integers(1, 10)
    cost = random.integers(0, 12, (n_sites, n)).astype(float)
    cost[random.random(cost.shape) < 0.3] = np.inf
    weight, room = random.integers(1, 9, n).astype(float), random.integers(0, 25, n_sites).astype(float)
    fits, flow, total = transport(cost, weight, room)
    best = best_by_linear_program(cost, weight, room)
    assert fits == (best is not None)
    if fits:
        assert np.isclose(total, best)
        assert np.allclose(flow.sum(axis=0), weight)
        assert (flow.sum(axis=1) <= room + 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(0, 3), st.sampled_from(["p", "budget", "both"]))
def test_bisected_share_is_the_plain_model_s(question, within, most, kind):
    import sys

    from coverage.errors import InfeasibleError

    tables = with_units(question)
    limit = {"p": {"p": most}, "budget": {"budget": 3.0 * most}, "both": {"p": most, "budget": 3.0 * most}}[kind]
    try:
        exact = fair(*tables, within_min=within, **limit)
    except InfeasibleError:
        return
    module, large = sys.modules[fair_function.__module__], sys.modules[fair_function.__module__].LARGE
    module.LARGE = -1
    try:
        found = fair(*tables, within_min=within, **limit)
    finally:
        module.LARGE = large
    low, high = found.measures["worst_reachable"], found.measures["worst_reachable_bound"]
    assert low - 1e-9 <= exact.measures["worst_reachable"] <= high + 1e-9
    assert high - low <= 0.0021 * max(low, 1e-9) or low == 0


def test_a_relabelled_question_costs_the_same():
    """The order and the names of demand and sites change nothing but who is called what."""
    import pandas as pd

    random = np.random.default_rng(5)
    minutes = random.integers(1, 40, (25, 12)).astype(float)
    ids, names = [f"d{i:02}" for i in range(25)], [f"s{j:02}" for j in range(12)]
    times = pd.DataFrame([(ids[i], names[j], minutes[i, j]) for i in range(25) for j in range(12)],
                         columns=["demand_id", "site_id", "travel_min"])
    demand = pd.DataFrame({"weight": random.integers(1, 20, 25)}, index=ids)
    sites = pd.DataFrame({"cost": random.integers(50, 300, 12).astype(float), "capacity": 90.0}, index=names)
    new_d, new_s = dict(zip(ids, random.permutation(ids), strict=True)), dict(zip(names, random.permutation(names),
                                                                                  strict=True))
    again = (times.assign(demand_id=times["demand_id"].map(new_d), site_id=times["site_id"].map(new_s)).sample(
        frac=1, random_state=1), demand.rename(new_d).sample(frac=1, random_state=2),
        sites.rename(new_s).sample(frac=1, random_state=3))
    for model in (lambda q: cflp(*q), lambda q: capacitated_p_median(*q, p=5)):
        first, second = model((times, demand, sites)), model(again)
        assert first.status == second.status == "optimal"
        assert np.isclose(first.objective, second.objective)
