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
    access = pd.concat([before.site_access.loc[now.sites.index[same]], found.site_access]).reindex(now.sites.index)
    return replace(before, table=_merged(before.table, found.table, now, now.sites.index[same]), site_access=access)


def _merged(before: pd.DataFrame, found: pd.DataFrame, now: Region, same: pd.Index) -> pd.DataFrame:
    """The rows of `before` that go to the `same` sites and all of `found`; both are sorted, and so is the answer."""
    sites, demand = now.sites.index, now.demand.index
    kept = np.flatnonzero(_each(before["site_id"], same.get_indexer) >= 0)
    keys = [_rank(table["demand_id"], demand) * len(sites) + _rank(table["site_id"], sites)
            for table in (before, found)]
    order = np.insert(kept, np.searchsorted(keys[0][kept], keys[1]), len(before) + np.arange(len(found)))
    return pd.concat([before, found], ignore_index=True).take(order).reset_index(drop=True)


def _rank(ids: pd.Series, index: pd.Index) -> np.ndarray:
    """Each id's place among all, sorted; of one that isn't there any number."""
    rank = np.argsort(np.argsort(index.to_numpy(object), kind="stable"))
    return _each(ids, lambda different: rank[index.get_indexer(different)])


def _each(ids: pd.Series, number) -> np.ndarray:
    """`number` of every id, asked of each different one once: there are few, and rows by the million."""
    codes, different = pd.factorize(ids)
    return number(different)[codes]
