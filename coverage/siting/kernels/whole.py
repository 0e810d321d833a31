"""Send each demand whole to one site of limited room: iterated local search for the generalised assignment problem.

Arrays are sites × demands: `cost` is for all people of a demand (inf = no way). The last site stands for staying out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

TINY = 1e-9


@njit(cache=True)
def _put(i, t, weight, seat, room):
    room[seat[i]] += weight[i]
    room[t] -= weight[i]
    seat[i] = t


@njit(cache=True)
def _descend(cost, weight, seat, room):
    """Move, swap, and move while a third makes room, as long as that gains."""
    n_sites, n = cost.shape
    idle, i = 0, 0
    while idle < n:
        s, best, best_t, best_k, best_u = seat[i], -TINY, -1, -1, -1
        for t in range(n_sites):
            gain = cost[t, i] - cost[s, i]
            if t != s and gain < best and room[t] >= weight[i] - TINY:
                best, best_t, best_k = gain, t, -1
        for k in range(n):
            t = seat[k]
            if t == s or not cost[t, i] < np.inf:
                continue
            gain = cost[t, i] - cost[s, i]
            if room[t] + weight[k] < weight[i] - TINY or gain - cost[t, k] >= best:
                continue
            for u in range(n_sites):
                held = room[u] + (weight[i] if u == s else 0.0)
                if u != t and gain + cost[u, k] - cost[t, k] < best and held >= weight[k] - TINY:
                    best, best_t, best_k, best_u = gain + cost[u, k] - cost[t, k], t, k, u
        if best_t < 0:
            idle += 1
        else:
            idle = 0
            if best_k >= 0:
                _put(best_k, best_u, weight, seat, room)
            _put(i, best_t, weight, seat, room)
        i = (i + 1) % n


@njit(cache=True)
def settle(cost, weight, capacity, flow, rounds, strength, seed):
    """Begin from where most of each demand's `flow` goes; gives (the site of each demand, its cost in all).

    Each of `rounds` sends `strength` demands elsewhere at random and descends; what is worse is taken back.
    """
    np.random.seed(seed)
    n_sites, n = cost.shape
    last = n_sites - 1
    seat, room = np.full(n, last), capacity.copy()
    room[last] = np.inf
    for i in np.argsort(-weight):
        t = np.argmax(flow[:, i])
        if flow[t, i] < weight[i] - TINY or room[t] < weight[i] - TINY or not cost[t, i] < np.inf:
            t = last
        if t != last:
            _put(i, t, weight, seat, room)
    _descend(cost, weight, seat, room)
    best, best_seat, best_room = 0.0, seat.copy(), room.copy()
    for i in range(n):
        best += cost[seat[i], i]
    for _ in range(rounds):
        for _ in range(strength):
            i, t = np.random.randint(n), np.random.randint(n_sites)
            if cost[t, i] < np.inf and room[t] >= weight[i]:
                _put(i, t, weight, seat, room)
            elif cost[t, i] < np.inf:  # somebody there stays out for it
                for k in range(n):
                    if seat[k] == t and room[t] + weight[k] >= weight[i]:
                        _put(k, last, weight, seat, room)
                        _put(i, t, weight, seat, room)
                        break
        _descend(cost, weight, seat, room)
        value = 0.0
        for i in range(n):
            value += cost[seat[i], i]
        if value <= best + TINY:
            best = min(best, value)
            best_seat[:], best_room[:] = seat, room
        else:
            seat[:], room[:] = best_seat, best_room
    return best_seat, best
