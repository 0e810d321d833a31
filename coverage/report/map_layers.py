"""Turn an evaluation's tables into GeoJSON features for the map, each with its style and what a click tells.

A feature's `id` is its township_code, demand_id or site_id; its `rows` are pairs of
label and value; names stay data and never become HTML here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.access.bands import NOT_CONNECTED
from coverage.region import Region
from coverage.report.palette import palette, share_key
from coverage.report.siting_words import service_words, site_cost_words
from coverage.report.words import minutes, people, percent, yes_no
from coverage.study import Evaluation, Suggestion
from coverage.study.outreach import is_service
from coverage.study.question_parts import SERVICES
from coverage.travel.legs import CUT_OFF, GAP

SUGGESTED, OTHER, NOT_COUNTED = "建议新建", "其他机构", "没有计入"
AROUND = (GAP, CUT_OFF)
"""States of access that have a layer of their own: a frame around the village's mark."""

DECIMALS = 5
"""About a metre: finer than any village point."""

SHADE = 0.75
"""Opacity of the townships' shading."""

COARSE_DECIMALS = 4
"""About ten metres: a pixel at the closest zoom that a county's map needs."""

NOBODY = "#dddddd"
"""Colour of a township where nobody counts."""


def township_features(evaluation: Evaluation, coverage: pd.DataFrame, areas: gpd.GeoDataFrame, *,
                      faint: bool = False) -> list[dict]:
    threshold = evaluation.scenario.travel.threshold_min
    table = evaluation.region.townships.join(coverage, how="left").reindex(areas.index)
    features = []
    for code, geometry, row in zip(areas.index, areas.geometry, table.to_dict("records"), strict=True):
        share = row[f"share_{threshold:g}_min"]
        key = share_key(share)
        rows = [
            ["乡镇", row["township"]],
            ["常住人口", people(row["pop"])],
            [evaluation.group, people(row["people"])],
            [f"{threshold:g} 分钟内", f"{people(row[f'within_{threshold:g}_min'])}（{percent(share)}）"],
            ["平均用时", minutes(row["mean_min"])],
            ["未接入路网", people(row["not_connected"])],
        ]
        fill = palette("share").loc[key, "colour"] if key else NOBODY
        style = {"fillColor": fill, "fillOpacity": 0.25 if faint else SHADE, "color": "#555", "weight": 1}
        features.append(feature(geometry, id=code, rows=rows, style=style))
    return features


def village_features(evaluation: Evaluation, demand: pd.DataFrame, suggestion: Suggestion | None = None, *,
                     by_band: bool = False) -> list[dict]:
    site_names = evaluation.region.sites["name"]
    if suggestion is not None:
        site_names = pd.concat([site_names, "建议新建：" + suggestion.new_sites["name"]])
    marks = village_marks(demand, evaluation.scenario.travel.threshold_min, by_band=by_band)
    nearest, served = demand["site_id"].map(site_names).fillna("无"), evaluation.planned_services
    features = []
    for row, mark, site in zip(demand.itertuples(), marks, nearest, strict=True):
        rows = [
            ["村（社区）", row.name],
            [evaluation.group, people(row.people)],
            ["最近机构", site],
            ["用时", minutes(row.travel_min)],
            ["接入", row.access_state],
            ["位置", _text(row.basis)],
        ]
        rows += [["服务到村", served[row.Index]]] if row.Index in served.index else []
        features.append(_point(row, id=row.Index, mark=mark, title=row.name, rows=rows))
    return features


def village_marks(demand: pd.DataFrame, threshold: float, *, by_band: bool = False) -> pd.Series:
    """The palette's mark of each village: reached, beyond or cut; or its band's, as band_0, band_1 …

    The people at villages of each mark are those that the coverage table counts so.
    """
    cut = demand["band"].eq(NOT_CONNECTED)
    if not by_band:
        reached = demand["travel_min"].le(threshold)
        return pd.Series(np.select([reached, cut], ["reached", "cut"], "beyond"), index=demand.index)
    last = len(demand["band"].cat.categories) - 2  # the categories end with beyond and not connected
    code = demand["band"].cat.codes
    marks = [f"band_{min(one, MOST_BANDS - 1)}" for one in range(last)]
    return pd.Series(np.array([*marks, "beyond", "cut"], dtype=object)[code], index=demand.index)


MOST_BANDS = 6
"""Bands that have a mark of their own; more of them share the last one."""


def around_features(demand: pd.DataFrame, state: str) -> list[dict]:
    """A frame around each village in one state of access: 路网缺口 or 孤立路段."""
    shown = demand[demand["access_state"].eq(state)]
    return [_point(row, id=row.Index, mark=state, title=f"{row.name}：{state}") for row in shown.itertuples()]


def site_features(sites: pd.DataFrame, *, region: Region, counted: pd.Index | None = None,
                  gone: Mapping[str, str] = MappingProxyType({})) -> list[dict]:
    """Institutions of one type; those of the type in question that the scenario doesn't count are drawn apart, as are
    those that a plan leaves standing no longer (site_id → what is done)."""
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
        mark = NOT_COUNTED if aside or row.Index in gone else site_mark(row.service_type)
        rows += [["本次评价", "没有计入" if aside else "计入"]] if counted is not None else []
        rows += [["这个方案", gone[row.Index]]] if row.Index in gone else []
        features.append(_point(row, id=row.Index, mark=mark, title=row.name, rows=rows))
    return features


def site_mark(service_type: str) -> str:
    """Which of the palette's marks an institution bears."""
    return service_type if service_type in palette("site").index else OTHER


def suggested_parts(new_sites: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The new sites by the mark that they bear: institutions, outreach stops and shuttles apart."""
    marks = new_sites["way"].where(is_service(new_sites), SUGGESTED)
    return {mark: new_sites[marks == mark] for mark in (*SERVICES, SUGGESTED) if (marks == mark).any()}


def suggested_features(suggestion: Suggestion) -> list[dict]:
    features, new = [], suggestion.new_sites
    for row in pd.concat([new[is_service(new)], suggestion.built]).itertuples():  # institutions on top
        cost = site_cost_words(row._asdict())
        if row.way in SERVICES:
            rows = [[f"建议{row.way}", row.name], ["费用", cost], ["服务", service_words(suggestion, row._asdict())]]
            features.append(_point(row, id=row.Index, mark=row.way, title=row.name, rows=rows))
            continue
        rows = [
            [f"建议{row.way}", row.name],
            ["乡镇", _text(row.township)],
            ["费用", cost],
            [f"{suggestion.within_min:g} 分钟内", people(row.people_within)],
            ["现有机构够不着的", people(row.people_added)],
            ["只有这里够得着的", people(row.people_only)],
        ]
        features.append(_point(row, id=row.Index, mark=SUGGESTED, title=row.name, rows=rows))
    for row in suggestion.upper_new.itertuples():
        rows = [[f"建议新建县级{row.service_type}", row.name], ["乡镇", _text(row.township)],
                ["费用", site_cost_words(row._asdict())],
                [f"{suggestion.question.upper.within_min:g} 分钟内", people(row.people_within)]]
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
            ["费用", site_cost_words(row._asdict())],
            ["容量", people(row.capacity)],
        ]
        features.append(_point(row, id=row.Index, mark=row.role, title=row.name, rows=rows))
    return features


def name_features(townships: pd.DataFrame) -> list[dict]:
    """Names, the largest township first: where there is no room, the first one stays."""
    ordered = townships.sort_values("pop", ascending=False, kind="stable") if "pop" in townships else townships
    return [_point(row, id=row.Index, title=row.township) for row in ordered.itertuples()]


def isochrone_features(isochrones: gpd.GeoDataFrame) -> list[dict]:
    """Areas in reach, the widest first, darker the nearer."""
    colours = list(palette("reach")["colour"])
    features = []
    for number in reversed(range(len(isochrones))):
        style = {"color": colours[0], "weight": 1, "fillColor": colours[min(number, len(colours) - 1)],
                 "fillOpacity": 0.7}
        features.append(feature(shapely.simplify(isochrones.geometry.iloc[number], 2e-4), style=style,
                                decimals=COARSE_DECIMALS))
    return features


def isochrone_names(isochrones: gpd.GeoDataFrame) -> list[dict]:
    """Each area's minutes at its northern end."""
    features = []
    for limit, area in zip(isochrones.index, isochrones.geometry, strict=True):
        if not area.is_empty:
            corners = shapely.get_coordinates(area)
            features.append(feature(shapely.Point(corners[corners[:, 1].argmax()]), title=f"{limit:g} 分钟"))
    return features


def route_features(route: gpd.GeoDataFrame) -> list[dict]:
    """The legs of a trip: walks dotted, the ride solid with a white edge; not a shuttle's way to its passenger."""
    route = route[route["leg"].ne("接送车来接")]
    ridden = route["leg"].eq("沿路").to_numpy()
    edge = [feature(line, style={"color": "#ffffff", "weight": 9, "opacity": 0.9}) for line in route.geometry[ridden]]
    ride = [feature(line, style={"color": "#b3004b", "weight": 5}) for line in route.geometry[ridden]]
    walk = [feature(line, style={"color": "#b3004b", "weight": 4, "dashArray": "1 8", "lineCap": "round"})
            for line in route.geometry[~ridden]]
    return edge + ride + walk


def chosen_features(geometry: shapely.Geometry | None) -> list[dict]:
    """What the planner chose, outlined: a township's border, a stretch of road, or a ring around a place."""
    if geometry is None:
        return []
    if geometry.geom_type == "Point":
        return [feature(geometry, mark="chosen", title="")]
    line = geometry.boundary if geometry.area else geometry
    return [feature(line, style={"color": "#ffffff", "weight": 7, "opacity": 0.9}),
            feature(line, style={"color": "#b3004b", "weight": 3.5})]


def feature(geometry: shapely.Geometry, *, id: str | None = None, decimals: int = DECIMALS, **properties) -> dict:
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, decimals))
    named = {} if id is None else {"id": str(id)}
    return {"type": "Feature", **named, "geometry": shapely.geometry.mapping(rounded), "properties": properties}


def _point(row, *, id: str, **properties) -> dict:
    place = {"type": "Point", "coordinates": (round(float(row.lon), DECIMALS), round(float(row.lat), DECIMALS))}
    return {"type": "Feature", "id": str(id), "geometry": place, "properties": properties}


def _text(value) -> str:
    return "未填" if pd.isna(value) else str(value)
