"""Parse an xlsx or xls workbook's bytes into sheets of text; a formula gives the value that Excel last saved."""

from __future__ import annotations

import datetime
import io

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from coverage.errors import UnsafeFileError
from coverage.intake import limits
from coverage.intake.parse import RawSheet
from coverage.intake.screen_excel import within
from coverage.intake.source import Source


def parse_excel(source: Source) -> list[RawSheet]:
    """Every worksheet that holds anything, in the workbook's order."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(source.data)) as workbook:
            return _sheets(workbook, source.name)
    except PasswordError as error:
        raise UnsafeFileError("文件带有密码", where=source.name, todo="去掉密码后再上传") from error
    except CalamineError as error:
        raise _damaged(source.name) from error
    except BaseException as error:  # a panic of the Rust reader is no Exception, and its class can't be imported
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(source.name) from error


def _damaged(name: str) -> UnsafeFileError:
    return UnsafeFileError("工作簿已损坏", where=name, todo="在 Excel 或 WPS 中打开后另存为 xlsx")


def _sheets(workbook: CalamineWorkbook, name: str) -> list[RawSheet]:
    listed = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if len(listed) > limits.MAX_SHEETS:
        raise UnsafeFileError(f"工作簿有 {len(listed)} 张工作表，上限 {limits.MAX_SHEETS}", where=name)
    return [_sheet(workbook, item.name, name) for item in listed]


def _sheet(workbook: CalamineWorkbook, title: str, name: str) -> RawSheet:
    sheet = workbook.get_sheet_by_name(title)
    if sheet.end is None:
        return RawSheet(title, [])
    within(sheet.end[0] + 1, sheet.end[1] + 1, name)
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
