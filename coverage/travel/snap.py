"""Index the segments of a network for the nearest one: edge shapes → `SnapIndex`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely


class SnapIndex(NamedTuple):
    """Segment i starts at vertex `start[i]` of the shapes; `tree` holds them, longitude times `squeeze`."""

    start: np.ndarray
    tree: shapely.STRtree
    squeeze: float


def index_segments(ptr: np.ndarray, lon: np.ndarray, lat: np.ndarray, entered: np.ndarray) -> SnapIndex:
    inner = np.ones(len(lon), bool)
    inner[ptr[1:] - 1] = False
    start = np.flatnonzero(inner & np.repeat(entered, np.diff(ptr)))
    squeeze = float(np.cos(np.radians(lat.mean())))
    xy = np.stack([lon * squeeze, lat], axis=1)
    return SnapIndex(start, shapely.STRtree(shapely.linestrings(np.stack([xy[start], xy[start + 1]], axis=1))), squeeze)
