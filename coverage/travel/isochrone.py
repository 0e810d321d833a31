"""Draw the area within some minutes of a place: a point on a `RoadNetwork` → one polygon a threshold, nested.

    times of nodes → times along edges on a grid of cells → on foot off the road → contours → polygons
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.errors import InputError, ResourceError
from coverage.travel.contours import contour
from coverage.travel.geometry import DEGREE_M
from coverage.travel.legs import FAR, Legs, access_legs
from coverage.travel.network import CLOSED, TICKS_PER_MIN, RoadNetwork

CELL_M = 100.0
"""Width of a grid cell, metres."""

MOST_CELLS = 40_000_000
"""Cells that a grid may have: 640 MB at work."""


@dataclass(frozen=True)
class _Grid:
    """Cells of `cell` metres from the south-west corner; row 0 is the south."""

    west: float
    south: float
    cell: float
    rows: int
    columns: int

    @property
    def east_m(self) -> float:
        """Metres in a degree of longitude at the grid's middle."""
        return DEGREE_M * float(np.cos(np.radians(self.south + self.rows * self.cell / 2 / DEGREE_M)))

    def cells(self, lon, lat):
        return (lon - self.west) * self.east_m / self.cell, (lat - self.south) * DEGREE_M / self.cell

    def degrees(self, x, y):
        return self.west + x * self.cell / self.east_m, self.south + y * self.cell / DEGREE_M


def isochrones(network: RoadNetwork, lon: float, lat: float, minutes: list[float], *, towards: bool = True,
               cell_m: float = CELL_M) -> gpd.GeoDataFrame:
    """Areas from which the place is reached within each number of minutes, door to door; index `minutes`, rising.

    `towards` False: areas that are reached from it. Valid polygons in EPSG:4326,
    each within the next. For a shuttle the minutes are there and back, whatever
    `towards`. The walk off the road is the mode's own, up to its
    路网缺口 limit, and leads to the nearest road; an area is right to a cell's width or two, within which roads
    that don't meet are not told apart. Raises InputError for no or
    negative minutes, ResourceError when the grid would be too large.
    """
    minutes = sorted({float(one) for one in minutes})
    if not minutes or not all(0 < one < np.inf for one in minutes):
        raise InputError("分钟数必须大于 0", where="minutes", todo="例如 15,30,45")
    place = access_legs(network, pd.DataFrame({"lon": [lon], "lat": [lat]}, index=["place"]))
    find = _round_trip_lines if network.mode.round_trip else _one_way_lines
    grid, cells = _time_grid(network, place, find(network, place, minutes[-1], towards), minutes[-1], cell_m)
    areas, inner = [], None
    for level in minutes:
        area = contour(cells, level, grid.degrees)
        inner = area if inner is None else shapely.make_valid(shapely.union(area, inner))
        areas.append(inner)
    return gpd.GeoDataFrame({"geometry": areas}, index=pd.Index(minutes, name="minutes"), crs=4326)


def node_ticks(network: RoadNetwork, place: Legs, limit: float, *, towards: bool = True) -> np.ndarray:
    """Ticks between the point of `place` and every node (its walk and wait included); inf = beyond the limit."""
    from coverage.travel.kernels.nearest import NONE, nearest_labels

    graph = network.packed
    wait = round(network.mode.board_min * TICKS_PER_MIN)
    cost = (place.arrive_ticks if towards else place.leave_ticks).ravel()
    usable = cost + wait <= min(limit, FAR - 1)
    seeds = graph.place[place.node.ravel()[usable]], (cost[usable] + wait) << 32
    ptr, arc = (graph.in_ptr, graph.in_arc) if towards else (graph.out_ptr, graph.out_arc)
    label = nearest_labels(ptr, arc, *seeds, graph.shift)[graph.place]
    ticks = np.where(label == NONE, np.inf, (label >> 32).astype(float))
    return np.where(ticks <= limit, ticks, np.inf)


def _time_grid(network: RoadNetwork, place: Legs, lines: dict, most: float, cell_m: float):
    """Minutes of every cell (inf = beyond `most`)."""
    from coverage.travel.kernels.grid import mark_roads, walk_on

    grid = _grid_around(lines, place, network, most, cell_m)
    cells = np.full((grid.rows, grid.columns), np.inf)
    walk = float(network.mode.walk_min(cell_m))
    x, y = grid.cells(lines["lon"], lines["lat"])
    mark_roads(cells, x, y, lines["start"], lines["end"], lines["ptr"], walk)
    passed = np.full(cells.shape, np.inf)
    former = network.snap_index.start
    x, y = (np.stack([axis[former], axis[former + 1]], axis=1).ravel()
            for axis in grid.cells(network.shape_lon, network.shape_lat))
    none = np.zeros(len(x))
    mark_roads(passed, x, y, none, none, np.arange(0, len(x) + 1, 2), walk)
    x, y = grid.cells(place.lon[0], place.lat[0])
    straight = min(place.snap_m[0], network.mode.gap_m) / cell_m + 1
    walk_on(cells, np.isfinite(passed), walk, network.mode.gap_m / cell_m, int(y), int(x), straight)
    return grid, cells


def _one_way_lines(network: RoadNetwork, place: Legs, most: float, towards: bool) -> dict:
    """The edges in reach with the times at each segment's two ends, once a direction, and the place's own edge."""
    arrays = {"lon": [], "lat": [], "start": [], "end": [], "size": []}
    node_min = node_ticks(network, place, most * TICKS_PER_MIN, towards=towards) / TICKS_PER_MIN
    for ticks, near in ((network.edge_forward, network.edge_head if towards else network.edge_tail),
                        (network.edge_backward, network.edge_tail if towards else network.edge_head)):
        far_first = near is network.edge_head  # the time counts from the edge's head backwards
        edges = np.flatnonzero((ticks != CLOSED) & network.edge_entered & (node_min[near] <= most))
        _add_lines(arrays, network, edges, node_min[near[edges]], ticks[edges] / TICKS_PER_MIN, far_first)
    _add_own_edges(arrays, network, place, towards)
    return _laid_out(arrays)


def _round_trip_lines(network: RoadNetwork, place: Legs, most: float, _towards: bool) -> dict:
    """The same for a trip out from the place and back to it, whose walk at the place is made once."""
    arrays = {"lon": [], "lat": [], "start": [], "end": [], "size": []}
    open_along, open_against = network.edge_forward != CLOSED, network.edge_backward != CLOSED
    along, against = (np.maximum(ticks, 0) / TICKS_PER_MIN for ticks in (network.edge_forward, network.edge_backward))
    tail, head = network.edge_tail, network.edge_head
    for row in range(len(place)):
        one = place.rows([row])
        walk = place.walk_ticks[row] / TICKS_PER_MIN
        out, back = (node_ticks(network, one, most * TICKS_PER_MIN, towards=towards) / TICKS_PER_MIN
                     for towards in (False, True))
        back = back - walk
        both = open_along & open_against
        ways = [(both, out[tail] + back[tail], along + against, False), (both, out[head] + back[head], along + against,
                True), (open_along, out[tail] + along + back[head], np.zeros_like(along), False),
                (open_against, out[head] + against + back[tail], np.zeros_like(along), False)]
        for usable, base, full, from_head in ways:
            edges = np.flatnonzero(usable & network.edge_entered & (base <= most))
            _add_lines(arrays, network, edges, base[edges], full[edges], from_head)
        _add_own_round(arrays, network, one, out, back)
    return _laid_out(arrays)


def _laid_out(arrays: dict) -> dict:
    ptr = np.r_[0, np.cumsum(np.concatenate(arrays["size"]))].astype(np.int64)
    return {name: np.concatenate(arrays[name]) for name in ("lon", "lat", "start", "end")} | {"ptr": ptr}


def _add_lines(arrays: dict, network: RoadNetwork, edges, base, full, from_head: bool) -> None:
    size = network.shape_ptr[edges + 1] - network.shape_ptr[edges]
    vertex = np.repeat(network.shape_ptr[edges], size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    length = np.repeat(np.maximum(network.edge_m[edges], 1e-9), size)
    share = network.shape_m[vertex] / length
    minutes = np.repeat(base, size) + np.repeat(full, size) * (1 - share if from_head else share)
    arrays["lon"].append(network.shape_lon[vertex])
    arrays["lat"].append(network.shape_lat[vertex])
    arrays["start"].append(minutes)
    arrays["end"].append(np.r_[minutes[1:], 0.0] if len(minutes) else minutes)
    arrays["size"].append(size)


def _add_own_edges(arrays: dict, network: RoadNetwork, place: Legs, towards: bool) -> None:
    """The edges that the place joins, from it to both ends: a short trip need not reach a junction."""
    for row, column in zip(*np.nonzero((place.edge >= 0) & ~place.is_gap[:, None]), strict=True):
        edge, along = place.edge[row, column], place.along[row, column]
        start = place.walk_ticks[row] / TICKS_PER_MIN + network.mode.board_min
        for ahead, ticks in ((False, network.edge_forward[edge] if towards else network.edge_backward[edge]),
                             (True, network.edge_backward[edge] if towards else network.edge_forward[edge])):
            if ticks != CLOSED:
                _add_part(arrays, network, edge, along, ahead, start, ticks / TICKS_PER_MIN)


def _add_own_round(arrays: dict, network: RoadNetwork, place: Legs, out: np.ndarray, back: np.ndarray) -> None:
    """The same out and back: by the same way, or, where one direction is closed, round by the junctions."""
    walk = place.walk_ticks[0] / TICKS_PER_MIN
    for column in np.flatnonzero((place.edge[0] >= 0) & ~place.is_gap[0]):
        edge, along = place.edge[0, column], place.along[0, column]
        ticks = network.edge_forward[edge], network.edge_backward[edge]
        for ahead in (False, True):
            going, coming = ticks if ahead else ticks[::-1]  # away from the place, towards it
            share = 1 - along if ahead else along
            end = (network.edge_head if ahead else network.edge_tail)[edge]
            if going != CLOSED and coming != CLOSED:
                _add_part(arrays, network, edge, along, ahead, walk, (going + coming) / TICKS_PER_MIN)
            if going != CLOSED:
                _add_part(arrays, network, edge, along, ahead,
                          walk + share * going / TICKS_PER_MIN + back[end], 0.0)
            if coming != CLOSED:
                _add_part(arrays, network, edge, along, ahead, out[end] + share * coming / TICKS_PER_MIN, 0.0)


def _add_part(arrays: dict, network: RoadNetwork, edge: int, along: float, ahead: bool, start: float,
              full: float) -> None:
    """The part of an edge before or ahead of a place on it: `start` minutes there, `full` more over a whole edge."""
    if not np.isfinite(start):
        return
    low, high = network.shape_ptr[edge], network.shape_ptr[edge + 1]
    m, here = network.shape_m[low:high], along * network.edge_m[edge]
    lon, lat = (np.interp(here, m, shape[low:high]) for shape in (network.shape_lon, network.shape_lat))
    side = m > here if ahead else m < here
    away = np.r_[np.abs(m[side] - here), 0.0]
    order = np.argsort(away, kind="stable")
    minutes = start + away[order] / max(network.edge_m[edge], 1e-9) * full
    arrays["lon"].append(np.r_[network.shape_lon[low:high][side], lon][order])
    arrays["lat"].append(np.r_[network.shape_lat[low:high][side], lat][order])
    arrays["start"].append(minutes)
    arrays["end"].append(np.r_[minutes[1:], 0.0])
    arrays["size"].append(np.array([len(minutes)]))


def _within(lines: dict, most: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of the vertices in reach and of the places where reach ends between two vertices."""
    start, end = lines["start"], lines["end"]
    inner = np.ones(len(start), bool)
    inner[lines["ptr"][1:] - 1] = False
    ends_here = np.flatnonzero(inner & ((start <= most) != (end <= most)))
    share = (most - start[ends_here]) / (end[ends_here] - start[ends_here])
    return tuple(np.r_[lines[name][start <= most],
                       lines[name][ends_here] + share * (lines[name][ends_here + 1] - lines[name][ends_here])]
                 for name in ("lon", "lat"))


def _grid_around(lines: dict, place: Legs, network: RoadNetwork, most: float, cell_m: float) -> _Grid:
    """A grid over the roads in reach and the walk around them."""
    reach = min(most / float(network.mode.walk_min(1.0)), network.mode.gap_m) + 3 * cell_m
    lon, lat = (np.r_[within, at] for within, at in zip(_within(lines, most), (place.lon, place.lat), strict=True))
    narrow = DEGREE_M * float(np.cos(np.radians(max(abs(lat.min()), abs(lat.max())))))
    west, south = lon.min() - reach / narrow, lat.min() - reach / DEGREE_M
    rows = int(np.ceil((lat.max() - lat.min()) * DEGREE_M / cell_m + 2 * reach / cell_m))
    columns = int(np.ceil((lon.max() - lon.min()) * DEGREE_M / cell_m + 2 * reach / cell_m))
    if rows * columns > MOST_CELLS:
        raise ResourceError(f"范围有 {rows * columns / 1e6:.0f} 百万格，内存放不下", where="等时圈",
                            todo="请减少分钟数，或加大格子")
    return _Grid(float(west), float(south), cell_m, rows, columns)
