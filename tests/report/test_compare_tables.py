"""The comparison as a workbook and on the command line."""

import io
import json
from pathlib import Path

import openpyxl
import pytest

from coverage.cli import main
from coverage.report import study_workbook
from coverage.report.compare_tables import comparison_workbook, goal_comparison_table, village_difference_table
from coverage.study import Scenario, compare, evaluate, load_base, load_plans, load_scenario, manifest, scenario_toml
from coverage.study.changes import Close, Open

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
PLAN = ROOT / "scenarios" / "plans" / "huining-2021-2025.toml"
HOME = Open(name="新家", service_type="残疾人之家", lon=105, lat=35.359728, capacity=30, standardised=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder, paths = tmp_path_factory.mktemp("scenarios"), []
    for title, changes in {"现状": (), "新家": (HOME,), "撤销": (Close(site_id="H1"),)}.items():
        scenario = Scenario(title=title, project=COUNTY, year=2020, plans=(PLAN,), changes=changes)
        paths.append(folder / f"{title}.toml")
        paths[-1].write_text(scenario_toml(scenario, folder=folder), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def comparison(files):
    scenarios = [load_scenario(path) for path in files]
    base, plans = load_base(scenarios[0]), load_plans(scenarios[0])
    return compare([evaluate(base, scenario, plans) for scenario in scenarios])


def test_the_workbook_holds_every_table_and_the_same_bytes_twice(comparison):
    written = comparison_workbook(comparison)
    book = openpyxl.load_workbook(io.BytesIO(written))
    assert book.sheetnames == ["说明", "情景比较", "各情景的变化", "目标比较", "单位状态变化", "乡镇差别", "村级差别"]
    rows = [[cell.value for cell in row] for row in book["情景比较"]]
    assert [row[0] for row in rows[1:]] == ["现状", "新家", "撤销"]
    assert rows[3][-1] == "不必考虑：“现状”样样不差，且有的更好"
    assert comparison_workbook(comparison) == written


def test_goals_stand_side_by_side(comparison):
    row = goal_comparison_table(comparison).set_index("目标").loc["乡乡有机构"]
    assert row[["现状", "新家", "撤销"]].to_list() == ["未达标（2/3）", "达标（3/3）", "未达标（1/3）"]


def test_only_villages_that_differ_are_listed(comparison):
    table = village_difference_table(comparison)
    assert set(table.loc[table["情景"] == "新家", "村（社区）"]) == {"D村", "E村"}
    assert set(table.loc[table["情景"] == "撤销", "村（社区）"]) == {"A村"}  # B is 10 minutes from both


def test_the_command_tells_and_writes(files, tmp_path, capsys):
    out = tmp_path / "比较.xlsx"
    assert main(["compare", *map(str, files), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["scenario"] for row in told["summary"]] == ["现状", "新家", "撤销"]
    assert [row["dominated_by"] for row in told["summary"]] == ["", "", "现状"]
    assert told["manifests"][1]["changes"] == ["新建机构：“新家”（残疾人之家）"]
    assert out.stat().st_size > 5000


def test_the_command_refuses_in_words(files, capsys):
    assert main(["compare", str(files[0])]) == 3
    assert "比较至少要两个情景" in capsys.readouterr().err


def test_a_changed_study_lists_its_changes(comparison):
    sheets = [openpyxl.load_workbook(io.BytesIO(study_workbook(one, (), manifest(one, [])))) for one in
              comparison.evaluations[:2]]
    assert "情景变化" not in sheets[0].sheetnames
    assert [cell.value for cell in sheets[1]["情景变化"][2]] == [
        1, "新建机构", "新建机构：“新家”（残疾人之家）", 60, "示例（每处 60 万元）"]
