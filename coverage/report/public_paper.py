"""Put a study into words for everyone to read: a `Study` and its suppressed tables in, a `Paper` out.

It tells no count of people but those of the suppressed tables: nobody by village, no shares, not whom a suggested
site reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from coverage.access.suppress import THRESHOLD
from coverage.report.paper import Grid, Heading, Paper, Paragraph, Part, Picture, set_tight
from coverage.report.paper_cells import grid
from coverage.report.paper_gaps import gaps_part
from coverage.report.pictures import COVERAGE, INSTITUTIONS, given, siting_picture
from coverage.report.public import BANDS, HIDDEN, LEFT_OUT, TOTAL
from coverage.report.public_study import public_judged
from coverage.report.siting_tables import phase_table, suggestion_table
from coverage.report.siting_words import asked, upper_phrase
from coverage.report.study_paper import (
    background,
    caveats,
    gap_grids,
    inputs_grid,
    mark_of,
    source_note,
    supply_sentence,
    title_lines,
)
from coverage.report.tables import gap_table
from coverage.study import Study, Suggestion

HIDING = (f"隐去的人数。1 至 {THRESHOLD - 1} 人的格子隐去，记作“{HIDDEN}”；为防由合计推出，另有一些格子一并隐去；"
          "村级人数、占比、建议新建的地方能服务的人数不公开。")


def public_paper(study: Study, shown: Mapping[str, pd.DataFrame], pictures: Mapping[str, Picture]) -> Paper:
    """The whole report for everyone; `shown` is what shown_tables() gives, `pictures` what public_pictures() gives."""
    evaluation = study.evaluation
    parts: list[Part] = [*background(evaluation), *_now(study, shown, pictures)]
    if evaluation.goals:
        gaps = [rows.assign(people=pd.NA) for rows in evaluation.gaps]
        parts += gaps_part(evaluation, [public_judged(judged) for judged in evaluation.goals], gaps, pictures)
    if study.suggestions:
        parts += _siting(study, pictures)
    parts += [*caveats(study, [HIDING]), Heading(1, "附表", aside=True), _townships(study, shown)]
    parts += gap_grids(gap_table(evaluation).drop(columns=LEFT_OUT["缺口清单"], errors="ignore"), evaluation)
    return Paper((*title_lines(evaluation), "（公开版）"), mark_of(evaluation),
                 tuple(set_tight([*parts, inputs_grid(study)])))


def _now(study: Study, shown: Mapping[str, pd.DataFrame], pictures: Mapping[str, Picture]) -> Iterator[Part]:
    evaluation, whole = study.evaluation, shown[BANDS].loc["合计"]
    yield Heading(1, "现状")
    yield Heading(2, "到达情况")
    yield Paragraph(f"全部残疾人按到最近的{evaluation.service}要多少分钟，分为下面几段。")
    yield grid("按用时分段的人数", {"用时（分钟）": list(whole.index), "人数": list(whole)},
               note=source_note("乡镇明细", evaluation))
    yield from given(pictures, COVERAGE)
    yield Heading(2, "机构与名额")
    yield Paragraph(supply_sentence(evaluation))
    yield from given(pictures, INSTITUTIONS)


def _siting(study: Study, pictures: Mapping[str, Picture]) -> Iterator[Part]:
    yield Heading(1, "选址建议")
    yield Paragraph("除写明扩容、搬迁、关停的以外，以下方案都保留现有机构。")
    for number, suggestion in enumerate(study.suggestions, start=1):
        yield Heading(2, suggestion.question.name)
        yield Paragraph(f"问题：{asked(suggestion)}？")
        proven = suggestion.proof.status == "optimal"
        upper = "" if suggestion.upper_new.empty else f"，另建{upper_phrase(suggestion)}"
        yield Paragraph(f"答案：建设 {len(suggestion.new_sites)} 处{upper}。"
                        + ("已证明没有更好的方案。" if proven else "这是时限内找到的可行方案，不一定最优。"))
        if suggestion.solved.phase_results:
            for row in phase_table(suggestion).to_dict("records"):
                yield Paragraph(f"{row['年份']} 年建设 {row['当年建设（处）']} 处" + (
                    f"：{row['建在']}。" if row["当年建设（处）"] else "。"))
        if len(suggestion.new_sites):
            yield _sites(study, suggestion, number)
        yield from given(pictures, siting_picture(number))


def _sites(study: Study, suggestion: Suggestion, number: int) -> Grid:
    table = suggestion_table(suggestion)
    return grid(f"{suggestion.question.name}：建议新建的地方", {
        "序": range(1, len(table) + 1), "地点": table["候选点名称"], "乡镇": table["乡镇"], "做法": table["做法"],
        "费用（万元）": table["费用（万元）"]}, note=source_note(f"选址{number}", study.evaluation))


def _townships(study: Study, shown: Mapping[str, pd.DataFrame]) -> Grid:
    evaluation, bands = study.evaluation, shown[BANDS]
    names = evaluation.region.townships["township"]
    columns = {"乡镇": [names.get(code, code) for code in bands.index]}
    columns |= {name if name == TOTAL else f"{name} 分钟": bands[name] for name in bands}
    return grid("各乡镇到达情况（人）", columns, note=source_note("乡镇明细", evaluation))
