"""Write the conditions that every model shares: roles, bonds among options, number, money, units, being reached.

Takes an `Instance` and a `Draft`; adds the sites' columns and the rows of each rule.
"""

from __future__ import annotations

import math

import numpy as np

from coverage.errors import InfeasibleError, InputError
from coverage.siting.instance import EXISTING, FORBIDDEN, REQUIRED, Instance
from coverage.siting.milp import Draft
from coverage.siting.result import total
from coverage.siting.rows import Rows, merge


def site_cost(instance: Instance, minimise: str) -> np.ndarray:
    """What each option adds to the bill: 1 if it adds a place ("sites"), or its cost ("cost"); nothing if existing."""
    if minimise not in ("sites", "cost"):
        raise InputError(f"minimise 只能是 sites 或 cost，不能是 {minimise!r}")
    new = ~instance.is_role(EXISTING)
    if minimise == "sites":
        return instance.adds.astype(np.int64)
    unpriced = new & ~instance.is_role(FORBIDDEN) & ~np.isfinite(instance.cost)
    if unpriced.any():
        raise InputError(f"{unpriced.sum()} 个可选点没有费用：{'、'.join(instance.site_id[unpriced][:10])}",
                         todo="请补上费用，或改为按处数计")
    return np.where(new, np.nan_to_num(instance.cost), 0.0)


def site_columns(draft: Draft, instance: Instance, cost: np.ndarray, *, shut: np.ndarray | None = None) -> np.ndarray:
    """A 0–1 column for each site, fixed open (existing, required) or shut (forbidden, `shut`), and their bonds."""
    usable = ~instance.is_role(FORBIDDEN) & (True if shut is None else ~shut)
    x = draft.columns(cost, lower=(instance.standing & usable).astype(float), upper=usable.astype(float))
    bond_rows(draft, instance, x)
    return x


def bond_rows(draft: Draft, instance: Instance, x: np.ndarray) -> None:
    """What the options ask of one another."""
    bonds = instance.bonds
    rows = bonds.rows.tocoo()
    draft.rows(len(bonds), [(rows.row, x[rows.col], rows.data)], lower=bonds.lower, upper=bonds.upper)


def exceeds(amount, limit: float):
    """Whether an amount is over a limit by more than adding up decimals can be off: 0.1 + 0.2 is not over 0.3."""
    return amount > limit * (1 + 1e-9)


def check_number(p: float) -> None:
    """Raise InputError for a number of new sites that is none."""
    if not (math.isfinite(p) and p >= 0 and p == int(p)):
        raise InputError(f"新建处数要是不小于 0 的整数，不能是 {p}")


def check_limits(instance: Instance, p: int | None, budget: float | None, yearly_budget: float | None = None) -> None:
    """Raise InputError without a usable limit, InfeasibleError when the required sites alone exceed it."""
    if p is None and budget is None and yearly_budget is None:
        raise InputError("要给出新建的处数 p 或预算 budget")
    required = instance.is_role(REQUIRED)
    if p is not None:
        check_number(p)
    for money in (budget, yearly_budget):
        if money is not None and not money >= 0:
            raise InputError(f"预算要不小于 0，不能是 {money}")
    if p is not None and (least := (required & instance.adds).sum()) > p:
        raise InfeasibleError(f"必选点有 {least} 处，超过新建处数 {p}", todo="请增加处数，或减少必选点")
    if budget is not None and exceeds(least := total(site_cost(instance, "cost")[required]), budget):
        raise InfeasibleError(f"必选点共需 {least:g}，超过预算 {budget:g}", todo="请增加预算，或减少必选点")
    if yearly_budget is not None and exceeds(least := total(instance.yearly_cost[instance.standing]), yearly_budget):
        raise InfeasibleError(f"既有和必选点每年共需 {least:g}，超过年度预算 {yearly_budget:g}",
                              todo="请增加年度预算，减少必选点，或允许关停")


def limit_rows(draft: Draft, instance: Instance, x: np.ndarray, p: int | None, budget: float | None,
               yearly_budget: float | None = None) -> None:
    """At most p new places, `budget` for all that is new, `yearly_budget` a year for all that is open."""
    if p is not None:
        draft.row(x, site_cost(instance, "sites"), upper=float(p))
    if budget is not None:
        draft.row(x, site_cost(instance, "cost"), upper=float(budget))
    if yearly_budget is not None:
        draft.row(x, instance.yearly_cost, upper=float(yearly_budget))


def unit_needs(instance: Instance, units, n: int) -> tuple[dict[str, int], dict[str, int]]:
    """(unit → sites it must hold, no more than are on offer; unit → sites on offer where these are too few)."""
    if n < 1:
        raise InputError(f"每个单元的处数要不小于 1，不能是 {n}")
    if instance.site_unit is None or (units is None and instance.unit is None):
        raise InputError("按单元覆盖要求选址表有 unit 列，并且给出 units 或需求表的 unit 列")
    wanted = sorted({str(u) for u in (instance.unit if units is None else units)} - {""})
    usable = ~instance.is_role(FORBIDDEN)
    names, counts = np.unique(instance.site_unit[usable].astype(str), return_counts=True)
    offer = dict(zip(names.tolist(), counts.tolist(), strict=True))
    short = {unit: offer.get(unit, 0) for unit in wanted if offer.get(unit, 0) < n}
    return {unit: min(n, offer.get(unit, 0)) for unit in wanted}, short


def unit_rows(draft: Draft, instance: Instance, x: np.ndarray, need: dict[str, int]) -> None:
    """Each unit holds at least the sites it needs."""
    number = {unit: at for at, unit in enumerate(need)}
    row = np.array([number.get(unit, -1) for unit in instance.site_unit])
    draft.rows(len(need), [(row[row >= 0], x[row >= 0], 1.0)], lower=list(need.values()))


def won_columns(draft: Draft, rows: Rows, x: np.ndarray, *, gain: bool = True) -> tuple[np.ndarray, Rows]:
    """A column for each merged row, at most 1 and at most its open sites; gives (columns, merged rows).

    With `gain` the objective gains their weight, else they leave it alone.
    The columns may be fractional: with the sites whole, their best values are whole.
    """
    merged, _ = merge(rows)
    merged = merged.take((np.diff(merged.ptr) > 0) & (merged.weight > 0))
    at = np.arange(len(merged))
    y = draft.columns(merged.weight * float(gain), integer=False)
    draft.rows(len(merged), [(merged.row, x[merged.site], -1.0), (at, y, 1.0)], upper=0.0)
    return y, merged
