"""Read areas, tables and roads from a PostGIS database: an SQLAlchemy URL and a table's name, read only.

Identifiers are quoted, each read is one read-only transaction with a time limit, and passwords are never shown.
SQLAlchemy and the PostgreSQL driver are loaded on first use.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import pandas as pd
import shapely

from coverage.errors import InputError, LayerError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.areas import AreasIntake, check_area_frame
from coverage.intake.layers import WGS84
from coverage.intake.parse_excel import cell_text
from coverage.intake.road_columns import RoadColumns
from coverage.intake.road_layer import roads_of_layer
from coverage.intake.roads import Roads
from coverage.intake.sheets import Sheet
from coverage.intake.table import Intake, check_sheets

STATEMENT_SECONDS = 60
CONNECT_SECONDS = 10
DRIVER = "postgresql+pg8000"


def read_postgis_layer(url: str, table: str, *, schema: str | None = None) -> gpd.GeoDataFrame:
    """Every row of a table or view with a geometry, in EPSG:4326; `.attrs["crs"]` names the table's own CRS.

    Raises InputError where the database or the table can't be reached, LayerError where the table has no geometry
    or no CRS, UnsafeFileError where it is over a limit.
    """
    with _connected(url) as connection:
        schema, column, srid = _geometry_column(connection, table, schema)
        _check_size(connection, table, schema, column)
        frame = _rows(connection, table, schema, column)
    return _layer(frame, column, srid, table)


def _layer(frame: pd.DataFrame, column: str, srid: int, table: str) -> gpd.GeoDataFrame:
    if srid == 0:
        raise LayerError("几何列没有写明坐标系（SRID 为 0）", where=table, todo="用 UpdateGeometrySRID 补上坐标系")
    geometry = shapely.force_2d(shapely.from_wkb(frame[column], on_invalid="ignore"))
    layer = gpd.GeoDataFrame(frame.drop(columns=column), geometry=geometry, crs=f"EPSG:{srid}").to_crs(WGS84)
    layer.attrs["crs"] = f"EPSG:{srid}"
    return layer


def read_postgis_areas(url: str, table: str, *, schema: str | None = None, repair: bool = False) -> AreasIntake:
    """Township boundaries, checked as those of a file are."""
    return check_area_frame(read_postgis_layer(url, table, schema=schema), table, repair=repair)


def read_postgis_roads(url: str, table: str, *, schema: str | None = None,
                       columns: RoadColumns | None = None) -> Roads:
    """Roads with a class column, as of a road layer file. Raises RoadError without lines, class or speed column."""
    return roads_of_layer(read_postgis_layer(url, table, schema=schema), table, columns)


def read_postgis_table(url: str, table: str, kind: str, *, schema: str | None = None,
                       wordings: pd.DataFrame | None = None) -> Intake:
    """Institutions or another table of schema.TABLES, checked as those of a file are; its point column gives lon
    and lat where it has no such columns. A row's number is its place in the table, from 2 as in Excel."""
    with _connected(url) as connection:
        found = _geometry_column(connection, table, schema, required=False)
        own_schema, column, srid = found or (schema, None, 0)
        frame = _rows(connection, table, own_schema, column)
    if column is not None:
        layer = _layer(frame, column, srid, table)
        frame = pd.DataFrame(layer.drop(columns="geometry"))
        if not {"lon", "经度"} & set(frame.columns):
            points = layer.geometry.representative_point()
            frame = frame.assign(lon=points.x.to_numpy(), lat=points.y.to_numpy())
    columns = [[str(name), *map(_text, frame[name].tolist())] for name in frame.columns]
    cells = pd.DataFrame(dict(enumerate(columns)), index=pd.RangeIndex(1, len(frame) + 2), dtype="str")
    return check_sheets([Sheet(table, cells)], kind, table, wordings=wordings)


def _text(value) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return cell_text(value)


@contextmanager
def _connected(url: str) -> Iterator:
    """A connection in one read-only transaction."""
    try:
        import sqlalchemy
    except ImportError as error:
        raise InputError("没有安装读取数据库的组件",
                         todo="安装 postgis 扩展组件：pip install sqlalchemy pg8000") from error
    engine = sqlalchemy.create_engine(_address(sqlalchemy, url), connect_args={"timeout": CONNECT_SECONDS},
                                      poolclass=sqlalchemy.pool.NullPool)
    try:
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            connection.execute(sqlalchemy.text(f"SET LOCAL statement_timeout = {STATEMENT_SECONDS * 1000}"))
            yield connection
    except sqlalchemy.exc.DBAPIError as error:
        raise InputError(f"数据库读不出来：{_reason(error)}", where=engine.url.render_as_string(hide_password=True),
                         todo="检查地址、用户、密码、表名和读取权限") from None
    finally:
        engine.dispose()


def _address(sqlalchemy, url: str):
    try:
        address = sqlalchemy.engine.make_url(url)
    except sqlalchemy.exc.ArgumentError as error:
        raise InputError("数据库地址写法不对", todo="写成 postgresql://用户:密码@主机:5432/库名") from error
    if address.get_backend_name() != "postgresql":
        raise InputError("只能读取 PostgreSQL（PostGIS）数据库", todo="写成 postgresql://用户:密码@主机:5432/库名")
    return address.set(drivername=DRIVER)


def _reason(error) -> str:
    """The server's own sentence, without the address."""
    told = error.orig.args[0] if error.orig is not None and error.orig.args else ""
    return str(told.get("M", "")) if isinstance(told, dict) else str(told)[:200]


def _geometry_column(connection, table: str, schema: str | None, *, required: bool = True):
    """(schema, geometry column, SRID) of the table, from PostGIS' own list."""
    from sqlalchemy import text

    rows = connection.execute(text(
        "SELECT f_table_schema, f_geometry_column, srid FROM geometry_columns "
        "WHERE f_table_name = :table AND f_table_schema = COALESCE(:schema, f_table_schema) "
        "ORDER BY f_table_schema = ANY (current_schemas(false)) DESC, 1, 2"
    ), {"table": table, "schema": schema}).fetchall()
    if not rows and required:
        raise LayerError("数据库里没有这个带几何列的表", where=table, todo="检查表名（区分大小写）和模式（schema）")
    return tuple(rows[0]) if rows else None


def _quoted(connection, *names: str) -> str:
    quote = connection.dialect.identifier_preparer.quote_identifier
    return ".".join(quote(name) for name in names)


def _check_size(connection, table: str, schema: str, column: str) -> None:
    from sqlalchemy import text

    place, geometry = _quoted(connection, schema, table), _quoted(connection, column)
    points = f"ST_NPoints({geometry})"
    sql = f"SELECT count(*), COALESCE(sum({points}), 0), COALESCE(max({points}), 0) FROM {place}"
    features, vertices, most = connection.execute(text(sql.replace(":", "\\:"))).one()
    if features > limits.MAX_FEATURES or vertices > limits.MAX_VERTICES or most > limits.MAX_FEATURE_VERTICES:
        raise UnsafeFileError(f"表里有 {features:,} 个要素、{vertices:,} 个顶点，超过上限", where=table,
                              todo="先在数据库里筛选或简化")


def _rows(connection, table: str, schema: str | None, column: str | None) -> pd.DataFrame:
    """All rows; `column`, the geometry, as WKB."""
    from sqlalchemy import text

    place = _quoted(connection, *filter(None, (schema, table)))
    if column is None:
        sql = f"SELECT * FROM {place} LIMIT {limits.MAX_ROWS + 1}"
    else:
        geometry = _quoted(connection, column)
        sql = f"SELECT t.*, ST_AsBinary(t.{geometry}) AS __wkb FROM {place} AS t"
    result = connection.execute(text(sql.replace(":", "\\:")))
    frame = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    if len(frame) > limits.MAX_ROWS:
        raise UnsafeFileError(f"表里超过 {limits.MAX_ROWS:,} 行", where=table, todo="先在数据库里筛选")
    if column is not None:
        frame[column] = [None if wkb is None else bytes(wkb) for wkb in frame.pop("__wkb")]
    return frame
