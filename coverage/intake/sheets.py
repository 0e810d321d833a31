"""Turn the bytes of a CSV or Excel file into sheets of text cells, rows numbered as Excel does."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.intake.parse import OLE, RawSheet, parse_sheets, screen_table
from coverage.intake.source import Source

Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """`cells`: text, "" where blank; index = Excel's row number from 1, columns = 0, 1, 2 …

    `merged` lists merged ranges ((row, column), (row, column)), rows from 1, columns from 0, both ends included.
    `encoding` is that of a text file, "" for a workbook.
    """

    name: str
    cells: pd.DataFrame
    merged: tuple[Range, ...] = ()
    encoding: str = ""


def read_sheets(source: Source, *, isolate: bool = False) -> list[Sheet]:
    """Every sheet of the file. What the content is decides, not the file's name.

    `isolate` parses in a child process with memory and time limits, for files that came from elsewhere. An .xls
    is always parsed there: a damaged one can make its reader ask for more memory than there is and abort.
    """
    if not isolate and not source.data.startswith(OLE):
        screen_table(source)
        return [_from_lists(sheet) for sheet in parse_sheets(source)]
    from coverage.intake.isolated import parse_isolated

    return [_from_arrow(meta, table) for meta, table in parse_isolated("sheets", source)]


def _from_lists(sheet: RawSheet) -> Sheet:
    height = len(sheet.columns[0]) if sheet.columns else 0
    cells = pd.DataFrame(dict(enumerate(sheet.columns)), index=pd.RangeIndex(1, height + 1), dtype="str")
    return Sheet(sheet.name, cells, sheet.merged, sheet.encoding)


def _from_arrow(meta: dict, table) -> Sheet:
    cells = table.to_pandas().astype("str")
    cells.columns = range(len(cells.columns))
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    merged = tuple((tuple(start), tuple(end)) for start, end in meta["merged"])
    return Sheet(meta["name"], cells, merged, meta["encoding"])
