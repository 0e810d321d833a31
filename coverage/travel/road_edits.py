"""Change roads as a scenario says: `Roads` and some ways or a drawn line → new `Roads`; the old ones stay unchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from coverage.errors import RoadError
from coverage.intake.roads import Roads
from coverage.travel.geometry import DEGREE_M

JOIN_M = 50.0
"""A drawn vertex this near to a road joins it (示意)."""


def close_ways(roads: Roads, way_ids: list[str]) -> Roads:
    """Without these ways. Raises RoadError for a way that isn't there.

    Points that joined them join the nearest way that is left, so a trip from door to door may even get shorter:
    the nearest way isn't always the best to join.
    """
    return _pick(roads, np.flatnonzero(~_chosen(roads, way_ids)))


def reclass_ways(roads: Roads, way_ids: list[str], road_class: str, *, speed_kmh: float | None = None) -> Roads:
    """With another class, and a stated speed where given, for these ways. Raises RoadError for an unknown way.

    The limit posted on the old road goes. Without a stated speed the new class's counts, or the old road's own stated
    speed where that is higher. Where a mode may join a way only now, points may still join whatever they joined before.
    Ways that become 高速 (or 匝道) can be joined at their ends alone, and not at all by modes kept off that class:
    points beside them may end up with longer trips.
    """
    chosen = _chosen(roads, way_ids)
    ways = roads.ways.copy()
    for former, name in (("former_class", "road_class"), ("former_kmh", "speed_kmh")):
        if former not in ways:
            ways[former] = pd.Series(None, index=ways.index, dtype=ways[name].dtype)
        ways.loc[chosen, former] = ways.loc[chosen, former].fillna(ways.loc[chosen, name])
    ways.loc[chosen, ["road_class", "tag"]] = road_class
    ways.loc[chosen, "maxspeed_kmh"] = np.nan
    ways.loc[chosen, "speed_kmh"] = np.nan if speed_kmh is None else float(speed_kmh)
    return replace(roads, ways=ways)


def draw_road(roads: Roads, line: list[tuple[float, float]], road_class: str, *, way_id: str, name: str | None = None,
              join_m: float = JOIN_M) -> Roads:
    """With a two-way road along `line` (lon, lat), of a class.

    Each vertex within `join_m` of a road moves onto it and meets it there; the
    road that it meets keeps its shape. Vertices between, and mere crossings,
    meet nothing. Its row is `drawn`: points may join it, and may still join
    whatever they joined before. Raises RoadError for fewer than two different vertices, or an
    id that is taken.
    """
    if len({tuple(vertex) for vertex in line}) < 2:
        raise RoadError("新路至少要有两个不同的点", where=way_id, todo="请重新画线")
    if way_id in set(roads.ways["way_id"]):
        raise RoadError(f"道路编号“{way_id}”已有", where=way_id, todo="请换一个编号")
    chain = []
    for lon, lat in line:
        roads, node = _node_at(roads, float(lon), float(lat), join_m)
        if not chain or chain[-1] != node:
            chain.append(node)
    if len(chain) < 2:
        raise RoadError(f"新路太短，两端接在同一处（{join_m:g} 米以内并为一点）", where=way_id, todo="请把线画长一些")
    ways = roads.ways if "drawn" in roads.ways else roads.ways.assign(drawn=False)
    row = {"way_id": way_id, "tag": road_class, "road_class": road_class, "name": name, "oneway": 0,
           "maxspeed_kmh": np.nan, "speed_kmh": np.nan, "bridge": False, "tunnel": False, "ferry": False, "drawn": True}
    new = pd.DataFrame([row]).reindex(columns=ways.columns).astype(ways.dtypes.to_dict())
    return replace(roads, way_node=np.r_[roads.way_node, np.array(chain, np.int32)],
                   way_ptr=np.r_[roads.way_ptr, roads.way_ptr[-1] + len(chain)],
                   ways=pd.concat([ways, new], ignore_index=True))


def nearest_way(roads: Roads, lon: float, lat: float) -> tuple[str, float]:
    """The way nearest a place: its way_id and the metres to it."""
    position, _, metres = _nearest_segment(roads, lon, lat)
    way = int(np.searchsorted(roads.way_ptr, position, side="right")) - 1
    return str(roads.ways["way_id"].iloc[way]), metres


def ways_near(roads: Roads, lon: float, lat: float, most: int) -> list[str]:
    """The ids of so many ways, the nearest to a place first; of equal ones the earlier."""
    _, away = _segments_from(roads, lon, lat)
    way = np.minimum.reduceat(np.r_[away, np.inf], roads.way_ptr[:-1])
    return roads.ways["way_id"].iloc[np.argsort(way, kind="stable")[:most]].tolist()


def _chosen(roads: Roads, way_ids: list[str]) -> np.ndarray:
    unknown = sorted(set(way_ids) - set(roads.ways["way_id"]))
    if unknown:
        raise RoadError("没有这些道路：" + "、".join(unknown[:5]), where="道路编号", todo="请检查编号")
    return roads.ways["way_id"].isin(way_ids).to_numpy(bool)


def _pick(roads: Roads, keep: np.ndarray) -> Roads:
    size = np.diff(roads.way_ptr)[keep]
    ptr = np.r_[0, np.cumsum(size)]
    pick = np.repeat(roads.way_ptr[keep] - ptr[:-1], size) + np.arange(ptr[-1])
    return replace(roads, way_ptr=ptr, way_node=roads.way_node[pick], ways=roads.ways.iloc[keep].reset_index(drop=True))


def _node_at(roads: Roads, lon: float, lat: float, join_m: float) -> tuple[Roads, int]:
    """The node for a drawn vertex: on the nearest road where one is near enough, else a new one."""
    position, share, metres = _nearest_segment(roads, lon, lat)
    if metres > join_m:
        return _with_node(roads, lon, lat), len(roads.node_lon)
    for end in (0, 1):
        if share == end:
            return roads, int(roads.way_node[position + end])
    ends = roads.way_node[[position, position + 1]]
    at = [float(axis[ends[0]] + share * (axis[ends[1]] - axis[ends[0]])) for axis in (roads.node_lon, roads.node_lat)]
    node = len(roads.node_lon)
    roads = _with_node(roads, *at)
    way = int(np.searchsorted(roads.way_ptr, position, side="right")) - 1
    ptr = roads.way_ptr.copy()
    ptr[way + 1:] += 1
    return replace(roads, way_ptr=ptr, way_node=np.insert(roads.way_node, position + 1, node)), node


def _nearest_segment(roads: Roads, lon: float, lat: float) -> tuple[int, float, float]:
    """(position of its first vertex in way_node, share along, metres) of the segment nearest a point."""
    share, away = _segments_from(roads, lon, lat)
    best = int(np.argmin(away))
    return best, float(share[best]), float(away[best])


def _segments_from(roads: Roads, lon: float, lat: float) -> tuple[np.ndarray, np.ndarray]:
    """Share along and metres from a place of every segment, by its first vertex; inf between two ways."""
    east = DEGREE_M * np.cos(np.radians(lat))
    x, y = (roads.node_lon[roads.way_node] - lon) * east, (roads.node_lat[roads.way_node] - lat) * DEGREE_M
    inner = np.ones(max(len(x) - 1, 0), bool)
    inner[roads.way_ptr[1:-1] - 1] = False
    dx, dy = np.diff(x), np.diff(y)
    square = dx * dx + dy * dy
    share = np.clip(-(x[:-1] * dx + y[:-1] * dy) / np.where(square > 0, square, 1), 0, 1)
    return share, np.where(inner, np.hypot(x[:-1] + share * dx, y[:-1] + share * dy), np.inf)


def _with_node(roads: Roads, lon: float, lat: float) -> Roads:
    return replace(roads, node_lon=np.r_[roads.node_lon, lon], node_lat=np.r_[roads.node_lat, lat])
