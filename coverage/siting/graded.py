"""Reach people by degrees: nearer counts more, and a second site in reach counts too.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is the graded weight.

Models: gradual covering in steps (Church & Roberts 1983; Berman & Krass 2002) and backup coverage (Hogan &
ReVelle 1986).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import Instance
from coverage.siting.maximal import most
from coverage.siting.milp import Draft
from coverage.siting.question import ask, conclude, plan_of, sites_of
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import Rows, merge, rows_within, stack
from coverage.siting.rules import check_limits, limit_rows, site_columns
from coverage.siting.solver import solve
from coverage.siting.tidy import without_idle


def gradual_mclp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, levels: Mapping[float, float],
                 p: int | None = None, budget: float | None = None, time_limit: float = SOLVE_SECONDS,
                 seed: int = SEED, progress=None) -> SitingResult:
    """Choose new sites by what their nearness is worth: `levels` maps minutes to a person's worth within them.

    For example {15: 1, 30: 0.6, 45: 0.2}: a person whose nearest open site is 20 minutes off counts 0.6. The
    worth must fall as minutes grow. `served` counts those within the last level. A row of demand with a limit of its
    own is worth nothing beyond it. Other limits as in `mclp`.
    """
    steps = sorted(levels.items())
    worth = [value for _, value in steps]
    if not steps or worth != sorted(worth, reverse=True) or worth[-1] <= 0:
        raise InputError("levels 要给出分钟数到折算值的对应，分钟越多折算值越小，且大于 0")
    question = ask(times, demand, sites, within_min=steps[-1][0], time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    check_limits(instance, p, budget)
    rows = graded_rows(instance, levels)
    answer = most(question, rows, p, budget)
    is_open = without_idle(instance, rows, plan_of(answer) > 0.5)
    return conclude(question, is_open, model="gradual-mclp", objective=total(rows.weight[rows.won(is_open)]),
                    bound=answer.bound, termination=answer.termination, maximise=True,
                    conditions={"p": p, "budget": budget, "levels": levels})


def graded_rows(instance: Instance, levels: Mapping[float, float]) -> Rows:
    """A row for each demand and level: what being within it is worth more than being within the next."""
    steps, parts = sorted(levels.items()), []
    for (minutes, value), (_, after) in zip(steps, [*steps[1:], (math.inf, 0.0)], strict=True):
        part = rows_within(instance, np.minimum(minutes, instance.limit_min))
        parts.append(Rows(part.weight * (value - after), part.label, part.ptr, part.site))
    return stack(parts)


def backup_mclp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                backup_weight: float, p: int | None = None, budget: float | None = None,
                time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> SitingResult:
    """As `mclp`, a second open site within the limit being worth `backup_weight` (0–1) of the first.

    `measures["backup"]` is the weight with two open sites or more.
    """
    if not 0 <= backup_weight <= 1:
        raise InputError(f"备份权重要在 0 到 1 之间，不能是 {backup_weight}")
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    check_limits(instance, p, budget)
    rows = rows_within(instance)
    merged, _ = merge(rows)
    draft = Draft(maximise=True)
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, p, budget)
    once = draft.columns(merged.weight, integer=False)
    twice = draft.columns(backup_weight * merged.weight, integer=False)
    at = np.arange(len(merged))
    draft.rows(len(merged), [(merged.row, x[merged.site], -1.0), (at, once, 1.0), (at, twice, 1.0)], upper=0.0)
    answer = solve(draft.finish(), time_limit=question.left, seed=seed, progress=progress)
    is_open = sites_of(answer, x, greedy_plan(instance, rows, p=p, budget=budget))
    is_open = without_idle(instance, rows, is_open, times=2 if backup_weight else 1)
    backup = total(rows.weight[rows.times_won(is_open) >= 2])
    return conclude(question, is_open, model="backup-mclp",
                    objective=total(rows.weight[rows.won(is_open)]) + backup_weight * backup,
                    bound=min(answer.bound, (1 + backup_weight) * total(rows.weight)),
                    termination=answer.termination, maximise=True, measures={"backup": backup},
                    conditions={"p": p, "budget": budget, "backup_weight": backup_weight})
