"""Improve a plan of a min-sum problem by iterated local search, touching only what each swap changes.

The problem is that of kernels/minsum.py. A round swaps a few sites at random, then swaps on while the sum
falls, looking only at shut sites near a row whose costs changed; a round that ends worse is undone.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from coverage.siting.kernels.minsum import serve_row


@njit(cache=True)
def _reserve(i, cap, ptr, site, cost, is_open, d1, o1, d2, loss):
    """Find row i's first and second cost anew and keep the losses in step; gives the change of the sum."""
    before = d1[i]
    if o1[i] >= 0:
        loss[o1[i]] -= d2[i] - d1[i]
    serve_row(i, cap, ptr, site, cost, is_open, d1, o1, d2)
    if o1[i] >= 0:
        loss[o1[i]] += d2[i] - d1[i]
    return d1[i] - before


@njit(cache=True)
def _swap(out, into, mark, cap, ptr, site, cost, col_ptr, row, row_cost, is_open, d1, o1, d2, loss,
          opened, seat, queue, queued, ends):
    """Shut `out`, open `into`; with `mark`, queue the shut sites near a changed row. Gives the change of the sum."""
    is_open[out], is_open[into] = False, True
    opened[seat[out]], seat[into] = into, seat[out]
    change = 0.0
    m = len(is_open)
    for side in range(2):
        s = out if side == 0 else into
        for q in range(col_ptr[s], col_ptr[s + 1]):
            i = row[q]
            if row_cost[q] > d2[i]:
                continue
            far = d2[i]
            change += _reserve(i, cap, ptr, site, cost, is_open, d1, o1, d2, loss)
            if mark:
                far = max(far, d2[i])
                for t in range(ptr[i], ptr[i + 1]):
                    if cost[t] >= far:
                        break
                    j = site[t]
                    if not queued[j] and not is_open[j]:
                        queued[j] = True
                        queue[ends[1] % m] = j
                        ends[1] += 1
    return change


@njit(cache=True)
def _best_partner(j, col_ptr, row, row_cost, d1, o1, d2, loss, extra, opened, n_open, fixed):
    """(the open site that j had best replace, the sum's change)."""
    gain = 0.0
    for q in range(col_ptr[j], col_ptr[j + 1]):
        i, c = row[q], row_cost[q]
        if c >= d2[i]:
            continue
        if c < d1[i]:
            gain += d1[i] - c
            if o1[i] >= 0:
                extra[o1[i]] += d2[i] - d1[i]
        elif o1[i] >= 0:
            extra[o1[i]] += d2[i] - c
    best, least = -1, np.inf
    for a in range(n_open):
        r = opened[a]
        if not fixed[r] and loss[r] - extra[r] < least:
            best, least = r, loss[r] - extra[r]
        extra[r] = 0.0
    return best, least - gain


@njit(cache=True)
def shake_and_swap(cap, ptr, site, cost, col_ptr, row, row_cost, allowed, fixed, plan, rounds, seed):
    """Run `rounds` rounds from `plan`, which is brought to the best plan met; gives whether it got better."""
    np.random.seed(seed)
    n, m = len(cap), len(allowed)
    is_open = plan.copy()
    d1, d2, o1 = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    loss, extra = np.zeros(m), np.zeros(m)
    opened, seat = np.empty(m, dtype=np.int64), np.full(m, -1)
    queue, queued, ends = np.empty(m, dtype=np.int64), np.zeros(m, dtype=np.bool_), np.zeros(2, dtype=np.int64)
    choices, n_choices, n_open = np.empty(m, dtype=np.int64), 0, 0
    for j in range(m):
        if is_open[j]:
            opened[n_open], seat[j] = j, n_open
            n_open += 1
        elif allowed[j] and col_ptr[j + 1] > col_ptr[j]:
            choices[n_choices] = j
            n_choices += 1
    if n_open == 0 or n_choices == 0:
        return False
    total = 0.0
    for i in range(n):
        serve_row(i, cap, ptr, site, cost, is_open, d1, o1, d2)
        total += d1[i]
        if o1[i] >= 0:
            loss[o1[i]] += d2[i] - d1[i]
    best, improved = total, False
    log = np.empty((4 * m + 64, 2), dtype=np.int64)
    for _ in range(rounds):
        base, n_log = total, 0
        for _ in range(1 + np.random.randint(4)):
            r = opened[np.random.randint(n_open)]
            j = choices[np.random.randint(n_choices)]
            if np.random.random() < 0.5 and col_ptr[r + 1] > col_ptr[r]:  # a site that shares a row with r
                i = row[np.random.randint(col_ptr[r], col_ptr[r + 1])]
                j = site[np.random.randint(ptr[i], ptr[i + 1])]
            if fixed[r] or is_open[j] or not allowed[j]:
                continue
            total += _swap(r, j, True, cap, ptr, site, cost, col_ptr, row, row_cost, is_open, d1, o1, d2, loss,
                           opened, seat, queue, queued, ends)
            log[n_log, 0], log[n_log, 1] = r, j
            n_log += 1
        while ends[0] < ends[1]:
            j = queue[ends[0] % m]
            ends[0] += 1
            queued[j] = False
            if is_open[j] or not allowed[j] or n_log >= len(log) - 1:
                continue
            r, change = _best_partner(j, col_ptr, row, row_cost, d1, o1, d2, loss, extra, opened, n_open, fixed)
            if r >= 0 and change < -1e-9 * (1.0 + abs(total)):
                total += _swap(r, j, True, cap, ptr, site, cost, col_ptr, row, row_cost, is_open, d1, o1, d2, loss,
                               opened, seat, queue, queued, ends)
                log[n_log, 0], log[n_log, 1] = r, j
                n_log += 1
        if total > base + 1e-9 * (1.0 + abs(base)):
            for a in range(n_log - 1, -1, -1):
                total += _swap(log[a, 1], log[a, 0], False, cap, ptr, site, cost, col_ptr, row, row_cost, is_open,
                               d1, o1, d2, loss, opened, seat, queue, queued, ends)
        else:
            n_choices = 0
            for j in range(m):
                if not is_open[j] and allowed[j] and col_ptr[j + 1] > col_ptr[j]:
                    choices[n_choices] = j
                    n_choices += 1
            if total < best - 1e-9 * (1.0 + abs(best)):
                best, improved = total, True
                plan[:] = is_open
    return improved
