"""Look through an xlsx workbook before it is parsed: entities, odd encodings, far-off cells, links to elsewhere."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from coverage.errors import UnsafeFileError
from coverage.intake import limits
from coverage.intake.archive import open_archive
from coverage.intake.source import Source

_REFERENCE = re.compile(rb"""[\s"']r\s*=\s*["']\s*([A-Za-z]*)(\d+)""")
_CHUNK = 2**20
_OVERLAP = 256  # longer than anything that is looked for


def screen_excel(source: Source) -> None:
    """Raises UnsafeFileError; what passes is a plain workbook within limits."""
    with open_archive(source.data, source.name) as archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
            raise UnsafeFileError("内容是压缩包，不是 Excel 工作簿", where=source.name,
                                  todo="请上传 xlsx、xls 或 csv 文件")
        for name in sorted(names):
            if name.lower().endswith((".xml", ".rels", ".vml")):
                _screen_xml(archive, name, source.name)


def _screen_xml(archive: zipfile.ZipFile, member: str, name: str) -> None:
    """Refuse entities and other encodings, and a far-off cell, for which the reader would lay out all before it."""
    height = width = 0
    cells = "sheet" in member.lower() or "worksheet" in member.lower()
    for number, chunk in enumerate(_chunks(archive, member)):
        if number == 0 and (chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk[:4096]):
            raise UnsafeFileError("工作簿内部编码不是 UTF-8", where=name, todo="在 Excel 或 WPS 中打开后另存为 xlsx")
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise UnsafeFileError("工作簿里有实体定义，可能是攻击文件", where=name,
                                  todo="不要打开这个文件；向来源方核实")
        if not cells and not (cells := b"sheetData" in chunk):
            continue
        found = _REFERENCE.findall(chunk)
        height = max(height, max((int(row[:10]) for row in {row for _, row in found}), default=0))
        width = max(width, max(map(_column_number, {letters for letters, _ in found}), default=0))
        within(height, width, name)


def _chunks(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """The member bit by bit, each with the end of the one before."""
    tail = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            yield tail + chunk
            tail = chunk[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + letter - 64
    return number


def within(height: int, width: int, name: str) -> None:
    """Refuse a sheet that reaches farther than the limits."""
    if height > limits.MAX_ROWS or width > limits.MAX_COLUMNS or height * width > limits.MAX_CELLS:
        raise UnsafeFileError(
            f"有工作表用到了第 {height:,} 行、第 {width:,} 列，上限 {limits.MAX_ROWS:,} 行 {limits.MAX_COLUMNS} 列",
            where=name, todo="删去多余的空行空列，或拆成几个文件",
        )
