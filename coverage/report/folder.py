"""Lay a study out as the workbook that planners send on, and tables as CSV and JSON.

Takes an `Evaluation` with its siting answers; gives bytes, the same for the same study.
"""

from __future__ import annotations

import json

import pandas as pd

from coverage.report.compare_tables import change_table
from coverage.report.siting_tables import siting_sheets
from coverage.report.tables import (
    allocation_table,
    band_table,
    exemption_table,
    gap_table,
    goal_table,
    institution_table,
    problem_table,
    refusal_line,
    township_table,
    village_table,
)
from coverage.report.words import people
from coverage.report.workbook import workbook_bytes
from coverage.study import Evaluation, Suggestion, Unanswered
from coverage.study.change_costs import change_costs


def study_workbook(evaluation: Evaluation, suggestions: tuple[Suggestion, ...], manifest: dict,
                   unanswered: tuple[Unanswered, ...] = ()) -> bytes:
    """The workbook that planners send on: notes first, then goals, gaps, townships, villages, institutions, sites."""
    sheets = {
        "指标总表": goal_table(evaluation),
        "缺口清单": gap_table(evaluation),
        "豁免": exemption_table(evaluation),
        "用时分段": band_table(evaluation),
        "容量分配": allocation_table(evaluation),
        "乡镇明细": township_table(evaluation),
        "村级明细": village_table(evaluation),
        "机构清单": institution_table(evaluation),
        "数据问题": problem_table(evaluation.base.project, evaluation.base.roads),
    }
    if evaluation.base.changes:
        sheets["情景变化"] = change_table(change_costs(evaluation))
    sheets |= siting_sheets(evaluation, suggestions, unanswered)
    counted = [("统计人数", people(evaluation.people.sum()))]
    counted += [("未采用的数据", line) for line in [refusal_line(evaluation)] if line]
    return workbook_bytes(sheets, prose={"说明": explanation(evaluation, manifest, counted)})


def csv_bytes(table: pd.DataFrame) -> bytes:
    """CSV in UTF-8 with BOM, which Excel opens rightly; unknown is empty."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def json_bytes(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def explanation(evaluation: Evaluation, manifest: dict, further: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The 说明 sheet: what the workbook is of, by which rules, from which data; `further` lines of the edition."""
    scenario, region = evaluation.scenario, evaluation.region
    standard = "，只计规范化的" if scenario.service.standardised_only else ""
    lines = [
        ("标题", scenario.title),
        ("地区", region.title),
        ("评价年份", str(evaluation.year or "未指定（按机构现状）")),
        ("服务", f"{scenario.service.type}{standard}"),
        ("统计人群", evaluation.group),
        ("出行方式", f"{evaluation.network.mode.title}；全程 = 步行到路 + 行车 + 步行到机构"),
        ("时限", f"{scenario.travel.threshold_min:g} 分钟；分段 "
                 + "、".join(f"{t:g}" for t in scenario.travel.thresholds_min) + " 分钟"),
        ("空格", "空的单元格表示未知，不表示零"),
    ]
    lines += further
    lines += [("数据说明", note) for note in region.notes]
    lines += [("规划", goals.plan.title) for goals in evaluation.goals]
    lines += [("输入文件", f"{name}  sha256 {digest[:16]}…") for name, digest in manifest["inputs"].items()]
    lines += [("软件版本", "，".join(f"{name} {number}" for name, number in manifest["versions"].items()))]
    return lines
