"""Bound covering problems from below: subgradient on the Lagrangian that relaxes every row, and cuts for it.

Takes sites with prices, each winning some rows, and rows that `need` a number of wins and pay `cap` if they lack
one: infinite in set covering, the row's weight in maximal covering. Site j's rows are row[col_ptr[j]:col_ptr[j+1]];
a row named twice there is won twice.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.siting.kernels.minsum import FREE, IN, ROUNDING

NEAR, MOST_NEAR = 0.25, 96
"""What two rows of a cut share at least; how many such neighbours of a row are looked at."""


@njit(cache=True, nogil=True)
def climb(col_ptr, row, price, need, cap, state, k, lam, upper, aim, iterations, theta, patience):
    """Raise the bound Σ need·λ + Σ over at most k sites of (price − Σ λ of its rows), 0 ≤ λ ≤ cap.

    Sites that are IN count first, then the most negative of those that are FREE. `lam` is brought to the best
    multipliers. Steps are sized to reach `aim`; `upper` ends the climb. Gives (bound, the sites' sums there, how
    often each was taken lately). No plan of k sites costs less, whatever λ is (Beasley 1990).
    """
    n, m = len(cap), len(price)
    best_lam, best_rho, bound, stale = lam.copy(), np.zeros(m), -np.inf, 0
    rho, usual, taken = np.zeros(m), np.zeros(m), np.zeros(m, dtype=np.bool_)
    direction, short = np.zeros(n), np.empty(n)
    n_in = 0
    for j in range(m):
        n_in += state[j] == IN
    room = min(k - n_in, m)
    key = np.empty(m)
    for step in range(iterations):
        total = 0.0
        for i in range(n):
            total += need[i] * lam[i]
            short[i] = need[i]  # a row's subgradient: one less for each win
        gross = total
        for j in range(m):
            rho[j] = price[j]
            for q in range(col_ptr[j], col_ptr[j + 1]):
                rho[j] -= lam[row[q]]
            key[j] = min(rho[j], 0.0) if state[j] == FREE else 0.0
        last = -np.inf  # the dearest sum that is taken; of equals, those that come first
        if room >= m:
            last = 0.0
        elif room > 0:
            last = np.partition(key, room - 1)[room - 1]
        equal = room
        for j in range(m):
            equal -= key[j] < last
        for j in range(m):
            taken[j] = state[j] == IN
            if state[j] == FREE and rho[j] < 0 and key[j] <= last:
                taken[j] = key[j] < last or equal > 0
                equal -= key[j] == last
            if taken[j]:
                total += rho[j]
                gross += abs(rho[j])
                for q in range(col_ptr[j], col_ptr[j + 1]):
                    short[row[q]] -= 1.0
        total -= ROUNDING * gross
        blend = max(0.02, 1.0 / (step + 1.0))
        for j in range(m):
            usual[j] += blend * (taken[j] - usual[j])
        stale = 0 if total > bound + 1e-7 * abs(bound) else stale + 1
        if total > bound:
            bound = total
            best_lam[:] = lam
            best_rho[:] = rho
        if bound >= upper:
            break
        if stale >= patience:
            theta, stale = theta / 2, 0
            lam[:] = best_lam
            direction[:] = 0.0
            if theta < 0.002:
                break
            continue
        norm = 0.0
        for i in range(n):
            direction[i] = short[i] + 0.8 * direction[i]
            if (direction[i] < 0 and lam[i] <= 0) or (direction[i] > 0 and lam[i] >= cap[i]):
                direction[i] = 0.0
            norm += direction[i] * direction[i]
        if norm < 1e-12:
            break
        move = theta * (aim - total) / norm
        for i in range(n):
            lam[i] = min(cap[i], max(0.0, lam[i] + move * direction[i]))
    lam[:] = best_lam
    return bound, best_rho, usual


@njit(cache=True, nogil=True)
def triangles(ptr, site, col_ptr, row, x, active, margin, most):
    """Find triples of `active` rows whose cut Σ ⌈(how many of the three site j wins) / 2⌉ x_j ≥ 2 the x break.

    The cut is half the sum of the three rows, rounded up (Balas & Ng 1989). Row i's sites are
    site[ptr[i]:ptr[i+1]]. Only rows that share at least NEAR of x with another are tried together. Gives
    (the triples, the left sides), at most `most`, each below 2 − margin.
    """
    n = len(ptr) - 1
    sums, shared = np.zeros(n), np.zeros(n)
    near, near_shared, n_near = np.empty((n, MOST_NEAR), np.int32), np.empty((n, MOST_NEAR)), np.zeros(n, np.int64)
    touched = np.empty(n, np.int32)
    for i in range(n):
        if not active[i]:
            continue
        n_touched = 0
        for q in range(ptr[i], ptr[i + 1]):
            t = site[q]
            sums[i] += x[t]
            if x[t] > 0:
                for a in range(col_ptr[t], col_ptr[t + 1]):
                    j = row[a]
                    if active[j] and j != i:
                        if shared[j] == 0.0:
                            touched[n_touched] = j
                            n_touched += 1
                        shared[j] += x[t]
        for a in range(n_touched):
            j = touched[a]
            if shared[j] >= NEAR and n_near[i] < MOST_NEAR:
                near[i, n_near[i]], near_shared[i, n_near[i]] = j, shared[j]
                n_near[i] += 1
            shared[j] = 0.0
    found, left, count = np.empty((most, 3), np.int64), np.empty(most), 0
    wins = np.zeros(len(x), np.int8)
    for i in range(n):
        if n_near[i] == 0:
            continue
        for q in range(ptr[i], ptr[i + 1]):
            wins[site[q]] = 1
        for a in range(n_near[i]):
            j = near[i, a]
            if j < i:
                continue
            either = sums[i] + sums[j] - near_shared[i, a]
            for q in range(ptr[j], ptr[j + 1]):
                wins[site[q]] += 2
            for b in range(n_near[j]):
                k = near[j, b]
                if k < j:
                    continue
                value = either
                for q in range(ptr[k], ptr[k + 1]):
                    if wins[site[q]] == 0 or wins[site[q]] == 3:  # won by k alone, or by all three
                        value += x[site[q]]
                if value < 2 - margin and count < most:
                    found[count, 0], found[count, 1], found[count, 2], left[count] = i, j, k, value
                    count += 1
            for q in range(ptr[j], ptr[j + 1]):
                wins[site[q]] -= 2
        for q in range(ptr[i], ptr[i + 1]):
            wins[site[q]] = 0
    return found[:count], left[:count]
