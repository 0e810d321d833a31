"""Put each demand point in a band of minutes: demand and its nearest site in, a label per point out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from coverage.errors import InputError

ROAD_GAP = "路网缺口"
ISOLATED = "孤立路段"
ACCESS_STATES = ("已接入", ROAD_GAP, ISOLATED)
"""How a demand point meets the road network: on it, by a long walk to it, on a piece cut off from the rest."""

NOT_CONNECTED = "未接入"


def bands(
    demand: pd.DataFrame,
    nearest: pd.DataFrame,
    *,
    thresholds_min: Sequence[float],
    access_state: pd.Series | None = None,
) -> pd.DataFrame:
    """Give each demand point its nearest site and its band.

    Returns a frame indexed as `demand` with site_id, travel_min (minutes; NaN =
    no site reached) and band, an ordered category: "≤15", "15–30", … ">60", "未接入".
    A bound belongs to the lower band: exactly 30 minutes is within 30.

    No time to any site means ">60" for a point that is on the network (no
    institution within the search limit) and "未接入" for one that `access_state`
    says is on an isolated piece of road. Raises InputError for bad thresholds.
    """
    limits = checked_thresholds(thresholds_min)
    joined = nearest.reindex(demand.index)[["site_id", "travel_min"]]
    labels = band_labels(limits)
    code = np.searchsorted(limits, joined["travel_min"].to_numpy(float), side="left")  # NaN sorts last: beyond
    code[not_connected(demand.index, joined["travel_min"], access_state)] = len(labels) - 1
    joined["band"] = pd.Categorical.from_codes(code, categories=labels, ordered=True)
    return joined


def band_labels(thresholds_min: Sequence[float]) -> list[str]:
    """Label the bands that thresholds cut, nearest first, 未接入 last."""
    limits = [f"{limit:g}" for limit in thresholds_min]
    between = [f"{low}–{high}" for low, high in pairwise(limits)]
    return [f"≤{limits[0]}", *between, f">{limits[-1]}", NOT_CONNECTED]


def not_connected(ids: pd.Index, travel_min: pd.Series, access_state: pd.Series | None) -> np.ndarray:
    """Mark points that reach nothing because their road is cut off (bool array along `ids`)."""
    if access_state is None:
        return np.zeros(len(ids), bool)
    state = access_state.reindex(ids)
    if state.isna().any():
        missing = "、".join(map(str, ids[state.isna()][:5]))
        raise InputError(f"有需求点没有接入状态：{missing}", where="接入状态表")
    unknown = set(state) - {*ACCESS_STATES, NOT_CONNECTED}
    if unknown:
        allowed, found = "、".join(ACCESS_STATES), "、".join(sorted(unknown))
        raise InputError(f"接入状态只能是{allowed}，出现了{found}", where="接入状态表")
    return state.isin([ISOLATED, NOT_CONNECTED]).to_numpy() & travel_min.isna().to_numpy()


def checked_thresholds(thresholds_min: Sequence[float]) -> list[float]:
    """Give the thresholds as ascending positive minutes, or raise InputError."""
    limits = [float(limit) for limit in thresholds_min]
    if not limits or limits != sorted(set(limits)) or not limits[0] > 0 or not np.isfinite(limits[-1]):
        raise InputError("时间门槛应为由小到大、互不相同的正数", where="时间门槛（分钟）", todo="例如 15、30、45、60")
    return limits
