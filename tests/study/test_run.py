"""A scenario run whole, from the command line, on the six villages and on real roads."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"


def command(*args: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "coverage", *args], cwd=cwd, capture_output=True, encoding="utf-8",
                          env=environment())


def environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def county_scenario(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "六村.toml"
    plans = [(ROOT / "scenarios" / "plans" / name).as_posix()
             for name in ("huining-2021-2025.toml", "zhejiang-2021-2025.toml")]
    path.write_text(f"""
title = "六村县"
project = "{COUNTY.as_posix()}"
year = 2020
plans = {json.dumps(plans)}
[[siting]]
name = "一处"
model = "mclp"
p = 1
""", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def result(county_scenario, tmp_path_factory):
    folder = tmp_path_factory.mktemp("result")
    done = command("run", str(county_scenario), "--out", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout), done.stderr


def test_result_folder_holds_every_file(result):
    folder, summary, _ = result
    assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} == set(summary["files"])
    assert {"缺口清单.xlsx", "缺口清单.csv", "地图.html", "结果.gpkg", "manifest.json"} <= set(summary["files"])


def test_json_is_for_machines_and_progress_for_people(result):
    _, summary, progress = result
    assert summary["people"] == {"total": 250, "left_out": 0, "by_band": {
        "≤15": 180, "15–30": 40, "30–45": 20, "45–60": 0, ">60": 0, "未接入": 10}}
    assert summary["siting"][0]["status"] == "optimal"
    assert "计算出行时间" in progress


def test_manifest_traces_every_input(result):
    folder, _, _ = result
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {"project.toml", "townships.csv", "villages.csv", "people.csv", "institutions.csv", "roads.geojson",
            "huining-2021-2025.toml"} <= set(manifest["inputs"])
    assert all(len(digest) == 64 for digest in manifest["inputs"].values())
    assert str(ROOT) not in json.dumps(manifest, ensure_ascii=False)


def test_figures_can_be_recomputed_from_the_exported_table(result):
    folder, summary, _ = result
    times = pd.read_csv(folder / "村级出行时间.csv", dtype={"demand_id": str})
    people = pd.read_csv(COUNTY / "people.csv", dtype={"村代码": str}).set_index("村代码")["残疾人数"]
    nearest = times.groupby("demand_id")["travel_min"].min()
    within = people[nearest.index[nearest <= 30]].sum()
    assert within == sum(row["30 分钟内（人）"] for row in summary["coverage"]) == 220


def test_geopackage_has_its_layers(result):
    folder, _, _ = result
    with sqlite3.connect(folder / "结果.gpkg") as database:
        layers = {name for (name,) in database.execute("select table_name from gpkg_contents")}
    assert layers == {"乡镇", "村（社区）", "机构", "选址1_一处"}


def test_the_same_run_twice_gives_the_same_bytes(county_scenario, result, tmp_path):
    folder, _, _ = result
    assert command("run", str(county_scenario), "--out", str(tmp_path)).returncode == 0
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_bad_scenario_exits_with_three_and_words(tmp_path):
    path = tmp_path / "坏.toml"
    path.write_text('title = "甲"\nproject = "没有这个文件夹"', encoding="utf-8")
    done = command("run", str(path))
    assert done.returncode == 3
    assert done.stderr.strip().splitlines()[-1].startswith("错误：")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("mode", ["car", "walk"])
def test_real_roads_give_the_same_outputs(mode, tmp_path):
    text = (ROOT / "scenarios" / "shenzhen-roads.toml").read_text(encoding="utf-8")
    text = text.replace('mode = "walk"', f'mode = "{mode}"').replace('"../', f'"{ROOT.as_posix()}/')
    text = text.replace('"plans/', f'"{ROOT.as_posix()}/scenarios/plans/')
    (tmp_path / "深圳.toml").write_text(text, encoding="utf-8")
    done = command("run", str(tmp_path / "深圳.toml"), "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["people"]["total"] == sum(summary["people"]["by_band"].values())
    assert {solve["status"] for solve in summary["siting"]} == {"optimal"}
    assert "缺口清单.xlsx" in summary["files"]


def test_pbf_of_a_mountain_country_gives_the_same_outputs(tmp_path):
    roads = ROOT.parent / "shared" / "data" / "osm" / "andorra.osm.pbf"
    if not roads.exists():
        pytest.skip("needs ../shared/data/osm/andorra.osm.pbf")
    points = pd.DataFrame({"编号": ["1", "2", "3"], "名称": ["甲", "乙", "丙"], "经度": [1.5218, 1.5800, 1.7331],
                           "纬度": [42.5063, 42.5675, 42.5428], "常住人口": [20000, 8000, 3000]})
    homes = pd.DataFrame({"编号": ["h1"], "名称": ["一"], "类型": ["残疾人之家"], "经度": [1.5218], "纬度": [42.5063]})
    points.to_csv(tmp_path / "points.csv", index=False)
    homes.to_csv(tmp_path / "homes.csv", index=False)
    (tmp_path / "s.toml").write_text(
        f'title = "山国"\npoints = "points.csv"\ninstitutions = "homes.csv"\nroads = "{roads.as_posix()}"\n'
        'year = 2020\n[[siting]]\nname = "q"\nmodel = "lscp"', encoding="utf-8")
    done = command("run", str(tmp_path / "s.toml"), "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["people"]["total"] == 31000


@pytest.fixture
def spoilt_county(tmp_path):
    """The six villages with one village that can't be used (E, a longitude that is none) and so its 20 people."""
    import shutil

    folder = shutil.copytree(COUNTY, tmp_path / "county")
    villages = folder / "villages.csv"
    text = villages.read_text(encoding="utf-8").splitlines()
    text[5] = text[5].replace(",105,", ",不知道,")
    villages.write_text("\n".join(text) + "\n", encoding="utf-8")
    scenario = tmp_path / "s.toml"
    scenario.write_text('title = "六村县"\nproject = "county"\nyear = 2020', encoding="utf-8")
    return scenario


def test_refused_rows_and_their_people_are_told(spoilt_county, tmp_path):
    done = command("run", str(spoilt_county), "--out", str(tmp_path / "out"), "--json")
    people = json.loads(done.stdout)["people"]
    assert (people["total"], people["left_out"]) == (230, 20)
    assert "20 人没有计入" in done.stderr
    problems = pd.read_excel(tmp_path / "out" / "缺口清单.xlsx", sheet_name="数据问题", engine="openpyxl")
    assert "不知道" in set(problems["内容"])


def test_the_app_tells_a_missing_scenario_before_it_opens():
    assert command("app", "没有.toml").returncode == 3


def test_a_question_that_no_plan_meets_does_not_lose_the_others(tmp_path):
    (tmp_path / "s.toml").write_text(
        f'title = "六村县"\nproject = "{COUNTY.as_posix()}"\nyear = 2020\n'
        '[[siting]]\nname = "一处"\nmodel = "mclp"\np = 1\n'
        '[[siting]]\nname = "都要有位置"\nmodel = "capacitated_p_median"\np = 1', encoding="utf-8")
    done = command("run", str(tmp_path / "s.toml"), "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 5
    one, other = json.loads(done.stdout)["siting"]
    assert (one["status"], one["cost_wan"], one["served"]) == ("optimal", 60, 240)
    assert other["status"] == "infeasible"
    assert "个位置" in other["reason"]
    table = pd.read_excel(tmp_path / "out" / "缺口清单.xlsx", sheet_name="选址结论", engine="openpyxl")
    assert table["结论"].to_list() == ["最优", "无解"]
