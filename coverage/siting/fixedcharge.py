"""Solve a fixed-charge location problem with limited places: the engine of the capacitated models.

Takes a `FixedCharge` (who could go where at what cost, what a site costs and how many it takes) and the number k of
sites to open; gives a `Found`: plan, value, bound, and the sites that every better plan has, or has not.

The Lagrangian relaxation of assignment gives the bound, as good as the linear relaxation with every pair tied to its
site; each plan met is settled by transport and improved by opening, shutting and swapping sites; sites whose reduced
cost exceeds the gap are fixed (Beasley 1988; Sridharan 1995).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from coverage.siting.minsum import Found, min_sum, swapped_plan

EXCHANGES = 200
"""Rounds of exchange without gain that end it, before the bound is sought."""

STEPS, LOSS, NEAR = 2000, 0.003, 30
"""Steps of the stroll, the loss that it allows at first (a share of the value), and how far it looks."""

TURNS, STRENGTH = 20, 3
"""Rounds of exchange at a time, and sites swapped at random at the start of each."""

PATIENCE = 30
"""Steps without gain after which the subgradient's step is halved."""

HUGE = 400_000
"""With so many pairs left HiGHS would get nowhere: the search for plans has the rest of the time."""

CORE_PAIRS = 60_000
"""So many pairs left after fixing are handed to HiGHS, each tied to its site; beyond, the bound and search go on."""


@dataclass(frozen=True)
class FixedCharge:
    """Pairs by site, cheapest first: site j's are row[ptr[j]:ptr[j+1]], `cost` for each person.

    `spare` is what a person costs who is left out (inf = nobody may be). `standing` sites are open, `usable` may be.
    """

    ptr: np.ndarray
    row: np.ndarray
    cost: np.ndarray
    weight: np.ndarray
    fixed: np.ndarray
    room: np.ndarray
    standing: np.ndarray
    usable: np.ndarray
    spare: float


def fixed_charge(row: np.ndarray, site: np.ndarray, cost: np.ndarray, *, weight: np.ndarray, fixed: np.ndarray,
                 room: np.ndarray, standing: np.ndarray, usable: np.ndarray, spare: float = math.inf) -> FixedCharge:
    """Sort the pairs; with `spare` a last site is added that takes everyone at that cost."""
    n, m = len(weight), len(fixed)
    if math.isfinite(spare):
        row, site = np.append(row, np.arange(n)), np.append(site, np.full(n, m))
        cost = np.append(cost, np.full(n, spare))
        fixed, room = np.append(fixed, 0.0), np.append(room, np.inf)
        standing, usable = np.append(standing, True), np.append(usable, True)
    order = np.lexsort((row, cost, site))
    ptr = np.concatenate(([0], np.cumsum(np.bincount(site, minlength=len(fixed)))))
    return FixedCharge(ptr, row[order].astype(np.int64), cost[order].astype(float), weight.astype(float),
                       fixed.astype(float), np.minimum(room.astype(float), 1e15), standing, usable, spare)


def solve_fixed_charge(problem: FixedCharge, k: int, *, time_limit: float, seed: int, progress=None,
                       whole: bool = False) -> Found:
    """Open at most k sites beyond the standing ones at least cost. Ends "open" where HiGHS had best go on.

    `value` is inf, and the plan that of the standing sites, when none was met in which everyone fits.
    """
    return _Run(problem, k, time.monotonic() + time_limit, seed, progress, whole).run()


class _Run:
    """One run: the best plan so far, the bound, and what is fixed."""

    def __init__(self, problem: FixedCharge, k: int, deadline: float, seed: int, progress, whole: bool) -> None:
        from coverage.siting.kernels import flows

        self.kernels, self.problem, self.deadline, self.progress = flows, problem, deadline, progress
        m, self.n = len(problem.fixed), len(problem.weight)
        self.k, self.whole = min(k, m), whole
        self.random = np.random.default_rng(seed)
        able = np.where(problem.usable, flows.FREE, flows.OUT)
        self.state = np.where(problem.standing, flows.IN, able).astype(np.int8)
        self.useful = np.diff(problem.ptr) > 0
        self.state[(self.state == flows.FREE) & (~self.useful | (problem.room <= 0))] = flows.OUT
        self.began_in = problem.standing.copy()
        self.plan, self.value, self.bound = problem.standing.copy(), math.inf, -math.inf
        self.known: dict[bytes, float] = {}
        site = np.repeat(np.arange(m), np.diff(problem.ptr))
        self.least = np.full(self.n, np.inf)
        np.minimum.at(self.least, problem.row, problem.cost)
        self.table = None
        if m * self.n <= 20_000_000:
            self.table = np.full((m, self.n), np.inf)
            self.table[site, problem.row] = problem.cost
        self.filling = self._only_places(site)

    def _only_places(self, site: np.ndarray) -> tuple | None:
        """The pairs as the kernel of exchanges has them, where nothing costs but being left out."""
        problem, last = self.problem, self.problem.ptr[-2]
        if not math.isfinite(problem.spare) or problem.cost[:last].any() or problem.fixed.any():
            return None
        row = problem.row[:last]
        at = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=self.n))))
        return problem.ptr[:-1], row, site[:last], at, np.argsort(row, kind="stable")

    def run(self) -> Found:
        problem, kernels = self.problem, self.kernels
        mu = self.least.copy() + (0.3 * problem.spare if math.isfinite(problem.spare) else self._first_price())
        theta, termination = 1.0, "open"
        self._begin()
        self._exchange(EXCHANGES, time.monotonic() + 0.4 * (self.deadline - time.monotonic()))
        for turn in range(8):
            aim = self.value if math.isfinite(self.value) else self._guess(mu)
            bound, score, taken, usual = kernels.lagrange(
                problem.ptr, problem.row, problem.cost, problem.weight, problem.fixed, problem.room, self.least,
                self.state, self.k - int((self.state == kernels.IN).sum() - problem.standing.sum()), mu, aim,
                200 if turn else 400, theta, PATIENCE)
            gained, self.bound = bound - self.bound, max(self.bound, bound)
            before = self.value
            self._meet(taken, score)
            self._meet(usual >= max(0.5, np.sort(usual)[-min(len(usual), self.k + int(problem.standing.sum()))]), score)
            if self.filling is None:
                self._improve(score, usual)
            self._fix(score, bound)
            theta = max(0.1, theta * 0.6)
            if self._cutoff() <= self.bound:
                termination = "proven"
                break
            if self.progress is not None and self.progress(self.value, self.bound):
                termination = "cancelled"
                break
            if time.monotonic() > self.deadline:
                termination = "time_limit"
                break
            pairs = self._pairs_left()
            if pairs > HUGE and turn > 2:
                termination = self._wander()
                break
            if self.filling is not None and pairs > CORE_PAIRS:
                continue
            if turn and self.value == before and (pairs <= CORE_PAIRS or gained < 0.02 * (self.value - self.bound)):
                break
        else:
            if self.filling is not None and self._pairs_left() > CORE_PAIRS:
                termination = self._exchange(10**9, self.deadline)
        if termination == "open" and self.filling is None and pairs <= HUGE:
            self._stroll()
            self._improve(score, usual)
            self._fix(score, bound)
        if self.value == math.inf:
            self._take_largest()
        return Found(self.plan, self.value, min(self.bound, self.value), termination, self.state == kernels.IN,
                     self.state == kernels.OUT)

    def _begin(self) -> None:
        """A plan before any bound: where people may stay out by what each site can still take, else by distance."""
        problem = self.problem
        if math.isfinite(problem.spare):
            self._worth(self._filled())
        elif self.k < (self.state == self.kernels.FREE).sum():
            site = np.repeat(np.arange(len(problem.fixed)), np.diff(problem.ptr))
            cost, standing = problem.cost * problem.weight[problem.row], problem.standing[site]
            cap = np.full(self.n, float(cost.max(initial=0.0)) * 2 + 1)
            np.minimum.at(cap, problem.row[standing], cost[standing])
            free = (self.state == self.kernels.FREE)[site]
            near = min_sum(cap, problem.row[free], site[free], cost[free], len(problem.fixed), whole=False)
            plan = problem.standing | swapped_plan(near, self.k)
            if self._worth(plan) == math.inf:
                self._widen(plan)

    def _take_largest(self) -> None:
        """A plan where the time ended before any was met: as many of the largest sites as may be."""
        able = np.flatnonzero((self.state == self.kernels.FREE) & ~self.problem.standing)
        is_open = self.problem.standing | (self.state == self.kernels.IN)
        largest = able[np.argsort(-self.problem.room[able], kind="stable")]
        is_open[largest[:max(0, self.k - self._new(is_open))]] = True
        self._worth(is_open)

    def _exchange(self, idle: int, until: float) -> str:
        """Where only places count, exchange sites until so many rounds bring nothing; gives why it ended."""
        if self.filling is None:
            return "open"
        from coverage.siting.kernels.filling import exchange

        problem, real = self.problem, slice(0, len(self.problem.fixed) - 1)
        allowed, fixed = self.state[real] != self.kernels.OUT, problem.standing[real]
        plan, rounds, value = self.plan[real].copy(), 0, self.value
        while rounds < idle and self._cutoff() > self.bound:
            exchange(*self.filling, problem.weight, problem.room[real], allowed, fixed, plan, TURNS, STRENGTH,
                     int(self.random.integers(2**31)))
            rounds = 0 if self._worth(np.append(plan, True)) < value else rounds + TURNS
            value = self.value
            if self.progress is not None and self.progress(self.value, self.bound):
                return "cancelled"
            if time.monotonic() > until:
                return "time_limit"
        return "proven" if self._cutoff() <= self.bound else "open"

    def _filled(self) -> np.ndarray:
        """Open, again and again, the site that can take most of the people who are still left."""
        problem, kernels = self.problem, self.kernels
        site = np.repeat(np.arange(len(problem.fixed)), np.diff(problem.ptr))
        real = np.arange(len(problem.fixed)) < len(problem.fixed) - 1
        is_open, left = problem.standing.copy(), problem.weight.copy()
        waiting = list(np.flatnonzero(problem.standing & real))
        for _ in range(len(waiting) + self.k):
            within = np.minimum(np.bincount(site, weights=left[problem.row], minlength=len(real)), problem.room)
            able = (self.state == kernels.FREE) & ~is_open & real
            j = waiting.pop() if waiting else int(np.argmax(np.where(able, within, -1.0)))
            if within[j] <= 0:
                continue
            is_open[j] = True
            mine = problem.row[problem.ptr[j]:problem.ptr[j + 1]]
            left[mine] *= 1.0 - min(1.0, problem.room[j] / max(left[mine].sum(), 1e-9))
        return is_open

    def _first_price(self) -> float:
        """What opening adds to each person's price, roughly."""
        free = self.state == self.kernels.FREE
        room = np.clip(self.problem.room, 1.0, self.problem.weight.sum())
        per_head = self.problem.fixed[free] / room[free]
        return float(np.median(per_head)) if free.any() else 0.0

    def _guess(self, mu: np.ndarray) -> float:
        return float((self.problem.weight * mu).sum()) * 1.5 + 1.0

    def _pairs_left(self) -> int:
        return int(np.diff(self.problem.ptr)[self.state != self.kernels.OUT].sum())

    def _worth(self, is_open: np.ndarray) -> float:
        """A plan's value: its sites and the best transport; inf where people are left over, or sites too many."""
        if self._new(is_open) > self.k:
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

    def _new(self, is_open: np.ndarray) -> int:
        return int((is_open & ~self.began_in).sum())

    def _meet(self, taken: np.ndarray, score: np.ndarray) -> None:
        """Make a plan of the sites that the relaxation takes: add the best until everyone fits, shut what is idle."""
        is_open = taken | (self.state == self.kernels.IN)
        need, room = self.problem.weight.sum(), self.problem.room
        free = np.flatnonzero(~is_open & (self.state == self.kernels.FREE))
        for j in free[np.argsort(score[free], kind="stable")]:
            if room[is_open].sum() >= need or self._new(is_open) >= self.k:
                break
            is_open[j] = True
        for j in free[np.argsort(score[free], kind="stable")]:
            if self._over() or self._worth(is_open) < math.inf or self._new(is_open) >= self.k:
                break
            is_open[j] = True
        if self._worth(is_open) == math.inf:
            self._widen(is_open)

    def _widen(self, is_open: np.ndarray) -> None:
        """With no site to spare, put larger ones in the place of smaller ones until everyone fits."""
        for _ in range(2 * self.k):
            mine = np.flatnonzero(is_open & ~self.began_in & (self.state == self.kernels.FREE))
            spare = np.flatnonzero(~is_open & (self.state == self.kernels.FREE))
            if self._over() or len(mine) == 0 or len(spare) == 0 or self._worth(is_open) < math.inf:
                return
            out = mine[np.argmin(self.problem.room[mine])]
            into = spare[np.argmax(self.problem.room[spare])]
            if self.problem.room[into] <= self.problem.room[out]:
                return
            is_open[out], is_open[into] = False, True

    def _improve(self, score: np.ndarray, usual: np.ndarray) -> None:
        """Open, shut and swap while that gains, the moves that the relaxation favours first."""
        until = min(self.deadline, time.monotonic() + max(0.5, (self.deadline - time.monotonic()) / 5))
        gained = math.isfinite(self.value)
        while gained and time.monotonic() < until:
            gained, plan, value = False, self.plan.copy(), self.value
            mine = np.flatnonzero(plan & ~self.began_in & (self.state == self.kernels.FREE))
            spare = np.flatnonzero(~plan & (self.state == self.kernels.FREE))
            mine = mine[np.lexsort((-score[mine], usual[mine]))]
            spare = spare[np.lexsort((score[spare], -usual[spare]))][:40]
            moves = [(out, -1) for out in mine if self.problem.fixed[out] > 0]
            moves += [(-1, into) for into in spare if self._new(plan) < self.k]
            moves += [(out, into) for into in spare for out in mine[:15]]
            for out, into in moves:
                if time.monotonic() > until:
                    break
                trial = plan.copy()
                if out >= 0:
                    trial[out] = False
                if into >= 0:
                    trial[into] = True
                if self._worth(trial) < value - 1e-9 * abs(value):
                    gained = True
                    break

    def _wander(self) -> str:
        """Swap an open site for one near it, at random, wherever that gains, until the time is up."""
        while not self._over() and math.isfinite(self.value):
            if self.progress is not None and self.progress(self.value, self.bound):
                return "cancelled"
            mine = np.flatnonzero(self.plan & ~self.began_in & (self.state == self.kernels.FREE))
            if len(mine) == 0:
                break
            out = int(self.random.choice(mine))
            near = self.problem.row[self.problem.ptr[out]:self.problem.ptr[out + 1]][:200]
            person = int(self.random.choice(near))
            spare = np.flatnonzero(~self.plan & (self.state == self.kernels.FREE))
            spare = spare[np.isfinite(self.table[spare, person])] if self.table is not None else spare
            if len(spare) == 0:
                continue
            if self.table is not None:
                spare = spare[np.argsort(self.table[spare, person], kind="stable")[:20]]
            trial = self.plan.copy()
            trial[out], trial[int(self.random.choice(spare))] = False, True
            self._worth(trial)
        return "time_limit"

    def _stroll(self) -> None:
        """Swap, open and shut sites at random, losses allowed at first (threshold accepting; Dueck & Scheuer 1990)."""
        problem, random = self.problem, self.random
        plan, value = self.plan.copy(), self.value
        steps = STEPS if math.isfinite(value) and self.table is not None else 0
        for step in range(steps):
            mine = np.flatnonzero(plan & ~self.began_in & (self.state == self.kernels.FREE))
            spare = np.flatnonzero(~plan & (self.state == self.kernels.FREE))
            if self._over() or len(mine) == 0 or len(spare) == 0:
                return
            trial, kind = plan.copy(), random.random()
            dear = problem.fixed.any()
            out = int(random.choice(mine))
            if not dear or kind < 0.8 or self._new(plan) >= self.k:
                trial[out] = False
            if not dear or kind > 0.1:
                person = int(random.choice(problem.row[problem.ptr[out]:problem.ptr[out + 1]][:NEAR]))
                near = spare[np.argsort(self.table[spare, person], kind="stable")[:NEAR]]
                trial[int(random.choice(near))] = True
            worth = self._worth(trial)
            if worth <= value + LOSS * self.value * (1 - step / steps):
                plan, value = trial, worth

    def _fix(self, score: np.ndarray, bound: float) -> None:
        """Fix the sites without which, or with which, the bound would pass the best plan."""
        gap = self._cutoff() + 1e-7 + 1e-10 * abs(self.value) - bound
        free = np.flatnonzero(self.state == self.kernels.FREE)
        left = self.k - int((self.state == self.kernels.IN).sum() - self.problem.standing.sum())
        if not math.isfinite(gap) or len(free) == 0:
            return
        if left <= 0:
            self.state[free] = self.kernels.OUT
            return
        ranked = np.sort(score[free])
        # With all k taken a further site puts out the dearest taken one; else it is added, or left, alone.
        last_in = min(0.0, ranked[left - 1]) if left <= len(free) else 0.0
        first_out = min(0.0, ranked[left]) if left < len(free) else 0.0
        self.state[free[score[free] - last_in > gap]] = self.kernels.OUT
        self.state[free[(first_out - score[free] > gap)]] = self.kernels.IN

    def _cutoff(self) -> float:
        """What a better plan costs at most."""
        return self.value - 1 + 1e-6 if self.whole else self.value * (1 - 1e-9)

    def _over(self) -> bool:
        return time.monotonic() > self.deadline
