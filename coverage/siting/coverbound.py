"""Bound what a cover costs from below, quickly: its linear relaxation, sharpened by cuts of three rows each.

Takes `Rows` over sites 0…n−1, their prices and what a known cover costs; gives the bound.

Any three rows cut: Σ ⌈(how many of the three site j wins) / 2⌉ x_j ≥ 2 (Balas & Ng 1989). Those that the relaxation
breaks are added, and it is solved again. The bound is the Lagrangian's for the multipliers met, which is true however
near they are to the best.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from coverage.siting.milp import Draft
from coverage.siting.rows import Rows
from coverage.siting.solver import near_optimum

TURNS, MARGIN, SPARE, EACH, MOST = 12, 0.01, 1.5, 6, 200_000
"""Rounds of cutting; by how much a cut must be broken; how often rows in cuts are won at most; how many cuts of one
round a row is in; how many are found."""

WORTH = 0.0001
"""A round that raises the bound by a smaller share is the last."""

PAIRS = 1_000_000
"""Pairs of row and site up to which the relaxation goes to HiGHS."""

PATIENCE = 300
"""Steps without gain that halve the stride of the subgradient."""


def cover_bound(part: Rows, cost: np.ndarray, value: float, until: float,
                stop: Callable[[], bool] = lambda: False) -> float:
    """No cover of `part`, each of whose rows has a site, costs less; `value` is what a known one costs.

    It ends when rounds no longer gain, at the time `until` or, after a round, when `stop()` answers True.
    """
    from coverage.siting.kernels.setcover import triangles

    n, m = len(part), len(cost)
    site, row = part.site, part.row
    col_ptr, by_site = _by_site(site, row, m)
    lam = np.minimum.reduceat((cost / np.maximum(np.diff(col_ptr), 1))[site], part.ptr[:-1])
    cuts, bound = np.zeros((0, 3), dtype=np.int64), float(lam.sum()) * (1 - 1e-9)  # no site's share is overpaid
    for _ in range(TURNS):
        cut_row, cut_site = _pairs(part, cuts, m)
        need = np.concatenate((np.ones(n), np.full(len(cuts), 2.0)))
        better, lam, usual = _relaxed(np.concatenate((row, n + cut_row)), np.concatenate((site, cut_site)), need, cost,
                                      lam, value, until)
        gained, bound = better - bound, max(bound, better)
        if gained < WORTH * value or bound >= value - 1e-6 or time.monotonic() > until or stop():
            break
        held = lam[n:] > 1e-6
        near = np.bincount(row, weights=usual[site], minlength=n) < SPARE
        triples, left = triangles(part.ptr, site, col_ptr, by_site, usual, near, MARGIN, MOST)
        fresh = _chosen(triples[np.argsort(left, kind="stable")], cuts[held], n)
        if len(fresh) == 0:
            break
        lam = np.concatenate((0.9 * lam[:n], 0.9 * lam[n:][held], np.zeros(len(fresh))))
        cuts = np.concatenate((cuts[held], fresh))
    return bound


def _relaxed(row: np.ndarray, site: np.ndarray, need: np.ndarray, cost: np.ndarray, lam: np.ndarray, value: float,
             until: float) -> tuple[float, np.ndarray, np.ndarray]:
    """The linear relaxation, nearly: (a true bound, multipliers, how far each site is open).

    Problems up to PAIRS by interior points, larger ones by the subgradient, which begins from `lam`.
    """
    from coverage.siting.kernels.setcover import ROUNDING, climb

    m = len(cost)
    if len(site) <= PAIRS:
        draft = Draft()
        draft.rows(len(need), [(row, draft.columns(cost, integer=False)[site], 1.0)], lower=need)
        usual, lam = near_optimum(draft.finish(), time_limit=until - time.monotonic())
        left = cost - np.bincount(site, weights=lam[row], minlength=m)
        paid = need * lam
        bound = paid.sum() + np.minimum(left, 0.0).sum()
        bound -= ROUNDING * (paid.sum() + np.abs(left).sum())
    else:
        columns, size = _by_site(site, row, m), len(need)
        bound, _, usual = climb(*columns, cost, need, np.full(size, np.inf), np.zeros(m, dtype=np.int8), m, lam,
                                value, value, 100 * PATIENCE, 1.0, PATIENCE)
    return bound, lam, np.where(usual < 1e-3, 0.0, usual)


def _by_site(site: np.ndarray, row: np.ndarray, n_sites: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs by site: (where each site's begin, their rows)."""
    size = np.bincount(site, minlength=n_sites)
    begins = np.concatenate(([0], np.cumsum(size)))
    return begins.astype(np.int32), row[np.argsort(site, kind="stable")].astype(np.int32)


def _chosen(triples: np.ndarray, held: np.ndarray, n: int) -> np.ndarray:
    """The first of the triples that aren't held, no row in more than EACH of them."""
    known, often, chosen = set(map(tuple, held.tolist())), np.zeros(n, dtype=np.int64), []
    for triple in triples.tolist():
        if (often[triple] < EACH).all() and tuple(triple) not in known:
            often[triple] += 1
            chosen.append(triple)
    return np.array(chosen, dtype=np.int64).reshape(-1, 3)


def _pairs(part: Rows, cuts: np.ndarray, n_sites: int) -> tuple[np.ndarray, np.ndarray]:
    """Each cut's sites, twice where a site wins all three rows: (cut, site)."""
    first, size = part.ptr[:-1][cuts.ravel()], np.diff(part.ptr)[cuts.ravel()]
    pair = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)
    cut = np.repeat(np.arange(len(cuts)).repeat(3), size)
    key, times = np.unique(cut * n_sites + part.site[pair], return_counts=True)
    key = np.repeat(key, (times + 1) // 2)
    return key // n_sites, key % n_sites
