"""Convert points between WGS-84 and the shifted systems of Chinese web maps, both ways, exactly.

GCJ-02 (高德、腾讯) and BD-09 (百度) are given by published forward formulas; their inverses are found by
iterating the forward ones until the step is below 1e-11 degrees (a thousandth of a millimetre).
CGCS2000 and WGS-84 differ by less than a metre and are taken as one. All take and give float arrays of degrees.
"""

from __future__ import annotations

import numpy as np

_A, _EE = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, as the formula has it
_X_PI = np.pi * 3000.0 / 180.0
_EXACT = 1e-11
_MOST_STEPS = 30


def wgs84_to_gcj02(lon, lat) -> tuple[np.ndarray, np.ndarray]:
    """Shift as 高德 does. Outside of the formula's rectangle around China nothing moves."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon - 105.0, lat - 35.0
    waves = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    north_deg = north * 180.0 / (_A * (1.0 - _EE) / magic**1.5 * np.pi)
    east_deg = east * 180.0 / (_A / np.sqrt(magic) * np.cos(phi) * np.pi)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(inside, lon + east_deg, lon), np.where(inside, lat + north_deg, lat)


def gcj02_to_bd09(lon, lat) -> tuple[np.ndarray, np.ndarray]:
    """Shift on from GCJ-02 as 百度 does."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _X_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon, lat) -> tuple[np.ndarray, np.ndarray]:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def gcj02_to_wgs84(lon, lat) -> tuple[np.ndarray, np.ndarray]:
    return _invert(wgs84_to_gcj02, lon, lat)


def bd09_to_gcj02(lon, lat) -> tuple[np.ndarray, np.ndarray]:
    return _invert(gcj02_to_bd09, lon, lat)


def bd09_to_wgs84(lon, lat) -> tuple[np.ndarray, np.ndarray]:
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _invert(forward, lon, lat) -> tuple[np.ndarray, np.ndarray]:
    """The point whose shift is (lon, lat): guess, shift, correct by what is left over; NaN stays NaN."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon.copy(), lat.copy()
    for _ in range(_MOST_STEPS):
        east, north = forward(x, y)
        step_x, step_y = lon - east, lat - north
        x, y = x + step_x, y + step_y
        if not (np.fmax(np.abs(step_x), np.abs(step_y)) > _EXACT).any():
            break
    return x, y
