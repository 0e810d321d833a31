"""Send each demand's people to one site alone: plans that split them, settled anew with each demand whole.

Takes a `Question`, its `Pairs` and costs; gives a `Solution` over sites and pairs. The bound is that of split demands,
and HiGHS's where that is better.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from coverage.siting.filling import least_left_out
from coverage.siting.greedy import without_option
from coverage.siting.milp import Draft
from coverage.siting.places import Pairs, has_minimum, least_with_places, places_model, too_few
from coverage.siting.question import Question
from coverage.siting.solver import Solution, solve

SPLIT_SHARE, SITES_SHARE = 0.4, 0.5
"""The share of the time that the question with split demands may take, and of the rest that its sites' may."""

TURNS, ROUNDS, STRENGTH = 25, 20, 3
"""Local search: turns without gain that end it, rounds in each, and demands sent elsewhere at random in a round."""


def least_whole(question: Question, pairs: Pairs, price: np.ndarray, pair_cost: np.ndarray, limits: tuple, *,
                spare: float = math.inf) -> Solution:
    """As `least_with_places`, each demand's people all at one site (or, with `spare`, all left out)."""
    part = question.within(SPLIT_SHARE * question.left)
    if math.isfinite(spare) and not has_minimum(question.instance):
        split = least_left_out(part, limits)
    else:
        split = least_with_places(part, pairs, price, pair_cost, limits, spare=spare)
    if split.status == "infeasible" or split.termination == "cancelled":
        return replace(split, values=None)
    best = Solution("unknown", "time_limit", None, math.inf, split.bound)
    if split.values is not None:
        is_open = split.values[:len(price)] > 0.5
        best = _settled(question, pairs, price, pair_cost, is_open, spare, best)
        if best.values is not None:
            is_open = best.values[:len(price)] > 0.5
        best = _asked(question, pairs, price, pair_cost, limits, spare, best, is_open=is_open)
    return _asked(question, pairs, price, pair_cost, limits, spare, best)


def _settled(question: Question, pairs: Pairs, price: np.ndarray, pair_cost: np.ndarray, is_open: np.ndarray,
             spare: float, best: Solution) -> Solution:
    """The sites' plan by local search, without options that it leaves too few people; `best` where that won't do."""
    from coverage.siting.kernels.flows import transport
    from coverage.siting.kernels.whole import settle

    here, number = np.unique(pairs.row, return_inverse=True)
    weight, open_at = question.instance.weight[here].astype(float), np.flatnonzero(is_open)
    usable = is_open[pairs.site]
    seat_of = np.cumsum(is_open) - 1
    # Where nobody may stay out, staying out costs more than any way there is.
    out = spare if math.isfinite(spare) else 2 * float(pair_cost.max(initial=0.0)) * weight.sum() + 1
    cost = np.full((len(open_at) + 1, len(here)), np.inf)
    cost[seat_of[pairs.site[usable]], number[usable]] = pair_cost[usable]
    cost[-1] = out
    room = np.append(np.minimum(question.instance.capacity[open_at], 1e15), 1e15)
    _, flow, _ = transport(cost, weight, room)
    random, until = np.random.default_rng(question.seed), question.left * (1 - SITES_SHARE)
    seat, least = settle(cost * weight, weight, room, flow, 0, STRENGTH, question.seed)
    idle = 0
    while idle < TURNS and question.left > until and least + price[is_open].sum() > best.bound:
        flow[:] = 0.0
        flow[seat, np.arange(len(here))] = weight
        seat, found = settle(cost * weight, weight, room, flow, ROUNDS, STRENGTH, int(random.integers(2**31)))
        idle, least = (0 if found < least - 1e-9 * abs(least) else idle + 1), found
    if math.isinf(spare) and (seat == len(open_at)).any():
        return best
    short = too_few(question.instance, is_open, np.bincount(open_at[seat[seat < len(open_at)]],
                                                            weights=weight[seat < len(open_at)], minlength=len(price)))
    if short is not None:
        fewer = without_option(question.instance, is_open, short)
        held = question.instance.bonds.hold(fewer)
        return _settled(question, pairs, price, pair_cost, fewer, spare, best) if held else best
    share = np.zeros(len(pairs.row))
    share[usable] = seat[number[usable]] == seat_of[pairs.site[usable]]
    value = math.fsum(price[is_open]) + float(cost[seat, np.arange(len(here))] @ weight)
    closed = value <= best.bound + 1e-9 * abs(value)
    return Solution("feasible", "proven" if closed else "time_limit", np.concatenate([is_open, share]), value,
                    best.bound)


def _asked(question: Question, pairs: Pairs, price: np.ndarray, pair_cost: np.ndarray, limits: tuple, spare: float,
           best: Solution, is_open: np.ndarray | None = None) -> Solution:
    """The better of `best` and what HiGHS finds from there in the time; with `is_open` at these sites alone."""
    if best.termination in ("proven", "cancelled") or question.left <= 0:
        return best
    draft = Draft()
    alive = np.ones(len(pairs.row), dtype=bool) if is_open is None else is_open[pairs.site]
    left = Pairs(pairs.row[alive], pairs.site[alive], pairs.minutes[alive], pairs.people[alive])
    x, z, shift = places_model(draft, question, left, np.unique(pairs.row), price, pair_cost[alive], limits,
                               split=False, spare=spare, is_open=is_open)
    model, start = draft.finish(), None
    if best.values is not None:
        start = np.full(len(model.cost), np.nan)
        start[x], start[z] = best.values[:len(x)], best.values[len(x):][alive]
    progress = question.progress and (
        lambda value, bound: question.progress(min(value + shift, best.objective), max(best.bound, -math.inf)))
    answer = solve(model, time_limit=question.left * (1.0 if is_open is None else SITES_SHARE), seed=question.seed,
                   start=start, progress=progress)
    bound = best.bound if is_open is not None else max(best.bound, answer.bound + shift)
    if answer.status == "infeasible" and is_open is None:
        return best if best.values is not None else answer
    values, value = best.values, best.objective
    if answer.values is not None and answer.objective + shift < value:
        share = np.zeros(len(alive))
        share[alive] = answer.values[z]
        values, value = np.concatenate([answer.values[x], share]), answer.objective + shift
    closed = values is not None and value <= bound + 1e-9 * abs(value)
    ended = "proven" if closed else "time_limit" if answer.termination != "cancelled" else "cancelled"
    if is_open is None and answer.termination == "proven":
        ended = "proven"
    return Solution("unknown" if values is None else "feasible", ended, values, value, bound)
