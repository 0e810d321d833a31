"""Each limit of coverage/intake/limits.py: what keeps it passes, what is one beyond is refused by name.

Most limits are set low for the test; what counts is that the code obeys them, one more and one less.
"""

import io
import subprocess
import sys
import zipfile

import numpy as np
import openpyxl
import pytest
import shapely

from coverage.errors import UnsafeFileError
from coverage.intake import limits
from coverage.intake.archive import open_archive
from coverage.intake.elevation_parse import SIZES, tile_parts
from coverage.intake.header import find_header
from coverage.intake.isolated import parse_isolated
from coverage.intake.layers import _geometry
from coverage.intake.parse import parse_sheets
from coverage.intake.parse_csv import screen_csv
from coverage.intake.parse_layer import _check_info
from coverage.intake.screen_layer import screen_layer
from coverage.intake.screen_roads import road_format
from coverage.intake.sheets import read_sheets
from coverage.intake.source import Source, open_source
from coverage.schema import TABLES


@pytest.fixture
def limit(monkeypatch):
    return lambda **values: [monkeypatch.setattr(limits, name, value) for name, value in values.items()]


def refused(call, *arguments, **options):
    with pytest.raises(UnsafeFileError) as caught:
        call(*arguments, **options)
    return str(caught.value)


def archive(members: dict[str, bytes], how=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def csv(rows: int, columns: int) -> Source:
    return Source("a.csv", b"\n".join([b",".join([b"x"] * columns)] * rows))


def geojson(geometry: str) -> Source:
    return Source("a.geojson", b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},'
                  b'"geometry":' + geometry.encode() + b"}]}")


def test_every_limit_has_its_test():
    names = [name for name in vars(limits) if name.isupper()]
    tested = {name.removeprefix("test_").upper() for name in globals() if name.startswith("test_")}
    assert set(names) - tested == MEMORY.keys() | {"PARSE_BASE_BYTES", "PARSE_BYTES_PER_BYTE", "PARSE_MOST_BYTES"}


def test_max_file_bytes(limit, tmp_path):
    limit(MAX_FILE_BYTES=10)
    (tmp_path / "a").write_bytes(bytes(11))
    assert open_source(bytes(10))
    assert "超过上限" in refused(open_source, bytes(11))
    assert "超过上限" in refused(open_source, tmp_path / "a")


def test_max_road_bytes(limit, tmp_path):
    (tmp_path / "a.osm").write_bytes(b"<osm></osm>")
    limit(MAX_ROAD_BYTES=11)
    assert road_format(tmp_path / "a.osm")
    limit(MAX_ROAD_BYTES=10)
    assert "超过上限" in refused(road_format, tmp_path / "a.osm")


def test_max_unzipped_bytes(limit):
    limit(MAX_UNZIPPED_BYTES=100)
    open_archive(archive({"a": bytes(60), "b": bytes(40)}), "a")
    assert "解压后超过上限" in refused(open_archive, archive({"a": bytes(60), "b": bytes(41)}), "a")


def test_max_unzip_ratio(limit):
    limit(MIN_RATIO_BYTES=10, MAX_UNZIP_RATIO=10)
    open_archive(archive({"a": bytes(100)}, zipfile.ZIP_STORED), "a")
    assert "压缩比异常" in refused(open_archive, archive({"a": bytes(1_000)}), "a")


def test_max_tile_ratio(limit):
    """A tile all at sea packs as small as deflate can; one packed smaller than the limit is refused."""
    sea = Source("N35E105.zip", archive({"N35E105.hgt": bytes(1201 * 1201 * 2)}))
    assert [meta["name"] for meta, _ in tile_parts(sea)] == ["N35E105.hgt"]
    limit(MAX_TILE_RATIO=900)
    assert "压缩比异常" in refused(list, tile_parts(sea))


def test_min_ratio_bytes(limit):
    limit(MIN_RATIO_BYTES=1_000, MAX_UNZIP_RATIO=10)
    open_archive(archive({"a": bytes(1_000)}), "a")
    assert "压缩比异常" in refused(open_archive, archive({"a": bytes(1_001)}), "a")


def test_max_members(limit):
    limit(MAX_MEMBERS=3)
    open_archive(archive(dict.fromkeys("abc", b"")), "a")
    assert "上限 3" in refused(open_archive, archive(dict.fromkeys("abcd", b"")), "a")


def test_max_rows(limit):
    limit(MAX_ROWS=20, HEADER_SEARCH_ROWS=0)
    screen_csv(csv(20, 2))
    parse_sheets(csv(20, 2))
    assert "20 行" in refused(parse_sheets, csv(21, 2))
    assert "20 行" in refused(screen_csv, csv(22, 2))
    assert "20 行" in refused(parse_sheets, workbook([["x"]] * 21))


def test_max_columns(limit):
    screen_csv(csv(2, limits.MAX_COLUMNS))
    parse_sheets(csv(2, limits.MAX_COLUMNS))
    assert "列" in refused(screen_csv, csv(2, limits.MAX_COLUMNS + 1))
    limit(MAX_COLUMNS=4)
    parse_sheets(workbook([["x"] * 4]))
    assert "4 列" in refused(parse_sheets, workbook([["x"] * 5]))
    assert "上限 4" in refused(_check_info, {"features": 1, "fields": np.arange(5)}, "a")


def test_max_cells(limit):
    limit(MAX_CELLS=20)
    parse_sheets(csv(10, 2))
    assert "20 格" in refused(parse_sheets, csv(7, 3))
    refused(parse_sheets, workbook([["x"] * 3] * 7))


def test_max_sheets(limit):
    limit(MAX_SHEETS=1)
    assert parse_sheets(workbook([["x"]]))
    assert "上限 1" in refused(parse_sheets, workbook([["x"]], [["y"]]))


def test_max_cell_chars():
    most = limits.MAX_CELL_CHARS
    assert parse_sheets(Source("a.csv", b"a,b\n" + b"x" * most + b",1\n"))
    assert f"{most:,} 个字" in refused(parse_sheets, Source("a.csv", b"a,b\n" + b"x" * (most + 1) + b",1\n"))
    sheet = ("<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData><row r='1'>"
             f"<c r='A1' t='inlineStr'><is><t>{'x' * (most + 1)}</t></is></c></row></sheetData></worksheet>")
    with zipfile.ZipFile(io.BytesIO(workbook([["x"]]).data)) as good:
        members = {name: good.read(name) for name in good.namelist()}
    assert "个字" in refused(parse_sheets, Source("a.xlsx", archive(members | {"xl/worksheets/sheet1.xml": sheet})))


def workbook(*sheets) -> Source:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        page = book.create_sheet()
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return Source("a.xlsx", out.getvalue())


def test_header_search_rows(limit):
    (sheet,) = read_sheets(Source("a.csv", b"x\n" * 5 + "乡镇代码,乡镇,人口\n".encode()))
    limit(HEADER_SEARCH_ROWS=6)
    assert find_header(sheet, TABLES["townships"]).row == 6
    limit(HEADER_SEARCH_ROWS=5)
    assert find_header(sheet, TABLES["townships"]) is None


def test_max_vertices(limit):
    limit(MAX_VERTICES=8)
    wkb = shapely.to_wkb(np.array([shapely.LineString(np.arange(8).reshape(4, 2))] * 2))
    assert len(_geometry(wkb, "a")) == 2
    assert "顶点" in refused(_geometry, np.r_[wkb, wkb[:1]], "a")
    line = geojson('{"type":"LineString","coordinates":[' + "[1,2]," * 1_020 + "[1,2]]}")
    assert "顶点" in refused(screen_layer, line)


def test_max_feature_vertices(limit):
    limit(MAX_FEATURE_VERTICES=4)
    lines = [shapely.LineString(np.arange(2 * n).reshape(n, 2)) for n in (4, 5)]
    assert len(_geometry(shapely.to_wkb(np.array(lines[:1])), "a")) == 1
    refused(_geometry, shapely.to_wkb(np.array(lines)), "a")


def test_max_rings(limit):
    limit(MAX_RINGS=2)
    holes = [shapely.box(x, 0, x + 0.5, 1).exterior.coords for x in range(3)]
    for count, good in ((2, True), (3, False)):
        wkb = shapely.to_wkb(np.array([shapely.Polygon(shapely.box(-1, -1, 9, 9).exterior.coords, holes[:count])]))
        if good:
            assert len(_geometry(wkb, "a")) == 1
        else:
            assert "孔太多" in refused(_geometry, wkb, "a")


def test_max_features(limit):
    limit(MAX_FEATURES=5)
    _check_info({"features": 5, "fields": np.arange(1)}, "a")
    assert "上限 5" in refused(_check_info, {"features": 6, "fields": np.arange(1)}, "a")


def test_max_nesting():
    for depth, good in ((limits.MAX_NESTING - 6, True), (limits.MAX_NESTING, False)):
        deep = geojson('{"type":"Polygon","coordinates":' + "[" * depth + "]" * depth + "}")
        kml = Source("a.kml", b"<kml>" + b"<Folder>" * (depth + 5) + b"</Folder>" * (depth + 5) + b"</kml>")
        for source in (deep, kml):
            if good:
                screen_layer(source)
            else:
                assert f"{limits.MAX_NESTING} 层" in refused(screen_layer, source)


def test_parse_seconds():
    source = Source("a.csv", b"a,b\n" * 300_000)
    assert "秒内没有读完" in refused(parse_isolated, "sheets", source, seconds=0.05)
    assert parse_isolated("sheets", Source("a.csv", b"a,b\n"), seconds=limits.PARSE_SECONDS)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process its address space")
@pytest.mark.parametrize(("size", "per_byte", "most"), [
    (0, 0, limits.PARSE_BASE_BYTES), (2**20, limits.PARSE_BYTES_PER_BYTE, None), (2**40, 1, limits.PARSE_MOST_BYTES)])
def test_the_childs_memory(size, per_byte, most):
    """What the child may take for a file of this size, and no more."""
    most = most or limits.PARSE_BASE_BYTES + per_byte * size
    code = ("import mmap; from coverage.intake.child import _limit; "
            f"_limit({size}, 60, bytes_per_byte={per_byte}); mmap.mmap(-1, int({{}} * {most}))")
    for part, good in ((0.95, True), (1.02, False)):
        done = subprocess.run([sys.executable, "-c", code.format(part)], capture_output=True, text=True, check=False)
        assert (done.returncode == 0) == good, done.stderr
        assert good or "Cannot allocate memory" in done.stderr


MEMORY = {"MARK_BYTES_PER_BYTE": "mark", "ROAD_PARSE_BYTES_PER_BYTE": "osm", "TILE_BYTES_PER_BYTE": "elevation"}


@pytest.mark.parametrize(("name", "task"), MEMORY.items())
def test_tasks_have_memory_of_their_own(monkeypatch, tmp_path, name, task):
    from coverage.intake import child

    asked = []
    monkeypatch.setattr(child, "_limit", lambda size, seconds, **more: asked.append((size, seconds, more)) or 1 / 0)
    (tmp_path / "a").write_bytes(b"abc")
    with pytest.raises(ZeroDivisionError):
        child.TASKS[task](tmp_path / "a" if task == "osm" else Source("a", b"abc"), 7)
    size = 3 + max(SIZES) if task == "elevation" else 3
    assert asked == [(size, 7, {"bytes_per_byte": getattr(limits, name)})]


def test_road_parse_seconds(tmp_path):
    nodes = b"<node id='1' lat='35' lon='105'/>" * 200_000
    (tmp_path / "r.osm").write_bytes(b"<osm version='0.6'>" + nodes + b"</osm>")
    assert "秒内没有读完" in refused(parse_isolated, "osm", tmp_path / "r.osm", seconds=0.05)
