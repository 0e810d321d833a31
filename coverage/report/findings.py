"""Say what an evaluation found, a sentence a finding: an `Evaluation` in, a list of `Finding` out.

Every figure in a sentence is one of the result's tables, so each can be looked up.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.goals import GoalsResult
from coverage.goals import statuses as st
from coverage.report.words import minutes, people, percent
from coverage.study import Evaluation

GOOD, SHORT, UNKNOWN = "做到", "不足", "缺数据"
_SIGN = {st.MET: GOOD, st.UNMET: SHORT, st.NO_DATA: UNKNOWN}
_MOST_REASONS = 3


@dataclass(frozen=True)
class Finding:
    """One sentence. `topic`: what it is about, a plan's title or one of 到达, 容量; `sign`: 做到, 不足 or 缺数据."""

    topic: str
    sign: str
    text: str


def findings(evaluation: Evaluation) -> list[Finding]:
    """What matters most, first how people get there, then who finds a place, then each plan's goals in its order."""
    found = [*_reach(evaluation), *_places(evaluation)]
    for judged, gaps in zip(evaluation.goals, evaluation.gaps, strict=True):
        found += goal_findings(judged, gaps)
    return found


def _reach(evaluation: Evaluation) -> list[Finding]:
    whole, threshold = evaluation.whole, f"{evaluation.scenario.travel.threshold_min:g}"
    within, everyone = whole[f"within_{threshold}_min"], whole["people"]
    year = f"{evaluation.year} 年，" if evaluation.year else ""
    mean = "" if pd.isna(whole["mean_min"]) else f"；到得了的人平均用时 {minutes(whole['mean_min'])}"
    text = (f"{year}{int(everyone):,} 名{evaluation.group}中，{people(within)}（{percent(within / everyone)}）"
            f"{threshold} 分钟内能到达一处{evaluation.service}{mean}。")
    found = [Finding("到达", GOOD if within == everyone else SHORT, text)]
    if whole["not_connected"]:
        cut_off = people(whole["not_connected"])
        found.append(Finding("到达", SHORT, f"{cut_off}住的地方没有接入路网，一处机构也到不了。"))
    beyond = _most(evaluation, everyone - within)
    return found + ([Finding("到达", SHORT, beyond)] if beyond else [])


def _most(evaluation: Evaluation, whole: int) -> str:
    """Where most of those live who are not reached in time; empty where everyone is."""
    threshold = f"{evaluation.scenario.travel.threshold_min:g}"
    counts = evaluation.coverage
    beyond = (counts["people"] - counts[f"within_{threshold}_min"]).sort_index().sort_values(
        ascending=False, kind="stable")
    beyond = beyond[beyond > 0]
    if beyond.empty or len(counts) == 1:
        return ""
    names = evaluation.region.townships["township"]
    top = beyond.head(3)
    told = "、".join(f"{names.get(code, code)}（{people(count)}）" for code, count in top.items())
    return f"{threshold} 分钟内到不了的 {people(whole)}里，最多的是{told}，占 {percent(top.sum() / whole)}。"


def _places(evaluation: Evaluation) -> list[Finding]:
    split = evaluation.allocation.totals
    if not split["full"]:
        return [Finding("容量", GOOD, "能在时限内到达的人都有名额。")]
    able = split["served"] + split["full"]
    full, share = people(split["full"]), percent(split["full"] / able)
    return [Finding("容量", SHORT, f"能在时限内到达的 {people(able)}里，{full}（{share}）遇到满员，"
                                 f"机构的名额只够 {people(split['served'])}。")]


def goal_findings(judged: GoalsResult, gaps: pd.DataFrame) -> list[Finding]:
    """A sentence a goal of one plan; a goal that is not for this region says nothing."""
    rows = judged.summary[judged.summary["status"] != st.NOT_APPLICABLE].to_dict("records")
    return [Finding(judged.plan.title, _SIGN[row["status"]], _goal(row, gaps[gaps["goal_id"] == row["goal_id"]]))
            for row in rows]


def _goal(row: dict, gaps: pd.DataFrame) -> str:
    title, aim = f"“{row['title']}”", f"{row['target_year']} 年的目标是 {row['target']}"
    if row["kind"] == "indicator" and row["status"] == st.NO_DATA:
        return f"{title}：{row['note']}；{aim}。"
    return f"{title}：{_now(row)}，{aim}，{_short(row)}{_aside(row)}{_why(row, gaps)}。"


def _now(row: dict) -> str:
    """What there is: 28 个乡镇中 14 个做到（50.0%）."""
    have, whole, unit = row["numerator"], row["denominator"], row["shortfall_unit"]
    if row["kind"] == "indicator":
        return f"上报 {percent(row['share']) if '百分点' in unit else format(row['share'], '.10g') + ' ' + unit}"
    if pd.isna(whole):
        return f"现有 {have:,} {unit}"
    if row["kind"] == "capacity_share":
        return f"{whole:,} 人有 {have:,} 个名额"
    counter = "个" if unit.startswith("个") else unit
    done = "到得了" if row["kind"] == "reach_share" else "做到"
    share = "" if row["status"] == st.NO_DATA else f"（{percent(row['share'])}）"
    return f"{whole:,} {unit}中 {have:,} {counter}{done}{share}"


def _short(row: dict) -> str:
    """Whether it is met, or by how much it falls short."""
    if row["status"] == st.MET:
        return "已达标"
    if row["status"] == st.NO_DATA:
        return "资料不全，还不能判断"
    return f"还差 {row['shortfall']:.10g} {row['shortfall_unit']}"


def _aside(row: dict) -> str:
    exempt = f"；另有 {row['exempt']} 个豁免" if row["exempt"] else ""
    lacking = f"；{row['no_data']} 个缺数据" if row["no_data"] else ""
    return exempt + lacking


def _why(row: dict, gaps: pd.DataFrame) -> str:
    """The commonest reasons of what is unmet, and the people affected."""
    unmet = gaps[gaps["status"] == st.UNMET]
    if row["status"] != st.UNMET or unmet.empty:
        return ""
    counted = unmet.groupby(["reason", "unit_level"]).size().reset_index(name="n")
    counted = counted.sort_values(["n", "reason"], ascending=[False, True], kind="stable").head(_MOST_REASONS)
    told = "、".join(f"{found.reason}（{found.n} 个{found.unit_level}）" for found in counted.itertuples())
    affected = f"，涉及残疾人 {people(row['people_unmet'])}" if row["people_unmet"] else ""
    return f"；没做到的原因主要是{told}{affected}"
