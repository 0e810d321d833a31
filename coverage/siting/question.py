"""Carry a siting question from its tables to its answer: the frame that every model fills in.

Takes the user's tables; gives a `Question` for the model to solve, and turns what was found into a
checked `SitingResult`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from coverage.errors import InfeasibleError, InputError, SolverError
from coverage.siting.check import check
from coverage.siting.instance import Instance, read
from coverage.siting.result import SitingResult, build
from coverage.siting.solver import Solution


@dataclass(frozen=True)
class Question:
    """What was asked, and when: `left` is what remains of the time limit."""

    times: pd.DataFrame
    demand: pd.DataFrame
    sites: pd.DataFrame
    instance: Instance
    within_min: float
    time_limit: float
    seed: int
    began: float
    progress: Callable[[float, float], bool] | None = None

    @property
    def left(self) -> float:
        return max(0.0, self.time_limit - (time.monotonic() - self.began))

    def within(self, seconds: float) -> Question:
        """The question with so many seconds from now."""
        return replace(self, time_limit=time.monotonic() - self.began + seconds)


def ask(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float, time_limit: float,
        seed: int, progress=None) -> Question:
    """Check the tables and start the clock."""
    began = time.monotonic()
    if not within_min >= 0:
        raise InputError(f"时限要是不小于 0 的分钟数，不能是 {within_min}")
    if not time_limit >= 0:
        raise InputError(f"求解时限要是不小于 0 的秒数，不能是 {time_limit}")
    if seed < 0:
        raise InputError(f"随机种子要是不小于 0 的整数，不能是 {seed}")
    instance = read(times, demand, sites, within_min=within_min)
    return Question(times, demand, sites, instance, float(within_min), time_limit, seed, began, progress)


def conclude(question: Question, is_open: np.ndarray, *, model: str, objective: float, bound: float,
             termination: str, maximise: bool = False, whole: bool = False, settled: bool = True,
             notes: tuple[str, ...] = (), flows: pd.DataFrame | None = None, measures: dict[str, float] | None = None,
             conditions: dict | None = None) -> SitingResult:
    """Tidy the bound, decide what may be called optimal, check every condition, and build the answer.

    `objective` is the plan's own value, computed from the open sites and not taken from the solver. Where
    every plan's value is `whole`, the bound is rounded towards it. Only a bound that meets the objective
    makes a plan optimal, whatever the solver called it, and only if what comes after the objective is `settled` too.
    """
    slack = max(1e-6, 1e-9 * abs(objective))
    if whole and math.isfinite(bound):
        bound = math.floor(bound + 1e-6) if maximise else math.ceil(bound - 1e-6)
    past = (objective - bound) if maximise else (bound - objective)
    if past > 10 * slack:
        raise SolverError(f"求解器的界 {bound:g} 与方案的值 {objective:g} 矛盾", todo="请把输入表发给维护者")
    closed = settled and abs(objective - bound) <= slack
    instance = question.instance
    if instance.too_few.any():
        few = [f"{site}（{least:g} 人）" for site, least in zip(
            instance.site_id[instance.too_few], instance.min_people[instance.too_few], strict=True)]
        more = f" 等 {len(few)} 处" if len(few) > 5 else ""
        notes = (*notes, f"时限内不到维持所需人数的，未列入：{'、'.join(few[:5])}{more}")
    result = build(instance, is_open, model=model, status="optimal" if closed else "feasible",
                   termination="proven" if closed else stopped(termination), objective=objective,
                   bound=objective if closed else float(bound), seconds=time.monotonic() - question.began,
                   seed=question.seed, within_min=question.within_min, notes=notes, flows=flows,
                   measures=measures or {})
    check(question.times, question.demand, question.sites, open_ids=result.chosen.index,
          within_min=question.within_min, served=result.served, flows=flows, model=model, objective=objective,
          measures=measures, **(conditions or {}))
    return result


def stopped(termination: str) -> str:
    """A solver that says proven while the plan's own value is off its bound has met its tolerance, not a proof."""
    return "tolerance" if termination == "proven" else termination


def sites_of(answer: Solution, x: np.ndarray, fallback: np.ndarray | None) -> np.ndarray:
    """The open sites of a solution; the fallback, if there is one, when the limit came before any plan."""
    if answer.values is None and fallback is not None and answer.status != "infeasible":
        return fallback
    return plan_of(answer)[x] > 0.5


def plan_of(answer: Solution) -> np.ndarray:
    """The solution's values. Raises InfeasibleError when there is none, SolverError when the limit came before any."""
    if answer.status == "infeasible":
        raise InfeasibleError("各项条件合在一起没有可行的方案",
                              todo="请放宽互斥、依赖、取代、容量、预算等条件中的一项")
    if answer.values is None and answer.termination == "cancelled":
        raise SolverError("取消时还没有找到方案", todo="请让它多算一会儿")
    if answer.values is None:
        raise SolverError("时限内没有找到方案", todo="请放宽时限")
    return answer.values
