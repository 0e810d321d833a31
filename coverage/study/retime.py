"""Time a region anew after some institutions opened or moved: what was timed before in, the same as timing all out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from coverage.region import Region
from coverage.travel import RoadNetwork, TravelTimes, travel_times


def retime(before: TravelTimes, network: RoadNetwork, was: Region, now: Region) -> TravelTimes:
    """Travel times of `now`, given those of `was` on the same network and demand points.

    Only institutions that `was` doesn't have at the same place are searched for; the answer is travel_times'.
    """
    place = ["lon", "lat"]
    former = was.sites[place].reindex(now.sites.index)
    same = (former == now.sites[place]).all(axis=1).to_numpy(bool)
    if same.all() and len(was.sites) == len(now.sites):
        return before
    found = travel_times(network, now.demand, now.sites[~same])
    kept = before.table[before.table["site_id"].isin(now.sites.index[same])]
    table = pd.concat([kept, found.table], ignore_index=True)
    order = np.lexsort([_rank(table["site_id"], now.sites.index), _rank(table["demand_id"], now.demand.index)])
    access = pd.concat([before.site_access.loc[now.sites.index[same]], found.site_access]).reindex(now.sites.index)
    return replace(before, table=table.take(order).reset_index(drop=True), site_access=access)


def _rank(ids: pd.Series, index: pd.Index) -> np.ndarray:
    """Each id's place among all, sorted: whole numbers sort quicker than texts."""
    return np.argsort(np.argsort(index.to_numpy(object), kind="stable"))[index.get_indexer(ids)]
