"""Lay the goals out for a chart: an `Evaluation` in, baseline, now and target of each goal as shares out."""

from __future__ import annotations

import pandas as pd

from coverage.goals import statuses as st
from coverage.goals.figures import ShareFigure
from coverage.report.words import percent
from coverage.study import Evaluation

WHEN = ("规划基期", "现在", "目标")
COLUMNS = ["规划", "目标", "结论", "时点", "年份", "占比", "文字"]


def goal_figures(evaluation: Evaluation) -> pd.DataFrame:
    """A row a goal and point in time (COLUMNS), in the plans' order; 占比 0–1, 文字 as a planner writes it.

    Goals whose figures are shares alone; one without a published baseline has no row for it, one that
    can't be told has none for 现在.
    """
    rows = []
    for judged in evaluation.goals:
        standings = judged.summary.set_index("goal_id").to_dict("index")
        for goal in judged.plan.goals:
            if not is_share(goal):
                continue
            standing = standings[goal.id]
            head = {"规划": judged.plan.title, "目标": goal.title, "结论": standing["status"]}
            if goal.baseline is not None:
                rows.append({**head, **_planned(goal, goal.baseline, WHEN[0])})
            if pd.notna(standing["share"]) and not _untold(standing):
                rows.append({**head, "时点": WHEN[1], "年份": judged.year, "占比": standing["share"],
                             "文字": _now(standing)})
            rows.append({**head, **_planned(goal, goal.target_for(judged.year), WHEN[2])})
    return pd.DataFrame(rows, columns=COLUMNS)


def is_share(goal) -> bool:
    """Whether the goal's target is a share of something."""
    figure = goal.targets[-1]
    return isinstance(figure, ShareFigure) or (goal.kind == "indicator" and not goal.unit and figure.number <= 1)


def _planned(goal, figure, when: str) -> dict:
    return {"时点": when, "年份": figure.year, "占比": float(figure.number), "文字": goal.says(figure)}


def _untold(standing: dict) -> bool:
    """Whether nothing is known yet: 0 of 28 with 28 lacking data is not a share of 0."""
    return standing["status"] == st.NO_DATA and standing["numerator"] == 0


def _now(standing: dict) -> str:
    if pd.isna(standing["denominator"]):
        return percent(standing["share"])
    told = f"{percent(standing['share'])}（{standing['numerator']:,}/{standing['denominator']:,}）"
    return f"至少 {told}" if standing["status"] == st.NO_DATA else told
