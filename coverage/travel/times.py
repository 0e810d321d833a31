"""Compute door-to-door travel times: demand and sites (lon, lat) on a `RoadNetwork` → `TravelTimes`.

    access legs → the shortest trip of each pair → one sorted table
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from coverage.travel.closest import closest_pairs
from coverage.travel.engine import SMALL_RUN
from coverage.travel.legs import CUT_OFF, GAP, Legs, access_legs
from coverage.travel.network import TICKS_PER_MIN, RoadNetwork
from coverage.travel.pairs import Pairs, shortest_pairs

Progress = Callable[[float], None]
"""Called with the share done, 0…1; may raise to cancel."""


@dataclass(frozen=True)
class TravelTimes:
    """Door-to-door times of one mode and variant.

    `table`: demand_id, site_id, travel_min, access_min, egress_min, sorted by
    both ids, one row a reachable pair (within the limit, where one was given);
    travel_min = walk + ride + walk. `demand_access`, `site_access`: index the
    ids; snap_m, access_min, access_state (已接入, 路网缺口, 孤立路段), piece (of the network).
    """

    table: pd.DataFrame
    demand_access: pd.DataFrame
    site_access: pd.DataFrame
    mode: str
    variant: str

    def counts(self) -> dict[str, int]:
        """Demand points by fate; the four add up to `total`.

        `gap`: 路网缺口, on foot alone (their walking times are in the table);
        `reachable`: some site is reached by road (within the limit);
        `cut_off`: 孤立路段 without a site on its piece; `out_of_reach`: the rest.
        """
        reached = self.demand_access.index.isin(self.table["demand_id"])
        state = self.demand_access["access_state"].to_numpy()
        with_site = self.site_access.loc[self.site_access["access_state"] != GAP, "piece"]
        alone = ~self.demand_access["piece"].isin(with_site).to_numpy()
        gap, cut_off = state == GAP, (state == CUT_OFF) & ~reached & alone
        return {"total": len(state), "reachable": int((reached & ~gap).sum()),
                "out_of_reach": int((~reached & ~gap & ~cut_off).sum()),
                "gap": int(gap.sum()), "cut_off": int(cut_off.sum())}


def travel_times(network: RoadNetwork, demand: pd.DataFrame, sites: pd.DataFrame, *,
                 within_min: float | None = None, progress: Progress | None = None) -> TravelTimes:
    """Times from every demand point (index demand_id; lon, lat) to every site (index site_id; lon, lat).

    A point beyond the mode's limit from any road (路网缺口) goes on foot alone,
    straight distance × detour. Pieces cut off from each other are never jumped.
    Raises TableError for repeated ids or missing coordinates, ResourceError
    when there would be more pairs than fit.
    """
    origin, goal = access_legs(network, demand.sort_index()), access_legs(network, sites.sort_index())
    limit = np.inf if within_min is None else within_min * TICKS_PER_MIN
    table = _table(shortest_pairs(network, origin, goal, limit, progress), origin, goal)
    return TravelTimes(table, origin.access_table(network).loc[demand.index],
                       goal.access_table(network).loc[sites.index], network.mode.name, network.variant)


def nearest_travel_times(network: RoadNetwork, demand: pd.DataFrame, sites: pd.DataFrame, *, k: int = 2,
                         within_min: float | None = None, progress: Progress | None = None) -> TravelTimes:
    """As travel_times, but the table holds only the k nearest sites of each demand point.

    Equal times go to the first site_id. One or two nearest are found by one
    search from all sites at once, however many there are.
    """
    large = len(sites) * network.n_nodes > SMALL_RUN
    if k > 2 or network.mode.round_trip or not large:
        times = travel_times(network, demand, sites, within_min=within_min, progress=progress)
        return replace(times, table=_nearest_rows(times.table, k))
    origin, goal = access_legs(network, demand.sort_index()), access_legs(network, sites.sort_index())
    if len(goal) > len(goal.ids):  # a site on a drawn road: a label can't tell by which way it is joined
        times = travel_times(network, demand, sites, within_min=within_min, progress=progress)
        return replace(times, table=_nearest_rows(times.table, k))
    limit = np.inf if within_min is None else within_min * TICKS_PER_MIN
    table = _table(closest_pairs(network, origin, goal, limit, k), origin, goal)
    return TravelTimes(table.sort_values(["demand_id", "site_id"], ignore_index=True),
                       origin.access_table(network).loc[demand.index],
                       goal.access_table(network).loc[sites.index], network.mode.name, network.variant)


def _nearest_rows(table: pd.DataFrame, k: int) -> pd.DataFrame:
    kept = nearest_of(table, k=k).drop(columns="rank")
    return kept.sort_values(["demand_id", "site_id"], ignore_index=True)


def nearest(network: RoadNetwork, demand: pd.DataFrame, sites: pd.DataFrame, *, k: int = 2,
            within_min: float | None = None, progress: Progress | None = None) -> pd.DataFrame:
    """The k nearest sites of each demand point: demand_id, rank (1…k), site_id, travel_min, access_min, egress_min.

    Sorted by demand_id and rank; equal times go to the first site_id; unreachable ranks are absent.
    """
    times = nearest_travel_times(network, demand, sites, k=k, within_min=within_min, progress=progress)
    return nearest_of(times.table, k=k)


def nearest_of(table: pd.DataFrame, *, k: int = 2) -> pd.DataFrame:
    """The k nearest sites of each demand point, out of a travel-time table."""
    ranked = table.sort_values(["demand_id", "travel_min", "site_id"], kind="stable")
    rank = ranked.groupby("demand_id").cumcount() + 1
    ranked.insert(1, "rank", rank)
    return ranked[rank <= k].reset_index(drop=True)


def _table(pairs: Pairs, origin: Legs, goal: Legs) -> pd.DataFrame:
    """Pairs of points whose ids rise, as a table."""
    return pd.DataFrame({
        "demand_id": origin.ids[pairs.point], "site_id": goal.ids[pairs.site],
        "travel_min": pairs.ticks / TICKS_PER_MIN, "access_min": pairs.walk / TICKS_PER_MIN,
        "egress_min": pairs.egress / TICKS_PER_MIN,
    })
