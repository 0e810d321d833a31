"""Lift the least covered unit where the plain model is too large: a plan to begin from, and a bisection.

Takes `Rows` labelled by unit and the number of sites; gives open sites, and the share that no plan exceeds.

Whether every unit can have a share t is a covering question: the fewest sites that give each its people (as in the
p-center). Each unit's own combinations tighten it: where no site alone is enough for a unit it needs two, where none
of two are it needs three (lifted cover inequalities; Balas & Zemel 1978).
"""

from __future__ import annotations

import math
import time

import numpy as np

from coverage.siting.fair_shares import unit_shares
from coverage.siting.instance import REQUIRED, Instance
from coverage.siting.milp import Draft
from coverage.siting.minsum import min_sum, swapped_plan
from coverage.siting.question import Question
from coverage.siting.reduce import without_sites
from coverage.siting.rows import Rows, merge
from coverage.siting.rules import is_whole, site_columns, site_cost, won_columns
from coverage.siting.solver import solve

LIFTING_ROUNDS = 60
"""Rounds of reweighting for the plan that a large fair model begins from."""

CLOSE = 0.002
"""The bisection ends when plan and bound are so near (a share of the plan's value)."""

PAIRS_OF = 400
"""Units with more sites in reach are not searched for pairs."""


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


def bisect_share(question: Question, rows: Rows, people: np.ndarray, lifted: np.ndarray, p: int, plan: np.ndarray,
                 high: float, until: float) -> tuple[np.ndarray, float, str]:
    """(the best plan, a share that none exceeds, why it ended) by asking of one share after another how many sites
    it takes."""
    low = float(unit_shares(rows, plan, people)[lifted].min(initial=1.0))
    asked: list[float] = []
    aim = (low + high) / 2
    while high - low > CLOSE * max(low, 1e-9):
        if time.monotonic() > until:
            return plan, high, "time_limit"
        if question.progress is not None and question.progress(low, high):
            return plan, high, "cancelled"
        answer = _reach(question, rows, people, lifted, p, aim, plan, min(until, time.monotonic() + _turn(until)))
        if answer is False:
            high = aim
        elif answer is not None:
            plan = answer
            low = max(low, float(unit_shares(rows, plan, people)[lifted].min(initial=1.0)))
        else:
            asked.append(aim)
        aim = _next(low, high, asked)
    return plan, high, "tolerance"


def _turn(until: float) -> float:
    return max(2.0, (until - time.monotonic()) / 4)


def _next(low: float, high: float, asked: list[float]) -> float:
    """The middle of the widest stretch that has not been asked in vain, the upper end first."""
    marks = [low, *sorted(t for t in asked if low < t < high), high]
    widths = np.diff(marks)
    at = len(widths) - 1 - int(np.argmax(widths[::-1]))
    return (marks[at] + marks[at + 1]) / 2


def _reach(question: Question, rows: Rows, people: np.ndarray, lifted: np.ndarray, p: int, share: float,
           plan: np.ndarray, until: float):
    """p sites or fewer that give each unit the share; False if there are none, None if that stays open."""
    instance, seconds = question.instance, max(0.1, until - time.monotonic())
    standing = instance.standing
    won = rows.won(standing)
    held = np.bincount(rows.label[won], weights=rows.weight[won], minlength=len(people))
    need = share * people - held
    need = np.ceil(need - 1e-9) if is_whole(instance.weight) else need
    short = lifted[need[lifted] > 0]
    left = without_sites(rows.take(~won & (rows.weight > 0) & np.isin(rows.label, short)), standing)
    left, _ = merge(left.take(np.diff(left.ptr) > 0))
    price = site_cost(instance, "sites").astype(float)
    draft = Draft()
    x = site_columns(draft, instance, price)
    number = np.full(len(people), -1)
    number[short] = np.arange(len(short))
    y, merged = won_columns(draft, left, x, gain=False)
    draft.rows(len(short), [(number[merged.label], y, merged.weight)], lower=need[short])
    for unit in short:
        cut = _cut(left.take(left.label == unit), need[unit])
        if cut is None:
            return False
        sites, times, least = cut
        draft.row(x[sites], times, lower=least)
    model = draft.finish()
    start = np.full(len(model.cost), np.nan)
    start[x] = plan
    answer = solve(model, time_limit=seconds, seed=question.seed, start=start,
                   progress=lambda value, bound: value <= p + 0.5 or bound > p + 1e-6)
    if answer.values is not None and answer.values[x] @ price <= p + 0.5:
        return answer.values[x] > 0.5
    return False if answer.bound > p + 1e-6 else None


def _cut(rows: Rows, need: float):
    """(sites, how often each counts, how much they must add up to) for one unit; None when all are too few.

    With A the sites that are enough alone: one of A, or as many others as it takes at least.
    """
    sites, column = np.unique(rows.site, return_inverse=True)
    covers = np.zeros((len(sites), len(rows)))
    covers[column, rows.row] = rows.weight[rows.row]
    if rows.weight.sum() < need:
        return None
    gain = covers.sum(axis=1)
    alone = gain >= need
    others = np.flatnonzero(~alone)
    ordered = np.cumsum(np.sort(gain[others])[::-1])
    least = int(np.searchsorted(ordered, need) + 1) if len(others) and ordered[-1] >= need else math.inf
    if least == 2 and len(others) <= PAIRS_OF:
        best = max((np.maximum(covers[a], covers[others]).sum(axis=1).max() for a in others), default=0.0)
        least = 2 if best >= need else 3
    if math.isinf(least):
        return sites[alone], np.ones(int(alone.sum())), 1.0
    return sites, np.where(alone, float(least), 1.0), float(least)
