"""The user's word on a road layer is heard wherever roads are read: the command line, a project, a saved project."""

import json

import pytest

from coverage.cli import main
from coverage.errors import ProjectError
from coverage.intake import read_project, read_roads
from coverage.intake.store import save_project
from coverage.report.tables import problem_table

LAYER = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"DJ": code, "SD": speed},
     "geometry": {"type": "LineString", "coordinates": line}}
    for code, speed, line in (("A", 50, [[105, 35], [105.1, 35]]), ("B", 30, [[105, 35], [105, 35.1]]),
                              ("?", None, [[105, 35], [105, 34.9]]))]}
TABLE = """
[roads]
join_m = 2.0
[roads.columns]
tech_class = "DJ"
speed_kmh = "SD"
[roads.values.tech_class]
A = "二级"
B = "四级"
"""


@pytest.fixture
def road_project(project_folder):
    (project_folder / "roads.geojson").write_text(json.dumps(LAYER), encoding="utf-8")
    manifest = project_folder / "project.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + 'roads = "roads.geojson"\n' + TABLE, encoding="utf-8")
    return project_folder


def classes(project):
    return read_roads(project.roads_path, **project.road_choices).ways["road_class"].tolist()


def test_a_project_says_what_its_road_layer_means(road_project):
    project = read_project(road_project)
    assert classes(project) == ["二级", "四级", "等外"]
    assert project.road_choices["columns"].join_m == 2


@pytest.mark.parametrize("place", ["saved", "saved.gpkg"])
def test_a_saved_project_still_says_it(road_project, tmp_path, place):
    project = read_project(road_project)
    save_project(project, tmp_path / place)
    again = read_project(tmp_path / place)
    assert project.road_choices["columns"].columns["tech_class"] == "DJ"
    assert again.road_choices == project.road_choices and classes(again) == classes(project)


@pytest.mark.parametrize("wrong", ['tech = "DJ"', 'columns = {speed = "X"}', "join_m = true", 'columns = "DJ"'])
def test_a_wrong_table_is_told_with_the_manifests_other_faults(road_project, wrong):
    manifest = road_project / "project.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").partition("[roads]")[0] + "[roads]\n" + wrong + "\n",
                        encoding="utf-8")
    with pytest.raises(ProjectError, match=r"\[roads\]"):
        read_project(road_project)


def test_what_is_odd_about_the_roads_stands_in_the_results_too(road_project):
    project = read_project(road_project)
    told = problem_table(project, read_roads(project.roads_path, **project.road_choices))
    assert told["文件"].tolist().count("roads.geojson") == 1 and "“等外”" in told["怎么改"].iloc[-1]


def test_check_counts_roads_by_the_words_given(road_project, capsys):
    arguments = ["intake", "check", str(road_project / "roads.geojson"), "--as", "roads", "--json"]
    assert main(arguments) == 3  # no column of a usual name
    assert json.loads(capsys.readouterr().out)["used"] == 0
    assert main([*arguments, "--column", "tech_class=DJ", "--value", "tech_class:A=二级",
                 "--value", "tech_class:B=不用"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["read"], told["used"], told["refused"]) == (3, 2, 1)
    assert {problem["rule"] for problem in told["problems"]} == {"不用的等级", "等级不认识"}
    assert main([*arguments, "--region", str(road_project)]) == 0
    assert json.loads(capsys.readouterr().out)["used"] == 3
