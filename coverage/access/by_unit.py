"""Count people by unit and minutes: demand, people and nearest sites in, a row per township (or other unit) out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from coverage.access.bands import checked_thresholds, not_connected
from coverage.errors import InputError
from coverage.travel.legs import GAP


def coverage_by_unit(
    demand: pd.DataFrame,
    people: pd.Series,
    nearest: pd.DataFrame,
    access_state: pd.Series | None = None,
    *,
    thresholds_min: Sequence[float],
    unit: str | None = "township_code",
) -> pd.DataFrame:
    """Count who is reached within each threshold, by unit.

    `demand`: indexed by demand_id, with the column `unit`. `people`: whole numbers by
    demand_id (a point without people may be absent). `nearest`: as `nearest()` gives.
    `access_state`: by demand_id, one of ACCESS_STATES.

    Returns a frame indexed by the unit, sorted, people in whole numbers:

    - people
    - within_{t}_min for each threshold, cumulative
    - beyond: on the network, farther than the last threshold or nothing in reach
    - not_connected: on an isolated piece of road and reaching nothing
    - road_gap: of all of them, those tied to the network by a long walk (counted by it)
    - share_{t}_min, share_not_connected: of people, NaN where a unit has none
    - mean_min, p90_min: over the people who reach a site; p90 is the least time that
      reaches 90% of them; NaN where nobody does

    within the last threshold + beyond + not_connected = people, in every row.
    `unit=None` gives one row, "全部". Points without a unit come under "（未知）".
    Raises InputError where people are not whole numbers ≥ 0 or stand at an unknown point.
    """
    limits = checked_thresholds(thresholds_min)
    weight = people_at_points(demand, people)
    minutes = nearest["travel_min"].reindex(demand.index)
    cut_off = not_connected(demand.index, minutes, access_state)
    gap = np.zeros(len(demand), bool) if access_state is None else access_state.reindex(demand.index).eq(GAP)

    counts = {"people": weight}
    for limit in limits:
        counts[f"within_{limit:g}_min"] = weight.where(minutes.le(limit).to_numpy(), 0)
    counts["beyond"] = weight.where(~minutes.le(limits[-1]).to_numpy() & ~cut_off, 0)
    counts["not_connected"] = weight.where(cut_off, 0)
    counts["road_gap"] = weight.where(np.asarray(gap), 0)

    key = _unit_of(demand, unit)
    table = pd.DataFrame(counts).groupby(key.to_numpy(), sort=True).sum()
    table.index.name = unit or "unit"
    for limit in limits:
        table[f"share_{limit:g}_min"] = _share(table[f"within_{limit:g}_min"], table["people"])
    table["share_not_connected"] = _share(table["not_connected"], table["people"])
    return table.join(minutes_by_unit(minutes, weight, key))


def minutes_by_unit(minutes: pd.Series, weight: pd.Series, key: pd.Series) -> pd.DataFrame:
    """Mean and 90th percentile of minutes over people who reach a site, indexed by unit."""
    codes, names = pd.factorize(key.to_numpy(), sort=True)
    least, count = minutes.to_numpy(float), weight.to_numpy()
    reached = np.flatnonzero(~np.isnan(least) & (count > 0) & (codes >= 0))
    reached = reached[np.lexsort((count[reached], least[reached], codes[reached]))]
    ends = np.searchsorted(codes[reached], np.arange(1, len(names)))  # one sort for all: a frame for each unit is slow
    rows = [_mean_and_p90(least[one], count[one]) for one in np.split(reached, ends)][:len(names)]
    return pd.DataFrame(rows, index=pd.Index(names), columns=["mean_min", "p90_min"], dtype=float)


def _mean_and_p90(minutes: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    if len(minutes) == 0:
        return np.nan, np.nan
    cumulated = np.cumsum(weight)
    total = int(cumulated[-1])
    ninety = np.searchsorted(cumulated * 10, total * 9, side="left")  # in whole people: no rounding
    return float(minutes @ weight / total), float(minutes[ninety])


def people_at_points(demand: pd.DataFrame, people: pd.Series) -> pd.Series:
    """People along the demand's index, as int64; nobody may be lost on the way."""
    stray = people.index.difference(demand.index)
    if len(stray):
        raise InputError(f"有人数登记在不存在的需求点：{'、'.join(map(str, stray[:5]))}", where="残疾人表")
    if not people.index.is_unique:
        raise InputError("同一需求点的人数出现了多次", where="残疾人表", todo="先按需求点合计")
    whole = people.reindex(demand.index).fillna(0)
    if not ((whole >= 0) & (whole % 1 == 0)).all():
        raise InputError("人数应为不小于 0 的整数", where="残疾人表")
    return whole.astype("int64")


def _unit_of(demand: pd.DataFrame, unit: str | None) -> pd.Series:
    if unit is None:
        return pd.Series("全部", index=demand.index)
    return demand[unit].astype("object").fillna("（未知）")


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    return (part / whole.where(whole > 0)).astype(float)
