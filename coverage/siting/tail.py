"""Place a given number of new sites so that the worst-off share of people travels least.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is minutes: the mean over the
`share` of people who travel longest.

Model: the conditional median, or mean excess (CVaR; Ogryczak & Zawadzki 2002, Rockafellar & Uryasev 2000): the least
over η of η + mean excess over η ÷ share. For a fixed η that is a p-median; η is found by bisection with bounds.
"""

from __future__ import annotations

import heapq
import math

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.instance import CANDIDATE, FORBIDDEN
from coverage.siting.median import free_choices, raise_disconnected
from coverage.siting.milp import Draft
from coverage.siting.minsum import Found, min_sum, solve_min_sum
from coverage.siting.question import Question, ask, conclude
from coverage.siting.result import SitingResult, nearest_open, total
from coverage.siting.rows import rows_within
from coverage.siting.rules import limit_rows, site_columns
from coverage.siting.solver import solve
from coverage.siting.tidy import tidied, without_unused

CLOSE = 1e-9
"""A bound so near, as a share of the value, has met it."""

NEARLY = 1e-4
"""How well the excess over a step is told, as a share of the best mean, while the range is still being split."""


def p_tail(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, p: int, share: float = 0.1,
           within_min: float = math.inf, time_limit: float = SOLVE_SECONDS, seed: int = SEED,
           progress=None) -> SitingResult:
    """Choose at most p new sites that make the mean time of the worst-off `share` (0–1] of people least.

    Each goes to the nearest open site; a demand point may be cut to make the share exact. With share 1 it is the
    p-median's mean, near 0 the p-center. Roles, errors and what is left out are those of `p_median`.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    if not 0 < share <= 1:
        raise InputError(f"比例要大于 0、不超过 1，不能是 {share}")
    tail = _Tail(question, p, share)
    if tail.size == 0 or not question.instance.is_plain:
        plan, bound, termination = tail.by_rows()
    else:
        plan, bound, termination = tail.by_bisection()
    value = tail.value(plan)
    plan = without_unused(question.instance, plan)
    plan = tidied(question.instance, plan, lambda after: tail.value(after) <= value)
    return conclude(question, plan, model="p-tail", objective=value, bound=min(max(bound, 0.0), value),
                    termination=termination, conditions={"p": p, "share": share},
                    measures={"share": share, "mean": tail.value(plan, everyone=True)})


class _Tail:
    """One question: the pairs that count, and the plans met so far."""

    def __init__(self, question: Question, p: int, share: float) -> None:
        instance = question.instance
        self.question, self.instance, self.p = question, instance, p
        self.free = free_choices(instance, p)
        self.everyone = rows_within(instance, math.inf)
        self.here = (np.diff(self.everyone.ptr) > 0) & (instance.weight > 0)
        self.size = share * float(total(instance.weight[self.here]))
        row = np.repeat(np.arange(len(instance.weight)), np.diff(instance.ptr))
        self.keep = self.here[row] & ~instance.is_role(FORBIDDEN)[instance.site]
        self.row, self.site = row[self.keep], instance.site[self.keep]
        self.minutes = instance.minutes[self.keep]
        self.plan, self.best = None, math.inf

    def value(self, is_open: np.ndarray, *, everyone: bool = False) -> float:
        """The mean minutes of those worst off under a plan; inf where someone has no route."""
        _, minutes = nearest_open(self.instance, is_open)
        minutes, weight = minutes[self.here], self.instance.weight[self.here].astype(float)
        if np.isnan(minutes).any():
            return math.inf
        order = np.argsort(-minutes, kind="stable")
        size = float(weight.sum()) if everyone else self.size
        taken = np.clip(size - np.concatenate(([0.0], np.cumsum(weight[order])[:-1])), 0.0, weight[order])
        return math.fsum(taken * minutes[order]) / size if size else 0.0

    def by_bisection(self) -> tuple[np.ndarray, float, str]:
        """Split the range of η, the piece with the lowest bound first, until no piece can hold a better plan."""
        usable = ~self.instance.is_role(FORBIDDEN)
        floor = float(np.nanmin(nearest_open(self.instance, usable)[1][self.here]))
        steps = np.unique(self.minutes[self.minutes >= floor])
        excess, exact = {}, set()
        first, last = 0, len(steps) - 1
        if not self._excess(steps, first, excess, begin=first):  # also the first plan, and whether there is one
            return self.plan, 0.0, "time_limit"
        last = max(first, int(np.searchsorted(steps, self.best)) - 1)  # beyond, η alone is no better
        excess.setdefault(last, 0.0)
        queue = [(self._low(steps, first, last, excess), first, last)]
        bound, termination = queue[0][0], "proven"
        while queue:
            bound, a, b = queue[0]
            if bound >= self.best * (1 - CLOSE):
                break
            if self.question.left <= 0:
                termination = "time_limit"
                break
            if self.question.progress is not None and self.question.progress(self.best, bound):
                termination = "cancelled"
                break
            heapq.heappop(queue)
            if a == b:  # known but nearly
                if a in exact:
                    heapq.heappush(queue, (bound, a, b))
                    termination = "time_limit"
                    break
                exact.add(a)
                self._excess(steps, a, excess, begin=a, nearly=0.0)
                heapq.heappush(queue, (max(bound, self._low(steps, a, a, excess)), a, a))
                continue
            middle = (a + b) // 2
            if middle not in excess:
                self._excess(steps, middle, excess, begin=a)
            for low, high in ((a, middle), (middle + 1, b)):
                heapq.heappush(queue, (max(bound, self._low(steps, low, high, excess)), low, high))
        return self.plan, (self.best if not queue else min(bound, self.best)), termination

    def _low(self, steps: np.ndarray, a: int, b: int, excess: dict) -> float:
        """A bound for every η from steps[a] to steps[b]: the excess falls as η grows.

        Between, each person beyond steps[b] adds what η lies below it; that is linear in η, so the ends decide.
        """
        plain = float(steps[a]) + excess[b] / self.size
        if a == b or plain >= self.best * (1 - CLOSE):
            return plain
        at_end = float(steps[b]) + excess[b] / self.size
        if at_end <= plain:
            return plain
        over = self.minutes > steps[b]
        cost = np.where(over, self.minutes - steps[a], 0.0)
        found = self._solve(cost, enough=self.best - float(steps[a]))
        return max(plain, min(at_end, float(steps[a]) + found.bound / self.size))

    def _excess(self, steps: np.ndarray, at: int, excess: dict, *, begin: int, nearly: float = NEARLY) -> bool:
        """The least excess over steps[at] (a bound), to tell of a piece that begins at `begin`; keeps the plan met."""
        found = self._solve(np.maximum(self.minutes - steps[at], 0.0), enough=self.best - float(steps[begin]),
                            nearly=nearly)
        excess[at] = max(excess.get(at, 0.0), found.bound)
        return self.plan is not None

    def _solve(self, cost: np.ndarray, *, enough: float, nearly: float = NEARLY) -> Found:
        """The p-median of these costs for each pair, per person.

        It ends once its bound is `enough` minutes for each of the worst off, or `nearly` (a share of the best mean)
        its value, of which costs that are not negative say at least that it isn't.
        """
        instance = self.instance
        weight = instance.weight[self.row].astype(float)
        number = (np.cumsum(self.here) - 1)[self.row]
        n, standing = int(self.here.sum()), instance.standing
        dearest = np.zeros(n)
        np.maximum.at(dearest, number, weight * cost)
        lost = float(dearest.sum()) + 1.0
        cap = np.full(n, lost)
        already = standing[self.site]
        np.minimum.at(cap, number[already], (weight * cost)[already])
        own = instance.is_role(CANDIDATE)[self.site]
        problem = min_sum(cap, number[own], self.site[own], (weight * cost)[own], len(standing), whole=False)
        aim, near = enough * self.size, nearly * self.best * self.size

        def stop(value: float, bound: float) -> bool:
            return math.isfinite(aim) and (bound > aim or value - max(bound, 0.0) <= near)

        found = solve_min_sum(problem, self.free, time_limit=max(0.1, self.question.left / 3),
                              seed=self.question.seed, progress=stop)
        if found.value >= lost:
            raise_disconnected(self.question, self.everyone, self.p, proven=found.bound >= lost)
        plan = standing | found.is_open
        value = self.value(plan)
        if value < self.best:
            self.plan, self.best = plan, value
        return found

    def by_rows(self) -> tuple[np.ndarray, float, str]:
        """The same as one mixed-integer model, where options exclude, need or replace one another."""
        instance, n = self.instance, int(self.here.sum())
        draft = Draft()
        x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
        limit_rows(draft, instance, x, self.p, None)
        eta = draft.columns(1.0 if self.size else 0.0, upper=float(self.minutes.max(initial=0.0)), integer=False)
        over = draft.columns(instance.weight[self.here] / max(self.size, 1e-9), upper=np.inf, integer=False)
        z = draft.columns(np.zeros(len(self.site)), integer=False)
        number, at = (np.cumsum(self.here) - 1)[self.row], np.arange(len(z))
        draft.rows(n, [(number, z, 1.0)], lower=1.0, upper=1.0)
        draft.rows(len(z), [(at, z, 1.0), (at, x[self.site], -1.0)], upper=0.0)
        draft.rows(n, [(number, z, self.minutes), (np.arange(n), over, -1.0), (np.arange(n), eta[0], -1.0)], upper=0.0)
        answer = solve(draft.finish(), time_limit=self.question.left, seed=self.question.seed,
                       progress=self.question.progress)
        if answer.values is None:
            raise_disconnected(self.question, self.everyone, self.p, proven=answer.status == "infeasible")
        return answer.values[x] > 0.5, answer.bound, answer.termination
