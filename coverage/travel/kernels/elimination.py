"""Eliminate a graph's nodes one by one, fewest neighbours first, keeping all distances: adjacency → upward lists.

Eliminating a node ties its neighbours to each other by shortcuts as long as the
way through it, so distances among the nodes that are left never change (node
elimination, Rose 1972; as a road hierarchy, Dibbelt, Strasser and Wagner 2014).
Dead ends and chains go first of themselves; what is left last is a small core.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FAR = np.int32(1 << 30)


@njit(cache=True)
def join_both_ways(out_ptr, out_arc, in_ptr, in_arc):
    """Each node's neighbours once, with the least ticks out and in: pointer, neighbour, ticks out, ticks in."""
    n = len(out_ptr) - 1
    ptr = np.zeros(n + 1, np.int64)
    neighbour = np.empty(len(out_arc) + len(in_arc), np.int32)
    out, into = np.full(len(neighbour), FAR, np.int32), np.full(len(neighbour), FAR, np.int32)
    at = np.full(n, -1, np.int64)  # where a neighbour stands in the list at hand
    used = 0
    for v in range(n):
        for k in range(out_ptr[v], out_ptr[v + 1]):
            u, ticks = np.int32(out_arc[k] & 0xFFFFFFFF), np.int32(out_arc[k] >> 32)
            if u == v:
                continue
            if at[u] < ptr[v]:
                at[u] = used
                neighbour[used] = u
                used += 1
            out[at[u]] = min(out[at[u]], ticks)
        for k in range(in_ptr[v], in_ptr[v + 1]):
            u, ticks = np.int32(in_arc[k] & 0xFFFFFFFF), np.int32(in_arc[k] >> 32)
            if u == v:
                continue
            if at[u] < ptr[v]:
                at[u] = used
                neighbour[used] = u
                used += 1
            into[at[u]] = min(into[at[u]], ticks)
        ptr[v + 1] = used
    return ptr, neighbour[:used], out[:used], into[:used]


@njit(cache=True)
def eliminate(ptr, neighbour, out_ticks, in_ticks):
    """Order of elimination and each node's neighbours when its turn came: (order, start, size, pool).

    Node v's neighbours are neighbour[ptr[v]:ptr[v + 1]], each once, no loops;
    out_ticks from v, in_ticks to v, FAR where there is no arc. v's later
    neighbours are rows start[v]:start[v] + size[v] of the pool: node, out, in.
    """
    n = len(ptr) - 1
    room = (ptr[1:] - ptr[:-1]).astype(np.int32)
    start, size = ptr[:-1].copy(), room.copy()
    used = np.int64(len(neighbour))
    pool = np.empty((4 * used + 16, 3), np.int32)
    for k in range(used):
        pool[k, 0], pool[k, 1], pool[k, 2] = neighbour[k], out_ticks[k], in_ticks[k]

    # a queue for each number of neighbours, first in first out; an entry whose node has another number by now is void
    head, tail = np.full(n + 1, -1, np.int64), np.full(n + 1, -1, np.int64)
    entry_node, entry_next = np.empty(2 * n + 16, np.int32), np.empty(2 * n + 16, np.int64)
    n_entries = 0
    for v in range(n):
        entry_node[n_entries], entry_next[n_entries] = v, -1
        if head[size[v]] < 0:
            head[size[v]] = n_entries
        else:
            entry_next[tail[size[v]]] = n_entries
        tail[size[v]] = n_entries
        n_entries += 1

    gone = np.zeros(n, np.bool_)
    order = np.empty(n, np.int32)
    at = np.zeros(n, np.int64)  # where a neighbour stands in the list at hand
    degree, done, need = 0, 0, np.int64(0)
    while done < n:
        if used + need > len(pool):  # grown here: inside the loops below it would cost a tenth
            wider = np.empty((2 * len(pool) + need, 3), np.int32)
            wider[:used] = pool[:used]
            pool = wider
        if n_entries + n > len(entry_node):
            entry_node = np.concatenate((entry_node, np.empty(n_entries, np.int32)))
            entry_next = np.concatenate((entry_next, np.empty(n_entries, np.int64)))
        while done < n:
            entry = head[degree]
            if entry < 0:
                degree += 1
                continue
            v = entry_node[entry]
            if gone[v] or size[v] != degree:
                head[degree] = entry_next[entry]
                continue
            first, last = start[v], start[v] + size[v]
            need = np.int64(0)
            for i in range(first, last):
                need += 2 * (size[pool[i, 0]] + degree)
            if used + need > len(pool) or n_entries + degree > len(entry_node):
                break
            head[degree] = entry_next[entry]
            gone[v] = True
            order[done] = v
            done += 1
            for i in range(first, last):
                a = pool[i, 0]
                low, high = start[a], start[a] + size[a]
                for k in range(low, high):
                    if pool[k, 0] == v:
                        high -= 1
                        pool[k, 0], pool[k, 1], pool[k, 2] = pool[high, 0], pool[high, 1], pool[high, 2]
                        break
                if high - low + size[v] - 1 > room[a]:  # the list may outgrow its room: move it to the end of the pool
                    room[a] = 2 * (high - low + size[v])
                    for k in range(low, high):
                        for c in range(3):
                            pool[used + k - low, c] = pool[k, c]
                    high = used + high - low
                    low = used
                    start[a] = low
                    used += room[a]
                if size[v] > 2:
                    for k in range(low, high):
                        at[pool[k, 0]] = k
                for j in range(first, last):
                    if j == i:
                        continue
                    b = pool[j, 0]
                    there, back = pool[i, 2] + pool[j, 1], pool[j, 2] + pool[i, 1]  # a → v → b and b → v → a
                    if there >= FAR and back >= FAR:
                        continue
                    if size[v] > 2:
                        k = at[b]
                        if k < low or k >= high or pool[k, 0] != b:
                            k = high
                    else:  # most nodes: looking through a short list is sooner
                        k = low
                        while k < high and pool[k, 0] != b:
                            k += 1
                    if k == high:
                        pool[high, 0], pool[high, 1], pool[high, 2] = b, min(there, FAR), min(back, FAR)
                        high += 1
                    else:
                        pool[k, 1], pool[k, 2] = min(pool[k, 1], there), min(pool[k, 2], back)
                if size[a] == high - low:
                    continue
                size[a] = high - low
                degree = min(degree, size[a])
                entry_node[n_entries], entry_next[n_entries] = a, -1
                if head[size[a]] < 0:
                    head[size[a]] = n_entries
                else:
                    entry_next[tail[size[a]]] = n_entries
                tail[size[a]] = n_entries
                n_entries += 1
    return order, start, size, pool


@njit(cache=True)
def by_rank(order, start, size, pool):
    """What `eliminate` gives as upward lists numbered from the top: (rank, ptr, node, out, in)."""
    n = len(order)
    rank, ptr = np.empty(n, np.int32), np.zeros(n + 1, np.int64)
    for i in range(n):
        v = order[n - 1 - i]
        rank[v] = i
        ptr[i + 1] = ptr[i] + size[v]
    node, out, into = np.empty(ptr[n], np.int32), np.empty(ptr[n], np.int32), np.empty(ptr[n], np.int32)
    for i in range(n):
        v = order[n - 1 - i]
        for k in range(size[v]):
            node[ptr[i] + k], out[ptr[i] + k] = rank[pool[start[v] + k, 0]], pool[start[v] + k, 1]
            into[ptr[i] + k] = pool[start[v] + k, 2]
    return rank, ptr, node, out, into


@njit(cache=True)
def tighten(ptr, node, out, into):
    """Lower each upward arc to the true distance by the triangles above it; whether each is then worth keeping.

    Lists are by rank from the top (0), arcs go to lower numbers. An arc longer than
    a way round over the top is never on a shortest path and is marked FAR.
    """
    n = len(ptr) - 1
    out_kept, in_kept = out.copy(), into.copy()
    at = np.full(n, -1, np.int64)
    for v in range(n):
        for k in range(ptr[v], ptr[v + 1]):
            at[node[k]] = k
        for k in range(ptr[v], ptr[v + 1]):
            c = node[k]
            for m in range(ptr[c], ptr[c + 1]):
                j = at[node[m]]
                if j < ptr[v] or j >= ptr[v + 1]:
                    continue
                # v – c – u with u above c: both v – u by way of c, and v – c by way of u
                out[j] = min(out[j], out[k] + out[m])
                into[j] = min(into[j], into[k] + into[m])
                out[k] = min(out[k], out[j] + into[m])
                into[k] = min(into[k], into[j] + out[m])
        for k in range(ptr[v], ptr[v + 1]):
            if out[k] < out_kept[k]:
                out_kept[k] = FAR
            if into[k] < in_kept[k]:
                in_kept[k] = FAR
    return out_kept, in_kept
