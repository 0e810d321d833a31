"""Read township boundaries: a layer file → one valid area for each township, and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from coverage.errors import LayerError
from coverage.intake.coordinates import CHINA
from coverage.intake.header import plain
from coverage.intake.layers import read_layer
from coverage.intake.problems import ERROR, WARNING, ProblemList
from coverage.intake.source import Source, open_source
from coverage.intake.topology import find_gaps, find_overlaps, repair_invalid
from coverage.intake.values import UNSAFE_TEXT, clean, read_column
from coverage.schema import TOWNSHIP, TOWNSHIP_CODE, Column

_MORE_ALIASES = {
    "township_code": ("code", "adcode", "xzqdm", "xzdm", "gb", "pac", "dm", "id"),
    "township": ("name", "xzqmc", "xzmc", "mc", "名称", "fullname"),
}


@dataclass(frozen=True)
class AreasIntake:
    """What came in of a boundary file. `problems` as of a table; their `row` is the feature's number from 1.

    `areas`: township_code, township (text, NA where the file has none), geometry (EPSG:4326), a row a township.
    `crs` is the file's own. `repairs`: feature, reason, before_km2, after_km2, change_pct. `overlaps`: first,
    second, area_km2. `gaps`: geometry (EPSG:4326), area_km2. `used` + `refused` = `read` features.
    """

    name: str
    areas: gpd.GeoDataFrame = field(repr=False)
    problems: pd.DataFrame = field(repr=False)
    read: int
    used: int
    refused: int
    crs: str
    repairs: pd.DataFrame = field(repr=False)
    overlaps: pd.DataFrame = field(repr=False)
    gaps: gpd.GeoDataFrame = field(repr=False)
    sha256: str = ""


def read_areas(source: Path | str | bytes | Source, *, name: str | None = None, layer: str | None = None,
               crs: str | None = None, repair: bool = False) -> gpd.GeoDataFrame:
    """The areas alone. Raises LayerError where any feature has to be refused; see check_areas."""
    intake = check_areas(source, name=name, layer=layer, crs=crs, repair=repair)
    if intake.refused:
        first = intake.problems[intake.problems["severity"] == ERROR].iloc[0]
        raise LayerError(f"{intake.refused} 个要素不能用，如第 {first['row']} 个：{first['rule']}", where=intake.name,
                         todo=first["suggestion"])
    return intake.areas


def check_areas(source: Path | str | bytes | Source, *, name: str | None = None, layer: str | None = None,
                crs: str | None = None, repair: bool = False) -> AreasIntake:
    """Read and check township boundaries.

    `repair` is the user's consent to mend invalid rings; without it such features are refused. Raises
    LayerError where there is no polygon, no code and no name field, no CRS, or the coordinates can't be degrees.
    """
    file = open_source(source, name)
    frame = read_layer(file, layer=layer, crs=crs)
    return check_area_frame(frame, file.name, layer=layer or "", repair=repair, sha256=file.sha256)


def check_area_frame(frame: gpd.GeoDataFrame, name: str, *, layer: str = "", repair: bool = False,
                     sha256: str = "") -> AreasIntake:
    """The same for a layer that is read already, in WGS-84, its own CRS in `.attrs["crs"]`."""
    fields = [str(field) for field in frame.columns.drop("geometry")]
    own_crs = frame.attrs["crs"]
    frame = frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row"))
    problems = ProblemList(name, layer)
    named = gpd.GeoDataFrame({"township_code": _field(frame, TOWNSHIP_CODE), "township": _field(frame, TOWNSHIP)},
                             geometry=frame.geometry)
    if named[["township_code", "township"]].isna().all(axis=None):
        raise LayerError("没有找到乡镇代码或乡镇名称字段", where=name,
                         todo=f"现有字段：{'、'.join(fields) or '无'}；请把字段改名为“乡镇代码”或“乡镇”")
    for field_ in ("township_code", "township"):
        unsafe = named[field_].str.contains(UNSAFE_TEXT, na=False)
        problems.add(named.index[unsafe], field_, named.loc[unsafe, field_], "不安全的文字",
                     "像是公式或网页代码：只写名称")
    polygons = _polygons(named, name, problems)
    _check_place(polygons, name)
    polygons, repairs = repair_invalid(polygons, problems, consent=repair)
    kept = polygons.loc[~polygons.index.isin(problems.refused_rows())]
    areas = _one_row_each(kept)
    overlaps, gaps = find_overlaps(areas), find_gaps(areas)
    _tell(overlaps, gaps, problems)
    return AreasIntake(name=name, areas=areas, problems=problems.frame(), read=len(frame), used=len(kept),
                       refused=len(frame) - len(kept), crs=own_crs, repairs=repairs, overlaps=overlaps, gaps=gaps,
                       sha256=sha256)


def _field(frame: gpd.GeoDataFrame, column: Column) -> pd.Series:
    """The text of the field that the column's header or aliases name; NA where there is none."""
    wanted = [plain(form) for form in (column.header, column.name, *column.aliases, *_MORE_ALIASES[column.name])]
    fields = {plain(str(field)): field for field in reversed(frame.columns.drop("geometry"))}
    for form in wanted:
        if form in fields:
            cells = clean(_as_text(frame[fields[form]]))
            values = read_column(cells, column).values if column.kind == "code" else cells.mask(cells == "")
            if column.kind == "code":
                values = values.where(~(values.str.len().eq(12) & values.str.endswith("000")), values.str[:9])
            if values.notna().any():
                return values
    return pd.Series(pd.NA, index=frame.index, dtype="str")


def _as_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(values):
        values = values.astype("Float64").round().astype("Int64")
    return values.astype("str").fillna("")


def _polygons(named: gpd.GeoDataFrame, name: str, problems: ProblemList) -> gpd.GeoDataFrame:
    kinds = named.geometry.geom_type
    empty = named.geometry.isna() | named.geometry.is_empty
    problems.add(named.index[empty], "geometry", "", "没有图形", "这个要素没有图形：补画或删去")
    other = ~empty & ~kinds.isin(["Polygon", "MultiPolygon"])
    problems.add(named.index[other], "geometry", kinds[other], "不是面", "乡镇边界应为面：删去点和线")
    unnamed = named["township_code"].isna() & named["township"].isna()
    problems.add(named.index[unnamed], "township", "", "没有名称和代码", "填写乡镇代码或乡镇名称")
    polygons = named[~empty & ~other & ~unnamed]
    if polygons.empty:
        raise LayerError("图层里没有可用的面", where=name, todo="请用乡镇边界（面）图层")
    return polygons


def _check_place(frame: gpd.GeoDataFrame, name: str) -> None:
    west, south, east, north = frame.total_bounds
    if not (-180.001 <= west <= east <= 180.001 and -90.001 <= south <= north <= 90.001):
        raise LayerError("坐标不像经纬度", where=name, todo="检查坐标系是否写对")
    china_west, _, china_south, china_north = CHINA
    if china_south <= west and east <= china_north and china_west <= south:
        raise LayerError("像是经纬度写反了", where=name, todo="交换两列坐标后重新导出")


def _one_row_each(named: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Parts of one township as one row, in the order of the key, so that the file's order doesn't matter."""
    keyed = named.assign(key=named["township_code"].fillna(named["township"]))
    if keyed["key"].duplicated().any():
        keyed = keyed.dissolve(by="key", aggfunc="first", as_index=False)
    return keyed.sort_values("key", ignore_index=True)[["township_code", "township", "geometry"]]


def _tell(overlaps: pd.DataFrame, gaps: gpd.GeoDataFrame, problems: ProblemList) -> None:
    for row in overlaps.itertuples():
        problems.add([pd.NA], "geometry", f"{row.first}、{row.second}", "边界重叠",
                     f"重叠 {row.area_km2:.4g} 平方公里：在 QGIS 中改正，否则重叠处算给先列的乡镇", severity=WARNING)
    for row in gaps.itertuples():
        point = row.geometry.representative_point()
        problems.add([pd.NA], "geometry", f"{point.x:.5f}, {point.y:.5f}", "边界缝隙",
                     f"乡镇之间有 {row.area_km2:.4g} 平方公里的空白：在 QGIS 中改正", severity=WARNING)
