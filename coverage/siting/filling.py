"""Place sites of limited capacity so that most people have a place: the engine of capacitated maximal covering.

Takes a `Question` and its limits; gives a `Solution` whose values are the sites and whose objective is how many people
within reach have no place.

The relaxation has a column for each site and one for those of each demand who are left out. For any group K of demands

    left out of K + Σ over sites of min(capacity, people of K that it reaches) · open ≥ people of K

and the minimal cut of a flow finds the group that a relaxed plan breaks most (Benders; as in Fischetti, Ljubić &
Sinnl 2016): a few dozen groups stand for the rows of all pairs. Mixed-integer rounding (Nemhauser & Wolsey 1990)
tightens them, best-first branch and bound closes the rest. Plans come from exchange (kernels/filling.py) and rounding.
"""

from __future__ import annotations

import heapq
import math
import time

import numpy as np

from coverage.siting.greedy import first_plan, greedy_plan, with_option, without_option
from coverage.siting.instance import CANDIDATE, FORBIDDEN, is_whole
from coverage.siting.milp import Draft
from coverage.siting.question import Question
from coverage.siting.result import total
from coverage.siting.rows import merge, rows_within
from coverage.siting.rules import limit_rows, site_columns, site_cost
from coverage.siting.solver import Relaxation, Solution

TURNS, STRENGTH = 20, 3
"""Rounds of exchange at a time, and sites swapped at random at the start of each."""

EXCHANGES, SHARE = 60, 0.4
"""Rounds of exchange without gain that end it, and the share of the time that it may take."""

ROUNDS = 6
"""Times that a node's relaxation is cut before it is branched on."""

GAIN = 1e-6
"""People by which a row must be broken to be added."""


def least_left_out(question: Question, limits: tuple) -> Solution:
    """Leave out as few as can be under the limits (p, budget, yearly budget) and the bonds."""
    return _Filling(question, limits).run()


class _Filling:
    """One run: the best plan so far, the relaxation, and the nodes still open."""

    def __init__(self, question: Question, limits: tuple) -> None:
        from coverage.siting.kernels import mincut

        self.kernels, self.question, self.instance, self.limits = mincut, question, question.instance, limits
        rows = rows_within(self.instance)
        rows, _ = merge(rows.take((np.diff(rows.ptr) > 0) & (rows.weight > 0)))
        self.weight, self.at, self.site, self.row = rows.weight.astype(float), rows.ptr, rows.site, rows.row
        m = len(self.instance.site_id)
        self.ptr = np.concatenate(([0], np.cumsum(np.bincount(self.site, minlength=m))))
        self.pair = np.argsort(self.site, kind="stable")
        self.reach = np.bincount(self.site, weights=self.weight[self.row], minlength=m)
        self.room = np.minimum(self.instance.capacity, self.reach)
        self.whole = is_whole(rows.weight) and is_whole(self.room)
        self.everyone = float(total(rows.weight))
        self.prices = [(price.astype(float), limit) for price, limit in zip(
            (self.instance.adds, site_cost(self.instance, "cost") if limits[1] is not None else np.zeros(m),
             self.instance.yearly_cost), limits, strict=True) if limit is not None]
        self.random = np.random.default_rng(question.seed)
        self.plan, self.value, self.bound = None, math.inf, 0.0
        self.groups: list[tuple[np.ndarray, np.ndarray]] = []

    def run(self) -> Solution:
        self._begin()
        termination = self._stop() or self._exchange(EXCHANGES, SHARE) or self._root() or self._branch()
        if termination == "infeasible":
            return Solution("infeasible", termination, None, math.inf, math.inf)
        if termination == "proven":
            self.bound = self.value
        values = None if self.plan is None else self.plan.astype(float)
        return Solution("unknown" if values is None else "feasible", termination, values, self.value,
                        min(self.bound, self.value))

    # Plans

    def _begin(self) -> None:
        """A plan before any bound."""
        p, budget, yearly_budget = self.limits
        for plan in (first_plan(self.instance), greedy_plan(self.instance, rows_within(self.instance), p=p,
                                                            budget=budget, yearly_budget=yearly_budget)):
            if plan is not None and self._allowed(plan):
                self._consider(self._filled(plan))

    def _filled(self, plan: np.ndarray, shut: int = -1) -> np.ndarray:
        """Open, again and again, the site that could take most of those left out (for its price, under a budget)."""
        able, worth = self.instance.is_role(CANDIDATE), np.ones(len(plan))
        able[shut] &= shut < 0
        if self.limits[1] is not None:
            worth = np.maximum(site_cost(self.instance, "cost"), 1e-9)
        while True:
            value, flow, _ = self._flow(plan.astype(float), np.zeros(len(self.weight)))
            left = self.weight - np.bincount(self.row, weights=flow, minlength=len(self.weight))
            gain = np.minimum(self.room, np.bincount(self.site, weights=left[self.row], minlength=len(plan)))
            fits = able & ~plan & (gain > GAIN)
            for price, limit in self.prices if self.instance.is_plain else ():
                fits &= price + price[plan].sum() <= limit * (1 + 1e-12)
            merit = np.where(fits, gain / worth, 0.0)
            for j in np.argsort(-merit, kind="stable")[:int((merit > 0).sum())]:
                after = with_option(self.instance, plan, int(j))
                if self._allowed(after) and (self.instance.replaces[j] < 0 or self._consider(after) < value):
                    plan = after
                    break
            else:
                return plan

    def _improve(self) -> None:
        """Shut a chosen site and fill up anew, while that gains."""
        before = math.inf
        while self.plan is not None and self.value < before and not self._stop(self.bound):
            before, plan = self.value, self.plan
            for out in np.flatnonzero(plan & self.instance.is_role(CANDIDATE)):
                after = without_option(self.instance, plan, int(out))
                if self._allowed(after):
                    self._consider(self._filled(after, out))

    def _allowed(self, plan: np.ndarray) -> bool:
        return all(price[plan].sum() <= limit * (1 + 1e-12) for price, limit in self.prices) and (
            self.instance.is_plain or self.instance.bonds.hold(plan))

    def _consider(self, plan: np.ndarray) -> float:
        """How many a plan that is allowed leaves out; it is kept if it is the best."""
        value = self._flow(plan.astype(float), np.zeros(len(self.weight)))[0]
        value = float(round(value)) if self.whole else value
        if value < self.value:
            self.plan, self.value = plan.copy(), value
        return value

    def _flow(self, x: np.ndarray, out: np.ndarray):
        """Whom sites that are open in part can't take, besides those left `out`: (how many, flow, the group K)."""
        return self.kernels.waiting(np.maximum(self.weight - out, 0.0), self.at, self.site, self.row, self.ptr,
                                    self.pair, self.weight[self.row] * x[self.site], self.room * x)

    def _round(self, x: np.ndarray) -> None:
        """Open sites in the order of x as the limits and bonds allow, twice over: some need others first."""
        plan = first_plan(self.instance)
        if plan is None:
            plan = x > 1 - 1e-6
            if not self._allowed(plan):
                return
        able = ~self.instance.is_role(FORBIDDEN) & (x > 1e-6)
        for j in [*np.argsort(-x, kind="stable")[:int((x > 1e-6).sum())]] * (1 if self.instance.is_plain else 2):
            if able[j] and not plan[j]:
                after = with_option(self.instance, plan, int(j))
                plan = after if self._allowed(after) else plan
        if self._allowed(plan):
            self._consider(self._filled(plan))

    def _exchange(self, idle: int, share: float) -> str | None:
        """Exchange sites until so many rounds bring nothing; gives why to end, if there is a reason."""
        instance, question = self.instance, self.question
        if self.plan is None or not instance.is_plain or self.limits[1:] != (None, None):
            return None
        from coverage.siting.kernels.filling import exchange

        until = time.monotonic() + share * question.left
        fixed, allowed = instance.standing, ~instance.is_role(FORBIDDEN)
        row, plan, rounds = self.row[self.pair], self.plan.copy(), 0
        site, back = self.site[self.pair], np.argsort(self.pair, kind="stable")
        while rounds < idle and time.monotonic() < until:
            value = self.value
            exchange(self.ptr, row, site, self.at, back, self.weight, self.room, allowed, fixed, plan, TURNS, STRENGTH,
                     int(self.random.integers(2**31)))
            rounds = 0 if self._consider(plan) < value else rounds + TURNS
            why = self._stop()
            if why:
                return why
        return None

    # Bounds

    def _relaxation(self) -> Relaxation:
        """Sites, and the people left out of each demand, with a row for each demand alone."""
        draft = Draft()
        instance, n = self.instance, len(self.weight)
        self.scale = max(1.0, self.everyone / max(n, 1))
        x = site_columns(draft, instance, np.zeros(len(self.room)))
        limit_rows(draft, instance, x, *self.limits)
        out = draft.columns(np.ones(n), upper=self.weight / self.scale, integer=False)
        takes = np.minimum(self.room[self.site], self.weight[self.row]) / self.scale
        draft.rows(n, [(self.row, x[self.site], takes), (np.arange(n), out, 1.0)], lower=self.weight / self.scale)
        model = draft.finish()
        self.lower, self.upper = model.lower[:len(x)].copy(), model.upper[:len(x)].copy()
        return Relaxation(model, seed=self.question.seed)

    def _root(self) -> str | None:
        """Cut the relaxation until no group is broken, rounding what has been found; gives why to end, if so."""
        self.relaxation = self._relaxation()
        self._hold(np.arange(len(self.weight)))  # everyone together: where places are scarce, that is all there is
        bound, x, cost = self._cut(self.lower, self.upper, 10**9)
        if bound == math.inf:
            return "infeasible" if self.plan is None else "proven"
        self.bound = max(self.bound, bound)
        self._improve()
        self._fix(self.lower, self.upper, bound, cost)
        self.x = x
        return self._stop(self.bound)

    def _cut(self, lower: np.ndarray, upper: np.ndarray, rounds: int):
        """A node's relaxation, cut so many times (to the end if its sites are whole): (bound, sites, reduced costs)."""
        m, last = len(lower), -math.inf
        self.relaxation.bound(np.arange(m), lower, upper)
        while True:
            value, point = self.relaxation.solve()
            bound, x, out = value * self.scale, point[:m], point[m:] * self.scale
            if value == math.inf or self._closed(bound):
                return bound, x, np.zeros(m)
            rounds -= 1
            whole = np.abs(x - np.round(x)).max(initial=0.0) < 1e-6
            if self._stop(self.bound) or (rounds <= 0 and not whole):
                break
            added = self._add_broken(x, out)
            if not added or bound < last + 1e-4 * abs(last):
                added += self._add_rounded(x, out)
            last = bound
            if not added:
                if whole:
                    plan = np.round(x) > 0.5
                    if self._allowed(plan):
                        self._consider(plan)
                break
        self._round(x)
        return bound, x, self.relaxation.reduced_costs()[:m] * self.scale

    def _add_broken(self, x: np.ndarray, out: np.ndarray) -> int:
        """Add the groups that a minimal cut shows to be broken, each piece by itself."""
        short, _, group = self._flow(np.clip(x, 0.0, 1.0), out)
        if short <= GAIN:
            return 0
        number = self.kernels.parts(group, self.at, self.site, self.ptr, self.pair, self.row, x > 1e-9)
        added = 0
        for piece in range(int(number.max()) + 1):
            members = np.flatnonzero(number == piece)
            if self.weight[members].sum() - out[members].sum() - self._takes(members) @ x > GAIN:
                self._hold(members)
                added += 1
        return added

    def _takes(self, members: np.ndarray) -> np.ndarray:
        """How many of a group each site could take."""
        people = np.zeros(len(self.weight))
        people[members] = self.weight[members]
        return np.minimum(self.room, np.bincount(self.site, weights=people[self.row], minlength=len(self.room)))

    def _hold(self, members: np.ndarray) -> None:
        """Add a group's row."""
        self.groups.append((members, self._takes(members)))
        self._add(members, self.groups[-1][1], self.weight[members].sum())

    def _add(self, members: np.ndarray, takes: np.ndarray, least: float) -> None:
        used = np.flatnonzero(np.abs(takes) > 1e-12)
        self.relaxation.add(np.concatenate([used, len(takes) + members]),
                            np.concatenate([takes[used] / self.scale, np.ones(len(members))]),
                            lower=least / self.scale)

    def _add_rounded(self, x: np.ndarray, out: np.ndarray) -> int:
        """Add the mixed-integer rounding of groups whose row is nearly tight."""
        added, open_at = 0, self.lower > 0.5
        for members, takes in list(self.groups):
            left_out, people = out[members].sum(), self.weight[members].sum()
            if left_out + takes @ x - people > 0.5:
                continue
            row = rounded(np.where(open_at, 0.0, takes), people - takes[open_at].sum(), x, left_out)
            if row is not None:
                self._add(members, *row)
                added += 1
        return added

    # Branching

    def _branch(self) -> str:
        """Best-first branch and bound: each node fixes one more site open or shut."""
        queue, count, known = [(self.bound, 0, self.lower, self.upper, self.x)], 0, self.value
        while queue:
            self.bound, _, lower, upper, x = heapq.heappop(queue)
            why = self._stop(self.bound)
            if why:
                return why
            if self.value < known:
                self._improve()
                known = self.value
            free = upper - lower > 0.5
            if not free.any():
                continue
            site = int(np.argmin(np.where(free, np.abs(x - 0.5), np.inf)))
            for choice in (1.0, 0.0):
                low, high = lower.copy(), upper.copy()
                low[site] = high[site] = choice
                bound, point, cost = self._cut(low, high, ROUNDS)
                if bound == math.inf or self._closed(bound) or self._is_whole(point, bound):
                    continue
                self._fix(low, high, bound, cost)
                count += 1
                heapq.heappush(queue, (max(bound, self.bound), count, low, high, point))
        return "infeasible" if self.plan is None else "proven"

    def _is_whole(self, x: np.ndarray, bound: float) -> bool:
        """Whether a node's relaxation is itself a plan, which was considered."""
        return bool(np.abs(x - np.round(x)).max(initial=0.0) < 1e-6) and bound > self.value - GAIN

    def _fix(self, lower: np.ndarray, upper: np.ndarray, bound: float, cost: np.ndarray) -> None:
        """Fix the sites whose reduced cost would take the bound past the best plan."""
        gap = self._cutoff() - bound + 1e-6 * max(1.0, self.scale)
        if not math.isfinite(gap):
            return
        free = upper - lower > 0.5
        upper[free & (cost > gap)] = 0.0
        lower[free & (-cost > gap)] = 1.0

    def _cutoff(self) -> float:
        """A better plan leaves out fewer than this; the margin is for what the linear program may be off by."""
        if self.whole:
            return self.value - 1 + min(0.5, 0.01 + 1e-8 * self.everyone)
        return self.value - max(1e-7, 1e-9 * self.everyone)

    def _closed(self, bound: float) -> bool:
        return bound >= self._cutoff() or self.value <= 0.0

    def _stop(self, bound: float = 0.0) -> str | None:
        """Why to end now, if at all."""
        if self._closed(bound):
            return "proven"
        progress = self.question.progress
        if progress is not None and progress(self.value, bound):
            return "cancelled"
        return "time_limit" if self.question.left <= 0 else None


def rounded(takes: np.ndarray, least: float, x: np.ndarray, left_out: float) -> tuple[np.ndarray, float] | None:
    """The rounding of left_out + takes·x ≥ least (x whole) that x breaks most: (takes, least), None if none does.

    Divided by δ, with f the fraction of least / δ, left_out + Σ δ (f ⌊takes/δ⌋ + min(f, fraction)) x ≥ δ f ⌈least/δ⌉.
    Sites that are open by more than half count by how far they are shut. δ is one of the partly open sites' takes.
    """
    best, found = 1e-3, None
    partly = (x > 1e-6) & (x < 1 - 1e-6) & (takes > 1e-6)
    if least <= 0 or not partly.any():
        return None
    for turned in (np.zeros(len(x), dtype=bool), (x > 0.5) & (takes > 0)):
        signed, need, y = np.where(turned, -takes, takes), least - takes[turned].sum(), np.where(turned, 1 - x, x)
        for step in np.unique(np.round(takes[partly], 6)):
            part = need / step - math.floor(need / step)
            if not 1e-3 < part < 1 - 1e-6:
                continue
            down = np.floor(signed / step + 1e-12)
            new = step * (part * down + np.minimum(part, np.maximum(signed / step - down, 0.0)))
            high = step * part * math.ceil(need / step)
            broken = (high - left_out - new @ y) / math.sqrt(float(new @ new) + 1.0)
            if broken > best:
                best, found = broken, (np.where(turned, -new, new), high - new[turned].sum())
    return found
