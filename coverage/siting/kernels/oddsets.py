"""Look for odd sets of covering rows whose half, rounded up, a fractional point breaks: tabu search over rows."""

from __future__ import annotations

import numpy as np
from numba import njit

REST = 3
"""Steps that a row stays where it is after it was put in or taken out."""


@njit(cache=True)
def odd_sets(ptr, column, col_ptr, row, own, x, steps, largest, margin, most):
    """Find sets of 3, 5, … at most `largest` rows that cost less than 1 − margin.

    Row i costs own[i] where it is in the set, column j costs x[j] where an odd number of the set's rows hold it. Row
    i's columns are column[ptr[i]:ptr[i+1]], column j's rows row[col_ptr[j]:col_ptr[j+1]]. A search of `steps` steps
    starts at each row, and at each step puts in or takes out the row that is best (Koster, Zymolka & Kutschka 2009).
    Gives (the sets, −1 where they have ended; what each costs), at most `most` of them.
    """
    n, m = len(ptr) - 1, len(col_ptr) - 1
    found, cost, count = np.full((most, largest), -1, dtype=np.int32), np.empty(most), 0
    alone = own.copy()
    for i in range(n):
        for q in range(ptr[i], ptr[i + 1]):
            alone[i] += x[column[q]]
    is_odd, inside = np.zeros(m, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    change, free_at = np.empty(n), np.empty(n, dtype=np.int64)  # what moving a row adds; the step it may move at again
    for start in range(n):
        is_odd[:] = False
        inside[:] = False
        change[:] = alone
        free_at[:] = 0
        total, size, i = 0.0, 0, start
        for step in range(steps):
            total += change[i]
            change[i] = -change[i]
            size += -1 if inside[i] else 1
            inside[i] = not inside[i]
            free_at[i] = step + REST
            for q in range(ptr[i], ptr[i + 1]):
                j = column[q]
                turn = 2.0 * x[j] if is_odd[j] else -2.0 * x[j]
                is_odd[j] = not is_odd[j]
                for a in range(col_ptr[j], col_ptr[j + 1]):
                    if row[a] != i:
                        change[row[a]] += turn
            if size % 2 == 1 and size >= 3 and total < 1 - margin and count < most:
                at = 0
                for r in range(n):
                    if inside[r]:
                        found[count, at] = r
                        at += 1
                cost[count] = total
                count += 1
            least, i = np.inf, -1
            for r in range(n):
                if free_at[r] <= step and change[r] < least and (inside[r] or size < largest):
                    least, i = change[r], r
            if i < 0:
                break
    return found[:count], cost[:count]
