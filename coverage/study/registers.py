"""Read a project's registers for judging plans: its tables in, `Records` out."""

from __future__ import annotations

import pandas as pd

from coverage.goals import Records
from coverage.goals.records import COLUMNS, in_force

PLANNED = "planned_services"
"""The table of village services that a scenario plans, kept apart from the project's own register."""


def planned_services(tables: dict[str, pd.DataFrame], year: int | None) -> pd.Series:
    """How a scenario plans to serve villages, by demand_id: 流动服务日（县残联）…; what is in force in the year."""
    rows = tables.get(PLANNED)
    if rows is None:
        return pd.Series(dtype="object")
    rows = rows if year is None else in_force(rows, year=year)
    said = rows["way"] + "（" + rows["provider"] + "）"
    return said.groupby(rows["demand_id"]).agg(lambda ways: "、".join(dict.fromkeys(ways)))


def read_records(tables: dict[str, pd.DataFrame]) -> Records:
    """The project's registers; one that it doesn't bring is empty, and the village register unknown."""
    given = {name: tables[name].reset_index(drop=True) for name in COLUMNS if name in tables}
    if "reports" in given:
        given["reports"] = given["reports"].assign(unit_code=given["reports"]["unit_code"].fillna(""))
    return Records(**given, planned=tables.get(PLANNED))
