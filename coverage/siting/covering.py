"""Find the fewest or cheapest sites that reach everyone, or that give every unit its own.

Takes the three tables of siting/instance.py; gives a `SitingResult`.

Models: the location set covering problem (LSCP; Toregas, Swain, ReVelle & Bergman 1971), and its variant by
unit: each unit holds at least n sites.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from coverage.errors import InfeasibleError, SolverError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.check import check
from coverage.siting.instance import Instance, read
from coverage.siting.milp import Draft
from coverage.siting.result import SitingResult, build, total
from coverage.siting.rules import site_columns, site_cost, unit_needs, unit_rows
from coverage.siting.solver import solve


def lscp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
         minimise: str = "sites", strict: bool = False, time_limit: float = SOLVE_SECONDS,
         seed: int = SEED) -> SitingResult:
    """Choose the fewest new sites (`minimise="cost"`: the cheapest) so that everyone who can be reached is.

    Existing institutions stay open, and neither count nor cost. Demand points that no site on offer reaches
    are listed in `unreached`; with `strict` they raise InfeasibleError instead. `objective` is the number of
    new sites, or their cost. Raises TableError for tables that can't be used, SolverError when the time limit
    passes without any plan.
    """
    began = time.monotonic()
    instance = read(times, demand, sites)
    ptr, site = instance.within(within_min)
    reachable = np.diff(ptr) > 0
    if strict and not reachable.all():
        _raise_unreached(instance, reachable, within_min)
    draft = Draft()
    x = site_columns(draft, instance, site_cost(instance, minimise))
    row = np.repeat(np.cumsum(reachable) - 1, np.diff(ptr))
    draft.rows(int(reachable.sum()), [(row, x[site], 1.0)], lower=1.0)
    return _finish(instance, draft, (times, demand, sites), model="lscp", within_min=within_min, minimise=minimise,
                   began=began, time_limit=time_limit, seed=seed,
                   conditions={"must_cover": instance.demand_id[reachable]})


def unit_cover(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
               units=None, n: int = 1, minimise: str = "sites", strict: bool = False,
               time_limit: float = SOLVE_SECONDS, seed: int = SEED) -> SitingResult:
    """Choose the fewest (or cheapest) new sites so that each unit holds at least n: 乡乡有机构.

    `units` are the units that the rule applies to (default: all that `demand` names); a site counts for the
    unit in its `unit` column, existing ones included. Among the fewest sites, those that reach most people
    within `within_min` are taken. A unit without enough sites on offer is named in `notes` and gets what
    there is; with `strict` it raises InfeasibleError.
    """
    began = time.monotonic()
    instance = read(times, demand, sites)
    need, short = unit_needs(instance, units, n)
    if short and strict:
        raise InfeasibleError(f"{len(short)} 个单元的可选点不够：{'、'.join(list(short)[:10])}",
                              todo="请在这些单元里添加候选点，或减少要求的数量")
    draft = Draft()
    x = site_columns(draft, instance, site_cost(instance, minimise))
    unit_rows(draft, instance, x, need)
    first = solve(draft.finish(), time_limit=time_limit, seed=seed)
    if first.values is None:
        raise SolverError("时限内没有找到方案", todo="请放宽时限")

    # Many plans tie, any village of a township will do: take the one that reaches most people.
    left = time_limit - (time.monotonic() - began)
    is_open = _reach_most(instance, need, within_min, first.values[x] > 0.5, minimise, left, seed)
    notes = tuple(f"{unit} 应有 {n} 处，现有和可选的一共只有 {held} 处" for unit, held in short.items())
    return _result(instance, is_open, first, (times, demand, sites), model="unit_cover", within_min=within_min,
                   minimise=minimise, began=began, seed=seed, notes=notes,
                   conditions={"need": need, "unit_of": dict(zip(instance.site_id, instance.site_unit, strict=True))})


def _reach_most(instance: Instance, need: dict[str, int], within_min: float, is_open: np.ndarray, minimise: str,
                time_limit: float, seed: int) -> np.ndarray:
    """Among plans that meet the units' needs at the same price, one that reaches most people."""
    price = site_cost(instance, minimise)
    ptr, site = instance.within(within_min)
    draft = Draft(maximise=True)
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    unit_rows(draft, instance, x, need)
    draft.row(x, price, upper=float(price[is_open].sum()) * (1 + 1e-9))
    n = len(instance.demand_id)
    y = draft.columns(instance.weight, integer=False)
    row = np.repeat(np.arange(n), np.diff(ptr))
    draft.rows(n, [(row, x[site], -1.0), (np.arange(n), y, 1.0)], upper=0.0)
    start = np.full(len(x) + n, np.nan)
    start[x] = is_open
    answer = solve(draft.finish(), time_limit=time_limit, seed=seed, start=start)
    return is_open if answer.values is None else answer.values[x] > 0.5


def _finish(instance: Instance, draft: Draft, tables, *, time_limit: float, **account) -> SitingResult:
    left = time_limit - (time.monotonic() - account["began"])
    answer = solve(draft.finish(), time_limit=left, seed=account["seed"])
    if answer.values is None:
        raise SolverError("时限内没有找到方案", todo="请放宽时限")
    is_open = answer.values[: len(instance.site_id)] > 0.5
    return _result(instance, is_open, answer, tables, **account)


def _result(instance: Instance, is_open: np.ndarray, answer, tables, *, model: str, within_min: float, minimise: str,
            began: float, seed: int, conditions: dict, notes: tuple[str, ...] = ()) -> SitingResult:
    """Price the plan afresh, round the bound up where prices are whole, check, and build."""
    price = site_cost(instance, minimise)
    objective = total(price[is_open])
    whole = (price == np.round(price)).all()
    bound = float(np.ceil(answer.bound - 1e-6)) if whole else answer.bound
    closed = objective - bound <= max(1e-6, 1e-9 * abs(objective))
    proven = answer.termination == "proven" and closed
    outcome = build(instance, is_open, model=model, status="optimal" if closed else "feasible",
                    termination="proven" if proven or closed else answer.termination,
                    objective=objective, bound=objective if closed else bound,
                    seconds=time.monotonic() - began, seed=seed, within_min=within_min, notes=notes)
    check(*tables, open_ids=outcome.chosen.index, within_min=within_min, served=outcome.served, **conditions)
    return outcome


def _raise_unreached(instance: Instance, reachable: np.ndarray, within_min: float) -> None:
    lost = instance.demand_id[~reachable]
    people = total(instance.weight[~reachable])
    raise InfeasibleError(
        f"{len(lost)} 个需求点（{people:,} 人）在 {within_min:g} 分钟内没有任何可选点：{'、'.join(lost[:10])}",
        todo="请在附近添加候选点，放宽时限，或不要求全部覆盖")
