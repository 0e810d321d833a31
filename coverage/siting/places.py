"""Write who could go where when places are limited, and solve what has no engine of its own.

Takes a `Question`; gives `Pairs`, and a `Solution` over sites and pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from coverage.siting.filling import least_left_out
from coverage.siting.fixedcharge import fixed_charge, solve_fixed_charge
from coverage.siting.greedy import first_plan, without_option
from coverage.siting.instance import CANDIDATE, EXISTING, FORBIDDEN, Instance, is_whole
from coverage.siting.milp import Draft
from coverage.siting.question import Question
from coverage.siting.rows import rows_within
from coverage.siting.rules import limit_rows, site_columns
from coverage.siting.solver import Solution, solve

BEGIN, MOMENT = 0.2, 2.0
"""The share of the time that a plan to begin from may take, and the seconds that it may where none are left."""

SEARCH = 0.5
"""The share of the time after which HiGHS goes on where options are bound to one another."""

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
    ours = math.isinf(spare) and not has_minimum(question.instance)
    if ours and question.instance.is_plain:
        answer = _searched(question, pairs, price, pair_cost, limits[0])
        if answer.values is not None or answer.termination == "cancelled":
            return answer
    begun = _begun(question, limits, spare)
    if begun.status == "infeasible" or question.left <= 0 or begun.termination == "cancelled":
        return begun
    if ours and begun.values is not None:
        part = question if question.instance.is_plain else question.within(SEARCH * question.left)
        begun = _searched(part, pairs, price, pair_cost, limits[0], begun.values > 0.5)
        if question.instance.is_plain or begun.termination in ("proven", "cancelled") or question.left <= 0:
            return begun
    draft = Draft()
    x, _, shift = places_model(draft, question, pairs, np.unique(pairs.row), price, pair_cost, limits, split=True,
                               spare=spare)
    model, start = draft.finish(), None
    if begun.values is not None:
        start = np.full(len(model.cost), np.nan)
        start[x] = begun.values
    progress = question.progress and (lambda value, bound: question.progress(value + shift, bound + shift))
    answer = solve(model, time_limit=question.left, seed=question.seed, start=start, progress=progress)
    answer = replace(answer, objective=answer.objective + shift, bound=max(begun.bound, answer.bound + shift))
    worse = answer.values is None or (begun.values is not None and answer.objective > begun.objective)
    if worse and answer.status != "infeasible":
        return replace(answer, status=begun.status, values=begun.values, objective=begun.objective)
    return answer


def _begun(question: Question, limits: tuple, spare: float) -> Solution:
    """A plan to begin from: one that leaves out fewest, without the options that too few people would be left for.

    It is found within a share of the time, or in a moment more where there is none left. "infeasible" where somebody
    must be left out and nobody may.
    """
    instance, everyone = question.instance, math.isinf(spare)
    progress = question.progress and (lambda value, bound: question.progress(math.inf, -math.inf))
    least = least_left_out(replace(question.within(max(MOMENT, BEGIN * question.left)), progress=progress), limits)
    if everyone and least.bound > (0.5 if is_whole(instance.weight) else 1e-6 * instance.weight.sum()):
        return Solution("infeasible", "infeasible", None, math.inf, math.inf)
    none = Solution("unknown", "time_limit", None, math.inf, 0.0 if everyone else spare * least.bound)
    if least.termination == "cancelled" and least.values is None:
        return replace(none, termination="cancelled")
    plan = None if least.values is None else least.values > 0.5
    left_out = least.objective
    if plan is not None and has_minimum(instance):
        plan, left_out = without_too_few(instance, plan)
    if has_minimum(instance) and (plan is None or (everyone and left_out > 0) or not instance.bonds.hold(plan)):
        small = instance.is_role(CANDIDATE) & (instance.min_people > 0)
        bare = replace(instance, role=np.where(small, FORBIDDEN, instance.role),
                       min_people=np.where(small, 0.0, instance.min_people))
        fewer = none if has_minimum(bare) else _begun(replace(question, instance=bare), limits, spare)
        return none if fewer.values is None else replace(fewer, bound=none.bound)
    if plan is None or (everyone and left_out > 0) or not instance.bonds.hold(plan):
        return none
    return replace(none, status="feasible", values=plan.astype(float))


def without_too_few(instance: Instance, plan: np.ndarray) -> tuple[np.ndarray, float]:
    """The plan without candidates who are left with too few people, the fewest for their minimum first; and how many
    people are then left out."""
    from coverage.siting.kernels.mincut import waiting

    rows = rows_within(instance)
    ptr = np.concatenate(([0], np.cumsum(np.bincount(rows.site, minlength=len(plan)))))
    pair, weight = np.argsort(rows.site, kind="stable"), rows.weight.astype(float)
    while True:
        left_out, flow, _ = waiting(weight, rows.ptr, rows.site, rows.row, ptr, pair,
                                    weight[rows.row] * plan[rows.site], np.where(plan, instance.capacity, 0.0))
        short = too_few(instance, plan, np.bincount(rows.site, weights=flow, minlength=len(plan)))
        if short is None:
            return plan, left_out
        plan = without_option(instance, plan, short)


def too_few(instance: Instance, plan: np.ndarray, taken: np.ndarray) -> int | None:
    """The open option that takes fewest people for its minimum, if one takes fewer than that."""
    least = np.where(instance.is_role(EXISTING), 0.0, instance.min_people)
    short = plan & (taken < least - 1e-9)
    return int(np.argmin(np.where(short, taken / np.maximum(least, 1e-9), np.inf))) if short.any() else None


def _searched(question: Question, pairs: Pairs, price: np.ndarray, pair_cost: np.ndarray, p: int | None,
              start: np.ndarray | None = None) -> Solution:
    """By branch and bound of our own; without a plan where it met none in which everyone fits."""
    instance, n = question.instance, len(price)
    here, number = np.unique(pairs.row, return_inverse=True)
    problem = fixed_charge(number, pairs.site, pair_cost, weight=instance.weight[here], fixed=price,
                           room=instance.capacity, standing=instance.standing, usable=~instance.is_role(FORBIDDEN),
                           begun=first_plan(instance), counted=instance.adds, bonds=instance.bonds,
                           replaces=instance.replaces)
    k = n if p is None else p - int((instance.standing & instance.adds).sum())
    found = solve_fixed_charge(problem, k, time_limit=question.left, seed=question.seed, progress=question.progress,
                               start=start)
    held = math.isfinite(found.value)
    return Solution("feasible" if held else "unknown", found.termination, found.is_open.astype(float) if held else None,
                    found.value, found.bound)


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


def has_minimum(instance: Instance) -> bool:
    """Whether some option on offer has to be given so many people."""
    return bool(((instance.min_people > 0) & ~instance.is_role(EXISTING) & ~instance.is_role(FORBIDDEN)).any())
