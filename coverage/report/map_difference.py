"""Draw what a scenario changes against another: a `Comparison` of two → one HTML page, blue for more, red for fewer.

Every township's name bears the change with its sign, and villages that come in reach or fall out of it have shapes of
their own, so that nothing hangs on colour alone.
"""

from __future__ import annotations

import html
from importlib.resources import files

import pandas as pd

from coverage.intake import Roads
from coverage.report.map_ground import changed_road_features, display_areas, road_features, water_features
from coverage.report.map_layers import DECIMALS, NOBODY, SHADE, feature, site_features
from coverage.report.map_legend import area_row, mark_row
from coverage.report.map_page import MapPage
from coverage.report.palette import change_key, palette
from coverage.report.words import UNKNOWN, minutes, people, percent
from coverage.study import Comparison, Evaluation


def difference_html(comparison: Comparison, scenario: str, *, before: Roads | None = None) -> str:
    """The page for `scenario` against the comparison's first; `before` are the roads without changes."""
    evaluation = _of(comparison, scenario)
    townships = _rows(comparison.townships, scenario).set_index("township_code")
    villages = _rows(comparison.villages, scenario)
    areas = display_areas(evaluation.region.areas)
    page = MapPage(evaluation.scenario.title, areas.total_bounds)
    page.add("变化", [_township(code, shape, townships) for code, shape in areas.geometry.items()], kind="township")
    page.add("河流", water_features(evaluation.base.project.water))
    page.add("道路", road_features(evaluation.base.roads))
    if before is not None:
        page.add("改动的路", changed_road_features(evaluation.scenario.changes, before))
    page.add("村（社区）", _villages(villages, evaluation), kind="village", draw="dot")
    page.add(evaluation.service, site_features(evaluation.supply, region=evaluation.region), kind="site", draw="mark")
    page.add("名称和变化", _names(evaluation.region.townships, townships), draw="label")
    return page.html()


def difference_legend(comparison: Comparison, scenario: str) -> str:
    """The legend as HTML to stand beside the map: colours, and villages and people by what became of them."""
    villages, first = _rows(comparison.villages, scenario), comparison.scenarios[0]
    style = files("coverage.report").joinpath("legend.css").read_text(encoding="utf-8")
    title = f"{comparison.threshold_min:g} 分钟内够得着的人占比：“{scenario}”比“{first}”"
    rows = [area_row(row.colour, row.label, SHADE) for row in palette("change").iloc[::-1].itertuples()]
    for key, label in palette("moved")["label"].items():
        there = villages[villages["moved"].eq(int(key))]
        rows.append(mark_row("moved", key, f"{label}：{len(there):,} 村 {people(there['people'].sum())}"))
    return f'<style>{style}</style><section class="legend"><p><b>{html.escape(title)}</b></p>{"".join(rows)}</section>'


def points(change: float) -> str:
    """A change in share in percentage points, with its sign; 未知 where it isn't known."""
    if pd.isna(change):
        return UNKNOWN
    size = round(abs(change) * 100, 1)
    return "0" if size == 0 else f"{'+' if change > 0 else '−'}{size:g}"


def _township(code: str, shape, townships: pd.DataFrame) -> dict:
    if code not in townships.index:
        return feature(shape, id=code, style=_style(NOBODY))
    row = townships.loc[code]
    key = change_key(row["share_change"])
    rows = [["乡镇", row["township"]], ["占比", percent(row["share"])],
            ["变化（百分点）", points(row["share_change"])],
            ["新够得着的", people(row["gained"])], ["不再够得着的", people(row["lost"])]]
    return feature(shape, id=code, rows=rows, style=_style(palette("change").loc[key, "colour"] if key else NOBODY))


def _style(fill: str) -> dict:
    return {"fillColor": fill, "fillOpacity": SHADE, "color": "#555", "weight": 1}


def _villages(villages: pd.DataFrame, evaluation: Evaluation) -> list[dict]:
    """Villages that moved, on top of those that didn't."""
    places = evaluation.demand[["lon", "lat"]].round(DECIMALS)
    features = []
    for row in villages.sort_values("moved", key=abs, kind="stable").itertuples():
        rows = [["村（社区）", row.name], [evaluation.group, people(row.people)],
                ["以前", minutes(row.travel_min_before)], ["现在", minutes(row.travel_min)]]
        place = {"type": "Point", "coordinates": tuple(places.loc[row.demand_id])}
        features.append({"type": "Feature", "id": row.demand_id, "geometry": place, "properties": {
            "mark": f"moved_{row.moved}", "title": row.name, "rows": rows}})
    return features


def _names(townships: pd.DataFrame, changed: pd.DataFrame) -> list[dict]:
    """Names with their change, the largest change first: where there is no room, it stays."""
    change = changed["share_change"].reindex(townships.index)
    features = []
    for code in change.abs().sort_values(ascending=False, kind="stable").index:
        row = townships.loc[code]
        place = {"type": "Point", "coordinates": (round(row["lon"], DECIMALS), round(row["lat"], DECIMALS))}
        features.append({"type": "Feature", "id": code, "geometry": place, "properties": {
            "title": row["township"] + ("" if change[code] == 0 else f" {points(change[code])}")}})
    return features


def _rows(table: pd.DataFrame, scenario: str) -> pd.DataFrame:
    return table[table["scenario"].eq(scenario)]


def _of(comparison: Comparison, scenario: str) -> Evaluation:
    return comparison.evaluations[comparison.scenarios.index(scenario)]
