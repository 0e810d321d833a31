"""Tell what changed between two evaluations: the figures of both in, a table and sentences out.

`key_figures` is small enough to be kept when its evaluation is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.report.words import UNKNOWN
from coverage.study import Evaluation

PEOPLE, MINUTES, UNITS = "人", "分钟", "个"
SHOWN = 4
"""Sentences tell so many of the changed figures; the table has all of them."""


@dataclass(frozen=True)
class KeyFigures:
    """An evaluation's conditions in words, by name, and its figures: index 指标; value (NaN = unknown), unit."""

    conditions: dict[str, str]
    figures: pd.DataFrame


def key_figures(evaluation: Evaluation) -> KeyFigures:
    """The conditions that a planner chose, and the figures that a change of them moves."""
    scenario, whole, split = evaluation.scenario, evaluation.whole, evaluation.allocation.totals
    conditions = {
        "情景": scenario.title, "服务": evaluation.service, "统计人群": evaluation.group,
        "时限": f"{scenario.travel.threshold_min:g} 分钟", "出行方式": evaluation.network.mode.title,
        "年份": str(evaluation.year or "未指定"),
    }
    rows = [
        ("时限内到达", whole[f"within_{scenario.travel.threshold_min:g}_min"], PEOPLE),
        ("平均用时", whole["mean_min"], MINUTES),
        ("未接入路网", whole["not_connected"], PEOPLE),
        ("已服务", split["served"], PEOPLE), ("满员", split["full"], PEOPLE), ("够不着", split["out_of_reach"], PEOPLE),
        ("计入的机构", len(evaluation.supply), UNITS),
    ]
    for judged in evaluation.goals:
        for goal in judged.summary.itertuples():
            if goal.kind != "indicator":
                rows.append((f"{goal.title}：达到的{goal.shortfall_unit.removeprefix('个')}", goal.numerator, UNITS))
    table = pd.DataFrame(rows, columns=["指标", "value", "unit"]).drop_duplicates("指标").set_index("指标")
    return KeyFigures(conditions, table.assign(value=table["value"].astype(float)))


def since_table(before: KeyFigures, after: KeyFigures) -> pd.DataFrame:
    """指标, 单位, 上次, 这次, 变化 (NaN = unknown in one of the two): a row a figure of either, in this one's order."""
    index = after.figures.index.append(before.figures.index.difference(after.figures.index, sort=False))
    units = after.figures["unit"].reindex(index).fillna(before.figures["unit"].reindex(index))
    old, new = before.figures["value"].reindex(index), after.figures["value"].reindex(index)
    return pd.DataFrame({"指标": index, "单位": units.to_numpy(), "上次": old.to_numpy(), "这次": new.to_numpy(),
                         "变化": (new - old).to_numpy()})


def since_words(before: KeyFigures, after: KeyFigures) -> list[str]:
    """What was chosen otherwise, then the figures that moved; one sentence where nothing did."""
    changed = [f"{name}由“{before.conditions[name]}”改为“{value}”" for name, value in after.conditions.items()
               if before.conditions[name] != value]
    table = since_table(before, after)
    moved = table[table["变化"].abs() > 1e-9]
    sentences = [f"改了条件：{'；'.join(changed)}。"] if changed else []
    if moved.empty:
        return [*sentences, "各项数字没有变化。"]
    told = "；".join(_moved(row) for row in moved.head(SHOWN).to_dict("records"))
    more = f"；另有 {len(moved) - SHOWN} 项变化见下表" if len(moved) > SHOWN else ""
    return [*sentences, f"{told}{more}。"]


def _moved(row: dict) -> str:
    way, unit = "增加" if row["变化"] > 0 else "减少", row["单位"]
    old, new, change = (_number(value, unit) for value in (row["上次"], row["这次"], abs(row["变化"])))
    return f"{row['指标']}由 {old} {unit}变为 {new} {unit}，{way} {change} {unit}"


def _number(value: float, unit: str) -> str:
    if pd.isna(value):
        return UNKNOWN
    return f"{value:,.1f}" if unit == MINUTES else f"{value:,.0f}"
