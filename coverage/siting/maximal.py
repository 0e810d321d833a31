"""Reach the most people with a given number of new sites, or a given budget.

Takes the three tables of siting/instance.py; gives a `SitingResult`.

Model: the maximal covering location problem (MCLP; Church & ReVelle 1974).
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from coverage.errors import SolverError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.check import check
from coverage.siting.instance import CANDIDATE, Instance, read
from coverage.siting.milp import Draft
from coverage.siting.result import SitingResult, build, total
from coverage.siting.rules import limit_rows, site_columns
from coverage.siting.solver import solve


def mclp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float, p: int | None = None,
         budget: float | None = None, time_limit: float = SOLVE_SECONDS, seed: int = SEED) -> SitingResult:
    """Choose at most p new sites, or new sites for at most `budget`, that reach most people within the limit.

    Existing institutions stay open, and neither count nor cost; what they reach is served before the choice.
    A site that would reach nobody further is left out, so fewer than p may be chosen. `objective` is the
    weight covered, by existing and new together. Raises TableError, InfeasibleError (the required sites
    alone exceed p or the budget), SolverError (no plan within the time limit).
    """
    began = time.monotonic()
    instance = read(times, demand, sites)
    ptr, site = instance.within(within_min)
    n = len(instance.demand_id)

    draft = Draft(maximise=True)
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, p, budget)
    y = draft.columns(instance.weight, integer=False)
    row = np.repeat(np.arange(n), np.diff(ptr))
    draft.rows(n, [(row, x[site], -1.0), (np.arange(n), y, 1.0)], upper=0.0)

    answer = solve(draft.finish(), time_limit=time_limit - (time.monotonic() - began), seed=seed)
    if answer.values is None:
        raise SolverError("时限内没有找到方案", todo="请放宽时限")
    is_open = without_idle(instance, answer.values[x] > 0.5, within_min)
    objective, bound = weight_covered(instance, is_open, within_min), answer.bound
    if instance.weight.dtype.kind == "i":
        bound = float(np.floor(bound + 1e-6))
    closed = bound - objective <= max(1e-6, 1e-9 * abs(objective))
    result = build(instance, is_open, model="mclp", status="optimal" if closed else "feasible",
                   termination="proven" if closed else answer.termination, objective=objective,
                   bound=objective if closed else bound, seconds=time.monotonic() - began, seed=seed,
                   within_min=within_min)
    check(times, demand, sites, open_ids=result.chosen.index, within_min=within_min, served=result.served,
          p=p, budget=budget)
    return result


def weight_covered(instance: Instance, is_open: np.ndarray, within_min: float) -> float | int:
    """The weight within the limit of an open site."""
    ptr, site = instance.within(within_min)
    seen = np.concatenate(([0], np.cumsum(is_open[site])))
    return total(instance.weight[seen[ptr[1:]] > seen[ptr[:-1]]])


def without_idle(instance: Instance, is_open: np.ndarray, within_min: float) -> np.ndarray:
    """The plan without new sites that reach nobody further; the last id goes first."""
    is_open = is_open.copy()
    for j in np.flatnonzero(is_open & instance.is_role(CANDIDATE))[::-1]:
        without = is_open.copy()
        without[j] = False
        if weight_covered(instance, without, within_min) == weight_covered(instance, is_open, within_min):
            is_open = without
    return is_open
