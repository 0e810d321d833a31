import json
import zipfile
from io import BytesIO

import geopandas as gpd
import numpy as np
import pytest
import shapely

from coverage.errors import LayerError, UnsafeFileError
from coverage.intake.areas import check_areas, read_areas
from coverage.intake.topology import find_gaps, find_overlaps, simplify_for_display

LEFT, RIGHT = shapely.box(104, 35, 105, 36), shapely.box(105, 35, 106, 36)


def frame(shapes, names=("会师镇", "郭城驿镇"), crs="EPSG:4326", **fields):
    return gpd.GeoDataFrame({"乡镇": list(names)[: len(shapes)], **fields}, geometry=list(shapes), crs=crs)


def written(areas, ending, tmp_path, **options):
    path = tmp_path / f"a.{ending}"
    areas.to_file(path, **options)
    return path


def zipped_shapefile(areas, tmp_path, encoding, drop=()):
    areas.to_file(tmp_path / "a.shp", encoding=encoding)
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(tmp_path.glob("a.*")):
            if path.suffix not in drop:
                archive.write(path, path.name)
    return out.getvalue()


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "kml"])
def test_each_format_gives_the_same_areas(ending, tmp_path):
    areas = frame([LEFT, RIGHT])
    if ending == "kml":
        areas = areas.rename(columns={"乡镇": "Name"})
    options = {"driver": "KML"} if ending == "kml" else {}
    read = read_areas(written(areas, ending, tmp_path, **options))
    assert sorted(read["township"]) == sorted(["会师镇", "郭城驿镇"])
    assert shapely.union_all(read.geometry.to_numpy()).equals(shapely.box(104, 35, 106, 36))


@pytest.mark.parametrize(("encoding", "drop"), [("utf-8", ()), ("gb18030", ()), ("gb18030", (".cpg",)),
                                                  ("utf-8", (".cpg",))])
def test_a_zipped_shapefile_comes_in_with_or_without_its_encoding(encoding, drop, tmp_path):
    read = read_areas(zipped_shapefile(frame([LEFT, RIGHT]), tmp_path, encoding, drop))
    assert sorted(read["township"]) == sorted(["会师镇", "郭城驿镇"])


def test_a_crs_is_asked_for_and_may_be_given(tmp_path):
    data = zipped_shapefile(frame([LEFT]), tmp_path, "utf-8", drop=(".prj",))
    with pytest.raises(LayerError, match="坐标系"):
        read_areas(data)
    assert check_areas(data, crs="EPSG:4490").crs == "EPSG:4490"


def test_projected_layers_come_in_as_degrees(tmp_path):
    read = read_areas(written(frame([LEFT]).to_crs("EPSG:4547"), "gpkg", tmp_path))
    assert read.total_bounds == pytest.approx([104, 35, 105, 36], abs=1e-6)


def test_codes_as_numbers_are_restored(tmp_path):
    areas = gpd.GeoDataFrame({"XZQDM": [620422100.0, 620422101.0]}, geometry=[LEFT, RIGHT], crs=4326)
    assert read_areas(written(areas, "geojson", tmp_path))["township_code"].tolist() == ["620422100", "620422101"]


def test_invalid_rings_need_consent_and_leave_a_log(tmp_path):
    spike = shapely.Polygon([(104, 35), (105, 35), (105, 36), (104, 36), (104, 35.5), (103.999, 35.5), (104, 35.5)])
    path = written(frame([spike]), "geojson", tmp_path)
    without = check_areas(path)
    assert (without.read, without.used, without.refused) == (1, 0, 1)
    assert without.problems["rule"].tolist() == ["边界无效"]
    with pytest.raises(LayerError):
        read_areas(path)
    mended = check_areas(path, repair=True)
    assert (mended.used, len(mended.repairs)) == (1, 1)
    assert mended.areas.geometry.is_valid.all()
    assert mended.repairs["change_pct"].iloc[0] < 1


def test_a_repair_that_changes_the_area_stops(tmp_path):
    double = shapely.MultiPolygon([shapely.box(104, 35, 105, 36), shapely.box(104.5, 35, 105.5, 36)])
    intake = check_areas(written(frame([double]), "geojson", tmp_path), repair=True)
    assert intake.refused == 1
    assert intake.problems["rule"].tolist() == ["修复改变面积"]


def test_overlaps_are_measured():
    both = frame([LEFT, shapely.box(104.9, 35, 106, 36)]).assign(township_code=None, township=["甲", "乙"])
    found = find_overlaps(both)
    assert found[["first", "second"]].values.tolist() == [["甲", "乙"]]
    width = 0.1 * np.pi / 180 * 6378137 * np.cos(np.radians(35.5))
    assert found["area_km2"].iloc[0] == pytest.approx(width * 110_950 / 1e6, rel=0.01)


def test_gaps_are_found_but_a_drawn_hole_is_not_one():
    ring = shapely.box(104, 35, 106, 37)
    left = ring.difference(shapely.box(105, 35, 106, 37)).difference(shapely.box(104.8, 35.8, 105.2, 36.2))
    right = ring.difference(shapely.box(104, 35, 105, 37)).difference(shapely.box(104.8, 35.8, 105.2, 36.2))
    both = frame([left, right]).assign(township_code=None, township=["甲", "乙"])
    assert len(find_gaps(both)) == 1
    holed = frame([ring.difference(shapely.box(104.8, 35.8, 105.2, 36.2))]).assign(township_code=None, township="甲")
    assert len(find_gaps(holed)) == 0
    assert len(find_overlaps(both)) == 0


def test_display_shapes_keep_shared_borders():
    wiggle = [(105 + 0.001 * (i % 2), 35 + i / 100) for i in range(101)]
    left = shapely.Polygon([(104, 35), *wiggle, (104, 36)])
    right = shapely.Polygon([*wiggle, (106, 36), (106, 35)])
    both = frame([left, right]).assign(township_code=None, township=["甲", "乙"])
    simple = simplify_for_display(both, 500)
    assert shapely.get_num_coordinates(simple.geometry.to_numpy()).sum() < 100
    assert len(find_overlaps(simple)) == 0
    assert shapely.union_all(simple.geometry.to_numpy()).geom_type == "Polygon"


def test_parts_of_one_township_become_one_row(tmp_path):
    read = read_areas(written(frame([LEFT, RIGHT], names=["会师镇", "会师镇"]), "geojson", tmp_path))
    assert len(read) == 1


def test_points_among_the_areas_are_refused_and_counted(tmp_path):
    intake = check_areas(written(frame([LEFT, shapely.Point(105, 35)]), "geojson", tmp_path))
    assert (intake.read, intake.used, intake.refused) == (2, 1, 1)


@pytest.mark.parametrize("shape", [shapely.box(35, 104, 36, 105), shapely.box(500, 35, 501, 36)])
def test_impossible_places_are_refused(shape, tmp_path):
    with pytest.raises(LayerError):
        read_areas(written(frame([shape]), "geojson", tmp_path))


@pytest.mark.parametrize("text", [
    "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>"
    "</OGRVRTLayer></OGRVRTDataSource>",
    json.dumps({"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd", "x": "gdalg"}),
    "not a layer",
])
def test_disguised_layers_are_unsafe(text):
    with pytest.raises(UnsafeFileError):
        read_areas(text.encode(), name="a.geojson")


def test_a_bare_shapefile_brings_its_neighbours(tmp_path):
    frame([LEFT, RIGHT]).to_file(tmp_path / "a.shp", encoding="gb18030")
    assert sorted(read_areas(tmp_path / "a.shp")["township"]) == sorted(["会师镇", "郭城驿镇"])
