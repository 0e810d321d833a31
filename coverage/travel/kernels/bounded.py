"""Find all that lies within a limit of each site: packed arcs, the sites' ends, the points' ends → sparse pairs."""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.travel.kernels.nearest import N_BUCKETS

FAR = np.int32(1 << 30)


@njit(cache=True)
def pairs_within(ptr, arc, seed_ptr, seed_node, seed_ticks, limit, shift, end_ptr, end_point, end_ticks, n_points,
                 first_site, last_site):
    """Pairs (point, site, ticks) of the sites in [first_site, last_site), ticks ≤ limit, each pair once.

    Site s starts at seed_node[seed_ptr[s]:seed_ptr[s + 1]] with seed_ticks; node
    v is an end of end_point[end_ptr[v]:end_ptr[v + 1]], end_ticks away.
    """
    n = len(ptr) - 1
    dist = np.full(n, FAR, np.int32)
    best = np.full(n_points, FAR, np.int32)
    touched = np.empty(n, np.int32)
    seen = np.empty(n_points, np.int32)
    mask = N_BUCKETS - 1
    bucket = np.full(N_BUCKETS, -1, np.int32)
    slot_item, slot_next = np.empty(1 << 14, np.int64), np.empty(1 << 14, np.int32)
    room = 1 << 16
    out_point, out_site, out_ticks = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    n_out = 0
    for site in range(first_site, last_site):
        free, used, live, n_touched, n_seen = -1, 0, 0, 0, 0
        at = np.int64(FAR)
        for i in range(seed_ptr[site], seed_ptr[site + 1]):
            v, ticks = seed_node[i], seed_ticks[i]
            if ticks > limit or ticks >= dist[v]:
                continue
            if dist[v] == FAR:
                touched[n_touched] = v
                n_touched += 1
            dist[v] = ticks
            key = ticks >> shift
            at = min(at, key)
            slot_item[used] = (np.int64(ticks) << 32) | v
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
            v = np.int32(slot_item[slot] & 0xFFFFFFFF)
            here = slot_item[slot] >> 32
            if here != dist[v]:
                continue
            for k in range(ptr[v], ptr[v + 1]):
                a = arc[k]
                w = np.int32(a & 0xFFFFFFFF)
                reached = here + (a >> 32)
                if reached >= dist[w] or reached > limit:
                    continue
                if dist[w] == FAR:
                    touched[n_touched] = w
                    n_touched += 1
                dist[w] = reached
                if free >= 0:
                    slot = free
                    free = slot_next[slot]
                else:
                    if used == len(slot_item):
                        slot_item = np.concatenate((slot_item, slot_item))
                        slot_next = np.concatenate((slot_next, slot_next))
                    slot = used
                    used += 1
                key = (reached >> shift) & mask
                slot_item[slot] = (reached << 32) | w
                slot_next[slot] = bucket[key]
                bucket[key] = slot
                live += 1
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
        if n_out + n_seen > room:
            room = 2 * room + n_seen
            out_point = np.concatenate((out_point, np.empty(room - len(out_point), np.int32)))
            out_site = np.concatenate((out_site, np.empty(room - len(out_site), np.int32)))
            out_ticks = np.concatenate((out_ticks, np.empty(room - len(out_ticks), np.int32)))
        for t in range(n_seen):
            point = seen[t]
            out_point[n_out], out_site[n_out], out_ticks[n_out] = point, site, best[point]
            best[point] = FAR
            n_out += 1
    return out_point[:n_out], out_site[:n_out], out_ticks[:n_out]
