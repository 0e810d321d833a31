"""Collect every problem of a file in one pass, give them as one table, a row a problem.

The table's columns: file, sheet, row (as Excel counts), column (as the user wrote it),
value, rule, severity (错误 refuses the row, 警告 and 提示 do not) and suggestion (what to do).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pandas as pd

ERROR, WARNING, NOTE = "错误", "警告", "提示"
PROBLEM_COLUMNS = ("file", "sheet", "row", "column", "value", "rule", "severity", "suggestion")
MAX_SHOWN_CHARS = 60  # of an offending value


class ProblemList:
    """Problems of one sheet. `add` takes whole columns of problems at once."""

    def __init__(self, file: str, sheet: str = "") -> None:
        self.file, self.sheet = file, sheet
        self._records: list[tuple] = []

    def add(self, rows: Iterable, column: str, values, rule: str, suggestion, *, severity: str = ERROR) -> None:
        """A problem for each of `rows`; `values` and `suggestion` are one for all or one for each."""
        rows = list(rows)
        for row, value, advice in zip(rows, _each(values), _each(suggestion), strict=False):
            self._records.append((None if pd.isna(row) else int(row), column, _shown(value), rule, severity, advice))

    def refused_rows(self) -> set[int]:
        return {row for row, *_, severity, _ in self._records if severity == ERROR and row is not None}

    def frame(self) -> pd.DataFrame:
        """Problems in the order of rows, then of their finding."""
        frame = pd.DataFrame(
            [(self.file, self.sheet, *record) for record in self._records], columns=list(PROBLEM_COLUMNS)
        )
        frame = frame.astype({name: "str" for name in PROBLEM_COLUMNS if name != "row"})
        frame["row"] = frame["row"].astype("Int64")
        return frame.sort_values("row", kind="stable", na_position="first", ignore_index=True)


def no_problems() -> pd.DataFrame:
    return ProblemList("").frame()


def join_problems(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Several problem tables as one, in the order given."""
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else no_problems()


def _each(value):
    if isinstance(value, str) or not isinstance(value, Iterable):
        return itertools.repeat(value)
    return value


def _shown(value) -> str:
    text = "" if value is None or value is pd.NA else str(value)
    return text if len(text) <= MAX_SHOWN_CHARS else text[:MAX_SHOWN_CHARS] + "…"
