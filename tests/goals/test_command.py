"""Run the goals and plan commands on the six-village county, and recompute what they wrote from the exports."""

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pyogrio
import pytest

from coverage.cli import main

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
PLANS = ROOT / "scenarios" / "plans"
ZHEJIANG = PLANS / "zhejiang-2021-2025.toml"


def goals(out, *more, plan=ZHEJIANG, project=COUNTY):
    return main(["goals", str(project), "--plan", str(plan), "--year", "2020", "--out", str(out), *more])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("goals")
    assert goals(out / "结果") == 0
    return out / "结果"


def test_zhejiangs_rule_in_the_six_villages(written):
    """By hand (tests/golden): 甲镇 has a standardised home, 乙乡 (12,000) one that isn't, 丙乡 (5,000) is not meant."""
    told = json.loads((written / "规划评价.json").read_text("utf-8"))
    goal = next(goal for goal in told["goals"] if goal["id"] == "home-coverage")
    assert (goal["status"], goal["numerator"], goal["denominator"], goal["target"], goal["shortfall"]) == (
        "未达标", 1, 2, "≥90%", 1)
    assert told["edition"] == "内部" and told["manifest"]["inputs"]


def test_statuses_are_recounted_from_the_exported_table(written):
    """指标总表 says of each unit_share goal what counting 目标明细's statuses gives."""
    units = pd.read_csv(written / "目标明细.csv", dtype={"单位代码": str}, encoding="utf-8-sig")
    standing = pd.read_csv(written / "指标总表.csv", encoding="utf-8-sig").set_index("目标编号")
    counted = 0
    for goal_id, rows in units.groupby("目标编号"):
        if standing.loc[goal_id, "种类"] not in ("达标单位比例", "村村有服务", "分级网络"):
            continue
        met = (rows["结论"] == "达标").sum()
        whole = rows["结论"].isin(["达标", "未达标", "数据缺失"]).sum()
        assert (standing.loc[goal_id, "分子"], standing.loc[goal_id, "分母"]) == (met, whole)
        counted += 1
    assert counted >= 4


def test_the_workbook_has_its_sheets_codes_as_text_and_says_what_it_is(written):
    book = openpyxl.load_workbook(written / "规划评价.xlsx")
    assert book.sheetnames == ["说明", "指标总表", "缺口清单", "补救措施", "乡镇明细", "村级明细", "机构清单",
                               "服务供给", "可用名额", "公平性", "最不利", "逐年", "目标明细", "豁免", "数据问题"]
    told = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert told["版本"] == "内部" and "六村县" in told["标题"]
    gaps = book["缺口清单"]
    headers = [cell.value for cell in gaps[1]]
    code = gaps.cell(2, headers.index("单位代码") + 1)
    assert code.data_type == "s" and gaps.freeze_panes and gaps.auto_filter.ref
    assert book["目标明细"].cell(2, 5).data_type == "s"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_three_way_split_adds_up(written):
    told = json.loads((written / "规划评价.json").read_text("utf-8"))
    for row in told["tables"]["服务供给"]:
        parts = ("已服务", "能到达但满员", "够不着", "未接入路网", "不计（非服务对象）")
        assert sum(row[part] for part in parts) == row["残疾人"]
    by_type = pd.DataFrame(told["tables"]["服务供给"]).groupby("机构类型")["残疾人"].sum()
    assert set(by_type) == {250}


def test_csv_and_geopackage_open_elsewhere(written):
    assert (written / "缺口清单.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    layers = {name for name, _ in pyogrio.list_layers(written / "规划评价.gpkg")}
    assert layers == {"乡镇", "村（社区）", "机构"}
    assert len(pyogrio.read_dataframe(written / "规划评价.gpkg", layer="村（社区）")) == 6


def test_the_same_run_writes_the_same_bytes_and_prints_each_goal(written, tmp_path, capsys):
    assert goals(tmp_path / "again", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [set(goal) >= {"id", "status", "numerator", "denominator", "target", "shortfall"} for goal in told["goals"]]
    assert len(told["goals"]) == 9
    for path in written.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_a_bad_plan_and_a_bad_project_end_with_3(tmp_path, capsys):
    bad = tmp_path / "bad.toml"
    bad.write_text('id = "x"\ntitle = ""\n', encoding="utf-8")
    assert goals(tmp_path / "out", plan=bad) == 3
    assert goals(tmp_path / "out", plan=tmp_path / "none.toml") == 3
    assert goals(tmp_path / "out", project=tmp_path) == 3
    assert "错误" in capsys.readouterr().err


def test_plan_check_tells_every_mistake_with_its_line(tmp_path, capsys):
    bad = tmp_path / "bad.toml"
    bad.write_text(ZHEJIANG.read_text("utf-8").replace('"残疾人之家"', '"残疾之家"').replace('"镇"', '"鎮"'), "utf-8")
    assert main(["plan", "check", str(bad), "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert not told["ok"] and len(told["problems"]) == 6
    lines = bad.read_text("utf-8").splitlines()
    assert all("残疾之家" in lines[problem["line"] - 1] or "鎮" in lines[problem["line"] - 1]
               for problem in told["problems"])


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.toml")), ids=lambda path: path.stem)
def test_plan_check_and_show_every_plan(path, capsys):
    assert main(["plan", "check", str(path)]) == 0
    assert main(["plan", "show", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "| 编号 | 目标 |" in shown and "年 " in shown


def test_plan_new_writes_a_template_that_checks_and_never_overwrites(tmp_path, capsys):
    path = tmp_path / "new.toml"
    assert main(["plan", "new", str(path)]) == 0
    assert main(["plan", "check", str(path)]) == 0
    assert main(["plan", "new", str(path)]) == 9
    assert main(["plan", "new"]) == 0
    assert capsys.readouterr().out.count("[[goal]]") == 7
