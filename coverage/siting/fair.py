"""Share services out between units: lift the worst-off.

Takes the three tables of siting/instance.py, `demand` with a `unit`; gives a `SitingResult`, and the units'
shares in `measures`.

Model: max–min covering, the most people covered among its optima.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.fair_shares import inequality, unit_labels, unit_shares, whole_share
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import Instance, is_whole
from coverage.siting.lifting import Lifting, lifting_plan
from coverage.siting.maximal import SMALL
from coverage.siting.milp import Draft
from coverage.siting.order import still
from coverage.siting.question import Question, ask, conclude, sites_of
from coverage.siting.regions import Cut
from coverage.siting.result import SitingResult
from coverage.siting.rows import Rows, rows_within
from coverage.siting.rules import check_limits, limit_rows, site_columns, won_columns
from coverage.siting.solver import Solution, solve
from coverage.siting.tidy import without_idle

LARGE = 60_000
"""From so many pairs on the share is found by bisection."""

NEARLY = 0.002
"""Where it is, most people are covered but for this share."""

SAME = 1e-6
"""Shares that differ by no more are one."""


def fair(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float, p: int | None = None,
         budget: float | None = None, yearly_budget: float | None = None, time_limit: float = SOLVE_SECONDS,
         seed: int = SEED, progress=None) -> SitingResult:
    """Choose new sites that make the least covered unit's share as large as can be, then cover most people.

    The objective is that share, 0–1, over the units that have people. A unit that no site on offer reaches
    holds it at 0: such units are named in `notes`, and the rest are lifted all the same; the answer is optimal once
    these are proven to be. `measures` gives
    `worst_reachable` (the least share among the others), `gini` and `theil` of the shares weighted by people.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    limits = (p, budget, yearly_budget)
    check_limits(instance, *limits)
    units, label = unit_labels(instance)
    rows = rows_within(instance, label=label)
    people = np.bincount(label, weights=instance.weight, minlength=len(units))
    usable = np.diff(rows.ptr) > 0
    reach = np.bincount(label[usable], weights=instance.weight[usable], minlength=len(units))
    lost = (people > 0) & (reach == 0)
    lifted = np.flatnonzero((people > 0) & (reach > 0))

    ceiling = float((reach[lifted] / people[lifted]).min()) if len(lifted) else 1.0
    by_number = budget is None and yearly_budget is None and instance.is_plain and len(lifted) > 0
    plan = lifting_plan(instance, rows, people, lifted, p) if by_number and len(rows.site) > SMALL else greedy_plan(
        instance, rows, p=p, budget=budget, yearly_budget=yearly_budget)
    cuts = None
    if plan is not None and len(lifted) and len(rows.site) > LARGE:
        lifting = Lifting(question, rows, people, lifted, limits, plan, ceiling)
        ended = lifting.bisect(time.monotonic() + question.left * 0.85)
        is_open, bound, cuts = lifting.plan, lifting.high, lifting.cuts_up_to(lifting.low)
        first = Solution("feasible", ended, None, lifting.low, bound)
    else:
        first, is_open = _worst_lifted(question, rows, people, lifted, limits, ceiling, plan)
        bound = min(first.bound, ceiling) if len(lifted) else 1.0
    if is_whole(instance.weight) and len(lifted):
        bound = whole_share(bound, people[lifted])
    is_open = _most_people(question, rows, people, lifted, limits, is_open, cuts, still(progress, first))
    is_open = without_idle(instance, rows, is_open, yearly_budget)
    shares = unit_shares(rows, is_open, people)
    reachable = float(shares[lifted].min(initial=1.0))
    hopeless = bool(lost.any())
    return conclude(
        question, is_open, model="fair", objective=0.0 if hopeless else reachable,
        bound=0.0 if hopeless else bound, settled=bound - reachable <= SAME, termination=first.termination,
        maximise=True,
        notes=tuple(f"{units[u]} 在 {within_min:g} 分钟内没有任何可选点，最低覆盖率因此只能是 0"
                    for u in np.flatnonzero(lost)),
        measures={"worst_reachable": reachable,
                  "worst_reachable_bound": max(reachable, bound),
                  **inequality(shares, people)},
        conditions={"p": p, "budget": budget, "yearly_budget": yearly_budget})


def _worst_lifted(question: Question, rows: Rows, people: np.ndarray, lifted: np.ndarray, limits: tuple,
                  ceiling: float, plan: np.ndarray | None) -> tuple[Solution, np.ndarray]:
    """The plain model: (its solution, the open sites)."""
    draft = Draft(maximise=True)
    x, y, merged = _cover_columns(draft, question.instance, rows, limits, gain=False)
    if len(lifted):
        worst = draft.columns(1.0, upper=ceiling, integer=False)
        number = _numbers(lifted, len(people))
        mine = number[merged.label] >= 0
        unit = number[merged.label[mine]]
        draft.rows(len(lifted), [(unit, y[mine], merged.weight[mine] / people[lifted][unit]),
                                 (np.arange(len(lifted)), worst[0], -1.0)], lower=0.0)
    model = draft.finish()
    start = np.full(len(model.cost), np.nan)
    if plan is not None:
        start[x] = plan
    answer = solve(model, time_limit=question.left * 0.7, seed=question.seed, progress=question.progress, start=start)
    return answer, sites_of(answer, x, plan)


def _most_people(question: Question, rows: Rows, people: np.ndarray, lifted: np.ndarray, limits: tuple,
                 is_open: np.ndarray, cuts: list[Cut] | None, progress) -> np.ndarray:
    """Among the plans that leave nobody behind further than this one, the one that covers most people.

    With `cuts`, rows that such plans meet, the question is a large one and the answer may be off by `NEARLY`.
    """
    floor = unit_shares(rows, is_open, people)[lifted].min(initial=1.0)
    draft = Draft(maximise=True)
    x, y, merged = _cover_columns(draft, question.instance, rows, limits, gain=True)
    number = _numbers(lifted, len(people))
    mine = number[merged.label] >= 0
    least = floor * people[lifted]
    least = np.ceil(least - 1e-9) if is_whole(rows.weight) else least
    unit = number[merged.label[mine]]
    draft.rows(len(lifted), [(unit, y[mine], merged.weight[mine] / people[lifted][unit])], lower=least / people[lifted])
    for cut in cuts or ():
        draft.row(x[cut.site], cut.value, lower=cut.least)
    model = draft.finish()
    start = np.full(len(model.cost), np.nan)
    start[x] = is_open

    def stop(value: float, bound: float) -> bool:
        near = cuts is not None and bound - value <= NEARLY * value
        return near or (progress is not None and progress(value, bound))

    answer = solve(model, time_limit=question.left, seed=question.seed, start=start, progress=stop)
    if answer.values is not None:
        trial = answer.values[x] > 0.5
        if unit_shares(rows, trial, people)[lifted].min(initial=1.0) >= floor - 1e-12:
            return trial
    return is_open


def _cover_columns(draft: Draft, instance: Instance, rows: Rows, limits: tuple, *, gain: bool):
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, *limits)
    y, merged = won_columns(draft, rows, x, gain=gain)
    return x, y, merged


def _numbers(some: np.ndarray, n: int) -> np.ndarray:
    number = np.full(n, -1)
    number[some] = np.arange(len(some))
    return number
