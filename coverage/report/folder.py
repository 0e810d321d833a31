"""Write a study's result folder: workbook, report, CSV, maps, GeoPackage, manifest.

Takes a `Study`; gives the paths written. The same study gives the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from coverage.report.files import write_files
from coverage.report.gis import geopackage_bytes
from coverage.report.map import map_html
from coverage.report.siting_tables import siting_sheets
from coverage.report.study_paper import WORKBOOK, study_paper
from coverage.report.tables import (
    allocation_table,
    band_table,
    exemption_table,
    gap_table,
    goal_table,
    institution_table,
    problem_table,
    refusal_line,
    times_table,
    township_table,
    village_table,
)
from coverage.report.word import word_bytes
from coverage.report.workbook import workbook_bytes
from coverage.study import Evaluation, Study, Suggestion, Unanswered

REPORT = "评价报告.docx"


def write_folder(study: Study, folder: Path) -> list[Path]:
    """Write every file of the result into `folder`, made where it is missing.

    Raises OutputError where a file can't be written (open in Excel, no permission).
    """
    evaluation = study.evaluation
    contents = {
        WORKBOOK: study_workbook(evaluation, study.suggestions, study.manifest, study.unanswered),
        "缺口清单.csv": csv_bytes(gap_table(evaluation)),
        "村级出行时间.csv": csv_bytes(times_table(evaluation)),
        REPORT: word_bytes(study_paper(study)),
        "地图.html": map_html(evaluation).encode("utf-8"),
        "结果.gpkg": geopackage_bytes(study),
        "manifest.json": json_bytes(study.manifest),
    }
    for number, suggestion in enumerate(study.suggestions, start=1):
        contents[f"选址{number}_{suggestion.question.name}.html"] = map_html(evaluation, suggestion).encode("utf-8")
    return write_files(folder, contents)


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
        "数据问题": problem_table(evaluation.base.project),
    }
    sheets |= siting_sheets(evaluation, suggestions, unanswered)
    return workbook_bytes(sheets, prose={"说明": _explanation(evaluation, manifest)})


def csv_bytes(table: pd.DataFrame) -> bytes:
    """CSV in UTF-8 with BOM, which Excel opens rightly; unknown is empty."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def json_bytes(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _explanation(evaluation: Evaluation, manifest: dict) -> list[tuple[str, str]]:
    scenario, region = evaluation.scenario, evaluation.region
    standard = "，只计规范化的" if scenario.service.standardised_only else ""
    lines = [
        ("标题", scenario.title),
        ("地区", region.title),
        ("评价年份", str(evaluation.year or "未指定（按机构现状）")),
        ("服务", f"{scenario.service.type}{standard}"),
        ("统计人群", f"{evaluation.group}，共 {int(evaluation.people.sum()):,} 人"),
        ("出行方式", f"{evaluation.network.mode.title}；全程 = 步行到路 + 行车 + 步行到机构"),
        ("时限", f"{scenario.travel.threshold_min:g} 分钟；分段 "
                 + "、".join(f"{t:g}" for t in scenario.travel.thresholds_min) + " 分钟"),
        ("空格", "空的单元格表示未知，不表示零"),
    ]
    lines += [("未采用的数据", line) for line in [refusal_line(evaluation)] if line]
    lines += [("数据说明", note) for note in region.notes]
    lines += [("规划", goals.plan.title) for goals in evaluation.goals]
    lines += [("输入文件", f"{name}  sha256 {digest[:16]}…") for name, digest in manifest["inputs"].items()]
    lines += [("软件版本", "，".join(f"{name} {number}" for name, number in manifest["versions"].items()))]
    return lines
