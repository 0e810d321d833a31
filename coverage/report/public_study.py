"""Make the public edition of a study: what coverage/report/public.py does for a plan, for all that a study says.

Takes a `Study`; gives sheets and pictures without what could point at a person. Counts of people are those of the
suppressed tables alone; what rests on other counts (people by village, shares, whom a suggested site reaches, how
things stand after building) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from coverage.goals import GoalsResult
from coverage.report.paper import Picture
from coverage.report.picture_charts import goal_chart
from coverage.report.picture_map import coverage_map, institution_map
from coverage.report.pictures import COVERAGE, INSTITUTIONS, goal_picture, goals_alt, institutions_alt, siting_picture
from coverage.report.public import BANDS, HIDDEN, LEFT_OUT, public_shares, public_townships
from coverage.report.siting_tables import siting_sheets
from coverage.report.tables import counted, gap_table, goal_table, institution_table, township_table, village_table
from coverage.study import Evaluation, Study

OF_PEOPLE = ("reach_share", "capacity_share")
"""Kinds of goal whose figures are counts of people."""

_TOLD = {
    "结论": ("问题", "时限（分钟）", "建设（处）", "费用（万元）", "结论", "求解终止"),
    "": ("建设年份", "候选点编号", "候选点名称", "做法", "乡镇代码", "乡镇", "费用（万元）", "费用出处", "经度", "纬度",
         "数据性质"),
    "分年度安排": ("年份", "当年限额", "累计限额", "当年建设（处）", "建在", "当年费用（万元）"),
}
"""Sheets of siting that are for everyone, by what follows 选址 and the number, with their columns."""


def public_study_sheets(study: Study, shown: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The workbook's sheets for everyone; `shown` is what shown_tables() gives."""
    evaluation = study.evaluation
    public = {
        "指标总表": _without_people(goal_table(evaluation), evaluation),
        "缺口清单": gap_table(evaluation).drop(columns=LEFT_OUT["缺口清单"], errors="ignore"),
        "乡镇明细": public_townships(township_table(evaluation), shown, evaluation),
        "服务供给": public_shares(shown, evaluation),
        "村级明细": village_table(evaluation).drop(columns=counted(evaluation)),
        "机构清单": institution_table(evaluation).drop(columns=LEFT_OUT["机构清单"], errors="ignore"),
    }
    for title, frame in siting_sheets(evaluation, study.suggestions, study.unanswered).items():
        told = _TOLD.get(title.lstrip("选址0123456789"))
        if told:
            public[title] = frame[[column for column in frame if column in told]]
    return public


def _without_people(goals: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """The table of goals without counts of people, and without the figures of goals that count people."""
    kinds = [kind for judged in evaluation.goals for kind in judged.summary["kind"]]
    of_people = pd.Series(kinds, index=goals.index, dtype="object").isin(OF_PEOPLE)
    figures = ["达标单位数", "适用单位数", "达标占比", "还差（个）"]
    return goals.drop(columns=LEFT_OUT["指标总表"], errors="ignore").assign(
        **{name: goals[name].astype("object").mask(of_people, None) for name in figures})


def public_judged(judged: GoalsResult) -> GoalsResult:
    """The result with the figures of goals that count people left out of its summary."""
    of_people = judged.summary["kind"].isin(OF_PEOPLE)
    figures = {"numerator": pd.NA, "denominator": pd.NA, "share": float("nan"), "shortfall": float("nan")}
    return replace(judged, summary=judged.summary.assign(
        **{name: judged.summary[name].mask(of_people, none) for name, none in figures.items()}))


def public_pictures(study: Study, shown: Mapping[str, pd.DataFrame]) -> dict[str, Picture]:
    """Maps and charts for everyone: a township of which a count is hidden is not shaded."""
    evaluation = study.evaluation
    minutes = f"{evaluation.scenario.travel.threshold_min:g} 分钟内到达{evaluation.service}"
    drawn = {
        COVERAGE: Picture(f"{minutes}的占比", coverage_map(evaluation, coverage=public_coverage(evaluation, shown)),
                          f"分乡镇着色的地图，{minutes}的人占比分五档；有人数隐去的乡镇不着色。", 140),
        INSTITUTIONS: Picture("各类机构分布", institution_map(evaluation), institutions_alt(evaluation), 130),
    }
    for number, judged in enumerate(evaluation.goals, start=1):
        told = public_judged(judged)
        drawn[goal_picture(number)] = Picture(f"{judged.plan.title}各项目标", goal_chart(told, evaluation),
                                              goals_alt(told), 150)
    for number, suggestion in enumerate(study.suggestions, start=1):
        if len(suggestion.new_sites):
            drawn[siting_picture(number)] = Picture(
                f"“{suggestion.question.name}”建议新建的地方", institution_map(evaluation, suggestion),
                f"地图，星形为建议新建的 {len(suggestion.new_sites)} 处，另有现有机构。", 130)
    return drawn


def public_coverage(evaluation: Evaluation, shown: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Coverage by township, its shares from the published bands alone; NaN where one of them is hidden."""
    bands = shown[BANDS].drop(index="合计")
    inside = sum(minutes <= evaluation.scenario.travel.threshold_min for minutes in evaluation.scenario.bands_min)
    names = [str(name) for name in evaluation.demand["band"].cat.categories]
    whole = bands[(bands != HIDDEN).all(axis=1)]
    reached = whole[[name for name in names[:inside] if name in whole]].astype(float).sum(axis=1)
    people = whole.iloc[:, -1].astype(float)
    share = (reached / people.where(people > 0)).reindex(evaluation.coverage.index)
    column = f"share_{evaluation.scenario.travel.threshold_min:g}_min"
    return evaluation.coverage[[]].assign(**{column: share})


def public_manifest(manifest: dict) -> dict:
    """The manifest without what it counts."""
    return {name: value for name, value in manifest.items() if name not in ("people", "rows", "siting")}
