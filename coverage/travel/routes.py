"""Trace the way of one trip for the map: two points on a `RoadNetwork` → its legs with minutes, metres and lines."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.travel.geometry import distance_m
from coverage.travel.isochrone import node_ticks
from coverage.travel.legs import FAR, Legs, access_legs
from coverage.travel.network import CLOSED, TICKS_PER_MIN, RoadNetwork
from coverage.travel.pairs import on_foot, rides_of_rows, same_edge

WALK, RIDE, EGRESS = "步行到路", "沿路", "步行到机构"
WAIT, FETCH = "候车", "接送车来接"


class _Leg(NamedTuple):
    """One leg: what it is, its ticks, its vertices, and the way it follows (-1 = none)."""

    leg: str
    ticks: int
    line: np.ndarray
    way: int = -1


def route(network: RoadNetwork, origin: tuple[float, float], destination: tuple[float, float]) -> gpd.GeoDataFrame:
    """The legs of the shortest trip between two places (lon, lat), in order; EPSG:4326.

    Columns: leg, name and road_class (of the road followed; NA off the road),
    travel_min, dist_m (along the road; straight off it), geometry. Legs are
    步行到路, then 沿路, one row for each road, and 步行到机构; one walk alone where
    no road is taken; 候车 before a bus's ride; 接送车来接 first for a shuttle, whose
    ride counts out and back. Minutes add up to travel_times' exactly. Empty where
    there is no way.
    """
    start, goal = (_legs(network, place) for place in (origin, destination))
    rides, walks = rides_of_rows(network, start, goal, np.inf), on_foot(network, start, goal, np.inf)
    best = min(range(len(rides.ticks)), key=lambda i: (rides.ticks[i], rides.walk[i]), default=None)
    if len(walks.ticks) and (best is None or walks.ticks[0] < rides.ticks[best]):
        return _frame(network, [_Leg(WALK, int(walks.ticks[0]), _straight(origin, destination))])
    if best is None:
        return _frame(network, [])
    start, goal = start.rows([rides.point[best]]), goal.rows([rides.site[best]])
    walk, egress = int(rides.walk[best]), int(rides.egress[best])
    along = _stretches(network, start, goal)
    first, last = along[0].line[0], along[-1].line[-1]
    rest = int(rides.ticks[best]) - walk - egress - sum(leg.ticks for leg in along)
    legs = [_Leg(WALK, walk, _straight(origin, first)), *along, _Leg(EGRESS, egress, _straight(last, destination))]
    if network.mode.round_trip:
        out = np.concatenate([leg.line for leg in _stretches(network, goal, start)])
        legs.insert(0, _Leg(FETCH, rest, out))
    elif rest:
        legs.insert(1, _Leg(WAIT, rest, _straight(first, first)))
    return _frame(network, legs)


def _legs(network: RoadNetwork, place: tuple[float, float]) -> Legs:
    return access_legs(network, pd.DataFrame({"lon": [place[0]], "lat": [place[1]]}, index=["place"]))


def _stretches(network: RoadNetwork, start: Legs, goal: Legs) -> list[_Leg]:
    """The ride between two rows of legs, a leg for each road: edges of one name and class in a row are one."""
    parts = _edges_between(network, start, goal)
    moving = [part for part in parts if part.ticks or (part.line[0] != part.line[-1]).any()] or parts[:1]
    text = network.ways[["name", "road_class"]].astype("str").fillna("")
    joined: list[_Leg] = []
    for part in moving:
        if joined and (text.iloc[joined[-1].way] == text.iloc[part.way]).all():
            before = joined.pop()
            part = part._replace(ticks=before.ticks + part.ticks, line=np.concatenate([before.line, part.line]))
        joined.append(part)
    return [leg._replace(line=leg.line[np.r_[True, (leg.line[1:] != leg.line[:-1]).any(axis=1)]]) for leg in joined]


def _edges_between(network: RoadNetwork, start: Legs, goal: Legs) -> list[_Leg]:
    """The edges ridden: along the shared edge, or by junctions to the goal's edge."""
    ticks = node_ticks(network, goal, np.inf) - round(network.mode.board_min * TICKS_PER_MIN)
    ends = np.where(start.leave_ticks[0] < FAR, start.leave_ticks[0] + ticks[start.node[0]], np.inf)
    best = int(np.argmin(ends))
    _, _, direct = same_edge(network, start, goal, True)
    if len(direct) and direct.min() <= ends[best]:
        ridden = int(direct.min()) - int(start.walk_ticks[0]) - int(goal.walk_ticks[0])
        return [_leg(network, *_along_one_edge(network, start, goal, ridden), ridden)]
    nodes, edges = _junctions(network, ticks, int(start.node[0][best]), goal)
    column, from_head = best % start.edge.shape[1], best >= start.edge.shape[1]
    parts = [_leg(network, int(start.edge[0][column]), start.along[0][column], float(from_head),
                  int(start.leave_ticks[0][best] - start.walk_ticks[0]))]
    for edge, a, b in zip(edges, nodes[:-1], nodes[1:], strict=True):
        ahead = network.edge_tail[edge] == a and _is_forward(network, edge, a, b)
        parts.append(_leg(network, edge, *((0.0, 1.0) if ahead else (1.0, 0.0)), int(ticks[a] - ticks[b])))
    end = int(np.flatnonzero((goal.node[0] == nodes[-1]) & (goal.arrive_ticks[0] == ticks[nodes[-1]]))[0])
    column, from_head = end % goal.edge.shape[1], end >= goal.edge.shape[1]
    parts.append(_leg(network, int(goal.edge[0][column]), float(from_head), goal.along[0][column],
                      int(goal.arrive_ticks[0][end] - goal.walk_ticks[0])))
    return parts


def _along_one_edge(network: RoadNetwork, start: Legs, goal: Legs, ridden: int) -> tuple[int, float, float]:
    """The edge that both join and the two places on it, the ride between which takes `ridden` ticks."""
    both = [(int(edge), float(a), float(b)) for edge, a in zip(start.edge[0], start.along[0], strict=True) if edge >= 0
            for other, b in zip(goal.edge[0], goal.along[0], strict=True) if other == edge]

    def off(edge: int, a: float, b: float) -> float:
        full = network.edge_forward[edge] if b >= a else network.edge_backward[edge]
        return abs(abs(b - a) * max(full, 0) - ridden) + (0 if full != CLOSED else abs(b - a))

    return min(both, key=lambda one: off(*one))


def _leg(network: RoadNetwork, edge: int, start: float, end: float, ticks: int) -> _Leg:
    return _Leg(RIDE, ticks, _part(network, edge, start, end), int(network.edge_way[edge]))


def _is_forward(network: RoadNetwork, edge: int, a: int, b: int) -> bool:
    """Whether a ride a → b runs along the edge; a loop is ridden whichever way is open."""
    return network.edge_head[edge] == b and network.edge_forward[edge] != CLOSED


def _junctions(network: RoadNetwork, ticks: np.ndarray, node: int, goal: Legs):
    """Nodes and edges from `node` to an end of the goal, each step as much nearer as it takes (depth first)."""
    ends = {int(v) for v, cost in zip(goal.node[0], goal.arrive_ticks[0], strict=True) if cost == ticks[v]}
    came: dict[int, tuple[int, int]] = {node: (-1, -1)}
    stack = [node]
    while stack:
        v = stack.pop()
        if v in ends:
            break
        for k in range(network.indptr[v + 1] - 1, network.indptr[v] - 1, -1):
            w = int(network.arc_head[k])
            if w not in came and ticks[v] == ticks[w] + network.arc_ticks[k]:
                came[w] = (v, int(network.arc_edge[k]))
                stack.append(w)
    nodes, edges = [v], []
    while came[nodes[-1]][0] >= 0:
        edges.append(came[nodes[-1]][1])
        nodes.append(came[nodes[-1]][0])
    return nodes[::-1], edges[::-1]


def _part(network: RoadNetwork, edge: int, start: float, end: float) -> np.ndarray:
    """Vertices of an edge from one share of its length to another, either way."""
    low, high = network.shape_ptr[edge], network.shape_ptr[edge + 1]
    m, length = network.shape_m[low:high], network.edge_m[edge]
    a, b = sorted((start * length, end * length))
    inner = (m > a) & (m < b)
    at = np.r_[a, m[inner], b]
    line = np.stack([np.interp(at, m, shape[low:high]) for shape in (network.shape_lon, network.shape_lat)], axis=1)
    return line if start <= end else line[::-1]


def _straight(a, b) -> np.ndarray:
    return np.array([a, b], float)


def _frame(network: RoadNetwork, legs: list[_Leg]) -> gpd.GeoDataFrame:
    def metres(line: np.ndarray) -> float:
        return float(distance_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum())

    def drawn(line: np.ndarray):
        return shapely.LineString(line if len(line) > 1 else np.repeat(line, 2, axis=0))

    ways = network.ways
    return gpd.GeoDataFrame({
        "leg": pd.array([one.leg for one in legs], dtype="str"),
        **{name: pd.array([ways[name].iloc[one.way] if one.way >= 0 else None for one in legs], dtype="str")
           for name in ("name", "road_class")},
        "travel_min": np.array([one.ticks / TICKS_PER_MIN for one in legs], float),
        "dist_m": np.array([metres(one.line) for one in legs], float),
    }, geometry=[drawn(one.line) for one in legs], crs=4326)
