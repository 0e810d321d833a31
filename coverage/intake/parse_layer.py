"""Parse a layer file's bytes into an Arrow table with its geometry as WKB; the child process runs this."""

from __future__ import annotations

import io
import warnings

import pyarrow as pa

from coverage.errors import LayerError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.archive import open_archive
from coverage.intake.drivers import load_pyogrio
from coverage.intake.screen_layer import screen_layer
from coverage.intake.source import Source

GEOMETRY = "wkb_geometry"


def parse_layer(source: Source, layer: str | None) -> tuple[dict, pa.Table]:
    """({"crs", "format"}, table with its geometry as WKB in GEOMETRY)."""
    format_ = screen_layer(source)
    encoding = _shapefile_encoding(source) if format_ == "ESRI Shapefile" else None
    pyogrio = load_pyogrio()
    faults = pyogrio.errors
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # read from memory, so the name's ending is missing
            names = [str(name) for name, kind in pyogrio.list_layers(io.BytesIO(source.data)) if kind is not None]
            chosen = _layer_name(names, layer, source.name)
            _check_info(pyogrio.read_info(io.BytesIO(source.data), layer=chosen, encoding=encoding), source.name)
            meta, table = pyogrio.read_arrow(io.BytesIO(source.data), layer=chosen, encoding=encoding)
            table.validate(full=True)  # text that isn't UTF-8
    except (faults.DataSourceError, faults.DataLayerError, faults.FeatureError, faults.GeometryError, faults.CRSError,
            UnicodeDecodeError, pa.ArrowException) as error:
        raise LayerError(f"{format_} 图层读不出来", where=source.name,
                         todo="在 QGIS 等软件中打开检查后重新导出") from error
    geometry = meta["geometry_name"] or GEOMETRY
    table = table.rename_columns([GEOMETRY if name == geometry else name for name in table.column_names])
    table = table.set_column(table.column_names.index(GEOMETRY), GEOMETRY, table.column(GEOMETRY).cast(pa.binary()))
    return {"crs": meta["crs"], "format": format_}, table.replace_schema_metadata(None)


def list_layers(source: Source) -> list[dict]:
    """name, geometry ("" = a table without), features and fields of each layer, in the file's order."""
    pyogrio = load_pyogrio()
    encoding = _shapefile_encoding(source) if source.data.startswith(b"PK") else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            listed = pyogrio.list_layers(io.BytesIO(source.data))[:limits.MAX_SHEETS]
            return [_described(pyogrio, source, number, str(name), kind, encoding)
                    for number, (name, kind) in enumerate(listed)]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
        raise LayerError("图层读不出来", where=source.name, todo="在 QGIS 等软件中打开检查后重新导出") from error


def _described(pyogrio, source: Source, number: int, name: str, kind: str | None, encoding: str | None) -> dict:
    if kind is None:
        return {"name": name, "geometry": "", "features": 0, "fields": []}
    info = pyogrio.read_info(io.BytesIO(source.data), layer=number, encoding=encoding)
    return {"name": name, "geometry": kind, "features": max(int(info["features"]), 0),
            "fields": [str(field) for field in info["fields"][:limits.MAX_COLUMNS]]}


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


def _shapefile_encoding(source: Source) -> str | None:
    """None where a .cpg says it; else UTF-8 if the .dbf is that strictly, else GB18030."""
    with open_archive(source.data, source.name) as archive:
        names = archive.namelist()
        if any(name.lower().endswith(".cpg") for name in names):
            return None
        tables = [archive.read(name) for name in names if name.lower().endswith(".dbf")]
    try:
        b"".join(tables).decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
