"""Read a layer file (GeoJSON, GeoPackage, zipped shapefile, KML, FlatGeobuf) into a GeoDataFrame in WGS-84."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from coverage.errors import LayerError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.isolated import parse_isolated
from coverage.intake.parse_layer import GEOMETRY
from coverage.intake.screen_layer import layer_format
from coverage.intake.source import Source, open_source

WGS84 = "EPSG:4326"


def read_layer(source: Path | str | bytes | Source, *, name: str | None = None, layer: str | None = None,
               crs: str | None = None) -> gpd.GeoDataFrame:
    """Every feature of one layer, geometry in EPSG:4326; `.attrs["crs"]` names the file's own CRS.

    A child process does the screening and the parsing. `layer` chooses one of several; `crs` says what the
    coordinates are where the file doesn't. Raises LayerError where it can't be read or has no CRS,
    UnsafeFileError where it is disguised or over a limit.
    """
    file = open_source(source, name)
    layer_format(file)
    (meta, table), = parse_isolated("layer", file, layer=layer)
    geometry = _geometry(table.column(GEOMETRY).to_numpy(zero_copy_only=False), file.name)
    attributes = table.drop_columns([GEOMETRY]).to_pandas()
    frame = gpd.GeoDataFrame(attributes, geometry=geometry, crs=_crs(meta["crs"], crs, file.name))
    own = frame.crs
    frame = frame.to_crs(WGS84)
    frame.attrs["crs"] = own.to_string()
    return frame


def _geometry(wkb, name: str):
    with np.errstate(invalid="ignore"):  # NaN is told as an invalid boundary later
        geometry = shapely.from_wkb(wkb, on_invalid="ignore")
    counts = shapely.get_num_coordinates(geometry)
    if counts.sum() > limits.MAX_VERTICES or counts.max(initial=0) > limits.MAX_FEATURE_VERTICES:
        raise UnsafeFileError(f"图形有 {int(counts.sum()):,} 个顶点，超过上限", where=name, todo="先在 QGIS 中简化边界")
    parts, owner = shapely.get_parts(geometry, return_index=True)
    rings = shapely.get_num_interior_rings(parts)
    if len(rings) and np.bincount(owner, weights=rings).max() > limits.MAX_RINGS:
        raise UnsafeFileError("有一个面的孔太多，超过上限", where=name, todo="先在 QGIS 中清理小孔")
    return shapely.force_2d(geometry)


def _crs(own: str | None, given: str | None, name: str) -> pyproj.CRS:
    if own is None and given is None:
        raise LayerError("图层没有写明坐标系", where=name,
                         todo="补上 .prj 文件，或说明坐标系（国家 2000 经纬度为 EPSG:4490，WGS-84 为 EPSG:4326）")
    try:
        return pyproj.CRS.from_user_input(own or given)
    except pyproj.exceptions.CRSError as error:
        raise LayerError(f"认不出坐标系“{(own or given)[:60]}”", where=name,
                         todo="国家 2000 经纬度为 EPSG:4490，WGS-84 为 EPSG:4326") from error
