"""Lift the least covered unit where the plain model is too large: a plan to begin from, and a bisection.

Takes `Rows` labelled by unit and the limits on new sites; gives open sites, and the share that no plan exceeds.

Whether every unit can have a share t is a covering question: the fewest sites that give each its people (as in the
p-center). Its linear relaxation says little until the rows of siting/regions.py are added, first each unit's, then
those of a few neighbours together; what is left goes to HiGHS. A row that holds for a share holds for every larger one.
"""

from __future__ import annotations

import time

import numpy as np

from coverage.siting.fair_shares import unit_shares
from coverage.siting.instance import REQUIRED, Instance, is_whole
from coverage.siting.milp import Draft
from coverage.siting.minsum import min_sum, swapped_plan
from coverage.siting.question import Question
from coverage.siting.reduce import without_sites
from coverage.siting.regions import Cut, Region, neighbours
from coverage.siting.rows import Rows, merge
from coverage.siting.rules import limit_rows, site_columns, site_cost, won_columns
from coverage.siting.solver import Relaxation, solve

LIFTING_ROUNDS = 60
"""Rounds of reweighting for the plan that a large fair model begins from."""

CLOSE = 0.002
"""The bisection ends when plan and bound are so near (a share of the plan's value)."""

SMALLEST = 1e-4
"""Shares below it are told apart no better than it is."""

ROUNDS = 25
"""Times that rows are added to the relaxation, at most, in each stage."""

GAIN = 0.0001
"""A round that lifts the relaxation by less (a share of its value) is the last of its stage."""

STAGES = ((1, 0), (2, 4), (3, 3), (4, 2))
"""How many units a region has, and with how many of its neighbours each unit begins one."""


def lifting_plan(instance: Instance, rows: Rows, people: np.ndarray, lifted: np.ndarray, p: int) -> np.ndarray:
    """A plan that leaves no unit far behind, by multiplicative weights (Plotkin, Shmoys & Tardos 1995).

    Each round covers most people with each unit's people weighted; units behind the others then weigh more.
    """
    standing = instance.standing
    k = p - int(instance.is_role(REQUIRED).sum())
    left = without_sites(rows.take(~rows.won(standing) & (rows.weight > 0)), standing)
    left = left.take(np.diff(left.ptr) > 0)
    left, _ = merge(left)
    weigh = np.ones(len(people))
    best, best_key = standing, (-1.0, -1.0)
    for turn in range(LIFTING_ROUNDS):
        worth = left.weight * (weigh / np.maximum(people, 1))[left.label]
        problem = min_sum(worth, left.row, left.site, np.zeros(len(left.site)), len(standing), whole=False)
        is_open = standing | swapped_plan(problem, k)
        shares = unit_shares(rows, is_open, people)
        key = float(shares[lifted].min(initial=1.0)), float(rows.weight[rows.won(is_open)].sum())
        if key > best_key:
            best, best_key = is_open, key
        weigh *= np.exp(-(4.0 / (1 + turn / 10)) * (shares - shares[lifted].mean()))
        weigh /= weigh.max()
    return best


class Lifting:
    """One question of a share: the plan in hand, the share that none exceeds, and the rows found so far."""

    def __init__(self, question: Question, rows: Rows, people: np.ndarray, lifted: np.ndarray, limits: tuple,
                 plan: np.ndarray, high: float) -> None:
        self.question, self.instance = question, question.instance
        self.rows, self.people, self.lifted, self.limits = rows, people, lifted, limits
        self.plan, self.low, self.high = plan, self.share(plan), high
        self.cuts: list[tuple[float, Cut]] = []
        self.won = rows.won(self.instance.standing)
        self.held = np.bincount(rows.label[self.won], weights=rows.weight[self.won], minlength=len(people))
        self.price = site_cost(self.instance, "cost" if limits[0] is None and limits[1] is not None else "sites")

    def share(self, plan: np.ndarray) -> float:
        """The least share among the units under a plan."""
        return float(unit_shares(self.rows, plan, self.people)[self.lifted].min(initial=1.0))

    def cuts_up_to(self, share: float) -> list[Cut]:
        """The rows that every plan with this share meets."""
        return [cut for least, cut in self.cuts if least <= share]

    def bisect(self, until: float) -> str:
        """Ask of one share after another whether a plan reaches it; gives why that ended."""
        asked: list[float] = []
        while self.high - self.low > CLOSE * max(self.low, SMALLEST):
            if time.monotonic() > until:
                return "time_limit"
            if self.question.progress is not None and self.question.progress(self.low, self.high):
                return "cancelled"
            aim = _next(self.low, self.high, asked)
            answer = self._reach(aim, min(until, time.monotonic() + max(2.0, (until - time.monotonic()) / 2)))
            if answer is False:
                self.high = aim
            elif answer is None or self.share(answer) <= self.low:
                asked.append(aim)
            else:
                self.plan, self.low = answer, self.share(answer)
        return "tolerance"

    def _reach(self, share: float, until: float):
        """A plan that gives each unit the share; False if there is none, None if that stays open."""
        need = share * self.people - self.held
        need = np.ceil(need - 1e-9) if is_whole(self.instance.weight) else need
        short = self.lifted[need[self.lifted] > 1e-9]
        left = without_sites(self.rows.take(~self.won & (self.rows.weight > 0) & np.isin(self.rows.label, short)),
                             self.instance.standing)
        left, _ = merge(left.take(np.diff(left.ptr) > 0))
        regions = [Region(left, np.array([unit]), need) for unit in short]
        if not all(region.can_be_met for region in regions):
            return False
        draft = Draft()
        x = site_columns(draft, self.instance, self.price.astype(float))
        limit_rows(draft, self.instance, x, *self.limits)
        for cut in [region.cover() for region in regions] + self.cuts_up_to(share):
            draft.row(x[cut.site], cut.value, lower=cut.least)
        if not self._tighten(draft, x, regions, left, short, need, share, until):
            return False
        number = np.full(len(self.people), -1)
        number[short] = np.arange(len(short))
        y, merged = won_columns(draft, left, x, gain=False)
        draft.rows(len(short), [(number[merged.label], y, merged.weight)], lower=need[short])
        answer = solve(draft.finish(), time_limit=max(0.1, until - time.monotonic()), seed=self.question.seed,
                       progress=lambda value, bound: np.isfinite(value))
        if answer.status == "infeasible":
            return False
        return None if answer.values is None else answer.values[x] > 0.5

    def _tighten(self, draft: Draft, x: np.ndarray, regions: list[Region], left: Rows, short: np.ndarray,
                 need: np.ndarray, share: float, until: float) -> bool:
        """Add rows that the relaxation misses while they lift it; gives whether it can still be met."""
        relaxation = Relaxation(draft.finish(), seed=self.question.seed)
        value, point = relaxation.solve()
        if not np.isfinite(value):
            return False
        singles = regions
        for size, most in STAGES:
            regions = regions + [Region(left, short[group], need) for group in neighbours(singles, point, size, most)
                                 if size > 1]
            for _ in range(ROUNDS):
                if not np.isfinite(value) or time.monotonic() > until:
                    break
                cuts = [cut for region in regions if (cut := region.cut(point, seed=self.question.seed))]
                for cut in cuts:
                    relaxation.add(cut.site, cut.value, lower=cut.least)
                    draft.row(x[cut.site], cut.value, lower=cut.least)
                self.cuts += [(share, cut) for cut in cuts]
                before = value
                value, point = relaxation.solve()
                if value < before + GAIN * abs(before):
                    break
            if not np.isfinite(value):
                return False
        return True


def _next(low: float, high: float, asked: list[float]) -> float:
    """The middle of the widest stretch that has not been asked in vain, the upper end first."""
    marks = [low, *sorted(t for t in asked if low < t < high), high]
    widths = np.diff(marks)
    at = len(widths) - 1 - int(np.argmax(widths[::-1]))
    return (marks[at] + marks[at + 1]) / 2
