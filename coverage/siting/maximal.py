"""Reach the most people with a given number of new sites, or a given budget.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is the weight covered.

Model: the maximal covering location problem (MCLP; Church & ReVelle 1974).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.instance import CANDIDATE, Instance
from coverage.siting.milp import Draft
from coverage.siting.question import ask, conclude, plan_of
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import Rows, rows_within
from coverage.siting.rules import is_whole, limit_rows, site_columns, won_columns
from coverage.siting.solver import solve


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
    draft = Draft(maximise=True)
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, p, budget)
    won_columns(draft, rows, x)
    answer = solve(draft.finish(), time_limit=question.left, seed=seed, progress=progress)
    is_open = without_idle(instance, rows, plan_of(answer)[x] > 0.5)
    return conclude(question, is_open, model="mclp", objective=total(rows.weight[rows.won(is_open)]),
                    bound=answer.bound, termination=answer.termination, maximise=True,
                    whole=is_whole(instance.weight), conditions={"p": p, "budget": budget})


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
