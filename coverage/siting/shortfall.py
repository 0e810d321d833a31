"""Miss a target by least where the money doesn't reach: people within the limit, or institutions in each unit.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is what is missing.

Model: goal programming (Charnes & Cooper 1961), its ties broken in order: most people within the limit, then fewest
person-minutes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.exchange import nearer
from coverage.siting.fair_shares import unit_labels
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import CANDIDATE, FORBIDDEN, Instance
from coverage.siting.milp import Draft
from coverage.siting.order import still
from coverage.siting.question import Question, ask, conclude, sites_of
from coverage.siting.result import SitingResult
from coverage.siting.rows import Rows, rows_within
from coverage.siting.rules import check_limits, limit_rows, site_columns, unit_needs, won_columns
from coverage.siting.solver import Solution, solve
from coverage.siting.tidy import tidied

FOR_TIES = 3.0, 2.0
"""Ties are broken in so many seconds, or in so many times what the shortfall itself took, whichever is more."""


def least_shortfall(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                    share: float | None = None, n: int | None = None, units=None, p: int | None = None,
                    budget: float | None = None, yearly_budget: float | None = None,
                    time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> SitingResult:
    """Choose new sites so that the units together miss the target by least.

    With `share` (0–1) the target is that this share of each unit's people be within the limit; without a `unit`
    column all people are one unit. The objective is the people missing. With `n` it is that each unit (of `units`;
    default: all that `demand` names) holds so many sites, existing ones included; the objective is the sites missing.
    A unit past its target makes up for no other. Among the plans that are best in this, one that reaches most people
    is taken, and of alike ones one that no exchange of two sites brings nearer to the people.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance, limits = question.instance, {"p": p, "budget": budget, "yearly_budget": yearly_budget}
    check_limits(instance, p, budget, yearly_budget)
    if (share is None) == (n is None):
        raise InputError("目标比例 share 和每个单元的处数 n 写且只写一个")
    if share is not None and not 0 <= share <= 1:
        raise InputError(f"目标比例要在 0 到 1 之间，不能是 {share}")
    rows = rows_within(instance)
    draft = Draft()
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, p, budget, yearly_budget)
    target = _people_target if n is None else _places_target
    short, missing, matter = target(draft, instance, x, share if n is None else n, units)
    first = solve(draft.finish(), time_limit=question.left, seed=seed, progress=progress)
    is_open = sites_of(first, x, greedy_plan(instance, matter, **limits))
    before = missing(is_open)

    def as_good(after: np.ndarray) -> bool:
        return missing(after).sum() <= before.sum() + 1e-9

    if first.termination == "proven":
        is_open = _most_people(question, draft, x, short, rows, is_open, first, as_good)
    is_open = _without_idle(instance, rows, is_open, as_good, yearly_budget)
    reached = rows.weight[rows.won(is_open)].sum()
    is_open = nearer(instance, is_open, lambda after: as_good(after) and rows.weight[rows.won(after)].sum() >= reached,
                     **limits)
    left = missing(is_open)
    return conclude(question, is_open, model="least-shortfall", objective=math.fsum(left), bound=max(first.bound, 0.0),
                    termination=first.termination, whole=n is not None,
                    measures={"units_short": int((left > 1e-9).sum())},
                    conditions={**limits, "share": share, "n": n, "units": units})


def _people_target(draft: Draft, instance: Instance, x: np.ndarray, share: float, units):
    """(columns of what is missing, what a plan leaves missing by unit, the rows that count for it)."""
    if units is not None:
        raise InputError("units 只和每个单元的处数 n 一起给出")
    names, label = unit_labels(instance) if instance.unit is not None else ([""], np.zeros(len(instance.weight), int))
    rows = rows_within(instance, label=label)
    target = share * np.bincount(label, weights=instance.weight, minlength=len(names))
    y, merged = won_columns(draft, rows, x, gain=False)
    scale = float(target.max(initial=0.0)) or 1.0  # people by the million, or millionths, are hard on the solver
    short = draft.columns(np.full(len(names), scale), upper=target / scale, integer=False)
    draft.rows(len(names), [(merged.label, y, merged.weight / scale), (np.arange(len(names)), short, 1.0)],
               lower=target / scale)

    def missing(is_open: np.ndarray) -> np.ndarray:
        won = rows.won(is_open)
        held = np.bincount(label[won], weights=instance.weight[won], minlength=len(names))
        return np.maximum(target - held, 0.0)

    return short, missing, rows


def _places_target(draft: Draft, instance: Instance, x: np.ndarray, n: int, units):
    """As `_people_target`, of sites in each unit; the rows are the units, won by the sites in them."""
    wanted = list(unit_needs(instance, units, n)[0])
    number = {unit: at for at, unit in enumerate(wanted)}
    unit = np.array([number.get(name, -1) for name in instance.site_unit])
    here = np.flatnonzero((unit >= 0) & ~instance.is_role(FORBIDDEN))
    here = here[np.argsort(unit[here], kind="stable")]
    short = draft.columns(np.ones(len(wanted)), upper=float(n), integer=False)
    draft.rows(len(wanted), [(unit[here], x[here], 1.0), (np.arange(len(wanted)), short, 1.0)], lower=float(n))

    def missing(is_open: np.ndarray) -> np.ndarray:
        return np.maximum(n - np.bincount(unit[here][is_open[here]], minlength=len(wanted)), 0)

    ptr = np.concatenate(([0], np.cumsum(np.bincount(unit[here], minlength=len(wanted)))))
    return short, missing, Rows(np.ones(len(wanted), int), np.zeros(len(wanted), int), ptr, here)


def _without_idle(instance: Instance, rows: Rows, is_open: np.ndarray, as_good: Callable[[np.ndarray], bool],
                  yearly_budget: float | None) -> np.ndarray:
    """The plan without candidates that bring neither what the target asks for nor people; the last id goes first."""
    times = rows.times_won(is_open)
    won = (times > 0) & (rows.weight > 0)

    def good(after: np.ndarray) -> bool:
        return bool(rows.won(after)[won].all()) and as_good(after)

    if not instance.is_plain:
        return tidied(instance, is_open, good, yearly_budget)
    alone = np.bincount(rows.site[(won & (times == 1))[rows.row]], minlength=len(is_open)) > 0
    for site in np.flatnonzero(is_open & ~alone & instance.is_role(CANDIDATE))[::-1]:
        after = is_open.copy()
        after[site] = False
        is_open = after if good(after) else is_open
    return is_open


def _most_people(question: Question, draft: Draft, x: np.ndarray, short: np.ndarray, rows: Rows,
                 is_open: np.ndarray, first: Solution, as_good: Callable[[np.ndarray], bool]) -> np.ndarray:
    """Of the plans that miss no more, one that reaches most people."""
    spent = question.time_limit - question.left
    price = draft.finish().cost[short]
    room = float(first.objective) * (1 + 1e-9) + 1e-9
    draft.row(short, price, upper=room)
    y, merged = won_columns(draft, rows, x, gain=False)
    model = draft.finish()
    aim = np.zeros(len(model.cost))
    aim[y] = -merged.weight
    start = np.full(len(aim), np.nan)
    start[x] = is_open
    answer = solve(replace(model, cost=aim), time_limit=min(question.left, max(FOR_TIES[0], FOR_TIES[1] * spent)),
                   seed=question.seed, start=start, progress=still(question.progress, first))
    if answer.values is None:
        return is_open
    trial = answer.values[x] > 0.5
    more = rows.weight[rows.won(trial)].sum() > rows.weight[rows.won(is_open)].sum()
    return trial if more and as_good(trial) else is_open
