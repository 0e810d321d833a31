"""Scenario files: what they may say, and every mistake told at once."""

from pathlib import Path

import pytest

from coverage.errors import OfflineError, ScenarioError
from coverage.study import load_base, load_scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "情景.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.toml")), ids=lambda path: path.name)
def test_bundled_scenarios_are_right_and_name_files_that_exist(path):
    scenario = load_scenario(path)
    named = [scenario.project, scenario.points, scenario.institutions, scenario.roads, *scenario.plans]
    assert all(file.exists() for file in named if file is not None)


def test_paths_are_relative_to_the_file(tmp_path):
    scenario = load_scenario(written(tmp_path, 'title = "甲"\nproject = "数据"'))
    assert scenario.project == (tmp_path / "数据").resolve()


def test_every_mistake_is_told_at_once(tmp_path):
    text = 'title = "甲"\nproject = "x"\nyaer = 2020\n[service]\ntype = "网吧"\n[travel]\nthreshold_min = -1'
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written(tmp_path, text))
    assert all(word in str(caught.value) for word in ("yaer：没有这个设置项", "service.type", "travel.threshold_min"))


@pytest.mark.parametrize(("text", "says"), [
    ("title = ", "TOML"),
    ('title = "甲"', "project"),
    ('title = "甲"\nproject = "x"\n[[siting]]\nname = "q"\nmodel = "mclp"', "p"),
    ('title = "甲"\nproject = "x"\n[[siting]]\nname = "q"\nmodel = "lscp"\np = 3', "不写 p"),
    ('title = "甲"\nproject = "x"\n[travel]\nthresholds_min = [30, 15]', "由小到大"),
])
def test_mistakes_say_what_is_wanted(tmp_path, text, says):
    with pytest.raises(ScenarioError, match=says):
        load_scenario(written(tmp_path, text))


@pytest.mark.parametrize("name", ["a/../../evil", "新建/5处", "几处?", "a\\\\b", "", "x" * 41])
def test_a_questions_name_must_do_as_a_file_name(tmp_path, name):
    text = f'title = "甲"\nproject = "x"\n[[siting]]\nname = "{name}"\nmodel = "lscp"'
    with pytest.raises(ScenarioError, match="文件名"):
        load_scenario(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScenarioError, match=r"没有\.toml"):
        load_scenario(tmp_path / "没有.toml")


def test_roads_of_a_place_need_the_internet_and_say_so(tmp_path, monkeypatch):
    import socket

    def no_network(*args, **kwargs):
        raise OSError("network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    data = (SCENARIOS.parent / "tests" / "data" / "shenzhen_points.csv").as_posix()
    scenario = load_scenario(written(tmp_path, f'title = "甲"\npoints = "{data}"\nroads_place = "会宁县"'))
    with pytest.raises(OfflineError, match="联网"):
        load_base(scenario)
