"""Share services out between units: lift the worst-off, or miss the target by least.

Takes the three tables of siting/instance.py, `demand` with a `unit`; gives a `SitingResult`, and the units'
shares in `measures`.

Models: max–min covering, the most people covered among its optima; least shortfall of a share that each
unit should reach (goal programming; Charnes & Cooper 1961).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import REQUIRED, Instance
from coverage.siting.maximal import SMALL
from coverage.siting.milp import Draft
from coverage.siting.minsum import min_sum, swapped_plan
from coverage.siting.order import still
from coverage.siting.question import ask, conclude, sites_of
from coverage.siting.reduce import without_sites
from coverage.siting.result import SitingResult
from coverage.siting.rows import Rows, merge, rows_within
from coverage.siting.rules import check_limits, is_whole, limit_rows, site_columns, won_columns
from coverage.siting.solver import solve
from coverage.siting.tidy import without_idle

LIFTING_ROUNDS = 60
"""Rounds of reweighting for the plan that a large fair model begins from."""


def fair(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float, p: int | None = None,
         budget: float | None = None, yearly_budget: float | None = None, time_limit: float = SOLVE_SECONDS,
         seed: int = SEED, progress=None) -> SitingResult:
    """Choose new sites that make the least covered unit's share as large as can be, then cover most people.

    The objective is that share, 0–1, over the units that have people. A unit that no site on offer reaches
    holds it at 0: such units are named in `notes`, and the rest are lifted all the same. `measures` gives
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

    draft = Draft(maximise=True)
    x, y, merged = _cover_columns(draft, instance, rows, limits, gain=False)
    if len(lifted):
        worst = draft.columns(1.0, upper=float((reach[lifted] / people[lifted]).min()), integer=False)
        number = _numbers(lifted, len(units))
        mine = number[merged.label] >= 0
        draft.rows(len(lifted), [(number[merged.label[mine]], y[mine], merged.weight[mine]),
                                 (np.arange(len(lifted)), worst[0], -people[lifted])], lower=0.0)
    model = draft.finish()
    start = np.full(len(model.cost), np.nan)
    if budget is None and instance.is_plain and len(rows.site) > SMALL:
        start[x] = lifting_plan(instance, rows, people, lifted, p)
    first = solve(model, time_limit=question.left * 0.7, seed=seed, progress=progress, start=start)
    is_open = sites_of(first, x, greedy_plan(instance, rows, p=p, budget=budget, yearly_budget=yearly_budget))
    ceiling = float((reach[lifted] / people[lifted]).min()) if len(lifted) else 1.0
    bound = min(first.bound, ceiling) if len(lifted) else 1.0
    floor = unit_shares(rows, is_open, people)[lifted].min(initial=1.0)

    # Among the plans that leave nobody behind further than this, the one that covers most people.
    draft = Draft(maximise=True)
    x, y, merged = _cover_columns(draft, instance, rows, limits, gain=True)
    number = _numbers(lifted, len(units))
    mine = number[merged.label] >= 0
    least = floor * people[lifted]
    least = np.ceil(least - 1e-9) if is_whole(instance.weight) else least
    draft.rows(len(lifted), [(number[merged.label[mine]], y[mine], merged.weight[mine])], lower=least)
    model = draft.finish()
    start = np.full(len(model.cost), np.nan)
    start[x] = is_open
    second = solve(model, time_limit=question.left, seed=seed, start=start, progress=still(progress, first))
    if second.values is not None:
        trial = second.values[x] > 0.5
        if unit_shares(rows, trial, people)[lifted].min(initial=1.0) >= floor - 1e-12:
            is_open = trial
    is_open = without_idle(instance, rows, is_open, yearly_budget)
    shares = unit_shares(rows, is_open, people)
    reachable = float(shares[lifted].min(initial=1.0))
    hopeless = bool(lost.any())
    return conclude(
        question, is_open, model="fair", objective=0.0 if hopeless else reachable,
        bound=0.0 if hopeless else bound, termination=first.termination, maximise=True,
        notes=tuple(f"{units[u]} 在 {within_min:g} 分钟内没有任何可选点，最低覆盖率因此只能是 0"
                    for u in np.flatnonzero(lost)),
        measures={"worst_reachable": reachable,
                  "worst_reachable_bound": max(reachable, bound),
                  **inequality(shares, people)},
        conditions={"p": p, "budget": budget, "yearly_budget": yearly_budget})


def least_shortfall(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                    share: float, p: int | None = None, budget: float | None = None,
                    yearly_budget: float | None = None, time_limit: float = SOLVE_SECONDS,
                    seed: int = SEED, progress=None) -> SitingResult:
    """Choose new sites so that the units together miss the target by the fewest people.

    The target is that `share` (0–1) of each unit's people be within the limit; without a `unit` column all
    people are one unit. A unit past its target makes up for no other. The objective is the people missing.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    limits = (p, budget, yearly_budget)
    check_limits(instance, *limits)
    if not 0 <= share <= 1:
        raise InputError(f"目标比例要在 0 到 1 之间，不能是 {share}")
    units, label = unit_labels(instance) if instance.unit is not None else ([""], np.zeros(len(instance.weight), int))
    rows = rows_within(instance, label=label)
    target = share * np.bincount(label, weights=instance.weight, minlength=len(units))
    draft = Draft()
    x, y, merged = _cover_columns(draft, instance, rows, limits, gain=False)
    short = draft.columns(np.ones(len(units)), upper=target, integer=False)
    draft.rows(len(units), [(merged.label, y, merged.weight), (np.arange(len(units)), short, 1.0)], lower=target)
    answer = solve(draft.finish(), time_limit=question.left, seed=seed, progress=progress)
    is_open = without_idle(instance, rows,
                           sites_of(answer, x, greedy_plan(instance, rows, p=p, budget=budget,
                                                           yearly_budget=yearly_budget)), yearly_budget)
    won = rows.won(is_open)
    held = np.bincount(label[won], weights=instance.weight[won], minlength=len(units))
    missing = np.maximum(target - held, 0.0)
    return conclude(question, is_open, model="least-shortfall", objective=math.fsum(missing),
                    bound=max(answer.bound, 0.0), termination=answer.termination,
                    measures={"units_short": int((missing > 1e-9).sum()), "target": math.fsum(target)},
                    conditions={"p": p, "budget": budget, "yearly_budget": yearly_budget})


def lifting_plan(instance: Instance, rows: Rows, people: np.ndarray, lifted: np.ndarray, p: int) -> np.ndarray:
    """A plan that leaves no unit far behind, by multiplicative weights (Plotkin, Shmoys & Tardos 1995).

    Each round covers most people with each unit's people weighted; units behind the others then weigh more.
    """
    standing = instance.standing
    k = p - int(instance.is_role(REQUIRED).sum())
    left = without_sites(rows.take(~rows.won(standing) & (rows.weight > 0)), standing)
    left = left.take(np.diff(left.ptr) > 0)
    left, _ = merge(left)
    weigh = np.ones(len(people))
    best, best_key = standing, (-1.0, -1.0)
    for turn in range(LIFTING_ROUNDS):
        worth = left.weight * (weigh / np.maximum(people, 1))[left.label]
        problem = min_sum(worth, left.row, left.site, np.zeros(len(left.site)), len(standing), whole=False)
        is_open = standing | swapped_plan(problem, k)
        shares = unit_shares(rows, is_open, people)
        key = float(shares[lifted].min(initial=1.0)), float(rows.weight[rows.won(is_open)].sum())
        if key > best_key:
            best, best_key = is_open, key
        weigh *= np.exp(-(4.0 / (1 + turn / 10)) * (shares - shares[lifted].mean()))
        weigh /= weigh.max()
    return best


def unit_labels(instance: Instance) -> tuple[list[str], np.ndarray]:
    """(the units' names, each demand point's number among them). Raises InputError without a `unit` column."""
    if instance.unit is None:
        raise InputError("这个模型要求需求表有 unit 列（所属单元）")
    units, label = np.unique(instance.unit.astype(str), return_inverse=True)
    return units.tolist(), label


def inequality(shares: np.ndarray, people: np.ndarray) -> dict[str, float]:
    """Gini and Theil of the units' shares, each weighted by its people; NaN when all shares are 0."""
    here = people > 0
    shares, people = shares[here], people[here] / people[here].sum() if here.any() else people[here]
    mean = float((shares * people).sum())
    if not here.any() or mean == 0:
        return {"gini": math.nan, "theil": math.nan}
    gaps = np.abs(shares[:, None] - shares[None, :]) * people[:, None] * people[None, :]
    ratio = shares / mean
    logs = np.log(ratio, where=ratio > 0, out=np.zeros_like(ratio))
    return {"gini": float(gaps.sum() / (2 * mean)), "theil": float((people * ratio * logs).sum())}


def _cover_columns(draft: Draft, instance: Instance, rows: Rows, limits: tuple, *, gain: bool):
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, *limits)
    y, merged = won_columns(draft, rows, x, gain=gain)
    return x, y, merged


def _numbers(some: np.ndarray, n: int) -> np.ndarray:
    number = np.full(n, -1)
    number[some] = np.arange(len(some))
    return number


def unit_shares(rows: Rows, is_open: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Each unit's covered share; a unit without people counts as covered."""
    won = rows.won(is_open)
    held = np.bincount(rows.label[won], weights=rows.weight[won], minlength=len(people))
    return np.divide(held, people, out=np.ones(len(people)), where=people > 0)


