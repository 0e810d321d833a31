"""Find the fewest or cheapest new sites that reach everyone, or a share of everyone, or give every unit its own.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is the number of new
sites, or their cost.

Models: the location set covering problem (LSCP; Toregas, Swain, ReVelle & Bergman 1971), with the best
backup among its optima (Hogan & ReVelle 1986), partial covering, and covering by unit.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd

from coverage.errors import InfeasibleError, InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import FORBIDDEN, Instance, is_whole
from coverage.siting.milp import Draft
from coverage.siting.order import still
from coverage.siting.question import Question, ask, conclude, plan_of, sites_of
from coverage.siting.result import SitingResult, nearest_open, total
from coverage.siting.rows import Rows, merge, rows_within
from coverage.siting.rules import site_columns, site_cost, unit_needs, unit_rows, won_columns
from coverage.siting.setcover import cover
from coverage.siting.shortfall import least_shortfall
from coverage.siting.solver import Solution, solve
from coverage.siting.tidy import tidied

ROUNDING = 1e-9
"""What sums of fractions may be off by, as a share."""


def lscp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
         minimise: str = "sites", strict: bool = False, time_limit: float = SOLVE_SECONDS,
         seed: int = SEED, progress=None) -> SitingResult:
    """Choose the fewest new sites (`minimise="cost"`: the cheapest) so that everyone who can be reached is.

    Existing institutions stay open, and neither count nor cost. Demand points that no site on offer reaches
    are listed in `unreached`; with `strict` they raise InfeasibleError instead. Raises TableError for tables
    that can't be used, SolverError when the time limit passes without any plan.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    price = site_cost(question.instance, minimise)
    rows = _reachable(question, strict)
    answer = cover(question, rows, price)
    is_open = _covering_plan(question, rows, plan_of(answer) > 0.5)
    return _conclude(question, is_open, answer, price, model="lscp", conditions={"minimise": minimise})


def lscp_backup(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                minimise: str = "sites", strict: bool = False, time_limit: float = SOLVE_SECONDS,
                seed: int = SEED, progress=None) -> SitingResult:
    """As `lscp`; among the plans as good as that, the one in which most people have a second site within reach.

    `measures["backup"]` is the weight with two open sites or more, `measures["backup_bound"]` the most that a
    plan of this number (or cost) could have.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance, price = question.instance, site_cost(question.instance, minimise)
    rows = _reachable(question, strict)
    first = cover(question, rows, price)
    is_open = _covering_plan(question, rows, plan_of(first) > 0.5)

    merged, _ = merge(rows)
    draft = Draft(maximise=True)
    x = site_columns(draft, instance, np.zeros(len(price)))
    draft.row(x, price, upper=_at_most(price, is_open))
    twice = draft.columns(merged.weight, integer=False)
    at = np.arange(len(merged))
    draft.rows(len(merged), [(merged.row, x[merged.site], 1.0), (at, twice, -1.0)], lower=1.0)
    second = _improve(question, draft, x, is_open, first)
    is_open = second.values[x] > 0.5 if second.values is not None else is_open
    won = rows.times_won(is_open)
    is_open = tidied(instance, is_open, lambda after: bool(
        (np.minimum(rows.times_won(after), 2) >= np.minimum(won, 2)).all()))
    backup = total(rows.weight[rows.times_won(is_open) >= 2])
    return _conclude(question, is_open, first, price, model="lscp-backup", conditions={"minimise": minimise},
                     measures=_second_goal("backup", backup, second, rows.weight))


def partial_cover(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                  share: float, minimise: str = "sites", time_limit: float = SOLVE_SECONDS,
                  seed: int = SEED, progress=None) -> SitingResult:
    """Choose the fewest (or cheapest) new sites so that `share` of all people (0–1) are within the limit.

    Raises InfeasibleError when all sites on offer together reach fewer.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    if not 0 <= share <= 1:
        raise InputError(f"覆盖比例要在 0 到 1 之间，不能是 {share}")
    instance, price = question.instance, site_cost(question.instance, minimise)
    rows = _reachable(question, strict=False)
    least, most = share * total(instance.weight), total(rows.weight)
    if most < least * (1 - 1e-12):
        raise InfeasibleError(
            f"全部可选点都开，{within_min:g} 分钟内也只到 {most:,} 人（{most / total(instance.weight):.1%}），"
            f"不到要求的 {share:.1%}",
            todo=_minutes_needed(question, least)
            + f"比例降到 {math.floor(1000 * most / total(instance.weight)) / 10:g}% 即可行，或添加候选点")
    draft = Draft()
    x = site_columns(draft, instance, price)
    y, merged = won_columns(draft, rows, x, gain=False)
    if is_whole(instance.weight):
        least = math.ceil(least * (1 - 1e-12))
    scale = max(least, 1.0)
    draft.row(y, merged.weight / scale, lower=least / scale)
    answer = _enough(question, draft, x, rows, least)
    is_open = _covering_plan(question, rows, sites_of(answer, x, greedy_plan(instance, rows, least=least)))
    return _conclude(question, is_open, answer, price, model="partial",
                     conditions={"minimise": minimise, "share": share})


def _enough(question: Question, draft: Draft, x: np.ndarray, rows: Rows, least: float) -> Solution:
    """The cheapest plan that wins `least` weight to the last person.

    The solver takes a row as kept when it is off by a millionth, which may be some people of millions: a plan that
    wins too few is cut off, with all that lie in it, and the next asked for.
    """
    while True:
        answer = solve(draft.finish(), time_limit=question.left, seed=question.seed, progress=question.progress)
        if answer.values is None:
            return answer
        is_open = answer.values[x] > 0.5
        if total(rows.weight[rows.won(is_open)]) >= least * (1 - ROUNDING * (not is_whole(rows.weight))):
            return answer
        if answer.termination != "proven":
            return replace(answer, values=None, status="unknown")
        draft.row(x[~is_open], 1.0, lower=1.0)


def unit_cover(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
               units=None, n: int = 1, minimise: str = "sites", strict: bool = False,
               time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> SitingResult:
    """Choose the fewest (or cheapest) new sites so that each unit holds at least n: 乡乡有机构.

    `units` are the units that the rule applies to (default: all that `demand` names); a site counts for the
    unit in its `unit` column, existing ones included. Among the fewest sites, those that reach most people
    within `within_min` are taken: `measures["reach"]` and its bound. A unit without enough sites on offer is
    named in `notes` and gets what there is; with `strict` it raises InfeasibleError.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance, price = question.instance, site_cost(question.instance, minimise)
    need, short = unit_needs(instance, units, n)
    if short and strict:
        raise InfeasibleError(f"{len(short)} 个单元的可选点不够：{'、'.join(list(short)[:10])}",
                              todo="请在这些单元里添加候选点，或减少要求的数量")
    draft = Draft()
    x = site_columns(draft, instance, price)
    unit_rows(draft, instance, x, need)
    first = solve(draft.finish(), time_limit=question.left, seed=seed, progress=progress)
    if first.status == "infeasible":
        _raise_too_few(question, units, n)
    is_open = sites_of(first, x, ~instance.is_role(FORBIDDEN) if instance.is_plain else None)

    # Many plans tie, any village of a township will do: take the one that reaches most people.
    rows = rows_within(instance)
    draft = Draft(maximise=True)
    x = site_columns(draft, instance, np.zeros(len(price)))
    unit_rows(draft, instance, x, need)
    draft.row(x, price, upper=_at_most(price, is_open))
    won_columns(draft, rows, x)
    second = _improve(question, draft, x, is_open, first)
    is_open = second.values[x] > 0.5 if second.values is not None else is_open
    is_open = _unit_plan(instance, rows, need, is_open)
    reach = total(rows.weight[rows.won(is_open)])
    return _conclude(question, is_open, first, price, model="unit-cover",
                     notes=tuple(f"{unit} 应有 {n} 处，现有和可选的一共只有 {held} 处" for unit, held in short.items()),
                     measures=_second_goal("reach", reach, second, rows.weight),
                     conditions={"minimise": minimise, "units": units, "n": n})


def _raise_too_few(question: Question, units, n: int) -> None:
    """Name the units where the options that go together are too few."""
    instance = question.instance
    tables = (question.times, question.demand, question.sites)
    held = Counter(least_shortfall(*tables, within_min=question.within_min, n=n, units=units, p=len(instance.site_id),
                                   time_limit=max(5.0, question.left), seed=question.seed).chosen["unit"])
    short = [f"{unit}（{held[unit]} 处）" for unit in unit_needs(instance, units, n)[0] if held[unit] < n]
    raise InfeasibleError(f"各项条件之下，{len(short)} 个单元凑不够 {n} 处：{'、'.join(short[:10])}",
                          todo="请在这些单元里添加候选点，放宽互斥、依赖、取代等条件，或减少要求的数量")


def _covering_plan(question: Question, rows: Rows, is_open: np.ndarray) -> np.ndarray:
    won = rows.won(is_open)
    return tidied(question.instance, is_open, lambda after: bool(rows.won(after)[won].all()))


def _unit_plan(instance: Instance, rows: Rows, need: dict[str, int], is_open: np.ndarray) -> np.ndarray:
    won = rows.won(is_open)

    def as_good(after: np.ndarray) -> bool:
        held = Counter(instance.site_unit[after])
        return bool(rows.won(after)[won].all()) and all(held[unit] >= least for unit, least in need.items())

    return tidied(instance, is_open, as_good)


def _reachable(question: Question, strict: bool) -> Rows:
    """The demand points that some site on offer reaches, as rows labelled by their position."""
    instance = question.instance
    rows = rows_within(instance, label=np.arange(len(instance.weight)))
    reached = np.diff(rows.ptr) > 0
    if strict and not reached.all():
        lost = instance.demand_id[~reached]
        raise InfeasibleError(
            f"{len(lost)} 个需求点（{total(instance.weight[~reached]):,} 人）在 {question.within_min:g} 分钟内"
            f"没有任何可选点：{'、'.join(lost[:10])}",
            todo=_minutes_needed(question, total(instance.weight), every_point=True)
            + "或在附近添加候选点，或不要求全部覆盖")
    rows = rows.take(reached)
    return rows


def _minutes_needed(question: Question, least: float, *, every_point: bool = False) -> str:
    """The smallest relaxation of the limit: the minutes within which all sites on offer reach so many people."""
    instance = question.instance
    _, nearest = nearest_open(instance, ~instance.is_role(FORBIDDEN))
    nearest = np.where(nearest <= instance.limit_min, 0.0, nearest)  # a longer limit of their own stays theirs
    order = np.argsort(nearest, kind="stable")
    order = order[~np.isnan(nearest[order])]
    reached = np.cumsum(instance.weight[order])
    at = np.searchsorted(reached, least * (1 - 1e-12))
    if at >= len(order) or (every_point and len(order) < len(nearest)):
        return "放宽时限也不够，有的需求点没有路；"
    minutes = nearest[order[-1 if every_point else at]]
    whose = "时限" if minutes > question.within_min else "需求表里更短的时限"
    return f"{whose}放宽到 {math.ceil(minutes * 10) / 10:g} 分钟即可行；"


def _at_most(price: np.ndarray, is_open: np.ndarray) -> float:
    return float(price[is_open].sum()) * (1 + 1e-12)


def _improve(question: Question, draft: Draft, x: np.ndarray, is_open: np.ndarray, first: Solution) -> Solution:
    """Solve a second goal with the first goal's plan to begin from."""
    model = draft.finish()
    start = np.full(len(model.cost), np.nan)
    start[x] = is_open
    return solve(model, time_limit=question.left, seed=question.seed, start=start,
                 progress=still(question.progress, first))


def _second_goal(name: str, value: float, answer: Solution, weight: np.ndarray) -> dict[str, float]:
    bound = min(answer.bound, float(weight.sum()))
    if weight.dtype.kind == "i":
        bound = float(np.floor(bound + 1e-6))
    return {name: value, f"{name}_bound": max(bound, value)}


def _conclude(question: Question, is_open: np.ndarray, answer: Solution, price: np.ndarray, **said) -> SitingResult:
    return conclude(question, is_open, objective=total(price[is_open]), bound=max(answer.bound, 0.0),
                    termination=answer.termination, whole=is_whole(price), **said)
