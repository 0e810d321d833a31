"""Exchange sites one at a time, taking worse plans less and less often: simulated annealing of a covering plan."""

from __future__ import annotations

import numpy as np
from numba import njit

NONE, MANY = -1, -2


@njit(cache=True)
def anneal(ptr, site, col_ptr, row, weight, plan, rounds, hot, cold, far, seed):
    """Exchange open sites of `plan` for shut ones, `rounds` times, so that the weight without any falls.

    Row i's sites are site[ptr[i]:ptr[i+1]], site j's rows row[col_ptr[j]:col_ptr[j+1]]. The site that comes in
    shares a row with the one that goes out or, in `far` of the rounds, stands anywhere. The temperature falls from
    `hot` to `cold`, in weight; where nothing is left to win it ends. Gives (the plan it ended with, the best plan
    met, the weight that one leaves).
    """
    np.random.seed(seed)
    n, m = len(ptr) - 1, len(col_ptr) - 1
    is_open = plan.copy()
    times_won = np.zeros(n, dtype=np.int32)
    holders = np.zeros(n, dtype=np.int32)  # the sum of a row's open sites: where it has one, that site
    sole = np.full(n, NONE, dtype=np.int32)  # a row's open site where it has just one; else NONE or MANY
    loss = np.zeros(m, dtype=weight.dtype)  # the weight that goes if an open site shuts
    reach = np.zeros(m, dtype=weight.dtype)
    for j in range(m):
        for q in range(col_ptr[j], col_ptr[j + 1]):
            reach[j] += weight[row[q]]
    opened = np.flatnonzero(is_open).astype(np.int32)
    for j in opened:
        for q in range(col_ptr[j], col_ptr[j + 1]):
            times_won[row[q]] += 1
            holders[row[q]] += j
    left = weight.sum() * 0
    for i in range(n):
        if times_won[i] == 0:
            left += weight[i]
        elif times_won[i] == 1:
            sole[i] = holders[i]
            loss[sole[i]] += weight[i]
        else:
            sole[i] = MANY
    best, least = is_open.copy(), left
    cooling, heat = (cold / hot) ** (1.0 / max(rounds, 1)), hot
    for _ in range(rounds):
        if least <= 1e-6 or len(opened) == 0:
            break
        heat *= cooling
        a = np.random.randint(len(opened))
        out = opened[a]
        i = np.random.randint(n)
        if np.random.random() >= far and col_ptr[out + 1] > col_ptr[out]:
            i = row[np.random.randint(col_ptr[out], col_ptr[out + 1])]
        into = site[np.random.randint(ptr[i], ptr[i + 1])]
        if is_open[into]:
            continue
        least_gain = loss[out] + heat * np.log(np.random.random())
        gain = reach[into]
        for q in range(col_ptr[into], col_ptr[into + 1]):
            if gain < least_gain:
                break
            r = row[q]
            if sole[r] != out and sole[r] != NONE:
                gain -= weight[r]
        if gain < least_gain:
            continue
        left += loss[out] - gain
        is_open[out], is_open[into], opened[a] = False, True, into
        loss[out] = 0
        for q in range(col_ptr[out], col_ptr[out + 1]):
            r = row[q]
            times_won[r] -= 1
            holders[r] -= out
            if times_won[r] == 1:
                sole[r] = holders[r]
                loss[sole[r]] += weight[r]
            elif times_won[r] == 0:
                sole[r] = NONE
        for q in range(col_ptr[into], col_ptr[into + 1]):
            r = row[q]
            times_won[r] += 1
            holders[r] += into
            if times_won[r] == 1:
                sole[r] = into
                loss[into] += weight[r]
            elif times_won[r] == 2:
                loss[sole[r]] -= weight[r]
                sole[r] = MANY
        if left < least - 1e-6:
            best[:] = is_open
            least = left
    return is_open, best, least
