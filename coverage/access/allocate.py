"""Share out capacity: people, times and places in; who is served, who finds no place, who can't get there, out.

The sharing is the transportation problem (Hitchcock 1941): as many people as possible
are served, and among the ways to do that the one with the fewest minutes in all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from coverage.access.bands import not_connected
from coverage.access.by_unit import people_at_points
from coverage.errors import InputError, SolverError

PARTS = ["served", "full", "out_of_reach", "not_connected", "excluded"]
"""已服务 · 能到达但满员 · 够不着 · 未接入路网 · 不计: they add up to everyone, exactly."""

_EVERYBODY = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Allocation:
    """Who gets a place where.

    `by_demand`: indexed by demand_id, whole people: total, PARTS, and greedy_served,
    whom first-come nearest-first would serve. `by_site`: indexed by site_id: capacity
    (NA = not stated, no limit), used, spare (NA = no limit). `flows`: demand_id,
    site_id, people, travel_min. `within_min`: the farthest that anyone goes.
    """

    by_demand: pd.DataFrame
    by_site: pd.DataFrame
    flows: pd.DataFrame
    within_min: float

    @property
    def totals(self) -> pd.Series:
        """Everybody, by part."""
        return self.by_demand.sum()

    def by_unit(self, demand: pd.DataFrame, unit: str = "township_code") -> pd.DataFrame:
        """The split by a column of `demand`, indexed by it, sorted."""
        key = demand[unit].reindex(self.by_demand.index).astype("object").fillna("（未知）")
        return self.by_demand.groupby(key.to_numpy()).sum().rename_axis(unit)


def allocate(
    demand: pd.DataFrame,
    people: pd.Series,
    times: pd.DataFrame,
    capacity: pd.Series,
    *,
    within_min: float,
    access_state: pd.Series | None = None,
    excluded: pd.Series | None = None,
) -> Allocation:
    """Share the places of `capacity` (by site_id; NA = no limit) among `people` (by demand_id).

    Nobody goes farther than `within_min`. The answer leaves the fewest people unserved,
    then spends the fewest minutes; it does not depend on row order. `excluded`: people whom
    the service is not meant for, by demand_id, counted apart.
    Raises InputError for people or places that are not whole numbers ≥ 0, SolverError if HiGHS stops.
    """
    demand = demand.sort_index()
    whole = people_at_points(demand, people)
    places = _places(capacity)
    times = times[times["site_id"].isin(places.index)]
    near = times[times["travel_min"] <= within_min]
    near = near[["demand_id", "site_id", "travel_min"]].sort_values(["demand_id", "site_id"], ignore_index=True)
    useful = near["demand_id"].map(whole).fillna(0).gt(0) & near["site_id"].map(places).gt(0)
    pairs = near[useful].reset_index(drop=True)
    flows = pairs.assign(people=_optimal(pairs, whole, places))
    flows = flows[flows["people"] > 0].reset_index(drop=True)
    served = _sum(flows, "demand_id", whole.index)
    greedy = _sum(pairs.assign(people=_greedy(pairs, whole, places)), "demand_id", whole.index)

    reaches = whole.index.isin(near["demand_id"])
    minutes = times.groupby("demand_id")["travel_min"].min().reindex(whole.index)
    cut_off = not_connected(whole.index, minutes, access_state)
    rest = whole - served
    split = pd.DataFrame({
        "total": whole, "served": served, "full": rest.where(reaches, 0),
        "out_of_reach": rest.where(~reaches & ~cut_off, 0), "not_connected": rest.where(~reaches & cut_off, 0),
        "excluded": 0 if excluded is None else people_at_points(demand, excluded),
    })
    split["total"] += split["excluded"]
    return Allocation(split.assign(greedy_served=greedy), _by_site(flows, capacity), flows, within_min)


def _optimal(pairs: pd.DataFrame, people: pd.Series, places: pd.Series) -> np.ndarray:
    """Whole people along `pairs`: first the most served, then, with that many served, the fewest minutes."""
    if pairs.empty:
        return np.zeros(0, np.int64)
    limits, rows = _limits(pairs, people, places)
    minutes = pairs["travel_min"].to_numpy(float)
    # One more person served re-routes at most one other at each site, so it never costs this much.
    prize = (pairs["site_id"].nunique() + 1) * minutes.max() + 1
    found = _solve(minutes - prize, rows, limits).x
    whole = np.rint(found).astype(np.int64)  # a transportation problem's vertices are whole
    if np.abs(found - whole).max() > 1e-6 or (rows @ whole > limits).any():
        raise SolverError("容量分配的结果不是整数", todo="请把项目文件交给开发者查看")
    return whole


def _limits(pairs: pd.DataFrame, people: pd.Series, places: pd.Series) -> tuple[np.ndarray, csr_array]:
    row, demand_ids = pd.factorize(pairs["demand_id"], sort=True)
    column, site_ids = pd.factorize(pairs["site_id"], sort=True)
    each, ones = np.arange(len(pairs)), np.ones(len(pairs))
    at_demand = csr_array((ones, (row, each)), shape=(len(demand_ids), len(pairs)))
    at_site = csr_array((ones, (column, each)), shape=(len(site_ids), len(pairs)))
    room = np.minimum(places[site_ids].to_numpy(), int(people.sum()))
    return np.concatenate([people[demand_ids].to_numpy(), room]), vstack([at_demand, at_site], format="csr")


def _solve(cost: np.ndarray, rows: csr_array, limits):
    found = linprog(cost, A_ub=rows, b_ub=limits, bounds=(0, None), method="highs-ds")
    if found.status != 0:
        raise SolverError(f"容量分配没有求出结果（{found.message}）")
    return found


def _greedy(pairs: pd.DataFrame, people: pd.Series, places: pd.Series) -> np.ndarray:
    """Nearest pair first, ties by ids: what happens if those who live near come first."""
    left, room = people.to_dict(), places.to_dict()
    given = np.zeros(len(pairs), np.int64)
    order = pairs.sort_values(["travel_min", "demand_id", "site_id"]).index
    for place, here, site in zip(order, pairs["demand_id"][order], pairs["site_id"][order], strict=True):
        given[place] = min(left[here], room[site])
        left[here] -= given[place]
        room[site] -= given[place]
    return given


def _sum(flows: pd.DataFrame, by: str, index: pd.Index) -> pd.Series:
    return flows.groupby(by)["people"].sum().reindex(index).fillna(0).astype("int64")


def _places(capacity: pd.Series) -> pd.Series:
    known = capacity.dropna()
    if not ((known >= 0) & (known % 1 == 0)).all() or not capacity.index.is_unique:
        raise InputError("机构容量应为不小于 0 的整数，每个机构一行", where="机构表")
    return capacity.sort_index().fillna(_EVERYBODY).astype("int64")


def _by_site(flows: pd.DataFrame, capacity: pd.Series) -> pd.DataFrame:
    capacity = capacity.sort_index().astype("Int64")
    used = _sum(flows, "site_id", capacity.index)
    return pd.DataFrame({"capacity": capacity, "used": used, "spare": capacity - used})
