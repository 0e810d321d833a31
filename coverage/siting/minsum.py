"""Solve a min-sum location problem to a proven bound: the engine of the p-median and of maximal covering.

Takes a `MinSum` (rows that pay the least cost of an open site, or their cap) and the number k of sites to
open; gives a `Found`: plan, value, bound, termination.

Greedy and interchange give a plan, the Lagrangian relaxation a bound; sites whose reduced cost exceeds the
gap are fixed in or out; best-first branch and bound on the same relaxation closes the rest (Resende &
Werneck 2007 for the interchange; Beasley 1993 for Lagrangian heuristics). Where no row's cost depends on the site,
as in maximal covering, simulated annealing takes the place of interchange from random starts.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from coverage.siting.annealed import Annealer

SEARCH_SHARE, SEARCH_MOST = 0.5, 0.75
"""The share of the time limit after which plans are no longer sought: where branching follows, and where it doesn't."""

ROUNDS_TURN, ROUNDS_START, ROUNDS_BRANCH, ROUNDS_WIDE = 20, 100, 600, 3000
"""Rounds of search without gain that end it: at least; in the first turns; before branching; in a wide problem."""

TURNS, FEW = 12, 3
"""Turns of bound and search at most; up to so many the search is quick, since others go on from there."""

ROOT_STEPS = 500
"""Steps of the subgradient in a turn."""

SHRINK = 0.8
"""Pairs of sites that are out are dropped where so large a share or less would be left."""

IDLE = 4
"""Turns without gain that end a covering problem with more free sites than NARROW."""

ANNEALING = 300, 3_000
"""Rounds of annealing for each site of a covering problem: in the first turns; in the later ones."""

NARROW = 2_500
"""So many free sites of a covering problem are annealed; where there are no more, interchange from random starts
follows."""

WIDE = 600
"""From so many sites on, branching gets nowhere soon and the search is worth more time."""


@dataclass(frozen=True)
class MinSum:
    """Row i pays the least `cost` among its open sites, at most `cap[i]`; pairs sorted by row, then cost, then site.

    Only pairs below the cap are held. `whole` says that every plan's value is a whole number.
    """

    cap: np.ndarray
    ptr: np.ndarray
    site: np.ndarray
    cost: np.ndarray
    n_sites: int
    whole: bool


@dataclass(frozen=True)
class Found:
    """A plan, its value, the proven bound, and why the search stopped ("open": the branching was left to others).

    `must` and `never` mark the sites that every better plan has, and has not.
    """

    is_open: np.ndarray
    value: float
    bound: float
    termination: str
    must: np.ndarray
    never: np.ndarray


def min_sum(cap: np.ndarray, row: np.ndarray, site: np.ndarray, cost: np.ndarray, n_sites: int, *,
            whole: bool) -> MinSum:
    """Sort pairs and drop those that can't matter."""
    cap = np.asarray(cap, dtype=np.float64)
    keep = cost < cap[row]
    row, site, cost = row[keep], site[keep], np.asarray(cost, dtype=np.float64)[keep]
    order = np.lexsort((site, cost, row))
    ptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(cap)))))
    return MinSum(cap, ptr, site[order].astype(np.int32), cost[order], n_sites, whole)


def solve_min_sum(problem: MinSum, k: int, *, time_limit: float, seed: int, branch: bool = True, turns: int = TURNS,
                  progress: Callable[[float, float], bool] | None = None) -> Found:
    """Open at most k sites at least sum. Stops at a proof, at the limit, or when `progress` answers True.

    Bound and search take at most so many `turns`. Without `branch` it stops once they no longer gain.
    """
    return _Search(problem, k, time.monotonic() + time_limit, seed, progress).run(branch, turns)


def swapped_plan(problem: MinSum, k: int) -> np.ndarray:
    """A plan of at most k sites by greedy and interchange alone: quick, and without a bound."""
    search = _Search(problem, k, time.monotonic() + 1.0, 0, None)
    state = np.where(search.useful, search.kernels.FREE, search.kernels.OUT).astype(np.int8)
    return search._polish(np.zeros(problem.n_sites, dtype=bool), state)


def plans_near(problem: MinSum, k: int) -> Callable[[np.ndarray], np.ndarray]:
    """What makes a plan of k sites of how much each is wanted: the most wanted, swapped until no swap gains."""
    search = _Search(problem, k, math.inf, 0, None)
    state = np.where(search.useful, search.kernels.FREE, search.kernels.OUT).astype(np.int8)
    return lambda wanted: search._polish(search._rounded(wanted, state), state)


class _Search:
    """One run: the best plan so far and the nodes still open."""

    def __init__(self, problem: MinSum, k: int, deadline: float, seed: int, progress) -> None:
        from coverage.siting.kernels import minsum as kernels
        from coverage.siting.kernels.setcover import climb
        from coverage.siting.kernels.shake import shake_and_swap

        self.shake_and_swap, self.climb = shake_and_swap, climb
        self.covers = not problem.cost.any()  # a row that is served pays nothing
        self.kernels, self.problem, self.deadline, self.progress = kernels, problem, deadline, progress
        self.random = np.random.default_rng(seed)
        self.no_price, self.need = np.zeros(problem.n_sites), np.ones(len(problem.cap))
        self._hold(problem)
        self.useful = np.diff(self.columns[0]) > 0
        self.k = min(k, int(self.useful.sum()))
        self.search_until = time.monotonic() + (deadline - time.monotonic()) * SEARCH_SHARE
        self.plan, self.value = np.zeros(problem.n_sites, dtype=bool), math.inf

    def _hold(self, problem: MinSum) -> None:
        """Keep the pairs by row and by site."""
        order = np.argsort(problem.site, kind="stable")
        row = np.repeat(np.arange(len(problem.cap), dtype=np.int32), np.diff(problem.ptr))
        size = np.bincount(problem.site, minlength=problem.n_sites)
        self.columns = (np.concatenate(([0], np.cumsum(size))), row[order], problem.cost[order])
        self.rows = (problem.cap, problem.ptr, problem.site, problem.cost)
        self.problem = problem

    def _shrink(self, state: np.ndarray) -> None:
        """Drop the pairs of sites that are out, except those of the plan in hand, where that saves a fair share."""
        keep = ((state != self.kernels.OUT) | self.plan)[self.problem.site]
        if keep.mean() < SHRINK:
            ptr = np.concatenate(([0], np.cumsum(keep)))[self.problem.ptr]
            self._hold(replace(self.problem, ptr=ptr, site=self.problem.site[keep], cost=self.problem.cost[keep]))

    def run(self, branch: bool, turns: int) -> Found:
        wide = self.useful.sum() >= WIDE
        if self.covers and not branch and turns > FEW:
            self.search_until += (self.deadline - self.search_until) / (1 - SEARCH_SHARE) * (SEARCH_MOST - SEARCH_SHARE)
        self.rounds = min(ROUNDS_BRANCH, ROUNDS_TURN + 6 * self.k) if branch else ROUNDS_WIDE if wide else ROUNDS_TURN
        state = np.where(self.useful, self.kernels.FREE, self.kernels.OUT).astype(np.int8)
        self._consider(self._polish(np.zeros(self.problem.n_sites, dtype=bool), state))
        bound, termination = self.value, "proven"
        if self.k < self.useful.sum():
            lam = self._first_multipliers()
            bound, termination = self._root(state, lam, turns)
        root = state.copy()
        if termination == "open" and branch:
            bound, termination = self._branch(bound, state, lam)
        return Found(self.plan, self.value, min(bound, self.value), termination,
                     root == self.kernels.IN, root == self.kernels.OUT)

    def _first_multipliers(self) -> np.ndarray:
        """What each row pays in the plan, halfway to its second choice."""
        cap, ptr, site, cost = self.rows
        d1, d2 = np.empty(len(cap)), np.empty(len(cap))
        o1 = np.empty(len(cap), dtype=np.int64)
        for i in range(len(cap)):
            self.kernels.serve_row(i, cap, ptr, site, cost, self.plan, d1, o1, d2)
        return np.where(np.isfinite(d2), (d1 + d2) / 2, d1)

    def _root(self, state: np.ndarray, lam: np.ndarray, turns: int) -> tuple[float, str]:
        """Bound and search in turns until neither gains, fixing as they close in."""
        least = self._every_site()
        bound, theta, idle = least, 1.0, 0
        for turn in range(turns):
            better, self.usual = self._bound(state, lam, bound, ROOT_STEPS, theta, 30)
            gained, bound = better - bound, max(bound, better)
            if self._closed(bound):
                return bound, "proven"
            self._shrink(state)
            before = self.value
            free = int((state == self.kernels.FREE).sum())
            if self.covers:
                # A bound that says nothing leaves reduced costs that say nothing.
                most = NARROW if bound > least else free
                self._anneal(state, bound, ANNEALING[turn > 1] * min(free, most), most)
            if not self.covers or (free <= NARROW and turns > FEW):
                self._shake_and_swap(state, bound, self.rounds if turn > 1 else min(self.rounds, ROUNDS_START))
            stop = self._stop(bound)
            if stop:
                return bound, stop
            theta = max(0.1, theta * 0.7)
            idle = 0 if self.value < before or gained >= 0.01 * (self.value - bound) else idle + 1
            if turn > 2 and (idle >= (IDLE if self.covers and free > NARROW else 1)
                             or time.monotonic() > self.search_until):
                break
        return bound, "open"

    def _every_site(self) -> float:
        """What is paid with all sites open: the least there is."""
        return self.kernels.value_of(*self.rows, np.ones(self.problem.n_sites, dtype=bool))

    def _anneal(self, state: np.ndarray, bound: float, rounds: int, most: int) -> None:
        """Simulated annealing of a covering plan, from the best one, over the sites still free and most wanted."""
        free = state == self.kernels.FREE
        if free.sum() > most:  # those of least reduced cost, in which good plans are found sooner
            free[np.argsort(np.where(free, self.rho, np.inf), kind="stable")[most:]] = False
            free |= self.plan & (state == self.kernels.FREE)
        forced = np.concatenate(([0], np.cumsum((state == self.kernels.IN)[self.problem.site])))[self.problem.ptr]
        keep = free[self.problem.site] & np.repeat(np.diff(forced) == 0, np.diff(self.problem.ptr))
        left = Annealer(np.concatenate(([0], np.cumsum(keep)))[self.problem.ptr], self.problem.site[keep],
                        self.problem.cap, self.problem.n_sites, int(self.random.integers(2**31)))
        plan = self.plan & free
        over = int(plan.sum() + (state == self.kernels.IN).sum()) - self.k  # sites fixed open that the plan lacks
        plan[np.flatnonzero(plan)[: max(0, over)]] = False
        if len(left.row) == 0 or not plan.any():
            return
        _, best, _ = left.cooled(plan, rounds, 0.5, lambda: time.monotonic() > self.search_until
                                 or bool(self._stop(bound)))
        self._consider(self._polish(best | (state == self.kernels.IN), state))

    def _shake_and_swap(self, state: np.ndarray, bound: float, rounds: int) -> None:
        """Iterated local search from the best plan, until so many rounds bring nothing or its time is up."""
        allowed, fixed = state != self.kernels.OUT, state == self.kernels.IN
        step, idle = min(rounds, 50), 0
        plan = self.plan.copy()
        while idle < rounds and time.monotonic() < self.search_until and not self._stop(bound):
            seed = int(self.random.integers(2**31))
            better = self.shake_and_swap(*self.rows, *self.columns, allowed, fixed, plan, step, seed)
            idle = 0 if better else idle + step
            self._consider(plan)

    def _branch(self, bound: float, state: np.ndarray, lam: np.ndarray) -> tuple[float, str]:
        """Best-first branch and bound: each node fixes one more site in or out."""
        queue, count, everywhere = [], 0, state.copy()
        heapq.heappush(queue, (bound, count, state, lam, self.usual))
        while queue:
            bound, _, state, lam, usual = heapq.heappop(queue)
            if self._closed(bound):
                return bound, "proven"
            stop = self._stop(bound)
            if stop:
                return bound, stop
            if count % 128 == 127:
                self._shake_and_swap(everywhere, bound, ROUNDS_TURN)
            site = self._most_doubtful(state, usual)
            for choice in (self.kernels.IN, self.kernels.OUT):
                child, multipliers = state.copy(), lam.copy()
                child[site] = choice
                if self._leaf(child):
                    continue
                low, often = self._bound(child, multipliers, bound, 60, 0.3, 8)
                low = max(low, bound)
                if not self._closed(low) and not self._leaf(child):
                    count += 1
                    heapq.heappush(queue, (low, count, child, multipliers, often))
        return self.value, "proven"

    def _most_doubtful(self, state: np.ndarray, usual: np.ndarray) -> int:
        return int(np.argmin(np.where(state == self.kernels.FREE, np.abs(usual - 0.5), np.inf)))

    def _leaf(self, state: np.ndarray) -> bool:
        """Whether only one plan is left in a node; it is then considered."""
        n_in, n_free = (state == self.kernels.IN).sum(), (state == self.kernels.FREE).sum()
        if n_in > self.k:
            return True
        if n_in < self.k < n_in + n_free:
            return False
        self._consider((state == self.kernels.IN) | ((state == self.kernels.FREE) & (n_in < self.k)))
        return True

    def _bound(self, state: np.ndarray, lam: np.ndarray, known: float, iterations: int, theta: float, patience: int):
        """Raise a node's bound and fix in `state` what the gap allows; gives (bound, how often sites were taken)."""
        close = (self.value - 1 + 1e-6 if self.problem.whole else self.value) + 1e-9
        aim = max(close, known + 1.05 * (self.value - known)) if math.isfinite(known) else self.value
        if self.covers:
            bound, rho, usual = self.climb(*self.columns[:2], self.no_price, self.need, self.problem.cap, state,
                                           self.k, lam, close, aim, iterations, theta, patience)
            self._consider(self._polish(self._rounded(usual, state), state))
            self._fix(state, bound, rho)
            self.rho = rho
            return bound, usual
        bound, rho, usual, plan, value = self.kernels.subgradient(
            *self.rows, state, self.k, lam, close, aim, iterations, theta, patience)
        if value < math.inf:
            self._consider(self._polish(plan, state) if value < self.value * 1.02 else plan)
        if iterations == ROOT_STEPS:
            self._consider(self._polish(self._rounded(usual, state), state))
        self._fix(state, bound, rho)
        return bound, usual

    def _rounded(self, usual: np.ndarray, state: np.ndarray) -> np.ndarray:
        """The sites that the relaxation took most often (Barahona & Anbil 2000: their shares near a solution of it)."""
        often = np.where(state == self.kernels.FREE, usual, np.where(state == self.kernels.IN, 2.0, -1.0))
        plan = np.zeros(len(state), dtype=bool)
        plan[np.argsort(-often, kind="stable")[: self.k]] = True
        return plan & (often > 0)

    def _fix(self, state: np.ndarray, bound: float, rho: np.ndarray) -> None:
        free = np.flatnonzero(state == self.kernels.FREE)
        room = self.k - (state == self.kernels.IN).sum()
        if not 0 < room < len(free):
            return
        ranked = np.sort(rho[free])
        last_in, first_out = ranked[room - 1], ranked[room]
        gap = self._cutoff() - bound
        state[free[rho[free] - last_in > gap]] = self.kernels.OUT
        state[free[first_out - rho[free] > gap]] = self.kernels.IN

    def _cutoff(self) -> float:
        """The value that a better plan can't exceed, with a margin for rounding."""
        margin = 1e-7 + 1e-10 * abs(self.value)
        return self.value - 1 + 1e-6 + margin if self.problem.whole else self.value + margin

    def _closed(self, bound: float) -> bool:
        if self.problem.whole:
            return math.ceil(bound - 1e-6) >= self.value
        return bound >= self.value - 1e-9 * abs(self.value)

    def _stop(self, bound: float) -> str | None:
        if self.progress is not None and self.progress(self.value, bound):
            return "cancelled"
        return "time_limit" if time.monotonic() > self.deadline else None

    def _polish(self, plan: np.ndarray, state: np.ndarray) -> np.ndarray:
        """Fill a plan up to k sites and swap until no swap gains."""
        plan = plan.copy()
        allowed, fixed = state != self.kernels.OUT, state == self.kernels.IN
        self.kernels.greedy(self.problem.cap, *self.columns, allowed, plan, self.k)
        self.kernels.interchange(*self.rows, *self.columns, allowed, fixed, plan)
        return plan

    def _consider(self, plan: np.ndarray) -> None:
        value = self.kernels.value_of(*self.rows, plan)
        if value < self.value:
            self.plan, self.value = plan.copy(), value
