"""Solve a set-covering problem: open the cheapest sites so that each row has one.

Takes `Rows` and the sites' prices; gives a `Solution` over all sites.

What existing and required sites win is taken out first, then the rest is reduced and cut into pieces that
share no site. Each piece is searched by siting/reweighted.py beside siting/coverbound.py, which bounds it, and goes
to HiGHS, with the cover found to begin from, if the two haven't met.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np

from coverage.siting.coverbound import cover_bound
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import FORBIDDEN, is_whole
from coverage.siting.milp import Draft, Milp
from coverage.siting.question import Question
from coverage.siting.reduce import pieces, reduce_cover, without_sites
from coverage.siting.reweighted import fewer_sites
from coverage.siting.rows import Rows, merge
from coverage.siting.rules import site_columns
from coverage.siting.solver import Solution, relax, solve

SEARCH_ROWS = 150
"""Pieces of at least so many rows are bounded and searched before HiGHS sees them; it closes smaller ones at once."""

HIGHS_SHARE = 0.05
"""The share of a piece's time that its search leaves to HiGHS."""

BRANCHED = 30_000
"""Pairs of row and site beyond which HiGHS doesn't get so far as to branch: the search keeps all the time."""

FEW_CUTS = {"mip_pool_soft_limit": 1_000}
"""HiGHS's own pool of 10,000 cuts slows covering down."""


def cover(question: Question, rows: Rows, price: np.ndarray) -> Solution:
    """The cheapest open sites that win every row; the question's roles and bonds hold."""
    instance = question.instance
    if not instance.is_plain:
        return _bound_cover(question, rows, price)
    standing = instance.standing
    rows = without_sites(rows.take(~rows.won(standing)), standing | instance.is_role(FORBIDDEN))
    found = cheapest(rows, price, time_limit=question.left, seed=question.seed, progress=question.progress)
    paid = float(price[standing].sum())
    is_open = standing | (found.values > 0.5)
    return Solution(found.status, found.termination, is_open.astype(float), found.objective + paid,
                    found.bound + paid)


def _bound_cover(question: Question, rows: Rows, price: np.ndarray) -> Solution:
    """As `cover`, where options exclude, need or replace one another."""
    draft = Draft()
    x = site_columns(draft, question.instance, price)
    left, _ = merge(rows.take(~rows.won(question.instance.standing)))
    draft.rows(len(left), [(left.row, x[left.site], 1.0)], lower=1.0)
    start = greedy_plan(question.instance, rows)
    return solve(draft.finish(), time_limit=question.left, seed=question.seed, progress=question.progress,
                 start=None if start is None else start.astype(float))


def cheapest(rows: Rows, price: np.ndarray, *, time_limit: float, seed: int, progress=None) -> Solution:
    """The cheapest sites that win every row, all sites being free to choose. Each row has a site."""
    deadline = time.monotonic() + time_limit
    is_open, bound, termination = np.zeros(len(price), dtype=bool), 0.0, "proven"
    parts = pieces(reduce_cover(rows, price), len(price))
    for number, part in enumerate(sorted(parts, key=len)):
        left = (deadline - time.monotonic()) / (len(parts) - number) if termination != "cancelled" else 0.0
        told = _of_the_whole(progress, float(price[is_open].sum()), bound, len(parts) - number)
        answer, sites = _one_piece(part, price, left, seed, told)
        is_open[sites] = answer.values > 0.5
        bound += answer.bound
        if answer.termination != "proven" and termination != "cancelled":
            termination = answer.termination
    objective = float(price[is_open].sum())
    return Solution("optimal" if termination == "proven" else "feasible", termination, is_open.astype(float),
                    objective, bound)


def _of_the_whole(progress, paid: float, bound: float, pieces_left: int):
    """Progress of one piece, told as that of all: what the pieces before cost is added (those to come aren't known)."""
    if progress is None:
        return None
    more = math.inf if pieces_left > 1 else 0.0
    return lambda value, low: progress(paid + value + more, bound + max(low, 0.0))


def enough(rows: Rows, n_sites: int, k: int, *, time_limit: float, seed: int, stopped=None):
    """k sites or fewer that win every row; False when there are none, None when time ran out or `stopped()`.

    The linear relaxation, a greedy cover and a search decide most cases before any branching.
    """
    deadline = time.monotonic() + time_limit
    unit = np.ones(n_sites, dtype=np.int64)
    is_open, parts = np.zeros(n_sites, dtype=bool), sorted(pieces(reduce_cover(rows, unit), n_sites), key=len)
    if len(parts) > k:
        return False
    drafts = []
    for part in parts:
        sites, part = _local(part)
        plan = _greedy(part, unit[sites].astype(float))
        relaxed, _, _ = relax(_model(part, len(sites)), time_limit=deadline - time.monotonic(), seed=seed)
        drafts.append([part, sites, plan, math.ceil(max(relaxed.bound, 1) - 1e-6)])
    for draft in drafts:
        least, most = sum(d[3] for d in drafts), sum(d[2].sum() for d in drafts)
        if least > k or most <= k:
            break
        part, sites, plan, bound = draft
        if plan.sum() > bound and len(part) >= 30:
            draft[2] = plan = fewer_sites(part, plan, time.monotonic() + (deadline - time.monotonic()) / 4, seed,
                                          steps=40_000, least=lambda bound=bound: bound)
    for draft in drafts:
        least, most = sum(d[3] for d in drafts), sum(d[2].sum() for d in drafts)
        if least > k or most <= k:
            break
        part, sites, plan, bound = draft
        room = k - (least - bound)  # what this piece may use if the others reach their bounds
        if plan.sum() == bound:
            continue
        answer = solve(_model(part, len(sites)), time_limit=deadline - time.monotonic(), seed=seed,
                       start=plan.astype(float),
                       progress=lambda value, low, room=room: low > room + 1e-6 or (stopped and stopped()))
        if answer.values is not None and (answer.values > 0.5).sum() < plan.sum():
            draft[2] = answer.values > 0.5
        draft[3] = math.ceil(max(bound, min(answer.bound, draft[2].sum())) - 1e-6)
    least, most = sum(d[3] for d in drafts), sum(d[2].sum() for d in drafts)
    if least > k:
        return False
    if most > k:
        return None
    for _, sites, plan, _ in drafts:
        is_open[sites] = plan
    return is_open


def _local(part: Rows) -> tuple[np.ndarray, Rows]:
    """A piece over its own sites, renumbered; gives (their old numbers, the piece)."""
    sites, number = np.unique(part.site, return_inverse=True)
    return sites, Rows(part.weight, part.label, part.ptr, number)


def _model(part: Rows, cost) -> Milp:
    """Each row has an open site, at least cost (a number of sites: at least number)."""
    draft = Draft()
    x = draft.columns(np.ones(cost) if isinstance(cost, int) else cost)
    draft.rows(len(part), [(part.row, x[part.site], 1.0)], lower=1.0)
    return draft.finish()


def _one_piece(part: Rows, price: np.ndarray, time_limit: float, seed: int, progress) -> tuple[Solution, np.ndarray]:
    until = time.monotonic() + time_limit
    sites, part = _local(part)
    cost = price[sites].astype(np.float64)
    start, bound = _greedy(part, cost), float(cost.min(initial=0.0))
    if len(part) >= SEARCH_ROWS:
        start, bound = _searched_and_bounded(part, cost, start, time_limit, seed, progress)
    least = np.ceil(bound - 1e-6) if is_whole(cost) else bound
    value = float(cost[start].sum())
    if value <= least:
        return Solution("optimal", "proven", start.astype(float), value, value), sites
    answer = solve(_model(part, cost), time_limit=until - time.monotonic(), seed=seed, start=start.astype(float),
                   progress=progress, closed=1 - 1e-5 if is_whole(cost) else 1e-6, options=FEW_CUTS)
    bound = max(answer.bound, bound)
    if answer.values is None or value <= cost[answer.values > 0.5].sum():
        answer = Solution("feasible", answer.termination, start.astype(float), value, bound)
    bound = min(float(np.ceil(bound - 1e-6)) if is_whole(cost) else bound, answer.objective)
    termination = "proven" if bound >= answer.objective else answer.termination
    return Solution(answer.status, termination, answer.values, answer.objective, bound), sites


def _searched_and_bounded(part: Rows, cost: np.ndarray, start: np.ndarray, time_limit: float, seed: int,
                          progress) -> tuple[np.ndarray, float]:
    """(a cover no dearer than `start`, a bound). Where all sites cost the same, a search runs beside the bounding.

    The search ends at the bound; as nothing is below it, what it has met doesn't depend on when the bound is known.
    """
    unit, until = float(cost[0]), time.monotonic() + time_limit
    alike = unit > 0 and bool((cost == unit).all())
    left = time_limit * (1.0 if len(part.site) <= BRANCHED or not alike else 0.1)  # the more, the more for HiGHS
    cancelled = Event()

    def told(n: int) -> bool:
        if progress and progress(n * unit, bounding.result() if bounding.done() else 0.0):
            cancelled.set()
        return cancelled.is_set()

    with ThreadPoolExecutor(1) as beside:
        bounding = beside.submit(cover_bound, part, cost, float(cost[start].sum()), until - left / 2,
                                 stop=cancelled.is_set)
        if alike:
            start = fewer_sites(
                part, start, until - left * HIGHS_SHARE, seed, steps=_steps(part),
                least=lambda: math.ceil(bounding.result() / unit - 1e-6) if bounding.done() else 1, progress=told)
        return start, max(float(cost.min()), bounding.result())


def _steps(part: Rows) -> int:
    """Steps of search: few where HiGHS gets through, many where it does not."""
    return min(max(50_000, len(part) ** 3 // 2_000), 100_000_000)


def _greedy(part: Rows, cost: np.ndarray) -> np.ndarray:
    """Open, again and again, the site that wins most new rows for its price; then shut what became idle."""
    row, n = part.row, len(cost)
    is_open, won = np.zeros(n, dtype=bool), np.zeros(len(part), dtype=bool)
    while not won.all():
        gain = np.bincount(part.site[~won[row]], minlength=n)
        best = int(np.argmax(np.where(cost > 0, gain / np.where(cost > 0, cost, 1), gain * 1e12)))
        is_open[best] = True
        won = part.won(is_open)
    times_won = part.times_won(is_open)
    for j in sorted(np.flatnonzero(is_open), key=lambda j: (-cost[j], j)):
        held = row[part.site == j]
        if (times_won[held] > 1).all():
            is_open[j] = False
            times_won[held] -= 1
    return is_open
