"""Search and bound min-sum location problems: greedy, interchange, subgradient.

The problem, shared by the p-median and by maximal covering: open k sites so that the sum over rows of
min(cap, the least cost of an open site) is least. Row i's pairs are `site/cost[ptr[i]:ptr[i+1]]`, cost
ascending, all below cap[i]; the same pairs by site are `row/row_cost[col_ptr[j]:col_ptr[j+1]]`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FREE, IN, OUT = 0, 1, 2

ROUNDING = 1e-12
"""What rounding may add to a sum, as a share of its terms' sizes; each bound is lowered by so much."""


@njit(cache=True)
def serve_row(i, cap, ptr, site, cost, is_open, d1, o1, d2):
    """Find row i's least and second least open cost (cap where there is none) and the first's site."""
    d1[i], o1[i], d2[i] = cap[i], -1, cap[i]
    for k in range(ptr[i], ptr[i + 1]):
        if is_open[site[k]]:
            if o1[i] < 0:
                d1[i], o1[i] = cost[k], site[k]
            else:
                d2[i] = cost[k]
                break


@njit(cache=True)
def value_of(cap, ptr, site, cost, is_open):
    """The objective of a plan."""
    total = 0.0
    for i in range(len(cap)):
        best = cap[i]
        for k in range(ptr[i], ptr[i + 1]):
            if is_open[site[k]]:
                best = cost[k]
                break
        total += best
    return total


@njit(cache=True)
def greedy(cap, col_ptr, row, row_cost, allowed, is_open, k):
    """Open further sites, each time the one that lowers the sum most, until k are open (lazily re-evaluated)."""
    m = len(allowed)
    d1 = cap.copy()
    gain = np.full(m, -1.0)
    fresh = np.zeros(m, dtype=np.int64)
    n_open = 0
    for j in range(m):
        if is_open[j]:
            n_open += 1
            for q in range(col_ptr[j], col_ptr[j + 1]):
                d1[row[q]] = min(d1[row[q]], row_cost[q])
    for j in range(m):
        if allowed[j] and not is_open[j]:
            gain[j] = np.inf
    stamp = 0
    while n_open < k:
        stamp += 1
        while True:
            best = -1
            for j in range(m):
                if gain[j] >= 0 and (best < 0 or gain[j] > gain[best]):
                    best = j
            if best < 0:
                return
            if fresh[best] == stamp:
                break
            g = 0.0
            for q in range(col_ptr[best], col_ptr[best + 1]):
                if row_cost[q] < d1[row[q]]:
                    g += d1[row[q]] - row_cost[q]
            gain[best], fresh[best] = g, stamp
        is_open[best], gain[best] = True, -1.0
        n_open += 1
        for q in range(col_ptr[best], col_ptr[best + 1]):
            d1[row[q]] = min(d1[row[q]], row_cost[q])


@njit(cache=True)
def interchange(cap, ptr, site, cost, col_ptr, row, row_cost, allowed, fixed, is_open):
    """Swap an open site for a shut one while the sum falls; gives the sum (Whitaker's fast interchange).

    For each shut site one pass over its rows prices its swap with every open site at once.
    """
    n, m = len(cap), len(allowed)
    d1, d2 = np.empty(n), np.empty(n)
    o1 = np.empty(n, dtype=np.int64)
    loss, extra = np.zeros(m), np.zeros(m)
    total = 0.0
    for i in range(n):
        serve_row(i, cap, ptr, site, cost, is_open, d1, o1, d2)
        total += d1[i]
        if o1[i] >= 0:
            loss[o1[i]] += d2[i] - d1[i]
    n_open = 0
    opened = np.empty(m, dtype=np.int64)
    for j in range(m):
        if is_open[j]:
            opened[n_open] = j
            n_open += 1
    idle, at = 0, 0
    while idle < m:
        j = at
        at = (at + 1) % m
        idle += 1
        if is_open[j] or not allowed[j]:
            continue
        gain = 0.0
        for q in range(col_ptr[j], col_ptr[j + 1]):
            i, c = row[q], row_cost[q]
            if c < d2[i] and o1[i] >= 0:
                if c < d1[i]:
                    gain += d1[i] - c
                    extra[o1[i]] += d2[i] - d1[i]
                else:
                    extra[o1[i]] += d2[i] - c
            elif c < d1[i]:
                gain += d1[i] - c
        best, least = -1, np.inf
        for a in range(n_open):
            r = opened[a]
            if not fixed[r] and loss[r] - extra[r] < least:
                best, least = a, loss[r] - extra[r]
        for a in range(n_open):
            extra[opened[a]] = 0.0
        if best < 0 or gain - least <= 1e-9 * (1.0 + abs(total)):
            continue
        r = opened[best]
        opened[best] = j
        is_open[r], is_open[j] = False, True
        for side in range(2):
            s = r if side == 0 else j
            for q in range(col_ptr[s], col_ptr[s + 1]):
                i = row[q]
                if row_cost[q] <= d2[i]:
                    if o1[i] >= 0:
                        loss[o1[i]] -= d2[i] - d1[i]
                    total -= d1[i]
                    serve_row(i, cap, ptr, site, cost, is_open, d1, o1, d2)
                    total += d1[i]
                    if o1[i] >= 0:
                        loss[o1[i]] += d2[i] - d1[i]
        loss[r] = 0.0
        idle = 0
    return value_of(cap, ptr, site, cost, is_open)


@njit(cache=True)
def subgradient(cap, ptr, site, cost, state, k, lam, upper, aim, iterations, theta, patience):
    """Raise the Lagrangian bound that relaxes "each row is served once".

    bound(λ) = Σ λ + the k least of ρ_j = Σ_i min(0, cost − λ_i), sites that are IN counted first. `lam` is
    brought to the best multipliers. Steps are sized to reach `aim`; `upper` ends the climb. Gives (bound, ρ
    there, how often each site was taken lately, the best plan met, its value).
    """
    n, m = len(cap), len(state)
    best_lam, best_rho = lam.copy(), np.zeros(m)
    bound, plan_value = -np.inf, np.inf
    plan, taken = np.zeros(m, dtype=np.bool_), np.zeros(m, dtype=np.bool_)
    usual = np.zeros(m)
    direction = np.zeros(n)
    rho, key = np.zeros(m), np.zeros(m)
    n_in = 0
    for j in range(m):
        n_in += state[j] == IN
    stale = 0
    for step in range(iterations):
        rho[:] = 0.0
        total, gross = 0.0, 0.0
        for i in range(n):
            total += lam[i]
            gross += abs(lam[i])
            for q in range(ptr[i], ptr[i + 1]):
                if cost[q] >= lam[i]:
                    break
                rho[site[q]] += cost[q] - lam[i]
        for j in range(m):
            key[j] = rho[j] if state[j] == FREE else np.inf
            taken[j] = state[j] == IN
            if taken[j]:
                total += rho[j]
                gross -= rho[j]
        order = np.argsort(key)
        for a in range(min(k - n_in, m)):
            if state[order[a]] != FREE:
                break
            taken[order[a]] = True
            total += rho[order[a]]
            gross -= rho[order[a]]
        total -= ROUNDING * gross
        blend = max(0.02, 1.0 / (step + 1.0))
        for j in range(m):
            usual[j] += blend * (taken[j] - usual[j])
        if total > bound + 1e-7 * abs(bound):
            stale = 0
        else:
            stale += 1
        if total > bound:
            bound = total
            best_lam[:] = lam
            best_rho[:] = rho
            if stale == 0 and (step < 5 or step % 5 == 0):
                value = value_of(cap, ptr, site, cost, taken)
                if value < plan_value:
                    plan_value = value
                    plan[:] = taken
        if bound >= upper:
            break
        if stale >= patience:
            theta *= 0.5
            stale = 0
            lam[:] = best_lam
            direction[:] = 0.0
            if theta < 0.005:
                break
            continue
        norm = 0.0
        for i in range(n):
            served = 0
            for q in range(ptr[i], ptr[i + 1]):
                if cost[q] >= lam[i]:
                    break
                served += taken[site[q]]
            g = 1.0 - served
            if g > 0 and lam[i] >= cap[i]:
                g = 0.0
            direction[i] = g + 0.4 * direction[i]
            norm += direction[i] * direction[i]
        if norm < 1e-12:
            break
        move = theta * (aim - total + 1e-9) / norm
        for i in range(n):
            least = cost[ptr[i]] if ptr[i + 1] > ptr[i] else cap[i]
            lam[i] = min(cap[i], max(least, lam[i] + move * direction[i]))
    lam[:] = best_lam
    return bound, best_rho, usual, plan, plan_value
