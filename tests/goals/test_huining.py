"""Recompute two goals on the bundled county from its files alone, without our reading or judging."""

import csv
from pathlib import Path

import pytest

from coverage.goals import evaluate, load_plan
from coverage.intake import read_project
from coverage.region import build_region

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "geodata" / "huining"


def rows(name):
    with (SAMPLE / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def serves(site, year):
    opened, closed = site["启用年份"], site["停用年份"]
    if (site["状态"] == "在建" and not opened) or (site["状态"] == "停运" and not closed):
        return False
    return (not opened or int(opened) <= year) and (not closed or int(closed) > year)


@pytest.fixture(scope="module")
def region():
    return build_region(read_project(SAMPLE))


def judged(region, plan, goal_id, year):
    text = (ROOT / "scenarios" / "plans" / f"{plan}.toml").read_text("utf-8")
    result = evaluate(load_plan(text), region, year=year)
    found = result.units[result.units["goal_id"] == goal_id].set_index("unit_code")["status"].to_dict()
    return found, result.summary.set_index("goal_id").loc[goal_id]


@pytest.mark.parametrize("year", [2015, 2018, 2020, 2025])
def test_every_township_has_an_institution(region, year):
    having = {site["乡镇代码"] for site in rows("institutions.csv")
              if site["机构类型"] in ("残疾人之家", "托养机构", "康复机构") and serves(site, year)}
    wanted = {town["乡镇代码"]: "达标" if town["乡镇代码"] in having else "未达标" for town in rows("townships.csv")}
    found, summary = judged(region, "huining-2021-2025", "township-institution", year)
    assert found == wanted and len(found) == 28
    assert summary["numerator"] == sum(status == "达标" for status in wanted.values())


@pytest.mark.parametrize("year", [2018, 2020])
def test_zhejiangs_rule(region, year):
    """Standardised homes alone; every 镇, and 乡 and 民族乡 of at least 10,000."""
    having, unsure = set(), set()
    for site in rows("institutions.csv"):
        if site["机构类型"] == "残疾人之家" and serves(site, year):
            if site["规范化"] == "是":
                having.add(site["乡镇代码"])
            elif site["规范化"] == "":
                unsure.add(site["乡镇代码"])
    wanted = {}
    for town in rows("townships.csv"):
        code, applies = town["乡镇代码"], town["乡镇"].endswith(("镇", "街道")) or int(town["常住人口"]) >= 10_000
        unmet = "数据缺失" if code in unsure else "未达标"
        wanted[code] = "不适用" if not applies else "达标" if code in having else unmet
    found, summary = judged(region, "zhejiang-2021-2025", "home-coverage", year)
    assert found == wanted
    assert summary["denominator"] == sum(status != "不适用" for status in wanted.values())
