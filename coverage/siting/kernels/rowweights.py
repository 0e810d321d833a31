"""Search covers by row weights: shut the site that is missed least, open one for a row without, weigh such rows up."""

from __future__ import annotations

import numpy as np
from numba import njit

NONE = -1


@njit(cache=True, nogil=True)
def reweigh(ptr, site, col_ptr, row, is_open, weight, moved, changed, clock, steps, least, seed):
    """Look for covers of fewer sites for so many steps (RWLS: Gao, Weise & Li 2015); ends at `least` sites.

    Row i's sites are site[ptr[i]:ptr[i+1]], site j's rows row[col_ptr[j]:col_ptr[j+1]]. A run goes on where the last
    one ended: `is_open` (each row's wins follow from it), the rows' weights, the times when a site last moved and a
    row last changed are brought forward, `clock` being the time of the last move. Gives (the best cover met, its
    number of sites, the clock); where none was met the number is one more than there are sites.
    """
    np.random.seed(seed)
    n, m = len(ptr) - 1, len(col_ptr) - 1
    wins, holders = np.zeros(n, np.int32), np.zeros(n, np.int32)  # holders: where a row has one open site, that site
    worth = np.zeros(m, np.int64)  # the weight that shutting an open site loses, or opening a shut one wins
    opened = np.empty(m, np.int32)
    bare, place, n_bare = np.empty(n, np.int32), np.empty(n, np.int32), 0  # the rows without, and where they stand
    size = 0
    for j in range(m):
        if is_open[j]:
            opened[size] = j
            size += 1
            for q in range(col_ptr[j], col_ptr[j + 1]):
                wins[row[q]] += 1
                holders[row[q]] += j
    for i in range(n):
        if wins[i] == 0:
            place[i], bare[n_bare] = n_bare, i
            n_bare += 1
            for p in range(ptr[i], ptr[i + 1]):
                worth[site[p]] += weight[i]
        elif wins[i] == 1:
            worth[holders[i]] += weight[i]
    best, fewest, last = is_open.copy(), m + 1, NONE
    for _ in range(steps):
        shut = 1
        while shut > 0 or n_bare == 0:
            if n_bare == 0:
                best[:] = is_open
                fewest, shut = size, 2
                if size <= max(least, 1):
                    return best, fewest, clock
            shut -= 1
            a = NONE
            for b in range(size):
                j = opened[b]
                if j != last and (a == NONE or worth[j] < worth[opened[a]]
                                  or (worth[j] == worth[opened[a]] and moved[j] < moved[opened[a]])):
                    a = b
            if a == NONE:
                a = 0
            out = opened[a]
            size -= 1
            opened[a] = opened[size]
            is_open[out] = False
            clock += 1
            moved[out] = clock
            lost = worth[out]
            for q in range(col_ptr[out], col_ptr[out + 1]):
                r = row[q]
                wins[r] -= 1
                holders[r] -= out
                changed[r] = clock
                if wins[r] == 0:
                    place[r], bare[n_bare] = n_bare, r
                    n_bare += 1
                    for p in range(ptr[r], ptr[r + 1]):
                        worth[site[p]] += weight[r]
                elif wins[r] == 1:
                    worth[holders[r]] += weight[r]
            worth[out] = lost
        r = bare[np.random.randint(n_bare)]
        into, any_site = NONE, NONE
        for p in range(ptr[r], ptr[r + 1]):
            j = site[p]
            better = into == NONE or worth[j] > worth[into] or (worth[j] == worth[into] and moved[j] < moved[into])
            if better:  # a site comes back only when one of its rows changed since it went
                for q in range(col_ptr[j], col_ptr[j + 1]):
                    if changed[row[q]] > moved[j] or moved[j] == 0:
                        into = j
                        break
            any_site = j if any_site == NONE or moved[j] < moved[any_site] else any_site
        into = any_site if into == NONE else into
        is_open[into], last = True, into
        opened[size] = into
        size += 1
        clock += 1
        moved[into] = clock
        won = worth[into]
        for q in range(col_ptr[into], col_ptr[into + 1]):
            r = row[q]
            wins[r] += 1
            holders[r] += into
            changed[r] = clock
            if wins[r] == 1:
                n_bare -= 1
                bare[place[r]], place[bare[n_bare]] = bare[n_bare], place[r]
                for p in range(ptr[r], ptr[r + 1]):
                    worth[site[p]] -= weight[r]
            elif wins[r] == 2:
                worth[holders[r] - into] -= weight[r]
        worth[into] = won
        for b in range(n_bare):
            r = bare[b]
            weight[r] += 1
            for p in range(ptr[r], ptr[r + 1]):
                worth[site[p]] += 1
    return best, fewest, clock
