"""Place a given number of new sites so that the worst journey is shortest.

Takes the three tables of siting/instance.py; gives a `SitingResult` whose objective is minutes.

Model: the p-center (Hakimi 1964), by bisecting the distinct times; at each, a set-covering problem says
whether p sites are enough (Minieka 1970).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.instance import FORBIDDEN, REQUIRED
from coverage.siting.median import free_choices, raise_disconnected
from coverage.siting.question import Question, ask, conclude
from coverage.siting.reduce import without_sites
from coverage.siting.result import SitingResult, nearest_open
from coverage.siting.rows import Rows, rows_within
from coverage.siting.setcover import cover, enough
from coverage.siting.tidy import tidied


def p_center(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, p: int,
             within_min: float = math.inf, time_limit: float = SOLVE_SECONDS, seed: int = SEED,
             progress=None) -> SitingResult:
    """Choose at most p new sites that make the longest time to the nearest open site shortest.

    Every demand point of positive weight that has a route to some site on offer counts, whatever its weight.
    `within_min` doesn't bind the plan, it says whom the account calls served. Raises InfeasibleError when
    p sites can't connect everyone who could be.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    free = free_choices(instance, p)
    standing = instance.standing
    everyone = rows_within(instance, math.inf)
    here = (np.diff(everyone.ptr) > 0) & (instance.weight > 0)
    radii = _radii(question, here)
    if len(radii) == 0:
        plan = standing
        if not instance.is_plain:
            plan = _bound_plan(question, everyone.take(here), free)
            if plan is None or plan is False:
                raise_disconnected(question, everyone, p, proven=plan is False)
        return conclude(question, plan, model="p-center", objective=0.0, bound=0.0, termination="proven",
                        conditions={"p": p})

    # The least radius at which p sites are enough: `low` is proven too small, `high` has a plan.
    low, high, plan, termination = -1, len(radii), None, "proven"
    while high - low > 1:
        middle = (low + high) // 2 if plan is not None else len(radii) - 1
        so_far = float(radii[high]) if plan is not None else math.inf, float(radii[low + 1])
        answer = _plan_within(question, radii[middle], here, standing, free, so_far)
        if answer is None:
            termination = "time_limit" if question.left <= 0 else "cancelled"
            break
        if answer is False:
            low = middle
            continue
        plan = answer
        high = int(np.searchsorted(radii, _longest(question, plan, here)))
        if progress is not None and progress(radii[high], radii[low + 1]):
            termination = "cancelled"
            break
    if plan is None:
        raise_disconnected(question, everyone, p, proven=low == len(radii) - 1)
    plan = tidied(instance, plan, lambda after: _longest(question, after, here) <= radii[high])
    return conclude(question, plan, model="p-center", objective=float(radii[high]),
                    bound=float(radii[low + 1]), termination=termination,
                    conditions={"p": p})


def _radii(question: Question, here: np.ndarray) -> np.ndarray:
    """The times that may be the answer: none is below some point's own best."""
    instance = question.instance
    usable = ~instance.is_role(FORBIDDEN)
    _, best = nearest_open(instance, usable)
    row = np.repeat(np.arange(len(here)), np.diff(instance.ptr))
    pair = here[row] & usable[instance.site]
    times = np.unique(instance.minutes[pair])
    return times[times >= np.nanmax(best[here], initial=-math.inf)] if here.any() else times[:0]


def _longest(question: Question, is_open: np.ndarray, here: np.ndarray) -> float:
    _, minutes = nearest_open(question.instance, is_open)
    return float(minutes[here].max())  # NaN, and so never enough, where someone has no route


def _plan_within(question: Question, radius: float, here: np.ndarray, standing: np.ndarray, free: int,
                 so_far: tuple[float, float]):
    """Open sites of which everyone has one within `radius`; False if p can't do it, None if time ran out."""
    rows = rows_within(question.instance, radius).take(here)
    if not question.instance.is_plain:
        return _bound_plan(question, rows, free)
    rows = rows.take(~rows.won(standing))
    rows = without_sites(rows, standing | question.instance.is_role(FORBIDDEN))
    if (np.diff(rows.ptr) == 0).any():
        return False
    sites = enough(rows, len(standing), free, time_limit=question.left, seed=question.seed,
                   stopped=question.progress and (lambda: question.progress(*so_far)))
    return sites if sites is None or sites is False else standing | sites


def _bound_plan(question: Question, rows: Rows, free: int):
    """As `_plan_within`, where options exclude, need or replace one another."""
    required = question.instance.adds & question.instance.is_role(REQUIRED)
    if (np.diff(rows.ptr) == 0).any():
        return False
    answer = cover(question, rows, question.instance.adds.astype(np.int64))
    p = free + int(required.sum())
    if answer.values is not None and question.instance.adds[answer.values > 0.5].sum() <= p:
        return answer.values > 0.5
    return False if answer.bound > p + 1e-6 else None
