"""Repair labels after an edit, touching only what it changes: labels and a few nodes → labels as a full search gives.

A node's label always comes from one neighbour of the same owner, so all that an
owner or an arc has given hangs together and is found by walking along it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.travel.kernels.nearest import N_BUCKETS, NONE


@njit(cache=True)
def improve(ptr, arc, label, seed_node, seed_label, shift):
    """Lower labels from the seeds on, in place, as far as they lower any."""
    mask = N_BUCKETS - 1
    bucket = np.full(N_BUCKETS, -1, np.int32)
    slot_item, slot_next = np.empty(1 << 12, np.int64), np.empty(1 << 12, np.int32)  # item: ticks << 32 | node
    free, used, live = -1, 0, 0
    at = np.int64(NONE)
    for i in range(len(seed_node)):
        v, reached = seed_node[i], seed_label[i]
        if reached >= label[v]:
            continue
        label[v] = reached
        if used == len(slot_item):
            slot_item = np.concatenate((slot_item, slot_item))
            slot_next = np.concatenate((slot_next, slot_next))
        at = min(at, (reached >> 32) >> shift)
        key = ((reached >> 32) >> shift) & mask
        slot_item[used], slot_next[used] = (reached >> 32 << 32) | v, bucket[key]
        bucket[key] = used
        used += 1
        live += 1
    while live > 0:
        slot = bucket[at & mask]
        if slot < 0:
            at += 1
            continue
        bucket[at & mask] = slot_next[slot]
        slot_next[slot] = free
        free = slot
        live -= 1
        v = slot_item[slot] & 0xFFFFFFFF
        here = label[v]
        if here >> 32 != slot_item[slot] >> 32:
            continue
        for k in range(ptr[v], ptr[v + 1]):
            w = arc[k] & 0xFFFFFFFF
            reached = here + (arc[k] - w)
            if reached >= label[w]:
                continue
            label[w] = reached
            if free >= 0:
                slot = free
                free = slot_next[slot]
            else:
                if used == len(slot_item):
                    slot_item = np.concatenate((slot_item, slot_item))
                    slot_next = np.concatenate((slot_next, slot_next))
                slot = used
                used += 1
            key = ((reached >> 32) >> shift) & mask
            slot_item[slot], slot_next[slot] = (reached >> 32 << 32) | w, bucket[key]
            bucket[key] = slot
            live += 1


@njit(cache=True)
def forget_owner(ptr, arc, label, seed_node, owner):
    """Clear the labels that come from `owner`, in place, walking out from its seeds; the cleared nodes."""
    found, n, done = np.empty(1 << 12, np.int32), 0, 0
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
            theirs = label[w]
            if theirs & 0xFFFFFFFF == owner and theirs != NONE:
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
