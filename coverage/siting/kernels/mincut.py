"""Find whom partly open sites can't take: maximal flow from demands to sites, and the minimal cut that shows it.

Pairs are held by demand, i's are site[at[i]:at[i+1]], and by site, j's are pair[ptr[j]:ptr[j+1]] of demands row[pair].
"""

from __future__ import annotations

import numpy as np
from numba import njit

TINY = 1e-9


@njit(cache=True)
def waiting(supply, at, site, row, ptr, pair, most, room):
    """Send as many of `supply` as can be, `most` along each pair and `room` to each site.

    Gives (how many are left, the flow of each pair, which demands the ones left could still have reached).
    """
    n, m = len(supply), len(room)
    left, free, flow = supply.copy(), room.copy(), np.zeros(len(site))
    for i in range(n):
        for a in range(at[i], at[i + 1]):
            people = min(left[i], most[a], free[site[a]])
            if people > 0.0:
                flow[a] += people
                left[i] -= people
                free[site[a]] -= people
    queue = np.empty(n + m, dtype=np.int64)
    came, went = np.empty(n, dtype=np.int64), np.empty(m, dtype=np.int64)  # −2: not met; −1: people wait here
    gained = True
    while gained:
        gained = False
        came[:], went[:] = -2, -2
        head, tail = 0, 0
        for i in range(n):
            if left[i] > TINY:
                came[i], queue[tail] = -1, i
                tail += 1
        while head < tail:
            v = queue[head]
            head += 1
            if v >= n:
                for b in range(ptr[v - n], ptr[v - n + 1]):
                    if flow[pair[b]] > TINY and came[row[pair[b]]] == -2:
                        came[row[pair[b]]], queue[tail] = pair[b], row[pair[b]]
                        tail += 1
                continue
            for a in range(at[v], at[v + 1]):
                j = site[a]
                if went[j] != -2 or most[a] - flow[a] <= TINY:
                    continue
                went[j], queue[tail] = a, n + j
                tail += 1
                people, t = free[j], j
                while True:  # back to where the people wait, by what each step still allows
                    people, i = min(people, most[went[t]] - flow[went[t]]), row[went[t]]
                    if came[i] == -1:
                        people = min(people, left[i])
                        break
                    people, t = min(people, flow[came[i]]), site[came[i]]
                if people <= TINY:
                    continue
                gained, t = True, j
                free[j] -= people
                while True:
                    i = row[went[t]]
                    flow[went[t]] += people
                    if came[i] == -1:
                        left[i] -= people
                        break
                    flow[came[i]] -= people
                    t = site[came[i]]
    return left.sum(), flow, came != -2


@njit(cache=True)
def parts(chosen, at, site, ptr, pair, row, shared):
    """Number the pieces of the chosen demands that `shared` sites hold together (−1 = not chosen)."""
    n, m = len(chosen), len(shared)
    number, met = np.full(n, -1), np.zeros(m, dtype=np.bool_)
    stack, count = np.empty(n, dtype=np.int64), 0
    for first in range(n):
        if not chosen[first] or number[first] >= 0:
            continue
        number[first], stack[0], size = count, first, 1
        while size > 0:
            size -= 1
            i = stack[size]
            for a in range(at[i], at[i + 1]):
                j = site[a]
                if met[j] or not shared[j]:
                    continue
                met[j] = True
                for b in range(ptr[j], ptr[j + 1]):
                    k = row[pair[b]]
                    if chosen[k] and number[k] < 0:
                        number[k], stack[size] = count, k
                        size += 1
        count += 1
    return number
