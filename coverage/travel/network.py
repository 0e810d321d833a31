"""Build the road graph that one mode may use: `Roads` → `RoadNetwork`, arcs timed in tenths of a second.

    speeds of ways → edges between junctions → times along and against → arcs in CSR → pieces
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from coverage.errors import RoadError
from coverage.intake.roads import Roads
from coverage.travel.edges import Edges, cut_at_junctions
from coverage.travel.geometry import distance_m
from coverage.travel.kernels.packed import PackedGraph, pack
from coverage.travel.passage import UNKNOWN, ferry_minutes, way_speeds, wheel_fitness
from coverage.travel.pieces import connected_pieces, dead_ends
from coverage.travel.slope import Heights, slope_factors, slopes_of, surveyed
from coverage.travel.snap import SnapIndex, index_segments
from coverage.travel.speeds import Mode, class_speeds, read_mode

TICKS_PER_MIN = 600
"""Times inside are whole tenths of a second."""

CLOSED = -1
MOST_TICKS = 1 << 26
"""Longest that an edge takes, eleven weeks: an absurd speed or height must not run over 32 bits."""

NOT_ENTERED = ("高速", "匝道", "轮渡")
"""Classes that nobody can walk onto midway: one joins them at their ends."""


@dataclass(frozen=True)
class RoadNetwork:
    """An immutable road graph of one mode and variant.

    Nodes are junctions and ends of ways (`node_lon`, `node_lat`, degrees).
    Edge e runs from `edge_tail[e]` to `edge_head[e]`, is `edge_m[e]` metres long,
    takes `edge_forward[e]` ticks along and `edge_backward[e]` ticks against
    (CLOSED = not allowed), belongs to row `edge_way[e]` of `ways`, and has the
    shape `shape_lon/lat[shape_ptr[e]:shape_ptr[e + 1]]`, where `shape_m` counts
    metres from its tail. `edge_entered` says whether a walker may join it midway:
    no expressway, ferry, bridge or tunnel, and no one-way dead end, such as an
    extract's border leaves behind, from which no trip could come back.
    Arcs are the allowed directions in CSR: `arc_head[indptr[u]:indptr[u + 1]]`
    with `arc_ticks` and `arc_edge`. `component` numbers connected pieces from
    the largest, 0 (by metres of road). `unknown_share` is the share whose fitness
    for wheelchairs no tag tells, of the road that is open to them if it is fit
    (NaN for other modes); `slope_share` the share of its road whose slope is
    known, `steep_share` of what is steeper than a wheelchair ramp may be (NaN
    where slopes don't count: motors, or no heights given).
    """

    mode: Mode
    variant: str
    terrain: str
    node_lon: np.ndarray
    node_lat: np.ndarray
    indptr: np.ndarray
    arc_head: np.ndarray
    arc_ticks: np.ndarray
    arc_edge: np.ndarray
    edge_tail: np.ndarray
    edge_head: np.ndarray
    edge_m: np.ndarray
    edge_forward: np.ndarray
    edge_backward: np.ndarray
    edge_way: np.ndarray
    edge_entered: np.ndarray
    shape_ptr: np.ndarray
    shape_lon: np.ndarray
    shape_lat: np.ndarray
    shape_m: np.ndarray
    component: np.ndarray
    ways: pd.DataFrame
    basis: str
    unknown_share: float = float("nan")
    slope_share: float = float("nan")
    steep_share: float = float("nan")

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def n_nodes(self) -> int:
        return len(self.node_lon)

    @cached_property
    def packed(self) -> PackedGraph:
        """The arcs as the kernels read them, packed when first asked for."""
        return pack(self.node_lon, self.node_lat, self.indptr, self.arc_head, self.arc_ticks)

    @cached_property
    def hierarchy(self):
        """The kernels' hierarchy over `packed`, built when first asked for (compiles, so never for a small run)."""
        from coverage.travel.kernels.hierarchy import build_hierarchy

        return build_hierarchy(self.packed)

    @cached_property
    def longest_trip(self) -> int:
        """Ticks that no shortest path between junctions exceeds."""
        from coverage.travel.kernels.packed import longest_path

        return longest_path(self.packed)

    @cached_property
    def snap_index(self) -> SnapIndex:
        """The segments that a walker may enter, built when first asked for; without those drawn in a scenario."""
        former = self.edge_entered & ~self._edge_drawn
        return self._segments(former if former.any() else self.edge_entered)

    @cached_property
    def drawn_indexes(self) -> list[SnapIndex]:
        """The same for each way drawn in a scenario."""
        drawn = self.edge_entered & self._edge_drawn
        if not (self.edge_entered & ~drawn).any():
            return []
        return [self._segments(drawn & (self.edge_way == way)) for way in np.unique(self.edge_way[drawn])]

    @property
    def _edge_drawn(self) -> np.ndarray:
        if "drawn" not in self.ways:
            return np.zeros(len(self.edge_way), bool)
        return self.ways["drawn"].to_numpy(bool)[self.edge_way]

    def _segments(self, entered: np.ndarray) -> SnapIndex:
        return index_segments(self.shape_ptr, self.shape_lon, self.shape_lat, entered)


def build_network(roads: Roads, *, mode: str = "car", variant: str = "middle", terrain: str = "丘陵",
                  speeds: pd.DataFrame | None = None, unknown: str = "slow",
                  heights: Heights | None = None) -> RoadNetwork:
    """The graph of the ways that `mode` may use.

    `speeds` is an edited copy of speed_table(); `unknown` (open, slow, closed)
    says how wheelchairs treat untagged ways, and with closed the ground beyond
    the 路网缺口 limit too; `heights` slow walkers and
    wheelchairs by slope, and where they are unknown the road is flat.
    Raises RoadError when the mode may use no way at all, InputError for an
    unknown mode, variant, terrain or treatment.
    """
    rider = read_mode(mode, variant)
    if rider.tagged and UNKNOWN.get(unknown) == 0:  # who mustn't take an untagged road can't take none at all
        rider = replace(rider, crosses_country=False)
    by_class = class_speeds(mode, variant, terrain, speeds=speeds)
    kmh = way_speeds(roads.ways, rider, by_class, unknown=unknown)
    may_enter = _may_enter(roads.ways)
    ways = _with_opened(roads.ways, kmh, lambda former: way_speeds(former, rider, by_class, unknown=unknown))
    if not may_enter[kmh > 0].any():
        raise _no_way(rider, unknown, may_enter & (way_speeds(roads.ways, rider, by_class, unknown="open") > 0))
    kmh = _at_ferry_times(roads, kmh)
    edges = cut_at_junctions(roads, kmh > 0)
    if not len(edges.way):
        raise RoadError(f"“{rider.title}”可走的道路都只有一个点", todo="请检查道路文件是不是裁剪坏了")
    longer, shares = _longer_by_slope(roads.ways, rider, edges, heights)
    forward, backward = _edge_ticks(roads.ways, rider, kmh, edges, longer)
    nodes, tail, head = _ends_alone(len(roads.node_lon), edges)
    component = connected_pieces(len(nodes), tail, head, edges.metres)
    stuck = _stuck(component, tail, head, edges.metres, forward != CLOSED, backward != CLOSED,
                   ways["drawn"].to_numpy(bool)[edges.way] if "drawn" in ways else np.zeros(len(edges.way), bool))
    entered = may_enter[edges.way]
    if (entered & ~stuck).any():
        entered = entered & ~stuck
    return RoadNetwork(
        rider, variant, terrain, roads.node_lon[nodes], roads.node_lat[nodes],
        *_arcs(len(nodes), tail, head, forward, backward),
        tail, head, edges.metres, forward, backward, edges.way, entered,
        edges.ptr, edges.lon, edges.lat, edges.m, component, ways, roads.basis,
        _unknown_share(roads, rider, by_class), *shares)


def _no_way(mode: Mode, unknown: str, if_known: np.ndarray) -> RoadError:
    """Why the mode may use no way: `if_known` are those that it could use if all that isn't tagged were fit."""
    if mode.tagged and UNKNOWN.get(unknown) == 0 and if_known.any():
        return RoadError(
            f"没有“{mode.title}”可走的道路：没有一条路注明轮椅能通行，而设置里把没有注明的路当作不能通行",
            todo="把“没有注明轮椅能否通行的路”改为“当作较慢”或“当作能通行”（unknown = \"slow\" 或 \"open\"），"
                 "或在道路数据里补上路面、坡度、轮椅通行等标注")
    return RoadError(f"没有“{mode.title}”可走的道路", todo="请检查道路等级或换一种出行方式")


def _stuck(piece: np.ndarray, tail, head, metres, along: np.ndarray, against: np.ndarray, drawn: np.ndarray):
    """One-way dead ends, of the roads of before as they were before any road was drawn: who joins which of them stays.
    """
    stuck = dead_ends(piece, tail, head, metres, along, against)
    if drawn.any() and not drawn.all():
        tail, head, metres, along, against = (column[~drawn] for column in (tail, head, metres, along, against))
        stuck[~drawn] = dead_ends(connected_pieces(len(piece), tail, head, metres), tail, head, metres, along, against)
    return stuck


def _with_opened(ways: pd.DataFrame, kmh: np.ndarray, speeds_of) -> pd.DataFrame:
    """The ways; those that an upgrade has opened to the mode count as drawn: they add ways to join and take none."""
    if "former_class" not in ways:
        return ways
    former = ways.assign(road_class=ways["former_class"].fillna(ways["road_class"]))
    opened = (kmh > 0) & _may_enter(ways) & ~((speeds_of(former) > 0) & _may_enter(former))
    return ways.assign(drawn=opened | (ways["drawn"].to_numpy(bool) if "drawn" in ways else False))


def _may_enter(ways: pd.DataFrame) -> np.ndarray:
    return ~(ways["road_class"].isin(NOT_ENTERED) | ways["bridge"] | ways["tunnel"]).to_numpy(bool)


def _ends_alone(n: int, edges: Edges) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The road nodes where edges end, in turn, and each edge's ends by their places among them."""
    ends = np.zeros(n, bool)
    ends[edges.tail] = ends[edges.head] = True
    place = np.cumsum(ends, dtype=np.int32) - np.int32(1)
    return np.flatnonzero(ends), place[edges.tail], place[edges.head]


def _longer_by_slope(ways: pd.DataFrame, mode: Mode, edges: Edges, heights: Heights | None):
    """Times over flat times along and against each edge, and the shares of road whose slope is known and steep."""
    if not mode.sloped or heights is None:
        return (1.0, 1.0), (float("nan"), float("nan"))
    level = (ways["bridge"] | ways["tunnel"]).to_numpy(bool)[edges.way]
    slopes = slopes_of(edges, heights, level=level, water=ways["ferry"].to_numpy(bool)[edges.way])
    told = surveyed(ways)[edges.way] if mode.tagged else None
    return slope_factors(slopes, mode, len(edges.way), told=told), (slopes.share_known, slopes.share_steep)


def _edge_ticks(ways: pd.DataFrame, mode: Mode, kmh: np.ndarray, edges: Edges, longer):
    """Ticks along and against each edge, CLOSED against a one-way sign that binds the mode."""
    flat = edges.metres * 36 / kmh[edges.way]
    forward, backward = (np.rint(np.minimum(flat * factor, MOST_TICKS)).astype(np.int32) for factor in longer)
    if not mode.oneway:
        return forward, backward
    oneway = ways["oneway"].to_numpy()[edges.way]
    return (np.where(oneway >= 0, forward, CLOSED).astype(np.int32),
            np.where(oneway <= 0, backward, CLOSED).astype(np.int32))


def _arcs(n: int, tail, head, forward, backward):
    """Allowed directions as CSR, each tail's arcs ordered by edge: indptr, heads, ticks, edges."""
    source, target = np.stack([tail, head], axis=1).ravel(), np.stack([head, tail], axis=1).ravel()
    ticks = np.stack([forward, backward], axis=1).ravel()
    open_ = np.flatnonzero(ticks != CLOSED)  # arc 2 e goes along edge e, arc 2 e + 1 against it
    order = open_[np.argsort(source[open_], kind="stable")]
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(source[open_], minlength=n), out=indptr[1:])
    return indptr, target[order].astype(np.int32), ticks[order].astype(np.int32), (order // 2).astype(np.int32)


def _at_ferry_times(roads: Roads, kmh: np.ndarray) -> np.ndarray:
    """With the speed of each ferry that states how long it takes."""
    minutes = ferry_minutes(roads.ways)
    stated = ~np.isnan(minutes) & (kmh > 0)
    if not stated.any():
        return kmh
    return np.where(stated, np.maximum(_way_metres(roads), 1.0) * 0.06 / np.where(stated, minutes, 1.0), kmh)


def _way_metres(roads: Roads) -> np.ndarray:
    lon, lat = roads.node_lon[roads.way_node], roads.node_lat[roads.way_node]
    step = np.r_[distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:]), 0.0]
    step[roads.way_ptr[1:] - 1] = 0.0
    return np.add.reduceat(step, roads.way_ptr[:-1])


def _unknown_share(roads: Roads, mode: Mode, by_class: pd.Series) -> float:
    if not mode.tagged:
        return float("nan")
    metres = _way_metres(roads) * (way_speeds(roads.ways, mode, by_class, unknown="open") > 0)
    unknown = np.isnan(wheel_fitness(roads.ways, mode.name))
    return float(metres[unknown].sum() / max(metres.sum(), 1e-9))
