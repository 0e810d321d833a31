"""Search the road graph with scipy: the plain way, and the oracle of the kernels.

Takes a `RoadNetwork`, the sites' arriving ends and the demand's leaving ends; gives ticks by road.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from coverage.travel.legs import FAR, Legs
from coverage.travel.network import RoadNetwork

CHUNK = 64


def ticks_by_road(network: RoadNetwork, demand: Legs, sites: Legs, *, limit: float = np.inf
                  ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (positions of sites, ticks as an array sites × demand); inf = not reached within `limit`.

    Searches backwards from the sites, so one-way roads count in the direction of the trip.
    """
    graph = _towards_sites(network, sites)
    for first in range(0, len(sites), CHUNK):
        chunk = np.arange(first, min(first + CHUNK, len(sites)))
        reach = dijkstra(graph, indices=network.n_nodes + chunk, limit=limit)
        ticks = np.full((len(chunk), len(demand)), np.inf)
        for end in range(demand.node.shape[1]):
            leave = np.where(demand.leave_ticks[:, end] < FAR, demand.leave_ticks[:, end], np.inf)
            np.minimum(ticks, reach[:, demand.node[:, end]] + leave, out=ticks)
        ticks[ticks > limit] = np.inf
        yield chunk, ticks


def _towards_sites(network: RoadNetwork, sites: Legs) -> csr_array:
    """The graph with every arc turned round, and a node more for each site, tied to its arriving ends."""
    n = network.n_nodes
    tail = np.repeat(np.arange(n), np.diff(network.indptr))
    open_end = sites.arrive_ticks < FAR
    row = np.r_[network.arc_head, n + np.nonzero(open_end)[0]]
    column = np.r_[tail, sites.node[open_end]]
    ticks = np.r_[network.arc_ticks, sites.arrive_ticks[open_end]].astype(float)
    return _lightest(row, column, ticks, n + len(sites))


def _lightest(row, column, ticks, size: int) -> csr_array:
    """CSR with the lightest of parallel arcs; zero-length arcs are kept."""
    order = np.lexsort((ticks, column, row))
    row, column, ticks = row[order], column[order], ticks[order]
    first = np.r_[True, (row[1:] != row[:-1]) | (column[1:] != column[:-1])] if len(row) else np.zeros(0, bool)
    indptr = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(row[first], minlength=size), out=indptr[1:])
    return csr_array((ticks[first], column[first], indptr), shape=(size, size))
