"""Read SRTM height tiles (.hgt, or .zip of them) → `Elevation`, which knows the height of any point on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from coverage.errors import LayerError
from coverage.intake.isolated import parse_isolated
from coverage.intake.source import Source, open_source

VOID = -32768
LOWEST_M, HIGHEST_M = -500, 9000
"""No land lies lower (the Dead Sea's shore) or higher (Qomolangma, 8848.86 m): other samples count as voids."""

UNSTATED = "来源未注明"


@dataclass(frozen=True)
class Elevation:
    """Tiles by their south-west corner (lat, lon): int16, rows from the north, metres above the sea, VOID = unknown.

    `source` says in words where they come from.
    """

    tiles: Mapping[tuple[int, int], np.ndarray]
    source: str = ""

    @property
    def names(self) -> list[str]:
        return [tile_name(*corner) for corner in sorted(self.tiles)]

    @property
    def basis(self) -> str:
        return f"{self.source or UNSTATED}（{'、'.join(self.names)}）"

    def at(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Metres above the sea, bilinear between samples; NaN off the tiles and at voids."""
        lon, lat = np.asarray(lon, float), np.asarray(lat, float)
        heights = np.full(lon.shape, np.nan)
        for (south, west), tile in self.tiles.items():
            inside = (lat >= south) & (lat <= south + 1) & (lon >= west) & (lon <= west + 1) & np.isnan(heights)
            heights[inside] = _bilinear(tile, (lon[inside] - west), (south + 1 - lat[inside]))
        return heights

    def under(self, lon: np.ndarray, lat: np.ndarray, where: str = "") -> Elevation:
        """The tiles alone that some of these places, a region's roads, lie on.

        Raises LayerError where none does: they are another place's.
        """
        needed = tiles_of(lon, lat)
        there = {corner: tile for corner, tile in self.tiles.items() if corner in needed}
        if not there:
            raise LayerError(f"高程图幅 {'、'.join(self.names)} 都不在道路范围里", where=where,
                             todo=f"需要的图幅：{'、'.join(tile_name(*corner) for corner in sorted(needed)[:12])}")
        return replace(self, tiles=there)

    def missing(self, lon: np.ndarray, lat: np.ndarray) -> list[str]:
        """The names of the tiles that these places lie on and that aren't there."""
        return [tile_name(*corner) for corner in sorted(tiles_of(lon, lat) - self.tiles.keys())]


def tiles_of(lon: np.ndarray, lat: np.ndarray) -> set[tuple[int, int]]:
    """The south-west corners (lat, lon) of the tiles that places lie on."""
    corner = np.unique(np.stack([np.floor(lat), np.floor(lon)]).astype(int), axis=1)
    return set(map(tuple, corner.T.tolist()))


def tile_name(south: int, west: int) -> str:
    return f"{'N' if south >= 0 else 'S'}{abs(south):02d}{'E' if west >= 0 else 'W'}{abs(west):03d}"


def read_elevation(*files: str | Path | Source, source: str = "") -> Elevation:
    """Read tiles whose names say where they lie (N42E001.hgt), each in a child process; `source` says whose they are.

    Raises LayerError for any other file or a tile given twice, InputError where one is absent, UnsafeFileError where
    one is disguised or over a limit.
    """
    tiles: dict[tuple[int, int], np.ndarray] = {}
    for file in map(open_source, files):
        for corner, tile in _tiles(file):
            if corner in tiles:
                raise LayerError(f"图幅 {tile_name(*corner)} 给了两次", where=file.name, todo="去掉一个")
            tiles[corner] = tile
    return Elevation(tiles, source)


def joined(several: Iterable[Elevation], source: str = "") -> Elevation:
    """One of many; of a tile that comes again the first counts."""
    tiles: dict[tuple[int, int], np.ndarray] = {}
    for one in several:
        tiles = {**one.tiles, **tiles}
    return Elevation(tiles, source)


def _tiles(file: Source):
    """Corner and heights of each tile in a file."""
    for meta, table in parse_isolated("elevation", file):
        data = table["tile"][0].as_py()
        side = meta["side"]
        tile = np.frombuffer(data, ">i2").reshape(side, side).astype(np.int16)
        strange = (tile != VOID) & ((tile < LOWEST_M) | (tile > HIGHEST_M))
        if strange.sum() * 2 > (tile != VOID).sum():
            raise LayerError("高程多数不在地球上", where=f"{file.name} {meta['name']}",
                             todo="文件可能已损坏，请重新下载")
        tile[strange] = VOID
        tile.setflags(write=False)
        yield (meta["south"], meta["west"]), tile


def _bilinear(tile: np.ndarray, east: np.ndarray, south: np.ndarray) -> np.ndarray:
    """Heights at shares of a tile's width from its north-west corner."""
    side = len(tile) - 1
    x, y = east * side, south * side
    column, row = np.minimum(x.astype(int), side - 1), np.minimum(y.astype(int), side - 1)
    dx, dy = x - column, y - row

    def height(below: int, right: int) -> np.ndarray:
        sample = tile[row + below, column + right]
        return np.where(sample == VOID, np.nan, sample)

    top = height(0, 0) * (1 - dx) + height(0, 1) * dx
    bottom = height(1, 0) * (1 - dx) + height(1, 1) * dx
    return top * (1 - dy) + bottom * dy
