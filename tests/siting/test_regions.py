"""The rows of regions against trying every set of sites."""

from itertools import chain, combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.siting.kernels.blocking import cheapest
from coverage.siting.regions import Region, _whole
from coverage.siting.rows import Rows


def made(seed, n_units):
    """Rows of a few units over up to seven sites, what each unit needs, and a point that takes parts of sites."""
    random = np.random.default_rng(seed)
    n, m = int(random.integers(1, 8)), int(random.integers(1, 8))
    reach = random.random((n, m)) < 0.5
    reach[np.arange(n), random.integers(0, m, n)] = True
    label = np.sort(random.integers(0, n_units, n))
    rows = Rows(random.integers(1, 20, n), label, np.concatenate(([0], np.cumsum(reach.sum(axis=1)))),
                np.nonzero(reach)[1])
    held = np.bincount(label, weights=rows.weight, minlength=n_units)
    need = np.ceil(held * random.uniform(0.2, 1.0, n_units))
    return rows, need, np.round(random.random(m) * (random.random(m) < 0.7), 2)


def enough(rows, need):
    """Every set of sites that gives each unit what it needs."""
    sites = np.unique(rows.site)
    for chosen in chain.from_iterable(combinations(sites, k) for k in range(len(sites) + 1)):
        is_open = np.zeros(rows.site.max() + 1, dtype=bool)
        is_open[list(chosen)] = True
        won = rows.won(is_open)
        if (np.bincount(rows.label[won], weights=rows.weight[won], minlength=len(need)) >= need).all():
            yield is_open


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 3))
def test_cheapest_set_is_that_of_trying_all(seed, n_units):
    rows, need, _ = made(seed, n_units)
    region = Region(rows, np.arange(n_units), need)
    price = np.random.default_rng(seed + 1).integers(0, 6, len(region.sites)).astype(float)
    least = min(price[np.flatnonzero(is_open[region.sites])].sum() for is_open in enough(rows, need))
    cost, chosen = cheapest(region.covers, region.weight, region.label, region.need, price, 1000.0, np.array([10_000]))
    assert cost == least == price[chosen].sum()
    assert region.is_enough(chosen)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 100_000), st.integers(1, 3))
def test_every_plan_that_is_enough_meets_the_rows_and_no_other_point_does(seed, n_units):
    """After all rows, no point is left that no mixture of plans lies below."""
    rows, need, point = made(seed, n_units)
    region = Region(rows, np.arange(n_units), need)
    cut = region.cut(np.append(point, np.zeros(8))[: rows.site.max() + 1], seed=1)
    if cut is None:
        return
    assert (cut.value == np.round(cut.value)).all()
    assert cut.value @ point[cut.site] < cut.least
    assert min(cut.value @ is_open[cut.site] for is_open in enough(rows, need)) == cut.least


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_plans_that_are_not_enough_are_cut_off(seed):
    rows, need, _ = made(seed, 2)
    region, m = Region(rows, np.arange(2), need), rows.site.max() + 1
    good = {tuple(np.flatnonzero(is_open)) for is_open in enough(rows, need)}
    for k in range(len(region.sites) + 1):
        for chosen in combinations(region.sites.tolist(), k):
            point = np.zeros(m)
            point[list(chosen)] = 1.0
            assert (region.cut(point, seed=1) is None) == (chosen in good)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_first_row_of_a_unit_holds_for_every_plan(seed):
    rows, need, _ = made(seed, 1)
    cut = Region(rows, np.arange(1), need).cover()
    if need[0] > 0:
        assert min(cut.value @ is_open[cut.site] for is_open in enough(rows, need)) >= cut.least


def test_a_search_that_grows_too_long_gives_no_row():
    rows, need, _ = made(3, 1)
    region = Region(rows, np.arange(1), need)
    region.nodes = 0
    assert region.cut(np.zeros(rows.site.max() + 1), seed=1) is None


def test_values_become_whole_in_the_same_proportion():
    assert _whole(np.array([0.5, 1 / 3, 1.0])).tolist() == [3, 2, 6]
    assert (_whole(np.array([np.pi / 4, 1.0])) >= 60 * np.array([np.pi / 4 - 1e-5, 1.0])).all()
