"""Compute sparse pairs over a hierarchy, cluster by cluster of neighbouring sites: `Hierarchy`, ends → pairs.

    sites in Hilbert order → what a cluster reaches within the limit → the hierarchy above it → sweeps → pairs
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from coverage.travel.kernels.bounded import FAR, nodes_with_ends
from coverage.travel.kernels.hierarchy import Hierarchy
from coverage.travel.kernels.nearest import N_BUCKETS
from coverage.travel.kernels.sweep import closure_above, restrict, sweep_pairs

CLUSTER = 128
"""Sites whose common reach the hierarchy is restricted to at a time."""


class Ends(NamedTuple):
    """Ends grouped: group g has node[ptr[g]:ptr[g + 1]] (or points, where grouped by node), ticks away."""

    ptr: np.ndarray
    node: np.ndarray
    ticks: np.ndarray


class _Workspace:
    """Arrays over all nodes that one thread writes in and puts back."""

    def __init__(self, n: int) -> None:
        self.dist, self.touched = np.full(n, FAR, np.int32), np.empty(n, np.int32)
        self.bucket, self.inside = np.full(N_BUCKETS, -1, np.int32), np.zeros(n, bool)
        self.number, self.scratch = np.full(n, -1, np.int32), np.full(n, FAR, np.int32)


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
    seed_rank, by_rank = rank[seeds.node], _grouped_by_rank(points, rank)
    spare = [_Workspace(n) for _ in range(threads)]
    common = _above(hierarchy, np.flatnonzero(np.diff(by_rank.ptr)), spare[0]) if everywhere else None

    def pairs_of(sites: np.ndarray):
        space = spare.pop()
        try:
            own = np.concatenate([np.arange(seeds.ptr[site], seeds.ptr[site + 1]) for site in sites])
            target, number, *arcs = common or _above(hierarchy, rank[nodes_with_ends(
                ptr, arc, seeds.node[own], seeds.ticks[own], limit, shift, space.dist, space.bucket, space.touched,
                points.ptr)], space)
            return sweep_pairs(hierarchy.up_ptr, hierarchy.up_node, hierarchy.up_ticks, number, *arcs, sites,
                               seeds.ptr, seed_rank, seeds.ticks, target, *by_rank, n_points, limit, space.scratch)
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


def _above(hierarchy: Hierarchy, target: np.ndarray, space: _Workspace):
    """(targets, new number of each node, and the arcs of the hierarchy above the targets as `restrict` gives them)."""
    space.number[:] = -1
    chosen = closure_above(hierarchy.down_ptr, hierarchy.down_node, target, space.inside)
    arcs = restrict(hierarchy.down_ptr, hierarchy.down_node, hierarchy.down_ticks, chosen, space.number)
    return target, space.number, *arcs


def _clusters(seeds: Ends) -> list[np.ndarray]:
    """Sites that join a road, along the Hilbert curve, CLUSTER at a time."""
    joined = np.flatnonzero(np.diff(seeds.ptr) > 0)
    order = joined[np.argsort(seeds.node[seeds.ptr[joined]], kind="stable")]
    return [order[first:first + CLUSTER] for first in range(0, len(order), CLUSTER)]


def _grouped_by_rank(points: Ends, rank: np.ndarray) -> Ends:
    """The same ends, grouped by the hierarchy's numbering."""
    size = np.diff(points.ptr)
    node = np.empty(len(rank), np.int64)
    node[rank] = np.arange(len(rank))
    ptr = np.r_[0, np.cumsum(size[node])]
    pick = np.repeat(points.ptr[node] - ptr[:-1], size[node]) + np.arange(ptr[-1])
    return Ends(ptr, points.node[pick], points.ticks[pick])
