"""Compute sparse pairs over a hierarchy, cluster by cluster of neighbouring sites: `Hierarchy`, ends → pairs.

    sites in Hilbert order → what a cluster reaches within the limit → the hierarchy above it → sweeps → pairs
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from coverage.travel.kernels.bounded import FAR, points_within
from coverage.travel.kernels.hierarchy import Hierarchy
from coverage.travel.kernels.nearest import N_BUCKETS
from coverage.travel.kernels.sweep import closure_above, ends_inside, restrict, sweep_pairs

CLUSTER = 128
"""Sites whose common reach the hierarchy is restricted to at a time."""


class Ends(NamedTuple):
    """Ends grouped: group g has node[ptr[g]:ptr[g + 1]] (or points, where grouped by node), ticks away."""

    ptr: np.ndarray
    node: np.ndarray
    ticks: np.ndarray


class _Workspace:
    """Arrays over all nodes and points that one thread writes in and puts back."""

    def __init__(self, n: int, n_points: int) -> None:
        self.dist, self.touched = np.full(n, FAR, np.int32), np.empty(n, np.int32)
        self.bucket, self.inside = np.full(N_BUCKETS, -1, np.int32), np.zeros(n, bool)
        self.number, self.scratch = np.full(n, -1, np.int32), np.full(n, FAR, np.int32)
        self.seen = np.zeros(n_points, bool)
        self.pairs = tuple(np.empty(0, np.int32) for _ in range(3))

    def room(self, n_pairs: int) -> tuple[np.ndarray, ...]:
        """Three arrays of at least n_pairs, used again: fresh memory costs more than what is written into it."""
        if len(self.pairs[0]) < n_pairs:
            self.pairs = tuple(np.empty(n_pairs, np.int32) for _ in range(3))
        return self.pairs


def hierarchy_pairs(hierarchy: Hierarchy, ptr, arc, seeds: Ends, points: Ends, n_points: int, limit: int, shift: int, *,
                    everywhere: bool = False, threads: int = 1, report: Callable[[float], None] | None = None,
                    check: Callable[[int], None] | None = None):
    """(point, site, ticks) within `limit`, each pair once, clusters in Hilbert order, whatever the number of threads.

    `ptr`, `arc` and `hierarchy` run in the direction of the search; `seeds` are
    grouped by site, `points` by node, both in the packed numbering. `everywhere`
    says that the limit excludes nothing, so all points are swept for every site.
    `report` hears the share done, `check` the pairs so far; either may raise.
    """
    n, rank = len(ptr) - 1, hierarchy.rank
    seed_rank, by_point = rank[seeds.node], _grouped_by_point(points, rank, n_points)
    spare = [_Workspace(n, n_points) for _ in range(threads)]
    common = None
    if everywhere:
        common = _above(hierarchy, np.unique(by_point.node), np.arange(n_points, dtype=np.int32), by_point, spare[0])

    def pairs_of(sites: np.ndarray):
        space = spare.pop()
        try:
            own = np.concatenate([np.arange(seeds.ptr[site], seeds.ptr[site + 1]) for site in sites])
            if common:
                number, arcs, ends = common
            else:
                node, point = points_within(ptr, arc, seeds.node[own], seeds.ticks[own], limit, shift, space.dist,
                                            space.bucket, space.touched, points.ptr, points.node, space.seen)
                number, arcs, ends = _above(hierarchy, rank[node], point, by_point, space)
            pairs = space.room(len(sites) * len(ends[0]))
            n = sweep_pairs(hierarchy.up_ptr, hierarchy.up_node, hierarchy.up_ticks, number, *arcs, sites,
                            seeds.ptr, seed_rank, seeds.ticks, *ends, limit, space.scratch, *pairs)
            return tuple(column[:n].copy() for column in pairs)
        finally:
            spare.append(space)

    found, clusters = [], _clusters(seeds)
    for part in in_order(pairs_of, clusters, threads):
        found.append(part)
        if check:
            check(sum(len(one[0]) for one in found))
        if report:
            report(len(found) / len(clusters))
    if not found:
        return (np.zeros(0, np.int32),) * 3
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


def in_order(work: Callable, parts: list, threads: int) -> Iterator:
    """The results of `work` on each part, in the order of the parts, `threads` at a time."""
    if threads == 1:
        yield from map(work, parts)
        return
    pool = ThreadPoolExecutor(threads)
    try:
        yield from pool.map(work, parts)
    finally:
        pool.shutdown(cancel_futures=True)


def _above(hierarchy: Hierarchy, target: np.ndarray, points: np.ndarray, by_point: Ends, space: _Workspace):
    """(new number of each node, the hierarchy's arcs above the targets as `restrict` gives them, the points' ends)."""
    space.number[:] = -1
    chosen = closure_above(hierarchy.down_ptr, hierarchy.down_node, target, space.inside)
    arcs = restrict(hierarchy.down_ptr, hierarchy.down_node, hierarchy.down_ticks, chosen, space.number)
    return space.number, arcs, (points, *ends_inside(points, *by_point, space.number))


def _clusters(seeds: Ends) -> list[np.ndarray]:
    """Sites that join a road, along the Hilbert curve, CLUSTER at a time."""
    joined = np.flatnonzero(np.diff(seeds.ptr) > 0)
    order = joined[np.argsort(seeds.node[seeds.ptr[joined]], kind="stable")]
    return [order[first:first + CLUSTER] for first in range(0, len(order), CLUSTER)]


def _grouped_by_point(points: Ends, rank: np.ndarray, n_points: int) -> Ends:
    """Ends grouped by node turned into ends grouped by point, nodes numbered by the hierarchy."""
    order = np.argsort(points.node, kind="stable")
    node = np.repeat(rank, np.diff(points.ptr))
    ptr = np.r_[0, np.cumsum(np.bincount(points.node, minlength=n_points))]
    return Ends(ptr, node[order], points.ticks[order])
