"""Give the user's own workbook back with a 问题 column and marked cells; corrected, it comes in again clean."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from coverage.intake.header import PROBLEM_TITLE
from coverage.intake.problems import ERROR, WARNING
from coverage.intake.sheets import Sheet, read_sheets
from coverage.intake.source import Source, open_source
from coverage.intake.table import Intake

LIST_TITLE = "问题清单"
_FILLS = {ERROR: PatternFill("solid", fgColor="F8CBAD"), WARNING: PatternFill("solid", fgColor="FFE699")}
_LIST_HEADERS = {"sheet": "所在表", "row": "所在行", "column": "所在列", "value": "原值", "rule": "规则",
                 "severity": "程度", "suggestion": "建议"}


def mark_workbook(source: Path | bytes | Source, intake: Intake) -> bytes:
    """An xlsx of the file that gave `intake`: formats and formulas kept, problems beside their rows and in a list."""
    file = open_source(source, intake.name)
    book, sheet = _open(file, intake)
    problems = intake.problems
    last = _problem_column(sheet, intake)
    _clear(sheet, last, intake.header_row)
    put(sheet.cell(intake.header_row, last), PROBLEM_TITLE)
    sheet.cell(intake.header_row, last).font = Font(bold=True)
    for row, group in problems[problems["row"].notna()].groupby("row"):
        told = group[group["severity"].isin([ERROR, WARNING])]
        if row == intake.header_row or told.empty:
            continue
        put(sheet.cell(int(row), last), "；".join(dict.fromkeys(_sentence(problem) for problem in told.itertuples())))
        sheet.cell(int(row), last).alignment = Alignment(wrap_text=True, vertical="top")
        _mark_cells(sheet, intake, int(row), told)
    sheet.column_dimensions[get_column_letter(last)].width = 60
    _write_list(book, problems)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def put(cell: Cell, text: str) -> None:
    """Write text that stays text: what begins with = is no formula."""
    cell.value = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text)
    if cell.data_type == "f":
        cell.data_type = "s"
    if text[:1] in "=+-@":
        cell.quotePrefix = True


def _open(file: Source, intake: Intake):
    if file.data.startswith(b"PK"):
        book = openpyxl.load_workbook(BytesIO(file.data), keep_links=False)
        return book, book[intake.sheet]
    sheet = next(sheet for sheet in read_sheets(file) if sheet.name == intake.sheet)
    return _from_text(sheet)


def _from_text(sheet: Sheet):
    """A workbook of a CSV or xls file's cells, all as text, so that codes keep their digits."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet.name or "数据"
    for row, cells in zip(sheet.cells.index, sheet.cells.to_numpy(), strict=True):
        for column, text in enumerate(cells, start=1):
            if text:
                put(page.cell(int(row), column), text)
                page.cell(int(row), column).number_format = "@"
    return book, page


def _problem_column(sheet, intake: Intake) -> int:
    titles = [cell.value for cell in sheet[intake.header_row]]
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


def _mark_cells(sheet, intake: Intake, row: int, told: pd.DataFrame) -> None:
    for problem in told.itertuples():
        if problem.column in intake.positions:
            sheet.cell(row, intake.positions[problem.column] + 1).fill = _FILLS[problem.severity]


def _write_list(book, problems: pd.DataFrame) -> None:
    if LIST_TITLE in book.sheetnames:
        del book[LIST_TITLE]
    page = book.create_sheet(LIST_TITLE)
    for column, header in enumerate(_LIST_HEADERS.values(), start=1):
        put(page.cell(1, column), header)
        page.cell(1, column).font = Font(bold=True)
    for row, problem in enumerate(problems.itertuples(), start=2):
        for column, name in enumerate(_LIST_HEADERS, start=1):
            value = getattr(problem, name)
            if name == "row":
                page.cell(row, column).value = None if pd.isna(value) else int(value)
            else:
                put(page.cell(row, column), value)
    page.column_dimensions["G"].width = 80
