"""Reach the most people with a given number of new sites, or a given budget.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is the weight covered.

Model: the maximal covering location problem (MCLP; Church & ReVelle 1974).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.instance import CANDIDATE, EXISTING, FORBIDDEN, REQUIRED, Instance
from coverage.siting.milp import Draft
from coverage.siting.minsum import Found, min_sum, solve_min_sum
from coverage.siting.question import Question, ask, conclude, plan_of
from coverage.siting.reduce import dominated_sites, without_sites
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import Rows, merge, rows_within
from coverage.siting.rules import check_limits, is_whole, limit_rows, won_columns
from coverage.siting.solver import Solution, solve


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

    What existing and required sites win is taken out first. With p alone, a search and the Lagrangian bound
    of siting/minsum.py come first; they fix most sites, and HiGHS closes what is left from the best plan.
    """
    instance = question.instance
    standing = instance.is_role(EXISTING) | instance.is_role(REQUIRED)
    won = rows.won(standing)
    held = float(rows.weight[won].sum())
    left = without_sites(rows.take(~won & (rows.weight > 0)), standing | instance.is_role(FORBIDDEN))
    left, _ = merge(left.take(np.diff(left.ptr) > 0))
    start, lower, upper = standing.astype(float), standing.astype(float), (~instance.is_role(FORBIDDEN)).astype(float)
    bound = math.inf
    if budget is None:
        left = without_sites(left, dominated_sites(left, np.ones(len(start))))
        found = _found(question, left, p - int(instance.is_role(REQUIRED).sum()))
        value, bound = left.weight.sum() - found.value, left.weight.sum() - found.bound
        start[found.is_open], lower[found.must] = 1.0, 1.0
        upper[found.never & ~standing] = 0.0
        if found.termination != "open":
            return Solution("feasible", found.termination, start, value + held, bound + held)
    draft = Draft(maximise=True)
    x = draft.columns(np.zeros(len(start)), lower=np.minimum(lower, upper), upper=upper)
    limit_rows(draft, instance, x, p, budget)
    won_columns(draft, left, x)
    model = draft.finish()
    given = np.full(len(model.cost), np.nan)
    given[x] = start
    answer = solve(model, time_limit=question.left, seed=question.seed, progress=question.progress, start=given)
    plan = plan_of(answer)[x]
    value = float(left.weight[left.won(plan > 0.5)].sum())
    if budget is None and left.weight[left.won(start > 0.5)].sum() >= value:
        plan, value = start, float(left.weight[left.won(start > 0.5)].sum())
    # A plan that the fixing shut out is no better than the one in hand.
    bound = min(bound, max(answer.bound, value))
    return Solution(answer.status, answer.termination, plan, value + held, bound + held)


def _found(question: Question, rows: Rows, k: int) -> Found:
    """Maximal covering as a min-sum problem: a row pays its weight unless an open site makes it free."""
    problem = min_sum(rows.weight, rows.row, rows.site, np.zeros(len(rows.site)), len(question.instance.site_id),
                      whole=is_whole(rows.weight))
    return solve_min_sum(problem, k, time_limit=question.left, seed=question.seed, branch=False,
                         progress=question.progress)


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
