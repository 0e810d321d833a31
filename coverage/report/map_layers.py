"""Turn an evaluation's tables into GeoJSON features for the map, each with its style and what a click tells.

A feature's `id` is its township_code, demand_id or site_id; its `rows` are pairs of
label and value; names stay data and never become HTML here.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.intake import Roads
from coverage.region import Region
from coverage.report.palette import mark_svg, palette, share_key
from coverage.report.words import minutes, people, percent, yes_no
from coverage.study import Evaluation, Suggestion

SUGGESTED, OTHER, NOT_COUNTED = "建议新建", "其他机构", "没有计入"
DECIMALS = 5
"""About a metre: finer than any village point."""

ROAD_VERTICES = 30_000
"""The map shows the classes of road that fit in so many vertices, the most important first."""


def _marks() -> dict[str, dict]:
    return {
        key: {"svg": mark_svg(use, key, size), "size": size, "keyboard": use == "site"}
        for use, size in (("village", 12), ("site", 20), ("candidate", 14))
        for key in palette(use).index
    }


MARKS = _marks()
"""Mark name → its SVG, size in pixels, and whether Tab stops at it."""


def township_features(evaluation: Evaluation, coverage: pd.DataFrame) -> list[dict]:
    region, threshold = evaluation.region, evaluation.scenario.travel.threshold_min
    table = region.townships.join(coverage, how="left")
    features = []
    for code, geometry in region.areas.geometry.items():
        row = table.loc[code]
        share = row[f"share_{threshold:g}_min"]
        key = share_key(share)
        fill = palette("share").loc[key, "colour"] if key else "#dddddd"
        rows = [
            ["乡镇", row["township"]],
            ["常住人口", people(row["pop"])],
            [evaluation.group, people(row["people"])],
            [f"{threshold:g} 分钟内", f"{people(row[f'within_{threshold:g}_min'])}（{percent(share)}）"],
            ["平均用时", minutes(row["mean_min"])],
            ["未接入路网", people(row["not_connected"])],
        ]
        style = {"fillColor": fill, "fillOpacity": 0.75, "color": "#555", "weight": 1}
        features.append(_feature(geometry, id=code, rows=rows, style=style))
    return features


def village_features(evaluation: Evaluation, demand: pd.DataFrame, suggestion: Suggestion | None = None) -> list[dict]:
    threshold = evaluation.scenario.travel.threshold_min
    site_names = evaluation.region.sites["name"]
    if suggestion is not None:
        site_names = pd.concat([site_names, "建议新建：" + suggestion.new_sites["name"]])
    features = []
    for row in demand.itertuples():
        rows = [
            ["村（社区）", row.name],
            [evaluation.group, people(row.people)],
            ["最近机构", site_names.get(row.site_id, "无")],
            ["用时", minutes(row.travel_min)],
            ["接入", row.access_state],
            ["位置", _text(row.basis)],
        ]
        features.append(_point(row, id=row.Index, mark=village_mark(row, threshold), title=row.name, rows=rows))
    return features


def village_mark(row, threshold: float) -> str:
    """Which of the palette's village marks a demand point bears."""
    if row.travel_min <= threshold:
        return "reached"
    if row.access_state == "路网缺口":
        return "gap"
    return "cut" if pd.isna(row.travel_min) else "beyond"


def site_features(sites: pd.DataFrame, *, region: Region, counted: pd.Index | None = None) -> list[dict]:
    """Institutions of one type; those of the type in question that the scenario doesn't count are drawn apart."""
    township = sites["township_code"].map(region.townships["township"])
    features = []
    for row, place in zip(sites.itertuples(), township, strict=True):
        rows = [
            ["机构", row.name],
            ["类型", row.service_type],
            ["乡镇", _text(place)],
            ["容量", people(row.capacity)],
            ["规范化", yes_no(row.standardised)],
            ["启用年份", _text(row.opened_year)],
            ["数据性质", _text(row.basis)],
        ]
        aside = counted is not None and row.Index not in counted
        mark = NOT_COUNTED if aside else site_mark(row.service_type)
        rows += [["本次评价", "没有计入" if aside else "计入"]] if counted is not None else []
        features.append(_point(row, id=row.Index, mark=mark, title=row.name, rows=rows))
    return features


def site_mark(service_type: str) -> str:
    """Which of the palette's marks an institution bears."""
    return service_type if service_type in MARKS else OTHER


def suggested_features(suggestion: Suggestion) -> list[dict]:
    features = []
    for row in suggestion.new_sites.itertuples():
        rows = [
            [f"建议{row.way}", row.name],
            ["乡镇", _text(row.township)],
            ["费用", f"{row.cost_wan:,.0f} 万元（{row.cost_basis}）"],
            [f"{suggestion.within_min:g} 分钟内", people(row.people_within)],
            ["现有机构够不着的", people(row.people_added)],
            ["只有这里够得着的", people(row.people_only)],
        ]
        features.append(_point(row, id=row.Index, mark=SUGGESTED, title=row.name, rows=rows))
    return features


def candidate_features(candidates: pd.DataFrame, townships: pd.DataFrame) -> list[dict]:
    """Where something could be built; the mark tells the role."""
    features = []
    for row, place in zip(candidates.itertuples(), candidates["township_code"].map(townships["township"]),
                          strict=True):
        rows = [
            ["候选点", row.name],
            ["编号", row.Index],
            ["乡镇", _text(place)],
            ["做法", row.way],
            ["角色", row.role],
            ["费用", f"{row.cost_wan:,.0f} 万元（{row.cost_basis}）"],
            ["容量", people(row.capacity)],
        ]
        features.append(_point(row, id=row.Index, mark=row.role, title=row.name, rows=rows))
    return features


def name_features(townships: pd.DataFrame) -> list[dict]:
    return [_point(row, id=row.Index, title=row.township) for row in townships.itertuples()]


def water_features(water: gpd.GeoDataFrame | None) -> list[dict]:
    """Rivers and lakes, for finding one's way: they bear on no figure."""
    if water is None:
        return []
    style = {"color": "#4a90c2", "weight": 2.5, "opacity": 0.9, "fillColor": "#a9cce3"}
    return [_feature(geometry, style=style) for geometry in water.geometry]


def road_features(roads: Roads) -> list[dict]:
    """The more important roads, as many classes as fit: one feature a class."""
    vertices = np.diff(roads.way_ptr)
    classes = roads.ways["road_class"].to_numpy()
    features, shown = [], 0
    for road_class, width in _ROAD_WIDTHS.items():
        ways = np.flatnonzero(classes == road_class)
        shown += int(vertices[ways].sum())
        if shown > ROAD_VERTICES:
            break
        if len(ways):
            lines = shapely.MultiLineString([_line(roads, way) for way in ways])
            features.append(_feature(lines, style={"color": "#7a6a58", "weight": width, "opacity": 0.8}))
    return features


_ROAD_WIDTHS = {"高速": 3, "一级": 2.6, "二级": 2.2, "三级": 1.6, "四级": 1, "等外": 0.7}


def _line(roads: Roads, way: int) -> np.ndarray:
    nodes = roads.way_node[roads.way_ptr[way]: roads.way_ptr[way + 1]]
    return np.column_stack([roads.node_lon[nodes], roads.node_lat[nodes]])


def _point(row, **properties) -> dict:
    return _feature(shapely.Point(row.lon, row.lat), **properties)


def _feature(geometry: shapely.Geometry, *, id: str | None = None, **properties) -> dict:
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))
    named = {} if id is None else {"id": str(id)}
    return {"type": "Feature", **named, "geometry": shapely.geometry.mapping(rounded), "properties": properties}


def _text(value) -> str:
    return "未填" if pd.isna(value) else str(value)
