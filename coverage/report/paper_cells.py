"""Turn columns of values into a paper's table: numbers as they are written, unknown as —.

Takes columns by header; gives a `Grid` of text.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from coverage.report.paper import Grid

BLANK = "—"


def grid(caption: str, columns: dict[str, Iterable], *, note: str) -> Grid:
    """A table; columns of numbers stand to the right."""
    values = {header: pd.Series(list(column), dtype="object") for header, column in columns.items()}
    numeric = frozenset(header for header, column in values.items() if _is_numeric(column))
    frame = pd.DataFrame({header: [cell(value, header) for value in column] for header, column in values.items()})
    summary = f"{caption}，{len(frame)} 行，各列为{'、'.join(frame.columns)}"
    return Grid(caption, frame, note, summary, numeric)


def cell(value, header: str = "") -> str:
    """A value as text: shares as percentages, counts with separators, minutes to one decimal."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return BLANK
    if isinstance(value, str):
        return value or BLANK
    if "占比" in header:
        return f"{value:.1%}"
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    return f"{value:,.0f}" if float(value).is_integer() and "用时" not in header else f"{value:,.1f}"


def _is_numeric(column: pd.Series) -> bool:
    known = column[column.notna()]
    return len(known) > 0 and all(isinstance(value, (int, float, np.number)) for value in known)
