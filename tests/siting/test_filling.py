"""Most people with a place: exchange, cuts, rounding and branching against linear programming and every plan."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.siting import capacitated_mclp
from coverage.siting.filling import _Filling, rounded
from coverage.siting.kernels.filling import exchange
from coverage.siting.kernels.mincut import parts, waiting
from coverage.siting.question import ask

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


def by_demand(reach):
    """Pairs as the cutting kernels have them: by demand, and where each site's are."""
    row, site = np.nonzero(reach.T)
    at = np.concatenate(([0], np.cumsum(reach.sum(axis=0))))
    return at, site, row, np.concatenate(([0], np.cumsum(reach.sum(axis=1)))), np.argsort(site, kind="stable")


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000))
def test_the_cut_says_how_many_partly_open_sites_leave_out(seed):
    """Left over by the flow = the most that any group of demands is short of, and the group found is such a one."""
    reach, _, weight, room = arrays(seed)
    reach, weight = reach[:, :7], weight[:7]
    random = np.random.default_rng(seed)
    open_part, out = random.choice([0.0, 0.3, 0.5, 1.0], len(room)), weight * random.choice([0.0, 0.2], len(weight))
    at, site, row, ptr, pair = by_demand(reach)
    short, flow, group = waiting(weight - out, at, site, row, ptr, pair, weight[row] * open_part[site],
                                 room * open_part)

    def missing(members):
        takes = np.minimum(room, reach[:, members] @ weight[members])
        return (weight - out)[members].sum() - takes @ open_part

    groups = [np.array(g, dtype=bool) for g in itertools.product([False, True], repeat=len(weight))]
    assert np.isclose(short, max(missing(g) for g in groups))
    assert np.isclose(missing(group), short) or short < 1e-6
    assert (np.bincount(site, weights=flow, minlength=len(room)) <= room * open_part + 1e-6).all()
    number = parts(group, at, site, ptr, pair, row, open_part > 0)
    assert ((number >= 0) == group).all()
    assert np.isclose(sum(missing(number == piece) for piece in range(number.max() + 1)), short)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 100_000))
def test_a_rounded_row_holds_for_every_plan_and_cuts_the_point_off(seed):
    random = np.random.default_rng(seed)
    takes = random.integers(0, 30, int(random.integers(1, 8))).astype(float) + (random.random() < 0.3) * 0.37
    least = float(random.integers(1, 60))
    x = random.choice([0.0, 0.2, 0.5, 0.7, 1.0], len(takes))
    left_out = max(0.0, least - takes @ x)
    row = rounded(takes, least, x, left_out)
    if row is None:
        return
    new, high = row
    assert left_out + new @ x < high
    for plan in itertools.product([0.0, 1.0], repeat=len(takes)):
        for extra in (0.0, 3.7):
            assert max(0.0, least - takes @ plan) + extra + new @ plan >= high - 1e-6


def asked(seed):
    """A question of up to 7 options and 14 villages, in which places are short, and its limits."""
    random = np.random.default_rng(seed)
    m, n = int(random.integers(2, 8)), int(random.integers(2, 15))
    reach = random.random((n, m)) < 0.35
    weight = random.integers(1, 30, n)
    times = pd.DataFrame([(f"d{i}", f"s{j}", float(random.integers(1, 60))) for i, j in np.argwhere(reach)],
                         columns=["demand_id", "site_id", "travel_min"])
    sites = pd.DataFrame({"role": random.choice(["候选", "既有", "可关"], m, p=[0.8, 0.1, 0.1]),
                          "cost": random.integers(1, 9, m).astype(float), "yearly_cost": random.integers(0, 4, m) * 1.0,
                          "capacity": random.integers(0, 60, m).astype(float)}, index=[f"s{j}" for j in range(m)])
    demand = pd.DataFrame({"weight": weight if seed % 4 else weight * 0.37}, index=[f"d{i}" for i in range(n)])
    standing = sites.loc[sites["role"] == "既有", "yearly_cost"].sum()
    limits = [{"p": int(random.integers(0, 4))}, {"budget": float(random.integers(0, 16))},
              {"p": 3, "budget": 12.0}, {"p": 4, "yearly_budget": standing + 5.0}][seed % 4 if seed % 4 else seed % 3]
    return (times, demand, sites), limits


def most_served(question, limits):
    times, demand, sites = question
    best = -1.0
    for chosen in itertools.product([False, True], repeat=len(sites)):
        plan = sites[np.array(chosen, dtype=bool)]
        new = plan[plan["role"] == "候选"]
        if (len(new) > limits.get("p", 99) or new["cost"].sum() > limits.get("budget", 1e9)
                or plan["yearly_cost"].sum() > limits.get("yearly_budget", 1e9)
                or not set(sites.index[sites["role"] == "既有"]) <= set(plan.index)):
            continue
        near = times[times["site_id"].isin(plan.index)]
        cost = near.assign(cost=0.0).pivot(index="site_id", columns="demand_id", values="cost").reindex(
            index=plan.index, columns=demand.index).fillna(np.inf).to_numpy()
        cost = np.vstack([cost, np.ones(len(demand))])
        room = np.append(plan["capacity"].to_numpy(), demand["weight"].sum())
        best = max(best, demand["weight"].sum() - best_by_linear_program(cost, demand["weight"].to_numpy(), room))
    return best


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000))
def test_most_people_have_a_place_under_every_limit(seed):
    question, limits = asked(seed)
    result = capacitated_mclp(*question, within_min=99.0, **limits)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(most_served(question, limits))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 6))
def test_a_bound_is_true_whenever_it_is_stopped(seed, looks):
    question, limits = asked(seed)
    told = []

    def stop(value, bound):
        told.append((value, bound))
        return len(told) > looks

    result = capacitated_mclp(*question, within_min=99.0, progress=stop, **limits)
    best = most_served(question, limits)
    assert result.objective - 1e-6 <= best <= result.bound + 1e-6
    times, demand, _ = question
    near = demand.loc[times["demand_id"].unique(), "weight"].sum()
    assert all(bound <= near - best + 1e-6 for _, bound in told)


def test_scarce_places_are_proven_by_everyone_together():
    """150 villages of 60 and homes of 30, each near ten villages or so: five homes are full wherever they stand.

    Group by group that took hundreds of rows, each drawing the homes to where no row was yet.
    """
    places = np.random.default_rng(1).random((150, 2))
    far = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) * 100
    demand_at, site_at = np.nonzero(far <= 15)
    times = pd.DataFrame({"demand_id": [f"v{i}" for i in demand_at], "site_id": [f"s{j}" for j in site_at],
                          "travel_min": far[demand_at, site_at]})
    demand = pd.DataFrame({"weight": 60}, index=pd.Index([f"v{i}" for i in range(150)], name="demand_id"))
    sites = pd.DataFrame({"capacity": 30, "cost": 60.0}, index=pd.Index([f"s{j}" for j in range(150)], name="site_id"))
    run = _Filling(ask(times, demand, sites, within_min=15, time_limit=60, seed=1), (None, 300.0, None))
    answer = run.run()
    assert (answer.termination, answer.objective) == ("proven", 150 * 60 - 5 * 30)
    assert len(run.groups) <= 3
