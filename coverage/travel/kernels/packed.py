"""Pack a road graph for the kernels: CSR arcs → `PackedGraph`, nodes renumbered along a Hilbert curve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy.sparse import csr_array

HILBERT_BITS, STEP_BITS = 16, 4


@dataclass(frozen=True)
class PackedGraph:
    """`place[v]` is the new number of node v, `node[i]` the old number of i.

    `out_arc[out_ptr[i]:out_ptr[i + 1]]` are the arcs leaving i, each
    ticks << 32 | head; `in_arc` the arcs turned round: ticks << 32 | tail.
    """

    place: np.ndarray
    node: np.ndarray
    out_ptr: np.ndarray
    out_arc: np.ndarray
    in_ptr: np.ndarray
    in_arc: np.ndarray

    @property
    def n_nodes(self) -> int:
        return len(self.node)

    @cached_property
    def shift(self) -> int:
        """Width of the queues' buckets as a power of two: about the median arc, 16 ticks or more (measured).

        It changes no result.
        """
        if not len(self.out_arc):
            return 4
        return max(4, int(np.median(self.out_arc[::len(self.out_arc) // 1024 + 1] >> 32)).bit_length())


def pack(lon: np.ndarray, lat: np.ndarray, indptr: np.ndarray, head: np.ndarray, ticks: np.ndarray) -> PackedGraph:
    """Renumber and pack. Nodes on one place keep their order, and so do parallel arcs."""
    n = len(lon)
    node = np.argsort(hilbert_index(lon, lat), kind="stable").astype(np.int32)
    place = np.empty(n, np.int32)
    place[node] = np.arange(n, dtype=np.int32)
    # turned round twice by scipy's counting, which merges nothing, each node's arcs come in the order of their ends
    into = csr_array((ticks, place[head], indptr), shape=(n, n))[node].tocsc()
    return PackedGraph(place, node, *_words(into.tocsr()), *_words(into))


def _words(arcs) -> tuple[np.ndarray, np.ndarray]:
    return arcs.indptr.astype(np.int32), (arcs.data.astype(np.int64) << 32) | arcs.indices


def hilbert_index(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Position of each point along a Hilbert curve over their bounding box (Hilbert 1891), 2 × HILBERT_BITS bits."""
    side = (1 << HILBERT_BITS) - 1
    extent = max(np.ptp(lon), np.ptp(lat), 1e-12) if len(lon) else 1.0
    x = ((lon - lon.min(initial=0 if not len(lon) else np.inf)) / extent * side).astype(np.int32)
    y = ((lat - lat.min(initial=0 if not len(lat) else np.inf)) / extent * side).astype(np.int32)
    steps, low = _hilbert_steps(), (1 << STEP_BITS) - 1
    index, turn = np.zeros(len(lon), np.int64), np.zeros(len(lon), np.int32)
    for bit in range(HILBERT_BITS - STEP_BITS, -1, -STEP_BITS):
        step = steps[turn << 2 * STEP_BITS | (x >> bit & low) << STEP_BITS | y >> bit & low]
        index = index << 2 * STEP_BITS | step >> 2
        turn = step & 3
    return index


@cache
def _hilbert_steps() -> np.ndarray:
    """By turn, then STEP_BITS bits of x and of y: the position along the curve << 2 | the turn of the curve from there.

    A turn is 1 where x and y change places, 2 where both run backwards, 3 for both.
    """
    turn, x, y = (axis.ravel() for axis in np.indices((4, 1 << STEP_BITS, 1 << STEP_BITS), np.int32))
    index = np.zeros(len(turn), np.int32)
    for bit in range(STEP_BITS - 1, -1, -1):
        first, second = (axis >> bit & 1 ^ turn >> 1 for axis in (x, y))
        right, upper = np.where(turn & 1, second, first), np.where(turn & 1, first, second)
        index = index << 2 | np.where(right, 3 - upper, upper)
        turn = turn ^ (1 - upper) ^ (right & (1 - upper)) << 1
    return index << 2 | turn


def longest_path(graph: PackedGraph) -> int:
    """A number of ticks that no shortest path exceeds, from one search out of a middle node and one into it.

    Either a path may go round by that node, or it never leaves the nodes that
    can't reach it, or never meets a node that it reaches; a path uses no arc twice.
    """
    from coverage.travel.kernels.nearest import NONE, nearest_labels

    seed, bounds, around = np.array([graph.n_nodes // 2], np.int32), [], 0
    for ptr, arc in ((graph.out_ptr, graph.out_arc), (graph.in_ptr, graph.in_arc)):
        label = nearest_labels(ptr, arc, seed, np.zeros(1, np.int64), graph.shift)
        around += int((label[label != NONE] >> 32).max())
        unmet = label[arc & 0xFFFFFFFF] == NONE
        bounds.append(int((arc[unmet] >> 32).sum()))
    return max(around, *bounds)
