"""Index the segments of a network for the nearest one: edge shapes → `SnapIndex`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

MOST_TWINS = 6
"""Segments on one place that a point joins at most: two directions, drawn up to three times."""


class SnapIndex(NamedTuple):
    """Segment i starts at vertex `start[i]` of the shapes; `tree` holds them, longitude times `squeeze`.

    Segments that lie exactly on each other share a `group`; `twins[group]` lists
    them, -1 where there are fewer.
    """

    start: np.ndarray
    tree: shapely.STRtree
    squeeze: float
    group: np.ndarray
    twins: np.ndarray


def index_segments(ptr: np.ndarray, lon: np.ndarray, lat: np.ndarray, entered: np.ndarray) -> SnapIndex:
    inner = np.ones(len(lon), bool)
    inner[ptr[1:] - 1] = False
    start = np.flatnonzero(inner & np.repeat(entered, np.diff(ptr)))
    squeeze = float(np.cos(np.radians(lat.mean())))
    xy = np.stack([lon * squeeze, lat], axis=1)
    tree = shapely.STRtree(shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1)))
    ends = np.stack([lon, lat], axis=1)
    group, twins = _twins(ends[start], ends[start + 1])
    return SnapIndex(start, tree, squeeze, group, twins)


def _twins(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group segments with the same two ends, in either order."""
    turned = (one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1]))
    low, high = np.where(turned[:, None], other, one), np.where(turned[:, None], one, other)
    order = np.lexsort((np.arange(len(one)), high[:, 1], high[:, 0], low[:, 1], low[:, 0]))
    ends = np.hstack([low, high])[order]
    opens = np.r_[True, (ends[1:] != ends[:-1]).any(axis=1)]
    number = np.cumsum(opens) - 1
    group = np.empty(len(one), np.int64)
    group[order] = number
    rank = np.arange(len(one)) - np.flatnonzero(opens)[number]
    kept = rank < MOST_TWINS
    twins = np.full((number[-1] + 1, rank[kept].max() + 1), -1, np.int64)
    twins[number[kept], rank[kept]] = order[kept]
    return group, twins
