"""Search covering plans by simulated annealing: more weight with as many sites.

Takes a covering problem by rows and by sites, and a plan; gives a plan that is no worse, without a bound.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SEGMENT = 500_000
"""Rounds between two looks at the clock."""

HOT, COLD = 0.02, 0.003
"""Temperatures at both ends, as shares of what an open site wins."""


class Annealer:
    """A covering problem ready to be searched; rows without sites are of no account.

    Row i's sites are `site[ptr[i]:ptr[i+1]]`, of `n_sites` in all. The same seed gives the same plans.
    """

    def __init__(self, ptr: np.ndarray, site: np.ndarray, weight: np.ndarray, n_sites: int, seed: int) -> None:
        from coverage.siting.kernels.anneal import anneal

        self.kernel, self.random = anneal, np.random.default_rng(seed)
        size = np.diff(ptr)
        row = np.repeat(np.arange(int((size > 0).sum()), dtype=np.int32), size[size > 0])
        self.ptr = np.concatenate(([0], np.cumsum(size[size > 0]))).astype(np.int32)
        self.site, self.weight = site.astype(np.int32), weight[size > 0].astype(np.float64)
        self.col_ptr = np.concatenate(([0], np.cumsum(np.bincount(site, minlength=n_sites)))).astype(np.int32)
        self.row = row[np.argsort(site, kind="stable")]

    def cooled(self, plan: np.ndarray, rounds: int, far: float, stop: Callable[[], bool]):
        """Anneal a plan once; gives (the plan it ended with, the best met, the weight that one leaves).

        The temperature falls over all the `rounds`, though `stop()` may end them early.
        """
        best, least = plan, np.inf
        held = max(float(self.weight.sum()) / max(int(plan.sum()), 1), float(self.weight.min(initial=np.inf)))
        segments = max(1, round(rounds / SEGMENT))
        heat = held * HOT * (COLD / HOT) ** (np.arange(segments + 1) / segments)
        for number in range(segments):
            plan, found, left = self.kernel(self.ptr, self.site, self.col_ptr, self.row, self.weight, plan,
                                            rounds // segments, heat[number], heat[number + 1], far,
                                            int(self.random.integers(2**31)))
            if left < least:
                best, least = found, left
            if least <= 1e-6 or stop():
                break
        return plan, best, least
