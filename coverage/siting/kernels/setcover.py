"""Bound covering problems from below: subgradient on the Lagrangian that relaxes every row.

Takes sites with prices, each winning some rows, and rows that pay `cap` if no open site wins them: infinite in set
covering, the row's weight in maximal covering. Site j's rows are row[col_ptr[j]:col_ptr[j+1]].
"""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.siting.kernels.minsum import FREE, IN, ROUNDING


@njit(cache=True)
def climb(col_ptr, row, price, cap, state, k, lam, upper, aim, iterations, theta, patience):
    """Raise the bound Σ λ + Σ over at most k sites of (price − Σ λ of its rows), 0 ≤ λ ≤ cap.

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
            total += lam[i]
            short[i] = 1.0  # a row's subgradient: one less for each site taken
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
