"""Take a path or bytes, give them as a `Source`: name, bytes and hash, within the size limit."""

from __future__ import annotations

import glob
import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from coverage.errors import InputError, UnsafeFileError
from coverage.intake import limits

_SHAPEFILE_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}


@dataclass(frozen=True)
class Source:
    """The bytes of one file and the name that the user knows it by."""

    name: str
    data: bytes = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def open_source(source: Path | str | bytes | Source, name: str | None = None) -> Source:
    """Read the file; a .shp brings the files beside it.

    Raises InputError where it is absent or can't be opened, UnsafeFileError where it is too large.
    """
    if isinstance(source, Source):
        return source
    if isinstance(source, bytes):
        _within_size(len(source), name or "上传的文件")
        return Source(name or "上传的文件", source)
    path = Path(source)
    shown = name or path.name
    if not path.is_file():
        raise InputError("没有这个文件", where=shown, todo="检查文件名和位置")
    _within_size(path.stat().st_size, shown)
    try:
        return Source(shown, _pack(path) if path.suffix.lower() == ".shp" else path.read_bytes())
    except OSError as error:
        raise InputError("文件打不开", where=shown, todo="关闭正在使用它的程序（如 Excel）后再试") from error


def _pack(path: Path) -> bytes:
    """A bare .shp and the files beside it, zipped as they would be for upload."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(path.parent.glob(f"{glob.escape(path.stem)}.*")):
            if part.suffix.lower() in _SHAPEFILE_PARTS:
                _within_size(part.stat().st_size, part.name)
                archive.writestr(zipfile.ZipInfo(part.name), part.read_bytes())
    return packed.getvalue()


def _within_size(size: int, name: str) -> None:
    if size > limits.MAX_FILE_BYTES:
        raise UnsafeFileError(
            f"文件有 {size / 2**20:.0f} MB，超过上限 {limits.MAX_FILE_BYTES / 2**20:.0f} MB",
            where=name,
            todo="按县或按市拆成几个文件",
        )
    if size == 0:
        raise InputError("文件是空的", where=name, todo="换一个有内容的文件")
