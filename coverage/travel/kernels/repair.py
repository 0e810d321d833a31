"""Repair labels after an edit, touching only what it changes: labels and a few nodes → labels as a full search gives.

Arrays as long as the labels are taken for what a walk finds: pages never written
cost nothing, and an array that may grow inside a loop makes it ten times as slow.
A node's label always comes from one neighbour of the same owner, so all that an
owner or an arc has given hangs together and is found by walking along it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.travel.kernels.nearest import NONE


@njit(cache=True)
def forget_owner(ptr, arc, label, seed_node, owner):
    """Clear the labels that come from `owner`, in place, walking out from its seeds: (cleared nodes, the border).

    The border are the cleared nodes with an arc to a node of another owner. Each
    arc must have one against it (FAR if closed): else a node that only leads in isn't seen.
    """
    found, border = np.empty(len(label), np.int32), np.empty(len(label), np.int32)
    n, n_border, done = 0, 0, 0
    for v in seed_node:
        if label[v] != NONE and label[v] & 0xFFFFFFFF == owner:
            label[v] = NONE
            found[n] = v
            n += 1
    while done < n:
        v = found[done]
        done += 1
        meets = False
        for k in range(np.uint64(ptr[v]), np.uint64(ptr[v + 1])):
            w = arc[k] & 0xFFFFFFFF
            theirs = label[w]
            if theirs == NONE:
                continue
            if theirs & 0xFFFFFFFF != owner:
                meets = True
                continue
            label[w] = NONE
            found[n] = w
            n += 1
        if meets:
            border[n_border] = v
            n_border += 1
    return found[:n].copy(), border[:n_border].copy()


@njit(cache=True)
def forget_below(ptr, arc, label, start):
    """Clear `start` and every label that may come by way of it, in place; the cleared nodes."""
    found, old = np.empty(len(label), np.int32), np.empty(len(label), np.int64)
    n, done = 1, 0
    found[0], old[0] = start, label[start]
    label[start] = NONE
    while done < n:
        v, was = found[done], old[done]
        done += 1
        for k in range(np.uint64(ptr[v]), np.uint64(ptr[v + 1])):
            w = arc[k] & 0xFFFFFFFF
            if label[w] != NONE and label[w] == was + (arc[k] - w):
                found[n], old[n] = w, label[w]
                label[w] = NONE
                n += 1
    return found[:n].copy()


@njit(cache=True)
def seeds_around(back_ptr, back_arc, label, cleared):
    """What the neighbours outside offer to cleared nodes: (nodes, labels), at most one offer a node, the least."""
    node, offer, n = np.empty(len(cleared), np.int32), np.empty(len(cleared), np.int64), 0
    for v in cleared:
        best = NONE
        for k in range(back_ptr[v], back_ptr[v + 1]):
            u = back_arc[k] & 0xFFFFFFFF
            if label[u] != NONE:
                best = min(best, label[u] + (back_arc[k] - u))
        if best < NONE:
            node[n], offer[n] = v, best
            n += 1
    return node[:n], offer[:n]
