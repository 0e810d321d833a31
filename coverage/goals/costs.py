"""Look up what a remedy costs and how many it serves, in a table of unit costs with a source for each row."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import pandas as pd


class UnitCost(NamedTuple):
    """Cost of one in 万元, the places that one gives (None = none of its own), and where the figure is from."""

    cost_wan: float
    places: int | None
    basis: str


def unit_costs() -> pd.DataFrame:
    """The packaged table: remedy, service_type (NA = any), unit, cost_wan (万元), capacity, source (示例 = ours)."""
    with files("coverage.goals").joinpath("costs.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"service_type": "str", "source": "str"})


def unit_cost(costs: pd.DataFrame, remedy: str, service_type: str | None = None) -> UnitCost:
    """The row of a remedy for a type of institution, or for any type where it has none of its own."""
    rows = costs[costs["remedy"] == remedy]
    own = rows[rows["service_type"] == service_type]
    row = (own if len(own) else rows[rows["service_type"].isna()]).iloc[0]
    places = None if pd.isna(row["capacity"]) else int(row["capacity"])
    return UnitCost(float(row["cost_wan"]), places, f"{row['source']}（每{row['unit']} {row['cost_wan']:g} 万元）")
