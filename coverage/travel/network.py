"""Build the road graph that one mode may use: `Roads` → `RoadNetwork`, arcs timed in tenths of a second."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from coverage.errors import RoadError
from coverage.intake.roads import Roads
from coverage.travel.geometry import distance_m
from coverage.travel.speeds import Mode, class_speeds, read_mode

TICKS_PER_MIN = 600
"""Times inside are whole tenths of a second."""

CLOSED = -1
NOT_ENTERED = ("高速", "匝道", "轮渡")
"""Classes that nobody can walk onto midway: one joins them at their ends."""

CORE_SHARE = 0.5
"""Where this share of a piece's road can be driven there and back, the rest counts as one-way dead ends (示意)."""


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
    the largest, 0 (by metres of road).
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

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def n_nodes(self) -> int:
        return len(self.node_lon)

    @cached_property
    def snap_index(self) -> tuple[np.ndarray, shapely.STRtree, float]:
        """Segments a walker may enter: their first vertex, a tree of them, and how far longitude is squeezed."""
        inner = np.ones(len(self.shape_lon), bool)
        inner[self.shape_ptr[1:] - 1] = False
        start = np.flatnonzero(inner & np.repeat(self.edge_entered, np.diff(self.shape_ptr)))
        squeeze = float(np.cos(np.radians(self.shape_lat.mean())))
        xy = np.stack([self.shape_lon * squeeze, self.shape_lat], axis=1)
        lines = shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))
        return start, shapely.STRtree(lines), squeeze


def build_network(roads: Roads, *, mode: str = "car", variant: str = "middle", terrain: str = "丘陵",
                  speeds: pd.DataFrame | None = None) -> RoadNetwork:
    """The graph of the ways that `mode` may use; `speeds` is an edited copy of speed_table().

    Raises RoadError when the mode may use no way at all, InputError for an
    unknown mode, variant or terrain.
    """
    rider = read_mode(mode, variant)
    kmh = way_speeds(roads.ways, rider, class_speeds(mode, variant, terrain, speeds=speeds))
    if not (kmh > 0).any() or not _entered(roads.ways)[kmh > 0].any():
        raise RoadError(f"没有“{rider.title}”可走的道路", todo="请检查道路等级或换一种出行方式")
    shape = _cut_at_junctions(roads, kmh > 0)
    edge_way = shape["way"]
    edge_m = shape["m"][shape["ptr"][1:] - 1]
    forward, backward = _edge_ticks(roads.ways, rider, kmh, edge_way, edge_m)
    nodes, ends = np.unique(np.stack([shape["tail"], shape["head"]]), return_inverse=True)
    tail, head = ends.reshape(2, -1).astype(np.int32)
    indptr, arc_head, arc_ticks, arc_edge = _arcs(len(nodes), tail, head, forward, backward)
    component = _components(len(nodes), tail, head, edge_m)
    entered = _entered(roads.ways)[edge_way] & ~_dead_ends(component, tail, head, edge_m, forward, backward)
    return RoadNetwork(
        rider, variant, terrain, roads.node_lon[nodes], roads.node_lat[nodes],
        indptr, arc_head, arc_ticks, arc_edge,
        tail, head, edge_m, forward, backward, edge_way, entered,
        shape["ptr"], shape["lon"], shape["lat"], shape["m"],
        component, roads.ways, roads.basis)


def way_speeds(ways: pd.DataFrame, mode: Mode, by_class: pd.Series) -> np.ndarray:
    """km/h on each way, 0 where the mode may not go.

    The class's speed; a stated driving speed replaces it for motors; nobody
    exceeds the posted limit or the mode's own top speed.
    """
    kmh = ways["road_class"].map(by_class).to_numpy(float)
    closed = np.isnan(kmh)
    if mode.kind == "motor":
        stated = ways["speed_kmh"].to_numpy(float)
        kmh = np.where(stated > 0, stated, kmh)
    kmh = np.fmin(kmh, ways["maxspeed_kmh"].to_numpy(float))
    return np.where(closed | _forbidden(ways, mode), 0.0, np.minimum(kmh, mode.top_kmh))


def _forbidden(ways: pd.DataFrame, mode: Mode) -> np.ndarray:
    """Ways whose tags shut this mode out: the mode's own tag decides, else `access` (OSM wiki, Key:access)."""
    own = "foot" if mode.kind == "foot" else "motor_vehicle"
    tag = pd.Series(pd.NA, index=ways.index, dtype="str")
    for name in (own, "access"):
        if name in ways:
            tag = tag.fillna(ways[name])
    return (tag == "no").fillna(False).to_numpy(bool)


def _entered(ways: pd.DataFrame) -> np.ndarray:
    """Ways that a walker may join midway: no expressway, ferry, bridge or tunnel."""
    return ~(ways["road_class"].isin(NOT_ENTERED) | ways["bridge"] | ways["tunnel"]).to_numpy(bool)


def _cut_at_junctions(roads: Roads, used: np.ndarray) -> dict[str, np.ndarray]:
    """Cut each used way where ways meet; vertices between stay as the edge's shape, so lengths are exact."""
    size = np.diff(roads.way_ptr)
    way = np.repeat(np.arange(len(size)), size)
    node, way = roads.way_node[used[way]], way[used[way]]
    first = np.r_[True, way[1:] != way[:-1]]
    last = np.r_[first[1:], True]
    junction = first | last | (np.bincount(node)[node] > 1)

    # an inner junction ends one edge and starts the next, so it is written twice
    copies = 1 + (junction & ~first & ~last)
    position = np.repeat(np.arange(len(node)), copies)
    again = np.r_[False, position[1:] == position[:-1]]
    opens = first[position] | again
    start = np.flatnonzero(opens)
    ptr = np.r_[start, len(position)].astype(np.int64)
    keep = np.diff(ptr) > 1  # a way of one node has no edge
    if not keep.all():
        position = position[np.repeat(keep, np.diff(ptr))]
        ptr = np.r_[0, np.cumsum(np.diff(ptr)[keep])]
    shape_node = node[position]
    lon, lat = roads.node_lon[shape_node], roads.node_lat[shape_node]
    return {"ptr": ptr, "lon": lon, "lat": lat, "m": _measure(lon, lat, ptr),
            "way": way[position[ptr[:-1]]].astype(np.int32),
            "tail": shape_node[ptr[:-1]], "head": shape_node[ptr[1:] - 1]}


def _measure(lon: np.ndarray, lat: np.ndarray, ptr: np.ndarray) -> np.ndarray:
    """Metres from each edge's tail to each of its vertices."""
    step = np.r_[0.0, distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])]
    step[ptr[:-1]] = 0.0
    total = np.cumsum(step)
    return total - np.repeat(total[ptr[:-1]], np.diff(ptr))


def _edge_ticks(ways: pd.DataFrame, mode: Mode, kmh: np.ndarray, edge_way: np.ndarray, edge_m: np.ndarray):
    ticks = np.rint(edge_m * 36 / kmh[edge_way]).astype(np.int32)
    if mode.kind == "foot":
        return ticks, ticks.copy()
    oneway = ways["oneway"].to_numpy()[edge_way]
    return (np.where(oneway >= 0, ticks, CLOSED).astype(np.int32),
            np.where(oneway <= 0, ticks, CLOSED).astype(np.int32))


def _arcs(n: int, tail, head, forward, backward):
    """Allowed directions as CSR, each tail's arcs ordered by edge."""
    edge = np.arange(len(tail), dtype=np.int32)
    along, against = forward != CLOSED, backward != CLOSED
    source = np.r_[tail[along], head[against]]
    target = np.r_[head[along], tail[against]]
    ticks = np.r_[forward[along], backward[against]]
    arc_edge = np.r_[edge[along], edge[against]]
    order = np.lexsort((target, arc_edge, source))
    indptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(source, minlength=n), out=indptr[1:])
    return indptr, target[order].astype(np.int32), ticks[order].astype(np.int32), arc_edge[order].astype(np.int32)


def _components(n: int, tail, head, edge_m) -> np.ndarray:
    """Connected pieces (whatever the direction), numbered by falling length of road, then by first node."""
    _, label = connected_components(coo_array((np.ones(len(tail)), (tail, head)), shape=(n, n)), directed=False)
    metres = np.bincount(label[tail], weights=edge_m)
    rank = np.empty(len(metres), np.int32)
    rank[np.lexsort((np.arange(len(metres)), -metres))] = np.arange(len(metres))
    return rank[label]


def _dead_ends(component, tail, head, edge_m, forward, backward) -> np.ndarray:
    """Edges from which one can't come back, in pieces most of which can be driven there and back."""
    n = len(component)
    source = np.r_[tail[forward != CLOSED], head[backward != CLOSED]]
    target = np.r_[head[forward != CLOSED], tail[backward != CLOSED]]
    pair = np.unique(source[source != target].astype(np.int64) * n + target[source != target])
    # scipy's search for strong components never ends on parallel arcs, so each pair of nodes goes in once
    graph = coo_array((np.ones(len(pair)), (pair // n, pair % n)), shape=(n, n)).tocsr()
    _, strong = connected_components(graph, connection="strong")
    inside = strong[tail] == strong[head]
    metres = np.bincount(strong[tail[inside]], weights=edge_m[inside], minlength=strong.max() + 1)
    piece_of = np.zeros(len(metres), np.int64)
    piece_of[strong] = component
    core = np.full(component.max() + 1, -1)
    by_metres = np.lexsort((-np.arange(len(metres)), metres))
    core[piece_of[by_metres]] = by_metres  # the last written is the longest
    piece = component[tail]
    is_core = inside & (strong[tail] == core[piece])
    share = (np.bincount(piece[is_core], weights=edge_m[is_core], minlength=len(core))
             / np.maximum(np.bincount(piece, weights=edge_m, minlength=len(core)), 1e-9))
    return ~is_core & (share[piece] >= CORE_SHARE)
