"""Read the user's own table of unit costs, and price outreach days and shuttles by it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from coverage.errors import TableError
from coverage.goals.costs import check_costs, unit_cost, unit_costs
from coverage.goals.options import ORDER, OUTREACH

USUAL_DAYS = 12
"""Days a year that the unit cost of a village's outreach or shuttle is for, as the packaged table says (示例)."""


def prices_of(scenario) -> pd.DataFrame:
    """The scenario's own unit costs, or the packaged ones (示例)."""
    return read_costs(scenario.costs) if scenario.costs else unit_costs()


def yearly_of(prices: pd.DataFrame, *, villages: int, days: int | None) -> tuple[float, str]:
    """(万元 a year of an outreach day or shuttle that serves so many villages so many days a year, its basis)."""
    price, days = unit_cost(prices, OUTREACH), days or USUAL_DAYS
    scaled = "" if days == USUAL_DAYS else f"，按每年 {days} 天折算"
    return price.cost_wan * villages * days / USUAL_DAYS, price.basis + scaled


def read_costs(path: Path) -> pd.DataFrame:
    """Columns as coverage/goals/costs.csv: remedy, service_type, unit, cost_wan (万元), capacity, source. An outreach
    day or shuttle is priced for a village and a year of USUAL_DAYS days.

    Raises TableError where it can't be read or used, with every lack at once.
    """
    try:
        costs = pd.read_csv(path, dtype={"service_type": "str", "source": "str"}, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise TableError("读不到费用表", where=str(path), todo="请另存为 UTF-8 的 CSV") from error
    return check_costs(costs, remedies=ORDER, where=path.name)
