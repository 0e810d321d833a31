"""Write frames into an Excel workbook: filters, frozen headers, codes as text, no formulas, always the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import ARC_CORE

from coverage.errors import OutputError

EPOCH = datetime(1980, 1, 1)
"""Zip files can't hold an earlier date; every file written here bears it, so that a rerun gives the same bytes."""

_HEAD_FILL = PatternFill("solid", fgColor="1F4E78")
_HEAD_FONT = Font(bold=True, color="FFFFFF", name="微软雅黑")
_BODY_FONT = Font(name="微软雅黑")
_EDGE = Border(bottom=Side(style="thin", color="D0D0D0"))
_WIDEST = 60
_SAVED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def workbook_bytes(sheets: dict[str, pd.DataFrame], *, prose: dict[str, list[tuple[str, str]]] | None = None) -> bytes:
    """An xlsx of a sheet for each frame, after one for each list of (item, text) in `prose`."""
    book = Workbook()
    book.remove(book.active)
    for title, lines in (prose or {}).items():
        _write_prose(book.create_sheet(title), lines)
    for title, frame in sheets.items():
        _write_frame(book.create_sheet(title), frame)
    book.properties.creator, book.properties.created, book.properties.modified = "", EPOCH, EPOCH
    return _steady_zip(book)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a result file. Raises OutputError where it is open in Excel or the folder refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise OutputError("文件写不进去", where=str(path), todo="如果它正在 Excel 中打开，请先关闭再试") from error


def _write_prose(sheet: Worksheet, lines: list[tuple[str, str]]) -> None:
    for item, text in lines:
        sheet.append([None, None])
        for column, value in enumerate((item, text), start=1):
            cell = _put(sheet.cell(sheet.max_row, column), value)
            cell.font = Font(name="微软雅黑", bold=column == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 90


def _write_frame(sheet: Worksheet, frame: pd.DataFrame) -> None:
    for column, header in enumerate(frame.columns, start=1):
        cell = _put(sheet.cell(1, column), header)
        cell.fill, cell.font = _HEAD_FILL, _HEAD_FONT
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    for column, header in enumerate(frame.columns, start=1):
        number_format = _number_format(header, frame[header])
        for row, value in enumerate(frame[header], start=2):
            cell = _put(sheet.cell(row, column), value)
            cell.font, cell.border = _BODY_FONT, _EDGE
            if number_format:
                cell.number_format = number_format
    sheet.freeze_panes = "C2" if frame.shape[1] > 4 else "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, frame.shape[1]))}{len(frame) + 1}"
    _fit_columns(sheet, frame)


def _put(cell, value):
    """Write a value; text is text even where it starts like a formula, and unknown is an empty cell."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return cell
    if isinstance(value, (bool,)) or str(type(value).__name__) == "bool_":
        value = "是" if value else "否"
    cell.value = value.item() if hasattr(value, "item") else value
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


def _fit_columns(sheet: Worksheet, frame: pd.DataFrame) -> None:
    for column, header in enumerate(frame.columns, start=1):
        texts = [str(value) for value in frame[header].head(400) if not pd.isna(value)]
        longest = max((_width(text) for text in texts), default=0)
        wanted = max(longest, min(_width(str(header)), 16)) + 3
        sheet.column_dimensions[get_column_letter(column)].width = min(wanted, _WIDEST)
    sheet.row_dimensions[1].height = 34


def _width(text: str) -> int:
    """A Chinese character is as wide as two letters."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _steady_zip(book: Workbook) -> bytes:
    """The workbook's bytes with every member, and the date of saving that openpyxl writes, at EPOCH."""
    raw, steady = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == ARC_CORE:
                content = _SAVED.sub(rb"\g<1>" + EPOCH.isoformat().encode() + b"Z", content)
            target.writestr(zipfile.ZipInfo(name, EPOCH.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return steady.getvalue()
