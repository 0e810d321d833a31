"""Compute times from many sources to many targets over a hierarchy: up from each source, then down in one sweep.

After RPHAST (Delling, Goldberg and Werneck 2011): the nodes above the targets
are picked out once and laid contiguously from the top; sixteen sources, a cache
line of times, are then swept down together. Times are float32, exact for whole
ticks below 2²⁴ (466 h).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.travel.kernels.nearest import NONE

LANES = 16
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
    """Lower the times of every chosen node, from the top, by its arcs from above; all sources side by side."""
    for i in range(len(ptr) - 1):
        for k in range(np.uint64(ptr[i]), np.uint64(ptr[i + 1])):
            u, w = np.uint64(node[k]), ticks[k]
            for lane in range(LANES):
                times[i, lane] = min(times[i, lane], times[u, lane] + w)


@njit(cache=True, nogil=True)
def ends_inside(points, end_ptr, end_node, end_ticks, number):
    """The ends of some points at chosen nodes: pointer, new number of the node, float32 ticks."""
    ptr, n = np.zeros(len(points) + 1, np.int64), 0
    for i in range(len(points)):
        n += end_ptr[points[i] + 1] - end_ptr[points[i]]
    node, ticks = np.empty(n, np.int32), np.empty(n, np.float32)
    n = 0
    for i in range(len(points)):
        for e in range(end_ptr[points[i]], end_ptr[points[i] + 1]):
            if number[end_node[e]] >= 0:
                node[n], ticks[n] = number[end_node[e]], end_ticks[e]
                n += 1
        ptr[i + 1] = n
    return ptr, node[:n], ticks[:n]


@njit(cache=True, nogil=True)
def sweep_pairs(up_ptr, up_node, up_ticks, number, ptr, node, ticks, sites, seed_ptr, seed_node, seed_ticks,
                points, end_ptr, end_node, end_ticks, limit, scratch, out_point, out_site, out_ticks):
    """Write the pairs (point, site, ticks) within `limit`, each once, by site, then point; how many there are.

    `ptr`, `node`, `ticks` are the restricted arcs, `number` their numbering; the
    ends of points[i], at restricted nodes, are at end_ptr[i]:end_ptr[i + 1].
    `scratch` is int32 over all nodes, all FAR, and is so again. The arrays
    written to have room for every site with every point.
    """
    times = np.empty((len(ptr) - 1, LANES), np.float32)
    total = np.empty((LANES, len(points)), np.float32)
    row = np.empty(LANES, np.float32)
    n_out = 0
    for base in range(0, len(sites), LANES):
        lanes = min(LANES, len(sites) - base)
        times[:] = UNREACHED
        for lane in range(lanes):
            site = sites[base + lane]
            climb(up_ptr, up_node, up_ticks, seed_node, seed_ticks, seed_ptr[site], seed_ptr[site + 1],
                  scratch, number, lane, times)
        sweep_down(ptr, node, ticks, times)
        for i in range(len(points)):
            row[:] = UNREACHED
            for e in range(end_ptr[i], end_ptr[i + 1]):
                for lane in range(LANES):
                    row[lane] = min(row[lane], times[end_node[e], lane] + end_ticks[e])
            for lane in range(LANES):
                total[lane, i] = row[lane]
        for lane in range(lanes):
            for i in range(len(points)):  # each is written, and the next one over it unless it counts
                here = total[lane, i]
                out_point[n_out], out_site[n_out], out_ticks[n_out] = points[i], sites[base + lane], np.int32(here)
                n_out += np.int64(here <= limit)
    return n_out


@njit(cache=True)
def sweep_labels(up_ptr, up_node, up_ticks, down_ptr, down_node, down_ticks, seed_node, seed_label):
    """The least label (ticks << 32 | owner) of each node, as nearest_labels gives, in the hierarchy's numbering.

    All seeds go up in one pass over the nodes and down in another: no queue, four
    times sooner than the search, once the hierarchy is there.
    """
    n = len(up_ptr) - 1
    label = np.full(n, NONE, np.int64)
    for i in range(len(seed_node)):
        label[seed_node[i]] = min(label[seed_node[i]], seed_label[i])
    for v in range(n - 1, -1, -1):
        here = label[v]
        if here < NONE:
            for k in range(np.uint64(up_ptr[v]), np.uint64(up_ptr[v + 1])):
                u = np.uint64(up_node[k])
                label[u] = min(label[u], here + (np.int64(up_ticks[k]) << 32))
    for v in range(n):
        here = label[v]
        for k in range(np.uint64(down_ptr[v]), np.uint64(down_ptr[v + 1])):
            above = label[np.uint64(down_node[k])]
            if above < NONE:
                here = min(here, above + (np.int64(down_ticks[k]) << 32))
        label[v] = here
    return label
