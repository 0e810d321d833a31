"""Draw the ground under the map's figures: areas, roads and water, as few vertices as the eye needs → features.

Nothing here bears on a figure.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from coverage.intake import Roads
from coverage.intake.topology import simplify_for_display
from coverage.report.map_layers import COARSE_DECIMALS, feature
from coverage.study import Change

AREA_VERTICES = 40_000
"""Vertices of all townships together beyond which their borders are drawn simpler."""

ROAD_VERTICES = 25_000
"""The map shows the classes of road that fit in so many vertices, the most important first."""

ROAD_WIDTHS = {"高速": 3, "一级": 2.6, "二级": 2.2, "三级": 1.6, "四级": 1, "等外": 0.7}


def display_areas(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The areas with borders simplified until they fit, neighbours still sharing them; the same where they fit."""
    tolerance_m = 50.0
    simple = areas
    while shapely.get_num_coordinates(simple.geometry.to_numpy()).sum() > AREA_VERTICES and tolerance_m < 10_000:
        simple = simplify_for_display(areas, tolerance_m)
        tolerance_m *= 2
    return simple


def road_features(roads: Roads) -> list[dict]:
    """The more important roads, as many classes as fit: one feature a class."""
    vertices = np.diff(roads.way_ptr)
    classes = roads.ways["road_class"].to_numpy()
    features, shown = [], 0
    for road_class, width in ROAD_WIDTHS.items():
        ways = np.flatnonzero(classes == road_class)
        shown += int(vertices[ways].sum())
        if shown > ROAD_VERTICES:
            break
        if len(ways):
            lines = shapely.MultiLineString([way_line(roads, way) for way in ways])
            features.append(feature(lines, decimals=COARSE_DECIMALS,
                                    style={"color": "#7a6a58", "weight": width, "opacity": 0.8}))
    return features


def changed_road_features(changes: tuple[Change, ...], roads: Roads) -> list[dict]:
    """Roads that a scenario changes: drawn ones solid, upgraded ones long dashes, closed ones short; `roads` as before.

    Their looks are in CHANGED, by the kind of change.
    """
    features = []
    for change in changes:
        if change.kind not in CHANGED:
            continue
        lines = [np.array(change.line)] if change.kind == "draw_road" else [
            way_line(roads, way) for way in np.flatnonzero(roads.ways["way_id"].isin(change.way_ids))]
        features += [feature(shapely.LineString(line), style={"color": "#ffffff", "weight": 8}) for line in lines]
        features += [feature(shapely.LineString(line), style=CHANGED[change.kind] | {"weight": 4.5}) for line in lines]
    return features


CHANGED = {"draw_road": {"color": "#00695c"}, "upgrade_road": {"color": "#4527a0", "dashArray": "14 6"},
           "close_road": {"color": "#b71c1c", "dashArray": "3 7"}}
"""How roads that a scenario draws, upgrades or closes are shown."""


def way_line(roads: Roads, way: int) -> np.ndarray:
    """Vertices (lon, lat) of the way in a row of `ways`."""
    nodes = roads.way_node[roads.way_ptr[way]: roads.way_ptr[way + 1]]
    return np.column_stack([roads.node_lon[nodes], roads.node_lat[nodes]])


def water_features(water: gpd.GeoDataFrame | None) -> list[dict]:
    """Rivers and lakes, for finding one's way."""
    if water is None:
        return []
    style = {"color": "#4a90c2", "weight": 2.5, "opacity": 0.9, "fillColor": "#a9cce3"}
    return [feature(geometry, style=style) for geometry in water.geometry]
