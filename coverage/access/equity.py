"""Measure how evenly minutes are borne: minutes and people in, inequality by group out.

Minutes are a burden: the worst off have the most. Everything is weighted by people, as
if each person were a row of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from coverage.access.bands import checked_thresholds


def gini(values: np.ndarray, weights: np.ndarray) -> float:
    """Gini coefficient (Gini 1914), 0 = all alike; NaN where nobody is counted. Values ≥ 0."""
    values, weights = _counted(values, weights)
    total = float(values @ weights)
    if len(values) == 0 or total == 0:
        return np.nan if len(values) == 0 else 0.0
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    before = np.cumsum(weights) - weights / 2  # mid-rank of each block of equal people
    return float(2 * (weights * values) @ before / (weights.sum() * total) - 1)


def theil(values: np.ndarray, weights: np.ndarray, groups: np.ndarray | None = None) -> tuple[float, float, float]:
    """Theil's T (Theil 1967): whole, between groups, within groups; the first is the sum of the others.

    Zero minutes add nothing (x ln x → 0). Without `groups` everything is within. NaN where nobody is counted.
    """
    keep = _keep(values, weights)
    values, weights = np.asarray(values, float)[keep], np.asarray(weights, float)[keep]
    groups = np.zeros(len(values)) if groups is None else np.asarray(groups)[keep]
    if len(values) == 0:
        return np.nan, np.nan, np.nan
    mean = np.average(values, weights=weights)
    if mean == 0:
        return 0.0, 0.0, 0.0
    whole = np.average(_xlogx(values / mean), weights=weights)
    _, code = np.unique(groups, return_inverse=True)
    people = np.bincount(code, weights)
    means = np.bincount(code, weights * values) / people
    between = np.average(_xlogx(means / mean), weights=people)
    return float(whole), float(between), float(whole - between)


def palma(values: np.ndarray, weights: np.ndarray) -> float:
    """Minutes of the worst-off 10% of people over those of the best-off 40% (Palma 2011, applied to minutes).

    A person on the border is split. NaN where nobody is counted or the best-off 40% need no time at all.
    """
    values, weights = _counted(values, weights)
    if len(values) == 0:
        return np.nan
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    ends = np.cumsum(weights)
    whole = ends[-1]
    best = np.clip(0.4 * whole - (ends - weights), 0, weights)
    worst = np.clip(ends - 0.9 * whole, 0, weights)
    low = float(best @ values)
    return float(worst @ values) / low if low > 0 else np.nan


def equity_by(rows: pd.DataFrame, by: str, *, thresholds_min: Sequence[float]) -> pd.DataFrame:
    """Describe each group of people.

    `rows`: travel_min (NaN = reaches nothing), people and the column `by`, a row per point
    (and category, where that is the group). Rows without a group come under （未知）.

    Returns a frame indexed by group, sorted: people, unreached, mean_min, p90_min,
    share_{t}_min (of all people of the group), gini, palma; minutes only over those who
    reach something.
    """
    limits = checked_thresholds(thresholds_min)
    key = rows[by].astype("object").fillna("（未知）")
    return pd.DataFrame({group: _described(part, limits) for group, part in rows.groupby(key, sort=True)}).T.astype(
        {"people": "int64", "unreached": "int64"}).rename_axis(by)


def worst_off(points: pd.DataFrame, *, share: float = 0.1) -> pd.DataFrame:
    """The points where the worst-off `share` of people live: those who reach nothing first, then by minutes.

    `points`: indexed by demand_id, with travel_min and people. Points without people are left out.
    """
    lived = points[points["people"] > 0].sort_index()
    ordered = lived.sort_values("travel_min", ascending=False, kind="stable", na_position="first")
    before = ordered["people"].cumsum() - ordered["people"]
    return ordered[before < share * ordered["people"].sum()]


def worst_share(minutes: np.ndarray, people: np.ndarray, *, share: float = 0.1) -> tuple[float, float]:
    """The worst-off `share` of people: how many of them reach nothing, and the mean minutes of the rest of them.

    `minutes`: NaN = reaches nothing. A person on the border is split. The mean is NaN where all of them reach
    nothing or nobody is counted. It is the tail mean (conditional value at risk, Rockafellar & Uryasev 2000).
    """
    order = np.argsort(np.where(np.isnan(minutes), np.inf, minutes), kind="stable")[::-1]
    minutes, people = np.asarray(minutes, float)[order], np.asarray(people, float)[order]
    taken = np.clip(share * people.sum() - (np.cumsum(people) - people), 0, people)
    reached = ~np.isnan(minutes)
    rest = float(taken[reached].sum())
    mean = float(taken[reached] @ minutes[reached]) / rest if rest > 0 else np.nan
    return float(taken[~reached].sum()), mean


def _described(rows: pd.DataFrame, limits: list[float]) -> pd.Series:
    minutes, people = rows["travel_min"].to_numpy(float), rows["people"].to_numpy(float)
    values, weights = _counted(minutes, people)
    whole = people.sum()
    order = np.argsort(values, kind="stable")
    ninety = np.searchsorted(np.cumsum(weights[order]) * 10, weights.sum() * 9)
    told = {
        "people": whole, "unreached": whole - weights.sum(),
        "mean_min": np.average(values, weights=weights) if len(values) else np.nan,
        "p90_min": values[order][ninety] if len(values) else np.nan,
    }
    told |= {f"share_{limit:g}_min": people[minutes <= limit].sum() / whole if whole else np.nan for limit in limits}
    return pd.Series(told | {"gini": gini(minutes, people), "palma": palma(minutes, people)})


def _keep(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return ~np.isnan(np.asarray(values, float)) & (np.asarray(weights, float) > 0)


def _counted(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    keep = _keep(values, weights)
    return np.asarray(values, float)[keep], np.asarray(weights, float)[keep]


def _xlogx(ratio: np.ndarray) -> np.ndarray:
    return np.where(ratio > 0, ratio * np.log(np.where(ratio > 0, ratio, 1.0)), 0.0)
