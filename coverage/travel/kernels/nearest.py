"""Find the nearest, or the two nearest, seeds of every node: packed arcs and labelled seeds → labels.

A label is ticks << 32 | owner, so the lesser label is the sooner, then the
lower owner. Nodes are worked through in blocks of neighbours along the Hilbert
curve, each run until nothing in it improves; nodes improved outside are left to
their own block. A block comes round again as long as something reached it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NONE = np.int64(1 << 62)
"""The label of a node that nothing reaches."""

TICKS = np.int64(-1 << 32)
"""The half of an arc or label that holds ticks."""

BLOCK_BITS = 16
N_BUCKETS = 1 << 13


@njit(cache=True)
def nearest_labels(ptr, arc, seed_node, seed_label, shift):
    """The least label of each node (int64; NONE = unreached), over seeds given as node and label."""
    n = len(ptr) - 1
    label = np.full(n, NONE, np.int64)
    n_blocks = (n >> BLOCK_BITS) + 1
    waiting_head = np.full(n_blocks, -1, np.int32)  # each block's list of improved nodes
    waiting_next = np.full(n, -2, np.int32)  # -2: not in a list
    ring = np.empty(n_blocks + 1, np.int32)  # blocks to come, first in first out
    queued = np.zeros(n_blocks, np.bool_)
    first, last = 0, 0
    for i in range(len(seed_node)):
        v = seed_node[i]
        if seed_label[i] < label[v]:
            label[v] = seed_label[i]
            block = v >> BLOCK_BITS
            if waiting_next[v] == -2:
                waiting_next[v] = waiting_head[block]
                waiting_head[block] = v
            if not queued[block]:
                queued[block] = True
                ring[last] = block
                last = (last + 1) % len(ring)

    mask = N_BUCKETS - 1
    bucket = np.full(N_BUCKETS, -1, np.int32)
    slot_item, slot_next = np.empty(1 << 14, np.int64), np.empty(1 << 14, np.int32)  # item: ticks << 32 | node
    free, used = -1, 0
    while first != last:
        block = ring[first]
        first = (first + 1) % len(ring)
        queued[block] = False
        low, high = block << BLOCK_BITS, (block + 1) << BLOCK_BITS
        live = 0
        at = np.int64(NONE)
        v = waiting_head[block]
        waiting_head[block] = -1
        while v >= 0:
            ticks = label[v] >> 32
            if free >= 0:
                slot = free
                free = slot_next[slot]
            else:
                if used == len(slot_item):
                    slot_item = np.concatenate((slot_item, slot_item))
                    slot_next = np.concatenate((slot_next, slot_next))
                slot = used
                used += 1
            at = min(at, ticks >> shift)
            key = (ticks >> shift) & mask
            slot_item[slot] = (ticks << 32) | v
            slot_next[slot] = bucket[key]
            bucket[key] = slot
            live += 1
            after = waiting_next[v]
            waiting_next[v] = -2
            v = after
        while live > 0:
            slot = bucket[at & mask]
            if slot < 0:
                at += 1
                continue
            bucket[at & mask] = slot_next[slot]
            slot_next[slot] = free
            free = slot
            live -= 1
            item = slot_item[slot]
            v = item & 0xFFFFFFFF
            here = label[v]
            if here >> 32 != item >> 32:
                continue
            for k in range(np.uint64(ptr[v]), np.uint64(ptr[v + 1])):  # unsigned: no check for counting from the end
                a = arc[k]
                w = a & 0xFFFFFFFF
                reached = here + (a & TICKS)
                if reached >= label[w]:
                    continue
                label[w] = reached
                if w < low or w >= high:
                    if waiting_next[w] == -2:
                        other = w >> BLOCK_BITS
                        waiting_next[w] = waiting_head[other]
                        waiting_head[other] = w
                        if not queued[other]:
                            queued[other] = True
                            ring[last] = other
                            last = (last + 1) % len(ring)
                    continue
                ticks = reached >> 32
                if free >= 0:
                    slot = free
                    free = slot_next[slot]
                else:
                    if used == len(slot_item):
                        slot_item = np.concatenate((slot_item, slot_item))
                        slot_next = np.concatenate((slot_next, slot_next))
                    slot = used
                    used += 1
                key = (ticks >> shift) & mask
                slot_item[slot] = (ticks << 32) | w
                slot_next[slot] = bucket[key]
                bucket[key] = slot
                live += 1
    return label


@njit(cache=True)
def _take(label, first, second, v):
    """Put a label among the node's two least of different owners; whether it is in."""
    if label >= second[v]:
        return False
    owner = label & 0xFFFFFFFF
    if first[v] != NONE and (first[v] & 0xFFFFFFFF) == owner:
        if label >= first[v]:
            return False
        first[v] = label
        return True
    if label < first[v]:
        second[v] = first[v]
        first[v] = label
        return True
    second[v] = label
    return True


@njit(cache=True)
def two_nearest_labels(ptr, arc, seed_node, seed_label, shift):
    """The two least labels of different owners of each node: (first, second), NONE where there are fewer."""
    n = len(ptr) - 1
    first, second = np.full(n, NONE, np.int64), np.full(n, NONE, np.int64)
    mask = N_BUCKETS - 1
    bucket = np.full(N_BUCKETS, -1, np.int32)
    size = max(1 << 14, 2 * len(seed_node))
    slot_node, slot_label, slot_next = np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size, np.int32)
    free, used, live = -1, 0, 0
    at = np.int64(NONE)
    for i in range(len(seed_node)):
        if not _take(seed_label[i], first, second, seed_node[i]):
            continue
        key = (seed_label[i] >> 32) >> shift
        at = min(at, key)
        slot_node[used] = seed_node[i]
        slot_label[used] = seed_label[i]
        slot_next[used] = bucket[key & mask]
        bucket[key & mask] = used
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
        v = slot_node[slot]
        here = slot_label[slot]
        if here != first[v] and here != second[v]:
            continue
        for k in range(ptr[v], ptr[v + 1]):
            a = arc[k]
            w = np.int32(a & 0xFFFFFFFF)
            reached = here + (a >> 32 << 32)
            if not _take(reached, first, second, w):
                continue
            if free >= 0:
                slot = free
                free = slot_next[slot]
            else:
                if used == len(slot_node):
                    slot_node = np.concatenate((slot_node, slot_node))
                    slot_label = np.concatenate((slot_label, slot_label))
                    slot_next = np.concatenate((slot_next, slot_next))
                slot = used
                used += 1
            key = ((reached >> 32) >> shift) & mask
            slot_node[slot] = w
            slot_label[slot] = reached
            slot_next[slot] = bucket[key]
            bucket[key] = slot
            live += 1
    return first, second


def bucket_shift(longest: int) -> int:
    """Width of a bucket as a power of two: 16 ticks (measured) or more, so that N_BUCKETS span the longest step."""
    return max(4, int(2 * longest // N_BUCKETS).bit_length())
