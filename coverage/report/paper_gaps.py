"""Say which goals hold and which don't: an `Evaluation` with plans in, the part 差距 of its report out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from coverage.goals import GoalsResult
from coverage.goals.statuses import NO_DATA, STATUSES, UNMET
from coverage.report.paper import Heading, Paragraph, Part, Picture
from coverage.report.paper_cells import grid
from coverage.report.pictures import given, goal_picture
from coverage.report.tables import basis_line
from coverage.report.words import listed, percent
from coverage.study import Evaluation


def gaps_part(evaluation: Evaluation, goals: Sequence[GoalsResult], gaps: Sequence[pd.DataFrame],
              pictures: Mapping[str, Picture]) -> Iterator[Part]:
    """A chapter a plan: how many goals stand how, the table, then each unmet goal with its townships.

    `goals`, `gaps`: as an evaluation has them, or without counts of people (NA) for everyone to read.
    """
    yield Heading(1, "差距")
    for number, (judged, missing) in enumerate(zip(goals, gaps, strict=True), start=1):
        title, table = judged.plan.title, judged.summary
        yield Heading(2, title)
        yield Paragraph(count_sentence(judged))
        rows = table.to_dict("records")
        yield grid(f"{title}各项目标的结论", {
            "目标": table["title"], "结论": table["status"], "达标/适用": [_ratio(goal) for goal in rows],
            "占比": table["share"], "目标值": table["target"], "还差": [_short(goal) for goal in rows],
        }, note=f"注：出处为工作簿“指标总表”。数据性质：{basis_line(evaluation)}。")
        yield from given(pictures, goal_picture(number))
        for goal in rows:
            if goal["status"] == UNMET:
                yield Heading(3, goal["title"])
                yield Paragraph(unmet_sentence(goal, missing[missing["goal_id"] == goal["goal_id"]]))
        lacking = list(judged.summary.loc[judged.summary["status"] == NO_DATA, "title"])
        if lacking:
            yield Paragraph(f"{'、'.join(lacking)}资料不足，不能判断，不算达标；补齐以后再评价。")


def count_sentence(judged: GoalsResult) -> str:
    counts = judged.summary["status"].value_counts()
    parts = "，".join(f"{status} {counts[status]} 项" for status in STATUSES if status in counts)
    return f"{len(judged.summary)} 项目标中，{parts}。"


def unmet_sentence(goal: dict, gaps: pd.DataFrame) -> str:
    """How far the goal is met, and the townships that fall short, most people first."""
    said = ""
    if pd.notna(goal["denominator"]) and goal["denominator"]:
        said = (f"{goal['denominator']:,} 个考核单位中 {goal['numerator']:,} 个达标，占 {percent(goal['share'])}，"
                if not goal["shortfall_unit"].startswith(("人", "个名额")) else
                f"{goal['denominator']:,} 人中 {goal['numerator']:,} 人，占 {percent(goal['share'])}，")
    elif pd.notna(goal["numerator"]):
        said = f"现有 {goal['numerator']:,}，"
    elif pd.notna(goal["share"]):
        said = f"上报数为 {goal['share']:g}，"
    lack = f"，还差{_short(goal)}" if _short(goal) else ""
    return f"{said}{goal['target_year']} 年的目标是 {goal['target']}{lack}。{_where(gaps)}"


def _where(gaps: pd.DataFrame) -> str:
    unmet = gaps[gaps["status"] == UNMET]
    if unmet.empty:
        return ""
    known = unmet["people"].notna().all()
    rows = unmet.sort_values("people", ascending=False, kind="stable") if known else unmet
    places = [_place(row) for row in rows.itertuples()]
    order = "，涉及残疾人从多到少为" if known else "："
    return f"没有达标的{order}{listed(places)}。"


def _place(row) -> str:
    tier = f"·{row.part}" if row.part else ""
    people = "" if pd.isna(row.people) else f"{row.people:,} 人，"
    return f"{row.township}{tier}（{people}{row.reason}）"


def _short(goal: dict) -> str:
    lack = goal["shortfall"]
    return f"{lack:g}{goal['shortfall_unit']}" if pd.notna(lack) and lack else ""


def _ratio(goal: dict) -> str:
    return "" if pd.isna(goal["denominator"]) else f"{goal['numerator']:,}/{goal['denominator']:,}"
