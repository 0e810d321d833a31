"""Measure on the sphere: degrees → metres."""

from __future__ import annotations

import numpy as np

EARTH_M = 6_371_008.8
"""Mean radius of the earth, metres (IUGG)."""

DEGREE_M = np.pi / 180 * EARTH_M


def distance_m(lon1, lat1, lon2, lat2):
    """Great-circle metres between points in degrees (haversine), element by element."""
    lon1, lat1, lon2, lat2 = (np.radians(np.asarray(x, float)) for x in (lon1, lat1, lon2, lat2))
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
