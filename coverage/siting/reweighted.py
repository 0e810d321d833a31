"""Search for covers of fewer sites by the weights of rows that are hard to win.

Takes `Rows` over sites 0…m−1 that cost the same, and a cover; gives a cover of no more sites, without a bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from coverage.siting.rows import Rows

SEGMENT = 1_000_000
"""Pairs of row and site that steps touch, about, between two looks at the clock."""


def fewer_sites(part: Rows, start: np.ndarray, until: float, seed: int, *, steps: int, least: Callable[[], int],
                progress=None) -> np.ndarray:
    """The cover of fewest sites met on the way from `start`; the same seed gives the same one.

    It ends at `least()` sites (which may rise while it runs: a bound on every cover), after so many steps, at the time
    `until` or when `progress(sites)` answers True.
    """
    from coverage.siting.kernels.rowweights import reweigh

    n, m, random = len(part), len(start), np.random.default_rng(seed)
    ptr, site = part.ptr.astype(np.int32), part.site.astype(np.int32)
    col_ptr = np.concatenate(([0], np.cumsum(np.bincount(site, minlength=m)))).astype(np.int32)
    row = part.row[np.argsort(site, kind="stable")].astype(np.int32)
    best, is_open = start, start.copy()
    weight, moved, changed, clock = np.ones(n, np.int32), np.zeros(m, np.int64), np.zeros(n, np.int64), 0
    while steps > 0 and best.sum() > least() and time.monotonic() < until and not (progress and progress(best.sum())):
        turn = max(1, min(steps, SEGMENT * n // len(site)))
        met, size, clock = reweigh(ptr, site, col_ptr, row, is_open, weight, moved, changed, clock, turn, least(),
                                   int(random.integers(2**31)))
        best, steps = met if size < best.sum() else best, steps - turn
    return best
