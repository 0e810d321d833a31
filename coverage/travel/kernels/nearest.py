"""Find the nearest, or the two nearest, seeds of every node: packed arcs and labelled seeds → labels.

A label is ticks << 32 | owner, so the lesser label is the sooner, then the
lower owner. Nodes are worked through in blocks of neighbours along the Hilbert
curve, each run until nothing in it improves; nodes improved outside are left to
their own block. A block comes round again as long as something reached it. A
node with one way on is passed straight through, and only junctions queue.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NONE = np.int64(1 << 62)
"""The label of a node that nothing reaches."""

TICKS = np.int64(-1 << 32)
"""The half of an arc or label that holds ticks."""

BLOCK_BITS = 15
N_BUCKETS = 1 << 12


@njit(cache=True)
def nearest_labels(ptr, arc, seed_node, seed_label, shift):
    """The least label of each node (int64; NONE = unreached), over seeds given as node and label."""
    label = np.full(len(ptr) - 1, NONE, np.int64)
    lower_labels(ptr, arc, label, seed_node, seed_label, shift, True)
    return label


@njit(cache=True)
def lower_labels(ptr, arc, label, seed_node, seed_label, shift, read_ahead):
    """Lower labels from the seeds on, in place, as far as they lower any.

    `read_ahead` pays where most nodes will be reached: a block is read from end to
    end before its search, which brings it into the cache sooner than line by line.
    """
    n = len(ptr) - 1
    n_blocks = (n >> BLOCK_BITS) + 1
    ring, first, last = np.empty(n_blocks + 1, np.int32), 0, 0  # blocks to come, first in first out
    queued, unread = np.zeros(n_blocks, np.bool_), np.full(n_blocks, read_ahead)
    mask = N_BUCKETS - 1
    queue = np.full(N_BUCKETS + n_blocks, -1, np.int32)  # the buckets, then what waits for each block
    room = max(1 << 11, 2 * len(seed_node))
    slot_item, slot_next = np.empty(room, np.int64), np.empty(room, np.int32)  # item: ticks << 32 | node
    free, used, seen = -1, 0, np.int64(0)
    for i in range(len(seed_node)):
        v = np.int64(seed_node[i])
        if seed_label[i] >= label[v]:
            continue
        label[v] = seed_label[i]
        block = v >> BLOCK_BITS
        if not queued[block]:
            queued[block] = True
            ring[last] = block
            last = (last + 1) % len(ring)
        slot_item[used], slot_next[used] = (seed_label[i] & TICKS) | v, queue[N_BUCKETS + block]
        queue[N_BUCKETS + block] = used
        used += 1

    while first != last:
        block = ring[first]
        first = (first + 1) % len(ring)
        queued[block] = False
        low, high = block << BLOCK_BITS, (block + 1) << BLOCK_BITS
        if unread[block]:
            unread[block] = False
            top = min(high, n)
            for k in range(np.uint64(ptr[low]), np.uint64(ptr[top]), np.uint64(8)):
                seen ^= arc[k]
            for k in range(np.uint64(low), np.uint64(top), np.uint64(8)):
                seen ^= label[k]
        live, at, need = 0, NONE, np.int64(0)
        slot = queue[N_BUCKETS + block]
        queue[N_BUCKETS + block] = -1
        while slot >= 0:
            after = slot_next[slot]
            at = min(at, slot_item[slot] >> 32 >> shift)
            key = slot_item[slot] >> 32 >> shift & mask
            slot_next[slot] = queue[key]
            queue[key] = slot
            live += 1
            slot = after
        while live > 0:
            while used + need > len(slot_item):  # grown here, not in the search: there it would cost a tenth
                slot_item = np.concatenate((slot_item, slot_item))
                slot_next = np.concatenate((slot_next, slot_next))
            while live > 0:
                slot = queue[at & mask]
                if slot < 0:
                    at += 1
                    continue
                item = slot_item[slot]
                v = item & 0xFFFFFFFF
                k_low, k_high = np.uint64(ptr[v]), np.uint64(ptr[v + 1])  # unsigned: no check for counting from the end
                need = np.int64(k_high - k_low)
                if used + need > len(slot_item):
                    break
                queue[at & mask] = slot_next[slot]
                slot_next[slot] = free
                free = slot
                live -= 1
                here = label[v]
                if here >> 32 != item >> 32:
                    continue
                for k in range(k_low, k_high):
                    a, before, w = arc[k], v, arc[k] & 0xFFFFFFFF
                    reached, key = here + (a & TICKS), np.int64(-1)
                    while reached < label[w]:
                        label[w] = reached
                        if w < low or w >= high:
                            other = w >> BLOCK_BITS
                            key = N_BUCKETS + other
                            if not queued[other]:
                                queued[other] = True
                                ring[last] = other
                                last = (last + 1) % len(ring)
                            break
                        k0, k1 = np.uint64(ptr[w]), np.uint64(ptr[w + 1])
                        if k1 == k0:
                            break
                        a, b = arc[k0], arc[k1 - np.uint64(1)]
                        back = a & 0xFFFFFFFF == before
                        if k1 - k0 > np.uint64(2) or (
                                k1 - k0 == np.uint64(2) and not back and b & 0xFFFFFFFF != before):
                            key = reached >> 32 >> shift & mask
                            live += 1
                            break
                        if back:
                            a = b
                        before, w, reached = w, a & 0xFFFFFFFF, reached + (a & TICKS)
                    if key < 0:
                        continue
                    if free >= 0:
                        slot = free
                        free = slot_next[slot]
                    else:
                        slot = used
                        used += 1
                    slot_item[slot], slot_next[slot] = (reached & TICKS) | w, queue[key]
                    queue[key] = slot
    queue[0] = seen & 1  # what was read must not be left out as unused


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
