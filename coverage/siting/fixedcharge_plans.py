"""Search plans of a fixed-charge problem with limited places: each plan met is settled by transport.

Takes a `FixedCharge` and the number k of sites to open; `Plans` holds the best plan met, and its value.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

from coverage.siting.minsum import min_sum, swapped_plan


class Plans:
    """The best plan so far; `state` says of each site whether it is free, in or out (kernels/flows.py).

    `value` is inf, and the plan that of the standing sites, when none was met in which everyone fits.
    """

    def __init__(self, problem, k: int, deadline: float, seed: int) -> None:
        from coverage.siting.kernels import flows

        self.kernels, self.problem, self.k, self.deadline = flows, problem, k, deadline
        m, self.n = len(problem.fixed), len(problem.weight)
        self.random = np.random.default_rng(seed)
        self.useful = np.diff(problem.ptr) > 0
        self.plan, self.value = problem.standing.copy(), math.inf
        self.known: dict[bytes, float] = {}
        self.bound = len(problem.bonds) > 0
        self.site = np.repeat(np.arange(m), np.diff(problem.ptr))
        self.table = None
        if m * self.n <= 20_000_000:
            self.table = np.full((m, self.n), np.inf)
            self.table[self.site, problem.row] = problem.cost

    def begin(self, state: np.ndarray) -> None:
        """A plan before any bound: by distance alone, then with larger sites until everyone fits."""
        problem = self.problem
        if self.k < (state == self.kernels.FREE).sum():
            site, standing = self.site, problem.standing[self.site]
            cost = problem.cost * problem.weight[problem.row]
            cap = np.full(self.n, float(cost.max(initial=0.0)) * 2 + 1)
            np.minimum.at(cap, problem.row[standing], cost[standing])
            free = (state == self.kernels.FREE)[site]
            near = min_sum(cap, problem.row[free], site[free], cost[free], len(problem.fixed), whole=False)
            plan = problem.standing | swapped_plan(near, self.k)
            if self.worth(plan) == math.inf:
                self.widen(plan, state)

    def take_largest(self, state: np.ndarray) -> None:
        """A plan where the time ended before any was met: as many of the largest sites as may be."""
        able = np.flatnonzero((state == self.kernels.FREE) & ~self.problem.standing)
        is_open = self.problem.standing | (state == self.kernels.IN)
        largest = able[np.argsort(-self.problem.room[able], kind="stable")]
        is_open[largest[:max(0, self.k - self.new(is_open))]] = True
        self.worth(is_open)

    def worth(self, is_open: np.ndarray) -> float:
        """A plan's value: its sites and the best transport; inf where people are left over, or sites too many."""
        if self.new(is_open) > self.k or (self.bound and not self.problem.bonds.hold(is_open)):
            return math.inf
        key = np.packbits(is_open).tobytes()
        sites = np.flatnonzero(is_open & self.useful)
        if len(sites) == 0 and self.n:
            return math.inf
        if key not in self.known:
            cost = self.table[sites] if self.table is not None else self._costs(sites)
            fits, _, walked = self.kernels.transport(cost, self.problem.weight, self.problem.room[sites])
            self.known[key] = walked + float(self.problem.fixed[is_open].sum()) if fits else math.inf
            if self.known[key] < self.value:
                self.plan, self.value = is_open.copy(), self.known[key]
        return self.known[key]

    def _costs(self, sites: np.ndarray) -> np.ndarray:
        table = np.full((len(sites), self.n), np.inf)
        for at, j in enumerate(sites):
            pairs = slice(self.problem.ptr[j], self.problem.ptr[j + 1])
            table[at, self.problem.row[pairs]] = self.problem.cost[pairs]
        return table

    def new(self, is_open: np.ndarray) -> int:
        return int((is_open & self.problem.counted).sum())

    def meet(self, taken: np.ndarray, score: np.ndarray, state: np.ndarray) -> None:
        """Make a plan of the sites that the relaxation takes: add the best until everyone fits, shut what is idle."""
        is_open = taken | (state == self.kernels.IN)
        if self.bound:
            is_open = self._mended(is_open, score, state)
        need, room = self.problem.weight.sum(), self.problem.room
        free = np.flatnonzero(~is_open & (state == self.kernels.FREE))
        for j in free[np.argsort(score[free], kind="stable")]:
            if room[is_open].sum() >= need or self.new(is_open) >= self.k:
                break
            self._change(is_open, into=j)
        for j in free[np.argsort(score[free], kind="stable")]:
            if self.over() or self.worth(is_open) < math.inf or self.new(is_open) >= self.k:
                break
            self._change(is_open, into=j)
        if self.worth(is_open) == math.inf:
            self.widen(is_open, state)

    def _mended(self, wanted: np.ndarray, score: np.ndarray, state: np.ndarray) -> np.ndarray:
        """What bonds and k leave of the sites wanted, the best of them first; twice over: some need others first."""
        problem = self.problem
        is_open = problem.begun & (state != self.kernels.OUT)
        order = np.flatnonzero(wanted & ~is_open)
        for j in [*order[np.argsort(score[order], kind="stable")]] * 2:
            trial = is_open.copy()
            self._change(trial, into=j)
            if self.new(trial) <= self.k and problem.bonds.hold(trial):
                is_open = trial
        return is_open

    def _change(self, is_open: np.ndarray, out: int = -1, into: int = -1) -> None:
        """Shut one site and open another in a plan, with those that they replace."""
        for site, opens in ((out, False), (into, True)):
            if site >= 0:
                is_open[site] = opens
                if self.problem.replaces[site] >= 0:
                    is_open[self.problem.replaces[site]] = not opens

    def widen(self, is_open: np.ndarray, state: np.ndarray) -> None:
        """With no site to spare, put larger ones in the place of smaller ones until everyone fits."""
        for _ in range(2 * self.k):
            mine = np.flatnonzero(is_open & ~self.problem.standing & (state == self.kernels.FREE))
            spare = np.flatnonzero(~is_open & (state == self.kernels.FREE))
            if self.over() or len(mine) == 0 or len(spare) == 0 or self.worth(is_open) < math.inf:
                return
            out = mine[np.argmin(self.problem.room[mine])]
            into = spare[np.argmax(self.problem.room[spare])]
            if self.problem.room[into] <= self.problem.room[out]:
                return
            self._change(is_open, out, into)

    def improve(self, score: np.ndarray, usual: np.ndarray, state: np.ndarray) -> None:
        """Open, shut and swap while that gains, the moves that the relaxation favours first."""
        until = min(self.deadline, time.monotonic() + max(0.5, (self.deadline - time.monotonic()) / 5))
        gained = math.isfinite(self.value)
        while gained and time.monotonic() < until:
            gained, plan, value = False, self.plan.copy(), self.value
            mine = np.flatnonzero(plan & ~self.problem.standing & (state == self.kernels.FREE))
            spare = np.flatnonzero(~plan & (state == self.kernels.FREE))
            mine = mine[np.lexsort((-score[mine], usual[mine]))]
            spare = spare[np.lexsort((score[spare], -usual[spare]))][:200]
            moves = [(out, -1) for out in mine if self.problem.fixed[out] > 0 or self.bound]
            moves += [(-1, into) for into in spare if self.new(plan) < self.k or not self.problem.counted[into]]
            moves += [(out, into) for into in spare for out in mine[:15]]
            for out, into in moves:
                if time.monotonic() > until:
                    break
                trial = plan.copy()
                self._change(trial, out, into)
                if self.worth(trial) < value - 1e-9 * abs(value):
                    gained = True
                    break

    def wander(self, stop: Callable[[float], str | None], bound: float, state: np.ndarray) -> str:
        """Swap an open site for one near it, at random, wherever that gains, until there is a reason to stop."""
        problem, random = self.problem, self.random
        while math.isfinite(self.value):
            why = stop(bound)
            if why:
                return why
            mine = np.flatnonzero(self.plan & ~problem.standing & (state == self.kernels.FREE))
            if len(mine) == 0:
                break
            out = int(random.choice(mine))
            person = int(random.choice(problem.row[problem.ptr[out]:problem.ptr[out + 1]][:200]))
            spare = np.flatnonzero(~self.plan & (state == self.kernels.FREE))
            if self.table is not None:
                spare = spare[np.isfinite(self.table[spare, person])]
                spare = spare[np.argsort(self.table[spare, person], kind="stable")[:20]]
            if len(spare) == 0:
                continue
            trial = self.plan.copy()
            self._change(trial, out, int(random.choice(spare)))
            self.worth(trial)
        return "time_limit"

    def over(self) -> bool:
        return time.monotonic() > self.deadline
