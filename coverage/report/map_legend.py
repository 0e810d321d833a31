"""Write the map's legend: what colours and marks mean, and what in the data is real and what is not."""

from __future__ import annotations

import html

import pandas as pd

from coverage.report.map_layers import NOT_COUNTED, SUGGESTED, site_mark, village_mark
from coverage.report.palette import mark_svg, palette
from coverage.report.tables import basis_line
from coverage.study import Evaluation, Suggestion


def legend_html(evaluation: Evaluation, suggestion: Suggestion | None = None) -> str:
    scenario = evaluation.scenario
    year = f"{evaluation.year} 年，" if evaluation.year else ""
    built = "按建议建成以后，" if suggestion is not None else ""
    heading = f"{year}{built}{scenario.travel.threshold_min:g} 分钟内到达{evaluation.service}的{evaluation.group}"
    shares = "".join(
        f'<div><i style="background:{row.colour}"></i>{html.escape(row.label)}</div>'
        for row in palette("share").itertuples()
    )
    used = _village_marks((suggestion or evaluation).demand, scenario.travel.threshold_min)
    marks = "".join(_mark("village", key, 12) for key in palette("village").index if key in used)
    marks += _mark("site", site_mark(scenario.service.type), 16)
    if len(evaluation.open_by_type.get(scenario.service.type, ())) > len(evaluation.supply):
        marks += _mark("site", NOT_COUNTED, 16)
    if suggestion is not None and len(suggestion.new_sites):
        marks += _mark("site", SUGGESTED, 16)
    return (
        f'<details class="legend" open><summary>{html.escape(heading)}</summary>'
        f"{shares}{marks}<p>其他类型的机构在右上角的图层里打开。</p><p>{html.escape(basis_line(evaluation))}</p></details>"
    )


def _village_marks(demand: pd.DataFrame, threshold: float) -> set[str]:
    return {village_mark(row, threshold) for row in demand.itertuples()}


def _mark(use: str, key: str, size: int) -> str:
    return f"<div>{mark_svg(use, key, size)}{html.escape(palette(use).loc[key, 'label'])}</div>"
