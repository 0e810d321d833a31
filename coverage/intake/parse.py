"""Tell by its content what a table file is and parse its bytes into plain lists; the child process runs this alone."""

from __future__ import annotations

from dataclasses import dataclass

from coverage.errors import InputError, TableError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.source import Source


@dataclass(frozen=True)
class RawSheet:
    """`columns`: a list of text for each column, all of one length, "" where blank. `merged`: see sheets.Sheet."""

    name: str
    columns: list[list[str]]
    merged: tuple = ()
    encoding: str = ""


def parse_sheets(source: Source) -> list[RawSheet]:
    """Every sheet that holds anything, in the file's order. Screen the file first."""
    from coverage.intake.parse_csv import parse_csv
    from coverage.intake.parse_excel import parse_excel

    workbook = source.data.startswith((*_ZIP, OLE))
    sheets = parse_excel(source) if workbook else [parse_csv(source)]
    found = [sheet for sheet in sheets if any(map(any, sheet.columns))]
    if not found:
        raise InputError("表里没有内容", where=source.name, todo="换一个有内容的文件")
    if any(max(map(len, column)) > limits.MAX_CELL_CHARS for sheet in found for column in sheet.columns):
        raise UnsafeFileError(f"有一格超过 {limits.MAX_CELL_CHARS:,} 个字，像是引号没有成对", where=source.name,
                              todo="在 Excel 中打开检查后另存")
    return found


_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0"


def screen_table(source: Source) -> None:
    """Refuse what can be seen to be no table, or over a limit, without parsing it: little time and memory."""
    from coverage.intake.parse_csv import screen_csv
    from coverage.intake.screen_excel import screen_excel

    if source.data.startswith(_ZIP):
        screen_excel(source)
    elif not source.data.startswith(OLE):
        _refuse_other_formats(source)
        screen_csv(source)


_OTHER_FORMATS = (
    (b"%PDF", "PDF"), (b"SQLite format 3\0", "数据库（GeoPackage）"), (b"\x1f\x8b", "gzip 压缩包"),
    (b"Rar!", "RAR 压缩包"), (b"7z\xbc\xaf", "7z 压缩包"), (b"\x89PNG", "图片"), (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"), (b"MZ", "程序"), (b"\x7fELF", "程序"), (b"fgb\x03", "FlatGeobuf 图层"), (b"BZh", "bzip2 压缩包"),
    (b"\xfd7zXZ", "xz 压缩包"),
)


def _refuse_other_formats(source: Source) -> None:
    for magic, what in _OTHER_FORMATS:
        if source.data.startswith(magic):
            raise UnsafeFileError(f"内容是{what}，不是表格", where=source.name, todo="请上传 xlsx、xls 或 csv 文件")
    start = source.data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"{", b"[{")):
        raise UnsafeFileError("内容是网页、XML 或 JSON，不是表格", where=source.name,
                              todo="在 Excel 中打开后另存为 xlsx 再上传")
    if start.startswith(b"version https://git-lfs"):
        raise TableError("内容只是一个下载占位", where=source.name, todo="下载真正的文件")
