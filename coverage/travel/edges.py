"""Cut ways into edges between junctions: `Roads` → edge ends, shapes and lengths. Lengths and shapes stay exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coverage.intake.roads import Roads
from coverage.travel.geometry import distance_m


@dataclass(frozen=True)
class Edges:
    """Edge e belongs to way `way[e]`, runs from road node `tail[e]` to `head[e]`, is `metres[e]` long.

    Its vertices are `lon`, `lat`, `m` (metres from its tail) at `ptr[e]:ptr[e + 1]`;
    `node` names the road node of each vertex.
    """

    way: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    metres: np.ndarray
    ptr: np.ndarray
    node: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    m: np.ndarray


def cut_at_junctions(roads: Roads, used: np.ndarray) -> Edges:
    """Cut each used way where used ways meet (also where it meets itself)."""
    size = np.diff(roads.way_ptr)
    way = np.repeat(np.arange(len(size)), size)
    node, way = roads.way_node[used[way]], way[used[way]]
    first = np.r_[True, way[1:] != way[:-1]]
    last = np.r_[first[1:], True]
    junction = first | last | (np.bincount(node)[node] > 1)

    # an inner junction ends one edge and starts the next, so it is written twice
    position = np.repeat(np.arange(len(node)), 1 + (junction & ~first & ~last))
    again = np.r_[False, position[1:] == position[:-1]]
    ptr = np.r_[np.flatnonzero(first[position] | again), len(position)].astype(np.int64)
    keep = np.diff(ptr) > 1  # a way of one node has no edge
    if not keep.all():
        position = position[np.repeat(keep, np.diff(ptr))]
        ptr = np.r_[0, np.cumsum(np.diff(ptr)[keep])]

    vertex = node[position]
    lon, lat = roads.node_lon[vertex], roads.node_lat[vertex]
    m = _metres_from_tail(lon, lat, ptr)
    return Edges(way[position[ptr[:-1]]].astype(np.int32), vertex[ptr[:-1]], vertex[ptr[1:] - 1], m[ptr[1:] - 1],
                 ptr, vertex, lon, lat, m)


def _metres_from_tail(lon: np.ndarray, lat: np.ndarray, ptr: np.ndarray) -> np.ndarray:
    step = np.r_[0.0, distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:])]
    step[ptr[:-1]] = 0.0
    total = np.cumsum(step)
    return total - np.repeat(total[ptr[:-1]], np.diff(ptr))
