"""Search for small covers: row-weighted local search for unicost set covering (Gao, Weise & Li 2015)."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def search(ptr, site, col_ptr, row, start, rounds, seed):
    """Look for a cover with fewer sites than `start`, by `rounds` of moves; gives the smallest met.

    Row i's sites are site[ptr[i]:ptr[i+1]], site j's rows row[col_ptr[j]:col_ptr[j+1]]. From each cover the
    site whose loss is least is shut; then one site is exchanged at a time, for a row left open at random,
    and rows that stay open grow heavier, until all are won again.
    """
    np.random.seed(seed)
    n, m = len(ptr) - 1, len(col_ptr) - 1
    is_open, best = start.copy(), start.copy()
    weight = np.ones(n, dtype=np.int64)
    times_won = np.zeros(n, dtype=np.int64)
    score = np.zeros(m, dtype=np.int64)  # open: weight lost if shut (as a negative); shut: weight won if opened
    since = np.zeros(m, dtype=np.int64)
    may_open = np.ones(m, dtype=np.bool_)
    unwon, place = np.empty(n, dtype=np.int64), np.full(n, -1)
    opened, seat = np.empty(m, dtype=np.int64), np.full(m, -1)
    n_unwon, n_open = 0, 0
    for j in range(m):
        if is_open[j]:
            opened[n_open], seat[j] = j, n_open
            n_open += 1
            for q in range(col_ptr[j], col_ptr[j + 1]):
                times_won[row[q]] += 1
    for i in range(n):
        for q in range(ptr[i], ptr[i + 1]):
            j = site[q]
            if is_open[j] and times_won[i] == 1:
                score[j] -= 1
    last_opened = -1
    step = 0
    while step < rounds:
        step += 1
        drop_twice = n_unwon > 0
        if n_unwon == 0:
            best[:] = is_open
            if n_open <= 1:
                break
        # shut the open site that loses least; the oldest of equals, not the one just opened
        out = -1
        for a in range(n_open):
            j = opened[a]
            if j == last_opened and drop_twice:
                continue
            if out < 0 or score[j] > score[out] or (score[j] == score[out] and since[j] < since[out]):
                out = j
        if out < 0:
            break
        is_open[out], since[out], may_open[out] = False, step, False
        n_open -= 1
        opened[seat[out]] = opened[n_open]
        seat[opened[n_open]] = seat[out]
        score[out] = -score[out]
        for q in range(col_ptr[out], col_ptr[out + 1]):
            i = row[q]
            times_won[i] -= 1
            if times_won[i] == 0:
                unwon[n_unwon], place[i] = i, n_unwon
                n_unwon += 1
                for t in range(ptr[i], ptr[i + 1]):
                    if site[t] != out:
                        score[site[t]] += weight[i]
                        may_open[site[t]] = True
            else:
                for t in range(ptr[i], ptr[i + 1]):
                    may_open[site[t]] = may_open[site[t]] or site[t] != out
                    if times_won[i] == 1 and is_open[site[t]]:
                        score[site[t]] -= weight[i]
        if not drop_twice:
            continue
        i = unwon[np.random.randint(n_unwon)]
        into = -1
        for t in range(ptr[i], ptr[i + 1]):
            j = site[t]
            if may_open[j] and (into < 0 or score[j] > score[into]
                                or (score[j] == score[into] and since[j] < since[into])):
                into = j
        if into < 0:
            into = site[ptr[i] + np.random.randint(ptr[i + 1] - ptr[i])]
        is_open[into], since[into] = True, step
        last_opened = into
        opened[n_open], seat[into] = into, n_open
        n_open += 1
        score[into] = -score[into]
        for q in range(col_ptr[into], col_ptr[into + 1]):
            r = row[q]
            times_won[r] += 1
            if times_won[r] == 1:
                n_unwon -= 1
                unwon[place[r]] = unwon[n_unwon]
                place[unwon[n_unwon]] = place[r]
                for t in range(ptr[r], ptr[r + 1]):
                    if site[t] != into:
                        score[site[t]] -= weight[r]
                        may_open[site[t]] = True
            else:
                for t in range(ptr[r], ptr[r + 1]):
                    may_open[site[t]] = True
                    if times_won[r] == 2 and is_open[site[t]] and site[t] != into:
                        score[site[t]] += weight[r]
        for a in range(n_unwon):
            r = unwon[a]
            weight[r] += 1
            for t in range(ptr[r], ptr[r + 1]):
                score[site[t]] += 1
    return best
