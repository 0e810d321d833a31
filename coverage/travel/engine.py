"""Choose how to search: small runs by scipy, middling ones by bounded searches, large ones over a hierarchy.

All three give the same pairs.
"""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np

from coverage.travel.budget import refuse_beyond
from coverage.travel.legs import FAR, Legs
from coverage.travel.network import RoadNetwork
from coverage.travel.search import road_pairs as scipy_pairs

SMALL_RUN = 20_000_000
"""Sites × nodes up to which scipy answers sooner than the kernels load (about a second)."""

MANY_SITES = 40
"""Sites from which building a hierarchy costs less than searching for each."""

MOST_THREADS = 4
"""Each takes 17 bytes a node of its own."""

CHUNK = 256
"""Sites between two reports of progress."""


def road_pairs(network: RoadNetwork, demand: Legs, sites: Legs, *, limit: float = np.inf, towards_sites: bool = True,
               progress=None, engine: str = "auto", threads: int | None = None):
    """(demand positions, site positions, ticks) by road, walks included, within `limit`; each pair once.

    `engine` is auto, scipy, bounded or hierarchy. `threads` (default: as many as
    there are processors, MOST_THREADS at most) changes how long it takes, not what it gives.
    """
    if limit < 0 or not len(sites) or not len(demand):
        return (np.zeros(0, np.int64),) * 3
    if engine == "auto":
        small = len(sites) * network.n_nodes <= SMALL_RUN
        engine = "scipy" if small else "hierarchy" if len(sites) >= MANY_SITES else "bounded"
    if engine == "scipy":
        return scipy_pairs(network, demand, sites, limit=limit, towards_sites=towards_sites, progress=progress)
    threads = threads or min(os.cpu_count() or 1, MOST_THREADS)
    return _kernel_pairs(network, demand, sites, limit, towards_sites, progress, engine, threads)


def _kernel_pairs(network: RoadNetwork, demand: Legs, sites: Legs, limit, towards_sites: bool, progress, engine: str,
                  threads: int):
    from coverage.travel.kernels.bounded import pairs_within
    from coverage.travel.kernels.cutoff import hierarchy_pairs, in_order
    from coverage.travel.kernels.sweep import EXACT

    graph = network.packed
    ptr, arc = (graph.in_ptr, graph.in_arc) if towards_sites else (graph.out_ptr, graph.out_arc)
    seeds = _by_site(graph, sites, sites.arrive_ticks if towards_sites else sites.leave_ticks)
    points = _by_node(graph, demand, demand.leave_ticks if towards_sites else demand.arrive_ticks)
    whole = int(min(limit, FAR - 1))
    longest = network.longest_trip + int(seeds.ticks.max(initial=0)) + int(points.ticks.max(initial=0))
    if engine == "hierarchy" and min(whole, longest) < EXACT:
        hierarchy = network.hierarchy.turned() if towards_sites else network.hierarchy
        found = [hierarchy_pairs(hierarchy, ptr, arc, seeds, points, len(demand), min(whole, EXACT - 1), graph.shift,
                                 everywhere=longest <= whole, threads=threads, report=progress, check=refuse_beyond)]
    else:
        found = []
        edges = [*range(0, len(sites), CHUNK), len(sites)]
        chunks = in_order(lambda chunk: pairs_within(
            ptr, arc, *seeds, whole, graph.shift, *points, len(demand), *chunk), list(pairwise(edges)), threads)
        for last, part in zip(edges[1:], chunks, strict=True):
            found.append(part)
            refuse_beyond(sum(len(one[0]) for one in found))
            if progress:
                progress(last / len(sites))
    return tuple(np.concatenate(column).astype(np.int64) for column in zip(*found, strict=True))


def _by_site(graph, legs: Legs, ticks: np.ndarray):
    """Ends grouped by point: pointer, node in the packed order, ticks."""
    from coverage.travel.kernels.cutoff import Ends

    row, column = np.nonzero(ticks < FAR)
    ptr = np.r_[0, np.cumsum(np.bincount(row, minlength=len(legs)))]
    return Ends(ptr, graph.place[legs.node[row, column]], ticks[row, column].astype(np.int32))


def _by_node(graph, legs: Legs, ticks: np.ndarray):
    """Ends grouped by node in the packed order: pointer, point, ticks."""
    from coverage.travel.kernels.cutoff import Ends

    row, column = np.nonzero(ticks < FAR)
    node = graph.place[legs.node[row, column]]
    order = np.argsort(node, kind="stable")
    ptr = np.r_[0, np.cumsum(np.bincount(node, minlength=graph.n_nodes))]
    return Ends(ptr, row[order].astype(np.int32), ticks[row, column][order].astype(np.int32))
