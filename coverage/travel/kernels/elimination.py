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
    """Order of elimination and each node's neighbours when its turn came.

    Node v's neighbours are neighbour[ptr[v]:ptr[v + 1]], each once, no loops;
    out_ticks from v, in_ticks to v, FAR where there is no arc. Gives (order,
    start, size, neighbour, out, in): v's later neighbours at
    start[v]:start[v] + size[v].
    """
    n = len(ptr) - 1
    start, size = ptr[:-1].astype(np.int64), (ptr[1:] - ptr[:-1]).astype(np.int32)
    room = size.copy()
    node, out, into = neighbour.copy(), out_ticks.copy(), in_ticks.copy()
    used = np.int64(len(node))

    n_queues = n + 1
    head, tail = np.full(n_queues, -1, np.int64), np.full(n_queues, -1, np.int64)
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
    at = np.full(n, -1, np.int64)  # where a neighbour stands in the list at hand
    degree, done = 0, 0
    while done < n:
        entry = head[degree]
        if entry < 0:
            degree += 1
            continue
        head[degree] = entry_next[entry]
        v = entry_node[entry]
        if gone[v] or size[v] != degree:
            continue
        gone[v] = True
        order[done] = v
        done += 1
        first, last = start[v], start[v] + size[v]
        for i in range(first, last):
            a = node[i]
            low, high = start[a], start[a] + size[a]
            for k in range(low, high):
                if node[k] == v:
                    high -= 1
                    node[k], out[k], into[k] = node[high], out[high], into[high]
                    break
            if high - low + size[v] > room[a]:  # the list may outgrow its room: move it to the end of the pool
                room[a] = 2 * (high - low + size[v])
                while used + room[a] > len(node):
                    node = np.concatenate((node, np.empty(len(node), np.int32)))
                    out = np.concatenate((out, np.empty(len(out), np.int32)))
                    into = np.concatenate((into, np.empty(len(into), np.int32)))
                for k in range(low, high):
                    node[used + k - low], out[used + k - low], into[used + k - low] = node[k], out[k], into[k]
                high = used + high - low
                low = used
                start[a] = low
                used += room[a]
            for k in range(low, high):
                at[node[k]] = k
            for j in range(first, last):
                if j == i:
                    continue
                b = node[j]
                there, back = into[i] + out[j], into[j] + out[i]  # a → v → b and b → v → a
                if there >= FAR and back >= FAR:
                    continue
                k = at[b]
                if k < low or k >= high or node[k] != b:
                    node[high], out[high], into[high] = b, min(there, FAR), min(back, FAR)
                    high += 1
                else:
                    out[k], into[k] = min(out[k], there), min(into[k], back)
            size[a] = high - low
            degree = min(degree, size[a])
            if n_entries == len(entry_node):
                entry_node = np.concatenate((entry_node, np.empty(n_entries, np.int32)))
                entry_next = np.concatenate((entry_next, np.empty(n_entries, np.int64)))
            entry_node[n_entries], entry_next[n_entries] = a, -1
            if head[size[a]] < 0:
                head[size[a]] = n_entries
            else:
                entry_next[tail[size[a]]] = n_entries
            tail[size[a]] = n_entries
            n_entries += 1
    return order, start, size, node, out, into


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
