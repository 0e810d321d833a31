"""Take the SRTM tiles out of a .hgt or a .zip of them, as bytes with their places; the child process runs this."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from coverage.errors import LayerError
from coverage.intake import limits
from coverage.intake.archive import open_archive
from coverage.intake.source import Source

SIZES = {1201 * 1201 * 2: 1201, 3601 * 3601 * 2: 3601}
"""Bytes of a tile → samples a side: 3 and 1 arc seconds (SRTM, NASA/USGS)."""

_PLACE = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
_TODO = "需要 N35E105.hgt 这样的 SRTM 图幅（1201 或 3601 行），或装着它们的 zip"


def tile_parts(source: Source) -> Iterator[tuple[dict, bytes]]:
    """({"name", "south", "west", "side"}, big-endian samples) of each tile. Raises LayerError, UnsafeFileError."""
    if not source.data.startswith(b"PK"):
        yield _told(source.name, source.name, len(source.data)), source.data
        return
    archive = open_archive(source.data, source.name, most_ratio=limits.MAX_TILE_RATIO)
    inside = [one for one in archive.infolist() if one.filename.lower().endswith(".hgt")]
    if not inside:
        raise LayerError("zip 里没有 .hgt 高程图幅", where=source.name, todo=_TODO)
    for one in inside:
        told = _told(PurePosixPath(one.filename).name, source.name, one.file_size)
        yield told, archive.read(one)


def _told(name: str, file: str, size: int) -> dict:
    place = _PLACE.match(name)
    south, west = (int(place[2]), int(place[4])) if place else (99, 0)
    south *= -1 if place and place[1].upper() == "S" else 1
    west *= -1 if place and place[3].upper() == "W" else 1
    if not (-90 <= south < 90 and -180 <= west < 180):
        raise LayerError(f"“{name}”的文件名没有写明图幅的位置", where=file, todo=_TODO)
    if size not in SIZES:
        raise LayerError(f"“{name}”的大小不是一幅 SRTM 高程", where=file, todo=_TODO)
    return {"name": name, "south": south, "west": west, "side": SIZES[size]}
