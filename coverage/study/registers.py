"""Read a project's registers for judging plans: its tables in, `Records` out."""

from __future__ import annotations

import pandas as pd

from coverage.goals import Records
from coverage.goals.records import COLUMNS


def read_records(tables: dict[str, pd.DataFrame]) -> Records:
    """The project's registers; one that it doesn't bring is empty, and the village register unknown."""
    given = {name: tables[name].reset_index(drop=True) for name in COLUMNS if name in tables}
    if "reports" in given:
        given["reports"] = given["reports"].assign(unit_code=given["reports"]["unit_code"].fillna(""))
    return Records(**given)
