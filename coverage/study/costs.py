"""Read the user's own table of unit costs: a CSV path in, a checked table out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from coverage.errors import TableError
from coverage.goals.costs import check_costs
from coverage.goals.options import ORDER


def read_costs(path: Path) -> pd.DataFrame:
    """Columns as coverage/goals/costs.csv: remedy, service_type, unit, cost_wan (万元), capacity, source.

    Raises TableError where it can't be read or used, with every lack at once.
    """
    try:
        costs = pd.read_csv(path, dtype={"service_type": "str", "source": "str"}, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise TableError("读不到费用表", where=str(path), todo="请另存为 UTF-8 的 CSV") from error
    return check_costs(costs, remedies=ORDER, where=path.name)
