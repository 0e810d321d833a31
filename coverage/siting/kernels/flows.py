"""Bound and settle who goes where when places are limited: Lagrangian bound, and transport by shortest paths.

Pairs are held by site: site j's are row[ptr[j]:ptr[j+1]] with `cost` for each person, ascending. Demand i has
`weight[i]` people; site j costs `fixed[j]` to open and takes `room[j]` people.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FREE, IN, OUT = 0, 1, 2
ROUNDING = 1e-12
"""What each unit of a sum of floats may be off, taken from the bound."""

BLEND, LATELY = 0.3, 0.03
"""The share of the last direction in the next, and of the last step in how often a site is taken."""


@njit(cache=True)
def _gain(j, ptr, row, cost, weight, room, mu, top, served, scale):
    """The most that site j can save at prices mu, a knapsack of parts; with scale ≠ 0 adds its shares to `served`."""
    first, last = ptr[j], ptr[j + 1]
    n, people = 0, 0.0
    for q in range(first, last):
        if cost[q] >= top:
            break
        if mu[row[q]] > cost[q]:
            n += 1
            people += weight[row[q]]
    if n == 0:
        return 0.0
    total = 0.0
    if people <= room[j]:
        for q in range(first, last):
            if cost[q] >= top:
                break
            i = row[q]
            if mu[i] > cost[q]:
                total += weight[i] * (mu[i] - cost[q])
                served[i] += scale
        return total
    ratio, who = np.empty(n), np.empty(n, dtype=np.int64)
    n = 0
    for q in range(first, last):
        if cost[q] >= top:
            break
        if mu[row[q]] > cost[q]:
            ratio[n], who[n] = cost[q] - mu[row[q]], row[q]
            n += 1
    left = room[j]
    order = np.argsort(ratio)
    for a in range(n):
        i = who[order[a]]
        part = min(1.0, left / weight[i])
        total -= weight[i] * ratio[order[a]] * part
        served[i] += scale * part
        left -= weight[i] * part
        if left <= 0.0:
            break
    return total


@njit(cache=True)
def lagrange(ptr, row, cost, weight, fixed, room, counted, group, least, state, k, mu, usual, close, aim, iterations,
             theta, patience):
    """Raise the bound that relaxes "each demand is served once"; at most k free sites that are `counted` are taken,
    and one of each `group` (−1: of none).

    bound(mu) = Σ weight·mu + Σ over taken sites of fixed − gain. `mu` is brought to the best prices (none below
    `least`) by steps towards `aim`, `usual` to how often each site was taken lately; it ends at `close`. Gives (bound,
    each site's fixed − gain there, which were taken there).
    """
    n, m = len(weight), len(state)
    best_mu, best_score = mu.copy(), np.zeros(m)
    best_taken, taken = np.zeros(m, dtype=np.bool_), np.zeros(m, dtype=np.bool_)
    bound, stale, met = -np.inf, 0, np.zeros(m, dtype=np.bool_)
    score, direction, served, nothing = np.zeros(m), np.zeros(n), np.zeros(n), np.zeros(n)
    for _ in range(iterations):
        top, total, gross = 0.0, 0.0, 0.0
        for i in range(n):
            top = max(top, mu[i])
            total += weight[i] * mu[i]
            gross += weight[i] * abs(mu[i])
        for j in range(m):
            score[j] = np.inf
            taken[j] = False
            if state[j] != OUT:
                gain = _gain(j, ptr, row, cost, weight, room, mu, top, nothing, 0.0)
                score[j] = fixed[j] - gain
                gross += gain
            if state[j] == IN:
                taken[j] = True
                total += score[j]
        count = 0
        met[:] = False
        for j in range(m):
            if state[j] == IN and group[j] >= 0:
                met[group[j]] = True
        for j in np.argsort(score):
            if score[j] >= 0.0:
                break
            if state[j] == FREE and (count < k or not counted[j]) and not (group[j] >= 0 and met[group[j]]):
                taken[j] = True
                total += score[j]
                count += counted[j]
                if group[j] >= 0:
                    met[group[j]] = True
        total -= ROUNDING * gross
        for j in range(m):
            usual[j] += LATELY * (taken[j] - usual[j])
        stale = 0 if total > bound + 1e-6 * abs(bound) else stale + 1
        if total > bound:
            bound = total
            best_mu[:] = mu
            best_score[:] = score
            best_taken[:] = taken
        if bound >= close:
            break
        served[:] = 0.0
        for j in range(m):
            if taken[j]:
                _gain(j, ptr, row, cost, weight, room, mu, top, served, 1.0)
        if stale >= patience:
            theta *= 0.5
            stale = 0
            mu[:] = best_mu
            direction[:] = 0.0
            if theta < 0.01:
                break
        # In prices times √weight this is the plain subgradient: heavy demands would outrun light ones else.
        norm = 0.0
        for i in range(n):
            direction[i] = (1.0 - BLEND) * (1.0 - served[i]) + BLEND * direction[i]
            norm += weight[i] * direction[i] * direction[i]
        if norm < 1e-12:
            break
        move = theta * (aim - total + 1e-9) / norm
        for i in range(n):
            mu[i] = max(least[i], mu[i] + move * direction[i])
    mu[:] = best_mu
    return bound, best_score, best_taken


@njit(cache=True)
def _edges_of(s, flow, cost, edge, via):
    """Site s's cheapest move of one person to each other site, from scratch."""
    n_sites, n = flow.shape
    edge[s, :] = np.inf
    via[s, :] = -1
    for i in range(n):
        if flow[s, i] > 1e-9:
            for t in range(n_sites):
                if cost[t, i] - cost[s, i] < edge[s, t]:
                    edge[s, t], via[s, t] = cost[t, i] - cost[s, i], i


@njit(cache=True)
def transport(cost, weight, room):
    """Send each demand's people to open sites at least cost: (whether all fit, flow, cost); arrays are sites × demand.

    Everyone starts at their cheapest site; the people too many there are passed on along shortest paths between
    sites, each push the cheapest there is (successive shortest paths), so that what stands is always the best.
    """
    n_sites, n = cost.shape
    flow, load = np.zeros((n_sites, n)), np.zeros(n_sites)
    for i in range(n):
        s = np.argmin(cost[:, i])
        if not np.isfinite(cost[s, i]):
            return False, flow, np.inf
        flow[s, i] = weight[i]
        load[s] += weight[i]
    edge, via = np.empty((n_sites, n_sites)), np.empty((n_sites, n_sites), dtype=np.int64)
    for s in range(n_sites):
        _edges_of(s, flow, cost, edge, via)
    dist, before = np.empty(n_sites), np.empty(n_sites, dtype=np.int64)
    while True:
        over = False
        for s in range(n_sites):
            dist[s], before[s] = (0.0 if load[s] > room[s] + 1e-9 else np.inf), -1
            over = over or dist[s] == 0.0
        if not over:
            break
        changed = True
        while changed:
            changed = False
            for s in range(n_sites):
                if dist[s] < np.inf:
                    for t in range(n_sites):
                        if dist[s] + edge[s, t] < dist[t] - 1e-9:
                            dist[t], before[t] = dist[s] + edge[s, t], s
                            changed = True
        end = -1
        for t in range(n_sites):
            if load[t] < room[t] - 1e-9 and dist[t] < np.inf and (end < 0 or dist[t] < dist[end]):
                end = t
        if end < 0:
            return False, flow, np.inf
        amount, t = room[end] - load[end], end
        while before[t] >= 0:
            amount = min(amount, flow[before[t], via[before[t], t]])
            t = before[t]
        amount = min(amount, load[t] - room[t])
        load[t] -= amount
        load[end] += amount
        t = end
        while before[t] >= 0:
            s = before[t]
            i = via[s, t]
            flow[s, i] -= amount
            flow[t, i] += amount
            for u in range(n_sites):
                if cost[u, i] - cost[t, i] < edge[t, u]:
                    edge[t, u], via[t, u] = cost[u, i] - cost[t, i], i
            t = s
        t = end
        while before[t] >= 0:  # moves that rested on people who are gone
            s = before[t]
            for u in range(n_sites):
                if via[s, u] >= 0 and flow[s, via[s, u]] <= 1e-9:
                    _edges_of(s, flow, cost, edge, via)
                    break
            t = s
    total = 0.0
    for s in range(n_sites):
        for i in range(n):
            if flow[s, i] > 0.0:
                total += flow[s, i] * cost[s, i]
    return True, flow, total
