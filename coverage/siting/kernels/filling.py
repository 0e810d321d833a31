"""Find the sites at which most people have a place: exchange of sites on a flow that is mended, not built anew.

Pairs are held by site, site j's are row[ptr[j]:ptr[j+1]], and by demand, i's are pair[at[i]:at[i+1]]. `flow` says how
many people of each pair go, `waiting` who of each demand is left over, `room` what each site can still take.
"""

from __future__ import annotations

import numpy as np
from numba import njit

TINY = 1e-9
LIKELY = 12
"""Sites that are tried in the place of one that is shut, those first that would take most of who waits."""


@njit(cache=True)
def _send(q, people, flow, row, site, waiting, room, log, sent, n_log):
    """Let `people` more go (fewer if negative) and note it, so that it can be taken back."""
    flow[q] += people
    waiting[row[q]] -= people
    room[site[q]] -= people
    if n_log[0] < len(log):
        log[n_log[0]], sent[n_log[0]] = q, people
    n_log[0] += 1


@njit(cache=True)
def _undo(until, flow, row, site, waiting, room, log, sent, n_log):
    for a in range(n_log[0] - 1, until - 1, -1):
        q = log[a]
        flow[q] -= sent[a]
        waiting[row[q]] += sent[a]
        room[site[q]] += sent[a]
    n_log[0] = until


@njit(cache=True)
def _opened(j, ptr, row, site, at, pair, is_open, flow, waiting, room, log, sent, n_log, queue, before, came, went):
    """Fill site j along shortest chains: who waits goes to a site that passes somebody else on towards j."""
    is_open[j] = True
    total = 0.0
    for q in range(ptr[j], ptr[j + 1]):
        people = min(waiting[row[q]], room[j])
        if people > TINY:
            _send(q, people, flow, row, site, waiting, room, log, sent, n_log)
            total += people
    while room[j] > TINY:
        before[:] = -2
        before[j], queue[0] = -1, j
        head, tail, found = 0, 1, -1
        while head < tail and found < 0:
            t = queue[head]
            head += 1
            for q in range(ptr[t], ptr[t + 1]):
                i = row[q]
                if waiting[i] > TINY:
                    found = q
                    break
                for a in range(at[i], at[i + 1]):
                    s = site[pair[a]]
                    if flow[pair[a]] > TINY and before[s] == -2:
                        before[s], came[s], went[s] = t, pair[a], q
                        queue[tail] = s
                        tail += 1
        if found < 0:
            break
        people, s = min(waiting[row[found]], room[j]), site[found]
        while before[s] >= 0:
            people = min(people, flow[came[s]])
            s = before[s]
        _send(found, people, flow, row, site, waiting, room, log, sent, n_log)
        s = site[found]
        while before[s] >= 0:
            _send(came[s], -people, flow, row, site, waiting, room, log, sent, n_log)
            _send(went[s], people, flow, row, site, waiting, room, log, sent, n_log)
            s = before[s]
        total += people
    return total


@njit(cache=True)
def _shut(j, ptr, row, site, at, pair, is_open, flow, waiting, room, log, sent, n_log, queue, before, came, went):
    """Shut site j and find its people other places; gives how many are left over."""
    is_open[j] = False
    lost = 0.0
    for q in range(ptr[j], ptr[j + 1]):
        if flow[q] > TINY:
            lost += flow[q]
            _send(q, -flow[q], flow, row, site, waiting, room, log, sent, n_log)
    fresh = True
    for q in range(ptr[j], ptr[j + 1]):
        i = row[q]
        while waiting[i] > TINY:
            if fresh:  # sites met in vain stay so until somebody found a place
                before[:] = -2
                fresh = False
            head, tail, end = 0, 0, -1
            for a in range(at[i], at[i + 1]):
                s = site[pair[a]]
                if is_open[s] and before[s] == -2:
                    before[s], went[s] = -1, pair[a]
                    queue[tail] = s
                    tail += 1
            while head < tail:
                s = queue[head]
                head += 1
                if room[s] > TINY:
                    end = s
                    break
                for b in range(ptr[s], ptr[s + 1]):
                    if flow[b] > TINY:
                        for a in range(at[row[b]], at[row[b] + 1]):
                            t = site[pair[a]]
                            if is_open[t] and before[t] == -2:
                                before[t], came[t], went[t] = s, b, pair[a]
                                queue[tail] = t
                                tail += 1
            if end < 0:
                break
            people, s = min(waiting[i], room[end]), end
            while before[s] >= 0:
                people = min(people, flow[came[s]])
                s = before[s]
            s = end
            while before[s] >= 0:
                _send(went[s], people, flow, row, site, waiting, room, log, sent, n_log)
                _send(came[s], -people, flow, row, site, waiting, room, log, sent, n_log)
                s = before[s]
            _send(went[s], people, flow, row, site, waiting, room, log, sent, n_log)
            lost -= people
            fresh = True
    return lost


@njit(cache=True)
def _likely(ptr, row, waiting, room, allowed, is_open, guess):
    """The shut sites in the order of whom they could take of those who wait."""
    for j in range(len(is_open)):
        guess[j] = 0.0
        if allowed[j] and not is_open[j]:
            for q in range(ptr[j], ptr[j + 1]):
                guess[j] -= waiting[row[q]]
            guess[j] = max(guess[j], -room[j])
    return np.argsort(guess)


@njit(cache=True)
def exchange(ptr, row, site, at, pair, weight, capacity, allowed, fixed, is_open, rounds, strength, seed):
    """Improve `is_open` in place; gives how many people have no place.

    Each of `rounds` swaps `strength` sites at random for likely ones and then, while that gains, one open site for
    the best of the likely ones; a round that ends worse, or outgrows its log, is undone. Sites that are `fixed` stay.
    """
    np.random.seed(seed)
    m = len(capacity)
    flow, waiting, room = np.zeros(len(row)), weight.copy(), capacity.copy()
    log, sent, n_log = np.empty(400_000, dtype=np.int64), np.empty(400_000), np.zeros(1, dtype=np.int64)
    queue, before = np.empty(m, dtype=np.int64), np.empty(m, dtype=np.int64)
    came, went, guess = np.empty(m, dtype=np.int64), np.empty(m, dtype=np.int64), np.empty(m)
    lost = weight.sum()
    for j in np.flatnonzero(is_open):
        lost -= _opened(j, ptr, row, site, at, pair, is_open, flow, waiting, room, log, sent, n_log, queue, before,
                        came, went)
        n_log[0] = 0
    best, best_open, best_flow = lost, is_open.copy(), flow.copy()
    for turn in range(rounds):
        mine = np.flatnonzero(is_open & ~fixed)
        if len(mine) == 0:
            break
        for _ in range(strength if turn else 0):
            mine = np.flatnonzero(is_open & ~fixed)
            out = mine[np.random.randint(len(mine))]
            lost += _shut(out, ptr, row, site, at, pair, is_open, flow, waiting, room, log, sent, n_log, queue, before,
                          came, went)
            order = _likely(ptr, row, waiting, capacity, allowed, is_open, guess)
            into = order[np.random.randint(min(LIKELY, len(order)))]
            if into == out or is_open[into] or not allowed[into]:
                into = out
            lost -= _opened(into, ptr, row, site, at, pair, is_open, flow, waiting, room, log, sent, n_log, queue,
                            before, came, went)
            n_log[0] = 0
        idle, step, full = 0, 0, False
        mine = np.random.permutation(np.flatnonzero(is_open & ~fixed))
        while idle < len(mine) and not full:
            at_seat = step % len(mine)
            out, step, idle = mine[at_seat], step + 1, idle + 1
            missed = _shut(out, ptr, row, site, at, pair, is_open, flow, waiting, room, log, sent, n_log, queue,
                           before, came, went)
            mark, best_into, best_gain = n_log[0], -1, missed + 0.5 * TINY
            order = _likely(ptr, row, waiting, capacity, allowed, is_open, guess)
            for into in order[:LIKELY]:
                if into == out or -guess[into] < TINY:
                    continue
                gain = _opened(into, ptr, row, site, at, pair, is_open, flow, waiting, room, log, sent, n_log, queue,
                               before, came, went)
                is_open[into] = False
                if n_log[0] > len(log):
                    full = True
                    break
                _undo(mark, flow, row, site, waiting, room, log, sent, n_log)
                if gain > best_gain + 1e-6:
                    best_gain, best_into = gain, into
            if full:
                continue
            if best_into < 0:
                _undo(0, flow, row, site, waiting, room, log, sent, n_log)
                is_open[out] = True
            else:
                _opened(best_into, ptr, row, site, at, pair, is_open, flow, waiting, room, log, sent, n_log, queue,
                        before, came, went)
                lost += missed - best_gain
                mine[at_seat], idle = best_into, 0
            full = full or n_log[0] > len(log)
            n_log[0] = 0
        if lost <= best + 1e-6 and not full:
            best = min(best, lost)
            best_open[:], best_flow[:] = is_open, flow
        else:
            lost = best
            is_open[:], flow[:] = best_open, best_flow
            waiting[:], room[:] = weight, capacity
            for q in range(len(row)):
                if flow[q] > 0.0:
                    waiting[row[q]] -= flow[q]
                    room[site[q]] -= flow[q]
    is_open[:] = best_open
    return best
