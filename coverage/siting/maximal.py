"""Reach the most people with a given number of new sites, or a given budget.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is the weight covered.

Model: the maximal covering location problem (MCLP; Church & ReVelle 1974).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.instance import CANDIDATE, EXISTING, FORBIDDEN, REQUIRED, Instance
from coverage.siting.milp import Draft
from coverage.siting.minsum import min_sum, solve_min_sum
from coverage.siting.question import Question, ask, conclude, plan_of
from coverage.siting.reduce import dominated_sites, without_sites
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import Rows, merge, rows_within
from coverage.siting.rules import check_limits, is_whole, limit_rows, won_columns
from coverage.siting.solver import Solution, solve

SMALL = 8_000
"""Up to so many pairs HiGHS is quick enough alone."""

LARGE = 1_000_000
"""Beyond so many pairs left after fixing, HiGHS would not get through its preparations in time."""


def mclp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float, p: int | None = None,
         budget: float | None = None, time_limit: float = SOLVE_SECONDS, seed: int = SEED,
         progress=None) -> SitingResult:
    """Choose at most p new sites, or new sites for at most `budget`, that reach most people within the limit.

    Existing institutions stay open, and neither count nor cost; what they reach is served before the choice.
    A site that would reach nobody further is left out, so fewer than p may be chosen. The objective counts
    what existing and new sites cover together. Raises TableError, InfeasibleError (the required sites alone
    exceed p or the budget), SolverError (no plan within the time limit).
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    rows = rows_within(instance, within_min)
    check_limits(instance, p, budget)
    answer = most(question, rows, p, budget)
    is_open = without_idle(instance, rows, plan_of(answer) > 0.5)
    return conclude(question, is_open, model="mclp", objective=total(rows.weight[rows.won(is_open)]),
                    bound=answer.bound, termination=answer.termination, maximise=True,
                    whole=is_whole(instance.weight), conditions={"p": p, "budget": budget})


def most(question: Question, rows: Rows, p: int | None, budget: float | None) -> Solution:
    """Open sites that win most weight; gives a Solution over all sites.

    What existing and required sites win is taken out first. With p alone and many pairs, a search and the
    Lagrangian bound of siting/minsum.py come first; they fix most sites, and HiGHS closes what is left.
    """
    instance = question.instance
    standing = instance.is_role(EXISTING) | instance.is_role(REQUIRED)
    won = rows.won(standing)
    held = float(rows.weight[won].sum())
    left = without_sites(rows.take(~won & (rows.weight > 0)), standing | instance.is_role(FORBIDDEN))
    left, _ = merge(left.take(np.diff(left.ptr) > 0))
    bounds = standing.astype(float), (~instance.is_role(FORBIDDEN)).astype(float)
    known = Solution("feasible", "open", standing.astype(float), 0.0, float(left.weight.sum()))
    if budget is None and len(left.site) > SMALL:
        left = without_sites(left, dominated_sites(left, np.ones(len(standing))))
        known, bounds = _search_first(question, left, standing, p - int(instance.is_role(REQUIRED).sum()))
    if known.termination == "open":
        known = _close(question, left, known, bounds, p, budget)
    return Solution(known.status, known.termination, known.values, known.objective + held, known.bound + held)


def _search_first(question: Question, rows: Rows, standing: np.ndarray, k: int):
    """A plan, its bound, and the sites' new lower and upper bounds: those that every better plan has, or has not.

    Maximal covering is a min-sum problem in which a row pays its weight unless an open site makes it free.
    """
    problem = min_sum(rows.weight, rows.row, rows.site, np.zeros(len(rows.site)), len(standing),
                      whole=is_whole(rows.weight))
    found = solve_min_sum(problem, k, time_limit=question.left, seed=question.seed, branch=False,
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


def _close(question: Question, rows: Rows, known: Solution, bounds, p: int | None, budget: float | None) -> Solution:
    """Let HiGHS look for a better plan than `known` within the sites' bounds, and prove that there is none."""
    draft = Draft(maximise=True)
    x = draft.columns(np.zeros(len(known.values)), lower=bounds[0], upper=bounds[1])
    limit_rows(draft, question.instance, x, p, budget)
    won_columns(draft, rows, x)
    model = draft.finish()
    start = np.full(len(model.cost), np.nan)
    start[x] = known.values
    answer = solve(model, time_limit=question.left * 0.9, seed=question.seed, progress=question.progress, start=start)
    if answer.status == "infeasible":  # the bounds leave no plan: none is better than the one in hand
        return Solution("optimal", "proven", known.values, known.objective, known.objective)
    plan, value = known.values, known.objective
    if answer.values is not None:
        trial = answer.values[x]
        reached = float(rows.weight[rows.won(trial > 0.5)].sum())
        plan, value = (trial, reached) if reached > value else (plan, value)
    # A plan that the bounds shut out is no better than the one in hand.
    return Solution(answer.status, answer.termination, plan, value, min(known.bound, max(answer.bound, value)))


def without_idle(instance: Instance, rows: Rows, is_open: np.ndarray) -> np.ndarray:
    """The plan without chosen candidates that win no row (of any weight) alone; the last id goes first."""
    is_open, times_won = is_open.copy(), rows.times_won(is_open)
    matters = rows.weight[rows.row] > 0
    by_site = np.argsort(rows.site, kind="stable")
    ends = np.searchsorted(rows.site[by_site], np.arange(len(is_open) + 1))
    row = rows.row
    for j in np.flatnonzero(is_open & instance.is_role(CANDIDATE))[::-1]:
        pairs = by_site[ends[j]:ends[j + 1]]
        held = row[pairs[matters[pairs]]]
        if (times_won[held] > 1).all():
            is_open[j] = False
            times_won[row[pairs]] -= 1
    return is_open
