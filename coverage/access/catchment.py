"""Weigh supply against the people who share it: times, people and places in, places per person at each point out.

2SFCA: Luo and Wang (2003). E2SFCA: Luo and Qi (2009), minutes weighted by bands.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from coverage.access.bands import checked_thresholds

LUO_QI_2009 = {10: 1.0, 20: 0.68, 30: 0.22}
"""Weights by minutes of Luo and Qi (2009), their slow-decay Gaussian."""


def two_step_floating_catchment(
    times: pd.DataFrame, people: pd.Series, capacity: pd.Series, *, within_min: float
) -> pd.Series:
    """2SFCA: places per person that each point can share in, over institutions within `within_min`.

    `times`: demand_id, site_id, travel_min. `people` by demand_id, `capacity` by site_id
    (one without a stated capacity must not be in it). Returns a Series by demand_id, as
    `people`, sorted; 0 = none in reach. Step 1: each institution's places over the people
    within reach of it; step 2: the sum of those ratios over the institutions within reach.
    A place that nobody can reach belongs to nobody.
    """
    return enhanced_two_step_floating_catchment(times, people, capacity, weights={within_min: 1.0})


def enhanced_two_step_floating_catchment(
    times: pd.DataFrame, people: pd.Series, capacity: pd.Series, *, weights: Mapping[float, float] = LUO_QI_2009
) -> pd.Series:
    """E2SFCA: the same with people and ratios weighted by the band of minutes that they lie in.

    `weights`: upper bound of each band (inclusive) → weight; farther than the last counts nothing.
    """
    limits = checked_thresholds(sorted(weights))
    factor = np.array([*(weights[limit] for limit in sorted(weights)), 0.0])
    pairs = times[times["site_id"].isin(capacity.index) & times["demand_id"].isin(people.index)]
    pairs = pairs.sort_values(["demand_id", "site_id"])
    weight = factor[np.searchsorted(limits, pairs["travel_min"].to_numpy(float), side="left")]
    sharers = pd.Series(weight * pairs["demand_id"].map(people).to_numpy(float))
    sharing = sharers.groupby(pairs["site_id"].to_numpy()).sum()
    ratio = capacity.astype(float).reindex(sharing.index) / sharing.where(sharing > 0)
    share = weight * pairs["site_id"].map(ratio).fillna(0.0).to_numpy(float)
    return pd.Series(share).groupby(pairs["demand_id"].to_numpy()).sum().reindex(people.sort_index().index).fillna(0.0)
