"""Pack a road graph for the kernels: CSR arcs → `PackedGraph`, nodes renumbered along a Hilbert curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HILBERT_BITS = 16


@dataclass(frozen=True)
class PackedGraph:
    """`place[v]` is the new number of node v, `node[i]` the old number of i.

    `out_arc[out_ptr[i]:out_ptr[i + 1]]` are the arcs leaving i, each
    ticks << 32 | head; `in_arc` the arcs turned round: ticks << 32 | tail.
    `longest` is the largest arc in ticks.
    """

    place: np.ndarray
    node: np.ndarray
    out_ptr: np.ndarray
    out_arc: np.ndarray
    in_ptr: np.ndarray
    in_arc: np.ndarray
    longest: int

    @property
    def n_nodes(self) -> int:
        return len(self.node)


def pack(lon: np.ndarray, lat: np.ndarray, indptr: np.ndarray, head: np.ndarray, ticks: np.ndarray) -> PackedGraph:
    """Renumber and pack. Nodes on one place keep their order."""
    node = np.argsort(hilbert_index(lon, lat), kind="stable").astype(np.int32)
    place = np.empty(len(node), np.int32)
    place[node] = np.arange(len(node), dtype=np.int32)
    tail = place[np.repeat(np.arange(len(node)), np.diff(indptr))]
    head = place[head]
    return PackedGraph(place, node, *_csr(len(node), tail, head, ticks), *_csr(len(node), head, tail, ticks),
                       int(ticks.max(initial=0)))


def _csr(n: int, tail: np.ndarray, head: np.ndarray, ticks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    arc = (ticks.astype(np.int64) << 32) | head
    order = np.argsort((tail.astype(np.int64) << 32) | head, kind="stable")
    ptr = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(tail, minlength=n), out=ptr[1:])
    return ptr, arc[order]


def hilbert_index(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Position of each point along a Hilbert curve over their bounding box (Hilbert 1891), 2 × HILBERT_BITS bits."""
    side = (1 << HILBERT_BITS) - 1
    extent = max(np.ptp(lon), np.ptp(lat), 1e-12) if len(lon) else 1.0
    x = ((lon - lon.min(initial=0 if not len(lon) else np.inf)) / extent * side).astype(np.int64)
    y = ((lat - lat.min(initial=0 if not len(lat) else np.inf)) / extent * side).astype(np.int64)
    index = np.zeros(len(lon), np.int64)
    for bit in range(HILBERT_BITS - 1, -1, -1):
        half = 1 << bit
        right, upper = (x & half) > 0, (y & half) > 0
        index += half * half * np.where(right, np.where(upper, 2, 3), np.where(upper, 1, 0))
        flip = ~upper & right
        x, y = np.where(flip, side - x, x), np.where(flip, side - y, y)
        turn = ~upper
        x, y = np.where(turn, y, x), np.where(turn, x, y)
    return index


def longest_path(graph: PackedGraph) -> int:
    """A number of ticks that no shortest path exceeds, from one search out of a middle node and one into it.

    Either a path may go round by that node, or it never leaves the nodes that
    can't reach it, or never meets a node that it reaches; a path uses no arc twice.
    """
    from coverage.travel.kernels.nearest import NONE, bucket_shift, nearest_labels

    seed, shift = np.array([graph.n_nodes // 2], np.int32), bucket_shift(graph.longest)
    bounds, around = [], 0
    for ptr, arc in ((graph.out_ptr, graph.out_arc), (graph.in_ptr, graph.in_arc)):
        label = nearest_labels(ptr, arc, seed, np.zeros(1, np.int64), shift)
        around += int((label[label != NONE] >> 32).max())
        unmet = label[arc & 0xFFFFFFFF] == NONE
        bounds.append(int((arc[unmet] >> 32).sum()))
    return max(around, *bounds)
