"""Make one change to roads: `Roads` and a change in, `Roads` out; coverage.travel edits, here is what a planner means.

A drawn road meets the roads that its vertices touch and, unless it says otherwise, those that it crosses on the level.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from coverage.errors import ScenarioError
from coverage.intake import Roads
from coverage.study.changes import NEW, ROAD_CLASSES, CloseRoad, DrawRoad, UpgradeRoad
from coverage.travel import close_ways, draw_road, reclass_ways

PASSED_OVER = ("高速", "匝道", "轮渡")
"""Classes that a road doesn't meet where it merely crosses them; bridges and tunnels too."""


def change_roads(roads: Roads, change: CloseRoad | UpgradeRoad | DrawRoad) -> Roads:
    """The roads with `change` made. Raises ScenarioError or RoadError where it can't be."""
    basis = roads.basis if NEW in roads.basis else f"{roads.basis}（有{NEW}改动）"
    return replace(_changed(roads, change), basis=basis)


def _changed(roads: Roads, change: CloseRoad | UpgradeRoad | DrawRoad) -> Roads:
    if isinstance(change, CloseRoad):
        return close_ways(roads, list(change.way_ids))
    if isinstance(change, UpgradeRoad):
        _check_rises(roads, change)
        return reclass_ways(roads, list(change.way_ids), change.road_class, speed_kmh=change.speed_kmh)
    line = with_crossings(roads, change.line) if change.joins_crossings else list(change.line)
    way_id = change.way_id or f"{NEW}-{change.name}"
    drawn = draw_road(roads, line, change.road_class, way_id=way_id, name=change.name)
    own, others = drawn.way_node[drawn.way_ptr[-2]:], drawn.way_node[:drawn.way_ptr[-2]]
    if not np.isin(own, others).any():
        raise ScenarioError("新路没有接上任何道路", todo="请让它的一端落在道路上（50 米以内）")
    return drawn


def _check_rises(roads: Roads, change: UpgradeRoad) -> None:
    """An upgrade that would lower a road's class is a mistake, unless the new driving speed is stated."""
    rank = {name: place for place, name in enumerate(ROAD_CLASSES)}
    ways = roads.ways[roads.ways["way_id"].isin(change.way_ids)]
    lower = ways[ways["road_class"].map(rank).lt(rank[change.road_class])]
    if len(lower) and change.speed_kmh is None:
        raise ScenarioError(f"道路“{lower['way_id'].iloc[0]}”现在是{lower['road_class'].iloc[0]}，"
                            f"改为{change.road_class}反而降低了", todo="请选更高的等级")


def with_crossings(roads: Roads, line: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """The line with a vertex wherever it crosses a road on the level."""
    x, y = roads.node_lon[roads.way_node], roads.node_lat[roads.way_node]
    level = ~(roads.ways["road_class"].isin(PASSED_OVER) | roads.ways["bridge"] | roads.ways["tunnel"]).to_numpy(bool)
    used = np.repeat(level, np.diff(roads.way_ptr))[:-1]
    used[roads.way_ptr[1:-1] - 1] = False  # from the end of a way to the start of the next there is no road
    start, step = np.flatnonzero(used), np.array(line)
    ax, ay, dx, dy = x[start], y[start], x[start + 1] - x[start], y[start + 1] - y[start]
    told = [tuple(line[0])]
    for (px, py), (qx, qy) in pairwise(step):
        ex, ey = qx - px, qy - py
        across = ex * dy - ey * dx
        with np.errstate(divide="ignore", invalid="ignore"):
            along = ((ax - px) * dy - (ay - py) * dx) / across
            there = ((ax - px) * ey - (ay - py) * ex) / across
        met = np.unique(along[(across != 0) & (along > 0) & (along < 1) & (there >= 0) & (there <= 1)])
        told += [(float(px + share * ex), float(py + share * ey)) for share in met]
        told.append((float(qx), float(qy)))
    return told
