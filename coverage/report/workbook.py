"""Write frames into an Excel workbook: filters, frozen headers, codes as text, no formulas, always the same bytes."""

from __future__ import annotations

import io
import re

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import ARC_CORE

from coverage.report.steady_zip import EPOCH, unzipped, zipped
from coverage.report.words import legal, width

_HEAD_FILL = PatternFill("solid", fgColor="1F4E78")
_HEAD_FONT = Font(bold=True, color="FFFFFF", name="微软雅黑")
_BODY_FONT = Font(name="微软雅黑")
_TOP, _WRAPPED = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
_EDGE = Border(bottom=Side(style="thin", color="D0D0D0"))
_WIDEST = 48
_PROSE_WIDTH = 90
_LINE_POINTS = 16
"""Columns stop at _WIDEST and wrap; rows are as high as their longest cell, which Excel doesn't see to by itself."""
_SAVED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def workbook_bytes(sheets: dict[str, pd.DataFrame], *, prose: dict[str, list[tuple[str, str]]] | None = None) -> bytes:
    """An xlsx of a sheet for each frame, after one for each list of (item, text) in `prose`."""
    book = Workbook()
    book.remove(book.active)
    for title, lines in (prose or {}).items():
        _write_prose(book.create_sheet(title), lines)
    for title, frame in sheets.items():
        _write_frame(book.create_sheet(title), frame)
    for sheet in book.worksheets:
        _page(sheet)
    book.properties.creator, book.properties.created, book.properties.modified = "", EPOCH, EPOCH
    return _steady_zip(book)


def _write_prose(sheet: Worksheet, lines: list[tuple[str, str]]) -> None:
    for row, (item, text) in enumerate(lines, start=1):
        sheet.row_dimensions[row].height = _LINE_POINTS * -(-(width(text) + 2) // (_PROSE_WIDTH - 4))
        for column, value in enumerate((item, text), start=1):
            cell = _put(sheet.cell(row, column), value)
            cell.font = Font(name="微软雅黑", bold=column == 1)
            cell.alignment = _WRAPPED
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, _PROSE_WIDTH


def _write_frame(sheet: Worksheet, frame: pd.DataFrame) -> None:
    for column, header in enumerate(frame.columns, start=1):
        cell = _put(sheet.cell(1, column), header)
        cell.fill, cell.font = _HEAD_FILL, _HEAD_FONT
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    for column, header in enumerate(frame.columns, start=1):
        number_format = _number_format(header, frame[header])
        for row, value in enumerate(frame[header], start=2):
            cell = _put(sheet.cell(row, column), value)
            cell.font, cell.border, cell.alignment = _BODY_FONT, _EDGE, _TOP
            if number_format:
                cell.number_format = number_format
    sheet.freeze_panes = "C2" if frame.shape[1] > 4 else "A2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, frame.shape[1]))}{len(frame) + 1}"
    _fit(sheet, frame)


def _put(cell, value):
    """Write a value; text is text even where it starts like a formula, and unknown is an empty cell."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return cell
    if isinstance(value, (bool,)) or str(type(value).__name__) == "bool_":
        value = "是" if value else "否"
    cell.value = legal(value) if isinstance(value, str) else value.item() if hasattr(value, "item") else value
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"
    return cell


def _number_format(header: str, values: pd.Series) -> str:
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return ""
    if "占比" in header or "差距" in header or "率" in header:
        return "0.0%"
    if any(word in header for word in ("系数", "指数", "比值", "组间", "组内")):
        return "0.000"
    if header in ("经度", "纬度"):
        return "0.00000"
    if "年份" in header:
        return "0"
    return "#,##0.0" if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 != 0).any() else "#,##0"


def _page(sheet: Worksheet) -> None:
    """Printed on A4 across, as wide as one page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _fit(sheet: Worksheet, frame: pd.DataFrame) -> None:
    """Columns as wide as their texts, up to _WIDEST; beyond that they wrap and the row grows."""
    lines = np.ones(len(frame), dtype=int)
    for column, header in enumerate(frame.columns, start=1):
        widths = np.array([0 if pd.isna(value) else width(_said(value)) for value in frame[header]], dtype=int)
        wanted = max(widths.max(initial=0), min(width(str(header)), 16)) + 3
        sheet.column_dimensions[get_column_letter(column)].width = float(min(wanted, _WIDEST))
        if wanted > _WIDEST:
            lines = np.maximum(lines, -(-(widths + 2) // (_WIDEST - 3)))
            for row in range(2, len(frame) + 2):
                sheet.cell(row, column).alignment = _WRAPPED
    for row in np.flatnonzero(lines > 1):
        sheet.row_dimensions[int(row) + 2].height = _LINE_POINTS * int(lines[row])
    sheet.row_dimensions[1].height = 34


def _said(value) -> str:
    """A number as its format will show it, text as it is."""
    return value if isinstance(value, str) else f"{value:,.1f}" if isinstance(value, float) else str(value)


def _steady_zip(book: Workbook) -> bytes:
    """The workbook's bytes with every member, and the date of saving that openpyxl writes, at EPOCH."""
    raw = io.BytesIO()
    book.save(raw)
    members = unzipped(raw.getvalue())
    return zipped(members | {ARC_CORE: _SAVED.sub(rb"\g<1>" + EPOCH.isoformat().encode() + b"Z", members[ARC_CORE])})
