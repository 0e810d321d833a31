"""Parse an xlsx or xls workbook's bytes into sheets of text; a formula gives the value that Excel last saved."""

from __future__ import annotations

import datetime
import io
import re

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from coverage.errors import UnsafeFileError
from coverage.intake import limits
from coverage.intake.archive import open_archive
from coverage.intake.parse import RawSheet
from coverage.intake.source import Source


def parse_excel(source: Source) -> list[RawSheet]:
    """Every worksheet that holds anything, in the workbook's order."""
    if source.data.startswith(b"PK"):
        _check_xlsx(source)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(source.data)) as workbook:
            return _sheets(workbook, source.name)
    except PasswordError as error:
        raise UnsafeFileError("文件带有密码", where=source.name, todo="去掉密码后再上传") from error
    except CalamineError as error:
        raise UnsafeFileError("工作簿已损坏", where=source.name, todo="在 Excel 或 WPS 中打开后另存为 xlsx") from error


def _check_xlsx(source: Source) -> None:
    with open_archive(source.data, source.name) as archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
            raise UnsafeFileError(
                "内容是压缩包，不是 Excel 工作簿", where=source.name, todo="请上传 xlsx、xls 或 csv 文件"
            )
        for name in names:
            if name.lower().endswith((".xml", ".rels", ".vml")):
                _check_xml(archive.read(name), source.name)


_REFERENCE = re.compile(rb"""[\s"']r\s*=\s*["']\s*([A-Za-z]*)(\d+)""")


def _check_xml(data: bytes, name: str) -> None:
    """Refuse entities and other encodings, and a far-off cell, for which the reader would lay out all before it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4096]:
        raise UnsafeFileError("工作簿内部编码不是 UTF-8", where=name, todo="在 Excel 或 WPS 中打开后另存为 xlsx")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnsafeFileError("工作簿里有实体定义，可能是攻击文件", where=name, todo="不要打开这个文件；向来源方核实")
    if b"sheetData" not in data:
        return
    found = set(_REFERENCE.findall(data))
    height = max((int(row[-9:]) if len(row) < 10 else 10**9 for _, row in found), default=0)
    width = max(map(_column_number, {letters for letters, _ in found}), default=0)
    _within(height, width, name)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + letter - 64
    return number


def _within(height: int, width: int, name: str) -> None:
    if height > limits.MAX_ROWS or width > limits.MAX_COLUMNS or height * width > limits.MAX_CELLS:
        raise UnsafeFileError(
            f"有工作表用到了第 {height:,} 行、第 {width:,} 列，上限 {limits.MAX_ROWS:,} 行 {limits.MAX_COLUMNS} 列",
            where=name,
            todo="删去多余的空行空列，或拆成几个文件",
        )


def _sheets(workbook: CalamineWorkbook, name: str) -> list[RawSheet]:
    listed = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if len(listed) > limits.MAX_SHEETS:
        raise UnsafeFileError(f"工作簿有 {len(listed)} 张工作表，上限 {limits.MAX_SHEETS}", where=name)
    return [_sheet(workbook, item.name, name) for item in listed]


def _sheet(workbook: CalamineWorkbook, title: str, name: str) -> RawSheet:
    sheet = workbook.get_sheet_by_name(title)
    if sheet.end is None:
        return RawSheet(title, [])
    _within(sheet.end[0] + 1, sheet.end[1] + 1, name)
    rows = sheet.to_python(skip_empty_area=False)
    columns = [[cell_text(row[i]) for row in rows] for i in range(len(rows[0]) if rows else 0)]
    merged = tuple(((r1 + 1, c1), (r2 + 1, c2)) for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ())
    return RawSheet(title, columns, merged)


def cell_text(value) -> str:
    """A cell as text: whole numbers without a point, other numbers exactly, dates as 2019-05-01."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value)
