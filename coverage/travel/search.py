"""Search the road graph with scipy: the plain way, the fallback and the oracle of the kernels.

Takes a `RoadNetwork` and two sets of `Legs`; gives pairs (positions of the one, of the other, ticks).
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from coverage.travel.budget import refuse_beyond
from coverage.travel.legs import FAR, Legs
from coverage.travel.network import RoadNetwork

CHUNK = 64


def road_pairs(network: RoadNetwork, demand: Legs, sites: Legs, *, limit: float = np.inf, towards_sites: bool = True,
               progress=None):
    """Ticks from every demand point to every site by road, walks included, where within `limit`.

    With `towards_sites` False the trip runs the other way, from the site out.
    Gives (demand positions, site positions, ticks as int64), sorted by site and demand.
    """
    graph = _with_sites(network, sites, towards_sites)
    found = []
    for first in range(0, len(sites), CHUNK):
        chunk = np.arange(first, min(first + CHUNK, len(sites)))
        reach = dijkstra(graph, indices=network.n_nodes + chunk, limit=limit)
        ticks = np.full((len(chunk), len(demand)), np.inf)
        ends = demand.leave_ticks if towards_sites else demand.arrive_ticks
        for end in range(ends.shape[1]):
            cost = np.where(ends[:, end] < FAR, ends[:, end], np.inf)
            np.minimum(ticks, reach[:, demand.node[:, end]] + cost, out=ticks)
        site, point = np.nonzero(np.isfinite(ticks) & (ticks <= limit))
        found.append((point, chunk[site], ticks[site, point].astype(np.int64)))
        refuse_beyond(sum(len(one[0]) for one in found))
        if progress:
            progress(int(chunk[-1] + 1) / len(sites))
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


def _with_sites(network: RoadNetwork, sites: Legs, towards_sites: bool) -> csr_array:
    """The graph to search outward from the sites: each a node more, tied to its ends; arcs turned round if towards."""
    n = network.n_nodes
    tail, head = np.repeat(np.arange(n), np.diff(network.indptr)), network.arc_head
    ends = sites.arrive_ticks if towards_sites else sites.leave_ticks
    if towards_sites:
        tail, head = head, tail
    open_end = ends < FAR
    return _lightest(np.r_[tail, n + np.nonzero(open_end)[0]], np.r_[head, sites.node[open_end]],
                     np.r_[network.arc_ticks, ends[open_end]].astype(float), n + len(sites))


def _lightest(row, column, ticks, size: int) -> csr_array:
    """CSR with the lightest of parallel arcs; zero-length arcs are kept."""
    order = np.lexsort((ticks, column, row))
    row, column, ticks = row[order], column[order], ticks[order]
    first = np.r_[True, (row[1:] != row[:-1]) | (column[1:] != column[:-1])] if len(row) else np.zeros(0, bool)
    indptr = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(row[first], minlength=size), out=indptr[1:])
    return csr_array((ticks[first], column[first], indptr), shape=(size, size))
