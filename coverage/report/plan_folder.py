"""Write a judged plan's result folder: workbook, CSV, GeoPackage, JSON.

Takes a `PlanStudy`; gives what was written. The same study gives the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

from coverage.access.suppress import THRESHOLD
from coverage.report.files import Written, write_files
from coverage.report.folder import csv_bytes, json_bytes
from coverage.report.gis import layers_bytes
from coverage.report.plan_tables import (
    exemption_table,
    fairness_table,
    places_table,
    plan_gap_table,
    plan_institution_table,
    plan_problem_table,
    plan_township_table,
    plan_village_table,
    remedy_table,
    share_table,
    standing_table,
    trend_table,
    unit_table,
    worst_table,
)
from coverage.report.public import HIDDEN, public_sheets
from coverage.report.workbook import workbook_bytes
from coverage.study import PlanStudy

EDITIONS = {"internal": "内部", "public": "公开"}


def plan_sheets(study: PlanStudy) -> dict[str, pd.DataFrame]:
    """Every table of the plan's workbook, by sheet."""
    return {
        "指标总表": standing_table(study),
        "缺口清单": plan_gap_table(study),
        "补救措施": remedy_table(study),
        "乡镇明细": plan_township_table(study),
        "村级明细": plan_village_table(study),
        "机构清单": plan_institution_table(study),
        "服务供给": share_table(study),
        "可用名额": places_table(study),
        "公平性": fairness_table(study),
        "最不利": worst_table(study),
        "逐年": trend_table(study),
        "目标明细": unit_table(study),
        "豁免": exemption_table(study),
        "数据问题": plan_problem_table(study),
    }


def plan_workbook(study: PlanStudy, edition: str) -> bytes:
    """The workbook alone, of the internal or the public edition."""
    return _workbook(study, edition, _edition_sheets(study, edition))


def write_plan_folder(study: PlanStudy, folder: Path, *, edition: str = "internal") -> Written:
    """Write every file into `folder`, made where it is missing. Raises OutputError where it refuses."""
    sheets = _edition_sheets(study, edition)
    contents = {
        "规划评价.xlsx": _workbook(study, edition, sheets),
        "缺口清单.csv": csv_bytes(sheets["缺口清单"]),
        "指标总表.csv": csv_bytes(sheets["指标总表"]),
        "目标明细.csv": csv_bytes(sheets["目标明细"]),
        "出行时间.csv": csv_bytes(study.evaluation.times_to(study.evaluation.region.sites.index)),
        "规划评价.gpkg": layers_bytes(_layers(study, sheets)),
        "规划评价.json": json_bytes(plan_json(study, edition, sheets)),
    }
    return write_files(folder, contents)


def _edition_sheets(study: PlanStudy, edition: str) -> dict[str, pd.DataFrame]:
    sheets = plan_sheets(study)
    return public_sheets(study, sheets) if edition == "public" else sheets


def _workbook(study: PlanStudy, edition: str, sheets: dict[str, pd.DataFrame]) -> bytes:
    return workbook_bytes(sheets, prose={"说明": explanation(study, edition)})


def goal_records(study: PlanStudy, *, edition: str = "internal") -> list[dict]:
    """Each goal's id, status, figures and target, as plain data; the public edition without figures of people."""
    columns = ["goal_id", "title", "kind", "binding", "status", "numerator", "denominator", "share", "baseline",
               "baseline_computed", "target", "target_year", "shortfall", "shortfall_unit", "people_unmet", "exempt",
               "no_data", "origin", "note"]
    table = study.result.summary[columns].rename(columns={"goal_id": "id"})
    if edition == "public":
        of_people = table["kind"].isin(["reach_share", "capacity_share"])
        figures = ["numerator", "denominator", "share", "shortfall", "baseline_computed"]
        table = table.drop(columns="people_unmet").assign(
            **{name: table[name].astype("object").mask(of_people, None) for name in figures})
    return _records(table)


def plan_json(study: PlanStudy, edition: str, sheets: dict[str, pd.DataFrame]) -> dict:
    """The whole result as plain data; unknown is null."""
    manifest = study.manifest if edition == "internal" else {
        name: value for name, value in study.manifest.items() if name != "people"}
    return {
        "plan": study.plan.id, "title": study.plan.title, "year": study.result.year, "edition": EDITIONS[edition],
        "goals": goal_records(study, edition=edition), "notes": list(study.result.notes),
        "tables": {title: _records(frame) for title, frame in sheets.items()}, "manifest": manifest,
    }


def explanation(study: PlanStudy, edition: str) -> list[tuple[str, str]]:
    """The 说明 sheet: what this is, of what, by which rules, from which data."""
    plan, evaluation = study.plan, study.evaluation
    lines = [
        ("标题", f"{plan.title}：{evaluation.region.title}，{study.result.year} 年末"),
        ("版本", EDITIONS[edition]),
        ("地区", evaluation.region.title),
        ("评价年份", f"{study.result.year} 年末"),
        ("规划", f"{plan.title} {plan.document}".strip()),
        ("规划期", f"{plan.start_year}—{plan.end_year} 年"),
        ("结论的意思", "达标、未达标、不适用（不在目标范围内）、豁免（单独计数，不算达标）、"
                  "数据缺失（资料不足以判断，不算达标）"),
        ("占比", "达标单位 ÷ 适用且未豁免的单位；可及比例为达到时限的人 ÷ 目标所指的人"),
        ("时限", f"供给与共享按 {evaluation.scenario.travel.threshold_min:g} 分钟计"),
        ("出行方式", f"{evaluation.network.mode.title}；全程 = 步行到路 + 行车 + 步行到机构"),
        ("供给分配", "容量按“服务人数最多、其次总用时最短”分配（运输问题）；“就近先到可服务”是对照"),
        ("补救措施", "每项措施都放入数据后重新评价，做后结论即重新评价的结果；费用见“费用出处”，标示例的是演示数字"),
        ("公平性", f"到最近{evaluation.scenario.service.type}的分钟数：基尼系数 0 为人人相同；帕尔马比值 = 最远一成人的"
                "总用时 ÷ 最近四成人的总用时；泰尔指数 = 组间 + 组内"),
        ("可用名额", "两步移动搜寻法：2SFCA（Luo 和 Wang 2003）；E2SFCA（Luo 和 Qi 2009），"
                 "10、20、30 分钟的权重为 1、0.68、0.22"),
        ("空格", "空的单元格表示未知，不表示零"),
    ]
    if edition == "public":
        lines.append(("隐去的人数", f"1 至 {THRESHOLD - 1} 人的格子隐去，记作“{HIDDEN}”；为防由合计推出，另有一些格子"
                                "一并隐去；村级人数、含人数的文字和占比不公开"))
    lines += [(f"目标 {goal.id}", f"{goal.title}。{goal.clause}" + (f"。{goal.note}" if goal.note else ""))
              for goal in plan.goals]
    lines += [("数据说明", note) for note in evaluation.region.notes]
    lines += [("评价说明", note) for note in study.result.notes]
    lines += [("输入文件", f"{name}  sha256 {digest[:16]}…") for name, digest in study.manifest["inputs"].items()]
    lines += [("软件版本", "，".join(f"{name} {number}" for name, number in study.manifest["versions"].items()))]
    return lines


def _layers(study: PlanStudy, sheets: dict[str, pd.DataFrame]) -> dict[str, gpd.GeoDataFrame]:
    region = study.evaluation.region
    shapes = region.areas.geometry.reindex(sheets["乡镇明细"]["乡镇代码"])
    layers = {"乡镇": gpd.GeoDataFrame(sheets["乡镇明细"], geometry=shapes.to_numpy(), crs=4326)}
    for title, name in (("村级明细", "村（社区）"), ("机构清单", "机构")):
        table = sheets[title]
        layers[name] = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["经度"], table["纬度"]), crs=4326)
    return layers


def _records(frame: pd.DataFrame) -> list[dict]:
    return json.loads(frame.to_json(orient="records", force_ascii=False, double_precision=10))
