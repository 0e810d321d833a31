"""Compute times from many sources to many targets over a hierarchy: up from each source, then down in one sweep.

After RPHAST (Delling, Goldberg and Werneck 2011): the nodes above the targets
are picked out once and laid contiguously from the top; eight sources are then
swept down together. Times are float32, exact for whole ticks below 2²⁴ (466 h).
"""

from __future__ import annotations

import numpy as np
from numba import njit

LANES = 8
EXACT = 1 << 24
"""Ticks from which float32 is no longer exact."""
UNREACHED = np.float32(1 << 30)


@njit(cache=True, nogil=True)
def closure_above(down_ptr, down_node, targets, inside):
    """Sorted nodes from which some target can be reached downwards, the targets included.

    `inside` is a boolean array over all nodes, all False; it is so again on return.
    """
    found = np.empty(len(inside), np.int32)
    n = 0
    for t in targets:
        if not inside[t]:
            inside[t] = True
            found[n] = t
            n += 1
    done = 0
    while done < n:
        v = found[done]
        done += 1
        for k in range(down_ptr[v], down_ptr[v + 1]):
            u = down_node[k]
            if not inside[u]:
                inside[u] = True
                found[n] = u
                n += 1
    for i in range(n):
        inside[found[i]] = False
    return np.sort(found[:n])


@njit(cache=True, nogil=True)
def restrict(down_ptr, down_node, down_ticks, chosen, number):
    """The downward arcs among the chosen nodes (sorted from the top), renumbered 0, 1, …; float32 ticks.

    `number` is an int32 array over all nodes to write in; the new number of chosen[i] is i.
    """
    for i in range(len(chosen)):
        number[chosen[i]] = i
    ptr = np.empty(len(chosen) + 1, np.int32)
    ptr[0] = 0
    for i in range(len(chosen)):
        ptr[i + 1] = ptr[i] + down_ptr[chosen[i] + 1] - down_ptr[chosen[i]]
    node, ticks = np.empty(ptr[-1], np.int32), np.empty(ptr[-1], np.float32)
    k = 0
    for v in chosen:
        for m in range(down_ptr[v], down_ptr[v + 1]):
            node[k], ticks[k] = number[down_node[m]], down_ticks[m]
            k += 1
    return ptr, node, ticks


@njit(cache=True, nogil=True)
def climb(up_ptr, up_node, up_ticks, seed_node, seed_ticks, first, last, ticks, number, lane, times):
    """Search upward from one source's seeds and write the times at chosen nodes into `times[:, lane]`.

    `ticks` is int32 over all nodes, all FAR; it is so again on return. `number`
    is the new number of a chosen node, -1 elsewhere.
    """
    far = np.int32(1 << 30)
    above = np.empty(256, np.int32)
    n = 0
    for i in range(first, last):
        v = seed_node[i]
        if ticks[v] == far:
            above[n] = v
            n += 1
        ticks[v] = min(ticks[v], seed_ticks[i])
        if n == len(above):
            above = np.concatenate((above, above))
    done = 0
    while done < n:
        v = above[done]
        done += 1
        for k in range(up_ptr[v], up_ptr[v + 1]):
            u = up_node[k]
            if ticks[u] == far:
                ticks[u] = far - 1  # seen, no time yet
                if n == len(above):
                    above = np.concatenate((above, above))
                above[n] = u
                n += 1
    order = np.sort(above[:n])
    for i in range(n - 1, -1, -1):
        v = order[i]
        here = ticks[v]
        if here < far - 1:
            for k in range(up_ptr[v], up_ptr[v + 1]):
                u = up_node[k]
                ticks[u] = min(ticks[u], here + up_ticks[k])
            if number[v] >= 0:
                times[number[v], lane] = here
        ticks[v] = far


@njit(cache=True, nogil=True)
def sweep_down(ptr, node, ticks, times):
    """Lower the times of every chosen node, from the top, by its arcs from above; eight sources side by side."""
    for i in range(len(ptr) - 1):
        a, b, c, d = times[i, 0], times[i, 1], times[i, 2], times[i, 3]
        e, f, g, h = times[i, 4], times[i, 5], times[i, 6], times[i, 7]
        for k in range(ptr[i], ptr[i + 1]):
            u, w = node[k], ticks[k]
            a, b = min(a, times[u, 0] + w), min(b, times[u, 1] + w)
            c, d = min(c, times[u, 2] + w), min(d, times[u, 3] + w)
            e, f = min(e, times[u, 4] + w), min(f, times[u, 5] + w)
            g, h = min(g, times[u, 6] + w), min(h, times[u, 7] + w)
        times[i, 0], times[i, 1], times[i, 2], times[i, 3] = a, b, c, d
        times[i, 4], times[i, 5], times[i, 6], times[i, 7] = e, f, g, h


@njit(cache=True, nogil=True)
def sweep_pairs(up_ptr, up_node, up_ticks, number, ptr, node, ticks, sites, seed_ptr, seed_node, seed_ticks,
                target, end_ptr, end_point, end_ticks, n_points, limit, scratch):
    """Pairs (point, site, ticks) within `limit` of the given sites, each pair once.

    `target` are the nodes at which points end (numbered by the hierarchy), node
    number[v] of the restricted arcs; v is an end of end_point[end_ptr[v]:…],
    end_ticks away. `scratch` is int32 over all nodes, all FAR, and is so again.
    """
    far = np.int32(1 << 30)
    times = np.empty((len(ptr) - 1, LANES), np.float32)
    best, seen = np.full(n_points, far, np.int32), np.empty(n_points, np.int32)
    room = 1 << 14
    out_point, out_site, out_ticks = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    n_out = 0
    for base in range(0, len(sites), LANES):
        times[:] = UNREACHED
        lanes = min(LANES, len(sites) - base)
        for lane in range(lanes):
            site = sites[base + lane]
            climb(up_ptr, up_node, up_ticks, seed_node, seed_ticks, seed_ptr[site], seed_ptr[site + 1],
                  scratch, number, lane, times)
        sweep_down(ptr, node, ticks, times)
        for lane in range(lanes):
            n_seen = 0
            for v in target:
                here = times[number[v], lane]
                if here > limit:
                    continue
                for e in range(end_ptr[v], end_ptr[v + 1]):
                    total = np.int32(here) + end_ticks[e]
                    point = end_point[e]
                    if total > limit or total >= best[point]:
                        continue
                    if best[point] == far:
                        seen[n_seen] = point
                        n_seen += 1
                    best[point] = total
            while n_out + n_seen > len(out_point):
                out_point = np.concatenate((out_point, out_point))
                out_site = np.concatenate((out_site, out_site))
                out_ticks = np.concatenate((out_ticks, out_ticks))
            for t in range(n_seen):
                out_point[n_out], out_site[n_out], out_ticks[n_out] = seen[t], sites[base + lane], best[seen[t]]
                best[seen[t]] = far
                n_out += 1
    return out_point[:n_out], out_site[:n_out], out_ticks[:n_out]
