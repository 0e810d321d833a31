"""Read SRTM height tiles (.hgt, or .hgt in a .zip) → `Elevation`, which knows the height of any point on them."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coverage.errors import LayerError

SIZES = {1201 * 1201 * 2: 1201, 3601 * 3601 * 2: 3601}
"""Bytes of a tile → samples a side: 3 and 1 arc seconds (SRTM, NASA/USGS)."""

VOID = -32768
_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)


@dataclass(frozen=True)
class Elevation:
    """Tiles by their south-west corner (lat, lon); rows from the north, metres above the sea, NaN = void."""

    tiles: dict[tuple[int, int], np.ndarray]

    def at(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Metres above the sea, bilinear between samples; NaN off the tiles and at voids."""
        lon, lat = np.asarray(lon, float), np.asarray(lat, float)
        heights = np.full(lon.shape, np.nan)
        for (south, west), tile in self.tiles.items():
            inside = (lat >= south) & (lat <= south + 1) & (lon >= west) & (lon <= west + 1) & np.isnan(heights)
            heights[inside] = _bilinear(tile, (lon[inside] - west), (south + 1 - lat[inside]))
        return heights


def read_elevation(*paths: str | Path) -> Elevation:
    """Read tiles whose names say where they lie (N42E001). Raises LayerError for any other file."""
    tiles = {}
    for path in map(Path, paths):
        name, data = _bytes(path)
        place = _NAME.search(name)
        if place is None or len(data) not in SIZES:
            raise LayerError("不是 SRTM 高程文件", where=path.name, todo="需要 N35E105.hgt 这样的文件或其 zip")
        side = SIZES[len(data)]
        tile = np.frombuffer(data, ">i2").reshape(side, side).astype(np.float32)
        tile[tile == VOID] = np.nan
        south = int(place[2]) * (1 if place[1].upper() == "N" else -1)
        west = int(place[4]) * (1 if place[3].upper() == "E" else -1)
        tiles[south, west] = tile
    return Elevation(tiles)


def _bytes(path: Path) -> tuple[str, bytes]:
    """Name and bytes of the tile; of a zip, those of its one .hgt, no larger than a tile may be."""
    if not path.is_file():
        raise LayerError("找不到高程文件", where=str(path), todo="请检查文件路径")
    if path.suffix.lower() != ".zip":
        return path.name, path.read_bytes()
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [one for one in archive.infolist() if one.filename.lower().endswith(".hgt")]
            if len(inside) == 1 and inside[0].file_size in SIZES:
                return Path(inside[0].filename).name, archive.read(inside[0])
    except zipfile.BadZipFile as error:
        raise LayerError("zip 文件已损坏", where=path.name, todo="请重新下载") from error
    return path.name, b""


def _bilinear(tile: np.ndarray, east: np.ndarray, south: np.ndarray) -> np.ndarray:
    """Heights at shares of a tile's width from its north-west corner."""
    side = len(tile) - 1
    x, y = east * side, south * side
    column, row = np.minimum(x.astype(int), side - 1), np.minimum(y.astype(int), side - 1)
    dx, dy = x - column, y - row
    top = tile[row, column] * (1 - dx) + tile[row, column + 1] * dx
    bottom = tile[row + 1, column] * (1 - dx) + tile[row + 1, column + 1] * dx
    return top * (1 - dy) + bottom * dy
