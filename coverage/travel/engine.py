"""Choose how to search: small runs by scipy, those of little reach site by site, others over a hierarchy.

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

SEARCH_US, PREPARE_US, SWEEP_US = 0.04, 1.0, 150.0
"""Microseconds for a node that a search reaches, for a node that a hierarchy is built over, for a site swept over it;
measured on four networks of 70,000 to 1.2 million nodes."""

SAMPLE = 8
"""Sites searched to see how far the limit reaches."""

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
    if engine == "auto" and len(sites) * network.n_nodes <= SMALL_RUN:
        engine = "scipy"
    if engine == "scipy":
        return scipy_pairs(network, demand, sites, limit=limit, towards_sites=towards_sites, progress=progress)
    threads = threads or min(os.cpu_count() or 1, MOST_THREADS)
    return _kernel_pairs(network, demand, sites, limit, towards_sites, progress, engine, threads)


def _kernel_pairs(network: RoadNetwork, demand: Legs, sites: Legs, limit, towards_sites: bool, progress, engine: str,
                  threads: int):
    from coverage.travel.kernels.cutoff import hierarchy_pairs
    from coverage.travel.kernels.sweep import EXACT

    graph = network.packed
    ways = (graph.in_ptr, graph.in_arc) if towards_sites else (graph.out_ptr, graph.out_arc)
    seeds = _by_site(graph, sites, sites.arrive_ticks if towards_sites else sites.leave_ticks)
    points = _by_node(graph, demand, demand.leave_ticks if towards_sites else demand.arrive_ticks)
    whole = int(min(limit, FAR - 1))
    if engine == "auto":
        engine = cheaper_engine(*ways, seeds, whole, graph.shift, built="hierarchy" in vars(network))
    if engine == "hierarchy":
        longest = network.longest_trip + int(seeds.ticks.max(initial=0)) + int(points.ticks.max(initial=0))
    if engine == "hierarchy" and min(whole, longest) < EXACT:
        hierarchy = network.hierarchy.turned() if towards_sites else network.hierarchy
        found = hierarchy_pairs(hierarchy, *ways, seeds, points, len(demand), min(whole, EXACT - 1), graph.shift,
                                everywhere=longest <= whole, threads=threads, report=progress, check=refuse_beyond)
    else:
        found = bounded_pairs(*ways, seeds, points, len(demand), whole, graph.shift, threads=threads, report=progress)
    return tuple(column.astype(np.int64) for column in found)


def cheaper_engine(ptr, arc, seeds, limit: int, shift: int, *, built: bool = False) -> str:
    """bounded or hierarchy, by the nodes within `limit` of some sites, evenly along the Hilbert curve.

    Counts, not clocks, decide, so the same run always goes the same way. `built` says that the hierarchy is there.
    """
    from coverage.travel.kernels.bounded import nodes_within

    n, joined = len(ptr) - 1, np.flatnonzero(np.diff(seeds.ptr))
    prepare = 0.0 if built else n * PREPARE_US
    if len(joined) * (n * SEARCH_US - SWEEP_US) <= prepare:  # even if every site reached every node
        return "bounded"
    along = joined[np.argsort(seeds.node[seeds.ptr[joined]], kind="stable")]
    sample = along[::-(-len(along) // SAMPLE)]
    reached = nodes_within(ptr, arc, *seeds, sample, limit, shift) / len(sample)
    return "bounded" if len(joined) * (reached * SEARCH_US - SWEEP_US) <= prepare else "hierarchy"


def bounded_pairs(ptr, arc, seeds, points, n_points: int, limit: int, shift: int, *, threads: int = 1, report=None):
    """(point, site, ticks) within `limit`, each site searched for itself; arguments as hierarchy_pairs takes them."""
    from coverage.travel.kernels.bounded import pairs_within
    from coverage.travel.kernels.cutoff import in_order

    n_sites = len(seeds.ptr) - 1
    found, edges = [], [*range(0, n_sites, CHUNK), n_sites]
    chunks = in_order(lambda chunk: pairs_within(ptr, arc, *seeds, limit, shift, *points, n_points, *chunk),
                      list(pairwise(edges)), threads)
    for last, part in zip(edges[1:], chunks, strict=True):
        found.append(part)
        refuse_beyond(sum(len(one[0]) for one in found))
        if report:
            report(last / n_sites)
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


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
