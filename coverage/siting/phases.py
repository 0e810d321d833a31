"""Build in phases: each year's plan keeps what the years before it built.

Takes the three tables and the number (or money) that each phase may have spent by its end; gives a
`PhasedResult`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.check import check_phases
from coverage.siting.greedy import first_plan, with_option, without_option
from coverage.siting.instance import CANDIDATE, EXISTING, Instance, forbidding, is_whole
from coverage.siting.maximal import mclp
from coverage.siting.milp import Draft
from coverage.siting.question import Question, ask, conclude, sites_of, stopped
from coverage.siting.result import SitingResult, relative_gap, total
from coverage.siting.rows import Rows, rows_within
from coverage.siting.rules import exceeds, limit_rows, site_columns, won_columns
from coverage.siting.solver import solve


@dataclass(frozen=True)
class PhasedResult:
    """`phases` are the plans at the end of each phase; the objective is the sum of the weights they cover.

    Each phase's own `objective` is its weight covered and its `bound` that of the same limit without nesting,
    so its gap is at most what nesting costs there.
    """

    phases: tuple[SitingResult, ...]
    status: str
    termination: str
    objective: float
    bound: float
    gap: float
    opened: pd.DataFrame  # index site_id, column phase (1, 2, …): when each new site opens


def phased_mclp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                p: Sequence[int] | None = None, budget: Sequence[float] | None = None,
                years: Sequence[int] | None = None,
                time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> PhasedResult:
    """Choose when to open which site so that the weight covered, summed over the phases, is largest.

    `p` (or `budget`) are cumulative limits at the end of each phase, not falling. Required sites open in the
    first phase, or the first whose year isn't before their `earliest_year`, `years` being the phases' years.
    An existing site that an option replaces is shut when that opens, and stays so. No site opens before it brings
    somebody. Raises InfeasibleError
    when the required sites alone exceed a limit.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    limits = [{"p": n} for n in p] if p is not None else [{"budget": money} for money in budget or ()]
    values = list(p if p is not None else budget or ())
    if not limits or (p is not None and budget is not None) or values != sorted(values):
        raise InputError("要给出各期末的累计处数 p 或累计预算 budget（二者取一，后期不少于前期）")
    if years is not None and len(years) != len(limits):
        raise InputError(f"years 要每期一个年份：{len(limits)} 期，给了 {len(years)} 个")
    new = ~instance.is_role(EXISTING)
    early = [None if years is None else new & (instance.earliest_year > year) for year in years or limits]
    rows = rows_within(instance)
    offered = [sites if shut is None else forbidding(sites, instance.site_id[shut]) for shut in early]
    free = [mclp(times, demand, on_offer, within_min=within_min, time_limit=question.left * 0.4 / len(limits),
                 seed=seed, progress=progress, **limit) for limit, on_offer in zip(limits, offered, strict=True)]

    draft = Draft(maximise=True)
    columns = []
    for limit, shut in zip(limits, early, strict=True):
        x = site_columns(draft, instance, np.zeros(len(instance.site_id)), shut=shut)
        limit_rows(draft, instance, x, limit.get("p"), limit.get("budget"))
        won_columns(draft, rows, x)
        if columns:
            at, sign = np.arange(len(x)), np.where(instance.is_role(EXISTING), -1.0, 1.0)
            draft.rows(len(x), [(at, x, sign), (at, columns[-1], -sign)], lower=0.0)
        columns.append(x)
    model = draft.finish()
    start = np.full(len(model.cost), np.nan)
    fallback = _nested_start(question, rows, limits, early, free)
    for x, is_open in zip(columns, fallback, strict=True):
        start[x] = math.nan if is_open is None else is_open
    answer = solve(model, time_limit=question.left, seed=seed, start=start, progress=progress)
    plans = [sites_of(answer, x, is_open) for x, is_open in zip(columns, fallback, strict=True)]
    _open_when_needed(instance, rows, plans)
    return _result(question, rows, plans, free, limits, years or [None] * len(limits), answer.bound,
                   answer.termination)


def _nested_start(question: Question, rows: Rows, limits: list[dict], early: list[np.ndarray | None],
                  free: list[SitingResult]) -> list[np.ndarray] | list[None]:
    """A plan to begin from: the last phase's free optimum, opened best first as limits, years and bonds allow.

    None for each phase where the required sites alone break a bond or are to be put off.
    """
    instance = question.instance
    final = np.isin(instance.site_id, free[-1].chosen.index) & instance.is_role(CANDIDATE)
    is_open, plans = first_plan(instance), []
    if is_open is None or any((shut & instance.standing).any() for shut in early if shut is not None):
        return [None] * len(limits)
    for limit, shut in zip(limits, early, strict=True):
        while True:
            may = final & ~is_open & (True if shut is None else ~shut)
            after = [with_option(instance, is_open, option) for option in np.flatnonzero(may)]
            after = [plan for plan in after if _fits(instance, plan, limit) and instance.bonds.hold(plan)]
            if not after:
                break
            is_open = max(after, key=lambda plan: float(rows.weight[rows.won(plan)].sum()))
        plans.append(is_open)
    return plans


def _fits(instance: Instance, is_open: np.ndarray, limit: dict) -> bool:
    new = is_open & ~instance.is_role(EXISTING)
    if "p" in limit:
        return int((new & instance.adds).sum()) <= limit["p"]
    return not exceeds(float(np.nan_to_num(instance.cost)[new].sum()), limit["budget"])


def _open_when_needed(instance: Instance, rows: Rows, plans: list[np.ndarray]) -> None:
    """Put off each candidate to the first phase in which it wins a row alone, or for good; the last id goes first."""
    for option in np.flatnonzero(plans[-1] & instance.is_role(CANDIDATE))[::-1]:
        for number, plan in enumerate(plans):
            if not plan[option]:
                continue
            after = without_option(instance, plan, int(option))
            if not instance.bonds.hold(after) or (rows.won(plan) & ~rows.won(after) & (rows.weight > 0)).any():
                break
            plans[number] = after


def _result(question: Question, rows, plans, free, limits, years, bound: float, termination: str) -> PhasedResult:
    instance = question.instance
    phases = []
    for number, (is_open, alone, limit, year) in enumerate(zip(plans, free, limits, years, strict=True), start=1):
        phases.append(conclude(
            question, is_open, model="phased-mclp", objective=total(rows.weight[rows.won(is_open)]),
            bound=alone.bound, termination=termination, maximise=True, whole=is_whole(instance.weight),
            notes=(f"第 {number} 期末；不要求承接前期时最多 {alone.bound:,.0f} 人",),
            conditions=limit | {"year": year}))
    objective = math.fsum(phase.objective for phase in phases)
    bound = min(bound, math.fsum(alone.bound for alone in free))
    if is_whole(instance.weight):
        bound = math.floor(bound + 1e-6)
    closed = bound - objective <= max(1e-6, 1e-9 * abs(objective))
    first = np.argmax(np.stack([*plans, np.ones(len(plans[0]), dtype=bool)]), axis=0)
    new = (first < len(plans)) & ~instance.is_role(EXISTING)
    opened = pd.DataFrame({"phase": first[new] + 1}, index=pd.Index(instance.site_id[new], name="site_id", dtype="str"))
    check_phases(question.sites, [phase.chosen.index for phase in phases], opened=opened["phase"].to_dict(),
                 served=[phase.served for phase in phases], objective=objective)
    return PhasedResult(tuple(phases), "optimal" if closed else "feasible",
                        "proven" if closed else stopped(termination), objective,
                        objective if closed else bound, 0.0 if closed else relative_gap(objective, bound), opened)
