"""Repair labels after an edit, touching only what it changes: labels and a few nodes → labels as a full search gives.

A node's label always comes from one neighbour of the same owner, so all that an
owner or an arc has given hangs together and is found by walking along it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.travel.kernels.nearest import NONE


@njit(cache=True)
def _push(heap, size, item):
    """Put an item on a binary heap (least first); the heap, grown where it was full."""
    if size == len(heap):
        heap = np.concatenate((heap, heap))
    i = size
    while i > 0 and heap[(i - 1) >> 1] > item:
        heap[i] = heap[(i - 1) >> 1]
        i = (i - 1) >> 1
    heap[i] = item
    return heap


@njit(cache=True)
def _pop(heap, size):
    """Take the least item off a heap of `size` items."""
    least, item = heap[0], heap[size - 1]
    size -= 1
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= item:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = item
    return least


@njit(cache=True)
def improve(ptr, arc, label, seed_node, seed_label):
    """Lower labels from the seeds on, in place, as far as they lower any; how many nodes were settled.

    Order is by ticks; a label that is beaten meanwhile is passed over.
    """
    heap, size, settled = np.empty(256, np.int64), 0, 0  # ticks << 32 | node
    for i in range(len(seed_node)):
        v = seed_node[i]
        if seed_label[i] < label[v]:
            label[v] = seed_label[i]
            heap = _push(heap, size, (label[v] >> 32 << 32) | v)
            size += 1
    while size > 0:
        item = _pop(heap, size)
        size -= 1
        v = item & 0xFFFFFFFF
        here = label[v]
        if here >> 32 != item >> 32:
            continue
        settled += 1
        for k in range(ptr[v], ptr[v + 1]):
            w = arc[k] & 0xFFFFFFFF
            reached = here + (arc[k] - w)
            if reached < label[w]:
                label[w] = reached
                heap = _push(heap, size, (reached >> 32 << 32) | w)
                size += 1
    return settled


@njit(cache=True)
def forget_owner(ptr, arc, label, seed_node, owner):
    """Clear the labels that come from `owner`, in place, walking out from its seeds; the cleared nodes."""
    found, n, done = np.empty(256, np.int32), 0, 0
    for v in seed_node:
        if label[v] != NONE and label[v] & 0xFFFFFFFF == owner:
            label[v] = NONE
            if n == len(found):
                found = np.concatenate((found, found))
            found[n] = v
            n += 1
    while done < n:
        v = found[done]
        done += 1
        for k in range(ptr[v], ptr[v + 1]):
            w = arc[k] & 0xFFFFFFFF
            if label[w] != NONE and label[w] & 0xFFFFFFFF == owner:
                label[w] = NONE
                if n == len(found):
                    found = np.concatenate((found, found))
                found[n] = w
                n += 1
    return found[:n]


@njit(cache=True)
def forget_below(ptr, arc, label, start):
    """Clear `start` and every label that may come by way of it, in place; the cleared nodes."""
    old = np.empty(256, np.int64)
    found, n, done = np.empty(256, np.int32), 1, 0
    found[0], old[0] = start, label[start]
    label[start] = NONE
    while done < n:
        v, was = found[done], old[done]
        done += 1
        for k in range(ptr[v], ptr[v + 1]):
            w = arc[k] & 0xFFFFFFFF
            if label[w] != NONE and label[w] == was + (arc[k] - w):
                if n == len(found):
                    found, old = np.concatenate((found, found)), np.concatenate((old, old))
                found[n], old[n] = w, label[w]
                label[w] = NONE
                n += 1
    return found[:n]


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
