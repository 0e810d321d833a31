"""Slow a mode by slope: edges with heights → how much longer each direction takes than on the flat.

    edges → places every 90 m → heights, gaps filled along the edge → slopes → walking after Tobler, wheels by a table
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from coverage.travel.edges import Edges
from coverage.travel.passage import STEEP
from coverage.travel.speeds import Mode, packaged

SAMPLE_M = 90.0
"""Heights are asked at every vertex and at least this often between: the grid of a 3″ tile (SRTM)."""


class Heights(Protocol):
    """Anything that knows heights: coverage.intake.elevation's tiles, or a formula in a test."""

    def at(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Metres above the sea; NaN where unknown."""


class Slopes(NamedTuple):
    """Pieces of edges: piece i is `run[i]` metres of edge `edge[i]`, rising by `slope[i]` (rise over run) along it.

    `known[i]` tells whether its slope comes of heights; where it doesn't the piece counts as flat.
    """

    edge: np.ndarray
    run: np.ndarray
    slope: np.ndarray
    known: np.ndarray

    @property
    def share_known(self) -> float:
        """The share of the road's length whose slope is known."""
        return float(self.run[self.known].sum() / max(self.run.sum(), 1e-9))

    @property
    def share_steep(self) -> float:
        """The share of the road's length that is steeper than a wheelchair ramp may be, up or down."""
        return float(self.run[np.round(np.abs(self.slope), 6) > STEEP].sum() / max(self.run.sum(), 1e-9))


def tobler_kmh(slope):
    """Walking speed at a slope (rise over run): 6 · exp(−3.5 · |slope + 0.05|) km/h (Tobler 1993, Report 93-1)."""
    return 6 * np.exp(-3.5 * np.abs(np.asarray(slope, float) + 0.05))


def wheel_factor(slope, mode: str):
    """A wheelchair's share of its speed on the flat, from wheelchair_slopes.csv, whose limits have six decimals."""
    table = packaged("wheelchair_slopes.csv")
    row = np.searchsorted(table["to_slope"].to_numpy()[:-1], np.round(slope, 6), side="left")
    return table[mode].to_numpy(float)[row]


def slopes_of(edges: Edges, heights: Heights, *, level: np.ndarray | None = None,
              water: np.ndarray | None = None) -> Slopes:
    """The slopes of edges.

    A bridge or tunnel (`level`, by edge) doesn't follow the ground: it rises evenly from end to end. Nor does a
    stretch without heights (a void) between two places that have them. A ferry (`water`) is flat.
    """
    edge, m, lon, lat = _places(edges)
    z = np.asarray(heights.at(lon, lat), float)
    first = np.r_[True, edge[1:] != edge[:-1]]
    inner = ~(first | np.r_[first[1:], True])
    if level is not None:
        z[inner & level[edge]] = np.nan
    if water is not None:
        z[water[edge]] = 0.0
    z = _filled(z, m, edge)
    within = ~first[1:]
    run, rise = np.diff(m)[within], np.diff(z)[within]
    known = ~np.isnan(rise)
    slope = np.where(known & (run > 0), rise / np.where(run > 0, run, 1), 0.0)
    return Slopes(edge[1:][within], run, slope, known)


def slope_factors(slopes: Slopes, mode: Mode, n_edges: int, *, told: np.ndarray | None = None):
    """Times over flat times for each edge, along and against; 1 where slopes are unknown.

    Each piece counts by its length. Walkers go at Tobler's speed relative to Tobler's speed on the flat, so the
    mode's own speed stays the flat one. `told` are edges whose steepness was surveyed (tags): the tiles, which know
    the ground but not how the road was cut into it, add nothing there.
    """
    metres = np.bincount(slopes.edge, weights=slopes.run, minlength=n_edges)

    def factor(direction: int) -> np.ndarray:
        slope = direction * slopes.slope
        share = tobler_kmh(slope) / tobler_kmh(0) if mode.kind == "foot" else wheel_factor(slope, mode.name)
        total = np.bincount(slopes.edge, weights=slopes.run / share, minlength=n_edges)
        longer = np.where(metres > 0, total / np.where(metres > 0, metres, 1), 1.0)
        return longer if told is None else np.where(told, 1.0, longer)

    return factor(1), factor(-1)


def _places(edges: Edges) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(edge, metres from its tail, lon, lat) of each vertex and of evenly spread places between those far apart."""
    n = len(edges.m)
    edge = np.repeat(np.arange(len(edges.way)), np.diff(edges.ptr))
    step = np.r_[np.diff(edges.m), 0.0]
    step[edges.ptr[1:] - 1] = 0.0
    parts = np.maximum(np.ceil(step / SAMPLE_M), 1).astype(np.int64)
    vertex = np.repeat(np.arange(n), parts)
    share = (np.arange(len(vertex)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[vertex]
    after = np.minimum(vertex + 1, n - 1)

    def between(values: np.ndarray) -> np.ndarray:
        return np.where(share > 0, values[vertex] + share * (values[after] - values[vertex]), values[vertex])

    return edge[vertex], between(edges.m), between(edges.lon), between(edges.lat)


def _filled(z: np.ndarray, m: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Heights with those unknown between two known ones of the same edge on the straight line between these."""
    unknown = np.flatnonzero(np.isnan(z))
    known = np.flatnonzero(~np.isnan(z))
    if not len(unknown) or not len(known):
        return z
    at = np.searchsorted(known, unknown)
    before, after = known[np.maximum(at - 1, 0)], known[np.minimum(at, len(known) - 1)]
    fills = (before < unknown) & (unknown < after) & (edge[before] == edge[unknown]) & (edge[after] == edge[unknown])
    unknown, before, after = unknown[fills], before[fills], after[fills]
    far = m[after] - m[before]
    share = np.where(far > 0, (m[unknown] - m[before]) / np.where(far > 0, far, 1), 0.0)
    filled = z.copy()
    filled[unknown] = z[before] + share * (z[after] - z[before])
    return filled


def surveyed(ways: pd.DataFrame) -> np.ndarray:
    """Ways of which a tag says how steep they are, or at once whether a wheelchair can pass."""
    told = np.zeros(len(ways), bool)
    for tag in ("incline", "wheelchair"):
        if tag in ways:
            told |= ways[tag].notna().to_numpy(bool)
    return told
