"""Decide which ways a mode may use and how fast: the table of ways → km/h for each way, 0 = closed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.travel.speeds import Mode, packaged

UNKNOWN = {"open": 1.0, "slow": 0.7, "closed": 0.0}
"""What the planner may say of ways whose fitness for wheelchairs is not tagged, as a factor on speed (示意)."""

STEEP = 1 / 12
"""Steepest slope that a wheelchair ramp may have: GB 50763—2012 无障碍设计规范, 3.4.4 (a rise of 0.75 m)."""


def way_speeds(ways: pd.DataFrame, mode: Mode, by_class: pd.Series, *, unknown: str = "slow") -> np.ndarray:
    """km/h on each way, 0 where the mode may not go.

    The class's speed; a stated driving speed replaces it for motors that the
    class admits; nobody exceeds the posted limit. `unknown` says how wheels
    treat ways without a tag on their fitness: open, slow or closed.
    """
    kmh = ways["road_class"].map(by_class).to_numpy(float)
    closed = np.isnan(kmh) | forbidden(ways, mode)
    if mode.name in ("car", "shuttle"):
        stated = ways["speed_kmh"].to_numpy(float)
        if "former_kmh" in ways:  # an upgrade slows nobody
            kmh = np.fmax(kmh, ways["former_kmh"].to_numpy(float))
        kmh = np.where(stated > 0, stated, kmh)
    kmh = np.fmin(kmh, ways["maxspeed_kmh"].to_numpy(float))
    if mode.tagged:
        if unknown not in UNKNOWN:
            raise InputError(f"没有“{unknown}”这种处理", where="unknown", todo="可选：" + "、".join(UNKNOWN))
        fitness = wheel_fitness(ways, mode.name)
        kmh = kmh * np.where(np.isnan(fitness), UNKNOWN[unknown], fitness)
    return np.where(closed, 0.0, kmh)


def ferry_minutes(ways: pd.DataFrame) -> np.ndarray:
    """Minutes that a ferry takes by its `duration` tag (OSM wiki, Key:duration: h:mm[:ss], minutes, or PT1H30M).

    NaN where it isn't a ferry or none is written.
    """
    found, ferry = np.full(len(ways), np.nan), ways["ferry"].to_numpy(bool)
    if "duration" not in ways or not ferry.any():
        return found
    text = ways["duration"][ferry].astype("str").str.strip()
    clock = text.str.extract(r"^(?:(\d{1,3}):)?(\d{1,4})(?::(\d{2}))?$").astype(float)
    spelt = text.str.extract(r"^PT(?=\d)(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?$").astype(float)
    parts = clock.where(clock[1].notna(), spelt).to_numpy(float)
    minutes = np.where(np.isnan(parts).all(axis=1), np.nan, np.nansum(parts * (60, 1, 1 / 60), axis=1))
    found[ferry] = np.where(minutes > 0, minutes, np.nan)
    return found


def forbidden(ways: pd.DataFrame, mode: Mode) -> np.ndarray:
    """Ways whose tags shut this mode out: the mode's own tag decides, else `access` (OSM wiki, Key:access)."""
    tag = pd.Series(pd.NA, index=ways.index, dtype="str")
    for name in (mode.own_tag, "access"):
        if name in ways:
            tag = tag.fillna(ways[name])
    return (tag == "no").fillna(False).to_numpy(bool)


def wheel_fitness(ways: pd.DataFrame, mode: str) -> np.ndarray:
    """Factor on a wheelchair's speed by the tags of each way, from wheelchair_tags.csv: 0 = can't pass, NaN = unknown.

    The worst of surface, smoothness, kerb and incline; a plain `wheelchair`
    tag, which a surveyor set by eye, goes before them.
    """
    table = packaged("wheelchair_tags.csv")
    worst = np.full(len(ways), np.nan)
    for tag in ("surface", "smoothness", "kerb", "incline"):
        if tag in ways:
            factor = ways[tag].map(table[table["tag"] == tag].set_index("value")[mode]).to_numpy(float)
            if tag == "incline":
                factor = np.fmin(factor, _incline_factor(ways[tag]))
            worst = np.fmin(worst, factor)
    if "wheelchair" in ways:
        stated = ways["wheelchair"].map(table[table["tag"] == "wheelchair"].set_index("value")[mode]).to_numpy(float)
        worst = np.where(np.isnan(stated), worst, stated)
    return worst


def _incline_factor(incline: pd.Series) -> np.ndarray:
    """1 up to the ramp's limit, 0 beyond it, NaN where no percentage is written ("8%", "-5 %")."""
    percent = pd.to_numeric(incline.str.extract(r"^\s*(-?\d+(?:\.\d+)?)\s*%")[0], errors="coerce").to_numpy(float)
    return np.where(np.isnan(percent), np.nan, (np.abs(percent) / 100 <= STEEP + 1e-9).astype(float))
