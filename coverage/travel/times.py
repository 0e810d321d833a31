"""Compute door-to-door travel times: demand and sites (lon, lat) on a `RoadNetwork` → `TravelTimes`.

    access legs → ride by road → the same edge → on foot alone → one sorted table
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.travel.geometry import distance_m
from coverage.travel.legs import CUT_OFF, GAP, Legs, access_legs
from coverage.travel.network import CLOSED, TICKS_PER_MIN, RoadNetwork
from coverage.travel.search import ticks_by_road

Progress = Callable[[float], None]
"""Called with the share done, 0…1; may raise to cancel."""


@dataclass(frozen=True)
class TravelTimes:
    """Door-to-door times of one mode and variant.

    `table`: demand_id, site_id, travel_min, access_min, egress_min, sorted by
    both ids, one row a reachable pair (within the limit, where one was given);
    travel_min = walk + ride + walk. `demand_access`, `site_access`: index the
    ids; snap_m, access_min, access_state (已接入, 路网缺口, 孤立路段).
    """

    table: pd.DataFrame
    demand_access: pd.DataFrame
    site_access: pd.DataFrame
    mode: str
    variant: str

    def counts(self) -> dict[str, int]:
        """Demand points by fate: reachable, out of reach, 路网缺口 and cut off; the first two add up to all."""
        reached = self.demand_access.index.isin(self.table["demand_id"])
        state = self.demand_access["access_state"]
        return {"demand": len(state), "reachable": int(reached.sum()), "out_of_reach": int((~reached).sum()),
                "gap": int((state == GAP).sum()), "cut_off": int((state == CUT_OFF).sum())}


def travel_times(network: RoadNetwork, demand: pd.DataFrame, sites: pd.DataFrame, *,
                 within_min: float | None = None, progress: Progress | None = None) -> TravelTimes:
    """Times from every demand point (index demand_id; lon, lat) to every site (index site_id; lon, lat).

    A point beyond the mode's limit from any road (路网缺口) goes on foot alone,
    straight distance × detour. Pieces cut off from each other are never jumped.
    Raises TableError for repeated ids or missing coordinates.
    """
    origin, goal = access_legs(network, demand), access_legs(network, sites)
    limit = np.inf if within_min is None else within_min * TICKS_PER_MIN
    pairs = [*_riding(network, origin, goal, limit, progress), _same_edge(network, origin, goal),
             _on_foot(network, origin, goal, limit)]
    table = _table(_shortest(pairs, len(goal), limit), origin, goal)
    return TravelTimes(table, origin.access_table(), goal.access_table(), network.mode.name, network.variant)


def nearest(network: RoadNetwork, demand: pd.DataFrame, sites: pd.DataFrame, *, k: int = 2,
            within_min: float | None = None, progress: Progress | None = None) -> pd.DataFrame:
    """The k nearest sites of each demand point: demand_id, rank (1…k), site_id, travel_min, access_min, egress_min.

    Sorted by demand_id and rank; equal times go to the first site_id; unreachable ranks are absent.
    """
    return nearest_of(travel_times(network, demand, sites, within_min=within_min, progress=progress).table, k=k)


def nearest_of(table: pd.DataFrame, *, k: int = 2) -> pd.DataFrame:
    """The k nearest sites of each demand point, out of a travel-time table."""
    ranked = table.sort_values(["demand_id", "travel_min", "site_id"], kind="stable")
    rank = ranked.groupby("demand_id").cumcount() + 1
    ranked.insert(1, "rank", rank)
    return ranked[rank <= k].reset_index(drop=True)


# A set of pairs is (positions of demand, positions of sites, ticks, ticks walked at the start, at the end).

def _riding(network, origin: Legs, goal: Legs, limit, progress):
    for chunk, ticks in ticks_by_road(network, origin, goal, limit=limit):
        site, point = np.nonzero(np.isfinite(ticks))
        yield point, chunk[site], ticks[site, point], origin.walk_ticks[point], goal.walk_ticks[chunk[site]]
        if progress:
            progress((chunk[-1] + 1) / len(goal))


def _same_edge(network, origin: Legs, goal: Legs):
    """Pairs that join the same edge ride straight along it, where its direction allows."""
    on_road = [pd.DataFrame({"edge": legs.edge, "at": np.arange(len(legs))})[~legs.is_gap] for legs in (origin, goal)]
    both = on_road[0].merge(on_road[1], on="edge", suffixes=("_d", "_s"))
    point, site, edge = both["at_d"].to_numpy(), both["at_s"].to_numpy(), both["edge"].to_numpy()
    ahead = goal.along[site] - origin.along[point]
    full = np.where(ahead >= 0, network.edge_forward[edge], network.edge_backward[edge])
    allowed = (full != CLOSED) | (ahead == 0)
    point, site, ride = point[allowed], site[allowed], np.rint(np.abs(ahead) * full)[allowed]
    walk, egress = origin.walk_ticks[point], goal.walk_ticks[site]
    return point, site, walk + ride + egress, walk, egress


def _on_foot(network, origin: Legs, goal: Legs, limit):
    """Pairs walked all the way: where either end is a 路网缺口, and neighbours closer than both are to the road."""
    point, site = np.nonzero(origin.is_gap[:, None] | goal.is_gap[None, :])
    close = _neighbours(network, origin, goal)
    point, site = np.r_[point, close[0]], np.r_[site, close[1]]
    straight = distance_m(origin.lon[point], origin.lat[point], goal.lon[site], goal.lat[site])
    ticks = np.rint(network.mode.walk_min(straight) * TICKS_PER_MIN)
    keep = ticks <= limit
    point, site, ticks = point[keep], site[keep], ticks[keep]
    return point, site, ticks, ticks, np.zeros(len(ticks))


def _neighbours(network, origin: Legs, goal: Legs):
    """Pairs on one piece of road, nearer to each other than either is to the road: nobody walks out and back."""
    lon, lat = goal.lon, goal.lat
    gap_deg = np.minimum(origin.snap_m, network.mode.gap_m).max(initial=0) / 110_000
    order = np.argsort(lat, kind="stable")
    low = np.searchsorted(lat[order], origin.lat - gap_deg)
    high = np.searchsorted(lat[order], origin.lat + gap_deg, side="right")
    point = np.repeat(np.arange(len(origin)), high - low)
    offset = np.arange(len(point)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    site = order[low[point] + offset]
    straight = distance_m(origin.lon[point], origin.lat[point], lon[site], lat[site])
    piece = network.component[network.edge_tail]
    keep = ((straight <= np.minimum(origin.snap_m[point], goal.snap_m[site]))
            & (piece[origin.edge[point]] == piece[goal.edge[site]]))
    return point[keep], site[keep]


def _shortest(pairs, n_sites: int, limit):
    """The shortest of each pair's ways within the limit."""
    point, site, ticks, walk, egress = (np.concatenate(column) for column in zip(*pairs, strict=True))
    order = np.lexsort((walk, ticks, site, point))
    key = (point.astype(np.int64) * max(n_sites, 1) + site)[order]
    keep = order[np.r_[True, key[1:] != key[:-1]]] if len(key) else order
    keep = keep[ticks[keep] <= limit]
    return point[keep], site[keep], ticks[keep], walk[keep], egress[keep]


def _table(pairs, origin: Legs, goal: Legs) -> pd.DataFrame:
    point, site, ticks, walk, egress = pairs
    table = pd.DataFrame({
        "demand_id": origin.ids[point], "site_id": goal.ids[site],
        "travel_min": ticks / TICKS_PER_MIN, "access_min": walk / TICKS_PER_MIN, "egress_min": egress / TICKS_PER_MIN,
    })
    return table.sort_values(["demand_id", "site_id"], ignore_index=True)
