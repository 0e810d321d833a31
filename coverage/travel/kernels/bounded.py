"""Find all that lies within a limit of each site: packed arcs, the sites' ends, the points' ends → sparse pairs."""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.travel.kernels.nearest import N_BUCKETS

FAR = np.int32(1 << 30)


@njit(cache=True, nogil=True)
def reach(ptr, arc, seed_node, seed_ticks, first, last, limit, shift, dist, bucket, touched):
    """Search from the seeds in [first, last) up to `limit`; how many nodes it reached.

    Writes ticks into `dist` (all FAR before; the caller puts it back) and the
    nodes into `touched`. `bucket` holds N_BUCKETS times -1, and does so again.
    """
    room = max(1 << 10, last - first)
    slot_item, slot_next = np.empty(room, np.int64), np.empty(room, np.int32)
    free, used, live, need, n_touched = -1, 0, 0, np.int64(0), 0
    mask = N_BUCKETS - 1
    at = np.int64(FAR)
    for i in range(first, last):
        v, ticks = seed_node[i], seed_ticks[i]
        if ticks > limit or ticks >= dist[v]:
            continue
        if dist[v] == FAR:
            touched[n_touched] = v
            n_touched += 1
        dist[v] = ticks
        key = ticks >> shift
        at = min(at, np.int64(key))
        slot_item[used] = (np.int64(ticks) << 32) | v
        slot_next[used] = bucket[key & mask]
        bucket[key & mask] = used
        used += 1
        live += 1
    while live > 0:
        while used + need > len(slot_item):
            slot_item = np.concatenate((slot_item, slot_item))
            slot_next = np.concatenate((slot_next, slot_next))
        while live > 0:
            slot = bucket[at & mask]
            if slot < 0:
                at += 1
                continue
            item = slot_item[slot]
            v = item & 0xFFFFFFFF
            k_low, k_high = np.uint64(ptr[v]), np.uint64(ptr[v + 1])
            need = np.int64(k_high - k_low)
            if used + need > len(slot_item):
                break
            bucket[at & mask] = slot_next[slot]
            slot_next[slot] = free
            free = slot
            live -= 1
            here = item >> 32
            if here != dist[v]:
                continue
            for k in range(k_low, k_high):
                a, before, w = arc[k], v, arc[k] & 0xFFFFFFFF
                reached, junction = here + (a >> 32), False
                while reached < dist[w] and reached <= limit:  # straight on through nodes with one way on
                    if dist[w] == FAR:
                        touched[n_touched] = w
                        n_touched += 1
                    dist[w] = reached
                    k0, k1 = np.uint64(ptr[w]), np.uint64(ptr[w + 1])
                    if k1 == k0:
                        break
                    a, b = arc[k0], arc[k1 - np.uint64(1)]
                    back = a & 0xFFFFFFFF == before
                    if k1 - k0 > np.uint64(2) or (k1 - k0 == np.uint64(2) and not back and b & 0xFFFFFFFF != before):
                        junction = True
                        break
                    if back:
                        a = b
                    before, w, reached = w, a & 0xFFFFFFFF, reached + (a >> 32)
                if not junction:
                    continue
                if free >= 0:
                    slot = free
                    free = slot_next[slot]
                else:
                    slot = used
                    used += 1
                key = (reached >> shift) & mask
                slot_item[slot] = (reached << 32) | w
                slot_next[slot] = bucket[key]
                bucket[key] = slot
                live += 1
    return n_touched


@njit(cache=True, nogil=True)
def nodes_within(ptr, arc, seed_ptr, seed_node, seed_ticks, sites, limit, shift):
    """How many nodes lie within `limit` of each of the sites, summed over them."""
    n = len(ptr) - 1
    dist, touched = np.full(n, FAR, np.int32), np.empty(n, np.int32)
    bucket = np.full(N_BUCKETS, -1, np.int32)
    total = 0
    for site in sites:
        n_touched = reach(ptr, arc, seed_node, seed_ticks, seed_ptr[site], seed_ptr[site + 1], limit, shift, dist,
                          bucket, touched)
        for t in range(n_touched):
            dist[touched[t]] = FAR
        total += n_touched
    return total


@njit(cache=True, nogil=True)
def pairs_within(ptr, arc, seed_ptr, seed_node, seed_ticks, limit, shift, end_ptr, end_point, end_ticks, n_points,
                 first_site, last_site):
    """Pairs (point, site, ticks) of the sites in [first_site, last_site), ticks ≤ limit, each pair once.

    Site s starts at seed_node[seed_ptr[s]:seed_ptr[s + 1]] with seed_ticks; node
    v is an end of end_point[end_ptr[v]:end_ptr[v + 1]], end_ticks away.
    """
    n = len(ptr) - 1
    dist, touched = np.full(n, FAR, np.int32), np.empty(n, np.int32)
    bucket = np.full(N_BUCKETS, -1, np.int32)
    best, seen = np.full(n_points, FAR, np.int32), np.empty(n_points, np.int32)
    room = 1 << 16
    out_point, out_site, out_ticks = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    n_out = 0
    for site in range(first_site, last_site):
        n_touched = reach(ptr, arc, seed_node, seed_ticks, seed_ptr[site], seed_ptr[site + 1], limit, shift,
                          dist, bucket, touched)
        n_seen = 0
        for t in range(n_touched):
            v = touched[t]
            for e in range(end_ptr[v], end_ptr[v + 1]):
                total = dist[v] + end_ticks[e]
                point = end_point[e]
                if total > limit or total >= best[point]:
                    continue
                if best[point] == FAR:
                    seen[n_seen] = point
                    n_seen += 1
                best[point] = total
            dist[v] = FAR
        while n_out + n_seen > len(out_point):
            out_point = np.concatenate((out_point, out_point))
            out_site = np.concatenate((out_site, out_site))
            out_ticks = np.concatenate((out_ticks, out_ticks))
        for t in range(n_seen):
            point = seen[t]
            out_point[n_out], out_site[n_out], out_ticks[n_out] = point, site, best[point]
            best[point] = FAR
            n_out += 1
    return out_point[:n_out], out_site[:n_out], out_ticks[:n_out]


@njit(cache=True, nogil=True)
def points_within(ptr, arc, seed_node, seed_ticks, limit, shift, dist, bucket, touched, end_ptr, end_point, seen):
    """Nodes within `limit` of any seed at which some point ends, and those points, sorted.

    `dist` and `seen` (False for each point) are put back.
    """
    n_touched = reach(ptr, arc, seed_node, seed_ticks, 0, len(seed_node), limit, shift, dist, bucket, touched)
    n_ends = 0
    for t in range(n_touched):
        n_ends += end_ptr[touched[t] + 1] - end_ptr[touched[t]]
    node, point = np.empty(n_ends, np.int32), np.empty(n_ends, np.int32)
    n_nodes, n_points = 0, 0
    for t in range(n_touched):
        v = touched[t]
        dist[v] = FAR
        for e in range(end_ptr[v], end_ptr[v + 1]):
            if not seen[end_point[e]]:
                seen[end_point[e]] = True
                point[n_points] = end_point[e]
                n_points += 1
        if end_ptr[v + 1] > end_ptr[v]:
            node[n_nodes] = v
            n_nodes += 1
    for i in range(n_points):
        seen[point[i]] = False
    return node[:n_nodes], np.sort(point[:n_points])
