"""Whole villages at one site each: against trying every plan and every way to send them."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError
from coverage.siting import capacitated_mclp, capacitated_p_median, cflp
from coverage.siting.kernels.whole import settle

from . import oracle
from .conftest import questions

ROOMS = st.lists(st.one_of(st.none(), st.integers(0, 15)), min_size=3, max_size=3)


def ways(question, plan, within):
    """(people served, person-minutes) of every way to send each village to one open site with a place, or to none."""
    times, demand, sites = question
    near = {d: [(s, t) for s, t in zip(part["site_id"], part["travel_min"], strict=True) if s in plan and t <= within]
            for d, part in times.groupby("demand_id")}
    villages = [d for d in demand.index if demand["weight"][d] > 0]
    for seats in itertools.product(*([None, *near.get(d, [])] for d in villages)):
        load = dict.fromkeys(plan, 0)
        for d, seat in zip(villages, seats, strict=True):
            if seat:
                load[seat[0]] += demand["weight"][d]
        if all(pd.isna(sites["capacity"][s]) or load[s] <= sites["capacity"][s] for s in plan):
            taken = [(demand["weight"][d], seat[1]) for d, seat in zip(villages, seats, strict=True) if seat]
            yield sum(w for w, _ in taken), sum(w * t for w, t in taken)


def roomy(question, rooms):
    times, demand, sites = question
    return times, demand, sites.assign(capacity=pd.array([rooms[j % len(rooms)] for j in range(len(sites))], "Float64"))


@settings(max_examples=12, deadline=None)
@given(questions(max_demand=4, max_sites=4), ROOMS, st.integers(0, 12), st.integers(0, 3))
def test_most_whole_villages_are_what_trying_every_way_gives(question, rooms, within, p):
    question = roomy(question, rooms)
    good = [plan for plan in oracle.plans(question[2]) if len(oracle.new(plan, question[2])) <= p]
    if not good:
        return
    result = capacitated_mclp(*question, within_min=within, p=p, split=False)
    assert result.status == "optimal"
    assert result.objective == max(served for plan in good for served, _ in ways(question, plan, within))
    assert result.flows["demand_id"].is_unique


@settings(max_examples=12, deadline=None)
@given(questions(max_demand=4, max_sites=4), ROOMS, st.integers(0, 12), st.integers(0, 3), st.booleans())
def test_everyone_s_whole_village_is_served_at_least_cost(question, rooms, within, p, dear):
    question = roomy(question, rooms)
    times, demand, sites = question
    must = oracle.people(demand, oracle.reach(times, set(sites.index[sites["role"] != "禁选"]), within))
    best = math.inf
    for plan in oracle.plans(sites):
        if len(oracle.new(plan, sites)) <= p:
            for served, minutes in ways(question, plan, within):
                if served == must:
                    best = min(best, minutes + (oracle.price(plan, sites) if dear else 0))
    solve = cflp if dear else capacitated_p_median
    if best == math.inf:
        with pytest.raises(InfeasibleError):
            solve(*question, p=p, within_min=within, split=False)
        return
    result = solve(*question, p=p, within_min=within, split=False)
    assert (result.status, result.objective) == ("optimal", pytest.approx(best))
    assert result.flows["demand_id"].is_unique


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
def test_local_search_fills_no_site_past_its_room_and_gains_with_rounds(seed):
    random = np.random.default_rng(seed)
    m, n = int(random.integers(1, 5)), int(random.integers(1, 15))
    weight, room = random.integers(1, 20, n).astype(float), np.append(random.integers(0, 60, m), 1e15).astype(float)
    cost = np.vstack([random.integers(0, 30, (m, n)), np.full(n, 40)]).astype(float) * weight
    cost[:m][random.random((m, n)) < 0.3] = np.inf
    begun, first = settle(cost, weight, room, np.zeros_like(cost), 0, 3, 1)
    seat, value = settle(cost, weight, room, np.zeros_like(cost), 30, 3, 1)
    assert value <= first
    assert value == pytest.approx(cost[seat, np.arange(n)].sum()) and first == pytest.approx(
        cost[begun, np.arange(n)].sum())
    assert (np.bincount(seat, weights=weight, minlength=m + 1) <= room + 1e-9).all()


def test_whole_villages_have_a_plan_though_there_is_no_time():
    random = np.random.default_rng(3)
    minutes = random.integers(1, 40, (40, 12)).astype(float)
    times = pd.DataFrame([(f"d{i:02}", f"s{j:02}", minutes[i, j]) for i in range(40) for j in range(12)],
                         columns=["demand_id", "site_id", "travel_min"])
    demand = pd.DataFrame({"weight": random.integers(1, 20, 40)}, index=[f"d{i:02}" for i in range(40)])
    sites = pd.DataFrame({"cost": 30.0, "capacity": 110.0}, index=[f"s{j:02}" for j in range(12)])
    tables = (times, demand, sites)
    most = capacitated_mclp(*tables, p=5, within_min=40.0, split=False, time_limit=0.0)
    assert most.served > 0.7 * min(550, most.total)
    assert capacitated_p_median(*tables, p=6, split=False, time_limit=0.0).served == demand["weight"].sum()
    assert cflp(*tables, split=False, time_limit=0.0).served == demand["weight"].sum()
