"""Reach the most people with a given number of new sites, or a given budget.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is the weight covered.

Model: the maximal covering location problem (MCLP; Church & ReVelle 1974).
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pandas as pd

from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.cutting import sharpen
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import FORBIDDEN, REQUIRED, Instance, is_whole
from coverage.siting.milp import Draft
from coverage.siting.minsum import FEW, TURNS, min_sum, plans_near, solve_min_sum
from coverage.siting.question import Question, ask, conclude, plan_of
from coverage.siting.reduce import dominated_sites, without_sites
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import Rows, merge, rows_within
from coverage.siting.rules import bond_rows, check_limits, limit_rows, won_columns
from coverage.siting.solver import Solution, solve
from coverage.siting.tidy import without_idle

SMALL = 8_000
"""Up to so many pairs HiGHS is quick enough alone."""

CUTTING = 400_000
"""Up to so many pairs the relaxation is solved and cut before HiGHS branches."""

LARGE = 1_000_000
"""Beyond so many pairs left after fixing, HiGHS would not get through its preparations in time."""


def mclp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float, p: int | None = None,
         budget: float | None = None, yearly_budget: float | None = None, time_limit: float = SOLVE_SECONDS,
         seed: int = SEED, progress=None) -> SitingResult:
    """Choose at most p new sites, or options for at most `budget` (and `yearly_budget` a year), that reach most people.

    Existing institutions stay open, and neither count nor cost; what they reach is served before the choice.
    A site that would reach nobody further is left out, so fewer than p may be chosen. The objective counts
    what existing and new sites cover together. Raises TableError, InfeasibleError (the required sites alone
    exceed p or the budget), SolverError (no plan within the time limit).
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    rows = rows_within(instance)
    check_limits(instance, p, budget, yearly_budget)
    answer = most(question, rows, p, budget, yearly_budget)
    is_open = without_idle(instance, rows, plan_of(answer) > 0.5, yearly_budget)
    return conclude(question, is_open, model="mclp", objective=total(rows.weight[rows.won(is_open)]),
                    bound=answer.bound, termination=answer.termination, maximise=True,
                    whole=is_whole(instance.weight),
                    conditions={"p": p, "budget": budget, "yearly_budget": yearly_budget})


def most(question: Question, rows: Rows, p: int | None, budget: float | None,
         yearly_budget: float | None = None) -> Solution:
    """Open sites that win most weight; gives a Solution over all sites.

    What existing and required sites win is taken out first. With p alone and many pairs, a search and the
    Lagrangian bound of siting/minsum.py come first; they fix most sites, and HiGHS closes what is left.
    """
    instance = question.instance
    standing = instance.standing
    won = rows.won(standing)
    held = float(rows.weight[won].sum())
    left = without_sites(rows.take(~won & (rows.weight > 0)), standing | instance.is_role(FORBIDDEN))
    left, _ = merge(left.take(np.diff(left.ptr) > 0))
    bounds = standing.astype(float), (~instance.is_role(FORBIDDEN)).astype(float)
    free = instance.is_plain and budget is None and yearly_budget is None
    if free and len(left.site) > SMALL:
        left = without_sites(left, dominated_sites(left, np.ones(len(standing))))
        known, bounds = _search_first(question, left, standing, p - int(instance.is_role(REQUIRED).sum()))
    else:
        known = _at_once(instance, left, p, budget, yearly_budget)
    if known.termination == "open":
        known = _close(question, left, known, bounds, (p, budget, yearly_budget))
    return Solution(known.status, known.termination, known.values, known.objective + held, known.bound + held)


def _at_once(instance: Instance, rows: Rows, p, budget, yearly_budget) -> Solution:
    """A greedy plan, if there is an easy one, and the bound that all is won."""
    plan = greedy_plan(instance, rows, p=p, budget=budget, yearly_budget=yearly_budget)
    value = -math.inf if plan is None else float(rows.weight[rows.won(plan)].sum())
    return Solution("unknown" if plan is None else "feasible", "open", None if plan is None else plan.astype(float),
                    value, float(rows.weight.sum()))


def _search_first(question: Question, rows: Rows, standing: np.ndarray, k: int):
    """A plan, its bound, and the sites' new lower and upper bounds: those that every better plan has, or has not.

    Maximal covering is a min-sum problem in which a row pays its weight unless an open site makes it free.
    """
    problem = min_sum(rows.weight, rows.row, rows.site, np.zeros(len(rows.site)), len(standing),
                      whole=is_whole(rows.weight))
    found = solve_min_sum(problem, k, time_limit=question.left, seed=question.seed, branch=False,
                          turns=FEW if len(rows.site) <= CUTTING else TURNS,
                          progress=_as_covered(question, rows))
    lower, upper = (standing | found.must).astype(float), (standing | ~found.never).astype(float)
    all_weight = float(rows.weight.sum())
    pairs_left = (upper[rows.take(~rows.won(found.must)).site] > 0).sum()
    stopped = found.termination
    if stopped == "open" and (pairs_left > LARGE or question.left < 1):
        stopped = "time_limit"
    plan = (standing | found.is_open).astype(float)
    return Solution("feasible", stopped, plan, all_weight - found.value, all_weight - found.bound), (lower, upper)


def _as_covered(question: Question, rows: Rows):
    """The question's progress, told the weight covered where the search counts the weight missed."""
    everything = float(rows.weight.sum())
    return question.progress and (lambda value, bound: question.progress(everything - value, everything - bound))


def _close(question: Question, rows: Rows, known: Solution, bounds, limits: tuple) -> Solution:
    """Cut the relaxation, then let HiGHS look for a better plan than `known` and prove that there is none."""
    draft = Draft(maximise=True)
    x = draft.columns(np.zeros(len(bounds[0])), lower=bounds[0], upper=bounds[1])
    bond_rows(draft, question.instance, x)
    limit_rows(draft, question.instance, x, *limits)
    y, rows = won_columns(draft, rows, x)
    model, hand = draft.finish(), _Hand(question, rows, known, limits)
    if len(rows.site) <= CUTTING:
        sharpened = sharpen(model, x, y, rows, seed=question.seed, until=time.monotonic() + question.left / 2,
                            cutoff=hand.cutoff, stop=hand.stop)
        model, bound = sharpened.model, min(known.bound, sharpened.bound)
        known = replace(known, values=hand.plan, objective=hand.value, bound=max(bound, hand.value))
        if bound < hand.least:
            return replace(known, status="optimal", termination="proven", bound=hand.value)
        if hand.cancelled or question.left < 0.1:
            return replace(known, termination="cancelled" if hand.cancelled else "time_limit")
    start = np.full(len(model.cost), np.nan)
    if known.values is not None:
        start[x] = known.values
    answer = solve(model, time_limit=question.left * 0.9, seed=question.seed, progress=question.progress, start=start,
                   options={"mip_allow_restart": False})
    if answer.status == "infeasible" and known.values is None:
        return answer
    if answer.status == "infeasible":  # the bounds leave no plan: none is better than the one in hand
        return Solution("optimal", "proven", known.values, known.objective, known.objective)
    if answer.values is not None:
        hand.offer(answer.values[x])
    # A plan that the bounds shut out is no better than the one in hand.
    return Solution(answer.status, answer.termination, hand.plan, hand.value,
                    min(known.bound, max(answer.bound, hand.value)))


class _Hand:
    """The best plan in hand while the relaxation is cut, and the plans that are tried near its solutions."""

    def __init__(self, question: Question, rows: Rows, known: Solution, limits: tuple) -> None:
        self.question, self.rows, self.plan, self.value = question, rows, known.values, known.objective
        self.bound, self.cancelled = known.bound, False
        instance = question.instance
        p, *money = limits
        self.near = None
        if instance.is_plain and p is not None and money == [None, None] and not instance.is_role(REQUIRED).any():
            problem = min_sum(rows.weight, rows.row, rows.site, np.zeros(len(rows.site)), len(instance.standing),
                              whole=False)
            self.near = plans_near(problem, p)

    @property
    def least(self) -> float:
        """What a better plan wins at least."""
        return self.value + (1 - 1e-6 if is_whole(self.rows.weight) else 1e-9 * abs(self.value))

    def cutoff(self, share: np.ndarray) -> float:
        """Try the plan near the relaxation's shares of the sites; gives what a better one than that in hand wins."""
        if self.near is not None:
            self.offer((self.near(share) | self.question.instance.standing).astype(float))
        return self.least

    def offer(self, plan: np.ndarray) -> None:
        reached = float(self.rows.weight[self.rows.won(plan > 0.5)].sum())
        if self.plan is None or reached > self.value:
            self.plan, self.value = plan, reached

    def stop(self, bound: float) -> bool:
        self.bound = min(self.bound, bound)
        progress = self.question.progress
        self.cancelled = progress is not None and bool(progress(self.value, self.bound))
        return self.cancelled
