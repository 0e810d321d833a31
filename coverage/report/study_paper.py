"""Put a study into words: a `Study` in, the `Paper` that Word and PDF are written from out.

Every figure is one of the study's tables (coverage/report/tables.py), and each section says in which sheet of
the workbook it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from coverage.report.paper import Grid, Heading, Paper, Paragraph, Part, Picture, set_tight
from coverage.report.paper_cells import grid
from coverage.report.paper_gaps import gaps_part
from coverage.report.paper_siting import phases_part, siting_part
from coverage.report.pictures import BANDS, COVERAGE, INSTITUTIONS, given
from coverage.report.plan_words import plan_rows
from coverage.report.tables import band_table, basis_line, gap_table, place_and_year, refusal_line, township_table
from coverage.report.words import minutes, people, percent, tight
from coverage.study import Evaluation, Study, describe

WORKBOOK = "缺口清单.xlsx"
ROWS_SHOWN = 30
"""An appendix table holds so many rows; the workbook holds them all."""


def study_paper(study: Study, pictures: Mapping[str, Picture] = MappingProxyType({})) -> Paper:
    """The whole report, with those of study_pictures() that are given.

    A part that the study has nothing for (plans, siting) is left out.
    """
    evaluation = study.evaluation
    counted = f"统计人数共 {people(evaluation.people.sum())}，"
    parts = [*background(evaluation, counted), *_now(evaluation, pictures)]
    if evaluation.goals:
        parts += gaps_part(evaluation, evaluation.goals, evaluation.gaps, pictures)
    if study.suggestions or study.unanswered:
        parts += [*siting_part(study, pictures), *phases_part(study)]
    line = refusal_line(evaluation)
    parts += [*caveats(study, [line] if line else []), *_appendix(study)]
    return Paper(title_lines(evaluation), mark_of(evaluation), tuple(set_tight(parts)))


def title_lines(evaluation: Evaluation) -> tuple[str, str]:
    return tight(place_and_year(evaluation)), f"{evaluation.service}覆盖评价报告"


def mark_of(evaluation: Evaluation) -> str:
    """What stands under the title where the study rests on data that aren't real; else empty."""
    unreal = [word for word in ("示例数据", "示意") if word in basis_line(evaluation)]
    marks = ["情景是设想，不是现状"] if evaluation.scenario.changes else []
    marks += [f"含{'、'.join(unreal)}，不作统计数字和决策依据"] if unreal else []
    return f"（{'；'.join(marks)}）" if marks else ""


def background(evaluation: Evaluation, counted: str = "") -> Iterator[Part]:
    """背景与依据; `counted` says how many people there are."""
    scenario = evaluation.scenario
    year = f"{evaluation.year} 年" if evaluation.year else "按机构现状，"
    yield Heading(1, "背景与依据")
    yield Paragraph(
        f"本报告评价{evaluation.region.title}{year}{evaluation.group}到达{evaluation.service}的情况。"
        f"{counted}出行方式为{evaluation.network.mode.title}，"
        f"时间从家门口算到机构门口，以 {scenario.travel.threshold_min:g} 分钟为时限。")
    if scenario.changes:
        yield Paragraph(f"这是情景“{scenario.title}”，不是现状；与现状不同的有 {len(scenario.changes)} 项："
                        f"{'；'.join(describe(change, evaluation.region) for change in scenario.changes)}。")
    if not evaluation.goals:
        yield Paragraph("本次没有列出规划，只说明到达情况，不判断规划目标。")
        return
    yield Paragraph(f"对照的规划有 {len(evaluation.goals)} 份。")
    for judged in evaluation.goals:
        plan = judged.plan
        yield Heading(2, plan.title)
        by = f"{plan.issuer}以{plan.document}印发，" if plan.issuer and plan.document else ""
        yield Paragraph(f"{by}规划期 {plan.start_year}—{plan.end_year} 年，纳入评价的目标 {len(plan.goals)} 项。")
        told = [row for row in plan_rows(plan)]
        notes = "".join(f"{row[1]}：{row[9]}。" for row in told if row[9])
        yield grid(
            f"{plan.title}的目标", {"目标": [row[1] for row in told], "性质": [row[3] for row in told],
                                "规划原文": [row[8] for row in told], "目标值": [row[7] for row in told]},
            note=f"注：出处为规划文件，另见工作簿“说明”。{notes}")


def _now(evaluation: Evaluation, pictures: Mapping[str, Picture]) -> Iterator[Part]:
    yield Heading(1, "现状")
    yield Heading(2, "到达情况")
    yield Paragraph(reach_sentence(evaluation))
    bands = band_table(evaluation)
    yield grid("按用时分段的人数", {"用时（分钟）": bands.iloc[:, 0], "人数": bands["人数"], "占比": bands["占比"]},
               note=source_note("用时分段", evaluation))
    yield from given(pictures, BANDS)
    yield Heading(2, "乡镇之间的差别")
    yield Paragraph(township_sentence(evaluation))
    yield from given(pictures, COVERAGE)
    yield Heading(2, "机构与名额")
    yield Paragraph(places_sentence(evaluation))
    yield from given(pictures, INSTITUTIONS)


def reach_sentence(evaluation: Evaluation) -> str:
    whole, threshold = evaluation.whole, f"{evaluation.scenario.travel.threshold_min:g}"
    reached, cut = whole[f"within_{threshold}_min"], whole["not_connected"]
    beyond = whole["people"] - reached
    missed = f"{people(beyond)}不能" + (f"，其中 {people(cut)}所在的村（社区）没有接入路网" if cut else "")
    return (f"{evaluation.group} {people(whole['people'])}，其中 {people(reached)}能在 {threshold} 分钟内到达一处"
            f"{evaluation.service}，占 {percent(whole[f'share_{threshold}_min'])}；{missed}。"
            f"到得了的人平均用时 {minutes(whole['mean_min'])}，九成人不超过 {minutes(whole['p90_min'])}。")


def township_sentence(evaluation: Evaluation) -> str:
    threshold = f"{evaluation.scenario.travel.threshold_min:g}"
    share = evaluation.coverage[f"share_{threshold}_min"].dropna()
    names = evaluation.region.townships["township"]
    full, none = int((share >= 1).sum()), int((share <= 0).sum())
    lowest = share.sort_values(kind="stable").head(5)
    told = "、".join(f"{names[code]}（{percent(value)}）" for code, value in lowest.items())
    return (f"{len(share)} 个乡镇中，{full} 个乡镇的{evaluation.group}全部能在 {threshold} 分钟内到达，"
            f"{none} 个乡镇无人能到。占比最低的是{told}。各乡镇的数字见附表。")


def supply_sentence(evaluation: Evaluation) -> str:
    supply = evaluation.supply
    known = supply["capacity"].dropna()
    unknown = len(supply) - len(known)
    blank = f"（{unknown} 处没有填写，不限名额）" if unknown else ""
    year = f"{evaluation.year} 年" if evaluation.year else "现"
    return f"{year}运营的{evaluation.service}有 {len(supply)} 处，共 {int(known.sum()):,} 个名额{blank}。"


def places_sentence(evaluation: Evaluation) -> str:
    split = evaluation.allocation.totals
    return (f"{supply_sentence(evaluation)}"
            f"按服务人数最多、其次路上用时最少分配名额，有名额的 {people(split['served'])}，到得了但名额已满的 "
            f"{people(split['full'])}，超出时限的 {people(split['out_of_reach'])}，没有接入路网的 "
            f"{people(split['not_connected'])}，合计等于统计人数。")


def caveats(study: Study, further: Iterable[str]) -> Iterator[Part]:
    """数据说明与局限, with `further` sentences of the edition."""
    evaluation = study.evaluation
    yield Heading(1, "数据说明与局限")
    yield Paragraph(f"数据性质。{basis_line(evaluation)}。")
    for note in evaluation.region.notes:
        yield Paragraph(note)
    yield from map(Paragraph, further)
    speed = {"slow": "偏慢", "middle": "中等", "fast": "偏快"}[evaluation.scenario.travel.variant]
    yield Paragraph("时间的算法。全程为步行到路、路上、步行到机构三段之和；速度按道路等级和地形取值，"
                    f"是假定的{speed}水平，没有计入拥堵和天气。")
    if study.suggestions:
        yield Paragraph("选址的局限。候选点没有逐个核实土地、房屋、人员和经费；“最优”指在上述数据和时限之下"
                        "没有更好的方案，不等于可以直接开工。")
    yield Paragraph(f"数字的出处。文中数字都可以在工作簿“{WORKBOOK}”里查到，每张表下注明了在哪一个工作表。"
                    "空白或“—”表示未知，不表示零。")


def _appendix(study: Study) -> Iterator[Part]:
    evaluation = study.evaluation
    yield Heading(1, "附表", aside=True)
    yield _townships(evaluation)
    yield from gap_grids(gap_table(evaluation), evaluation)
    yield inputs_grid(study)


def gap_grids(gaps: pd.DataFrame, evaluation: Evaluation) -> Iterator[Grid]:
    """The gap list of each plan, its first rows; without the people concerned where `gaps` leaves them out."""
    for title, rows in gaps.groupby("规划", sort=False):
        shown = rows.head(ROWS_SHOWN)
        rest = f"共 {len(rows)} 行，这里列出优先序最前的 {ROWS_SHOWN} 行，其余见工作簿。"
        columns = {"序": "优先序", "单位": "单位", "目标": "目标", "原因": "原因", "涉及残疾人": "涉及残疾人数",
                   "最近的合格机构": "最近的合格机构", "分钟": "平均用时（分钟）"}
        yield grid(f"{title}缺口清单", {short: shown[name] for short, name in columns.items() if name in shown},
                   note=source_note("缺口清单", evaluation) + (rest if len(rows) > ROWS_SHOWN else ""))


def inputs_grid(study: Study) -> Grid:
    """The files that the study read, with their digests."""
    inputs = study.manifest["inputs"]
    digests = [digest[:16] for digest in inputs.values()]
    return grid("输入文件", {"文件": list(inputs), "校验值（SHA-256 前 16 位）": digests},
                note="注：出处为 manifest.json。软件版本：" + "，".join(
                    f"{name} {number}" for name, number in study.manifest["versions"].items()) + "。")


def _townships(evaluation: Evaluation) -> Grid:
    table = township_table(evaluation)
    counted = next(column for column in table if column.startswith("统计人数"))
    within = [column for column in table if column.endswith("分钟内（人）")]
    threshold = f"{evaluation.scenario.travel.threshold_min:g} 分钟内占比"
    columns = {"乡镇": table["乡镇"], "统计人数": table[counted]}
    columns |= {column.removesuffix("（人）"): table[column] for column in within}
    columns |= {"未接入路网": table["未接入路网（人）"], threshold: table[threshold],
                "平均用时": table["平均用时（分钟）"]}
    return grid("各乡镇到达情况", columns, note=source_note("乡镇明细", evaluation))


def source_note(sheet: str, evaluation: Evaluation) -> str:
    return f"注：出处为工作簿“{sheet}”。数据性质：{basis_line(evaluation)}。"
