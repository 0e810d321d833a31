"""Trace the way of one trip for the map: two points on a `RoadNetwork` → its legs with minutes, metres and lines."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.travel.geometry import distance_m
from coverage.travel.isochrone import node_ticks
from coverage.travel.legs import FAR, Legs, access_legs
from coverage.travel.network import CLOSED, TICKS_PER_MIN, RoadNetwork
from coverage.travel.pairs import same_edge, shortest_pairs

WALK, RIDE, EGRESS = "步行到路", "沿路", "步行到机构"


def route(network: RoadNetwork, origin: tuple[float, float], destination: tuple[float, float]) -> gpd.GeoDataFrame:
    """The legs of the shortest trip between two places (lon, lat), in order; EPSG:4326.

    Columns: leg (步行到路, 沿路, 步行到机构; one walk alone where no road is taken),
    travel_min, dist_m (along the road; straight off it), geometry. Minutes add up
    to travel_times'; a shuttle's ride counts out and back, its line shows the way
    to the institution. Empty where there is no way.
    """
    start, goal = (_legs(network, place) for place in (origin, destination))
    pairs = shortest_pairs(network, start, goal, np.inf)
    if not len(pairs.ticks):
        return _frame([])
    total, walk, egress = (int(column[0]) for column in (pairs.ticks, pairs.walk, pairs.egress))
    if walk == total and (start.is_gap[0] or goal.is_gap[0] or total < start.walk_ticks[0] + goal.walk_ticks[0]):
        return _frame([(WALK, total, _straight(origin, destination))])
    line = _way(network, start, goal)
    return _frame([(WALK, walk, _straight(origin, line[0])), (RIDE, total - walk - egress, line),
                   (EGRESS, egress, _straight(line[-1], destination))])


def _legs(network: RoadNetwork, place: tuple[float, float]) -> Legs:
    return access_legs(network, pd.DataFrame({"lon": [place[0]], "lat": [place[1]]}, index=["place"]))


def _way(network: RoadNetwork, start: Legs, goal: Legs) -> np.ndarray:
    """Vertices of the ride: along the shared edge, or by junctions to the goal's edge."""
    ticks = node_ticks(network, goal, np.inf) - round(network.mode.board_min * TICKS_PER_MIN)
    ends = np.where(start.leave_ticks[0] < FAR, start.leave_ticks[0] + ticks[start.node[0]], np.inf)
    best = int(np.argmin(ends))
    _, _, direct = same_edge(network, start, goal, True)
    if len(direct) and direct.min() <= ends[best]:
        shared = next(i for i, edge in enumerate(start.edge[0]) if edge in goal.edge[0])
        other = int(np.flatnonzero(goal.edge[0] == start.edge[0][shared])[0])
        return _part(network, int(start.edge[0][shared]), start.along[0][shared], goal.along[0][other])
    nodes, edges = _junctions(network, ticks, int(start.node[0][best]), goal)
    column, from_head = best % start.edge.shape[1], best >= start.edge.shape[1]
    parts = [_part(network, int(start.edge[0][column]), start.along[0][column], float(from_head))]
    parts += [_part(network, edge, *((0.0, 1.0) if network.edge_tail[edge] == a and _is_forward(network, edge, a, b)
                                     else (1.0, 0.0)))
              for edge, a, b in zip(edges, nodes[:-1], nodes[1:], strict=True)]
    end = int(np.flatnonzero((goal.node[0] == nodes[-1]) & (goal.arrive_ticks[0] == ticks[nodes[-1]]))[0])
    column, from_head = end % goal.edge.shape[1], end >= goal.edge.shape[1]
    parts.append(_part(network, int(goal.edge[0][column]), float(from_head), goal.along[0][column]))
    line = np.concatenate(parts)
    return line[np.r_[True, (line[1:] != line[:-1]).any(axis=1)]]


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


def _frame(legs: list[tuple[str, int, np.ndarray]]) -> gpd.GeoDataFrame:
    def metres(line: np.ndarray) -> float:
        return float(distance_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum())

    def drawn(line: np.ndarray):
        return shapely.LineString(line if len(line) > 1 else np.repeat(line, 2, axis=0))

    return gpd.GeoDataFrame({
        "leg": pd.array([name for name, _, _ in legs], dtype="str"),
        "travel_min": np.array([ticks / TICKS_PER_MIN for _, ticks, _ in legs], float),
        "dist_m": np.array([metres(line) for _, _, line in legs], float),
    }, geometry=[drawn(line) for _, _, line in legs], crs=4326)
