"""Read a layer file (GeoJSON, GeoPackage, zipped shapefile, KML, FlatGeobuf) into a GeoDataFrame in WGS-84."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import geopandas as gpd

from coverage.errors import LayerError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.archive import open_archive
from coverage.intake.drivers import load_pyogrio
from coverage.intake.source import Source, open_source

WGS84 = "EPSG:4326"


def read_layer(source: Path | str | bytes | Source, *, name: str | None = None, layer: str | None = None,
               crs: str | None = None) -> gpd.GeoDataFrame:
    """Every feature of one layer, geometry in EPSG:4326, attributes as text or numbers.

    `layer` chooses one of several; `crs` says what the coordinates are where the file doesn't. Raises
    LayerError where it can't be read or has no CRS, UnsafeFileError where it is disguised or over a limit.
    """
    file = open_source(source, name)
    format_ = layer_format(file)
    encoding = _shapefile_encoding(file) if format_ == "ESRI Shapefile" else None
    frame = _read(file, format_, layer, encoding)
    return _to_wgs84(frame, file.name, crs)


def layer_format(file: Source) -> str:
    """The GDAL driver that the content calls for. Raises UnsafeFileError for any other content."""
    data = file.data
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if data.startswith(b"SQLite format 3\0"):
        return "GPKG"
    if data.startswith(b"fgb\x03"):
        return "FlatGeobuf"
    if data.startswith(b"PK"):
        return "ESRI Shapefile"
    if start.startswith(b"{") and b'"type"' in data[:100_000] and b"gdalg" not in start.lower():
        return "GeoJSON"
    if start.startswith(b"<") and b"<kml" in start.lower():
        return "KML"
    raise UnsafeFileError("内容不是可用的图层", where=file.name,
                          todo="请上传 GeoJSON、GeoPackage、KML、FlatGeobuf 或打包成 zip 的 shapefile")


def _read(file: Source, format_: str, layer: str | None, encoding: str | None) -> gpd.GeoDataFrame:
    pyogrio = load_pyogrio()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # read from memory, so the name's ending is missing
            names = [str(found) for found, kind in pyogrio.list_layers(io.BytesIO(file.data)) if kind is not None]
            chosen = _layer_name(names, layer, file.name)
            info = pyogrio.read_info(io.BytesIO(file.data), layer=chosen, encoding=encoding)
            _check_info(info, file.name)
            return pyogrio.read_dataframe(io.BytesIO(file.data), layer=chosen, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
            pyogrio.errors.GeometryError, pyogrio.errors.CRSError, UnicodeDecodeError) as error:
        raise LayerError(f"{format_} 图层读不出来", where=file.name,
                         todo="在 QGIS 等软件中打开检查后重新导出") from error


def _layer_name(names: list[str], wanted: str | None, file: str) -> str | None:
    """What to ask for; None for the only one, whose name in memory changes from time to time."""
    if not names:
        raise LayerError("文件里没有带图形的图层", where=file, todo="换一个文件")
    if wanted is not None and wanted not in names:
        raise LayerError(f"没有名为“{wanted}”的图层", where=file, todo=f"现有：{'、'.join(names[:20])}")
    if wanted is None and len(names) > 1:
        raise LayerError(f"文件里有 {len(names)} 个图层", where=file, todo=f"请选择其中一个：{'、'.join(names[:20])}")
    return wanted


def _check_info(info: dict, name: str) -> None:
    if info["features"] > limits.MAX_FEATURES:
        raise UnsafeFileError(f"图层有 {info['features']:,} 个要素，上限 {limits.MAX_FEATURES:,}", where=name)
    if len(info["fields"]) > limits.MAX_COLUMNS:
        raise UnsafeFileError(f"图层有 {len(info['fields'])} 个字段，上限 {limits.MAX_COLUMNS}", where=name)


def _shapefile_encoding(file: Source) -> str | None:
    """None where a .cpg says it; else UTF-8 if the .dbf is that strictly, else GB18030."""
    with open_archive(file.data, file.name) as archive:
        names = {member.lower(): member for member in archive.namelist()}
        if not any(member.endswith(".shp") for member in names):
            raise UnsafeFileError("压缩包里没有 shapefile（.shp）", where=file.name,
                                  todo="把 .shp、.shx、.dbf、.prj 一起打包")
        if any(member.endswith(".cpg") for member in names):
            return None
        tables = [archive.read(member) for low, member in names.items() if low.endswith(".dbf")]
    try:
        b"".join(tables).decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _to_wgs84(frame: gpd.GeoDataFrame, name: str, crs: str | None) -> gpd.GeoDataFrame:
    if frame.crs is None:
        if crs is None:
            raise LayerError("图层没有写明坐标系", where=name,
                             todo="补上 .prj 文件，或说明坐标系（国家 2000 经纬度为 EPSG:4490，WGS-84 为 EPSG:4326）")
        frame = frame.set_crs(crs)
    return frame.to_crs(WGS84)
