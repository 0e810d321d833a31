import gc
import os
import random
import signal
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from coverage.errors import OutputError, ProjectError, UnsafeFileError
from coverage.intake import read_project
from coverage.intake.manifest import ReadAs
from coverage.intake.store import pack_project, project_package, save_project, write_files, write_package
from coverage.schema import TABLES

ROOT = Path(__file__).parents[2]

KILLS = 220


def assert_same(one, other):
    assert (one.title, one.county, one.county_code, one.year, one.notes) == (
        other.title, other.county, other.county_code, other.year, other.notes)
    assert one.tables.keys() == other.tables.keys()
    for kind, table in one.tables.items():
        pd.testing.assert_frame_equal(table.reset_index(drop=True), other.tables[kind].reset_index(drop=True))
    if one.areas is not None:
        assert one.areas.geometry.geom_equals_exact(other.areas.geometry, 0).all()
        assert one.areas["township_code"].tolist() == other.areas["township_code"].tolist()


ROADS = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"highway":"primary"},' \
        b'"geometry":{"type":"LineString","coordinates":[[105,35],[105.1,35.1]]}}]}'


@pytest.fixture
def with_roads(project_folder):
    (project_folder / "r.osm.geojson").write_bytes(ROADS)
    with (project_folder / "project.toml").open("a", encoding="utf-8") as file:
        file.write('roads = "r.osm.geojson"\n[read.roads]\nlayer = "丁"\n')
    return read_project(project_folder)


@pytest.mark.parametrize("name", ["saved", "saved.gpkg"])
def test_a_saved_project_opens_again_unchanged(with_roads, tmp_path, name):
    project = with_roads
    save_project(project, tmp_path / name)
    again = read_project(tmp_path / name)
    assert_same(project, again)
    assert again.roads_path.read_bytes() == ROADS
    assert again.choices == {"roads": ReadAs(layer="丁")}
    assert pack_project(again) == pack_project(project)
    for intake in again.intakes.values():
        assert intake.refused == 0
        assert intake.problems[intake.problems["severity"] != "提示"].empty


def test_a_package_saved_twice_gives_the_same_bytes(with_roads, tmp_path):
    save_project(with_roads, tmp_path / "one.gpkg")
    save_project(read_project(tmp_path / "one.gpkg"), tmp_path / "two.gpkg")
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()
    assert [path.name for path in tmp_path.glob(".coverage-*")] == []


def test_the_unpacked_road_file_goes_with_its_project(with_roads, tmp_path):
    save_project(with_roads, tmp_path / "one.gpkg")
    project = replace(read_project(tmp_path / "one.gpkg"), title="乙")
    path = project.roads_path
    gc.collect()
    assert path.exists()
    del project
    gc.collect()
    assert not path.exists()


def test_the_bundled_sample_survives_a_package_to_the_last_digit(tmp_path):
    project = read_project(ROOT / "geodata" / "huining")
    save_project(project, tmp_path / "会宁.gpkg")
    assert pack_project(read_project(tmp_path / "会宁.gpkg")) == pack_project(project)


def test_other_programs_open_the_package(with_roads, tmp_path):
    save_project(with_roads, tmp_path / "one.gpkg")
    villages = pyogrio.read_dataframe(tmp_path / "one.gpkg", layer="村（社区）")
    assert villages.crs == "EPSG:4326"
    assert villages["村代码"].tolist() == with_roads.tables["villages"]["village_code"].tolist()
    assert villages.geometry.x.tolist() == with_roads.tables["villages"]["lon"].tolist()
    areas = pyogrio.read_dataframe(tmp_path / "one.gpkg", layer="乡镇边界")
    assert areas.geometry.geom_equals_exact(with_roads.areas.geometry, 0).all()


def test_a_point_moved_in_another_program_has_moved(with_roads, tmp_path):
    save_project(with_roads, tmp_path / "one.gpkg")
    places = pyogrio.read_dataframe(tmp_path / "one.gpkg", layer="机构")
    places.geometry = places.geometry.translate(0.001)
    pyogrio.write_dataframe(places, tmp_path / "one.gpkg", layer="机构", driver="GPKG", append=False)
    moved = read_project(tmp_path / "one.gpkg").tables["institutions"]
    assert moved["lon"].tolist() == pytest.approx(
        [lon + 0.001 for lon in with_roads.tables["institutions"]["lon"]])


def test_a_geopackage_that_is_no_project_says_so(tmp_path):
    path = tmp_path / "layer.gpkg"
    pyogrio.write_dataframe(gpd.GeoDataFrame({"a": ["b"]}, geometry=[shapely.Point(105, 35)], crs=4326), path)
    with pytest.raises(ProjectError, match="不是本软件存的项目"):
        read_project(path)


def test_a_package_that_is_a_disguise_is_refused(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"<OGRVRTDataSource/>")
    with pytest.raises(UnsafeFileError):
        read_project(tmp_path / "a.gpkg")


def test_an_empty_register_does_not_stop_a_project_from_opening_again(project_folder, tmp_path):
    project = read_project(project_folder)
    tables = {**project.tables, "exemptions": pd.DataFrame(columns=list(TABLES["exemptions"].headers))}
    for name in ("saved", "saved.gpkg"):
        save_project(replace(project, tables=tables), tmp_path / name)
        assert "exemptions" not in read_project(tmp_path / name).tables


def test_saving_twice_gives_the_same_bytes(project_folder, tmp_path):
    project = read_project(project_folder)
    save_project(project, tmp_path / "one")
    save_project(read_project(tmp_path / "one"), tmp_path / "two")
    files = [sorted((path.relative_to(root), path.read_bytes()) for path in root.rglob("*") if path.is_file())
             for root in (tmp_path / "one", tmp_path / "two")]
    assert files[0] == files[1]


def test_saving_over_the_folder_it_came_from_leaves_the_users_files(project_folder):
    save_project(read_project(project_folder), project_folder)
    assert (project_folder / "townships.csv").exists()
    assert read_project(project_folder).title == "示例"


def test_only_the_newest_data_stay(project_folder, tmp_path):
    project = read_project(project_folder)
    other = {**project.tables, "townships": project.tables["townships"].assign(pop=1)}
    save_project(project, tmp_path / "saved")
    save_project(replace(project, tables=other), tmp_path / "saved")
    assert len(list((tmp_path / "saved").iterdir())) == 2
    assert read_project(tmp_path / "saved").tables["townships"]["pop"].tolist() == [1, 1]


def test_titles_with_quotes_and_newlines_survive(project_folder, tmp_path):
    project = read_project(project_folder)
    odd = replace(project, title='a"b\\c\n丁\x7f', notes=["'", '"""', "#"])
    for name in ("saved", "saved.gpkg"):
        save_project(odd, tmp_path / name)
        again = read_project(tmp_path / name)
        assert (again.title, again.notes) == (odd.title, odd.notes)


def test_a_folder_that_cannot_be_written_says_so(project_folder, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        save_project(read_project(project_folder), tmp_path / "file" / "saved")


def save_for_ever(write, place, versions):
    try:
        while True:
            for version in versions:
                write(place, version)
    finally:
        os._exit(1)


def kill_often(write, place, versions, look):
    """Children save two versions in turn until they are killed (SIGKILL), KILLS times over; `look` at each.

    Gives how often a kill fell into the midst of saving. Longer pauses follow where the machine is busy.
    """
    write(place, versions[0])
    chance, seen, midway, kills = random.Random(3), set(), 0, 0
    while kills < KILLS or len(seen) < 2:
        child = os.fork()
        if child == 0:
            save_for_ever(write, place, versions)
        time.sleep(chance.uniform(0.0005, 0.02 if kills < KILLS else 0.2))
        kills += 1
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        midway += any(path.name.startswith(".coverage-") for path in
                      (place if place.is_dir() else place.parent).iterdir())
        seen.add(look())
        assert kills < 3 * KILLS
    return midway


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_killed_at_any_moment_the_old_or_the_new_project_is_whole(project_folder, tmp_path):
    project = read_project(project_folder)
    big = pd.concat([project.tables["townships"]] * 2000)
    versions = [pack_project(replace(project, title=title, areas=None, tables={"townships": table}))
                for title, table in (("甲", project.tables["townships"]), ("乙", big))]
    folder = tmp_path / "saved"

    def look():
        manifest = (folder / "project.toml").read_bytes()
        version = next(version for version in versions if version["project.toml"] == manifest)
        for name in tomllib.loads(manifest.decode())["files"].values():
            assert (folder / name).read_bytes() == version[name]
        return manifest

    assert kill_often(write_files, folder, versions, look) > KILLS / 10
    assert read_project(folder).title in ("甲", "乙")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_killed_at_any_moment_the_old_or_the_new_package_is_whole(project_folder, tmp_path):
    project = read_project(project_folder)
    big = pd.concat([project.tables["townships"]] * 2000)
    versions = [project_package(replace(project, title=title, tables={"townships": table}))
                for title, table in (("甲", project.tables["townships"]), ("乙", big))]
    path = tmp_path / "saved" / "one.gpkg"
    assert kill_often(write_package, path, versions, lambda: versions.index(path.read_bytes())) > KILLS / 10
    assert read_project(path).title in ("甲", "乙")


def test_leavings_of_a_killed_save_are_swept_up_after_an_hour(project_folder, tmp_path):
    project = read_project(project_folder)
    save_project(project, tmp_path / "saved")
    for name, age in ((".coverage-old", 7_200), (".coverage-new", 10)):
        (tmp_path / "saved" / name).mkdir()
        os.utime(tmp_path / "saved" / name, (time.time() - age,) * 2)
    save_project(project, tmp_path / "saved")
    assert [path.name for path in (tmp_path / "saved").glob(".coverage-*")] == [".coverage-new"]
