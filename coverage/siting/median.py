"""Place a given number of new sites so that people travel least in all.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is person-minutes.

Model: the p-median (Hakimi 1964), solved by siting/minsum.py.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from coverage.errors import InfeasibleError, SolverError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.instance import CANDIDATE, FORBIDDEN, REQUIRED, Instance, is_whole
from coverage.siting.milp import Draft
from coverage.siting.minsum import min_sum, solve_min_sum
from coverage.siting.question import Question, ask, conclude, plan_of
from coverage.siting.result import SitingResult, nearest_open, total
from coverage.siting.rows import Rows, rows_within
from coverage.siting.rules import check_number, limit_rows, site_columns
from coverage.siting.setcover import cover
from coverage.siting.solver import Solution, solve
from coverage.siting.tidy import tidied, without_unused


def p_median(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, p: int,
             within_min: float = math.inf, time_limit: float = SOLVE_SECONDS, seed: int = SEED,
             progress=None) -> SitingResult:
    """Choose at most p new sites that make the sum of weight × minutes to the nearest open site least.

    Existing institutions stay open and don't count; required ones count. Demand that no site on offer has a
    route to is listed in `unreached` and left out of the sum. `within_min` doesn't bind the plan, it says
    whom the account calls served. Raises InfeasibleError when p sites can't connect everyone who could be.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    free = free_choices(instance, p)
    standing = instance.standing
    everyone = rows_within(instance, math.inf)
    here = (np.diff(everyone.ptr) > 0) & (instance.weight > 0)

    row = np.repeat(np.arange(len(instance.weight)), np.diff(instance.ptr))
    pair_cost = instance.weight[row] * instance.minutes
    _, already = nearest_open(instance, standing)
    dearest = np.zeros(len(here))
    np.maximum.at(dearest, row, pair_cost)
    lost = float(dearest.sum()) + 1.0  # what it costs to leave one point without any site: more than any plan
    cap = np.where(np.isnan(already), lost, instance.weight * np.nan_to_num(already))
    keep = here[row] & instance.is_role(CANDIDATE)[instance.site]
    number = np.cumsum(here) - 1
    problem = min_sum(cap[here], number[row[keep]], instance.site[keep], pair_cost[keep], len(instance.site_id),
                      whole=is_whole(pair_cost))
    if instance.is_plain:
        found = solve_min_sum(problem, free, time_limit=question.left, seed=seed, progress=progress)
        if found.value >= lost:
            raise_disconnected(question, everyone, p, proven=found.bound >= lost)
        is_open = standing | found.is_open
    else:
        found = _bound_median(question, here, p)
        if found.values is None:
            raise_disconnected(question, everyone, p, proven=found.status == "infeasible")
        is_open = found.values > 0.5
    objective = _walked(instance, here, is_open)
    is_open = without_unused(instance, is_open)
    is_open = tidied(instance, is_open, lambda after: _walked(instance, here, after) <= objective)
    return conclude(question, is_open, model="p-median", objective=objective, bound=max(found.bound, 0.0),
                    termination=found.termination, whole=problem.whole, conditions={"p": p})


def _bound_median(question: Question, here: np.ndarray, p: int) -> Solution:
    """The p-median where options exclude, need or replace one another; gives a Solution over the sites."""
    instance = question.instance
    draft = Draft()
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, p, None)
    row = np.repeat(np.arange(len(here)), np.diff(instance.ptr))
    keep = here[row] & ~instance.is_role(FORBIDDEN)[instance.site]
    row, site = row[keep], instance.site[keep]
    z = draft.columns(instance.weight[row] * instance.minutes[keep], integer=False)
    at = np.arange(len(z))
    draft.rows(int(here.sum()), [((np.cumsum(here) - 1)[row], z, 1.0)], lower=1.0, upper=1.0)
    draft.rows(len(z), [(at, z, 1.0), (at, x[site], -1.0)], upper=0.0)
    answer = solve(draft.finish(), time_limit=question.left, seed=question.seed, progress=question.progress)
    return replace(answer, values=None if answer.values is None else answer.values[x])


def _walked(instance: Instance, here: np.ndarray, is_open: np.ndarray) -> float:
    """Person-minutes to the nearest open site; NaN where someone has no route."""
    _, minutes = nearest_open(instance, is_open)
    return math.fsum(instance.weight[here] * minutes[here])


def free_choices(instance: Instance, p: int) -> int:
    """How many of p new sites are left to choose after the required ones."""
    check_number(p)
    required = int((instance.is_role(REQUIRED) & instance.adds).sum())
    if required > p:
        raise InfeasibleError(f"必选点有 {required} 处，超过新建处数 {p}", todo="请增加处数，或减少必选点")
    return int(p) - required


def raise_disconnected(question: Question, rows: Rows, p: int, *, proven: bool) -> None:
    """Say how many sites it would take to connect everyone."""
    rows = rows.take((np.diff(rows.ptr) > 0) & (question.instance.weight > 0))
    price = question.instance.adds.astype(np.int64)
    answer = cover(question, rows, price)
    if answer.status == "infeasible":
        plan_of(answer)
    least = math.ceil(max(answer.bound, 0.0) - 1e-6)
    if least > p and answer.values is not None:
        raise InfeasibleError(f"新建 {p} 处不能让每个有路的需求点都连到一处开放的点，至少要 {least} 处",
                              todo=f"请把处数增加到 {total(price[answer.values > 0.5])}，或添加候选点")
    if proven:
        raise InfeasibleError(f"新建 {p} 处不能让每个有路的需求点都连到一处开放的点", todo="请增加处数，或添加候选点")
    raise SolverError("时限内没有找到方案", todo="请放宽时限")
