"""Build the hierarchy of a graph: `PackedGraph` → `Hierarchy`, a few upward arcs a node that keep all distances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coverage.travel.kernels.elimination import FAR, by_rank, eliminate, join_both_ways, tighten
from coverage.travel.kernels.packed import PackedGraph


@dataclass(frozen=True)
class Hierarchy:
    """Nodes numbered from the top: `rank[v]` of packed node v, 0 = eliminated last.

    Arcs from i to higher nodes are up_node[up_ptr[i]:up_ptr[i + 1]] with
    up_ticks; arcs from higher nodes down to i are down_node[down_ptr[i]:…] with
    down_ticks. Any shortest path goes up, then down (either part may be empty).
    """

    rank: np.ndarray
    up_ptr: np.ndarray
    up_node: np.ndarray
    up_ticks: np.ndarray
    down_ptr: np.ndarray
    down_node: np.ndarray
    down_ticks: np.ndarray

    @property
    def arcs(self) -> tuple[np.ndarray, ...]:
        """Pointers, nodes and ticks of the arcs up, then of those down."""
        return self.up_ptr, self.up_node, self.up_ticks, self.down_ptr, self.down_node, self.down_ticks

    def turned(self) -> Hierarchy:
        """The hierarchy of the graph with every arc turned round."""
        return Hierarchy(self.rank, self.down_ptr, self.down_node, self.down_ticks,
                         self.up_ptr, self.up_node, self.up_ticks)


def build_hierarchy(graph: PackedGraph) -> Hierarchy:
    """Eliminate, lower every arc to the true distance, and drop those that are on no shortest path."""
    joined = join_both_ways(graph.out_ptr, graph.out_arc, graph.in_ptr, graph.in_arc)
    rank, ptr, node, out, into = by_rank(*eliminate(*joined))
    out, into = tighten(ptr, node, out, into)
    return Hierarchy(rank, *_kept(ptr, node, out), *_kept(ptr, node, into))


def _kept(ptr: np.ndarray, node: np.ndarray, ticks: np.ndarray):
    keep = ticks < FAR
    count = np.r_[0, np.cumsum(keep)]
    return count[ptr].astype(np.int64), node[keep], ticks[keep]
