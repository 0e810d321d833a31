"""Lift the worst-off unit, then the two worst-off, then the three: fairness all the way up.

Takes the three tables of siting/instance.py, `demand` with a `unit`; gives a `SitingResult`.

Model: lexicographic max–min of the units' shares, by maximising in turn the sum of the k least of them
(Ogryczak & Śliwiński 2006).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.fair_shares import inequality, unit_labels, unit_shares, whole_share
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import is_whole
from coverage.siting.milp import Draft
from coverage.siting.order import solve_in_order
from coverage.siting.question import ask, conclude, plan_of
from coverage.siting.result import SitingResult
from coverage.siting.rows import rows_within
from coverage.siting.rules import check_limits, limit_rows, site_columns, won_columns
from coverage.siting.tidy import without_idle


def fair_in_order(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                  p: int | None = None, budget: float | None = None, yearly_budget: float | None = None,
                  depth: int = 8, time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> SitingResult:
    """Choose new sites that lift the least share, then the sum of the two, three, … `depth` least; then most people.

    Units that no site on offer reaches are left out and named in `notes`. The objective is the least share among
    the others; `measures` holds worst_k, the sum of the k least shares, and worst_k_bound given those before it,
    with `gini` and `theil`.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance, limits = question.instance, (p, budget, yearly_budget)
    check_limits(instance, *limits)
    if depth < 1:
        raise InputError(f"逐级抬高的单元数要不小于 1，不能是 {depth}")
    units, label = unit_labels(instance)
    rows = rows_within(instance, label=label)
    people = np.bincount(label, weights=instance.weight, minlength=len(units))
    usable = np.diff(rows.ptr) > 0
    reach = np.bincount(label[usable], weights=instance.weight[usable], minlength=len(units))
    lifted = np.flatnonzero((people > 0) & (reach > 0))
    depth = min(depth, len(lifted))

    draft = Draft()
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, *limits)
    y, merged = won_columns(draft, rows, x, gain=False)
    number = np.full(len(units), -1)
    number[lifted] = np.arange(len(lifted))
    mine = np.flatnonzero(number[merged.label] >= 0)
    unit = number[merged.label[mine]]
    share = draft.columns(np.zeros(len(lifted)), integer=False)
    draft.rows(len(lifted), [(unit, y[mine], merged.weight[mine] / people[lifted][unit]),
                             (np.arange(len(lifted)), share, -1.0)], lower=0.0)
    sums = []
    for k in range(1, depth + 1):  # k·t − Σ max(0, t − share) is the sum of the k least at its best t
        level, below = draft.columns(0.0, integer=False), draft.columns(np.zeros(len(lifted)), integer=False)
        at = np.arange(len(lifted))
        draft.rows(len(lifted), [(at, below, 1.0), (at, share, 1.0), (at, level[0], -1.0)], lower=0.0)
        sums.append((k, level, below))
    model = draft.finish()
    aims = [_aim(len(model.cost), (level, -float(k)), (below, 1.0)) for k, level, below in sums]
    start = np.full(len(model.cost), np.nan)
    plan = greedy_plan(instance, rows, p=p, budget=budget, yearly_budget=yearly_budget)
    if plan is not None:
        start[x] = plan
    found = solve_in_order(model, [*aims, _aim(len(model.cost), (y, -merged.weight))], left=lambda: question.left,
                           seed=seed, start=start, progress=progress)
    if found[-1].values is None and plan is not None and found[-1].status != "infeasible":
        is_open = plan
    else:
        is_open = plan_of(found[-1])[x] > 0.5
    is_open = without_idle(instance, rows, is_open, yearly_budget)
    shares = np.sort(unit_shares(rows, is_open, people)[lifted])
    measures = {f"worst_{k}": float(shares[:k].sum()) for k in range(1, depth + 1)}
    measures |= {f"worst_{k}_bound": max(measures[f"worst_{k}"], min(-answer.bound, float(k)))
                 for k, answer in zip(range(1, depth + 1), found, strict=False)}
    objective = measures.get("worst_1", 0.0 if people.any() else 1.0)
    bound = min(1.0, max(objective, -found[0].bound)) if depth else objective
    if depth and is_whole(instance.weight):
        bound = whole_share(bound, people[lifted])
    return conclude(question, is_open, model="fair-in-order", objective=objective, bound=bound,
                    termination=found[0].termination, maximise=True,
                    notes=tuple(f"{units[u]} 在 {within_min:g} 分钟内没有任何可选点，没有算在内"
                                for u in np.flatnonzero((people > 0) & (reach == 0))),
                    measures=measures | inequality(unit_shares(rows, is_open, people), people),
                    conditions={"p": p, "budget": budget, "yearly_budget": yearly_budget, "depth": depth})


def _aim(n: int, *parts) -> np.ndarray:
    aim = np.zeros(n)
    for columns, value in parts:
        aim[columns] = value
    return aim
