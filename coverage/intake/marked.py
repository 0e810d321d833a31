"""Give the user's own workbook back with a 问题 column and marked cells; corrected, it comes in again clean."""

from __future__ import annotations

from collections import namedtuple
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from coverage.intake.header import LIST_TITLE, PROBLEM_TITLE
from coverage.intake.isolated import parse_isolated
from coverage.intake.parse import RawSheet, parse_sheets, screen_table
from coverage.intake.problems import ERROR, WARNING
from coverage.intake.source import Source, open_source

if TYPE_CHECKING:
    import pandas as pd

    from coverage.intake.table import Intake

_FILLS = {ERROR: PatternFill("solid", fgColor="F8CBAD"), WARNING: PatternFill("solid", fgColor="FFE699")}
_LIST_HEADERS = {"sheet": "所在表", "row": "所在行", "column": "所在列", "value": "原值", "rule": "规则",
                 "severity": "程度", "suggestion": "建议"}
_Problem = namedtuple("_Problem", list(_LIST_HEADERS))


def mark_workbook(source: Path | bytes | Source, *intakes: Intake) -> bytes:
    """An xlsx of the file that gave `intakes`, one for each of its sheets that was read: formats and formulas kept,
    problems beside their rows and in a list.

    A child process opens the user's workbook. Raises UnsafeFileError where it runs out of memory or time.
    """
    file = open_source(source, intakes[0].name)
    sheets = [{"sheet": intake.sheet, "header_row": intake.header_row, "positions": intake.positions,
               "problems": _plain(intake.problems)} for intake in intakes]
    (_, table), = parse_isolated("mark", file, sheets=sheets)
    return table["xlsx"][0].as_py()


def _plain(problems: pd.DataFrame) -> list[list]:
    """A list for each, in the order of _LIST_HEADERS; None where there is no row."""
    told = problems[list(_LIST_HEADERS)].astype("object")
    return told.where(told.notna(), None).to_numpy().tolist()


def marked_bytes(file: Source, *, sheets: list[dict]) -> bytes:
    """The same in the child."""
    book = _open(file, sheets[0]["sheet"])
    told = []
    for sheet in sheets:
        problems = [_Problem(*problem) for problem in sheet["problems"]]
        _mark(book[sheet["sheet"]] if file.data.startswith(b"PK") else book.active, problems, sheet["header_row"],
              sheet["positions"])
        told += problems
    _write_list(book, told)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _mark(page, problems: list[_Problem], header_row: int, positions: dict[str, int]) -> None:
    last = _problem_column(page, header_row)
    _clear(page, last, header_row)
    put(page.cell(header_row, last), PROBLEM_TITLE)
    page.cell(header_row, last).font = Font(bold=True)
    by_row: dict[int, list[_Problem]] = {}
    for problem in problems:
        if problem.row is not None and problem.row != header_row and problem.severity in _FILLS:
            by_row.setdefault(int(problem.row), []).append(problem)
    for row, group in by_row.items():
        put(page.cell(row, last), "；".join(dict.fromkeys(map(_sentence, group))))
        page.cell(row, last).alignment = Alignment(wrap_text=True, vertical="top")
        for problem in group:
            if problem.column in positions:
                page.cell(row, positions[problem.column] + 1).fill = _FILLS[problem.severity]
    page.column_dimensions[get_column_letter(last)].width = 60


def put(cell: Cell, text: str) -> None:
    """Write text that stays text: what begins with = is no formula."""
    cell.value = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text)
    if cell.data_type == "f":
        cell.data_type = "s"
    if text[:1] in "=+-@":
        cell.quotePrefix = True


def _open(file: Source, sheet: str):
    screen_table(file)
    if file.data.startswith(b"PK"):
        return openpyxl.load_workbook(BytesIO(file.data), keep_links=False)
    return _from_text(next(found for found in parse_sheets(file) if found.name == sheet))


def _from_text(sheet: RawSheet):
    """A workbook of a CSV or xls file's cells, all as text, so that codes keep their digits."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet.name or "数据"
    for column, cells in enumerate(sheet.columns, start=1):
        for row, text in enumerate(cells, start=1):
            if text:
                put(page.cell(row, column), text)
                page.cell(row, column).number_format = "@"
    return book


def _problem_column(sheet, header_row: int) -> int:
    titles = [cell.value for cell in sheet[header_row]]
    if PROBLEM_TITLE in titles:
        return titles.index(PROBLEM_TITLE) + 1
    return sheet.max_column + 1


def _clear(sheet, column: int, header_row: int) -> None:
    for row in range(header_row + 1, sheet.max_row + 1):
        if sheet.cell(row, column).value is not None:
            sheet.cell(row, column).value = None


def _sentence(problem) -> str:
    what = f"{problem.column} {problem.rule}" if problem.column else problem.rule
    return problem.suggestion if problem.suggestion.startswith("第 ") else f"{what}：{problem.suggestion}"


def _write_list(book, problems: list[_Problem]) -> None:
    if LIST_TITLE in book.sheetnames:
        del book[LIST_TITLE]
    page = book.create_sheet(LIST_TITLE)
    for column, header in enumerate(_LIST_HEADERS.values(), start=1):
        put(page.cell(1, column), header)
        page.cell(1, column).font = Font(bold=True)
    for row, problem in enumerate(problems, start=2):
        for column, name in enumerate(_LIST_HEADERS, start=1):
            value = getattr(problem, name)
            if name == "row":
                page.cell(row, column).value = None if value is None else int(value)
            else:
                put(page.cell(row, column), value)
    page.column_dimensions["G"].width = 80
