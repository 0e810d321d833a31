"""Parse a CSV file's bytes into one sheet: UTF-8 with BOM, UTF-8, GB18030, tried strictly in that order."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from coverage.errors import TableError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.parse import RawSheet
from coverage.intake.source import Source

_DELIMITERS = (",", "\t", ";", "，")
_WIDE = re.compile(
    rb"(?m)^(?:[^,\n]*,){%d}|^(?:[^\t\n]*\t){%d}|^(?:[^;\n]*;){%d}" % ((limits.MAX_COLUMNS,) * 3)
)
_SAVE_AS_UTF8 = "在 Excel 中另存为“CSV UTF-8（逗号分隔）”"
_SPLIT = "按县或按市拆成几个文件"


def screen_csv(source: Source) -> None:
    """Refuse bytes that no text has, too many rows or columns, before anything is laid out in memory."""
    data = source.data
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableError("文件是 UTF-16 编码", where=source.name, todo=_SAVE_AS_UTF8)
    if b"\0" in data:
        raise UnsafeFileError("文本里有空字节，像是别的格式改了名字", where=source.name,
                              todo="在原软件中重新另存为 CSV 或 xlsx")
    if data.count(b"\n") > limits.MAX_ROWS + limits.HEADER_SEARCH_ROWS:
        raise UnsafeFileError(f"表格超过 {limits.MAX_ROWS:,} 行", where=source.name, todo=_SPLIT)
    if _WIDE.search(data):
        raise UnsafeFileError(f"表格超过 {limits.MAX_COLUMNS} 列", where=source.name, todo="只保留需要的列")


def parse_csv(source: Source) -> RawSheet:
    text, encoding = decode(source)
    delimiter = max(_DELIMITERS, key=text[:20_000].count)  # on a tie the earlier
    rows = list(_rows(text, delimiter, source.name))
    width = max(map(len, rows), default=0)
    if width > limits.MAX_COLUMNS:
        raise UnsafeFileError(f"表格超过 {limits.MAX_COLUMNS} 列", where=source.name, todo="只保留需要的列")
    if width * len(rows) > limits.MAX_CELLS:
        raise _too_many_cells(source.name)
    columns = [[row[i] if i < len(row) else "" for row in rows] for i in range(width)]
    return RawSheet("", columns, encoding=encoding)


def decode(source: Source) -> tuple[str, str]:
    """The text and its encoding. Raises TableError where none of the three fits strictly."""
    attempts = ("utf-8-sig",) if source.data.startswith(b"\xef\xbb\xbf") else ("utf-8", "gb18030")
    for encoding in attempts:
        try:
            return source.data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise TableError("文字编码认不出来，不是 UTF-8 也不是 GB18030", where=source.name, todo=_SAVE_AS_UTF8)


def _rows(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    cells = 0
    try:
        for number, row in enumerate(reader, start=1):
            cells += len(row)
            if number > limits.MAX_ROWS or cells > limits.MAX_CELLS:
                raise _too_many_cells(name)
            yield row
    except csv.Error as error:
        raise UnsafeFileError("有一格的内容过长，像是引号没有成对", where=name,
                              todo="在 Excel 中打开检查后另存") from error


def _too_many_cells(name: str) -> UnsafeFileError:
    return UnsafeFileError(f"表格超过 {limits.MAX_ROWS:,} 行或 {limits.MAX_CELLS:,} 格", where=name, todo=_SPLIT)
