"""Write who could go where when places are limited, and solve what has no engine of its own.

Takes a `Question`; gives `Pairs`, and a `Solution` over sites and pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from coverage.siting.fixedcharge import fixed_charge, solve_fixed_charge
from coverage.siting.instance import EXISTING, FORBIDDEN, Instance
from coverage.siting.milp import Draft
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
                      spare: float = math.inf) -> Solution:
    """The least of the sites' prices and the pairs' costs (each for one person) with everyone served once.

    With `spare` a person may be left out at that cost. `values` begin with the sites'.
    """
    if math.isinf(spare) and question.instance.is_plain and not has_minimum(question.instance):
        answer = _searched(question, pairs, price, pair_cost, limits[0])
        if answer.values is not None or answer.termination == "cancelled" or question.left <= 0:
            return answer
    draft = Draft()
    _, _, shift = places_model(draft, question, pairs, np.unique(pairs.row), price, pair_cost, limits, split=True,
                               spare=spare)
    progress = question.progress and (lambda value, bound: question.progress(value + shift, bound + shift))
    answer = solve(draft.finish(), time_limit=question.left, seed=question.seed, progress=progress)
    return replace(answer, objective=answer.objective + shift, bound=answer.bound + shift)


def places_model(draft: Draft, question: Question, pairs: Pairs, here: np.ndarray, price: np.ndarray,
                 pair_cost: np.ndarray, limits: tuple, *, split: bool, spare: float,
                 is_open: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, float]:
    """Sites and pairs as a mixed-integer model; gives the columns of both, and what to add to its objective.

    `here` are the demands to be served. With `is_open` the sites are settled.
    """
    x = site_columns(draft, question.instance, price, shut=None if is_open is None else ~is_open)
    limit_rows(draft, question.instance, x, *limits)
    if is_open is not None:
        draft.rows(len(x), [(np.arange(len(x)), x, 1.0)], lower=is_open.astype(float), upper=is_open.astype(float))
    off = 0.0 if math.isinf(spare) else spare
    z = draft.columns((pair_cost - off) * pairs.people, integer=not split)
    # Each demand's shares add up to at most 1, and to 1 where nobody may stay out: it may have no pair left.
    draft.rows(len(here), [(np.searchsorted(here, pairs.row), z, 1.0)], lower=1.0 if math.isinf(spare) else -np.inf,
               upper=1.0)
    _capacity_rows(draft, question.instance, pairs, x, z)
    return x, z, off * float(question.instance.weight[here].sum())


def _searched(question: Question, pairs: Pairs, price: np.ndarray, pair_cost: np.ndarray, p: int | None) -> Solution:
    """By branch and bound of our own; without a plan where it met none in which everyone fits."""
    instance, n = question.instance, len(price)
    here, number = np.unique(pairs.row, return_inverse=True)
    problem = fixed_charge(number, pairs.site, pair_cost, weight=instance.weight[here], fixed=price,
                           room=instance.capacity, standing=instance.standing, usable=~instance.is_role(FORBIDDEN))
    k = n if p is None else p - int((instance.standing & instance.adds).sum())
    found = solve_fixed_charge(problem, k, time_limit=question.left, seed=question.seed, progress=question.progress)
    held = math.isfinite(found.value)
    return Solution("feasible" if held else "unknown", found.termination, found.is_open.astype(float) if held else None,
                    found.value, found.bound)


def has_minimum(instance: Instance) -> bool:
    """Whether some option on offer has to be given so many people."""
    return bool(((instance.min_people > 0) & ~instance.is_role(EXISTING) & ~instance.is_role(FORBIDDEN)).any())
