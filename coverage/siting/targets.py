"""Meet a plan's goals at least cost, or miss them by least when the money doesn't reach.

Takes the three tables of siting/instance.py and the targets; gives a `TargetPlan`: the plan, and how far each
target is reached.

Model: covering and counting constraints with shortfalls (goal programming; Charnes & Cooper 1961), the targets of
one priority before those of the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from coverage.errors import InfeasibleError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.check_targets import check_targets
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import EXISTING, is_whole
from coverage.siting.milp import Draft, Milp
from coverage.siting.order import solve_in_order
from coverage.siting.question import Question, ask, conclude, plan_of
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import Rows, rows_within
from coverage.siting.rules import limit_rows, site_columns, site_cost, won_columns
from coverage.siting.solver import Solution
from coverage.siting.target import (
    CountTarget,
    ReachTarget,
    SomeTarget,
    Target,
    check_given,
    counted,
    needed,
    reached,
    shortfalls,
    target_rows,
    unit_sites,
)
from coverage.siting.tidy import tidied


@dataclass(frozen=True)
class TargetPlan:
    """`plan` and, index id, its `targets`: kind, priority, needed, reached, short (people, or sites), met."""

    plan: SitingResult
    targets: pd.DataFrame


def least_cost(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, targets: Sequence[Target],
               within_min: float, minimise: str = "cost", p: int | None = None, budget: float | None = None,
               yearly_budget: float | None = None, time_limit: float = SOLVE_SECONDS, seed: int = SEED,
               progress=None) -> TargetPlan:
    """Choose the cheapest (or, by `minimise`, fewest) options that meet every target; then reach most people.

    `within_min` is the limit of the account, and of targets without one. Raises InfeasibleError, with what each
    target would still miss, when nothing meets them all.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    price = np.asarray(site_cost(question.instance, minimise), dtype=float)
    model = _build(question, targets, (p, budget, yearly_budget), may_miss=False)
    while True:
        found = _solve(question, model, [model.of_sites(price), -model.of_people()])
        if found[0].status == "infeasible":
            _raise_missed(times, demand, sites, targets, (p, budget, yearly_budget), question)
        met = plan_of(found[-1])[model.x] > 0.5
        if (shortfalls(question.instance, targets, met) <= 1e-6).all():
            break
        model = model.without(met)  # missed by less than the solver's tolerance, a millionth, which may be people
    is_open = _tidy(question, targets, met, yearly_budget)
    return _told(question, targets, is_open, model="least-cost", objective=total(price[is_open]),
                 bound=max(found[0].bound, 0.0), termination=found[0].termination, whole=is_whole(price),
                 conditions={"p": p, "budget": budget, "yearly_budget": yearly_budget, "minimise": minimise})


def least_miss(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, targets: Sequence[Target],
               within_min: float, p: int | None = None, budget: float | None = None,
               yearly_budget: float | None = None, time_limit: float = SOLVE_SECONDS, seed: int = SEED,
               progress=None) -> TargetPlan:
    """Choose options within the limits that miss the targets by least, those of priority 1 before those of 2.

    The miss of a priority is the sum over its targets of weight × shortfall ÷ what is needed. Among plans alike
    in that, the cheapest (without a budget, the fewest). The objective and bound are the first priority's miss;
    `measures` holds miss_k for each priority k, and its bound given those before.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    model = _build(question, targets, (p, budget, yearly_budget), may_miss=True)
    levels = sorted({target.priority for target in targets})
    price = np.asarray(site_cost(question.instance, "sites" if budget is None else "cost"), dtype=float)
    found = _solve(question, model, [*(model.miss(level) for level in levels), model.of_sites(price)])
    is_open = _tidy(question, targets, plan_of(found[-1])[model.x] > 0.5, yearly_budget)
    missed = {level: _missed(question, targets, is_open, level) for level in levels}
    measures = {f"miss_{level}": missed[level] for level in levels}
    measures |= {f"miss_{level}_bound": min(missed[level], max(answer.bound, 0.0))
                 for level, answer in zip(levels, found, strict=False)}
    return _told(question, targets, is_open, model="least-miss", objective=missed[levels[0]] if levels else 0.0,
                 bound=max(found[0].bound, 0.0) if levels else 0.0, termination=found[0].termination,
                 measures=measures, conditions={"p": p, "budget": budget, "yearly_budget": yearly_budget})


@dataclass(frozen=True)
class _Model:
    """The targets as a Milp: the columns of the sites x, of people y, and of each target's shortfall.

    A shortfall of people is held as a share of what is needed; `worth` is what one of it adds to the miss.
    """

    milp: Milp
    x: np.ndarray
    y: np.ndarray
    merged: Rows
    short: list[np.ndarray]
    worth: list[float]
    priority: list[int]
    start: np.ndarray

    def without(self, is_open: np.ndarray) -> _Model:
        """The model that shuts out a plan and all that lie in it."""
        row = self._aim(self.x[~is_open], 1.0)
        milp = self.milp
        return replace(self, milp=replace(
            milp, rows=sparse.csr_array(sparse.vstack([milp.rows, sparse.csr_array(row[None, :])])),
            row_lower=np.append(milp.row_lower, 1.0), row_upper=np.append(milp.row_upper, np.inf)))

    def of_sites(self, price: np.ndarray) -> np.ndarray:
        return self._aim(self.x, price)

    def of_people(self) -> np.ndarray:
        return self._aim(self.y, self.merged.weight)

    def miss(self, level: int) -> np.ndarray:
        """The shortfalls of one priority, each as a share of what is needed."""
        return sum((self._aim(short, worth) for short, worth, priority in
                    zip(self.short, self.worth, self.priority, strict=True) if priority == level),
                   start=np.zeros(len(self.milp.cost)))

    def _aim(self, columns: np.ndarray, values) -> np.ndarray:
        aim = np.zeros(len(self.milp.cost))
        aim[columns] = values
        return aim


def _build(question: Question, targets: Sequence[Target], limits: tuple, *, may_miss: bool) -> _Model:
    check_given(targets)
    instance, rows = question.instance, rows_within(question.instance)
    draft = Draft()
    x = site_columns(draft, instance, np.zeros(len(instance.site_id)))
    limit_rows(draft, instance, x, *limits)
    short = [_target_rows(draft, question, x, target, may_miss) for target in targets]
    y, merged = won_columns(draft, rows, x, gain=False)
    milp = draft.finish()
    start = np.full(len(milp.cost), np.nan)
    plan = greedy_plan(instance, rows, p=limits[0], budget=limits[1], yearly_budget=limits[2])
    if plan is not None:
        start[x] = plan
    worth = [target.weight / (1.0 if isinstance(target, ReachTarget) else _full(question, target))
             for target in targets]
    return _Model(milp, x, y, merged, short, worth, [target.priority for target in targets], start)


def _target_rows(draft: Draft, question: Question, x: np.ndarray, target: Target, may_miss: bool) -> np.ndarray:
    """Add a target's rows; gives its shortfall columns, held at 0 where it may not miss."""
    instance = question.instance
    if isinstance(target, SomeTarget):
        met = draft.columns(np.zeros(len(target.of)))
        for column, part in zip(met, target.of, strict=True):
            _met_rows(draft, question, x, part, column)
        short = draft.columns([0.0], upper=float(target.least) * may_miss, integer=False)
        draft.rows(1, [(0, met, 1.0), (0, short, 1.0)], lower=float(target.least))
        return short
    if isinstance(target, ReachTarget):
        need = needed(instance, target)
        scale = need or 1.0  # people by the million would weigh less in the aim than the solver's tolerance
        y, merged = won_columns(draft, target_rows(instance, target), x, gain=False)
        short = draft.columns([0.0], upper=float(may_miss), integer=False)
        draft.rows(1, [(0, y, merged.weight / scale), (0, short, 1.0)], lower=need / scale)
        return short
    if isinstance(target, CountTarget):
        unit, site = np.zeros(1, dtype=int), np.flatnonzero(counted(instance, target))
        n_units = 1
    else:
        units = sorted(set(target.units))
        unit, site = np.nonzero(unit_sites(instance, target, units))
        n_units = len(units)
    short = draft.columns(np.zeros(n_units), upper=float(target.n) * may_miss, integer=False)
    draft.rows(n_units, [(unit, x[site], 1.0), (np.arange(n_units), short, 1.0)], lower=float(target.n))
    return short


def _met_rows(draft: Draft, question: Question, x: np.ndarray, part: ReachTarget | CountTarget, met: int) -> None:
    """One of several targets may be called met, by the column `met`, only where it is."""
    instance, need = question.instance, needed(question.instance, part)
    if need <= 0:
        return
    if isinstance(part, ReachTarget):
        y, merged = won_columns(draft, target_rows(instance, part), x, gain=False)
        draft.rows(1, [(0, y, merged.weight / need), (0, met, -1.0)], lower=0.0)
    else:
        draft.rows(1, [(0, x[counted(instance, part)], 1.0), (0, met, -need)], lower=0.0)


def _solve(question: Question, model: _Model, aims: list[np.ndarray]) -> list[Solution]:
    return solve_in_order(model.milp, aims, left=lambda: question.left, seed=question.seed, start=model.start,
                          progress=question.progress)


def _full(question: Question, target: Target) -> float:
    return max(needed(question.instance, target), 1e-9)


def _missed(question: Question, targets: Sequence[Target], is_open: np.ndarray, level: int) -> float:
    short = shortfalls(question.instance, targets, is_open)
    return sum(float(s) * target.weight / _full(question, target) for s, target in zip(short, targets, strict=True)
               if target.priority == level)


def _tidy(question: Question, targets: Sequence[Target], is_open: np.ndarray, yearly_budget) -> np.ndarray:
    instance, rows = question.instance, rows_within(question.instance)
    won, short = rows.won(is_open), shortfalls(instance, targets, is_open)
    return tidied(instance, is_open, lambda after: bool(
        rows.won(after)[won].all() and (shortfalls(instance, targets, after) <= short + 1e-9).all()), yearly_budget)


def _told(question: Question, targets: Sequence[Target], is_open: np.ndarray, **said) -> TargetPlan:
    """The plan and its targets, which the checker counts again from the tables."""
    plan = conclude(question, is_open, **said)
    instance, short = question.instance, shortfalls(question.instance, targets, is_open)
    table = pd.DataFrame({
        "kind": [type(target).__name__ for target in targets], "priority": [target.priority for target in targets],
        "needed": [needed(instance, target) for target in targets], "short": short, "met": short <= 1e-6,
    }, index=pd.Index([target.id for target in targets], name="id", dtype="str"))
    table.insert(3, "reached", [reached(instance, target, is_open) for target in targets])
    check_targets(question.times, question.demand, question.sites, targets, open_ids=plan.chosen.index,
                  within_min=question.within_min, short=table["short"].to_dict())
    return TargetPlan(plan, table)


def _raise_missed(times, demand, sites, targets, limits, question: Question) -> None:
    """Say what each target would still miss, and how far a limit alone would have to be eased."""
    most = least_miss(times, demand, sites, targets=targets, within_min=question.within_min, p=limits[0],
                      budget=limits[1], yearly_budget=limits[2], time_limit=max(5.0, question.left),
                      seed=question.seed)
    missed = most.targets[~most.targets["met"]]
    said = "、".join(f"{name} 差 {row['short']:,.10g}" for name, row in missed.iterrows())
    enough = "；".join(_enough(question, targets, limits))
    raise InfeasibleError(f"这些目标不能同时达到；最接近的方案里：{said}",
                          todo=f"{enough or '请添加办法或经费'}；或放宽目标，或改求“差得最少”")


def _enough(question: Question, targets: Sequence[Target], limits: tuple) -> list[str]:
    """The least number of sites, or money, with which all targets are met, the other limits as they are."""
    instance, said = question.instance, []
    prices = (instance.adds.astype(float), np.where(instance.is_role(EXISTING), 0.0, np.nan_to_num(instance.cost)),
              instance.yearly_cost)
    for number, (name, price, limit) in enumerate(zip(("处数", "预算", "年度预算"), prices, limits, strict=True)):
        if limit is None:
            continue
        more = replace(question, time_limit=question.time_limit - question.left + max(2.0, question.left / 3))
        model = _build(more, targets, (*limits[:number], None, *limits[number + 1:]), may_miss=False)
        answer, *_ = _solve(more, model, [model.of_sites(price)])
        if answer.values is not None:
            sure = "" if answer.termination == "proven" else "至多"
            said.append(f"只把{name}从 {limit:g} 增加到{sure} {answer.objective:.10g} 即可行")
    return said
