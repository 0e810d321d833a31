"""Every exchange of one site for another, in each model's own measure, against solving the exchanged plan afresh."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage import siting
from coverage.errors import InfeasibleError
from coverage.siting.exchange import affordable, exchanges
from coverage.siting.fair_shares import unit_labels
from coverage.siting.instance import CANDIDATE, read
from coverage.siting.rows import rows_within
from coverage.siting.worth import (
    Above,
    Asked,
    Kept,
    OverYears,
    Reached,
    Shares,
    Walked,
    WorstView,
    price_of_new,
)
from coverage.siting.worth_of_places import Placed, PlacedWhole

from . import oracle
from .conftest import questions, tables

WITHIN = 6.0


def fixed(sites: pd.DataFrame, plan: set) -> pd.DataFrame:
    """The sites with exactly this plan: existing ones, the plan's required, all others forbidden."""
    role = ["既有" if r == "既有" else "必选" if s in plan else "禁选" for s, r in sites["role"].items()]
    return sites.assign(role=role)


def solved(model: str, tables, plan: set, **options) -> float:
    """siting's own objective of a plan, nan where it has none."""
    times, demand, sites = tables
    try:
        return getattr(siting, model)(times, demand, fixed(sites, plan), **options).objective
    except InfeasibleError:
        return math.nan


def plan_of(sites: pd.DataFrame, n: int) -> set:
    """Existing and required sites, and the first n candidates."""
    candidates = [s for s, r in sites["role"].items() if r == "候选"]
    return {s for s, r in sites["role"].items() if r in ("既有", "必选")} | set(candidates[:n])


def against_all(tables, worth, plan: set, value, *, same=math.isclose, allowed=None):
    """The best replacement of each candidate out of `plan`, against `value` of every exchanged plan."""
    times, demand, sites = tables
    instance = read(times, demand, sites, within_min=WITHIN)
    is_open = np.isin(instance.site_id, list(plan))
    outs = np.flatnonzero(is_open & instance.is_role(CANDIDATE))
    assert same(worth.value(is_open), value(plan))
    best = min if worth.less else max
    for out, exchange in exchanges(instance, worth, is_open, outs).items():
        left = plan - {instance.site_id[out]}
        spare = [s for s, r in sites["role"].items() if r == "候选" and s not in plan]
        every = {s: value(left | {s}) for s in spare}
        every = {s: v for s, v in every.items() if math.isfinite(v)}
        assert exchange.proven
        assert len(exchange.options) == min(4, len(every))
        if every:
            assert same(exchange.options[0][1], best(every.values()))
        for option, worth_there in exchange.options:
            assert same(worth_there, every[instance.site_id[option]])
        assert same(exchange.without, value(left)) or not math.isfinite(value(left))


def close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(0, 3), st.sampled_from([0.0, 0.5]))
def test_reached_and_backup(tables, n, second):
    times, demand, sites = tables
    instance = read(times, demand, sites, within_min=WITHIN)
    plan = plan_of(sites, n)

    def value(open_ids):
        return solved("backup_mclp", tables, open_ids, within_min=WITHIN, p=9, backup_weight=second)

    against_all(tables, Reached(rows_within(instance), len(sites), second), plan, value, same=close)


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(1, 3), st.sampled_from([1.0, 0.3, 0.0]))
def test_minutes_of_all_of_the_worst_off_and_of_the_farthest(tables, n, share):
    """Plans that leave someone without a route have no value in siting; here those are only ever worse."""
    times, demand, sites = tables
    times = pd.concat([times, pd.DataFrame([(d, s, 50.0) for d in demand.index for s in sites.index],
                                           columns=times.columns)]).drop_duplicates(["demand_id", "site_id"])
    tables = times, demand, sites
    worth = Walked(read(*tables, within_min=WITHIN), share)
    model = {1.0: "p_median", 0.0: "p_center"}.get(share, "p_tail")
    plan = plan_of(sites, n)
    people = demand["weight"].sum()
    if not people or not any(r != "禁选" for r in sites["role"]):
        return

    def value(open_ids):
        if not open_ids:
            return worth.far if people else 0.0
        options = {"share": share} if model == "p_tail" else {}
        found = solved(model, tables, open_ids, p=9, **options)
        return found / people if model == "p_median" else found

    against_all(tables, worth, plan, value, same=close)


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(0, 3), st.sampled_from([None, 0.7]))
def test_shares_of_units(tables, n, goal):
    times, demand, sites = tables
    demand = demand.assign(unit=["甲", "乙"] * (len(demand) // 2) + ["甲"] * (len(demand) % 2))
    instance = read(times, demand, sites, within_min=WITHIN)
    units, label = unit_labels(instance)
    rows = rows_within(instance, label=label)
    people = np.bincount(label, weights=instance.weight, minlength=len(units))
    worth = Shares(rows, people, len(sites), goal)

    def value(open_ids):
        won = rows.won(np.isin(instance.site_id, list(open_ids)))
        held = {u: sum(w for w, at, o in zip(instance.weight, label, won, strict=True) if at == u and o)
                for u in range(len(units))}
        if goal is not None:
            return sum(max(0.0, goal * people[u] - held[u]) for u in held)
        lifted = [u for u in held if people[u] and any(
            w > 0 and len(rows.site[rows.ptr[i]:rows.ptr[i + 1]])
            for i, (w, at) in enumerate(zip(instance.weight, label, strict=True)) if at == u)]
        return min((held[u] / people[u] for u in lifted), default=math.inf)

    against_all(tables, worth, plan_of(sites, n), value, same=close)


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(0, 3), st.data())
def test_places(tables, n, data):
    """Against the capacitated model with exactly the plan open."""
    times, demand, sites = tables
    sites = sites.assign(capacity=[data.draw(st.integers(0, 12)) for _ in sites.index])
    tables = times, demand, sites
    instance = read(*tables, within_min=WITHIN)

    def value(open_ids):
        return solved("capacitated_mclp", tables, open_ids, within_min=WITHIN, p=9)

    worth = Placed(instance, np.zeros(len(sites)), 1.0, served=True)
    against_all(tables, worth, plan_of(sites, n), value, same=close)


@settings(max_examples=20, deadline=None)
@given(questions(), st.integers(1, 3), st.data())
def test_places_with_their_price_and_way(tables, n, data):
    times, demand, sites = tables
    sites = sites.assign(capacity=[data.draw(st.integers(5, 30)) for _ in sites.index])
    tables = times, demand, sites
    instance = read(*tables, within_min=WITHIN)
    worth = Placed(instance, price_of_new(instance, sites=False), 0.5)
    reachable = read(times, demand, sites, within_min=WITHIN)
    ptr, _ = reachable.within()
    everyone = reachable.weight[np.diff(ptr) > 0].sum()

    def value(open_ids):
        is_open = np.isin(instance.site_id, list(open_ids))
        reached = {d for d, s, t in times.itertuples(index=False) if s in open_ids and t <= WITHIN}
        if demand["weight"][list(reached)].sum() < everyone:  # siting would leave out whom no open site reaches
            assert worth.people(is_open) < everyone
            return worth.value(is_open)
        found = solved("cflp", tables, open_ids, within_min=WITHIN, cost_per_person_min=0.5)
        assert math.isnan(found) == (worth.people(is_open) < everyone - 1e-6)
        return worth.value(is_open) if math.isnan(found) else found  # too few places: siting has no plan

    against_all(tables, worth, plan_of(sites, n), value, same=close)


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(1, 3), st.booleans())
def test_what_is_asked_is_kept_at_what_price_or_missed_by_how_much(tables, n, missed):
    times, demand, sites = tables
    instance = read(times, demand, sites, within_min=WITHIN)
    marked = instance.site_unit == "甲"
    asked = [Asked(0.6 * instance.weight.sum(), rows_within(instance)), Asked(1.0, marked=marked, weight=2.0)]
    worth = Kept(asked, price_of_new(instance, sites=False), missed)

    def value(open_ids):
        is_open = np.isin(instance.site_id, list(open_ids))
        reached = {d for d, s, t in times.itertuples(index=False) if s in open_ids and t <= WITHIN}
        people = 0.6 * demand["weight"].sum()
        short = max(0.0, people - demand["weight"][list(reached)].sum()), max(0.0, 1.0 - (is_open & marked).sum())
        if missed:
            return short[0] / max(people, 1e-9) + 2.0 * short[1]
        new = [s for s in open_ids if sites["role"][s] != "既有"]
        return sites["cost"][new].sum() if max(short) <= 1e-6 else math.inf

    against_all(tables, worth, plan_of(sites, n), value, same=lambda a, b: a == b or close(a, b))


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(0, 3), st.data())
def test_places_that_take_a_village_whole(tables, n, data):
    """Settled, the worth is the model's own; else nothing that the model finds is better."""
    times, demand, sites = tables
    sites = sites.assign(capacity=[data.draw(st.integers(0, 12)) for _ in sites.index])
    tables = times, demand, sites
    instance = read(*tables, within_min=WITHIN)

    def value(open_ids):
        return solved("capacitated_mclp", tables, open_ids, within_min=WITHIN, p=9, split=False)

    worth = PlacedWhole(instance, np.zeros(len(sites)), 1.0, served=True)
    plan = plan_of(sites, n)
    against_all(tables, worth, plan, value, same=close)
    is_open = np.isin(instance.site_id, list(plan))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("coverage.siting.worth_of_places.FEW_PAIRS", 0)
        bound = PlacedWhole(instance, np.zeros(len(sites)), 1.0, served=True)
        assert bound.value(is_open) >= value(plan) - 1e-6
        assert not bound.settled(is_open) or close(bound.value(is_open), value(plan))


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(1, 3), st.integers(0, 3))
def test_phases_summed(tables, n, first):
    """One candidate more a phase; of the last plan one site is out, and another open from phase `first` on."""
    times, demand, sites = tables
    instance = read(*tables, within_min=WITHIN)
    plans, first = [plan_of(sites, k) for k in range(n + 1)], min(first, n)
    worth = OverYears(Reached(rows_within(instance), len(sites)),
                      [np.isin(instance.site_id, list(plan)) for plan in plans], first)

    def summed(phases):
        return sum(oracle.people(demand, oracle.reach(times, plan, WITHIN)) for plan in phases)

    assert worth.value(np.isin(instance.site_id, list(plans[-1]))) == summed(plans)
    out = next(iter(plans[first] - plans[max(0, first - 1)]), None)  # which opened in that phase, if any did
    left = np.isin(instance.site_id, list(plans[-1] - {out}))
    for at in np.flatnonzero(~np.isin(instance.site_id, list(plans[-1])) & ~instance.is_role("禁选")):
        then = [plan if number < first else plan - {out} | {instance.site_id[at]} for number, plan in enumerate(plans)]
        after = left.copy()
        after[at] = True
        assert worth.adding(left)[at] == worth.value(after) == summed(then)


@settings(max_examples=25, deadline=None)
@given(questions(), st.integers(0, 3), st.booleans(), st.data())
def test_the_upper_of_two_tiers(tables, n, refers, data):
    """The lower tier's sites are the same ones, all open; of them those stay that an open upper one is near."""
    times, demand, sites = tables
    instance = read(*tables, within_min=WITHIN)
    rows, m = rows_within(instance), len(sites)
    pairs = np.array([[data.draw(st.booleans()) for _ in range(m)] for _ in range(m)]) if refers else None
    free = instance.is_role("既有")
    lower = ~instance.is_role("禁选")

    def value(open_ids):
        is_open = np.isin(instance.site_id, list(open_ids))
        stay = [j for j in np.flatnonzero(lower) if pairs is None or free[j] or (pairs[j] & is_open).any()]
        ids = set(instance.site_id[stay])
        both = oracle.reach(times, ids, WITHIN) & oracle.reach(times, open_ids, WITHIN)
        return oracle.people(demand, both)

    against_all(tables, Above(rows, rows, lower, free, pairs), plan_of(sites, n), value, same=close)


def test_the_worst_of_two_views(six_villages):
    """Within 10, and on slow roads within 5: one site serves its neighbours, or only its own village."""
    instance = read(*six_villages, within_min=10)
    views = [Reached(rows_within(instance, minutes), 6) for minutes in (10, 5)]
    worth = WorstView(views)
    is_open = np.array([False, False, False, False, True, False])  # s5: 150, or 50
    assert worth.value(is_open) == 50
    exchange, = exchanges(instance, worth, is_open, np.array([4])).values()
    assert exchange.options[0] == (5, 60)
    assert exchange.without == 0


def test_one_that_replaces_is_valued_with_the_other_shut():
    """s2 stands in for the existing s1: in s3's place it would gain d2 but lose d1."""
    times = pd.DataFrame([("d1", "s1", 1.0), ("d2", "s2", 1.0), ("d3", "s3", 1.0), ("d3", "s4", 1.0)],
                         columns=["demand_id", "site_id", "travel_min"])
    demand = pd.DataFrame({"weight": [10, 12, 5]}, index=["d1", "d2", "d3"])
    sites = pd.DataFrame({"role": ["既有", "候选", "候选", "候选"], "replaces": ["", "s1", "", ""]},
                         index=["s1", "s2", "s3", "s4"])
    instance = read(times, demand, sites, within_min=5)
    is_open = np.array([True, False, True, False])
    exchange, = exchanges(instance, Reached(rows_within(instance), 4), is_open, np.array([2])).values()
    assert exchange.options == ((3, 15), (1, 12))


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_nobody_to_walk_is_nothing(share):
    times = pd.DataFrame({"demand_id": ["d"], "site_id": ["s"], "travel_min": [1.0]})
    demand, sites = pd.DataFrame({"weight": [0]}, index=["d"]), pd.DataFrame({"role": ["候选"]}, index=["s"])
    worth = Walked(read(times, demand, sites), share)
    assert worth.value(np.array([True])) == 0
    assert worth.adding(np.array([False])).tolist() == [0]


def test_what_a_shut_institution_would_have_cost_is_no_money_to_spend():
    """20 a year: E, which takes 10, is shut, N and O take 10 each. M takes 20 and replaces E: too dear in N's place.

    With E open in O's place M would free its 10.
    """
    sites = {"E": {"role": "可关", "yearly_cost": 10}, "M": {"yearly_cost": 20, "replaces": "E"},
             "N": {"yearly_cost": 10}, "O": {"yearly_cost": 10}}
    instance = read(*tables({("v", s): 5.0 for s in sites}, {"v": 1}, sites), within_min=10)
    allowed = affordable(instance, np.array([False, False, True, True]), [2], yearly_budget=20)[2]
    assert list(instance.site_id[allowed]) == ["E", "N", "O"]
    assert affordable(instance, np.array([True, False, True, False]), [2], yearly_budget=20)[2][1]


def test_a_place_that_needs_more_people_than_come_is_not_settled():
    """s1 takes all 10, nearer than s2, which needs 4 of them."""
    times = pd.DataFrame([("d", "s1", 1.0), ("d", "s2", 2.0)], columns=["demand_id", "site_id", "travel_min"])
    sites = pd.DataFrame({"capacity": [10.0, 10.0], "min_people": [0, 4]}, index=["s1", "s2"])
    worth = Placed(read(times, pd.DataFrame({"weight": [10]}, index=["d"]), sites), np.zeros(2), 1.0)
    assert worth.settled(np.array([True, False]))
    assert worth.settled(np.array([False, True]))
    assert not worth.settled(np.array([True, True]))
