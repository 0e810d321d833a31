"""Read a road file into one table of ways over shared nodes: OSM file or line layer → `Roads`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from coverage.errors import RoadError
from coverage.intake.problems import no_problems
from coverage.intake.road_columns import RoadColumns
from coverage.intake.screen_roads import OSM, road_format


@dataclass(frozen=True)
class Roads:
    """Ways as chains of shared nodes; two ways meet only where they share a node.

    Way i runs over `way_node[way_ptr[i]:way_ptr[i + 1]]`, indices into
    `node_lon`, `node_lat` (degrees, WGS-84). `ways` has a row for each way:
    way_id (str), tag (as found in the file), road_class (see road_classes.csv),
    name, oneway (1 along the chain, -1 against it, 0 both), maxspeed_kmh (posted
    limit, NaN = unknown), speed_kmh (a stated driving speed, NaN = take the
    class's), bridge, tunnel, ferry (bool), and further tags where the file has
    them (access, surface, wheelchair, …; NA = not tagged).
    `problems` (columns as in intake/problems.py) lists what was refused or read
    otherwise than written. `read` features were in the file and `refused` of them
    left out; None: not counted. `met` tells where lines of a layer were joined
    without a common vertex, or pass at different levels: kind, lon, lat, way_id, other_id.
    """

    node_lon: np.ndarray
    node_lat: np.ndarray
    way_ptr: np.ndarray
    way_node: np.ndarray
    ways: pd.DataFrame
    basis: str
    problems: pd.DataFrame = field(default_factory=no_problems, repr=False)
    read: int | None = None
    refused: int = 0
    met: pd.DataFrame | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for array in (self.node_lon, self.node_lat, self.way_ptr, self.way_node):
            array.setflags(write=False)


def read_roads(path: str | Path, *, columns: RoadColumns | None = None, layer: str | None = None,
               crs: str | None = None) -> Roads:
    """Read an OSM file (.osm.pbf, .osm, .osm.gz) or a line layer (.geojson, .gpkg, .shp, .zip, .fgb, .kml).

    The content decides which. `columns` is the user's word on a layer's columns and values; `layer`
    chooses one of several, `crs` says what its coordinates are where the file doesn't. Raises RoadError when the file
    is missing or holds no road, LayerError when a layer can't be read, UnsafeFileError when the file is
    disguised or over a limit.
    """
    path = Path(path)
    form = road_format(path)
    if form != OSM and path.name.lower().endswith((".pbf", ".osm", ".osm.gz", ".osm.bz2")) and path.stat().st_size:
        raise RoadError("内容不是 OpenStreetMap 数据", where=path.name, todo="请重新下载或另存")
    if form == OSM:
        from coverage.intake.osm import read_osm

        roads = read_osm(path)
    else:
        from coverage.intake.road_layer import read_road_layer

        roads = read_road_layer(path, columns, layer=layer, crs=crs)
    if not len(roads.ways):
        raise RoadError("文件里没有可通行的道路", where=path.name, todo="请检查图层或标签是否正确")
    return roads


@cache
def road_classes() -> dict[str, str]:
    """Tag (OSM highway value, 技术等级 or 行政等级) → road_class, from road_classes.csv."""
    table = pd.read_csv(files("coverage.intake") / "road_classes.csv", dtype=str)
    return dict(zip(table["tag"], table["road_class"], strict=True))


def chain(lists: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Lay lists end to end: pointer (len + 1) and values, both int64."""
    pointer = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(one) for one in lists], out=pointer[1:])
    values = np.fromiter((value for one in lists for value in one), np.int64, pointer[-1])
    return pointer, values
