"""Feed each reader with mutations of good files: nothing but a named error may come out.

The examples are the same on each run. For longer runs: FUZZ_EXAMPLES=20000 pytest tests/attacks/test_fuzz.py
"""

import io
import os
import tempfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverage.errors import CoverageError
from coverage.intake import read_table
from coverage.intake.coordinates import read_points
from coverage.intake.layers import read_layer
from coverage.intake.manifest import manifest_bytes, read_manifest
from coverage.intake.package import package_bytes
from coverage.intake.package_rows import package_rows
from coverage.intake.screen_layer import screen_layer
from coverage.intake.screen_roads import road_format
from coverage.intake.source import Source, open_source
from coverage.intake.values import clean, degrees, plain_number, restore_code
from coverage.schema import TABLES

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def fuzzed(count):
    return settings(max_examples=EXAMPLES or count, deadline=None, derandomize=not EXAMPLES,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


SPITEFUL = [b"\0", b'"', b",", b"\n", b"\xff", b"=", b"<!DOCTYPE", b"[[[[", b"1e999", b"\\u0063"]


def mutations(seeds: list[bytes]):
    """Good bytes with pieces replaced, doubled or cut out."""
    change = st.tuples(st.floats(0, 1), st.integers(0, 40), st.one_of(
        st.binary(max_size=20), st.sampled_from(SPITEFUL)))
    return st.tuples(st.sampled_from(seeds), st.lists(change, max_size=6)).map(lambda pair: _mutate(*pair))


def _mutate(data: bytes, changes) -> bytes:
    for place, length, new in changes:
        at = int(place * len(data))
        data = data[:at] + new + data[at + length:]
    return data


def workbook(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROWS = [["会宁县机构一览表"], ["机构名称", "机构类型", "乡镇代码", "乡镇", "经度", "纬度", "床位", "启用年份"],
        ["甲", "阳光家园", "620422100", "会师镇", "105.05", "35.69", "２０", "2019年"],
        ["乙", "托养中心", 620422101, "郭城驿镇", 104.87, 36.27, 5, 2020]]
CSV = "\n".join(",".join(map(str, row)) for row in ROWS)
TEXTS = [CSV.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "gb18030")]
GEOJSON = gpd.GeoDataFrame({"乡镇": ["甲"]}, geometry=[shapely.box(105, 35, 106, 36)], crs=4326).to_json().encode()
KML = (b"<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'><Document><Placemark><name>a</name><Polygon>"
       b"<outerBoundaryIs><LinearRing><coordinates>105,35 106,35 106,36 105,35</coordinates></LinearRing>"
       b"</outerBoundaryIs></Polygon></Placemark></Document></kml>")


def layer_bytes(driver: str, name: str) -> bytes:
    """A real layer as GDAL writes it; the parts of a shapefile packed together."""
    frame = gpd.GeoDataFrame({"乡镇": ["甲", "乙"]}, crs=4326,
                             geometry=[shapely.box(105, 35, 106, 36), shapely.box(106, 35, 107, 36)])
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / name, driver=driver, encoding="utf-8" if driver == "ESRI Shapefile" else None)
        return open_source(Path(folder) / name).data


def package_of_rows() -> bytes:
    rows = "乡镇代码,乡镇,人口,经度,纬度\n620422100,会师镇,5,105.05,35.69\n".encode()
    townships = read_table(rows, "townships").table
    area = gpd.GeoDataFrame({"township_code": ["620422100"], "township": ["会师镇"]}, crs=4326,
                            geometry=[shapely.box(105, 35, 106, 36)])
    return package_bytes({"townships": townships}, {"areas": area}, {"project.toml": MANIFEST})


MANIFEST = b'title = "a"\nyear = 2020\nnotes = ["b"]\n[files]\ntownships = "a.csv"\n[datum]\ntownships = "gcj02"\n'
XLS = (Path(__file__).parents[1] / "data" / "institutions.xls").read_bytes()


def survive(reader, *arguments, **options):
    try:
        return reader(*arguments, **options)
    except CoverageError as error:
        assert error.what
        return None


def accounted_for(intake):
    if intake is not None:
        assert intake.used + intake.refused == intake.read
        assert len(intake.table) == intake.used


@given(mutations(TEXTS), st.sampled_from(sorted(TABLES)))
@fuzzed(150)
def test_csv(data, kind):
    accounted_for(survive(read_table, data, kind))


@given(mutations([workbook(ROWS)]))
@fuzzed(60)
def test_xlsx_bytes(data):
    accounted_for(survive(read_table, data, "institutions"))


@given(mutations([XLS]))
@fuzzed(10)
def test_xls_bytes(data):
    accounted_for(survive(read_table, data, "institutions"))


@given(mutations([MANIFEST]))
@fuzzed(200)
def test_manifest(data):
    said = survive(read_manifest, Source("project.toml", data))
    if said is not None:
        again = read_manifest(Source("project.toml", manifest_bytes(said)))
        assert (again.title, again.year, dict(again.files)) == (said.title, said.year, dict(said.files))


@given(mutations([package_of_rows()]))
@fuzzed(100)
def test_package_rows(data):
    source = Source("a.gpkg", data)
    survive(screen_layer, source)
    survive(package_rows, source)


@given(st.lists(st.lists(st.one_of(st.text(max_size=8), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
                                   st.booleans(), st.none(), st.dates()), max_size=8), max_size=4))
@fuzzed(60)
def test_xlsx_cells(rows):
    rows = [[openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row]
            for row in rows]
    accounted_for(survive(read_table, workbook([ROWS[1], *rows]), "institutions"))


@given(st.lists(st.lists(st.text(max_size=12), min_size=8, max_size=8), min_size=1, max_size=5),
       st.sampled_from(sorted(TABLES)))
@fuzzed(100)
def test_any_text_under_a_good_header(rows, kind):
    table = TABLES[kind]
    head = ",".join(column.header for column in table.columns)
    body = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    try:
        data = f"{head}\n{body}\n".encode()
    except UnicodeEncodeError:
        return
    accounted_for(survive(read_table, data, kind))


@given(st.text(max_size=30))
@fuzzed(300)
def test_single_cells(text):
    import pandas as pd

    for reader in (restore_code, degrees, plain_number):
        reader(text)
    cleaned = clean(pd.Series([text], dtype="str"))
    assert clean(cleaned).tolist() == cleaned.tolist()
    read_points(cleaned)


@given(mutations([GEOJSON, KML, b"SQLite format 3\0" + bytes(100), b"fgb\x03fgb\x01" + bytes(50),
                  b"PK\x03\x04" + bytes(30)]))
@fuzzed(300)
def test_layer_screens(data):
    survive(screen_layer, Source("a", data))


@pytest.mark.parametrize("part", range(2))
@given(data=mutations([GEOJSON, KML, layer_bytes("GPKG", "a.gpkg"), layer_bytes("FlatGeobuf", "a.fgb"),
                       layer_bytes("ESRI Shapefile", "a.shp")]))
@fuzzed(8)
def test_layers_in_the_child(data, part):
    frame = survive(read_layer, data)
    assert frame is None or frame.crs == "EPSG:4326"


@given(mutations([b"<?xml version='1.0'?><osm version='0.6'></osm>", b"\x1f\x8b\x08" + bytes(20), b"BZh9" + bytes(20)]))
@fuzzed(100)
def test_road_screens(tmp_path, data):
    path = tmp_path / "r.osm"
    path.write_bytes(data)
    survive(road_format, path)


def test_the_seeds_are_good_files():
    assert read_table(TEXTS[0], "institutions").used == 2
    assert read_table(workbook(ROWS), "institutions").used == 2
    assert len(read_layer(GEOJSON)) == len(read_layer(KML)) == 1
