"""Join the lines of a road layer where the roads meet: lines with levels → chains of shared nodes.

    equal vertices → one node, but one a level where roads pass over each other
    ends near another line, lines crossing at grade → nodes to merge and nodes to insert → chains

A line on a bridge, in a tunnel or at another level is passed over or under: it
is never joined where it merely crosses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

DECIMALS = 7
"""Vertices that agree to as many decimals of a degree are one place: 1 cm."""

SAME_PLACE_M = 0.01
OWN_LINE = 10
"""A line meets itself where it comes back after as many tolerances along its length."""

DEGREE_M = 111_195.08
"""Metres in a degree of latitude on the mean sphere."""

END_END, END_MIDDLE, CROSSING, PASSED = "端点合并", "端点接到中段", "平面交叉", "立体交叉，不接"
MET_COLUMNS = ("kind", "lon", "lat", "line", "other")


class Chains(NamedTuple):
    """Node places, chains as in `Roads`, and `met`: MET_COLUMNS, a row for each place where two lines were joined
    without a vertex in common, or pass at different levels."""

    lon: np.ndarray
    lat: np.ndarray
    ptr: np.ndarray
    node: np.ndarray
    met: pd.DataFrame


class _Lines(NamedTuple):
    """Vertices of all lines end to end: degrees, metres on a plane, the node of each; `m` metres along the line.

    `start` lists the first vertices of segments, `tree` holds the segments on the plane.
    """

    xy: np.ndarray
    plane: np.ndarray
    line: np.ndarray
    ptr: np.ndarray
    is_end: np.ndarray
    m: np.ndarray
    node: np.ndarray
    start: np.ndarray
    tree: shapely.STRtree


class _Meetings(NamedTuple):
    """Places where two lines meet: a segment (its first vertex) and the share along it, on each; the place; the lines.

    A share of 0 or 1 is the vertex there.
    """

    start: np.ndarray
    share: np.ndarray
    plane: np.ndarray
    line: np.ndarray

    def where(self, chosen: np.ndarray) -> _Meetings:
        return _Meetings(*(column[chosen] for column in self))


def node_lines(lines, *, level: np.ndarray, apart: np.ndarray, join_m: float) -> Chains:
    """Chains over shared nodes.

    `lines`: LineStrings in degrees. `level`: of each line, 0 = on the ground.
    `apart`: lines that cross nothing at grade though on the ground (expressways,
    ferries). An end within `join_m` of a line meets it where that is on the ground
    or at the end's own level; 0 joins equal vertices alone.
    """
    every = _vertices(lines, level)
    ends = _ends_on_lines(every, level, join_m)
    crossings = _crossings(every) if join_m > 0 else ends.where(np.zeros(0, int))
    at_grade = (level[crossings.line] == 0).all(axis=1) & ~apart[crossings.line].any(axis=1)
    passed = crossings.where(~at_grade)
    crossings = crossings.where(at_grade & ~_overshot(crossings, ends, join_m))
    on_vertex = np.isin(ends.share[:, 1], (0.0, 1.0))
    merged = ends.where(on_vertex)
    nodes = np.sort(every.node[merged.start + (merged.share == 1)])  # two ends find each other
    merged = merged.where(np.unique(nodes, axis=0, return_index=True)[1])
    told = [(END_END, merged), (END_MIDDLE, ends.where(~on_vertex)), (CROSSING, crossings),
            (PASSED, passed)]
    met = [(kind, *place, *pair) for kind, some in told
           for place, pair in zip(_degrees(every, some.plane).tolist(), np.sort(some.line).tolist(), strict=True)]
    return _chains(every, [ends, crossings],
                   pd.DataFrame(met, columns=list(MET_COLUMNS)).drop_duplicates(ignore_index=True))


def _vertices(lines, level: np.ndarray) -> _Lines:
    xy, line = shapely.get_coordinates(np.asarray(lines), return_index=True)
    ptr = np.searchsorted(line, np.arange(len(lines) + 1))
    is_end = np.zeros(len(xy), bool)
    is_end[ptr[:-1]] = is_end[ptr[1:] - 1] = True
    plane = xy * (DEGREE_M * float(np.cos(np.radians(xy[:, 1].mean()))), DEGREE_M)
    step = np.r_[0.0, np.hypot(*np.diff(plane, axis=0).T)]
    step[ptr[:-1]] = 0.0
    total = np.cumsum(step)
    start = np.flatnonzero(line[:-1] == line[1:])
    tree = shapely.STRtree(shapely.linestrings(np.stack([plane[start], plane[start + 1]], axis=1)))
    return _Lines(np.round(xy, DECIMALS), plane, line, ptr, is_end, total - np.repeat(total[ptr[:-1]], np.diff(ptr)),
                  _shared_places(xy, is_end, level[line].astype(np.int64)), start, tree)


def _shared_places(xy: np.ndarray, is_end: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The node of each vertex: one for each place; one a level where lines of several levels pass through it."""
    _, place = np.unique(np.round(xy * 10**DECIMALS).astype(np.int64), axis=0, return_inverse=True)
    place = place.reshape(-1)
    passing = pd.DataFrame({"place": place[~is_end], "level": level[~is_end]}).drop_duplicates()
    stacked = passing[passing["place"].duplicated(keep=False)].groupby("place")["level"].agg(list)
    floor = np.zeros(len(place), np.int64)
    for i in np.flatnonzero(np.isin(place, stacked.index)):  # an end takes its own level, else the nearest to it
        floor[i] = min(stacked[place[i]], key=lambda one: (abs(one - level[i]), abs(one), one))
    return np.unique(np.stack([place, floor]), axis=1, return_inverse=True)[1].reshape(-1)


def _ends_on_lines(every: _Lines, level: np.ndarray, join_m: float) -> _Meetings:
    """For each end and each line that it may join within the tolerance: the nearest place there."""
    end = np.flatnonzero(every.is_end) if join_m > 0 else np.zeros(0, int)
    which, hit = every.tree.query(shapely.points(every.plane[end]), predicate="dwithin", distance=join_m)
    vertex, first = end[which], every.start[hit]
    line, other = every.line[vertex], every.line[first]
    a, along, p = every.plane[first], every.plane[first + 1] - every.plane[first], every.plane[vertex]
    length = np.hypot(*along.T)
    share = np.clip(((p - a) * along).sum(axis=1) / np.maximum(length, 1e-9) ** 2, 0, 1)
    off = np.hypot(*(a + share[:, None] * along - p).T)
    share = _settle(share, length, join_m)
    at = np.where(share == 1, first + 1, first)
    meets = (np.isin(share, (0, 1)) & every.is_end[at]) | (level[other] == 0) | (level[other] == level[line])
    back = np.abs(every.m[vertex] - every.m[first] - share * length)
    key = every.node * (len(level) + 1)
    fresh = np.where(line == other, (back > OWN_LINE * join_m) & (every.node[vertex] != every.node[at]),
                     ~np.isin(key[vertex] + other, key + every.line))
    keep = np.flatnonzero(meets & fresh)
    keep = keep[np.lexsort((first[keep], off[keep], other[keep], vertex[keep]))]
    pair = vertex[keep].astype(np.int64) * (len(level) + 1) + other[keep]
    keep = keep[np.unique(pair, return_index=True)[1]]
    own = np.where(vertex[keep] == every.ptr[line[keep]], vertex[keep], vertex[keep] - 1)  # the end's own segment
    return _Meetings(np.stack([own, first[keep]], axis=1),
                     np.stack([(vertex[keep] != own).astype(float), share[keep]], axis=1), p[keep],
                     np.stack([line[keep], other[keep]], axis=1))


def _settle(share: np.ndarray, length: np.ndarray, within_m: float) -> np.ndarray:
    """A place near a segment's end is that end, the nearer where both are near."""
    near = np.minimum(share, 1 - share) * length <= within_m
    return np.where(near, np.round(share), share)


def _crossings(every: _Lines) -> _Meetings:
    """Where segments of two lines cross, or an inner vertex of one lies on the other; ends are not looked at."""
    one, two = every.tree.query(every.tree.geometries, predicate="dwithin", distance=SAME_PLACE_M)
    i, j = every.start[one], every.start[two]
    node = every.node
    apart = np.logical_and.reduce([node[a] != node[b] for a in (i, i + 1) for b in (j, j + 1)])
    keep = (one < two) & apart
    i, j = i[keep], j[keep]
    a, b = every.plane[i], every.plane[j]
    u, v = every.plane[i + 1] - a, every.plane[j + 1] - b
    across = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    across = np.where(across == 0, np.inf, across)  # parallel lines don't cross
    w = b - a
    share = np.clip(np.stack([(w[:, 0] * v[:, 1] - w[:, 1] * v[:, 0]) / across,
                              (w[:, 0] * u[:, 1] - w[:, 1] * u[:, 0]) / across], axis=1), 0, 1)
    places = a + share[:, :1] * u, b + share[:, 1:] * v
    share = np.stack([_settle(share[:, k], np.hypot(*way.T), SAME_PLACE_M) for k, way in enumerate((u, v))], axis=1)
    start = np.stack([i, j], axis=1)
    ends = (np.isin(share, (0, 1)) & every.is_end[start + (share == 1)]).any(axis=1)
    meet = (np.hypot(*(places[0] - places[1]).T) <= SAME_PLACE_M) & ~ends
    return _Meetings(start[meet], share[meet], places[0][meet], np.stack([every.line[i], every.line[j]], axis=1)[meet])


def _overshot(crossings: _Meetings, ends: _Meetings, join_m: float) -> np.ndarray:
    """Crossings of two lines that an end, running over, has joined there already."""
    if not len(ends.line) or not len(crossings.line):
        return np.zeros(len(crossings.line), bool)
    at, end = shapely.STRtree(shapely.points(ends.plane)).query(shapely.points(crossings.plane), predicate="dwithin",
                                                                distance=2 * join_m)
    same = (np.sort(crossings.line[at]) == np.sort(ends.line[end])).all(axis=1)
    return np.isin(np.arange(len(crossings.line)), at[same])


def _degrees(every: _Lines, plane: np.ndarray) -> np.ndarray:
    squeeze = float(np.cos(np.radians(every.xy[:, 1].mean())))
    return np.round(plane / (DEGREE_M * squeeze, DEGREE_M), DECIMALS)


def _chains(every: _Lines, met_at: list[_Meetings], met: pd.DataFrame) -> Chains:
    """Give each meeting one node, put it into the lines that have no vertex there, and number the nodes in use."""
    start, share, plane = (np.concatenate(column) for column in list(zip(*met_at, strict=True))[:3])
    n = int(every.node.max()) + 1
    fixed = np.isin(share, (0.0, 1.0))
    at = every.node[start + (share == 1)]
    new = n + np.arange(len(start))
    node = np.where(fixed[:, 0], at[:, 0], np.where(fixed[:, 1], at[:, 1], new))
    both = fixed.all(axis=1)
    size = n + len(new)
    _, label = connected_components(coo_array((np.ones(both.sum()), (at[both, 0], at[both, 1])), shape=(size, size)),
                                    directed=False)
    where = np.empty((size, 2))
    where[every.node] = every.xy
    where[new] = _degrees(every, plane)

    position = np.r_[np.arange(len(every.node)), start[~fixed]]
    along = np.r_[np.zeros(len(every.node)), share[~fixed]]
    value = np.r_[every.node, np.repeat(node, 2).reshape(-1, 2)[~fixed]]
    order = np.lexsort((value, along, position))
    line, chain = every.line[position[order]], label[value[order]]
    keep = np.r_[True, (chain[1:] != chain[:-1]) | (line[1:] != line[:-1])]
    keep |= np.bincount(line[keep], minlength=len(every.ptr))[line] < 2  # a line shrunk to a point stays a line
    line, chain = line[keep], chain[keep]
    used, chain = np.unique(chain, return_inverse=True)
    first = np.full(label.max() + 1, size)
    np.minimum.at(first, label, np.arange(size))
    lon, lat = where[first[used]].T
    return Chains(lon.copy(), lat.copy(), np.searchsorted(line, np.arange(len(every.ptr))).astype(np.int64),
                  chain.astype(np.int32), met)
