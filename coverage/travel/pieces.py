"""Find the connected pieces of a road graph and its one-way dead ends: edges → labels."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

CORE_SHARE = 0.5
"""Where this share of a piece's road can be driven there and back, the rest counts as one-way dead ends (示意)."""


def connected_pieces(n: int, tail, head, metres) -> np.ndarray:
    """Piece of each node (whatever the direction), numbered by falling length of road, then by first node."""
    _, label = connected_components(coo_array((np.ones(len(tail)), (tail, head)), shape=(n, n)), directed=False)
    length = np.bincount(label[tail], weights=metres, minlength=int(label.max(initial=-1)) + 1)
    rank = np.empty(len(length), np.int32)
    rank[np.lexsort((np.arange(len(length)), -length))] = np.arange(len(length))
    return rank[label]


def dead_ends(piece: np.ndarray, tail, head, metres, along: np.ndarray, against: np.ndarray) -> np.ndarray:
    """One-way edges from which one can't come back, in pieces most of which can be driven there and back.

    `along`, `against`: whether each edge may be driven in that direction.
    """
    strong = _strong_parts(len(piece), np.r_[tail[along], head[against]], np.r_[head[along], tail[against]])
    inside = strong[tail] == strong[head]
    length = np.bincount(strong[tail[inside]], weights=metres[inside], minlength=strong.max() + 1)
    piece_of = np.zeros(len(length), np.int64)
    piece_of[strong] = piece
    longest = np.full(piece.max() + 1, -1)
    rising = np.lexsort((-np.arange(len(length)), length))
    longest[piece_of[rising]] = rising  # the last written is the longest
    core = inside & (strong[tail] == longest[piece[tail]])
    whole = np.bincount(piece[tail], weights=metres, minlength=len(longest))
    share = np.bincount(piece[tail][core], weights=metres[core], minlength=len(longest)) / np.maximum(whole, 1e-9)
    return (along != against) & ~core & (share[piece[tail]] >= CORE_SHARE)


def _strong_parts(n: int, source, target) -> np.ndarray:
    # scipy's search for strong components never ends on parallel arcs, so each pair of nodes goes in once
    pair = np.unique((source.astype(np.int64) * n + target)[source != target])
    graph = coo_array((np.ones(len(pair)), (pair // n, pair % n)), shape=(n, n)).tocsr()
    return connected_components(graph, connection="strong")[1]
