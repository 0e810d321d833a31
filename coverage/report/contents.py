"""Tell what each file of a result will hold, before it is written: a row a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePath

import pandas as pd

from coverage.report.export import KINDS, NOT_PUBLIC, REPORT
from coverage.report.pictures import BANDS, COVERAGE, INSTITUTIONS, curve_picture, goal_picture, siting_picture
from coverage.report.study_paper import WORKBOOK
from coverage.study import Evaluation


def contents_table(evaluation: Evaluation, *, plans: Collection[str], questions: Mapping[str, str],
                   kinds: Collection[str], edition: str) -> pd.DataFrame:
    """Columns 文件, 种类, 内容. `plans`: their titles; `questions`: name → model.

    Where a question turns out to need no new site, its map is left out.
    """
    public = edition == "public"
    chosen = [judged for judged in evaluation.goals if judged.plan.title in plans]
    rows = {
        "excel": [(WORKBOOK, f"{sum(len(judged.summary) for judged in chosen)} 项目标和缺口清单；"
                             + _places(evaluation, questions))],
        "word": [(REPORT, _chapters(chosen, questions))],
        "pdf": [(REPORT.replace(".docx", ".pdf"), "与 Word 报告相同")],
        "png": _pictures(chosen, questions, public),
        "html": [("地图.html", "可以放大、点开的地图，不联网也能打开")]
        + [(f"选址{number}_{name}.html", f"{name}：建成以后的地图") for number, name in enumerate(questions, start=1)],
        "csv": [("缺口清单.csv", "缺口清单"), ("村级出行时间.csv", "每个村到每处机构的分钟数，所有数字由它算出")],
        "gpkg": [("结果.gpkg", f"GIS 图层：{_places(evaluation, questions)}")],
        "geojson": [(f"{name}.geojson", "GIS 图层") for name in (
            "乡镇", "村（社区）", "机构", *(f"选址{number}_{name}" for number, name in enumerate(questions, 1)))],
    }
    listed = [(_named(name, public), KINDS[kind], what) for kind in KINDS
              if kind in kinds and not (public and kind in NOT_PUBLIC) for name, what in rows[kind]]
    listed.append((_named("manifest.json", public), "说明", "输入文件及校验值、参数、软件版本"))
    return pd.DataFrame(listed, columns=["文件", "种类", "内容"])


def _places(evaluation: Evaluation, questions: Mapping[str, str]) -> str:
    region = evaluation.region
    sites = f"；选址：{'、'.join(questions)}" if questions else ""
    return (f"乡镇 {len(region.townships)} 个、村（社区）{len(region.demand)} 个、机构 {len(region.sites)} 处{sites}")


def _chapters(chosen: list, questions: Mapping[str, str]) -> str:
    told = ["背景与依据", "现状", *(["差距"] if chosen else []), *(["选址建议"] if questions else [])]
    by_year = ["分年度安排"] if "phased_mclp" in questions.values() else []
    return f"公文格式：{'、'.join([*told, *by_year, '数据说明与局限', '附表'])}，附地图和图表"


def _pictures(chosen: list, questions: Mapping[str, str], public: bool) -> list[tuple[str, str]]:
    drawn = [] if public else [(BANDS, "多少人在多少分钟以内")]
    drawn += [(COVERAGE, "各乡镇到达的占比，每个村到不到得了"), (INSTITUTIONS, "各类机构的位置")]
    drawn += [(goal_picture(number), f"{judged.plan.title}各项目标：现状、基期、目标")
              for number, judged in enumerate(chosen, start=1)]
    for number, (name, model) in enumerate(questions.items(), start=1):
        drawn.append((siting_picture(number), f"{name}：建议新建的地方"))
        if model == "frontier" and not public:
            drawn.append((curve_picture(number), f"{name}：建几处（花多少钱）能到多少人"))
    return [(f"{name}.png", what) for name, what in drawn]


def _named(name: str, public: bool) -> str:
    path = PurePath(name)
    return f"{path.stem}_公开版{path.suffix}" if public and name != "manifest.json" else name
