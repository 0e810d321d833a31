"""Turn the bytes of a CSV or Excel file into sheets of text cells, rows numbered as Excel does."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.errors import TableError, UnsafeFileError
from coverage.intake.source import Source


@dataclass(frozen=True)
class Sheet:
    """`cells`: text, "" where blank; index = Excel's row number from 1, columns = 0, 1, 2 …

    `merged` lists merged ranges ((row, column), (row, column)), rows from 1, columns from 0, both ends included.
    `encoding` is that of a text file, "" for a workbook.
    """

    name: str
    cells: pd.DataFrame
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    encoding: str = ""


def read_sheets(source: Source) -> list[Sheet]:
    """Every sheet of the file. What the content is decides, not the file's name."""
    from coverage.intake.sheets_csv import read_csv_sheet
    from coverage.intake.sheets_excel import read_excel_sheets

    data = source.data
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) or data.startswith(b"\xd0\xcf\x11\xe0"):
        return read_excel_sheets(source)
    _refuse_other_formats(source)
    return [read_csv_sheet(source)]


_OTHER_FORMATS = (
    (b"%PDF", "PDF"),
    (b"SQLite format 3\0", "数据库（GeoPackage）"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"fgb\x03", "FlatGeobuf 图层"),
    (b"GIF8", "图片"),
    (b"BZh", "bzip2 压缩包"),
    (b"\xfd7zXZ", "xz 压缩包"),
)


def _refuse_other_formats(source: Source) -> None:
    for magic, what in _OTHER_FORMATS:
        if source.data.startswith(magic):
            raise UnsafeFileError(f"内容是{what}，不是表格", where=source.name, todo="请上传 xlsx、xls 或 csv 文件")
    start = source.data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"{", b"[{")):
        raise UnsafeFileError(
            "内容是网页、XML 或 JSON，不是表格", where=source.name, todo="在 Excel 中打开后另存为 xlsx 再上传"
        )
    if start.startswith(b"version https://git-lfs"):
        raise TableError("内容只是一个下载占位", where=source.name, todo="下载真正的文件")
