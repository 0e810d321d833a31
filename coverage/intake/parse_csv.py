"""Parse a CSV file's bytes into one sheet: UTF-8 with BOM, UTF-8, GB18030, tried strictly in that order."""

from __future__ import annotations

import csv
import io
from itertools import chain

from coverage.errors import TableError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.parse import RawSheet
from coverage.intake.source import Source

_DELIMITERS = (",", "\t", ";", "，")


def parse_csv(source: Source) -> RawSheet:
    text, encoding = decode(source)
    delimiter = _delimiter(text)
    rows = list(_rows(text, delimiter, source.name))
    width = max(map(len, rows), default=0)
    if width * len(rows) > limits.MAX_CELLS:
        raise UnsafeFileError(f"表格有 {width * len(rows):,} 格，上限 {limits.MAX_CELLS:,}", where=source.name)
    columns = [[row[i] if i < len(row) else "" for row in rows] for i in range(width)]
    return RawSheet("", columns, encoding=encoding)


def decode(source: Source) -> tuple[str, str]:
    """The text and its encoding. Raises TableError where none of the three fits strictly."""
    data = source.data
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TableError("文件是 UTF-16 编码", where=source.name, todo="在 Excel 中另存为“CSV UTF-8（逗号分隔）”")
    if b"\0" in data:
        raise UnsafeFileError(
            "文本里有空字节，像是别的格式改了名字", where=source.name, todo="在原软件中重新另存为 CSV 或 xlsx"
        )
    attempts = ("utf-8-sig",) if data.startswith(b"\xef\xbb\xbf") else ("utf-8", "gb18030")
    for encoding in attempts:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise TableError(
        "文字编码认不出来，不是 UTF-8 也不是 GB18030",
        where=source.name,
        todo="在 Excel 中另存为“CSV UTF-8（逗号分隔）”",
    )


def _delimiter(text: str) -> str:
    head = text[:20_000]
    return max(_DELIMITERS, key=head.count)  # on a tie the earlier


def _rows(text: str, delimiter: str, name: str):
    lines = (_line(line, delimiter, name) for line in io.StringIO(text, newline=""))
    reader = csv.reader(chain(lines), delimiter=delimiter, strict=False)
    try:
        for number, row in enumerate(reader, start=1):
            if number > limits.MAX_ROWS:
                raise UnsafeFileError(f"表格超过 {limits.MAX_ROWS:,} 行", where=name, todo="按县或按市拆成几个文件")
            yield row
    except csv.Error as error:
        raise UnsafeFileError(
            "有一格的内容过长，像是引号没有成对", where=name, todo="在 Excel 中打开检查后另存"
        ) from error


def _line(line: str, delimiter: str, name: str) -> str:
    if len(line) > limits.MAX_COLUMNS and line.count(delimiter) >= limits.MAX_COLUMNS:
        raise UnsafeFileError(f"表格超过 {limits.MAX_COLUMNS} 列", where=name, todo="只保留需要的列")
    return line
