"""Draw a study's maps as PNG pictures: areas shaded, villages and institutions by shape and colour, names, legend.

Takes an `Evaluation` and, where there is one, a siting answer; gives PNG bytes. No background is fetched:
what is drawn is the study's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from coverage.report.canvas import DPI, GREY, INK, Canvas, draw, write
from coverage.report.map_ground import ROAD_VERTICES
from coverage.report.map_layers import NOT_COUNTED, site_mark, suggested_parts, village_marks
from coverage.report.palette import palette, share_key
from coverage.report.picture_frame import Entry, legend, legend_height, north_arrow, scale_bar, tint, wrapped
from coverage.report.picture_labels import Box, place, spread
from coverage.report.picture_marks import mark
from coverage.report.tables import basis_line, place_and_year
from coverage.report.words import tight, width
from coverage.study import Evaluation, Suggestion

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_MM = 156
LEGEND_MM = 42
_TALLEST_MM, _EDGE_MM = 165, 3
_NAME_PT, _TITLE_PT, _SITE_PT = 6.5, 11, 6.5
_DOTS_A_POINT = DPI / 72
_NOBODY = "#dddddd"
_ROADS = {"高速": 1.6, "一级": 1.3, "二级": 1.1, "三级": 0.8, "四级": 0.5, "等外": 0.3}


@dataclass(frozen=True)
class Sheet:
    """What one map shows: its title and where that may break, how areas are filled, which points, and its legend."""

    title: tuple[str, ...]
    coverage: pd.DataFrame | None
    demand: pd.DataFrame | None
    sites: dict[str, pd.DataFrame]
    new_sites: pd.DataFrame | None
    entries: tuple[Entry, ...]


def coverage_map(evaluation: Evaluation, suggestion: Suggestion | None = None, *,
                 coverage: pd.DataFrame | None = None) -> bytes:
    """Who arrives in time: shares by township, every village, the service's institutions, suggested sites.

    `coverage`: shares to shade the areas by in place of the study's own; an area without one is hatched.
    """
    told = suggestion or evaluation
    shares = told.coverage if coverage is None else coverage
    sheet = Sheet(_title(evaluation, suggestion), shares, told.demand, _of_service(evaluation),
                  None if suggestion is None else suggestion.placed,
                  tuple(_coverage_entries(evaluation, suggestion, shares)))
    return _draw(evaluation, sheet)


def institution_map(evaluation: Evaluation, suggestion: Suggestion | None = None) -> bytes:
    """Where every institution open in the year stands, by type, and where new ones are suggested."""
    sites: dict[str, list[pd.DataFrame]] = {}
    for kind, rows in evaluation.open_by_type.items():
        sites.setdefault(site_mark(kind), []).append(rows)
    joined = {key: pd.concat(rows) for key, rows in sites.items()}
    entries = tuple(Entry(f"{palette('site').loc[key, 'label']}（{len(rows)}处）", mark=("site", key))
                    for key, rows in joined.items())
    title = (place_and_year(evaluation), "各类机构分布")
    if suggestion is None:
        return _draw(evaluation, Sheet(title, None, None, joined, None, entries))
    title = (f"{evaluation.region.title}“{suggestion.question.name}”", "建议新建的地方")
    return _draw(evaluation, Sheet(title, None, None, joined, suggestion.placed, (*entries, *_new(suggestion))))


def _title(evaluation: Evaluation, suggestion: Suggestion | None) -> tuple[str, str]:
    what = f"{evaluation.scenario.travel.threshold_min:g} 分钟内到达{evaluation.service}的{evaluation.group}占比"
    built = "" if suggestion is None else f"“{suggestion.question.name}”建成以后"
    return f"{place_and_year(evaluation)}{built}", what


def _of_service(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """The service's institutions by mark: those counted, and those open but not counted."""
    key = site_mark(evaluation.scenario.service.type)
    rows = evaluation.open_by_type.get(evaluation.scenario.service.type)
    if rows is None:
        return {}
    counted = rows.index.isin(evaluation.supply.index)
    return {name: part for name, part in ((NOT_COUNTED, rows[~counted]), (key, rows[counted])) if len(part)}


def _new(suggestion: Suggestion) -> list[Entry]:
    return [Entry(f"{palette('site').loc[key, 'label']}（{len(rows)}处）", mark=("site", key))
            for key, rows in suggested_parts(suggestion.placed).items()]


def _coverage_entries(evaluation: Evaluation, suggestion: Suggestion | None, coverage: pd.DataFrame) -> Iterator[Entry]:
    yield Entry(f"到达的{evaluation.group}占比", heading=True)
    for row in palette("share").itertuples():
        yield Entry(row.label, fill=row.colour)
    shares = coverage[f"share_{evaluation.scenario.travel.threshold_min:g}_min"]
    if len(shares.dropna()) < len(evaluation.region.townships):
        yield Entry("没有人数或不公开", fill=_NOBODY, hatch="////")
    yield Entry("村（社区）", heading=True)
    used = village_marks((suggestion or evaluation).demand, evaluation.scenario.travel.threshold_min)
    for key in palette("village").index.intersection(used.unique()):
        yield Entry(palette("village").loc[key, "label"], mark=("village", key))
    yield Entry("机构", heading=True)
    for key in _of_service(evaluation):
        yield Entry(palette("site").loc[key, "label"], mark=("site", key))
    if suggestion is not None and len(suggestion.placed):
        yield from _new(suggestion)


def _draw(evaluation: Evaluation, sheet: Sheet) -> bytes:
    """The sheet: title on top, map, legend at its right (below a map that is wide), sources at the foot."""
    west, south, east, north = _bounds(evaluation)
    stretch = 1 / np.cos(np.radians((south + north) / 2))
    shape = (north - south) * stretch / (east - west)
    beside = shape > 0.7
    across = WIDTH_MM - 2 * _EDGE_MM - (LEGEND_MM if beside else 0)
    down = min(across * shape, _TALLEST_MM)
    whole = tight("".join(sheet.title))
    title = [whole] if width(whole) <= 74 else [line for part in sheet.title for line in wrapped(tight(part), 74)]
    foot = wrapped(f"数据性质：{basis_line(evaluation)}。位置和界线不作行政区划依据。", 100)
    top = 4 + 5 * len(title)
    under = max(down, legend_height(sheet.entries) + 24) if beside else down + legend_height(sheet.entries, 3) + 4
    height = top + under + 4 + 3.4 * len(foot) + 3

    def paint(canvas: Canvas) -> None:
        page = canvas.sheet()
        for line, text in enumerate(title):
            write(page, WIDTH_MM / 2, 5.5 + 5 * line, text, size=_TITLE_PT, ha="center", va="center")
        axes = canvas.axes(_EDGE_MM, top, across, down)
        axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], facecolor="#f7f7f5")
        axes.set_aspect(stretch, adjustable="datalim")
        axes.apply_aspect()
        _ground(axes, evaluation, sheet)
        _points(axes, evaluation, sheet)
        _names(canvas, axes, evaluation, sheet)
        north_arrow(axes)
        scale_bar(axes)
        if "示意" in basis_line(evaluation) or "示例" in basis_line(evaluation):
            write(axes, 0.015, 0.985, "示意图", size=9, transform=axes.transAxes, ha="left", va="top", zorder=12,
                  bbox={"facecolor": "white", "edgecolor": INK, "linewidth": 0.8, "pad": 2.5})
        if beside:
            legend(page, sheet.entries, left=WIDTH_MM - LEGEND_MM + 1, top=top, columns=1, width=LEGEND_MM - 2)
        else:
            legend(page, sheet.entries, left=_EDGE_MM, top=top + down + 3, columns=3, width=WIDTH_MM - 2 * _EDGE_MM)
        for line, text in enumerate(foot):
            write(page, _EDGE_MM, top + under + 5 + 3.4 * line, text, size=6.5, colour=GREY, va="center")

    return draw(WIDTH_MM, height, paint)


def _bounds(evaluation: Evaluation) -> tuple[float, float, float, float]:
    """What the map must show, with a margin of 3%."""
    west, south, east, north = map(float, evaluation.region.areas.total_bounds)
    across, up = 0.03 * (east - west), 0.03 * (north - south)
    return west - across, south - up, east + across, north + up


def _ground(axes: Axes, evaluation: Evaluation, sheet: Sheet) -> None:
    from matplotlib.collections import LineCollection, PathCollection

    paths, fills, empty = [], [], []
    share = None if sheet.coverage is None else sheet.coverage[
        f"share_{evaluation.scenario.travel.threshold_min:g}_min"]
    for code, geometry in evaluation.region.areas.geometry.items():
        key = None if share is None else share_key(share.get(code, float("nan")))
        fill = "#ffffff" if share is None else palette("share").loc[key, "colour"] if key else _NOBODY
        (empty if share is not None and key is None else paths).append(_path(geometry))
        fills += [fill] if share is None or key else []
    axes.add_collection(PathCollection(paths, facecolors=[tint(fill) for fill in fills],
                                       edgecolors="#505050", linewidths=0.6, zorder=1))
    if empty:
        axes.add_collection(PathCollection(empty, facecolors=_NOBODY, edgecolors="#505050", linewidths=0.6,
                                           hatch="////", zorder=1))
    for lines, points in _roads(evaluation):
        axes.add_collection(LineCollection(lines, colors="#7a6a58", linewidths=points, alpha=0.7, zorder=2))
    water = evaluation.base.project.water
    for geometry in [] if water is None else water.geometry:
        if geometry.geom_type in ("LineString", "MultiLineString"):
            lines = [np.asarray(part.coords)[:, :2] for part in shapely.get_parts(geometry)]
            axes.add_collection(LineCollection(lines, colors="#4a90c2", linewidths=1.2, zorder=2))
        else:
            axes.add_collection(PathCollection([_path(geometry)], facecolors="#a9cce3", edgecolors="#4a90c2",
                                               linewidths=0.5, zorder=2))


def _path(geometry: shapely.Geometry):
    from matplotlib.path import Path

    rings = [ring for part in shapely.get_parts(geometry) for ring in (part.exterior, *part.interiors)]
    closed = [Path(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings]
    return Path.make_compound_path(*closed) if closed else Path(np.empty((0, 2)))


def _roads(evaluation: Evaluation) -> Iterator[tuple[list[np.ndarray], float]]:
    """The more important roads, as many classes as are still legible."""
    roads = evaluation.base.roads
    vertices, classes, shown = np.diff(roads.way_ptr), roads.ways["road_class"].to_numpy(), 0
    for road_class, points in _ROADS.items():
        ways = np.flatnonzero(classes == road_class)
        shown += int(vertices[ways].sum())
        if shown > ROAD_VERTICES:
            return
        nodes = [roads.way_node[roads.way_ptr[way]: roads.way_ptr[way + 1]] for way in ways]
        yield [np.column_stack([roads.node_lon[node], roads.node_lat[node]]) for node in nodes], points


def _points(axes: Axes, evaluation: Evaluation, sheet: Sheet) -> None:
    if sheet.demand is not None:
        marks = village_marks(sheet.demand, evaluation.scenario.travel.threshold_min)
        size = float(np.clip(60 / np.sqrt(len(marks)), 1.2, 4.5))
        for key in palette("village").index.intersection(marks.unique()):
            rows = sheet.demand[marks == key]
            mark(axes, rows["lon"], rows["lat"], use="village", key=key, size=size, above=4)
    for key, places in _site_places(axes, sheet):
        spots = axes.transData.inverted().transform(places)
        mark(axes, spots[:, 0], spots[:, 1], use="site", key=key, size=_SITE_PT, above=6)


def _names(canvas: Canvas, axes: Axes, evaluation: Evaluation, sheet: Sheet) -> None:
    """Townships' names, the most populous first, with their share where the areas are shaded: colour is not alone."""
    townships = evaluation.region.townships
    order = townships.sort_values("pop", ascending=False, kind="stable").index if "pop" in townships else \
        townships.index
    texts = [_name(townships.at[code, "township"], code, evaluation, sheet) for code in order]
    drawn = [write(axes, townships.at[code, "lon"], townships.at[code, "lat"], text, size=_NAME_PT, halo=1.8,
                   ha="center", va="center", linespacing=1.05, zorder=10)
             for code, text in zip(order, texts, strict=True)]
    points = axes.transData.transform(townships.loc[order, ["lon", "lat"]].to_numpy(float))
    extents = [text.get_window_extent(canvas.renderer) for text in drawn]
    frame = axes.get_window_extent(canvas.renderer)
    found = place([tuple(point) for point in points], [(extent.width, extent.height) for extent in extents],
                  within=Box(frame.x0, frame.y0, frame.x1, frame.y1), homes=_homes(axes, evaluation, order),
                  keep_clear=_busy(axes, sheet))
    back = axes.transData.inverted()
    for text, middle in zip(drawn, found, strict=True):
        if middle is None:
            text.remove()
        else:
            text.set_position(back.transform(middle))


def _homes(axes: Axes, evaluation: Evaluation, order: pd.Index) -> list[shapely.Geometry]:
    """Each township's area in pixels; empty where it has none."""
    areas = evaluation.region.areas.geometry.reindex(order)
    shapes = [shapely.Polygon() if geometry is None else shapely.force_2d(geometry) for geometry in areas]
    return [shapely.transform(geometry, axes.transData.transform) for geometry in shapes]


def _name(name: str, code: str, evaluation: Evaluation, sheet: Sheet) -> str:
    if sheet.coverage is None:
        return name
    share = sheet.coverage[f"share_{evaluation.scenario.travel.threshold_min:g}_min"].get(code, float("nan"))
    return name if pd.isna(share) else f"{name} {floor(share * 100 + 1e-9)}%"  # 89.7% isn't yet the class of 90%


def _site_places(axes: Axes, sheet: Sheet) -> list[tuple[str, np.ndarray]]:
    """Where each mark of institutions and suggested sites is drawn, in pixels, moved aside where they would overlap."""
    parts = dict(sheet.sites) | ({} if sheet.new_sites is None else suggested_parts(sheet.new_sites))
    if not parts:
        return []
    at = axes.transData.transform(np.vstack([rows[["lon", "lat"]].to_numpy(float) for rows in parts.values()]))
    moved = np.array(spread([tuple(point) for point in at], (_SITE_PT + 1) * _DOTS_A_POINT))
    return list(zip(parts, np.split(moved, np.cumsum([len(rows) for rows in parts.values()])[:-1]), strict=True))


def _busy(axes: Axes, sheet: Sheet) -> list[Box]:
    """Where marks stand, which names should rather not cover: institutions most, villages a little."""
    boxes = [_around(places, _SITE_PT) for _, places in _site_places(axes, sheet)]
    if sheet.demand is not None:
        boxes.append(_around(axes.transData.transform(sheet.demand[["lon", "lat"]].to_numpy(float)), 2))
    return [box for part in boxes for box in part]


def _around(places: np.ndarray, points: float) -> list[Box]:
    half = points * _DOTS_A_POINT / 2
    return [Box(x - half, y - half, x + half, y + half) for x, y in places]
