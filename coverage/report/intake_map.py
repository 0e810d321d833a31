"""Draw what came in of a project's files, before anything is computed: areas, roads, points, and those to look at
again → one HTML page (map_page.py)."""

from __future__ import annotations

import html

import numpy as np
import pandas as pd
import shapely

from coverage.intake import Project, Roads
from coverage.intake.problems import WARNING
from coverage.report.map_ground import road_features, water_features
from coverage.report.map_layers import feature, name_features
from coverage.report.map_page import MapPage
from coverage.report.palette import mark_img
from coverage.report.words import people

MOST_POINTS = 4_000
"""Points of one table that the map shows; of more, it shows those to look at again and an even choice of the rest."""

VILLAGE, SITE, CANDIDATE, DOUBT = "到村的点", "机构的点", "候选的点", "请核对的点"
_LAYERS = {
    "villages": ("村（社区）", "village", VILLAGE), "points": ("需求点", "point", VILLAGE),
    "institutions": ("机构", "name", SITE), "candidates": ("候选点", "name", CANDIDATE),
}
_DOUBTS = {"点不在所属乡镇", "坐标重复", "疑似重复", "不在中国范围"}
"""Rules whose warnings are about where a row lies."""


def intake_map_html(project: Project, roads: Roads | None = None) -> str | None:
    """The page; None where nothing has a place yet."""
    placed = {kind: _placed(project, kind) for kind in _LAYERS if kind in project.tables}
    bounds = _bounds(project, placed)
    if bounds is None:
        return None
    page = MapPage(project.title, bounds)
    page.add("乡镇", _areas(project))
    page.add("河流", water_features(project.water))
    page.add("道路", road_features(roads) if roads is not None else [])
    shown, doubts = [], []
    for kind, table in placed.items():
        title, name, mark = _LAYERS[kind]
        fine, doubtful = _features(project, kind, table, title, name, mark)
        page.add(title, fine, kind="site" if mark in (SITE, CANDIDATE) else "village",
                 draw="mark" if mark in (SITE, CANDIDATE) else "dot")
        some = f"，图上画了 {len(fine):,} 处" if len(table) > MOST_POINTS else ""
        shown.append((mark, f"{title} {len(table):,} 处{some}"))
        doubts += doubtful
    page.add("请核对", doubts, kind="site", draw="mark")
    if doubts:
        shown.append((DOUBT, f"请核对 {len(doubts):,} 处"))
    if "townships" in project.tables:
        page.add("乡镇名称", name_features(project.tables["townships"].dropna(subset=["lon", "lat"])), draw="label")
    return page.html(_legend(project, shown))


def shown_place(project: Project) -> str:
    """What the map shows first, to a tenth of a degree: a map of another place starts anew."""
    bounds = _bounds(project, {kind: _placed(project, kind) for kind in _LAYERS if kind in project.tables})
    return "" if bounds is None else " ".join(f"{edge:.1f}" for edge in bounds)


def _placed(project: Project, kind: str) -> pd.DataFrame:
    return project.tables[kind].dropna(subset=["lon", "lat"])


def _bounds(project: Project, placed: dict[str, pd.DataFrame]):
    if project.areas is not None and len(project.areas):
        return project.areas.total_bounds
    points = [table[["lon", "lat"]] for table in placed.values()]
    if "townships" in project.tables:
        points.append(project.tables["townships"][["lon", "lat"]].dropna())
    every = pd.concat(points) if points else pd.DataFrame()
    if every.empty:
        return None
    margin = 0.02
    return np.r_[every.min().to_numpy() - margin, every.max().to_numpy() + margin]


def _areas(project: Project) -> list[dict]:
    if project.areas is None:
        return []
    style = {"fillColor": "#dfe9f2", "fillOpacity": 0.55, "color": "#5b6770", "weight": 1}
    return [feature(row.geometry, style=style) for row in project.areas.itertuples()]


def _features(project: Project, kind: str, table: pd.DataFrame, title: str, name: str,
              mark: str) -> tuple[list[dict], list[dict]]:
    """Those that are fine, thinned where they are many, and those to look at again, each with the reason."""
    reasons = _reasons(project, kind)
    doubtful = table[table.index.isin(list(reasons))]
    fine = table.drop(doubtful.index)
    fine = fine.iloc[:: -(-len(fine) // MOST_POINTS)] if len(fine) > MOST_POINTS else fine
    draw = [_point(row, title, name, mark, "") for row in fine.itertuples()]
    doubtful = doubtful.head(MOST_POINTS)
    return draw, [_point(row, title, name, DOUBT, reasons[row.Index]) for row in doubtful.itertuples()]


def _reasons(project: Project, kind: str) -> dict[int, str]:
    told = project.intakes[kind].problems
    told = told[told["rule"].isin(_DOUBTS) & (told["severity"] == WARNING) & told["row"].notna()]
    return told.groupby("row")["suggestion"].agg("；".join).to_dict()


def _point(row, title: str, name: str, mark: str, doubt: str) -> dict:
    called = getattr(row, name, None)
    called = f"第 {row.Index} 行" if called is None or pd.isna(called) else str(called)
    rows = [[title, called], ["所在行", str(row.Index)]]
    for column, header in (("service_type", "类型"), ("pop", "人口"), ("people", "人数"), ("basis", "位置")):
        value = getattr(row, column, pd.NA)
        if not pd.isna(value):
            rows.append([header, people(value) if column in ("pop", "people") else str(value)])
    if doubt:
        rows.append(["请核对", doubt])
    return feature(shapely.Point(row.lon, row.lat), mark=mark, title=called, rows=rows)


def _legend(project: Project, shown: list[tuple[str, str]]) -> str:
    lines = "".join(f"<div>{mark_img('intake', mark, 14)}{html.escape(text)}</div>" for mark, text in shown)
    basis = "" if project.areas is not None else "<p>还没有乡镇边界。</p>"
    return ('<details class="legend" open><summary>读入的内容</summary>'
            f"{lines}{basis}</details>")
