"""Trace how coverage grows with the number of new sites, or with money.

Takes the three tables and the numbers (or budgets) to try; gives a table, a row for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from coverage.errors import InfeasibleError, InputError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.maximal import mclp
from coverage.siting.result import SitingResult


def frontier(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
             p: Sequence[int] | None = None, budget: Sequence[float] | None = None,
             time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> pd.DataFrame:
    """Solve `mclp` for each p (or each budget), ascending, within one time limit for all.

    Index p (or budget), columns: objective, bound, gap, status, termination, gain (people more than the row
    before; NaN in the first), per_site (gain for each site, or unit of money, more), chosen (the new sites'
    ids, a tuple), came and went (ids against the row before). A bound is never below an earlier plan nor
    above a later bound: more sites are never worse. Steps too small for any plan, as the required sites alone
    exceed them, have no row; raises InfeasibleError where all are.
    """
    if (p is None) == (budget is None):
        raise InputError("要给出 p 的各档或 budget 的各档，二者取一")
    name, steps = ("p", p) if p is not None else ("budget", budget)
    steps = sorted(set(steps))
    found: list[SitingResult] = []
    spent = 0.0
    solved = []
    for at, step in enumerate(steps):
        left = max(1.0, (time_limit - spent) / (len(steps) - at))
        stopped = progress and (lambda value, bound, at=at: progress(at, len(steps)))
        try:
            found.append(mclp(times, demand, sites, within_min=within_min, time_limit=left, seed=seed,
                              progress=stopped, **{name: step}))
        except InfeasibleError:
            if step == steps[-1]:
                raise
            continue
        solved.append(step)
        spent += found[-1].seconds
        if progress is not None and progress(at + 1, len(steps)):
            break
    return _table(name, solved, _consistent(found))


def _consistent(found: list[SitingResult]) -> list[tuple[SitingResult, SitingResult, float]]:
    """(run, the plan to show, the bound to show): a plan for less is a plan for more, a bound for more one for less."""
    shown, plan, bounds = [], None, []
    low = float("inf")
    for result in reversed(found):
        low = min(low, result.bound)
        bounds.append(low)
    for result, bound in zip(found, reversed(bounds), strict=True):
        plan = result if plan is None or result.objective >= plan.objective else plan
        shown.append((result, plan, bound))
    return shown


def _table(name: str, steps: list, shown: list) -> pd.DataFrame:
    rows, before = [], None
    for step, (result, plan, bound) in zip(steps, shown, strict=True):
        chosen = tuple(plan.new_sites.index)
        gain = None if before is None else plan.objective - before[1]
        closed = bound - plan.objective <= max(1e-6, 1e-9 * abs(plan.objective))
        rows.append({
            "objective": plan.objective, "bound": plan.objective if closed else bound,
            "gap": 0.0 if closed else (bound - plan.objective) / plan.objective if plan.objective else float("inf"),
            "status": "optimal" if closed else "feasible",
            "termination": "proven" if closed else result.termination,
            "gain": gain, "per_site": None if gain is None else gain / (step - before[0]), "chosen": chosen,
            "came": tuple(s for s in chosen if before is not None and s not in before[2]),
            "went": () if before is None else tuple(s for s in before[2] if s not in chosen),
        })
        before = (step, plan.objective, chosen)
    table = pd.DataFrame(rows, index=pd.Index(steps, name=name))
    return table.astype({"gain": "float64", "per_site": "float64"})
