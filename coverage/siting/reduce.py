"""Shrink a set-covering problem without losing its optimum.

Takes `Rows` and the sites' prices; gives fewer rows over fewer sites, and its connected pieces.

A row whose sites include all of another row's is implied by it; a site whose rows all lie in those of a
site that is no dearer is never needed (Toregas & ReVelle 1972).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from coverage.siting.rows import Rows, merge

WORK_LIMIT = 300_000_000
"""Multiplications that one dominance pass may cost; a denser problem is left as it is."""


def reduce_cover(rows: Rows, price: np.ndarray) -> Rows:
    """The problem without implied rows and dominated sites; a least-cost cover of it covers all of `rows`."""
    rows, _ = merge(Rows(np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64), rows.ptr, rows.site))
    while True:
        size = (len(rows), len(rows.site))
        rows = rows.take(~implied_rows(rows, len(price)))
        rows = without_sites(rows, dominated_sites(rows, price))
        rows, _ = merge(rows)
        if (len(rows), len(rows.site)) == size:
            return rows


def implied_rows(rows: Rows, n_sites: int) -> np.ndarray:
    """Which rows hold all the sites of some other row (of equals, all but the first)."""
    return _contains_another(_matrix(rows, n_sites), np.zeros(len(rows)), smaller=False)


def dominated_sites(rows: Rows, price: np.ndarray) -> np.ndarray:
    """Which sites' rows all lie in those of a site that is no dearer (of equals, all but the first)."""
    return _contains_another(sparse.csr_array(_matrix(rows, len(price)).T), price, smaller=True)


def without_sites(rows: Rows, gone: np.ndarray) -> Rows:
    """The rows without the sites marked `gone`."""
    keep = ~gone[rows.site]
    return Rows(rows.weight, rows.label, np.concatenate(([0], np.cumsum(keep)))[rows.ptr], rows.site[keep])


def pieces(rows: Rows, n_sites: int) -> list[Rows]:
    """The connected pieces: no two share a site."""
    if len(rows) == 0:
        return []
    links = sparse.coo_array((np.ones(len(rows.site)), (rows.row, len(rows) + rows.site)),
                             shape=(len(rows) + n_sites,) * 2)
    _, piece = sparse.csgraph.connected_components(links, directed=False)
    of_row = piece[: len(rows)]
    return [rows.take(of_row == number) for number in np.unique(of_row)]


def _matrix(rows: Rows, n_sites: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(rows.site), dtype=np.int32), rows.site, rows.ptr), shape=(len(rows), n_sites))


def _contains_another(sets: sparse.csr_array, price: np.ndarray, *, smaller: bool) -> np.ndarray:
    """Mark sets to drop: with `smaller` those inside a set that is no dearer, else those that include another."""
    n = sets.shape[0]
    size = np.diff(sets.indptr)
    gone = (size == 0) if smaller else np.zeros(n, dtype=bool)
    if (np.bincount(sets.indices, minlength=sets.shape[1]).astype(float) ** 2).sum() > WORK_LIMIT:
        return gone
    common = sparse.coo_array(sets @ sparse.csr_array(sets.T))
    a, b = common.row, common.col  # is a to go, because of b?
    inside = common.data == (size[a] if smaller else size[b])
    equal = inside & (size[a] == size[b])
    if smaller:
        goes = inside & (a != b) & (price[b] <= price[a]) & ~(equal & (price[a] == price[b]) & (a < b))
    else:
        goes = inside & (a != b) & ~(equal & (a < b))
    gone[a[goes]] = True
    return gone
