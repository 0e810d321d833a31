"""Solve a fixed-charge location problem with limited places: the engine of the capacitated models.

Takes a `FixedCharge` (who could go where at what cost, what a site costs and how many it takes) and the number k of
sites to open; gives a `Found`: plan, value, bound, and the sites that every better plan has, or has not.

The Lagrangian relaxation of assignment gives the bound, as good as the linear relaxation with every pair tied to its
site (Cornuéjols, Sridharan & Thizy 1991); sites whose reduced cost exceeds the gap are fixed (Beasley 1988), and
best-first branch and bound on the same relaxation closes the rest. Bonds are kept by plans and settled at each node;
of a site and those that replace it the relaxation takes one. Plans come from siting/fixedcharge_plans.py.
"""

from __future__ import annotations

import heapq
import math
import time
from dataclasses import dataclass

import numpy as np

from coverage.siting.fixedcharge_plans import Plans
from coverage.siting.minsum import Found
from coverage.siting.options import Bonds, no_bonds

PATIENCE = 10
"""Steps without gain after which the subgradient's step is halved."""

HUGE = 400_000
"""With so many pairs left branching would get nowhere: the search for plans has the rest of the time."""


@dataclass(frozen=True)
class FixedCharge:
    """Pairs by site, cheapest first: site j's are row[ptr[j]:ptr[j+1]], `cost` for each person.

    `standing` sites are open, `usable` ones may be, `begun` ones are unless a plan shuts them; of `counted` ones at
    most k may be opened. Plans keep the `bonds`; an option that `replaces` a site (−1: none) shuts it. Everyone is
    served.
    """

    ptr: np.ndarray
    row: np.ndarray
    cost: np.ndarray
    weight: np.ndarray
    fixed: np.ndarray
    room: np.ndarray
    standing: np.ndarray
    usable: np.ndarray
    begun: np.ndarray
    counted: np.ndarray
    bonds: Bonds
    replaces: np.ndarray


def fixed_charge(row: np.ndarray, site: np.ndarray, cost: np.ndarray, *, weight: np.ndarray, fixed: np.ndarray,
                 room: np.ndarray, standing: np.ndarray, usable: np.ndarray, begun: np.ndarray | None = None,
                 counted: np.ndarray | None = None, bonds: Bonds | None = None,
                 replaces: np.ndarray | None = None) -> FixedCharge:
    """Sort the pairs. All that don't stand are counted, and none is bound, unless said otherwise."""
    order, m = np.lexsort((row, cost, site)), len(fixed)
    ptr = np.concatenate(([0], np.cumsum(np.bincount(site, minlength=m))))
    return FixedCharge(ptr, row[order].astype(np.int64), cost[order].astype(float), weight.astype(float),
                       fixed.astype(float), np.minimum(room.astype(float), 1e15), standing, usable,
                       standing if begun is None else begun,
                       ~standing if counted is None else counted & ~standing,
                       no_bonds(m) if bonds is None else bonds, np.full(m, -1) if replaces is None else replaces)


def solve_fixed_charge(problem: FixedCharge, k: int, *, time_limit: float, seed: int, progress=None,
                       start: np.ndarray | None = None) -> Found:
    """Open at most k sites beyond the standing ones at least cost, beginning from the plan `start` if there is one.

    `value` is inf, and the plan that of the standing sites, when none was met in which everyone fits; it then ends
    "open" if that may be for want of a plan.
    """
    return _Run(problem, k, time.monotonic() + time_limit, seed, progress).run(start)


class _Run:
    """One run: the best plan so far, the bound, and what is fixed."""

    def __init__(self, problem: FixedCharge, k: int, deadline: float, seed: int, progress) -> None:
        from coverage.siting.kernels import flows

        self.kernels, self.problem, self.deadline, self.progress = flows, problem, deadline, progress
        self.k, self.bound = min(k, len(problem.fixed)), -math.inf
        self.plans = Plans(problem, self.k, deadline, seed)
        able = problem.usable & (self.plans.useful & (problem.room > 0) | (len(problem.bonds) > 0))
        self.state = np.where(problem.standing, flows.IN, np.where(able, flows.FREE, flows.OUT)).astype(np.int8)
        # Of a site and those that replace it one is open; the relaxation knows that of what isn't counted.
        self.group = np.where(problem.replaces >= 0, problem.replaces, np.arange(len(problem.fixed)))
        size = np.bincount(self.group[~problem.counted], minlength=len(self.group))
        self.group[problem.counted | (size[self.group] < 2)] = -1
        self.least = np.full(len(problem.weight), np.inf)
        np.minimum.at(self.least, problem.row, problem.cost)

    def run(self, start: np.ndarray | None) -> Found:
        plans, state = self.plans, self.state
        if start is None:
            plans.begin(state)
        else:
            plans.worth(start)
        mu, usual = self.least + self._first_price(), np.zeros(len(state))
        termination = self._root(mu, usual)
        root = state.copy()
        if termination == "open" and plans.value < math.inf:
            termination = self._branch(mu, usual)
        if plans.value == math.inf:
            plans.take_largest(state)
        if termination == "proven":
            self.bound = plans.value
        return Found(plans.plan, plans.value, min(self.bound, plans.value), termination, root == self.kernels.IN,
                     root == self.kernels.OUT)

    def _root(self, mu: np.ndarray, usual: np.ndarray) -> str:
        """Bound and search in turns until neither gains, fixing as they close in."""
        plans, theta = self.plans, 1.0
        for turn in range(8):
            bound, score, taken = self._lagrange(self.state, mu, usual, 200 if turn else 400, theta, PATIENCE)
            gained, self.bound, before = bound - self.bound, max(self.bound, bound), plans.value
            plans.meet(taken, score, self.state)
            often = np.argsort(-usual, kind="stable")[:self.k + int(self.problem.standing.sum())]
            plans.meet(np.isin(np.arange(len(usual)), often[usual[often] >= 0.5]), score, self.state)
            plans.improve(score, usual, self.state)
            self._fix(self.state, score, bound)
            stop, pairs = self._stop(self.bound), self._pairs_left()
            if stop:
                return stop
            if pairs > HUGE and turn > 2:
                return plans.wander(self._stop, self.bound, self.state)
            theta = max(0.1, theta * 0.6)
            if turn and plans.value == before and gained < 0.02 * (plans.value - self.bound):
                break
        return "open"

    def _branch(self, mu: np.ndarray, usual: np.ndarray) -> str:
        """Best-first branch and bound: each node fixes one more site in or out."""
        problem = self.problem
        queue, count = [] if self._leaf(self.state) else [(self.bound, 0, self.state, mu, usual)], 0
        while queue:
            self.bound, _, state, mu, usual = heapq.heappop(queue)
            stop = self._stop(self.bound)
            if stop:
                return stop
            free = np.flatnonzero(state == self.kernels.FREE)
            site = free[np.argmin(np.abs(usual[free] - 0.5))]
            for choice in (self.kernels.IN, self.kernels.OUT):
                child, prices, often = state.copy(), mu.copy(), usual.copy()
                child[site] = choice
                if not problem.bonds.settle(child, self.kernels.FREE, self.kernels.IN, self.kernels.OUT):
                    continue
                if self._leaf(child):
                    continue
                low, score, taken = self._lagrange(child, prices, often, 80, 0.4, 6)
                if self._closed(low):
                    continue
                self.plans.meet(taken, score, child)
                self._fix(child, score, low)
                if not self._closed(low) and not self._leaf(child):
                    count += 1
                    heapq.heappush(queue, (max(low, self.bound), count, child, prices, often))
        return "proven"

    def _leaf(self, state: np.ndarray) -> bool:
        """Whether no choice is left in a node; its plan is then considered."""
        if self._left(state) <= 0:
            state[(state == self.kernels.FREE) & self.problem.counted] = self.kernels.OUT
        if (state == self.kernels.FREE).any():
            return False
        self.plans.worth(state == self.kernels.IN)
        return True

    def _lagrange(self, state: np.ndarray, mu: np.ndarray, usual: np.ndarray, steps: int, theta: float, patience: int):
        """Raise a node's bound; gives (bound, each site's score, the sites taken)."""
        problem, value = self.problem, self.plans.value
        if value == math.inf:
            value = float((problem.weight * mu).sum()) * 1.5 + 1.0
        close = self._cutoff() if self.plans.value < math.inf else math.inf
        aim = max(value, self.bound + 1.05 * (value - self.bound)) if math.isfinite(self.bound) else value
        return self.kernels.lagrange(
            problem.ptr, problem.row, problem.cost, problem.weight, problem.fixed, problem.room, problem.counted,
            self.group, self.least, state, self._left(state), mu, usual, close, aim, steps, theta, patience)

    def _left(self, state: np.ndarray) -> int:
        """How many more sites a node may open."""
        return self.k - int(((state == self.kernels.IN) & self.problem.counted).sum())

    def _first_price(self) -> float:
        """What opening adds to each person's price, roughly."""
        free = self.state == self.kernels.FREE
        room = np.clip(self.problem.room, 1.0, self.problem.weight.sum())
        per_head = self.problem.fixed[free] / room[free]
        return float(np.median(per_head)) if free.any() else 0.0

    def _pairs_left(self) -> int:
        return int(np.diff(self.problem.ptr)[self.state != self.kernels.OUT].sum())

    def _fix(self, state: np.ndarray, score: np.ndarray, bound: float) -> None:
        """Fix the sites without which, or with which, a node's bound would pass the best plan."""
        gap = self._cutoff() + 1e-7 + 1e-10 * abs(self.plans.value) - bound
        free, counted = np.flatnonzero(state == self.kernels.FREE), self.problem.counted
        ranked, left = np.sort(score[free[counted[free]]]), self._left(state)
        if not math.isfinite(gap) or len(free) == 0:
            return
        if left <= 0:
            state[free[counted[free]]] = self.kernels.OUT
            return
        # With all k taken a further site puts out the dearest taken one; else it is added, or left, alone.
        last_in = min(0.0, ranked[left - 1]) if left <= len(ranked) else 0.0
        first_out = min(0.0, ranked[left]) if left < len(ranked) else 0.0
        last_in, first_out = np.where(counted, last_in, 0.0), np.where(counted, first_out, 0.0)
        for site in free[self.group[free] >= 0]:  # one of its group instead
            others = score[free[(self.group[free] == self.group[site]) & (free != site)]].min(initial=0.0)
            last_in[site], first_out[site] = min(score[site], others), others
        state[free[score[free] - last_in[free] > gap]] = self.kernels.OUT
        state[free[first_out[free] - score[free] > gap]] = self.kernels.IN

    def _cutoff(self) -> float:
        """What a better plan costs at most."""
        return self.plans.value * (1 - 1e-9)

    def _closed(self, bound: float) -> bool:
        return self._cutoff() <= bound

    def _stop(self, bound: float = -math.inf) -> str | None:
        """Why to end now, if at all."""
        if self._closed(bound):
            return "proven"
        if self.progress is not None and self.progress(self.plans.value, bound):
            return "cancelled"
        return "time_limit" if time.monotonic() > self.deadline else None
