"""Choose sites that do well whichever travel times come true: slow, middle, fast, a road cut.

Takes a table of times for each scenario, with the same demand and sites; gives a `RobustResult`.

Models: maximal covering of the mean over scenarios, and of the worst of them (max–min; Kouvelis & Yu 1997).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.check import check
from coverage.siting.instance import read
from coverage.siting.maximal import most
from coverage.siting.milp import Draft
from coverage.siting.question import ask, plan_of, sites_of
from coverage.siting.result import SitingResult, build, relative_gap, total
from coverage.siting.rows import rows_within, stack
from coverage.siting.rules import check_limits, is_whole, limit_rows, site_columns, won_columns
from coverage.siting.solver import solve
from coverage.siting.tidy import without_idle


@dataclass(frozen=True)
class RobustResult:
    """One plan seen under each scenario: `scenarios` maps its name to the plan's account there.

    `objective` is the mean (or least) weight covered over the scenarios, `bound` proven for it.
    """

    scenarios: dict[str, SitingResult]
    aim: str
    status: str
    termination: str
    objective: float
    bound: float
    gap: float
    chosen: tuple[str, ...]


def robust_mclp(times: Mapping[str, pd.DataFrame], demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                aim: str = "mean", p: int | None = None, budget: float | None = None,
                time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> RobustResult:
    """Choose new sites that cover most weight on the `mean` over the scenarios, or in the `worst` of them.

    Each scenario counts alike. Limits, roles and errors are those of `mclp`.
    """
    if not times or aim not in ("mean", "worst"):
        raise InputError("要至少一个情景，aim 只能是 mean 或 worst")
    names = list(times)
    question = ask(times[names[0]], demand, sites, within_min=within_min, time_limit=time_limit, seed=seed,
                   progress=progress)
    instances = [question.instance, *(read(times[name], demand, sites, within_min=within_min) for name in names[1:])]
    instance = question.instance
    check_limits(instance, p, budget)
    each = [rows_within(one, label=np.full(len(one.weight), number)) for number, one in enumerate(instances)]
    rows = stack(each)
    if aim == "mean":
        answer = most(question, rows, p, budget)
        is_open, bound = without_idle(instance, rows, plan_of(answer) > 0.5), answer.bound
    else:
        known = most(question, rows, p, budget)
        draft = Draft(maximise=True)
        x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
        limit_rows(draft, instance, x, p, budget)
        y, merged = won_columns(draft, rows, x, gain=False)
        least = draft.columns(1.0, upper=float(instance.weight.sum()), integer=False)
        draft.rows(len(names), [(merged.label, y, merged.weight), (np.arange(len(names)), least[0], -1.0)], lower=0.0)
        model = draft.finish()
        start = np.full(len(model.cost), np.nan)
        if known.values is not None:
            start[x] = known.values
        answer = solve(model, time_limit=question.left, seed=seed, start=start, progress=progress)
        is_open = sites_of(answer, x, None if known.values is None else known.values > 0.5)
        bound = min(answer.bound, known.bound / len(names), total(instance.weight))
    covered = [total(part.weight[part.won(is_open)]) for part in each]
    if is_whole(instance.weight):
        bound = math.floor(bound + 1e-6)
    objective = math.fsum(covered) / len(covered) if aim == "mean" else min(covered)
    bound = bound / len(covered) if aim == "mean" else bound
    closed = bound - objective <= max(1e-6, 1e-9 * abs(objective))
    status, termination = ("optimal", "proven") if closed else ("feasible", answer.termination)
    views = {}
    for name, one, value in zip(names, instances, covered, strict=True):
        views[name] = build(one, is_open, model=f"robust-{aim}", status=status, termination=termination,
                            objective=value, bound=max(value, bound), seconds=time_limit - question.left, seed=seed,
                            within_min=within_min)
        check(times[name], demand, sites, open_ids=views[name].chosen.index, within_min=within_min,
              served=views[name].served, p=p, budget=budget)
    return RobustResult(views, aim, status, termination, objective, objective if closed else bound,
                        0.0 if closed else relative_gap(objective, bound),
                        tuple(views[names[0]].new_sites.index))
