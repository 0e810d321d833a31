"""Read a line layer of roads with mapped columns: GeoJSON, GeoPackage, Shapefile → `Roads`.

Every value that isn't understood is told, a row for each; what can't be a road is refused, feature by feature.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import RoadError
from coverage.intake.layers import read_layer
from coverage.intake.noding import CROSSING, END_END, END_MIDDLE, PASSED, node_lines
from coverage.intake.problems import NOTE, WARNING, ProblemList
from coverage.intake.road_columns import CLASSES, RoadColumns, find_columns
from coverage.intake.roads import Roads, road_classes

FALLBACK_CLASS = "等外"
LEFT_OUT = "不用"
SPEEDS_KMH = 1, 200
"""Speeds from the first to below the second are taken for speeds of a road (示意)."""
MOST_TOLD = 30
"""Different values of one column that are told one by one; many more mean the wrong column."""

YES = {"1", "true", "yes", "t", "y", "是", "有", "viaduct"}
NO = {"0", "false", "no", "f", "n", "否", "无", "-"}
ONEWAY = dict.fromkeys(("-1", "reverse", "反向", "逆向", "t", "tf"), -1) | dict.fromkeys(
    ("1", "true", "yes", "是", "单行", "单向", "正向", "顺向", "f", "ft"), 1) | dict.fromkeys(
    ("0", "false", "no", "否", "双向", "b", "n"), 0)
KEPT = ("admin_class", "surface", "wheelchair", "access")


def read_road_layer(path: Path, columns: RoadColumns | None = None, *, layer: str | None = None,
                    crs: str | None = None) -> Roads:
    """Read a line layer. Raises LayerError when it can't be read, RoadError without lines, class or speed."""
    return roads_of_layer(read_layer(path, layer=layer, crs=crs), path.name, columns)


def roads_of_layer(layer: gpd.GeoDataFrame, name: str, columns: RoadColumns | None = None) -> Roads:
    """The same for a layer that is read already, in WGS-84, such as a database's table."""
    said = columns or RoadColumns()
    layer = layer.set_axis(pd.RangeIndex(1, len(layer) + 1, name="row"))
    column = find_columns(layer, said, name)
    if not {*CLASSES, "speed_kmh"} & set(column):
        raise RoadError("道路图层没有等级列，也没有车速列", where=name, todo=_advice(layer))
    problems = ProblemList(name)
    frame = _lines(layer, name, problems)
    words = _Words(frame, column, said, problems)
    ways = _ways_table(words)
    keep = (ways["road_class"] != LEFT_OUT).to_numpy()
    problems.add(sorted(set(frame.index[~keep])), words.title(CLASSES), "", "不用的等级",
                 f"按对照表“{LEFT_OUT}”，没有读入")
    if not keep.any():
        raise RoadError("没有一条道路可用", where=name, todo=f"检查对照表里的“{LEFT_OUT}”")
    ways, lines = ways[keep].reset_index(drop=True), frame.geometry[keep]
    level = words.number("level")[keep]
    level = np.where(np.isnan(level), ways["bridge"].astype(int) - ways["tunnel"].astype(int), level)
    apart = ways["road_class"].isin(("高速", "轮渡")).to_numpy()  # an expressway has no crossing at grade: JTG B01—2014
    lon, lat, ptr, node, met = node_lines(lines.array, level=level, apart=apart, join_m=said.join_m)
    _tell_meetings(met, said.join_m, problems)
    met = met.assign(way_id=ways["way_id"].to_numpy()[met.pop("line")],
                     other_id=ways["way_id"].to_numpy()[met.pop("other")])
    return Roads(lon, lat, ptr, node, ways, _basis(frame, name), problems.frame(), read=len(layer),
                 refused=len(layer) - lines.index.nunique(), met=met)


def _advice(layer: gpd.GeoDataFrame) -> str:
    there = "、".join(str(name) for name in layer.columns if name != layer.geometry.name)
    return f"说明哪一列是“技术等级”（高速、一级至四级、等外）或“行政等级”（国道至村道）；现有的列：{there[:200]}"


def _lines(layer: gpd.GeoDataFrame, name: str, problems: ProblemList) -> gpd.GeoDataFrame:
    """Single lines, the index the feature's number; a multi-line becomes several."""
    frame = layer.explode()
    bad = _not_lines(frame.geometry)
    rows = layer.index[~layer.index.isin(frame.index[~bad])]
    problems.add(rows, "geometry", layer.geometry.geom_type[rows].fillna(""), "不是线",
                 "道路应为有长度的线，坐标为经纬度：改正或删去")
    if bad.all() and _beyond_degrees(frame.geometry):
        raise RoadError("坐标不是经纬度，或经度、纬度写反了", where=name,
                        todo="注明图层的坐标系，或转换为经纬度（WGS-84）")
    if bad.all():
        raise RoadError("图层里没有线", where=name, todo="道路图层应由线（LineString）组成")
    return frame[~bad]


def _not_lines(geometry: gpd.GeoSeries) -> np.ndarray:
    bounds = shapely.bounds(geometry.to_numpy())
    with np.errstate(invalid="ignore"):
        inside = (np.abs(bounds[:, ::2]) <= 180).all(axis=1) & (np.abs(bounds[:, 1::2]) <= 90).all(axis=1)
    coordinates, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    broken = np.zeros(len(geometry), bool)
    broken[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    return ~((geometry.geom_type == "LineString").to_numpy() & (shapely.length(geometry.to_numpy()) > 0)
             & inside & ~broken)


def _beyond_degrees(geometry: gpd.GeoSeries) -> bool:
    """Whether some line lies where no longitude and latitude can."""
    x, y = shapely.get_coordinates(geometry[geometry.geom_type == "LineString"].to_numpy()).T
    return bool((np.abs(x) > 180).any() or (np.abs(y) > 90).any())


class _Words:
    """The layer's columns as our values; what isn't understood goes to the problem list, each value once."""

    def __init__(self, frame: gpd.GeoDataFrame, column: dict[str, str], said: RoadColumns, problems: ProblemList):
        self.frame, self.column, self.said, self.problems = frame, column, said, problems

    def text(self, name: str) -> pd.Series:
        """The column's values as text, the user's own words put into ours; NA where blank or without column."""
        if name not in self.column:
            return pd.Series(pd.NA, index=self.frame.index, dtype="str")
        values = self.frame[self.column[name]]
        if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
            values = values.astype("Int64")
        words = values.astype("str").str.strip()
        own = {str(one).strip(): meaning for one, meaning in self.said.values.get(name, {}).items()}
        return words.map(lambda word: own.get(word, word), na_action="ignore").astype("str").replace("", pd.NA)

    def speed(self, name: str) -> np.ndarray:
        """km/h; NaN where it is none of a road."""
        values = self.number(name)
        least, most = SPEEDS_KMH
        strange = ~np.isnan(values) & ~((values >= least) & (values < most))
        advice = f"没有采用：应在 {least} 到 {most} km/h 之间，请核对单位"
        self.tell(name, self.text(name)[strange], "车速不合理", advice)
        return np.where(strange, np.nan, values)

    def number(self, name: str) -> np.ndarray:
        words = self.text(name)
        values = pd.to_numeric(words, errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)
        self.tell(name, words[values.isna()].dropna(), "不是数", "没有采用：改为数字，或在对照表里说明")
        return values.to_numpy(float)

    def known(self, name: str, meanings: dict[str, int], otherwise: str) -> np.ndarray:
        """`meanings` of the words in lower case, int8; an unknown word is told and, like a blank, means 0."""
        words = self.text(name)
        values = words.str.lower().map(meanings)
        self.tell(name, words[values.isna()].dropna(), "不认识的值", f"按“{otherwise}”处理：改正，或在对照表里说明")
        return values.astype(float).fillna(0).to_numpy(np.int8)

    def title(self, names) -> str:
        return "、".join(self.column[name] for name in names if name in self.column)

    def tell(self, name: str, words: pd.Series, rule: str, advice: str) -> None:
        counts = words.groupby(words).size().sort_values(ascending=False, kind="stable")
        for word, count in counts.head(MOST_TOLD).items():
            self.problems.add([pd.NA], self.column.get(name, name), word, rule, f"{count} 条道路{advice}",
                              severity=WARNING)
        if len(counts) > MOST_TOLD:
            self.problems.add([pd.NA], self.column.get(name, name), "", rule,
                              f"还有 {len(counts) - MOST_TOLD} 种值：检查是不是选错了列", severity=WARNING)


def _ways_table(words: _Words) -> pd.DataFrame:
    tag, road_class = _classes(words)
    yes = dict.fromkeys(YES, 1) | dict.fromkeys(NO, 0)
    ways = pd.DataFrame({
        "way_id": words.text("way_id").fillna(pd.Series(np.arange(len(tag)).astype(str), index=tag.index)),
        "tag": tag,
        "road_class": road_class,
        "name": words.text("name"),
        "oneway": words.known("oneway", ONEWAY, "双向"),
        "maxspeed_kmh": words.speed("maxspeed_kmh"),
        "speed_kmh": words.speed("speed_kmh"),
        "bridge": words.known("bridge", yes, "否").astype(bool),
        "tunnel": words.known("tunnel", yes, "否").astype(bool),
        "ferry": road_class == "轮渡",
    })
    for extra in KEPT:
        if extra in words.column:
            ways[extra] = words.text(extra)
    return ways.reset_index(drop=True)


def _classes(words: _Words) -> tuple[pd.Series, pd.Series]:
    """What the layer says, in the first class column that says something, and the class that it means."""
    names = [name for name in CLASSES if name in words.column]
    tag = pd.Series(pd.NA, index=words.frame.index, dtype="str")
    for name in names:
        tag = tag.where(tag.notna(), words.text(name))
    road_class = tag.map(road_classes() | {LEFT_OUT: LEFT_OUT}).astype("str")
    unknown = road_class.isna()
    if unknown.all() and tag.notna().any():
        raise RoadError(f"等级列“{words.title(names)}”里没有一个认识的值，如“{tag.dropna().iloc[0][:30]}”",
                        where=words.problems.file, todo="选对列，或说明各个值的意思（如 11 = 高速）")
    words.tell(names[0] if names else CLASSES[0], tag[unknown].fillna("（空）"), "等级不认识",
               f"按“{FALLBACK_CLASS}”处理：改为 高速、一级、二级、三级、四级 或 等外，或在对照表里说明")
    return tag, road_class.fillna(FALLBACK_CLASS)


def _tell_meetings(met: pd.DataFrame, join_m: float, problems: ProblemList) -> None:
    """How many places were joined without a common vertex, and how many were left apart."""
    advice = {
        END_END: f"处端点相距不到 {join_m:g} 米，合为一点",
        END_MIDDLE: f"处端点落在别的道路上或相距不到 {join_m:g} 米，接为路口",
        CROSSING: "处道路在地面相交，接为路口；若是立体交叉，请标明桥梁、隧道或层级",
        PASSED: "处道路上下跨过（桥梁、隧道、高速公路、轮渡或层级不同），不相通",
    }
    for kind, count in met["kind"].value_counts().reindex(list(advice)).dropna().astype(int).items():
        problems.add([pd.NA], "geometry", "", kind, f"{count} {advice[kind]}", severity=NOTE)


def _basis(frame: gpd.GeoDataFrame, name: str) -> str:
    for column in ("basis", "数据性质"):
        if column in frame.columns:
            stated = sorted(set(frame[column].dropna().astype(str)) - {""})
            if stated:
                return "；".join(stated)
    return name
