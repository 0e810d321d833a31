"""Say why a suggested site stands where it does: a row of coverage/study/reasons.py in, sentences out."""

from __future__ import annotations

import math
from typing import NamedTuple

from coverage.report.siting_words import service_words
from coverage.report.words import from_to, people
from coverage.study import Suggestion
from coverage.study.question_parts import SERVICES


class Told(NamedTuple):
    """How a measure is told.

    value    a plan's own value ("" = told in people or minutes anyway); worse, better: a replacement's difference
    small    a difference below it is none; same: what is said then; scale: what a difference is multiplied by
    """

    title: str
    value: str
    worse: str
    better: str
    same: str
    small: float = 0.5
    scale: float = 1.0


_FEWER = Told("", "", "少 {:,.0f} 人", "多 {:,.0f} 人", "一样多")
TOLD = {
    "people": _FEWER, "placed": _FEWER,
    "years": Told("各年末能到达的人合计", "{:,.0f} 人次",
                  "各年末合计少 {:,.0f} 人次", "各年末合计多 {:,.0f} 人次", "一样多"),
    "mean": Told("各种路况平均能到达的人", "{:,.1f} 人", "平均少 {:,.1f} 人", "平均多 {:,.1f} 人", "一样多", 0.05),
    "worst": Told("最差的路况下能到达的人", "{:,.0f} 人",
                  "最差的路况下少 {:,.0f} 人", "最差的路况下多 {:,.0f} 人", "最差的路况下一样多"),
    "both": Told("两级机构都能到达的人", "{:,.0f} 人",
                 "两级都能到达的少 {:,.0f} 人", "两级都能到达的多 {:,.0f} 人", "一样多"),
    "graded": Told("折算后的人数", "{:,.1f} 人", "折算少 {:,.1f} 人", "折算多 {:,.1f} 人", "一样多", 0.05),
    "minutes": Told("", "", "每人平均多走 {:.1f} 分钟", "每人平均少走 {:.1f} 分钟", "一样近", 0.05),
    "farthest": Told("最远的人要走", "{:.1f} 分钟",
                     "最远的人多走 {:.1f} 分钟", "最远的人少走 {:.1f} 分钟", "一样近", 0.05),
    "tail": Told("最不利的人平均要走", "{:.1f} 分钟",
                 "最不利的人平均多走 {:.1f} 分钟", "最不利的人平均少走 {:.1f} 分钟", "一样近", 0.05),
    "wan": Told("费用与路程折算合计", "{:,.1f} 万元", "合计多 {:,.1f} 万元", "合计少 {:,.1f} 万元", "合计一样", 0.05),
    "share": Told("最低的乡镇覆盖率", "{:.1%}",
                  "最低的乡镇低 {:.1f} 个百分点", "最低的乡镇高 {:.1f} 个百分点", "一样公平", 0.05, 100.0),
    "short": Told("离目标一共还差", "{:,.0f} 人", "多差 {:,.0f} 人", "少差 {:,.0f} 人", "差得一样"),
    "lacking": Told("", "", "多 {:,.0f} 个没有机构", "少 {:,.0f} 个没有机构", "一样"),
    "price": Told("", "", "同样达到要求，多花 {:,.1f} 万元", "同样达到要求，少花 {:,.1f} 万元",
                  "同样达到要求，花费一样", 0.05),
    "number": Told("", "", "同样达到要求，多 {:,.0f} 处", "同样达到要求，少 {:,.0f} 处", "同样达到要求"),
    "missed": Told("", "", "各目标合计多差 {:.1f} 个百分点", "各目标合计少差 {:.1f} 个百分点",
                   "各目标差得一样", 0.05, 100.0),
}


def reason_words(suggestion: Suggestion, site_id: str) -> tuple[str, ...]:
    """Why a site stands there: whom it serves, what is lost without it, and what could stand in its place."""
    row, names = suggestion.reasons.loc[site_id], suggestion.problem.candidates["name"]
    said = [_served(suggestion, row, site_id, names)]
    if row["fixed"]:
        said.append("这里是必选点。")
    said.append(_without(suggestion, row))
    said.append(_replaced(row, names))
    return tuple(filter(None, said))


def upper_words(suggestion: Suggestion, site_id: str) -> str:
    """What is lost without an upper site, and what could stand in its place."""
    row, names = suggestion.upper_reasons.loc[site_id], suggestion.solved.upper_sites["name"]
    told = TOLD[row["measure"]]
    now, without = told.value.format(row["now"]), told.value.format(row["without"])
    lost = "没有它，别处也都顶得上。" if now == without else f"没有它，{told.title}{from_to(now, without)}。"
    return lost + _replaced(row, names)


def change_words(loss: float, measure: str, *, at_least: bool = False) -> str:
    """How much worse (negative: better) a replacement is, or is `at_least`."""
    told = TOLD[measure]
    loss *= told.scale
    if abs(loss) < told.small:
        return f"可能{told.same}" if at_least else told.same
    if at_least:
        return "至少" + told.worse.format(loss)
    only = "只" if told is _FEWER and 0 < loss <= 20 else ""
    return only + (told.worse if loss > 0 else told.better).format(abs(loss))


def _served(suggestion: Suggestion, row, site_id: str, names) -> str:
    account = suggestion.problem.account
    if suggestion.new_sites.at[site_id, "way"] in SERVICES:
        return service_words(suggestion, suggestion.new_sites.loc[site_id])
    if account is not None and site_id not in account:
        return f"这里建的是{suggestion.new_sites.loc[site_id, 'service_type']}，另算一类。"
    if row["served"]:
        opens = f"{row['year']} 年建，当年" if suggestion.solved.phases is not None else ""
        only = f"；其中 {people(row['added'])}当年别处到不了" if opens else ""
        goes = "安排到这里" if suggestion.result.flows is not None else "以这里为最近"
        return f"{opens}{goes}的有：{row['served']}{only}。"
    return f"没有人以{names[site_id]}为最近。"


def _without(suggestion: Suggestion, row) -> str:
    told, parts = TOLD[row["measure"]], []
    if row["breaks"]:
        parts.append(f"“{row['breaks']}”{'差得更多' if row['measure'] == 'missed' else '就达不到'}")
    if row["lost_without"] >= 0.5:
        out = "排不上" if suggestion.result.flows is not None else f"在 {suggestion.within_min:g} 分钟内到不了任何机构"
        least = "至少有 " if row["at_least"] else ""
        parts.append(f"{least}{people(row['lost_without'])}{out}")
    if told.value and math.isfinite(row["without"]):
        now, without = told.value.format(row["now"]), told.value.format(row["without"])
        if now != without:
            parts.append(f"{told.title}{from_to(now, '至少 ' + without if row['at_least'] else without)}")
    if row["mean_more_min"] >= 0.05:
        parts.append(f"每人平均多走 {row['mean_more_min']:.1f} 分钟")
        if row["measure"] != "farthest" and row["farthest_without_min"] > suggestion.demand["travel_min"].max() + 0.5:
            parts[-1] += f"，最远的人要走 {row['farthest_without_min']:.0f} 分钟"
    return f"没有它，{'；'.join(parts)}。" if parts else "没有它，别处也都顶得上。"


def _replaced(row, names) -> str:
    hopeless = row["measure"] == "people" and row["replacement_loss"] >= row["lost_without"] > 0
    if not row["replacement"] or hopeless:
        return "没有能顶替它的候选点。" if row["proven"] else ""
    least = bool(row["at_least"])
    if near := [f"{names[site]}（{change_words(loss, row['measure'], at_least=least)}）" for site, loss in row["near"]]:
        return f"换成{'、'.join(near)}也{'可能' if least else ''}差不多。"
    best = "最好的替代是" if row["proven"] else "试过的里面，最好的替代是"
    loss = change_words(row["replacement_loss"], row["measure"], at_least=least)
    return f"{'可能' if least else ''}{best}{names[row['replacement']]}，{loss}。"
