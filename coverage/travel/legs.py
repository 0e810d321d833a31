"""Tie points to the road: points (lon, lat) and a `RoadNetwork` → `Legs`, the walk to the nearest edge and its ends.

A trip is walk + ride + walk. A point joins the nearest edge that a walker may
enter, at the foot of the perpendicular, and rides on in each allowed direction.
A road drawn in a scenario adds a way to join where it is nearer than that edge,
and takes none away: so a new road never lengthens a trip.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
import shapely

from coverage.errors import TableError
from coverage.travel.geometry import DEGREE_M
from coverage.travel.kernels.packed import hilbert_index
from coverage.travel.network import CLOSED, TICKS_PER_MIN, RoadNetwork
from coverage.travel.snap import SnapIndex

JOINED, GAP, CUT_OFF = "已接入", "路网缺口", "孤立路段"
FAR = 1 << 30
"""Ticks that mean "can't": larger than any trip, small enough that two add up in 32 bits."""

_AT_END = 1e-9
TIE_DEG = 1e-8
"""A millimetre: edges as near as that are equally near."""

MOST_TIES = 8


@dataclass(frozen=True)
class Legs:
    """The walks of points to the road and where their rides start or end, a row each.

    The first rows are the points in the order of `ids`, each at its nearest edge;
    rows after them are further ways to join, over roads drawn in a scenario.
    `point` is the position in `ids` of each row. A row joins m edges: one, or as
    many as are equally near (such as the two directions of a road drawn twice).
    `edge`, `along` are (rows, m): the edge (-1 = none) and the place on it (0 tail
    … 1 head); `snap_m` is the straight distance, `walk_ticks` the walk; `state` is
    已接入, 路网缺口 (too far; no ends) or 孤立路段 (on a piece other than the
    largest). `node`, `leave_ticks`, `arrive_ticks` are (rows, 2 m): the walk and
    ride from the point to each end of its edges, and from the end to the point;
    FAR = not allowed.
    """

    ids: pd.Index
    point: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    edge: np.ndarray
    along: np.ndarray
    snap_m: np.ndarray
    walk_ticks: np.ndarray
    state: np.ndarray
    node: np.ndarray
    leave_ticks: np.ndarray
    arrive_ticks: np.ndarray

    def __len__(self) -> int:
        return len(self.point)

    @property
    def is_gap(self) -> np.ndarray:
        return self.state == GAP

    def rows(self, chosen) -> Legs:
        """These rows alone, of the same points."""
        names = [one.name for one in fields(self) if one.name != "ids"]
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})

    def access_table(self, network: RoadNetwork) -> pd.DataFrame:
        """Index the points' ids; snap_m (straight metres to the nearest road joined), access_min (walk), access_state,
        piece (the connected piece of `network` that the road is on, 0 = the largest).
        """
        standing = np.array([(JOINED, CUT_OFF, GAP).index(one) for one in self.state])
        best = np.lexsort((self.snap_m, standing, self.point))
        best = best[np.r_[True, np.diff(self.point[best]) > 0]] if len(best) else best
        return pd.DataFrame({"snap_m": self.snap_m[best], "access_min": self.walk_ticks[best] / TICKS_PER_MIN,
                             "access_state": self.state[best],
                             "piece": network.component[network.edge_tail[self.edge[best, 0]]]}, index=self.ids)


def access_legs(network: RoadNetwork, points: pd.DataFrame) -> Legs:
    """Join each point to its nearest edge, and to each drawn road that is nearer.

    Raises TableError when an id repeats or a coordinate is missing.
    """
    lon, lat = _checked(points)
    former = _join(network, network.snap_index, points.index, np.arange(len(lon)), lon, lat)
    further = []
    for index in network.drawn_indexes:
        nearer = _join(network, index, points.index, np.arange(len(lon)), lon, lat)
        further.append(nearer.rows((nearer.snap_m < former.snap_m) & ~nearer.is_gap))
    return _stacked([former, *further])


def _join(network: RoadNetwork, index: SnapIndex, ids: pd.Index, point, lon: np.ndarray, lat: np.ndarray) -> Legs:
    edge, along, snap_m = nearest_edges(network, index, lon, lat)
    walk_ticks = np.minimum(np.rint(network.mode.walk_min(snap_m) * TICKS_PER_MIN), FAR).astype(np.int64)
    gap = snap_m > network.mode.gap_m
    cut_off = network.component[network.edge_tail[edge[:, 0]]] != 0
    state = np.where(gap, GAP, np.where(cut_off, CUT_OFF, JOINED))
    nothing = np.zeros((len(point), 0), np.int64)
    return with_ends(network, Legs(ids, point, lon, lat, edge, along, snap_m, walk_ticks, state, *[nothing] * 3))


def with_ends(network: RoadNetwork, legs: Legs) -> Legs:
    """The legs with the ends of their edges, timed as the network has them."""
    node, leave, arrive = _ends(network, legs.edge, legs.along, legs.walk_ticks[:, None])
    leave[legs.is_gap], arrive[legs.is_gap] = FAR, FAR
    return replace(legs, node=node, leave_ticks=leave, arrive_ticks=arrive)


def _stacked(several: list[Legs]) -> Legs:
    """The rows of all, one after the other; those that join fewer edges are filled up with none."""
    if len(several) == 1:
        return several[0]
    wide = max(legs.edge.shape[1] for legs in several)

    def column(name: str) -> np.ndarray:
        parts = [getattr(legs, name) for legs in several]
        if parts[0].ndim == 1:
            return np.concatenate(parts)
        nothing = {"edge": -1, "along": 0.0, "node": 0}.get(name, FAR)
        sides = 1 if name in ("edge", "along") else 2  # tails and heads side by side, each as wide as the edges
        grown = [np.pad(part.reshape(len(part), sides, part.shape[1] // sides),
                        ((0, 0), (0, 0), (0, wide - part.shape[1] // sides)), constant_values=nothing)
                 for part in parts]
        return np.concatenate(grown).reshape(-1, sides * wide)

    return Legs(several[0].ids, *(column(one.name) for one in fields(Legs) if one.name != "ids"))


def _checked(points: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    where = points.index.name or "点表"
    if not points.index.is_unique:
        repeated = sorted(set(points.index[points.index.duplicated()].astype(str)))
        raise TableError("编号重复：" + "、".join(repeated[:5]), where=where, todo="每个点的编号应唯一")
    lon, lat = points["lon"].to_numpy(float), points["lat"].to_numpy(float)
    wrong = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if wrong.any():
        raise TableError("缺少坐标或坐标超出范围：" + "、".join(map(str, points.index[wrong][:5])), where=where,
                         todo="请补全经度、纬度")
    return lon, lat


def _ends(network: RoadNetwork, edge, along, walk):
    """Ticks between each point and both ends of its edges. At an end the point is at the junction itself."""
    tail, head = network.edge_tail[edge], network.edge_head[edge]
    forward, backward = network.edge_forward[edge].astype(float), network.edge_backward[edge].astype(float)

    def ride(ticks, share):
        return np.where(ticks == CLOSED, FAR, np.minimum(np.rint(ticks * share) + walk, FAR))

    leave_tail, leave_head = ride(backward, along), ride(forward, 1 - along)
    arrive_tail, arrive_head = ride(forward, along), ride(backward, 1 - along)
    for leave, arrive, at_end in ((leave_tail, arrive_tail, along < _AT_END),
                                  (leave_head, arrive_head, along > 1 - _AT_END)):
        leave[at_end] = arrive[at_end] = np.broadcast_to(walk, at_end.shape)[at_end]
    for ticks in (leave_tail, leave_head, arrive_tail, arrive_head):
        ticks[edge < 0] = FAR
    return (np.hstack([tail, head]), np.hstack([leave_tail, leave_head]).astype(np.int64),
            np.hstack([arrive_tail, arrive_head]).astype(np.int64))


def nearest_edges(network: RoadNetwork, index: SnapIndex, lon: np.ndarray, lat: np.ndarray):
    """The nearest edges (n, m; -1 = no more), the place along each, straight metres (n).

    Every edge within a millimetre of the nearest is joined, at each place where it is so near (MOST_TIES at most,
    the first edges first), so that a tie is decided by the trip. A junction is one place, whatever edges end there.
    """
    curve = np.argsort(hilbert_index(lon, lat), kind="stable")  # neighbours one after another are found twice as fast
    points = shapely.points((lon * index.squeeze)[curve], lat[curve])
    _, near = index.tree.query_nearest(points, return_distance=True, all_matches=False)
    which, hit = index.tree.query(points, predicate="dwithin", distance=near + TIE_DEG)
    which = curve[which]
    order = np.lexsort((hit, which))
    which = which[order]
    edge, along, metres = _place(network, index.start[hit[order]], lon[which], lat[which])
    junction = np.select([along < _AT_END, along > 1 - _AT_END], [network.edge_tail[edge], network.edge_head[edge]], -1)
    inside = np.where(junction < 0, np.rint(along / _AT_END), 0).astype(np.int64)
    key = np.stack([which, junction, np.where(junction < 0, edge, -1), inside])
    first = np.sort(np.unique(key, axis=1, return_index=True)[1]) if len(which) else which
    which, edge, along, metres = (column[first] for column in (which, edge, along, metres))
    opens = np.searchsorted(which, np.arange(len(lon)))
    rank = np.arange(len(which)) - opens[which]
    kept = rank < MOST_TIES
    edges = np.full((len(lon), int(rank[kept].max(initial=0)) + 1), -1, np.int32)
    places = np.zeros(edges.shape)
    edges[which[kept], rank[kept]], places[which[kept], rank[kept]] = edge[kept], along[kept]
    return edges, places, metres[opens]


def _place(network: RoadNetwork, vertex: np.ndarray, lon: np.ndarray, lat: np.ndarray):
    """Where on the segment that starts at `vertex` each point falls, measured on the plane around the point."""
    east = DEGREE_M * np.cos(np.radians(lat))
    x1, y1 = (network.shape_lon[vertex] - lon) * east, (network.shape_lat[vertex] - lat) * DEGREE_M
    x2, y2 = (network.shape_lon[vertex + 1] - lon) * east, (network.shape_lat[vertex + 1] - lat) * DEGREE_M
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    share = np.clip(-(x1 * dx + y1 * dy) / np.where(square > 0, square, 1), 0, 1)
    snap_m = np.hypot(x1 + share * dx, y1 + share * dy)
    edge = np.searchsorted(network.shape_ptr, vertex, side="right") - 1
    metres = network.shape_m[vertex] + share * (network.shape_m[vertex + 1] - network.shape_m[vertex])
    length = network.edge_m[edge]
    along = np.where(length > 0, metres / np.where(length > 0, length, 1), 0.0)
    return edge.astype(np.int32), np.clip(along, 0, 1), snap_m
