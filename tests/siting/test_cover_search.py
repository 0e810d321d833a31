"""The bound and the search of set covering: the bound is true, the cuts are valid, annealing loses nothing."""

import time
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linprog, milp

from coverage.siting import coverbound, lscp, setcover
from coverage.siting.annealed import Annealer
from coverage.siting.coverbound import cover_bound
from coverage.siting.reweighted import fewer_sites
from coverage.siting.rows import Rows

from . import oracle
from .conftest import questions


def rows_of(table: np.ndarray) -> Rows:
    """Rows over sites from a 0–1 table of which site wins which row."""
    row, site = np.nonzero(table)
    ptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(table)))))
    return Rows(np.ones(len(table), dtype=np.int64), np.zeros(len(table), dtype=np.int64), ptr, site)


def cheapest_cover(table: np.ndarray, price: np.ndarray) -> float:
    sites = range(table.shape[1])
    return min(price[list(plan)].sum() for size in range(table.shape[1] + 1) for plan in combinations(sites, size)
               if table[:, list(plan)].any(axis=1).all())


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 8), st.integers(0, 10**6), st.booleans(), st.booleans(), st.booleans())
def test_no_cover_costs_less_than_the_bound(n, m, seed, unit, large, late):
    random = np.random.default_rng(seed)
    table = random.random((n, m)) < 0.4
    table[np.arange(n), random.integers(0, m, n)] = True
    price = np.ones(m) if unit else random.integers(0, 6, m).astype(float)
    best = cheapest_cover(table, price)
    ours, coverbound.PAIRS = coverbound.PAIRS, 0 if large else coverbound.PAIRS
    try:
        bound = cover_bound(rows_of(table), price, float(price.sum()), 0.0 if late else np.inf)
    finally:
        coverbound.PAIRS = ours
    assert -1e-6 <= bound <= best + 1e-6


def test_cuts_of_three_rows_lift_the_bound_above_the_linear_relaxation():
    random = np.random.default_rng(1)
    places = random.random((300, 2))
    table = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) <= 0.12
    relaxed = linprog(np.ones(300), A_ub=-table.astype(float), b_ub=-np.ones(300), bounds=(0, 1)).fun
    exact = milp(np.ones(300), constraints=LinearConstraint(table.astype(float), lb=1), integrality=np.ones(300)).fun
    assert relaxed + 0.1 < cover_bound(rows_of(table), np.ones(300), exact + 2, np.inf) <= exact + 1e-6


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 8), st.integers(1, 7), st.integers(0, 10**6))
def test_every_cover_keeps_every_cut(n, m, seed):
    random = np.random.default_rng(seed)
    table = random.random((n, m)) < 0.5
    table[np.arange(n), random.integers(0, m, n)] = True
    cuts = np.array(list(combinations(range(n), 3)))
    cut, site = coverbound._pairs(rows_of(table), cuts, m)
    for size in range(m + 1):
        for plan in combinations(range(m), size):
            if table[:, list(plan)].any(axis=1).all():
                wins = np.bincount(cut[np.isin(site, plan)], minlength=len(cuts))
                assert (wins >= 2).all()


@settings(max_examples=12, deadline=None)
@given(questions(), st.integers(0, 12))
def test_searched_and_bounded_covers_agree_with_every_plan(question, within):
    times, demand, sites = question
    ours, setcover.SEARCH_ROWS = setcover.SEARCH_ROWS, 1
    try:
        result = lscp(times, demand, sites, within_min=within)
    finally:
        setcover.SEARCH_ROWS = ours
    everyone = oracle.reach(times, [s for s, role in sites["role"].items() if role != "禁选"], within)
    best = min(len(oracle.new(plan, sites)) for plan in oracle.plans(sites)
               if everyone <= oracle.reach(times, plan, within))
    assert (result.status, result.objective, result.bound) == ("optimal", best, best)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 12), st.integers(1, 9), st.integers(0, 10**6))
def test_the_search_meets_the_fewest_sites_and_keeps_every_row(n, m, seed):
    random = np.random.default_rng(seed)
    table = random.random((n, m)) < 0.3
    table[np.arange(n), random.integers(0, m, n)] = True
    plans = [fewer_sites(rows_of(table), table.any(axis=0), np.inf, 7, steps=2_000, least=lambda: 0) for _ in range(2)]
    assert (plans[0] == plans[1]).all()
    assert table[:, plans[0]].any(axis=1).all()
    assert plans[0].sum() == cheapest_cover(table, np.ones(m))


def test_the_search_goes_on_where_it_looked_at_the_clock():
    random = np.random.default_rng(5)
    places = random.random((400, 2))
    table = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) <= 0.1
    rows, seen = rows_of(table), []
    plan = fewer_sites(rows, np.ones(400, dtype=bool), np.inf, 1, steps=200_000, least=lambda: 0,
                       progress=lambda sites: seen.append(int(sites)))
    exact = milp(np.ones(400), constraints=LinearConstraint(table.astype(float), lb=1), integrality=np.ones(400)).fun
    assert len(seen) > 1 and seen == sorted(seen, reverse=True)
    assert table[:, plan].any(axis=1).all() and plan.sum() == round(exact)


def test_a_cover_is_the_same_however_late_its_bound_is_known(monkeypatch):
    random = np.random.default_rng(2)
    places, delayed = random.random((700, 2)), []
    rows = rows_of(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) <= 0.08)
    soon = setcover.cheapest(rows, np.ones(700), time_limit=60, seed=4)

    def slow_bound(*args, **options):
        delayed.append(time.sleep(0.3))
        return cover_bound(*args, **options)

    monkeypatch.setattr(setcover, "cover_bound", slow_bound)
    late = setcover.cheapest(rows, np.ones(700), time_limit=60, seed=4)
    assert delayed
    assert soon.status == late.status == "optimal"
    assert (soon.values == late.values).all() and soon.bound == late.bound


def test_annealing_is_the_same_for_a_seed_and_says_truly_what_it_leaves():
    random = np.random.default_rng(3)
    table = random.random((60, 40)) < 0.1
    rows, weight = rows_of(table), random.integers(1, 9, 60)
    plan = np.arange(40) < 6
    runs = [Annealer(rows.ptr, rows.site, weight, 40, seed).cooled(plan, 5_000, 0.3, lambda: False)
            for seed in (1, 1)]
    assert (runs[0][1] == runs[1][1]).all()
    _, best, left = runs[0]
    reachable = table.any(axis=1)
    assert best.sum() == 6
    assert left == weight[reachable & ~table[:, best].any(axis=1)].sum()
    assert left <= weight[reachable & ~table[:, plan].any(axis=1)].sum()
