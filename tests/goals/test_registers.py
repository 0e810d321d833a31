"""Judge the six villages with every register in the project folder, read from Chinese headers."""

import json
import shutil
from pathlib import Path

import pytest

from coverage.cli import main
from coverage.errors import TableError
from coverage.goals import evaluate, load_plan, remedies
from coverage.goals.costs import check_costs, unit_costs
from coverage.goals.options import ORDER
from coverage.intake import read_project
from coverage.study.costs import read_costs
from coverage.study.registers import read_records
from tests.goals.region import TIMES, region

ROOT = Path(__file__).parents[2]

PLAN = """
id = "p"
title = "规划"
start_year = 2016
end_year = 2020
[[goal]]
id = "home"
title = "残疾人之家"
kind = "unit_share"
binding = "任务"
clause = "一"
targets = [ { year = 2020, at_least = "100%" } ]
institutions = { service_type = "残疾人之家" }
enough = { sharing = true }
[[goal]]
id = "village"
title = "村村有服务"
kind = "village_service"
binding = "任务"
clause = "二"
institutions = { service_type = "残疾人之家" }
within_min = 15
targets = [ { year = 2020, at_least = "100%" } ]
[[goal]]
id = "rate"
title = "覆盖率"
kind = "indicator"
binding = "约束性"
clause = "三"
targets = [ { year = 2020, at_least = "85%" } ]
"""
REGISTERS = {
    "exemptions": "目标编号,单位代码,豁免理由,批准单位,批准日期\nhome,629901201,整乡搬迁,市残联,2020-05-01\n",
    "agreements": "机构编号,乡镇代码,协议名称,起始年份\nH1,629901200,甲乙协议,2019\n",
    "services": "村代码,服务方式,提供单位,每年天数\n629901200002,流动服务日,县残联,12\n629901201001,上门,县残联,24\n",
    "reports": "目标编号,年份,数值,出处\nrate,2020,0.86,年报\n",
    "recodings": "原代码,乡镇代码,变更年份\n629901999,629901100,2018\n",
}


@pytest.fixture
def county(tmp_path):
    folder = tmp_path / "county"
    shutil.copytree(ROOT / "tests" / "golden" / "county", folder)
    toml = folder / "project.toml"
    files = "".join(f'{name} = "{name}.csv"\n' for name in REGISTERS)
    toml.write_text(toml.read_text("utf-8") + files, "utf-8")
    for name, text in REGISTERS.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    institutions = folder / "institutions.csv"
    institutions.write_text(institutions.read_text("utf-8").replace("629901100,", "629901999,"), "utf-8")
    (tmp_path / "p.toml").write_text(PLAN, "utf-8")
    return folder


def test_every_register_is_read_and_told(county, tmp_path, capsys):
    """home: 甲镇 by H1 under its old code; 乙乡 by H2 (and H1 by agreement); 丙乡 let off: 2 of 2. village: A, B, C by
    institution, D by outreach, E by visits, F by nothing: 5 of 6. rate: 86% reported."""
    args = ["goals", str(county), "--plan", str(tmp_path / "p.toml"), "--year", "2020", "--out", str(tmp_path / "out")]
    assert main([*args, "--json"]) == 0
    goals = {goal["id"]: goal for goal in json.loads(capsys.readouterr().out)["goals"]}
    assert [goals["home"][name] for name in ("status", "numerator", "denominator", "exempt")] == ["达标", 2, 2, 1]
    assert [goals["village"][name] for name in ("status", "numerator", "denominator")] == ["未达标", 5, 6]
    assert [goals["rate"][name] for name in ("status", "share")] == ["达标", 0.86]
    tables = json.loads((tmp_path / "out" / "规划评价.json").read_text("utf-8"))["tables"]
    evidence = {row["单位代码"]: row["依据"] for row in tables["目标明细"]}
    assert evidence["629901200002"] == "流动服务日：县残联，每年 12 天"
    assert "甲乙协议" in evidence["629901200"] and evidence["629901201"].startswith("豁免：整乡搬迁（市残联")
    assert tables["豁免"][0]["批准单位"] == "市残联"
    assert any("区划变更" in str(row["问题"]) for row in tables["数据问题"])


def test_an_exemption_without_a_reason_does_not_count(county):
    """The row is refused and listed, so that the township is judged like any other."""
    (county / "exemptions.csv").write_text(REGISTERS["exemptions"].replace("整乡搬迁", ""), "utf-8")
    project = read_project(county)
    assert read_records(project.tables).exemptions.empty
    assert "豁免理由" in set(project.problems["column"])


def test_the_users_own_costs(tmp_path):
    costs = tmp_path / "costs.csv"
    unit_costs().assign(cost_wan=7.0, source="县财政 2024 年定额").to_csv(costs, index=False, encoding="utf-8-sig")
    result = evaluate(load_plan(PLAN), region(), TIMES, year=2025)
    found = remedies(result, region(), TIMES, costs=read_costs(costs))
    assert len(found) and found["cost_basis"].str.contains("县财政").all()
    costs.write_text("remedy,service_type\n升级,\n", "utf-8")
    with pytest.raises(TableError, match="cost_wan"):
        read_costs(costs)
    with pytest.raises(TableError):
        read_costs(tmp_path / "none.csv")


def test_the_packaged_costs_are_whole_and_marked():
    assert len(check_costs(unit_costs(), remedies=ORDER)) == len(unit_costs())
    assert unit_costs()["source"].str.contains("示例").all()
    with pytest.raises(TableError) as caught:
        check_costs(unit_costs().assign(source=None).query("remedy != '新建'"), remedies=ORDER)
    assert "新建" in str(caught.value) and "出处" in str(caught.value)
