"""Write the map's legend: what colours and marks mean, and what in the data is real and what is not."""

from __future__ import annotations

import html

from coverage.report.map_layers import SUGGESTED, site_mark, village_mark
from coverage.report.palette import mark_svg, palette
from coverage.study import Evaluation, Suggestion


def legend_html(evaluation: Evaluation, suggestion: Suggestion | None = None) -> str:
    scenario = evaluation.scenario
    year = f"{evaluation.year} 年，" if evaluation.year else ""
    heading = f"{year}{scenario.travel.threshold_min:g} 分钟内到达{scenario.service.type}的{evaluation.group}"
    shares = "".join(
        f'<div><i style="background:{row.colour}"></i>{html.escape(row.label)}</div>'
        for row in palette("share").itertuples()
    )
    used = _village_marks(evaluation)
    marks = "".join(_mark("village", key, 12) for key in palette("village").index if key in used)
    marks += _mark("site", site_mark(scenario.service.type), 16)
    if suggestion is not None and len(suggestion.new_sites):
        marks += _mark("site", SUGGESTED, 16)
    return (
        f'<details class="legend" open><summary>{html.escape(heading)}</summary>'
        f"{shares}{marks}<p>其他类型的机构在右上角的图层里打开。</p><p>{html.escape(basis_line(evaluation))}</p></details>"
    )


def basis_line(evaluation: Evaluation) -> str:
    """One line on what the map shows is: boundaries, roads, places and institutions."""
    region = evaluation.region

    def kinds(frame) -> str:
        return "、".join(sorted(set(frame["basis"].dropna().str.split("：").str[0]))) or "未注明"

    return (
        f"面：{region.areas_basis}；道路：{evaluation.base.roads.basis}；"
        f"村（社区）：{kinds(region.demand)}；机构：{kinds(region.sites)}"
    )


def _village_marks(evaluation: Evaluation) -> set[str]:
    threshold = evaluation.scenario.travel.threshold_min
    return {village_mark(row, threshold) for row in evaluation.demand.itertuples()}


def _mark(use: str, key: str, size: int) -> str:
    return f"<div>{mark_svg(use, key, size)}{html.escape(palette(use).loc[key, 'label'])}</div>"
