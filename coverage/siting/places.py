"""Write who could go where when places are limited, and close what the search leaves open.

Takes a `Question`; gives `Pairs`, and a `Solution` over sites and pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from coverage.siting.fixedcharge import CORE_PAIRS, HUGE, fixed_charge, solve_fixed_charge
from coverage.siting.instance import EXISTING, FORBIDDEN, Instance
from coverage.siting.milp import Draft
from coverage.siting.minsum import Found
from coverage.siting.question import Question
from coverage.siting.rules import limit_rows, site_columns
from coverage.siting.solver import Solution, solve

LINKS = 100_000
"""Up to so many pairs, each is tied to its site by a row of its own, which tightens the relaxation."""


@dataclass(frozen=True)
class Pairs:
    """Who could go where: demand position, site position, minutes, and the people at the demand point."""

    row: np.ndarray
    site: np.ndarray
    minutes: np.ndarray
    people: np.ndarray


def pairs_of(question: Question) -> Pairs:
    instance = question.instance
    row = np.repeat(np.arange(len(instance.weight)), np.diff(instance.ptr))
    keep = (instance.is_within() & ~instance.is_role(FORBIDDEN)[instance.site]
            & (instance.weight[row] > 0))
    row = row[keep]
    return Pairs(row, instance.site[keep], instance.minutes[keep], instance.weight[row].astype(float))


def _flow_columns(draft: Draft, pairs: Pairs, gain: np.ndarray, split: bool) -> np.ndarray:
    """For each pair the share of its people that go: any share with `split`, else all or none."""
    return draft.columns(gain, integer=not split)


def _serve_rows(draft: Draft, here: np.ndarray, pairs: Pairs, z: np.ndarray, *, least: float | None) -> None:
    """The shares of each demand point of `here` add up to at most 1, and at least `least`: it may have no pair left."""
    draft.rows(len(here), [(np.searchsorted(here, pairs.row), z, 1.0)], lower=-np.inf if least is None else least,
               upper=1.0)


def _capacity_rows(draft: Draft, instance: Instance, pairs: Pairs, x: np.ndarray, z: np.ndarray) -> None:
    """A shut site serves nobody, an open one at most its capacity and at least its minimum."""
    n = len(x)
    reach = np.bincount(pairs.site, weights=pairs.people, minlength=n)
    room = np.minimum(instance.capacity, reach)
    used = np.flatnonzero(reach > 0)
    number = np.full(n, -1)
    number[used] = np.arange(len(used))
    draft.rows(len(used), [(number[pairs.site], z, pairs.people), (np.arange(len(used)), x[used], -room[used])],
               upper=0.0)
    least = instance.min_people * ~instance.is_role(EXISTING)
    kept = np.flatnonzero((least > 0) & ~instance.is_role(FORBIDDEN))
    number = np.full(n, -1)
    number[kept] = np.arange(len(kept))
    mine = number[pairs.site] >= 0
    draft.rows(len(kept), [(number[pairs.site[mine]], z[mine], pairs.people[mine]),
                           (np.arange(len(kept)), x[kept], -least[kept])], lower=0.0)
    if len(z) <= LINKS:
        at = np.arange(len(z))
        draft.rows(len(z), [(at, z, 1.0), (at, x[pairs.site], -1.0)], upper=0.0)


def least_with_places(question: Question, pairs: Pairs, price: np.ndarray, pair_cost: np.ndarray, limits: tuple, *,
                      split: bool, spare: float = math.inf, whole: bool = False) -> Solution:
    """The least of the sites' prices and the pairs' costs (each for one person) with everyone served once.

    With `spare` a person may be left out at that cost. `values` are the sites', then the pairs' shares (NaN where
    the search alone found the plan). What the search of siting/fixedcharge.py proves is fixed before HiGHS.
    """
    instance = question.instance
    known = None
    searched = split and instance.is_plain and limits[1:] == (None, None) and not _minimum(instance).any()
    if searched and len(pairs.row):
        known = _searched(question, pairs, price, pair_cost, limits[0], spare, whole)
        if known.termination != "open" or question.left < 0.5:
            ended = "time_limit" if known.termination == "open" else known.termination
            held = math.isfinite(known.value)
            values = np.concatenate([known.is_open, np.full(len(pairs.row), np.nan)])
            return Solution("feasible" if held else "unknown", ended, values if held else None, known.value,
                            known.bound)
    draft = Draft()
    x = site_columns(draft, instance, price, shut=None if known is None else known.never)
    limit_rows(draft, instance, x, *limits)
    alive = np.ones(len(pairs.row), dtype=bool) if known is None else ~known.never[pairs.site]
    left = Pairs(pairs.row[alive], pairs.site[alive], pairs.minutes[alive], pairs.people[alive])
    off = 0.0 if math.isinf(spare) else spare
    z = _flow_columns(draft, left, (pair_cost[alive] - off) * left.people, split)
    _serve_rows(draft, np.unique(pairs.row), left, z, least=1.0 if math.isinf(spare) else None)
    _capacity_rows(draft, instance, left, x, z)
    if known is not None:
        must = np.flatnonzero(known.must)
        draft.rows(len(must), [(np.arange(len(must)), x[must], 1.0)], lower=1.0)
    model = draft.finish()
    start = None
    if known is not None and math.isfinite(known.value):
        start = np.full(len(model.cost), np.nan)
        start[x] = known.is_open
    shift = off * float(instance.weight[np.unique(pairs.row)].sum())
    progress = question.progress and (lambda value, bound: question.progress(value + shift, bound + shift))
    answer = solve(model, time_limit=question.left, seed=question.seed, start=start, progress=progress,
                   closed=0.999 if whole and split else 1e-6)
    return _joined(answer, known, x, z, alive, shift)


def _joined(answer: Solution, known: Found | None, x, z, alive: np.ndarray, shift: float) -> Solution:
    """HiGHS's answer and the search's as one; a plan that the fixing shuts out is no better than the one in hand."""
    values = None
    if answer.values is not None:
        shares = np.zeros(len(alive))
        shares[alive] = answer.values[z]
        values = np.concatenate([answer.values[x], shares])
    value, bound = answer.objective + shift, answer.bound + shift
    if known is None:
        return Solution(answer.status, answer.termination, values, value, bound)
    if math.isfinite(known.value) and (values is None or known.value <= value):
        values, value = np.concatenate([known.is_open, np.full(len(alive), np.nan)]), known.value
    status = answer.status if values is None else "feasible"
    proven = answer.status == "infeasible"  # nothing better than the plan in hand
    bound = value if proven and values is not None else min(value, max(known.bound, bound))
    return Solution(status, "proven" if proven and values is not None else answer.termination, values, value, bound)


def _searched(question: Question, pairs: Pairs, price, pair_cost, p: int | None, spare: float, whole: bool) -> Found:
    instance = question.instance
    here, number = np.unique(pairs.row, return_inverse=True)
    problem = fixed_charge(number, pairs.site, pair_cost, weight=instance.weight[here], fixed=price,
                           room=instance.capacity, standing=instance.standing,
                           usable=~instance.is_role(FORBIDDEN), spare=spare)
    n = len(instance.site_id)
    k = n if p is None else p - int((instance.standing & instance.adds).sum())
    share = 0.9 if len(pairs.row) > (HUGE if math.isinf(spare) else CORE_PAIRS) else 0.6
    found = solve_fixed_charge(problem, k, time_limit=question.left * share, seed=question.seed,
                               progress=question.progress, whole=whole)
    return Found(found.is_open[:n], found.value, found.bound, found.termination, found.must[:n], found.never[:n])


def _minimum(instance: Instance) -> np.ndarray:
    return (instance.min_people > 0) & ~instance.is_role(EXISTING) & ~instance.is_role(FORBIDDEN)
