"""Cost a scenario's changes: an evaluation in, a row a change with what it costs once and a year, and why, out."""

from __future__ import annotations

import pandas as pd

from coverage.goals.costs import unit_cost
from coverage.goals.options import BUILD, ENLARGE, HOST, SHARE, UPGRADE
from coverage.region import Region
from coverage.study.changes import NEW, Change, Close, Expand, Host, Open, Population, Serve, Share, Upgrade, describe
from coverage.study.costs import prices_of, yearly_of
from coverage.study.evaluate import Evaluation

PRICED = ("流动服务日", "接送")
"""Ways of serving villages that have a unit cost."""

STATED, FREE, UNKNOWN = "情景写明", "不计费用", "没有单价，请写明费用"
COLUMNS = ["number", "kind", "what", "cost_wan", "yearly_cost_wan", "basis"]


def change_costs(evaluation: Evaluation, *, costs: pd.DataFrame | None = None) -> pd.DataFrame:
    """Number (from 1), kind, what (in words), cost_wan (万元, NaN = not known), yearly_cost_wan (万元 a year, NaN = not
    known, or none) and basis of each change evaluated.

    A cost that the change states is taken; else the unit costs of `costs`, or of the scenario, or the packaged ones
    (示例). Moving an institution, works on roads and enlarging what had no stated capacity have no unit cost.
    """
    base = evaluation.base
    prices = prices_of(evaluation.scenario) if costs is None else costs
    given, changes = base.unchanged.region, base.changes
    rows = [(number, change.kind, describe(change, base.region, base.unchanged.roads),
             *_cost(change, changes[:number - 1], given, prices)) for number, change in enumerate(changes, start=1)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({"number": "int64", "cost_wan": "float64", "yearly_cost_wan": "float64"})


def _cost(change: Change, earlier: tuple[Change, ...], region: Region, prices: pd.DataFrame,
          ) -> tuple[float, float, str]:
    if isinstance(change, Serve):
        return _served(change, prices)
    yearly = getattr(change, "yearly_cost_wan", None)
    wan, basis = _once(change, earlier, region, prices)
    return wan, float("nan") if yearly is None else yearly, basis


def _served(change: Serve, prices: pd.DataFrame) -> tuple[float, float, str]:
    """Nothing once, unless it is stated; home visits have no unit cost."""
    once, yearly = change.cost_wan or 0.0, change.yearly_cost_wan
    if yearly is not None:
        return once, yearly, STATED
    if change.way not in PRICED:
        return float("nan"), float("nan"), UNKNOWN
    wan, basis = yearly_of(prices, villages=len(change.villages), days=change.days_per_year)
    return once, wan, f"每年：{basis}"


def _once(change: Change, earlier: tuple[Change, ...], region: Region, prices: pd.DataFrame) -> tuple[float, str]:
    if change.cost_wan is not None:
        return change.cost_wan, STATED
    if isinstance(change, Close | Population):
        return 0.0, FREE
    remedy, kind, number = _priced(change, earlier, region)
    if remedy is None:
        return float("nan"), UNKNOWN
    price = unit_cost(prices, remedy, kind)
    return number * price.cost_wan, price.basis


def _priced(change: Change, earlier: tuple[Change, ...], region: Region) -> tuple[str | None, str | None, float]:
    """The remedy that the change is, the service type and how many units of it."""
    if isinstance(change, Open):
        return BUILD, change.service_type, 1
    if isinstance(change, Host):
        return HOST, change.service_type, 1
    if isinstance(change, Share):
        return SHARE, None, len(change.townships)
    if isinstance(change, Upgrade):
        return UPGRADE, region.sites["service_type"].get(change.site_id), 1
    if isinstance(change, Expand):
        places = _places_before(change, earlier, region)
        return (None, None, 0) if pd.isna(places) else (ENLARGE, None, change.capacity - places)
    return None, None, 0


def _places_before(change: Expand, earlier: tuple[Change, ...], region: Region):
    """Places before this change: those of the last enlargement, else the institution's own."""
    for other in reversed(earlier):
        if isinstance(other, Expand) and other.site_id == change.site_id:
            return other.capacity
        if isinstance(other, Open | Host) and change.site_id in (other.site_id, f"{NEW}-{other.name}"):
            return pd.NA if other.capacity is None else other.capacity
    return region.sites["capacity"].get(change.site_id, pd.NA)
