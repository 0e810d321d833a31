"""Write the map's legend: what colours and marks mean, how many of each, and what in the data is real."""

from __future__ import annotations

import html
from importlib.resources import files

import pandas as pd

from coverage.access.bands import NOT_CONNECTED
from coverage.report.map_layers import (
    AROUND,
    MOST_BANDS,
    NOBODY,
    NOT_COUNTED,
    SHADE,
    site_mark,
    suggested_parts,
    village_marks,
)
from coverage.report.palette import mark_img, palette
from coverage.report.tables import basis_line
from coverage.report.words import people
from coverage.study import Evaluation, Suggestion


def legend_html(evaluation: Evaluation, suggestion: Suggestion | None = None, *, by_band: bool = False) -> str:
    """The legend as it lies on the map, to be folded."""
    heading = html.escape(_title(evaluation, suggestion))
    return (
        f'<details class="legend" open><summary>{heading}</summary>{_rows(evaluation, suggestion, by_band)}'
        f"<p>其他类型的机构在右上角的图层里打开。</p><p>{html.escape(basis_line(evaluation))}</p></details>"
    )


def legend_beside(evaluation: Evaluation, suggestion: Suggestion | None = None, *, by_band: bool = False,
                  minutes: tuple[float, ...] = ()) -> str:
    """The legend as HTML to stand beside the map; `minutes` are the isochrones on it."""
    style = files("coverage.report").joinpath("legend.css").read_text(encoding="utf-8")
    reach = "".join(area_row(palette("reach")["colour"].iloc[min(number, 4)], f"{one:g} 分钟内能到所选机构", 0.7)
                    for number, one in enumerate(minutes))
    title, rows = html.escape(_title(evaluation, suggestion)), _rows(evaluation, suggestion, by_band)
    return f'<style>{style}</style><section class="legend"><p><b>{title}</b></p>{reach}{rows}</section>'


def _title(evaluation: Evaluation, suggestion: Suggestion | None = None) -> str:
    scenario = evaluation.scenario
    year = f"{evaluation.year} 年，" if evaluation.year else ""
    built = "按建议建成以后，" if suggestion is not None else ""
    return f"{year}{built}{scenario.travel.threshold_min:g} 分钟内到达{evaluation.service}的{evaluation.group}"


def _rows(evaluation: Evaluation, suggestion: Suggestion | None, by_band: bool) -> str:
    """A row a colour and a mark in use, villages and people counted."""
    demand = (suggestion or evaluation).demand
    scenario = evaluation.scenario
    rows = [area_row(row.colour, row.label, SHADE) for row in palette("share").itertuples()]
    shares = (suggestion or evaluation).coverage[f"share_{scenario.travel.threshold_min:g}_min"]
    if shares.notna().sum() < len(evaluation.region.areas):
        rows.append(area_row(NOBODY, f"没有{evaluation.group}", SHADE))
    rows += _villages(demand, scenario.travel.threshold_min, by_band)
    for state in AROUND:
        there = demand[demand["access_state"].eq(state)]
        if len(there):
            rows.append(mark_row("around", state, palette("around").loc[state, "label"] + _count(there)))
    rows.append(mark_row("site", site_mark(scenario.service.type), scenario.service.type, 16))
    if len(evaluation.open_by_type.get(scenario.service.type, ())) > len(evaluation.supply):
        rows.append(mark_row("site", NOT_COUNTED, palette("site").loc[NOT_COUNTED, "label"], 16))
    if suggestion is not None and suggestion.gone:
        rows.append(mark_row("site", NOT_COUNTED, f"方案里{'、'.join(dict.fromkeys(suggestion.gone.values()))}的", 16))
    if suggestion is not None:
        rows += [mark_row("site", key, palette("site").loc[key, "label"], 16)
                 for key in suggested_parts(suggestion.placed)]
    return "".join(rows)


def _villages(demand: pd.DataFrame, threshold: float, by_band: bool) -> list[str]:
    """Villages and people by mark; together they are all villages and everyone."""
    marks = village_marks(demand, threshold, by_band=by_band)
    bands = [band for band in demand["band"].cat.categories if band != NOT_CONNECTED]
    labels = {f"band_{min(n, MOST_BANDS - 1)}": f"{band} 分钟" for n, band in enumerate(bands[:-1])}
    labels |= {key: palette("village").loc[key, "label"] for key in ("reached", "beyond", "cut")}
    if by_band:
        labels["beyond"] = f"{bands[-1]} 分钟"
    rows = []
    for key, label in labels.items():
        there = demand[marks.eq(key)]
        if len(there):
            use, name = ("band", key.removeprefix("band_")) if key.startswith("band_") else ("village", key)
            rows.append(mark_row(use, name, label + _count(there)))
    return rows


def _count(there: pd.DataFrame) -> str:
    return f"：{len(there):,} 村 {people(there['people'].sum())}"


def mark_row(use: str, key: str, label: str, size: int = 14) -> str:
    return f"<div>{mark_img(use, key, size)}<span>{html.escape(label)}</span></div>"


def area_row(colour: str, label: str, opacity: float) -> str:
    """A swatch as light as the map's shading."""
    return f'<div><i style="background:{colour}{round(opacity * 255):02x}"></i>{html.escape(label)}</div>'
