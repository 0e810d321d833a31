"""Find the cheapest set of sites that gives each unit of a region the people it needs.

`covers[s, v]`: site s reaches row v, which has `weight[v]` people of the unit `label[v]`; unit u needs `need[u]`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FREE, TAKEN, BARRED = 0, 1, 2
TINY = 1e-9


@njit(cache=True)
def _gains(covers, weight, label, won, state, gain):
    """What each free site would add to each unit."""
    gain[:] = 0.0
    for s in range(covers.shape[0]):
        if state[s] == FREE:
            for v in range(covers.shape[1]):
                if covers[s, v] and not won[v]:
                    gain[s, label[v]] += weight[v]


@njit(cache=True)
def _ratios(price, gain, left, u):
    """What a site costs for each person that unit u still needs (inf = it adds none)."""
    ratio = np.full(len(price), np.inf)
    for s in range(len(price)):
        if gain[s, u] > 0.0:
            ratio[s] = price[s] / min(gain[s, u], left[u])
    return ratio


@njit(cache=True)
def _least(price, gain, left):
    """(the least that what is needed still costs, by parts of sites; the unit that asks for so much)."""
    worst, at = 0.0, -1
    for u in range(len(left)):
        if left[u] <= TINY:
            continue
        ratio, missing, cost = _ratios(price, gain, left, u), left[u], 0.0
        for s in np.argsort(ratio):
            if missing <= TINY or ratio[s] == np.inf:
                break
            part = min(min(gain[s, u], left[u]), missing)
            cost += ratio[s] * part
            missing -= part
        if missing > TINY:
            return np.inf, u
        if at < 0 or cost > worst:
            worst, at = cost, u
    return worst, at


@njit(cache=True)
def _search(covers, weight, label, left, price, state, won, cost, best, best_set, nodes):
    """Take one site after another of those that help the unit that asks for most, barring those already tried."""
    nodes[0] -= 1
    if nodes[0] < 0:
        return 0
    gain = np.empty((len(price), len(left)))
    _gains(covers, weight, label, won, state, gain)
    least, unit = _least(price, gain, left)
    if unit < 0 and cost < best[0]:
        best[0] = cost
        best_set[:] = state == TAKEN
    if unit < 0 or cost + least >= best[0] - TINY:
        return 0
    order = np.argsort(_ratios(price, gain, left, unit))
    tried = 0
    for s in order:
        if gain[s, unit] <= 0.0 or nodes[0] < 0:
            break
        if tried:
            gain[order[tried - 1], :] = 0.0
            if cost + _least(price, gain, left)[0] >= best[0] - TINY:
                break
        if cost + price[s] < best[0] - TINY:
            won_now, left_now = won.copy(), left.copy()
            for v in range(len(weight)):
                if covers[s, v] and not won[v]:
                    won_now[v] = True
                    left_now[label[v]] -= weight[v]
            state[s] = TAKEN
            _search(covers, weight, label, left_now, price, state, won_now, cost + price[s], best, best_set, nodes)
        state[s] = BARRED
        tried += 1
    for s in order[:tried]:
        state[s] = FREE
    return 0


@njit(cache=True)
def cheapest(covers, weight, label, need, price, limit, nodes):
    """(cost, sites) of the cheapest set that is enough, if under `limit`, else (limit, no sites).

    Sites that cost nothing are taken. `nodes[0]` is lowered by the steps taken; below 0 the search was cut off and
    its answer says nothing.
    """
    n_sites, n = covers.shape
    state, won, left = np.zeros(n_sites, dtype=np.int8), np.zeros(n, dtype=np.bool_), need.copy()
    for s in range(n_sites):
        if price[s] <= 0.0:
            state[s] = TAKEN
            for v in range(n):
                if covers[s, v] and not won[v]:
                    won[v] = True
                    left[label[v]] -= weight[v]
    best, best_set = np.array([limit]), np.zeros(n_sites, dtype=np.bool_)
    _search(covers, weight, label, left, price, state, won, 0.0, best, best_set, nodes)
    return best[0], best_set
