"""Read township boundaries: a layer file → township_code, township, geometry, checked."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from coverage.errors import LayerError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.coordinates import CHINA
from coverage.intake.header import plain
from coverage.intake.layers import read_layer
from coverage.intake.source import Source, open_source
from coverage.intake.values import clean, read_column
from coverage.schema import TOWNSHIP, TOWNSHIP_CODE, Column

_MORE_ALIASES = {
    "township_code": ("code", "adcode", "xzqdm", "xzdm", "gb", "pac", "dm", "id"),
    "township": ("name", "xzqmc", "xzmc", "mc", "名称", "fullname"),
}


def read_areas(source: Path | str | bytes | Source, *, name: str | None = None, layer: str | None = None,
               crs: str | None = None) -> gpd.GeoDataFrame:
    """Township boundaries: columns township_code, township (text, NA where the file has none), geometry (EPSG:4326).

    One row a township: its parts are joined. Raises LayerError where there are no polygons, no code and no
    name column, no CRS, or where the coordinates can't be degrees of this earth.
    """
    file = open_source(source, name)
    frame = read_layer(file, layer=layer, crs=crs)
    polygons = frame[frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"]) & ~frame.geometry.is_empty]
    if polygons.empty:
        raise LayerError("图层里没有面", where=file.name, todo="请用乡镇边界（面）图层")
    check_vertices(polygons, file.name)
    _check_place(polygons, file.name)
    named = gpd.GeoDataFrame(
        {"township_code": _field(polygons, TOWNSHIP_CODE), "township": _field(polygons, TOWNSHIP)},
        geometry=shapely.force_2d(polygons.geometry.to_numpy()), crs=polygons.crs,
    ).reset_index(drop=True)
    key = next((column for column in ("township_code", "township") if named[column].notna().all()), None)
    if key is None:
        raise LayerError("没有找到乡镇代码或乡镇名称字段，或有空值", where=file.name,
                         todo=f"现有字段：{'、'.join(map(str, frame.columns.drop('geometry')))}；"
                              "请把字段改名为“乡镇代码”或“乡镇”")
    return _one_row_each(named, key)


def check_vertices(frame: gpd.GeoDataFrame, name: str) -> None:
    counts = shapely.get_num_coordinates(frame.geometry.to_numpy())
    if counts.sum() > limits.MAX_VERTICES or counts.max(initial=0) > limits.MAX_FEATURE_VERTICES:
        raise UnsafeFileError(f"图形有 {int(counts.sum()):,} 个顶点，超过上限", where=name, todo="先在 QGIS 中简化边界")
    parts = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    rings = pd.Series(shapely.get_num_interior_rings(parts[0]) + 1).groupby(parts[1]).sum()
    if rings.max() > limits.MAX_RINGS:
        raise UnsafeFileError(f"有一个面带 {int(rings.max()):,} 个环，超过上限", where=name,
                              todo="先在 QGIS 中清理小孔")


def _check_place(frame: gpd.GeoDataFrame, name: str) -> None:
    west, south, east, north = frame.total_bounds
    if not (-180.001 <= west <= east <= 180.001 and -90.001 <= south <= north <= 90.001):
        raise LayerError("坐标不像经纬度", where=name, todo="检查坐标系是否写对")
    china_west, _, china_south, china_north = CHINA
    if china_south <= west and east <= china_north and china_west <= south:
        raise LayerError("像是经纬度写反了", where=name, todo="交换两列坐标后重新导出")


def _field(frame: gpd.GeoDataFrame, column: Column) -> pd.Series:
    """The text of the field that the column's header or aliases name; NA where there is none."""
    wanted = [plain(form) for form in (column.header, column.name, *column.aliases, *_MORE_ALIASES[column.name])]
    fields = {plain(str(field)): field for field in reversed(frame.columns.drop("geometry"))}
    for form in wanted:
        if form in fields:
            cells = clean(_as_text(frame[fields[form]]))
            values = read_column(cells, column).values
            if column.kind == "code":
                values = values.where(~(values.str.len().eq(12) & values.str.endswith("000")), values.str[:9])
            if values.notna().any():
                return values
    return pd.Series(pd.NA, index=frame.index, dtype="str")


def _as_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_float_dtype(values):
        values = values.astype("Float64").round().astype("Int64")
    return values.astype("str").fillna("")


def _one_row_each(named: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Parts of one township as one row, in the order of the key, so that the file's order doesn't matter."""
    if named[key].duplicated().any():
        other = "township" if key == "township_code" else "township_code"
        named = named.dissolve(by=key, aggfunc={other: "first"}, as_index=False)
    named = named.sort_values(key, ignore_index=True)
    return named[["township_code", "township", "geometry"]]


