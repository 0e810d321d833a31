"""Choose how to search: small runs by scipy, large ones by the kernels; both give the same pairs."""

from __future__ import annotations

import numpy as np

from coverage.travel.legs import FAR, Legs
from coverage.travel.network import RoadNetwork
from coverage.travel.search import road_pairs as scipy_pairs

SMALL_RUN = 20_000_000
"""Sites × nodes up to which scipy answers sooner than the kernels load (about a second)."""

CHUNK = 256
"""Sites between two reports of progress."""


def road_pairs(network: RoadNetwork, demand: Legs, sites: Legs, *, limit: float = np.inf, towards_sites: bool = True,
               progress=None, engine: str = "auto"):
    """(demand positions, site positions, ticks) by road, walks included, within `limit`; each pair once.

    `engine` is auto, scipy or kernels.
    """
    if limit < 0 or not len(sites) or not len(demand):
        return (np.zeros(0, np.int64),) * 3
    small = len(sites) * network.n_nodes <= SMALL_RUN
    if engine == "scipy" or (engine == "auto" and small):
        return scipy_pairs(network, demand, sites, limit=limit, towards_sites=towards_sites, progress=progress)
    return _kernel_pairs(network, demand, sites, limit, towards_sites, progress)


def _kernel_pairs(network: RoadNetwork, demand: Legs, sites: Legs, limit: float, towards_sites: bool, progress):
    from coverage.travel.kernels.bounded import pairs_within
    from coverage.travel.kernels.nearest import bucket_shift

    graph = network.packed
    ptr, arc = (graph.in_ptr, graph.in_arc) if towards_sites else (graph.out_ptr, graph.out_arc)
    starts = sites.arrive_ticks if towards_sites else sites.leave_ticks
    seed_ptr, seed_node, seed_ticks = _by_site(graph, sites, starts)
    ends = demand.leave_ticks if towards_sites else demand.arrive_ticks
    end_ptr, end_point, end_ticks = _by_node(graph, demand, ends)
    shift = bucket_shift(max(graph.longest, int(seed_ticks.max(initial=0))))
    whole = int(min(limit, FAR - 1))
    found = []
    for first in range(0, len(sites), CHUNK):
        last = min(first + CHUNK, len(sites))
        found.append(pairs_within(ptr, arc, seed_ptr, seed_node, seed_ticks, whole, shift,
                                  end_ptr, end_point, end_ticks, len(demand), first, last))
        if progress:
            progress(last / len(sites))
    return tuple(np.concatenate(column).astype(np.int64) for column in zip(*found, strict=True))


def _by_site(graph, legs: Legs, ticks: np.ndarray):
    """Ends grouped by point: pointer, node in the packed order, ticks."""
    row, column = np.nonzero(ticks < FAR)
    ptr = np.zeros(len(legs) + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=len(legs)), out=ptr[1:])
    return ptr, graph.place[legs.node[row, column]], ticks[row, column].astype(np.int32)


def _by_node(graph, legs: Legs, ticks: np.ndarray):
    """Ends grouped by node in the packed order: pointer, point, ticks."""
    row, column = np.nonzero(ticks < FAR)
    node = graph.place[legs.node[row, column]]
    order = np.argsort(node, kind="stable")
    ptr = np.zeros(graph.n_nodes + 1, np.int64)
    np.cumsum(np.bincount(node, minlength=graph.n_nodes), out=ptr[1:])
    return ptr, row[order].astype(np.int32), ticks[row, column][order].astype(np.int32)
