"""Against a real PostgreSQL with PostGIS, started for these tests; skipped with a reason where there is none."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
import sqlalchemy

from coverage.errors import InputError, LayerError
from coverage.intake import postgis

SQL = """
CREATE EXTENSION postgis;
CREATE TABLE "乡镇 边界" (id serial, "乡镇" text, geom geometry(MultiPolygon, 4490));
INSERT INTO "乡镇 边界" ("乡镇", geom) VALUES
    ('会师镇', ST_Multi(ST_MakeEnvelope(104.9, 35.2, 105.9, 36.2, 4490))),
    ('郭城驿镇', ST_Multi(ST_MakeEnvelope(103.9, 35.2, 104.9, 36.2, 4490)));
CREATE TABLE "evil""; DROP TABLE victims; --" (name text, geom geometry(Polygon, 4326));
INSERT INTO "evil""; DROP TABLE victims; --" VALUES ('会师镇', ST_MakeEnvelope(104.9, 35.2, 105.9, 36.2, 4326));
CREATE TABLE victims (a int);
CREATE SCHEMA "Own";
CREATE TABLE "Own".jigou ("机构名称" text, "机构类型" text, "乡镇" text, "床位" int, geom geometry(Point, 4326));
INSERT INTO "Own".jigou VALUES ('甲', '阳光家园', '会师镇', 20, ST_SetSRID(ST_MakePoint(105.05, 35.69), 4326)),
    ('乙', '火星', '会师镇', NULL, ST_SetSRID(ST_MakePoint(105.06, 35.70), 4326));
CREATE TABLE plain ("乡镇代码" bigint, "乡镇" text, "人口" numeric);
INSERT INTO plain VALUES (620422100, '会师镇', 114130);
CREATE TABLE nowhere (name text, geom geometry(Polygon, 0));
INSERT INTO nowhere VALUES ('会师镇', ST_MakeEnvelope(104.9, 35.2, 105.9, 36.2));
CREATE TABLE lu ("技术等级" text, geom geometry(LineString, 4326));
INSERT INTO lu VALUES ('二级', ST_SetSRID(ST_MakeLine(ST_MakePoint(105, 35), ST_MakePoint(105.1, 35)), 4326));
"""


def programs() -> Path | None:
    """Debian's newest."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    bin_ = programs()
    if bin_ is None or not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        assert not os.environ.get("CI"), "CI must have PostgreSQL with PostGIS"
        pytest.skip("no PostgreSQL with PostGIS here (Debian: postgresql, postgresql-15-postgis-3)")
    folder = Path("/tmp") / f"postgis-{os.getpid()}"
    folder.mkdir(mode=0o700)
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **user}
    subprocess.run([bin_ / "initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"],
                   **quiet)
    subprocess.run([bin_ / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o",
                    f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -F", "start"], **quiet)
    try:
        address = f"postgresql://tester:secret@127.0.0.1:{port}/postgres"
        engine = sqlalchemy.create_engine(address.replace("postgresql", postgis.DRIVER))
        with engine.begin() as connection:
            for statement in SQL.split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement)
        engine.dispose()
        yield address
    finally:
        subprocess.run([bin_ / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder)


def test_areas_come_in_with_their_crs(url):
    intake = postgis.read_postgis_areas(url, "乡镇 边界")
    assert (intake.read, intake.used, intake.crs) == (2, 2, "EPSG:4490")
    assert intake.areas["township"].tolist() == ["会师镇", "郭城驿镇"]
    assert intake.areas.total_bounds == pytest.approx([103.9, 35.2, 105.9, 36.2])


def test_identifiers_are_quoted(url):
    assert len(postgis.read_postgis_layer(url, 'evil"; DROP TABLE victims; --')) == 1
    with pytest.raises(InputError):
        postgis.read_postgis_table(url, "victims; DROP TABLE victims", "institutions")
    with postgis._connected(url) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM victims").scalar() == 0


def test_the_transaction_is_read_only(url):
    with pytest.raises(InputError, match="read-only"), postgis._connected(url) as connection:
        connection.exec_driver_sql("INSERT INTO victims VALUES (1)")


def test_institutions_take_their_point_and_are_checked(url):
    intake = postgis.read_postgis_table(url, "jigou", "institutions", schema="Own")
    assert (intake.read, intake.used, intake.refused) == (2, 1, 1)
    row = intake.table.iloc[0]
    assert (row.service_type, row.capacity, row.lon, row.lat) == ("残疾人之家", 20, 105.05, 35.69)
    assert intake.problems["row"].tolist() == [3]


def test_a_table_without_geometry_comes_in(url):
    intake = postgis.read_postgis_table(url, "plain", "townships")
    assert intake.table[["township_code", "pop"]].values.tolist() == [["620422100", 114130]]


def test_lines_come_in(url):
    lines = postgis.read_postgis_layer(url, "lu")
    assert lines["技术等级"].tolist() == ["二级"]
    assert lines.geometry.iloc[0].geom_type == "LineString"
    roads = postgis.read_postgis_roads(url, "lu")
    assert (len(roads.ways), len(roads.node_lon)) == (1, 2)


def test_a_table_without_a_crs_is_refused(url):
    with pytest.raises(LayerError, match="SRID"):
        postgis.read_postgis_layer(url, "nowhere")


@pytest.mark.parametrize("table", ["missing", "victims"])
def test_a_missing_table_says_so(url, table):
    with pytest.raises(LayerError, match="没有这个"):
        postgis.read_postgis_layer(url, table)


def test_a_wrong_address_says_so_without_the_password():
    with pytest.raises(InputError) as caught:
        postgis.read_postgis_layer("postgresql://tester:secret@127.0.0.1:1/postgres", "a")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("bad", ["sqlite:////etc/passwd", "mysql://a@b/c", "not a url"])
def test_other_databases_are_refused(bad):
    with pytest.raises(InputError):
        postgis.read_postgis_layer(bad, "a")
