"""Choose sites that do well whichever travel times come true: slow, middle, fast, a road cut.

Takes a table of times for each scenario, with the same demand and sites; gives a `RobustResult`.

Models: maximal covering of the mean over scenarios, and of the worst of them (max–min; Kouvelis & Yu 1997).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.check import check
from coverage.siting.instance import forbidding, is_whole, read
from coverage.siting.maximal import most
from coverage.siting.milp import Draft
from coverage.siting.question import Question, ask, plan_of, sites_of, stopped
from coverage.siting.result import SitingResult, build, relative_gap, total
from coverage.siting.rows import Rows, rows_within, stack
from coverage.siting.rules import check_limits, limit_rows, site_columns, won_columns
from coverage.siting.solver import Solution, solve
from coverage.siting.tidy import without_idle


@dataclass(frozen=True)
class RobustResult:
    """One plan seen under each scenario: `scenarios` maps its name to the plan's account there.

    An account's own bound is everyone who could be reached there: the proof is that of all scenarios together.
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

    Each scenario counts alike. An option with a least number of people needs them within the limit in every
    scenario. Limits, roles and errors are those of `mclp`.
    """
    if not times or aim not in ("mean", "worst"):
        raise InputError("要至少一个情景，aim 只能是 mean 或 worst")
    names = list(times)
    if "min_people" in sites.columns:
        tables = [read(table, demand, sites, within_min=within_min) for table in times.values()]
        sites = forbidding(sites, tables[0].site_id[np.any([one.too_few for one in tables], axis=0)])
    question = ask(times[names[0]], demand, sites, within_min=within_min, time_limit=time_limit, seed=seed,
                   progress=progress)
    instances = [question.instance, *(read(times[name], demand, sites, within_min=within_min) for name in names[1:])]
    instance = question.instance
    check_limits(instance, p, budget)
    each = [rows_within(one, label=np.full(len(one.weight), number)) for number, one in enumerate(instances)]
    if aim == "mean":
        rows = stack(each)
        answer = most(question, rows, p, budget)
        is_open, bound, ended = without_idle(instance, rows, plan_of(answer) > 0.5), answer.bound, answer.termination
    else:
        is_open, bound, ended = _best_in_the_worst(question, each, p, budget)
    covered = [total(part.weight[part.won(is_open)]) for part in each]
    if is_whole(instance.weight):
        bound = math.floor(bound + 1e-6)
    objective = math.fsum(covered) / len(covered) if aim == "mean" else min(covered)
    bound = bound / len(covered) if aim == "mean" else bound
    closed = bound - objective <= max(1e-6, 1e-9 * abs(objective))
    status, termination = ("optimal", "proven") if closed else ("feasible", stopped(ended))
    views = {}
    for name, one, part, value in zip(names, instances, each, covered, strict=True):
        everyone = total(one.weight[np.diff(part.ptr) > 0])
        views[name] = build(one, is_open, model=f"robust-{aim}", status="optimal" if value == everyone else "feasible",
                            termination=termination, objective=value, bound=everyone,
                            seconds=time_limit - question.left, seed=seed, within_min=within_min)
        check(times[name], demand, sites, open_ids=views[name].chosen.index, within_min=within_min,
              served=views[name].served, p=p, budget=budget, model="mclp", objective=value)
    return RobustResult(views, aim, status, termination, objective, objective if closed else bound,
                        0.0 if closed else relative_gap(objective, bound),
                        tuple(views[names[0]].new_sites.index))


def _best_in_the_worst(question: Question, each: list[Rows], p: int | None,
                       budget: float | None) -> tuple[np.ndarray, float, str]:
    """(the open sites that win most in the worst of some sets of rows, what no plan exceeds there, why it ended)."""
    instance = question.instance
    known, ceiling = _each_alone(question, each, p, budget)
    ceiling = min(ceiling, total(instance.weight))
    if known.values is not None and known.objective >= ceiling - 1e-6:
        return known.values > 0.5, ceiling, known.termination
    draft = Draft(maximise=True)
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, p, budget)
    y, merged = won_columns(draft, stack(each), x, gain=False)
    scale = max(ceiling, 1.0)  # people by the million are hard on the solver
    least = draft.columns(scale, upper=ceiling / scale, integer=False)
    at = np.arange(len(each))
    draft.rows(len(each), [(merged.label, y, merged.weight / scale), (at, least[0], -1.0)], lower=0.0)
    best = known.values if known.values is None else known.values > 0.5
    while True:
        model = draft.finish()
        start = np.full(len(model.cost), np.nan)
        if best is not None:
            start[x] = best
        answer = solve(model, time_limit=question.left, seed=question.seed, start=start, progress=question.progress)
        if answer.status == "infeasible" and best is not None:  # nothing beside the plans that were shut out
            return best, _worst(each, best), "proven"
        trial = sites_of(answer, x, best)
        best = trial if best is None or _worst(each, trial) > _worst(each, best) else best
        value = _worst(each, best)
        if answer.termination != "proven" or not is_whole(instance.weight) or answer.bound < value + 1:
            return best, min(answer.bound, ceiling), answer.termination
        # The solver keeps a row to a millionth, which may be people: nothing that lies in its plan is any better.
        draft.row(x[~trial], 1.0, lower=1.0)
        draft.row(least, 1.0, lower=(value + 1) / scale)


def _each_alone(question: Question, each: list, p: int | None, budget: float | None) -> tuple[Solution, float]:
    """(of the best plans for each scenario alone the best in the worst case, what no plan exceeds there).

    No plan does better in the worst scenario than the best plan made for that one alone.
    """
    best, ceiling = Solution("unknown", "time_limit", None, -math.inf, math.inf), math.inf
    for number, rows in enumerate(each):
        spent = question.time_limit - question.left
        part = replace(question, time_limit=spent + 0.6 * question.left / (len(each) - number))
        answer = most(part, rows, p, budget)
        ceiling = min(ceiling, answer.bound)
        if answer.values is not None and (value := _worst(each, answer.values > 0.5)) > best.objective:
            best = Solution("feasible", answer.termination, answer.values, value, answer.bound)
    return replace(best, bound=ceiling), ceiling


def _worst(each: list, is_open: np.ndarray) -> float:
    return min(float(rows.weight[rows.won(is_open)].sum()) for rows in each)
