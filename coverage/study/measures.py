"""Say what a question's own measure makes of a plan: a problem and siting's answer in, a worth for exchanges out.

The measures: people, graded (people by how near), minutes (of each person on average), farthest and tail (minutes of
the farthest, of the worst-off), years (people summed over the years), mean and worst (people, over the speeds and
roads cut), both (people with both tiers in reach), wan (万元 of sites and ways), placed (people who find a place),
share (the least covered township's), short (people short of what the townships want), price and number (of a plan that
keeps what is asked), missed (of several goals).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from coverage.siting.exchange import Worth
from coverage.siting.fair_shares import unit_labels
from coverage.siting.graded import graded_rows
from coverage.siting.instance import EXISTING, Instance, read
from coverage.siting.rows import Rows, rows_within, stack
from coverage.siting.worth import (
    Above,
    Asked,
    Kept,
    OverYears,
    Reached,
    Shares,
    Walked,
    WorstView,
    price_of_new,
)
from coverage.siting.worth_of_places import Placed, PlacedWhole
from coverage.study.problem import Problem
from coverage.study.solved import Solved
from coverage.study.wishes import Wish


class Measure(NamedTuple):
    """`name` says in what the worth is told."""

    name: str
    worth: Worth


def measure_of(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    """The measure of the question's model, for the instance on which `is_open` is its plan."""
    return _MEASURES.get(problem.question.model, _people)(problem, solved, instance, is_open)


def _people(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    return Measure("people", Reached(rows_within(instance), len(is_open)))


def _graded(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    levels = {level.within_min: level.worth for level in problem.question.level}
    return Measure("graded", Reached(graded_rows(instance, levels), len(is_open)))


def _backed(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    return Measure("graded", Reached(rows_within(instance), len(is_open), problem.question.backup_weight))


def _years(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    plans = [np.isin(instance.site_id, phase.chosen.index) for phase in solved.phase_results]
    return Measure("years", OverYears(Reached(rows_within(instance), len(is_open)), plans))


def _both_tiers(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    """Only those count who have an open upper site within its own limit."""
    rows, upper = rows_within(instance), solved.upper.assignment["covered"].reindex(instance.demand_id)
    both = Rows(np.where(upper.to_numpy(bool), rows.weight, 0), rows.label, rows.ptr, rows.site)
    return Measure("both", Reached(both, len(is_open)))


def upper_measure(problem: Problem, solved: Solved, instance: Instance) -> Measure:
    """The measure of two tiers for a plan of the upper one, on which `instance` is."""
    lower, refers = read(*problem.tables, within_min=problem.within_min), None
    if solved.referral is not None:
        refers = np.zeros((len(lower.site_id), len(instance.site_id)), dtype=bool)
        refers[pd.Index(lower.site_id).get_indexer(solved.referral["site_id"]),
               pd.Index(instance.site_id).get_indexer(solved.referral["upper_id"])] = True
    return Measure("both", Above(rows_within(instance), rows_within(lower),
                                 np.isin(lower.site_id, solved.result.chosen.index), lower.is_role(EXISTING), refers))


def _views(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    """Under each speed and road cut: the mean over them, or the worst."""
    seen = [rows_within(read(times, *problem.tables[1:], within_min=problem.within_min))
            for times in solved.view_times.values()]
    if problem.question.aim == "worst":
        return Measure("worst", WorstView([Reached(rows, len(is_open)) for rows in seen]))
    shared = [Rows(rows.weight / len(seen), rows.label, rows.ptr, rows.site) for rows in seen]
    return Measure("mean", Reached(stack(shared), len(is_open)))


def _walked(name: str, share: float | None) -> Callable[..., Measure]:
    return lambda problem, solved, instance, is_open: Measure(
        name, Walked(instance, (problem.question.share or 0.1) if share is None else share))


def _placed(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    return Measure("placed", _places(problem)(instance, np.zeros(len(is_open)), 1.0, served=True))


def _placed_near(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    everyone = max(1.0, float(problem.demand["weight"].sum()))
    return Measure("minutes", _places(problem)(instance, np.zeros(len(is_open)), 1.0 / everyone))


def _placed_cheaply(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    price = price_of_new(instance, sites=False)
    return Measure("wan", _places(problem)(instance, price, problem.question.wan_per_person_min))


def _places(problem: Problem) -> type[Placed]:
    return PlacedWhole if problem.question.split is False else Placed


def _shares(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    units, label = unit_labels(instance)
    people = np.bincount(label, weights=instance.weight, minlength=len(units))
    goal = None
    if problem.question.model == "least_shortfall":
        goal = problem.question.share or problem.rule.share
    return Measure("share" if goal is None else "short",
                   Shares(rows_within(instance, label=label), people, len(is_open), goal))


def _short(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    """People short in the townships or, of a goal about places, units without an institution."""
    if problem.question.goal is None or problem.rule.n is None:
        return _shares(problem, solved, instance, is_open)
    return Measure("lacking", Kept(_of_units(problem, instance, None), np.zeros(len(is_open)), missed=True))


def _kept(asked: Callable[[Problem, Instance, np.ndarray], list[Asked]]) -> Callable[..., Measure]:
    """The price of a plan that goes on keeping what is asked."""
    def measure(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
        question = problem.question
        by_money = question.minimise == "cost" or (question.model == "least_cost" and question.minimise is None)
        name = "price" if by_money else "number"
        return Measure(name, Kept(asked(problem, instance, is_open), price_of_new(instance, sites=not by_money)))
    return measure


def _reached_now(problem: Problem, instance: Instance, is_open: np.ndarray) -> list[Asked]:
    """All who are within the limit, or the share of them that is asked for."""
    rows = rows_within(instance)
    share = problem.question.share or problem.rule.share or 1.0
    if problem.question.model == "partial_cover":
        return [Asked(np.ceil(share * instance.weight.sum() * (1 - 1e-12)), rows)]
    return [Asked(float(rows.weight[rows.won(is_open)].sum()), rows)]


def _of_units(problem: Problem, instance: Instance, is_open: np.ndarray | None) -> list[Asked]:
    """Each unit that lacks has its number, as far as the plan gives it."""
    n, found = problem.question.n or problem.rule.n or 1, []
    for unit in problem.rule.lacking:
        marked = instance.site_unit == unit
        need = n if is_open is None else min(n, int((marked & is_open).sum()))
        found.append(Asked(float(need), marked=marked))
    return found


def _of_goals(problem: Problem, instance: Instance, is_open: np.ndarray | None) -> list[Asked]:
    """Every wish of several goals; the wishes of later priorities weigh a thousandth of those before."""
    parts = pd.Series([wish.aim for wish in problem.wishes]).value_counts()
    weight = [aim.weight * 1000.0 ** (1 - aim.priority) for aim in problem.question.goals]
    return [_of_wish(wish, instance, weight[wish.aim] / parts[wish.aim]) for wish in problem.wishes]


def _of_wish(wish: Wish, instance: Instance, weight: float = 1.0) -> Asked:
    said = {"weight": weight, "title": wish.title}
    if wish.parts:
        return Asked(float(wish.need), parts=tuple(_of_wish(part, instance) for part in wish.parts), **said)
    if wish.rows is None:
        return Asked(float(wish.need), marked=np.isin(instance.site_id, wish.sites), **said)
    row = pd.Index(wish.rows.index).get_indexer(wish.pairs["row"])
    site = pd.Index(instance.site_id).get_indexer(wish.pairs["site_id"])
    order = np.lexsort((site, row))
    ptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(wish.rows)))))
    rows = Rows(wish.rows.to_numpy("int64"), np.zeros(len(wish.rows), dtype=int), ptr, site[order])
    return Asked(float(wish.need), rows, **said)


def _missed(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray) -> Measure:
    return Measure("missed", Kept(_of_goals(problem, instance, None), np.zeros(len(is_open)), missed=True))


_MEASURES: dict[str, Callable[..., Measure]] = {
    "gradual_mclp": _graded, "backup_mclp": _backed, "two_tiers": _both_tiers, "robust_mclp": _views,
    "phased_mclp": _years,
    "p_median": _walked("minutes", 1.0), "p_center": _walked("farthest", 0.0), "p_tail": _walked("tail", None),
    "capacitated_mclp": _placed, "capacitated_p_median": _placed_near, "cflp": _placed_cheaply,
    "fair": _shares, "fair_in_order": _shares, "least_shortfall": _short,
    "lscp": _kept(_reached_now), "lscp_backup": _kept(_reached_now), "partial_cover": _kept(_reached_now),
    "unit_cover": _kept(_of_units), "least_cost": _kept(_of_goals), "least_miss": _missed,
}
