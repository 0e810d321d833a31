"""Take the rows of a project's GeoPackage as text, WKB and bytes; the child process runs this, with SQLite alone."""

from __future__ import annotations

import sqlite3
import struct

from coverage.errors import ProjectError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.parse_excel import cell_text
from coverage.intake.source import Source
from coverage.schema import TABLES

LAYERS = {"areas": "乡镇边界", "water": "水系"}
FILES_TABLE = "项目文件"
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}  # flag → bytes, GeoPackage 1.3 clause 2.1.3


def package_rows(source: Source) -> list[tuple[dict, dict[str, list]]]:
    """({"kind", "title"}, column → values) of each of our tables that the file has. Screen it first."""
    titles = {TABLES[kind].title: kind for kind in TABLES} | {title: kind for kind, title in LAYERS.items()}
    database = sqlite3.connect(":memory:")
    try:
        database.deserialize(source.data)
        database.execute("PRAGMA trusted_schema = OFF")
        names = [name for name, in database.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")]
        found = [({"kind": titles[name], "title": name}, _columns(database, name, titles[name]))
                 for name in names if name in titles]
        if FILES_TABLE in names:
            found.append(({"kind": "files", "title": FILES_TABLE}, _files(database)))
        return found
    except (sqlite3.Error, UnicodeDecodeError, OverflowError, struct.error) as error:
        raise ProjectError("项目文件已损坏", where=source.name, todo="换一份备份") from error
    finally:
        database.close()


def _columns(database: sqlite3.Connection, table: str, kind: str) -> dict[str, list]:
    """Text columns; points as 经度 and 纬度, other shapes as WKB in `geom`."""
    quoted = '"' + table.replace('"', '""') + '"'
    shape = database.execute("SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)).fetchone()
    names = [row[1] for row in database.execute(f"PRAGMA table_info({quoted})")]
    if len(names) > limits.MAX_COLUMNS:
        raise UnsafeFileError(f"表格超过 {limits.MAX_COLUMNS} 列", where=table, todo="只保留需要的列")
    rows = database.execute(f"SELECT * FROM {quoted} ORDER BY fid LIMIT {limits.MAX_ROWS + 1}").fetchall()
    if len(rows) > limits.MAX_ROWS:
        raise UnsafeFileError(f"表格超过 {limits.MAX_ROWS:,} 行", where=table, todo="按县或按市拆成几个文件")
    values = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {name: () for name in names}
    columns = {name: [_text(value) for value in values[name]] for name in names
               if name != "fid" and (shape is None or name != shape[0])}
    if shape is None:
        return columns
    shapes = [None if blob is None else _wkb(blob) for blob in values[shape[0]]]
    if kind in LAYERS:
        return columns | {"geom": shapes}
    points = [("", "") if wkb is None else _point(wkb) for wkb in shapes]
    return columns | {"经度": [x for x, _ in points], "纬度": [y for _, y in points]}


def _text(value) -> str:
    return "" if value is None or isinstance(value, bytes) else cell_text(value)


def _wkb(blob) -> bytes:
    if not isinstance(blob, bytes) or blob[:2] != b"GP":
        raise ProjectError("项目文件里有不是图形的图形", todo="在 QGIS 中检查后另存")
    return blob[8 + _ENVELOPES.get((blob[3] >> 1) & 7, 0):]


def _point(wkb: bytes) -> tuple[str, str]:
    order = "<" if wkb[:1] == b"\x01" else ">"
    kind, x, y = struct.unpack(f"{order}Idd", wkb[1:21])
    return (repr(x), repr(y)) if kind % 1000 == 1 and x == x else ("", "")


def _files(database: sqlite3.Connection) -> dict[str, list]:
    rows = database.execute(f'SELECT name, data FROM "{FILES_TABLE}" ORDER BY fid LIMIT {limits.MAX_MEMBERS}')
    rows = [(str(name), data) for name, data in rows if isinstance(data, bytes)]
    return {"name": [name for name, _ in rows], "data": [data for _, data in rows]}
