"""Propose candidate sites where the planner has none, and thin a long list.

Takes demand points with coordinates, or the three tables of siting/instance.py; gives a table of sites.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.settings import SEED
from coverage.siting.instance import CANDIDATE, read
from coverage.siting.reduce import dominated_sites, without_sites
from coverage.siting.rows import merge, rows_within


def propose_clusters(demand: pd.DataFrame, *, n: int, seed: int = SEED) -> pd.DataFrame:
    """Propose n sites at the middles of n groups of people, each moved to the demand point nearest to it.

    `demand`: index demand_id, columns weight, lon, lat (degrees). Gives index site_id ("C-" and the demand
    point's id), columns demand_id, lon, lat, people (of its group), role 候选, basis. Two groups that fall on
    one point give one site, so fewer than n may come. Weighted k-means (Lloyd 1982) on local metres.
    Raises InputError when n isn't between 1 and the number of points with people.
    """
    from sklearn.cluster import KMeans

    here = demand[demand["weight"] > 0].sort_index()
    if not 1 <= n <= len(here):
        raise InputError(f"候选点数要在 1 到 {len(here)}（有人的需求点数）之间，不能是 {n}")
    xy = _local_metres(here["lon"].to_numpy(float), here["lat"].to_numpy(float))
    people = here["weight"].to_numpy(float)
    groups = KMeans(n, n_init=4, random_state=seed).fit(xy, sample_weight=people)
    host = np.array([int(np.argmin(((xy - middle) ** 2).sum(axis=1))) for middle in groups.cluster_centers_])
    table = pd.DataFrame({"host": host, "people": np.bincount(groups.labels_, weights=people, minlength=n)})
    table = table.groupby("host")["people"].sum()
    ids = here.index[table.index].astype(str)
    return pd.DataFrame({
        "demand_id": ids, "lon": here["lon"].to_numpy()[table.index], "lat": here["lat"].to_numpy()[table.index],
        "people": table.to_numpy(), "role": CANDIDATE, "basis": "示意：按人口聚类提出",
    }, index=pd.Index("C-" + ids, name="site_id", dtype="str")).sort_index()


def undominated(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float) -> pd.DataFrame:
    """The rows of `sites` worth keeping: no other candidate reaches all that they reach, for no more money.

    A candidate whose catchment within the limit lies in that of another candidate, no dearer (where costs are
    given), can be left out of set or maximal covering without changing the optimum. Of equal ones the first id
    stays. Sites with another role, and options that exclude, need or replace others, always stay.
    """
    instance = read(times, demand, sites, within_min=within_min)
    bound = np.bincount(instance.bonds.rows.indices, minlength=len(instance.site_id)) > 0
    free = instance.is_role(CANDIDATE) & ~bound
    rows, _ = merge(rows_within(instance))
    rows = without_sites(rows, ~free)
    price = np.where(np.isnan(instance.cost), 0.0, instance.cost)
    gone = set(instance.site_id[dominated_sites(rows, price) & free])
    return sites[[str(site) not in gone for site in sites.index]]


def _local_metres(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Degrees as metres around their middle (equirectangular: right enough for grouping within a city)."""
    metre = 111_320.0
    return np.column_stack([(lon - lon.mean()) * metre * np.cos(np.radians(lat.mean())), (lat - lat.mean()) * metre])
