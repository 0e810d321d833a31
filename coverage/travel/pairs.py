"""Gather the ways in which each pair can make its trip and keep the shortest: legs → (demand, site, ticks, walks).

    by road → along the same edge → there and back for a shuttle → on foot alone
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from coverage.travel.budget import refuse_beyond
from coverage.travel.engine import road_pairs
from coverage.travel.geometry import distance_m
from coverage.travel.legs import Legs
from coverage.travel.network import CLOSED, TICKS_PER_MIN, RoadNetwork

MILLIMETRE = 0.001
"""Metres that decide a tie, so that rounding doesn't."""

SAME_PLACE_M = 0.01
"""Two points that join an edge within a centimetre of each other join at the same place, one-way or not."""


class Pairs(NamedTuple):
    """Positions of demand and site, ticks door to door, ticks walked at the start and at the end."""

    point: np.ndarray
    site: np.ndarray
    ticks: np.ndarray
    walk: np.ndarray
    egress: np.ndarray


def shortest_pairs(network: RoadNetwork, origin: Legs, goal: Legs, limit: float, progress=None) -> Pairs:
    """The shortest trip of every pair within `limit` ticks, sorted by demand and site.

    Raises ResourceError before the search where no limit was given and the pairs
    wouldn't fit, and during it as soon as they don't.
    """
    if np.isinf(limit):
        refuse_beyond(len(origin) * len(goal))
    rides = rides_of_rows(network, origin, goal, limit, progress)
    rides = rides._replace(point=origin.point[rides.point], site=goal.point[rides.site])
    return _least([rides, on_foot(network, origin, goal, limit)], limit)


def rides_of_rows(network: RoadNetwork, origin: Legs, goal: Legs, limit: float, progress=None) -> Pairs:
    """The trips by road between the rows of both legs; a pair that shares an edge may have two."""
    mode = network.mode
    wait = round(mode.board_min * TICKS_PER_MIN)
    there = by_road(network, origin, goal, limit - wait, True, progress)
    point, site, ticks = _there_and_back(there, by_road(network, origin, goal, limit - wait, False, progress),
                                         origin, goal) if mode.round_trip else there
    return Pairs(point, site, ticks + wait, origin.walk_ticks[point], goal.walk_ticks[site])


def by_road(network: RoadNetwork, origin: Legs, goal: Legs, limit: float, towards_sites: bool, progress=None):
    """(demand, site, ticks) by road in one direction, over junctions or along the same edge."""
    far = road_pairs(network, origin, goal, limit=limit, towards_sites=towards_sites, progress=progress)
    return tuple(np.concatenate(two) for two in zip(far, same_edge(network, origin, goal, towards_sites), strict=True))


def same_edge(network: RoadNetwork, origin: Legs, goal: Legs, towards_sites: bool):
    """Pairs that join the same edge ride straight along it, where its direction allows."""
    both = _joined(origin).merge(_joined(goal), on="edge", suffixes=("_d", "_s"))
    point, site, edge = (both[name].to_numpy(np.int64) for name in ("at_d", "at_s", "edge"))
    ahead = both["along_s"].to_numpy() - both["along_d"].to_numpy()
    if not towards_sites:
        ahead = -ahead
    full = np.where(ahead >= 0, network.edge_forward[edge], network.edge_backward[edge])
    same_place = np.abs(ahead) * network.edge_m[edge] < SAME_PLACE_M
    allowed = (full != CLOSED) | same_place
    along = np.rint(np.abs(ahead) * np.maximum(full, 0)).astype(np.int64)
    ride = along + origin.walk_ticks[point] + goal.walk_ticks[site]
    return point[allowed], site[allowed], ride[allowed]


def _joined(legs: Legs) -> pd.DataFrame:
    """A row for each edge that a point joins: edge, at (the point's position), along."""
    at, column = np.nonzero((legs.edge >= 0) & ~legs.is_gap[:, None])
    return pd.DataFrame({"edge": legs.edge[at, column], "at": at, "along": legs.along[at, column]})


def on_foot(network: RoadNetwork, origin: Legs, goal: Legs, limit: float) -> Pairs:
    """Pairs moved off the road all the way: an end is a 路网缺口, or both are nearer to each other than to a road.

    Roads drawn in a scenario don't count here: who walked before may walk still. A mode that doesn't cross country
    makes no trip from or to a 路网缺口.
    """
    origin, goal = (legs.rows(slice(len(legs.ids))) for legs in (origin, goal))
    alone = network.mode.crosses_country
    stray, gaps = (np.flatnonzero(legs.is_gap & alone) for legs in (origin, goal))
    joined = np.flatnonzero(~origin.is_gap)
    refuse_beyond(len(stray) * len(goal) + len(joined) * len(gaps))
    close = _neighbours(network, origin, goal)
    point = np.r_[np.repeat(stray, len(goal)), np.repeat(joined, len(gaps)), close[0]]
    site = np.r_[np.tile(np.arange(len(goal)), len(stray)), np.tile(gaps, len(joined)), close[1]]
    straight = distance_m(origin.lon[point], origin.lat[point], goal.lon[site], goal.lat[site])
    ticks = np.rint(network.mode.walk_min(straight) * TICKS_PER_MIN).astype(np.int64)
    keep = ticks <= limit
    return Pairs(point[keep], site[keep], ticks[keep], ticks[keep], np.zeros(int(keep.sum()), np.int64))


def _neighbours(network: RoadNetwork, origin: Legs, goal: Legs):
    """Pairs on one piece of road, nearer to each other than either is to the road: nobody walks out and back.

    Pairs at one place too: nobody waits for a bus to stay where they are.
    """
    reach_deg = np.minimum(origin.snap_m, network.mode.gap_m).max(initial=0) / 110_000
    order = np.argsort(goal.lat, kind="stable")
    low = np.searchsorted(goal.lat[order], origin.lat - reach_deg)
    size = np.searchsorted(goal.lat[order], origin.lat + reach_deg, side="right") - low
    point = np.repeat(np.arange(len(origin)), size)
    offset = np.arange(len(point)) - np.repeat(np.cumsum(size) - size, size)
    site = order[low[point] + offset]
    straight = distance_m(origin.lon[point], origin.lat[point], goal.lon[site], goal.lat[site])
    piece = network.component[network.edge_tail]
    near = straight < np.minimum(origin.snap_m[point], goal.snap_m[site]) - MILLIMETRE
    if not network.mode.crosses_country:
        near &= ~(origin.is_gap[point] | goal.is_gap[site])
    keep = ((near | (straight < MILLIMETRE))
            & (piece[origin.edge[point, 0]] == piece[goal.edge[site, 0]]))
    return point[keep], site[keep]


def _there_and_back(there, back, origin: Legs, goal: Legs):
    """A shuttle's trip: out to the point and back to the site; each walk is made once."""
    there, back = (tuple(column[_shortest_rows(*way)] for column in way) for way in (there, back))
    key = [point.astype(np.int64) * max(len(goal), 1) + site for point, site, _ in (there, back)]
    _, first, second = np.intersect1d(*key, assume_unique=True, return_indices=True)
    point, site = there[0][first], there[1][first]
    ticks = there[2][first] + back[2][second] - origin.walk_ticks[point] - goal.walk_ticks[site]
    return point, site, ticks


def _least(several: list[Pairs], limit: float) -> Pairs:
    """The shortest of each pair's ways within the limit."""
    every = Pairs(*(np.concatenate(column) for column in zip(*several, strict=True)))
    keep = _shortest_rows(every.point, every.site, every.ticks, every.walk)
    keep = keep[every.ticks[keep] <= limit]
    return Pairs(*(column[keep] for column in every))


def _shortest_rows(point: np.ndarray, site: np.ndarray, *measures: np.ndarray) -> np.ndarray:
    """The row of each pair that is least by the measures, in the order of point and site."""
    order = _radix_order(point, _radix_order(site, np.arange(len(site))))
    opens = np.r_[True, (np.diff(point[order]) != 0) | (np.diff(site[order]) != 0)][:len(order)]
    if opens.all():
        return order
    several = ~opens | np.r_[~opens[1:], False]  # few pairs can be made in more ways than one
    rows = order[several]
    order[several] = rows[np.lexsort((*(one[rows] for one in measures[::-1]), site[rows], point[rows]))]
    return order[opens]


def _radix_order(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    """`order` sorted stably by values ≥ 0, 16 bits at a time, which numpy sorts by counting."""
    most = int(values.max(initial=0))
    for shift in range(0, max(most.bit_length(), 1), 16):
        digit = (values[order] >> shift & 0xFFFF).astype(np.uint16)
        order = order[np.argsort(digit, kind="stable")]
    return order
