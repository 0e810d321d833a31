"""Look up what a remedy costs and how many it serves, in a table of unit costs with a source for each row."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import pandas as pd

from coverage.errors import TableError
from coverage.schema import SERVICE_TYPES

COLUMNS = ("remedy", "service_type", "unit", "cost_wan", "capacity", "source")


class UnitCost(NamedTuple):
    """Cost of one in 万元, the places that one gives (None = none of its own), and where the figure is from."""

    cost_wan: float
    places: int | None
    basis: str


def unit_costs() -> pd.DataFrame:
    """The packaged table: remedy, service_type (NA = any), unit, cost_wan (万元), capacity, source (示例 = ours)."""
    with files("coverage.goals").joinpath("costs.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"service_type": "str", "source": "str"})


def check_costs(costs: pd.DataFrame, *, remedies: tuple[str, ...], where: str = "费用表") -> pd.DataFrame:
    """The user's own table, checked: every remedy needs a row for any type (service_type empty), and a source.

    Raises TableError with every lack at once.
    """
    absent = [name for name in COLUMNS if name not in costs]
    if absent:
        raise TableError(f"缺少列：{'、'.join(absent)}", where=where, todo=f"应有：{'、'.join(COLUMNS)}")
    any_type = costs[costs["service_type"].isna()]
    problems = [f"“{name}”没有适用于任何类型的一行（service_type 留空）" for name in remedies
                if name not in set(any_type["remedy"])]
    numbers = pd.to_numeric(costs["cost_wan"], errors="coerce")
    for row in range(len(costs)):
        if costs["remedy"].iloc[row] not in remedies:
            problems.append(f"第 {row + 2} 行：措施只能是{'、'.join(remedies)}")
        if not numbers.iloc[row] >= 0:
            problems.append(f"第 {row + 2} 行：cost_wan 应为不小于 0 的数（万元）")
        if pd.isna(costs["source"].iloc[row]):
            problems.append(f"第 {row + 2} 行：没有写出处（source）")
        kind = costs["service_type"].iloc[row]
        if not pd.isna(kind) and kind not in SERVICE_TYPES:
            problems.append(f"第 {row + 2} 行：没有“{kind}”这类机构")
    if problems:
        raise TableError("；".join(problems), problems=problems, where=where)
    return costs.assign(cost_wan=numbers)


def unit_cost(costs: pd.DataFrame, remedy: str, service_type: str | None = None) -> UnitCost:
    """The row of a remedy for a type of institution, or for any type where it has none of its own."""
    rows = costs[costs["remedy"] == remedy]
    own = rows[rows["service_type"] == service_type]
    row = (own if len(own) else rows[rows["service_type"].isna()]).iloc[0]
    places = None if pd.isna(row["capacity"]) else int(row["capacity"])
    return UnitCost(float(row["cost_wan"]), places, f"{row['source']}（每{row['unit']} {row['cost_wan']:g} 万元）")
