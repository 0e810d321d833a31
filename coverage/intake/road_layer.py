"""Read a line layer of roads with mapped columns: GeoJSON, GeoPackage, Shapefile → `Roads`.

Lines meet where their vertices coincide to seven decimals of a degree (1 cm), not where they merely cross.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import RoadError
from coverage.intake.layers import read_layer
from coverage.intake.roads import PROBLEM_COLUMNS, Roads, road_classes

DECIMALS = 7
FALLBACK_CLASS = "等外"

ALIASES = {
    "way_id": ("way_id", "id", "osm_id", "路段编号", "编号"),
    "tech_class": ("tech_class", "技术等级", "公路技术等级"),
    "admin_class": ("admin_class", "行政等级", "公路行政等级"),
    "highway": ("highway", "fclass"),
    "name": ("name", "路名", "道路名称", "名称"),
    "speed_kmh": ("speed_kmh", "speed", "车速", "行驶速度"),
    "maxspeed_kmh": ("maxspeed_kmh", "maxspeed", "限速"),
    "oneway": ("oneway", "单行", "单向"),
    "bridge": ("bridge", "桥梁", "桥"),
    "tunnel": ("tunnel", "隧道"),
    "surface": ("surface", "路面"),
    "wheelchair": ("wheelchair", "无障碍"),
    "access": ("access", "通行"),
}
TRUE = {"1", "1.0", "true", "yes", "t", "y", "是", "有"}
ONEWAY = {"-1": -1, "-1.0": -1, "reverse": -1, "反向": -1, "t": -1} | dict.fromkeys(
    ("1", "1.0", "true", "yes", "是", "单行", "正向", "f", "ft"), 1)


def read_road_layer(path: Path) -> Roads:
    """Read a line layer. Raises LayerError when it can't be read, RoadError without lines or a class column."""
    return roads_of_layer(read_layer(path), path.name)


def roads_of_layer(layer: gpd.GeoDataFrame, name: str) -> Roads:
    """The same for a layer that is read already, in WGS-84, such as a database's table."""
    frame = _lines(layer, name)
    column = _columns(frame)
    if not {"tech_class", "admin_class", "highway"} & set(column):
        raise RoadError("道路图层没有等级列", where=name,
                        todo="请提供“技术等级”（高速、一级、二级、三级、四级、等外）或“行政等级”或 highway 列")
    ways, problems = _ways_table(frame, column, name)
    return _share_nodes(frame.geometry.array, ways, problems, basis=_basis(frame, name))


def _lines(layer: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Single lines; a multi-line becomes several."""
    frame = layer.explode(ignore_index=True)
    frame = frame[frame.geom_type == "LineString"].reset_index(drop=True)
    if frame.empty:
        raise RoadError("图层里没有线", where=name, todo="道路图层应由线（LineString）组成")
    return frame


def _columns(frame: gpd.GeoDataFrame) -> dict[str, str]:
    """Our name → the layer's column, by the aliases, whatever the case."""
    lower = {str(name).strip().lower(): name for name in frame.columns}
    found = {}
    for name, aliases in ALIASES.items():
        hit = next((lower[alias] for alias in aliases if alias in lower), None)
        if hit is not None:
            found[name] = hit
    return found


def _ways_table(frame: gpd.GeoDataFrame, column: dict[str, str], where: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    def text(name: str) -> pd.Series:
        if name not in column:
            return pd.Series(pd.NA, index=frame.index, dtype="str")
        values = frame[column[name]]
        return values.where(values.isna(), values.astype("str").str.strip()).astype("str").replace("", pd.NA)

    def number(name: str) -> np.ndarray:
        return pd.to_numeric(text(name), errors="coerce").to_numpy(float)

    known = road_classes()
    tag = text("tech_class").fillna(text("highway")).fillna(text("admin_class"))
    road_class = tag.map(known).astype("str")
    unknown = tag[road_class.isna()].fillna("（空）").value_counts().sort_index()
    problems = pd.DataFrame([
        (where, value, f"{count} 条道路的等级不认识，按“{FALLBACK_CLASS}”处理",
         "请改为 高速、一级、二级、三级、四级 或 等外")
        for value, count in unknown.items()], columns=list(PROBLEM_COLUMNS))
    road_class = road_class.fillna(FALLBACK_CLASS)
    ways = pd.DataFrame({
        "way_id": text("way_id").fillna(pd.Series(frame.index.astype(str), index=frame.index)),
        "tag": tag,
        "road_class": road_class,
        "name": text("name"),
        "oneway": text("oneway").str.lower().map(ONEWAY).fillna(0).astype(np.int8),
        "maxspeed_kmh": number("maxspeed_kmh"),
        "speed_kmh": number("speed_kmh"),
        "bridge": text("bridge").str.lower().isin(TRUE),
        "tunnel": text("tunnel").str.lower().isin(TRUE),
        "ferry": road_class == "轮渡",
    })
    for extra in ("admin_class", "surface", "wheelchair", "access"):
        if extra in column:
            ways[extra] = text(extra)
    return ways, problems


def _share_nodes(lines, ways: pd.DataFrame, problems: pd.DataFrame, *, basis: str) -> Roads:
    """Make one node of each set of coinciding vertices."""
    xy, line = shapely.get_coordinates(np.asarray(lines), return_index=True)
    grid = np.round(xy * 10**DECIMALS).astype(np.int64)
    unique, way_node = np.unique(grid, axis=0, return_inverse=True)
    pointer = np.searchsorted(line, np.arange(len(ways) + 1))
    lon, lat = unique[:, 0] / 10**DECIMALS, unique[:, 1] / 10**DECIMALS
    return Roads(lon, lat, pointer.astype(np.int64), way_node.reshape(-1).astype(np.int32), ways, basis, problems)


def _basis(frame: gpd.GeoDataFrame, name: str) -> str:
    for column in ("basis", "数据性质"):
        if column in frame.columns:
            stated = sorted(set(frame[column].dropna().astype(str)) - {""})
            if stated:
                return "；".join(stated)
    return name
