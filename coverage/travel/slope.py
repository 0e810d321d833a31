"""Slow walking by slope after Tobler: edges with heights → how much longer each direction takes than on the flat."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from coverage.travel.edges import Edges


class Heights(Protocol):
    """Anything that knows heights: coverage.intake.elevation's tile, or a formula in a test."""

    def at(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Metres above the sea; NaN where unknown (taken as flat)."""


def tobler_kmh(slope):
    """Walking speed at a slope (rise over run): 6 · exp(−3.5 · |slope + 0.05|) km/h (Tobler 1993, Report 93-1)."""
    return 6 * np.exp(-3.5 * np.abs(np.asarray(slope, float) + 0.05))


def slope_factors(edges: Edges, heights: Heights) -> tuple[np.ndarray, np.ndarray]:
    """Times over flat times for each edge, along and against; 1 where heights are unknown.

    Each segment counts by its length, at Tobler's speed relative to Tobler's
    speed on the flat, so the mode's own walking speed stays the flat one.
    """
    z = np.asarray(heights.at(edges.lon, edges.lat), float)
    run, rise = np.diff(edges.m), np.diff(z)
    within = np.ones(len(run), bool)
    within[edges.ptr[1:-1] - 1] = False
    slope = np.where(within & (run > 0) & ~np.isnan(rise), rise / np.where(run > 0, run, 1), 0.0)
    edge = np.repeat(np.arange(len(edges.way)), np.diff(edges.ptr))[:-1]
    run = np.where(within, run, 0.0)

    def factor(direction: int) -> np.ndarray:
        longer = run * tobler_kmh(0) / tobler_kmh(direction * slope)
        total = np.bincount(edge, weights=longer, minlength=len(edges.way))
        return np.where(edges.metres > 0, total / np.where(edges.metres > 0, edges.metres, 1), 1.0)

    return factor(1), factor(-1)
