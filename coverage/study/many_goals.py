"""Meet several goals at least cost, or miss them by least: a `Problem` with wishes in, a `Solved` out.

Besides the people of the account, siting's demand has a row for whatever a wish asks for, of which some are to be won.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from coverage import siting
from coverage.siting import CountTarget, ReachTarget, SomeTarget, TargetPlan
from coverage.siting.instance import EXISTING
from coverage.siting.target import Target
from coverage.study.composed import account_of
from coverage.study.problem import Problem
from coverage.study.solved import Progress, Proof, Solved, options
from coverage.study.wishes import Wish


def least_cost(problem: Problem, progress: Progress | None) -> Solved:
    """Raises InfeasibleError, naming the goals and what each would miss, where no plan meets them all."""
    settings = options(problem, progress, "minimise", "p", "budget_wan", "yearly_budget_wan")
    return _solved(problem, siting.least_cost, settings)


def least_miss(problem: Problem, progress: Progress | None) -> Solved:
    """Those of priority 1 before those of 2."""
    return _solved(problem, siting.least_miss, options(problem, progress, "p", "budget_wan", "yearly_budget_wan"))


def _solved(problem: Problem, model, settings: dict) -> Solved:
    times, demand, sites = _tables(problem)
    found = model(times, demand, sites, targets=_targets(problem), within_min=problem.within_min, **settings)
    plan, new = found.plan, found.plan.new_sites.index
    standing = plan.chosen.index[plan.chosen["role"] == EXISTING]
    result = account_of(problem, list(new), standing)
    proof = Proof(plan.status, plan.termination, plan.objective, plan.bound, plan.gap, plan.seconds, plan.seed)
    return Solved(result, proof, targets=_told(problem, found))


def _tables(problem: Problem) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Siting's tables with the wishes' rows; a site wins a row of its own, at no minutes, or doesn't."""
    times, demand, sites = problem.asked, problem.demand, problem.sites
    times, demand = [times[["demand_id", "site_id", "travel_min"]]], [demand[["weight"]]]
    for head, wish in _pieces(problem.wishes):
        if wish.rows is not None:
            demand.append(pd.DataFrame({"weight": wish.rows.astype("int64").to_numpy()},
                                       index=head + wish.rows.index.astype("str")))
            times.append(pd.DataFrame({"demand_id": head + wish.pairs["row"].astype("str").to_numpy(),
                                       "site_id": wish.pairs["site_id"].to_numpy(), "travel_min": 0.0}))
    return pd.concat(times, ignore_index=True), pd.concat(demand).rename_axis("demand_id"), sites


def _pieces(wishes: tuple[Wish, ...], head: str = "目标") -> Iterator[tuple[str, Wish]]:
    """Each wish, and each part of one, with what its rows' ids begin with."""
    for number, wish in enumerate(wishes, start=1):
        yield f"{head}{number}：", wish
        yield from _pieces(wish.parts, f"{head}{number}.")


def _targets(problem: Problem) -> list[Target]:
    """One for each wish; the wishes of one goal share its weight."""
    goals, parts = problem.question.goals, Counter(wish.aim for wish in problem.wishes)
    found = []
    for number, (wish, name) in enumerate(zip(problem.wishes, _names(problem.wishes), strict=True), start=1):
        aim = goals[wish.aim]
        found.append(_target(wish, name, f"目标{number}", priority=aim.priority, weight=aim.weight / parts[wish.aim]))
    return found


def _target(wish: Wish, name: str, head: str, **shared) -> Target:
    if wish.parts:
        of = [_target(part, f"{name}.{at}", f"{head}.{at}") for at, part in enumerate(wish.parts, start=1)]
        return SomeTarget(name, wish.need, of, **shared)
    if wish.rows is None:
        return CountTarget(name, wish.need, sites=wish.sites, **shared)
    whole, rows = float(wish.rows.sum()), [f"{head}：{row}" for row in wish.rows.index]
    return ReachTarget(name, wish.need / whole if whole else 0.0, demand=rows, **shared)


def _names(wishes: tuple[Wish, ...]) -> list[str]:
    """The wishes' titles, told apart where two bear the same."""
    seen: Counter = Counter()
    names = []
    for wish in wishes:
        seen[wish.title] += 1
        names.append(wish.title if seen[wish.title] == 1 else f"{wish.title}（{seen[wish.title]}）")
    return names


def _told(problem: Problem, found: TargetPlan) -> pd.DataFrame:
    """siting's table of targets in the goals' own words."""
    table = found.targets.reset_index(drop=True)
    return table.assign(title=_names(problem.wishes), unit=[wish.unit for wish in problem.wishes],
                        aim=[wish.aim for wish in problem.wishes])[
        ["title", "unit", "aim", "priority", "needed", "reached", "short", "met"]]
