"""What a dropped file is, told by its content; a wrong name changes nothing."""

import json
from pathlib import Path

import pytest

from coverage.errors import CoverageError, UnsafeFileError
from coverage.intake import read_project, read_table
from coverage.intake.guess import guess
from coverage.intake.marked import mark_workbook
from coverage.intake.source import Source, open_source
from coverage.intake.store import project_package
from coverage.intake.template import template_workbook
from coverage.schema import TABLES
from tests.ui import messy

ROOT = Path(__file__).parents[2]


def layer(kind: str, coordinates) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"XZQMC": "甲"}, "geometry": {"type": kind, "coordinates": coordinates}}
    ]}, ensure_ascii=False).encode()


def kinds(data: bytes, name: str = "a") -> list[str | None]:
    return [piece.kind for piece in guess(Source(name, data))]


@pytest.mark.parametrize("kind", list(TABLES))
def test_each_template_is_known_for_what_it_is(kind):
    assert kinds(template_workbook(kind)) == [kind]


def test_each_sheet_of_a_messy_workbook_is_a_piece_of_its_own():
    pieces = guess(Source("x.xlsx", messy.townships_and_villages()))
    found = [(piece.name, piece.kind, piece.rows) for piece in pieces]
    assert found == [("乡镇", "townships", 3), ("村", "villages", 6)]


def test_a_text_in_gbk_and_a_list_below_two_titles_are_known():
    assert kinds(messy.people()) == ["people"]
    assert kinds(messy.institutions()) == ["institutions"]


def test_the_list_of_a_marked_workbook_is_no_table_of_its_own():
    data = messy.institutions()
    marked = mark_workbook(data, read_table(data, "institutions"))
    assert kinds(marked) == ["institutions"]


def test_layers_are_told_by_their_shapes():
    square = [[[105, 35], [106, 35], [106, 36], [105, 35]]]
    (area,) = guess(Source("a.csv", layer("Polygon", square)))
    assert (area.kind, area.kinds, area.fields) == ("areas", ("areas", "water"), ("XZQMC",))
    assert kinds(layer("LineString", square[0])) == ["roads"]
    assert kinds(layer("Point", [105, 35])) == [None]


def test_other_contents():
    assert kinds(b"<?xml version='1.0'?><osm version='0.6'></osm>") == ["roads"]
    assert kinds((ROOT / "scenarios" / "plans" / "huining-2021-2025.toml").read_bytes()) == ["plan"]
    assert kinds(project_package(read_project(ROOT / "tests" / "golden" / "county"))) == ["project"]
    assert kinds("column,wording,meaning\nservice_type,某某之家,残疾人之家\n".encode()) == ["wordings"]
    assert kinds("甲,乙\n1,2\n".encode()) == [None]
    assert kinds((ROOT / "tests" / "data" / "institutions.xls").read_bytes()) == ["institutions"]


def test_a_shapefile_of_roads_is_told_from_a_workbook(tmp_path):
    import geopandas as gpd
    import shapely

    frame = gpd.GeoDataFrame({"等级": ["一级"]}, geometry=[shapely.LineString([(105, 35), (106, 36)])], crs=4326)
    frame.to_file(tmp_path / "r.shp", encoding="utf-8")
    (piece,) = guess(open_source(tmp_path / "r.shp"))
    assert (piece.kind, piece.fields) == ("roads", ("等级",))


@pytest.mark.parametrize("data", [
    b"%PDF-1.7", b"PK\x03\x04" + bytes(30), b"<OGRVRTDataSource/>", b"SQLite format 3\0" + bytes(100), b"\0\0\0",
    b"[[goal]]\nx = ", b'{"type": "gdal_streamed_alg"}', b"MZ\x90\x00", b"fgb\x03fgb\x01",
])
def test_what_is_none_of_ours_is_refused_in_words(data):
    with pytest.raises(CoverageError) as caught:
        guess(Source("a", data))
    assert caught.value.what


def test_a_bomb_in_a_workbook_is_refused():
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/workbook.xml", bytes(60 * 2**20))
    with pytest.raises(UnsafeFileError, match="炸弹"):
        guess(Source("a.xlsx", out.getvalue()))
