import os
import random
import signal
import time
import tomllib

import pandas as pd
import pytest

from coverage.errors import OutputError
from coverage.intake import read_project
from coverage.intake.store import pack_project, save_project, write_files

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


def test_a_saved_project_opens_again_unchanged(project_folder, tmp_path):
    project = read_project(project_folder)
    save_project(project, tmp_path / "saved")
    again = read_project(tmp_path / "saved")
    assert_same(project, again)
    for intake in again.intakes.values():
        assert intake.refused == 0
        assert intake.problems[intake.problems["severity"] != "提示"].empty


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
    save_project(type(project)(**{**vars(project), "tables": other}), tmp_path / "saved")
    assert len(list((tmp_path / "saved").iterdir())) == 2
    assert read_project(tmp_path / "saved").tables["townships"]["pop"].tolist() == [1, 1]


def test_titles_with_quotes_and_newlines_survive(project_folder, tmp_path):
    project = read_project(project_folder)
    odd = type(project)(**{**vars(project), "title": 'a"b\\c\n丁\x7f', "notes": ["'", '"""', "#"]})
    save_project(odd, tmp_path / "saved")
    again = read_project(tmp_path / "saved")
    assert (again.title, again.notes) == (odd.title, odd.notes)


def test_a_folder_that_cannot_be_written_says_so(project_folder, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError):
        save_project(read_project(project_folder), tmp_path / "file" / "saved")


def save_for_ever(folder, versions):
    try:
        while True:
            for version in versions:
                write_files(folder, version)
    finally:
        os._exit(1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_killed_at_any_moment_the_old_or_the_new_project_is_whole(project_folder, tmp_path):
    """Children save two versions in turn until they are killed (SIGKILL), 220 times over."""
    project = read_project(project_folder)
    big = pd.concat([project.tables["townships"]] * 2000)
    versions = [pack_project(type(project)(**{**vars(project), "title": title, "areas": None,
                                              "tables": {"townships": table}}))
                for title, table in (("甲", project.tables["townships"]), ("乙", big))]
    folder = tmp_path / "saved"
    write_files(folder, versions[0])
    chance, seen, midway = random.Random(3), set(), 0
    kills = 0
    while kills < KILLS or len(seen) < 2:
        child = os.fork()
        if child == 0:
            save_for_ever(folder, versions)
        time.sleep(chance.uniform(0.0005, 0.02 if kills < KILLS else 0.2))  # longer where the machine is busy
        kills += 1
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        midway += any(path.name.startswith(".coverage-") for path in folder.iterdir())
        manifest = (folder / "project.toml").read_bytes()
        version = next(version for version in versions if version["project.toml"] == manifest)
        for name in tomllib.loads(manifest.decode())["files"].values():
            assert (folder / name).read_bytes() == version[name]
        seen.add(manifest)
        assert kills < 3 * KILLS
    assert midway > KILLS / 10  # the kills did fall into the midst of saving
    assert read_project(folder).title in ("甲", "乙")


def test_leavings_of_a_killed_save_are_swept_up_after_an_hour(project_folder, tmp_path):
    project = read_project(project_folder)
    save_project(project, tmp_path / "saved")
    for name, age in ((".coverage-old", 7_200), (".coverage-new", 10)):
        (tmp_path / "saved" / name).mkdir()
        os.utime(tmp_path / "saved" / name, (time.time() - age,) * 2)
    save_project(project, tmp_path / "saved")
    assert [path.name for path in (tmp_path / "saved").glob(".coverage-*")] == [".coverage-new"]
