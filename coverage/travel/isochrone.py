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
    each within the next. The walk off the road is the mode's own, up to its
    路网缺口 limit; an area is right to a cell's width. Raises InputError for no or
    negative minutes, ResourceError when the grid would be too large.
    """
    minutes = sorted({float(one) for one in minutes})
    if not minutes or minutes[0] <= 0:
        raise InputError("分钟数必须大于 0", where="minutes", todo="例如 15,30,45")
    place = access_legs(network, pd.DataFrame({"lon": [lon], "lat": [lat]}, index=["place"]))
    ticks = node_ticks(network, place, minutes[-1] * TICKS_PER_MIN, towards=towards)
    grid, cells = _time_grid(network, place, ticks / TICKS_PER_MIN, minutes[-1], towards, cell_m)
    areas, inner = [], None
    for level in minutes:
        area = contour(cells, level, grid.degrees)
        inner = area if inner is None else shapely.make_valid(shapely.union(area, inner))
        areas.append(inner)
    return gpd.GeoDataFrame({"geometry": areas}, index=pd.Index(minutes, name="minutes"), crs=4326)


def node_ticks(network: RoadNetwork, place: Legs, limit: float, *, towards: bool = True) -> np.ndarray:
    """Ticks between the point of `place` and every node (its walk and wait included); inf = beyond the limit."""
    from coverage.travel.kernels.nearest import NONE, bucket_shift, nearest_labels

    graph = network.packed
    wait = round(network.mode.board_min * TICKS_PER_MIN)
    cost = (place.arrive_ticks if towards else place.leave_ticks).ravel()
    usable = cost + wait <= min(limit, FAR - 1)
    seeds = graph.place[place.node.ravel()[usable]], (cost[usable] + wait) << 32
    ptr, arc = (graph.in_ptr, graph.in_arc) if towards else (graph.out_ptr, graph.out_arc)
    label = nearest_labels(ptr, arc, *seeds, bucket_shift(graph.longest))[graph.place]
    ticks = np.where(label == NONE, np.inf, (label >> 32).astype(float))
    return np.where(ticks <= limit, ticks, np.inf)


def _time_grid(network: RoadNetwork, place: Legs, node_min: np.ndarray, most: float, towards: bool, cell_m: float):
    """Minutes of every cell (inf = beyond `most`)."""
    from coverage.travel.kernels.grid import mark_roads, walk_on

    lines = _timed_lines(network, place, node_min, most, towards)
    grid = _grid_around(lines, place, network, most, cell_m)
    cells = np.full((grid.rows, grid.columns), np.inf)
    walk = float(network.mode.walk_min(cell_m))
    x, y = grid.cells(lines["lon"], lines["lat"])
    mark_roads(cells, x, y, lines["start"], lines["end"], lines["ptr"], walk)
    x, y = grid.cells(place.lon[0], place.lat[0])
    straight = min(place.snap_m[0], network.mode.gap_m) / cell_m + 1
    walk_on(cells, walk, most * 1.05 + 1, network.mode.gap_m / cell_m, int(y), int(x), straight)
    return grid, cells


def _timed_lines(network: RoadNetwork, place: Legs, node_min: np.ndarray, most: float, towards: bool) -> dict:
    """The edges in reach with the times at each segment's two ends, once a direction, and the place's own edge."""
    arrays = {"lon": [], "lat": [], "start": [], "end": [], "size": []}
    for ticks, near in ((network.edge_forward, network.edge_head if towards else network.edge_tail),
                        (network.edge_backward, network.edge_tail if towards else network.edge_head)):
        far_first = near is network.edge_head  # the time counts from the edge's head backwards
        edges = np.flatnonzero((ticks != CLOSED) & network.edge_entered & (node_min[near] <= most))
        _add_lines(arrays, network, edges, node_min[near[edges]], ticks[edges] / TICKS_PER_MIN, far_first)
    _add_own_edges(arrays, network, place, towards)
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
        low, high = network.shape_ptr[edge], network.shape_ptr[edge + 1]
        m, here = network.shape_m[low:high], along * network.edge_m[edge]
        lon, lat = (np.interp(here, m, shape[low:high]) for shape in (network.shape_lon, network.shape_lat))
        start = place.walk_ticks[row] / TICKS_PER_MIN + network.mode.board_min
        for side, ticks in ((m < here, network.edge_forward[edge] if towards else network.edge_backward[edge]),
                            (m > here, network.edge_backward[edge] if towards else network.edge_forward[edge])):
            if ticks == CLOSED:
                continue
            away = np.r_[np.abs(m[side] - here), 0.0]
            order = np.argsort(away, kind="stable")
            minutes = start + away[order] / max(network.edge_m[edge], 1e-9) * ticks / TICKS_PER_MIN
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
