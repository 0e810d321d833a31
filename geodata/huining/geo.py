"""Measure and draw on the sphere: distances in metres, small steps, and chance that depends on a name alone.

Every length is the great-circle (haversine) length on a sphere of radius 6,371,008.8 m (IUGG mean radius).
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

EARTH_RADIUS_M = 6_371_008.8
DECIMALS = 7  # about 1 cm; lines that meet share these digits exactly


def haversine_m(lon1, lat1, lon2, lat2):
    lon1, lat1, lon2, lat2 = (np.radians(value) for value in (lon1, lat1, lon2, lat2))
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))


def length_m(line: np.ndarray) -> float:
    """The length of an (n, 2) array of lon, lat."""
    return float(haversine_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum())


def vector_m(start, end) -> np.ndarray:
    """East and north metres from start to end (lon, lat), flat about their middle latitude: good to 0.1% over 50 km."""
    middle = np.radians((start[1] + end[1]) / 2)
    return np.radians([(end[0] - start[0]) * np.cos(middle), end[1] - start[1]]) * EARTH_RADIUS_M


def moved(start, east_m, north_m) -> np.ndarray:
    """The lon, lat reached from start by so many metres east and north."""
    lat = start[1] + np.degrees(north_m / EARTH_RADIUS_M)
    middle = np.radians((start[1] + lat) / 2)
    return np.array([start[0] + np.degrees(east_m / (EARTH_RADIUS_M * np.cos(middle))), lat]).T


def chance(*name) -> float:
    """A number in [0, 1) fixed by the name: the same on every machine, whatever was drawn before it."""
    digest = blake2b("|".join(map(str, name)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def noise(name, at: np.ndarray) -> np.ndarray:
    """A smooth random curve through values in [-1, 1] at the whole numbers, read at `at`."""
    cell = np.floor(at).astype(int)
    knots = np.array([2 * chance(name, i) - 1 for i in range(cell.min(), cell.max() + 2)])
    left, right = knots[cell - cell.min()], knots[cell - cell.min() + 1]
    part = at - cell
    return left + (right - left) * part * part * (3 - 2 * part)
