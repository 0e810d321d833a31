"""Keep a whole project in one GeoPackage: its tables and areas as layers that QGIS opens, its manifest and road file
beside them; reading gives back what was written, to the last digit.

Layout: OGC GeoPackage 1.3 (12-128r19): points and areas are geometries, so that what is moved in QGIS has moved.
"""

from __future__ import annotations

import re
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import shapely

from coverage.errors import OutputError, ProjectError
from coverage.intake import limits
from coverage.intake.isolated import parse_isolated
from coverage.intake.layers import WGS84
from coverage.intake.manifest import PROJECT_FILE, TABLE_ORDER, Manifest, read_manifest
from coverage.intake.package_rows import FILES_TABLE, LAYERS
from coverage.intake.sheets import Sheet
from coverage.intake.source import Source
from coverage.schema import TABLES, Column

_EPOCH = "1980-01-01T00:00:00.000Z"  # no clock: the same project gives the same bytes
_HEADER = b"GP\x00\x01" + struct.pack("<i", 4326)  # no envelope, little-endian
_PLAIN_NAME = re.compile(r"roads[A-Za-z0-9_.-]{0,40}")
_TILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}(\.hgt|\.zip|\.hgt\.zip)")
_KINDS = {"int": "INTEGER", "year": "INTEGER", "float": "REAL", "bool": "BOOLEAN"}
_SCHEMA = """
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT
  NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
"""
_WGS84 = ('GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
          'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
          'AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]')


def package_bytes(tables: dict[str, pd.DataFrame], layers: dict[str, gpd.GeoDataFrame],
                  files: dict[str, bytes]) -> bytes:
    """`tables`: kind → rows; `layers`: areas, water; `files`: project.toml, the roads and heights. Raises OutputError.
    """
    if sum(map(len, files.values())) > limits.MAX_FILE_BYTES / 2:
        raise OutputError("道路和高程文件太大，装不进一个 .gpkg", todo="请存为文件夹")
    database = sqlite3.connect(":memory:")
    try:
        database.executescript(_SCHEMA)
        database.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", [
            ("Undefined Cartesian", -1, "NONE", -1, "undefined", None),
            ("Undefined geographic", 0, "NONE", 0, "undefined", None),
            ("WGS 84", 4326, "EPSG", 4326, _WGS84, None)])
        for kind in TABLE_ORDER:
            if kind in tables:
                _add_table(database, kind, tables[kind])
        for kind, layer in layers.items():
            _add_layer(database, LAYERS[kind], layer)
        _create(database, FILES_TABLE, {"name": "TEXT", "data": "BLOB"}, "")
        database.executemany(f'INSERT INTO "{FILES_TABLE}" (name, data) VALUES (?,?)', files.items())
        database.commit()
        return database.serialize()
    finally:
        database.close()


def _add_table(database: sqlite3.Connection, kind: str, table: pd.DataFrame) -> None:
    columns = [column for column in TABLES[kind].columns if table[column.name].notna().any()]
    placed = "lon" in table
    plain = [column for column in columns if column.name not in ("lon", "lat")]
    _create(database, TABLES[kind].title, {column.header: _KINDS.get(column.kind, "TEXT") for column in plain},
            "POINT" if placed else "")
    values = [_plain(table[column.name], column) for column in plain]
    if placed:
        points = shapely.points(table["lon"].to_numpy("float64"), table["lat"].to_numpy("float64"))
        values.insert(0, [None if shapely.is_empty(point) else _HEADER + shapely.to_wkb(point) for point in points])
    _insert(database, TABLES[kind].title, values)


def _plain(values: pd.Series, column: Column) -> list:
    kind = {"int": int, "year": int, "float": float, "bool": int}.get(column.kind, str)
    return [None if pd.isna(value) else kind(value) for value in values.tolist()]


def _add_layer(database: sqlite3.Connection, title: str, layer: gpd.GeoDataFrame) -> None:
    fields = [name for name in layer.columns if name != "geometry"]
    _create(database, title, {name: "TEXT" for name in fields}, "GEOMETRY")
    values = [[_HEADER + wkb for wkb in shapely.to_wkb(layer.geometry.to_numpy())]]
    values += [[None if pd.isna(value) else str(value) for value in layer[name].tolist()] for name in fields]
    _insert(database, title, values)


def _create(database: sqlite3.Connection, title: str, fields: dict[str, str], geometry: str) -> None:
    shapes = [f"geom {geometry}"] if geometry else []
    columns = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", *shapes,
               *(f"{_quoted(name)} {kind}" for name, kind in fields.items())]
    database.execute(f"CREATE TABLE {_quoted(title)} ({', '.join(columns)})")
    database.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
                     "VALUES (?,?,?,?,?)", (title, "features" if geometry else "attributes", title, _EPOCH,
                                            4326 if geometry else None))
    if geometry:
        database.execute("INSERT INTO gpkg_geometry_columns VALUES (?,?,?,?,0,0)", (title, "geom", geometry, 4326))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _insert(database: sqlite3.Connection, title: str, values: list[list]) -> None:
    marks = ",".join("?" * (len(values) + 1))
    rows = zip(range(1, len(values[0]) + 1), *values, strict=True)
    database.executemany(f"INSERT INTO {_quoted(title)} VALUES ({marks})", rows)


@dataclass(frozen=True)
class Package:
    """`sheets`: kind → text cells under our headers. `layers`: areas, water. `files`: name → bytes."""

    manifest: Manifest
    sheets: dict[str, Sheet] = field(repr=False)
    layers: dict[str, gpd.GeoDataFrame] = field(repr=False)
    files: dict[str, bytes] = field(repr=False)


def read_package(source: Source) -> Package:
    """Read it in a child process. Raises ProjectError where it is no project's package, UnsafeFileError where it is
    disguised or over a limit."""
    sheets, layers, files = {}, {}, {}
    for meta, table in parse_isolated("package", source):
        if meta["kind"] == "files":
            files = dict(zip(table["name"].to_pylist(), table["data"].to_pylist(), strict=True))
        elif meta["kind"] in LAYERS:
            layers[meta["kind"]] = _layer(table)
        else:
            sheets[meta["kind"]] = Sheet(meta["title"], _cells(table))
    if PROJECT_FILE not in files:
        raise ProjectError("这个 .gpkg 不是本软件存的项目", where=source.name,
                           todo="在“数据”页另存项目为 .gpkg；只有图层的 .gpkg 请作为边界或道路放入")
    return Package(read_manifest(Source(PROJECT_FILE, files[PROJECT_FILE])), sheets, layers, files)


def _layer(table) -> gpd.GeoDataFrame:
    geometry = shapely.from_wkb(table["geom"].to_numpy(zero_copy_only=False), on_invalid="ignore")
    layer = gpd.GeoDataFrame(table.drop_columns(["geom"]).to_pandas(), geometry=geometry, crs=WGS84)
    layer.attrs["crs"] = WGS84
    return layer


def _cells(table) -> pd.DataFrame:
    """The header as the first row, as a sheet has it."""
    columns = [[name, *table[name].to_pylist()] for name in table.column_names]
    return pd.DataFrame(dict(enumerate(columns)), index=pd.RangeIndex(1, table.num_rows + 2), dtype="str")


def road_file(package: Package) -> Iterator[tuple[str, bytes]]:
    """The road file's name and bytes, where there is one."""
    name = package.manifest.files.get("roads", "")
    if name in package.files:
        yield name if _PLAIN_NAME.fullmatch(name) else "roads", package.files[name]


def elevation_files(package: Package) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the height tiles' files; one whose name isn't plain is left."""
    for name in package.manifest.elevation:
        if name in package.files and _TILE_NAME.fullmatch(name):
            yield name, package.files[name]
