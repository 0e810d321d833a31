"""Make a county and a city to ask every siting question of: seeded, and nobody's real place (示意).

Gives `Place`: times (demand_id, site_id, travel_min), demand (weight, unit), sites (cost in 万元, yearly_cost,
capacity, role, unit, place, action, replaces, earliest_year) and the numbers that its questions use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Place:
    """One instance and its numbers: p new sites, money for about so many, minutes, phases."""

    name: str
    seed: int
    times: pd.DataFrame
    demand: pd.DataFrame
    sites: pd.DataFrame
    p: int
    within_min: float
    budget: float

    @property
    def tables(self):
        return self.times, self.demand, self.sites


def county(seed: int = 1) -> Place:
    """28 townships, 322 villages, 350 options of which 12 stand."""
    return _place("county", 28, 322, 350, 12, side_km=70.0, p=10, within_min=30.0, seed=seed)


def city(seed: int = 2) -> Place:
    """185 townships, 5,000 villages, 1,000 options of which 40 stand."""
    return _place("city", 185, 5_000, 1_000, 40, side_km=170.0, p=50, within_min=30.0, seed=seed)


def _place(name, n_units, n_villages, n_sites, n_standing, *, side_km, p, within_min, seed) -> Place:
    random = np.random.default_rng(seed)
    town = random.random((n_units, 2)) * side_km
    unit = np.concatenate([np.arange(n_units), random.integers(0, n_units, n_villages - n_units)])
    village = town[unit] + random.normal(0, side_km / n_units**0.5 / 2.5, (n_villages, 2))
    weight = np.maximum(1, random.lognormal(3.0, 0.8, n_villages)).astype(np.int64)
    at = np.sort(random.choice(n_villages, min(n_sites, n_villages), replace=False))
    at = np.concatenate([at, random.integers(0, n_villages, n_sites - len(at))])
    metres = np.hypot(*(village[:, None] - village[at][None]).transpose(2, 0, 1))
    minutes = np.round(3.0 + metres * 1.35 / 32.0 * 60.0 * random.uniform(0.9, 1.2, metres.shape), 1)
    demand_id = pd.Index([f"v{i:05d}" for i in range(n_villages)])
    site_id = pd.Index([f"s{j:04d}" for j in range(n_sites)])
    row, column = np.nonzero(minutes >= 0)
    times = pd.DataFrame({"demand_id": pd.Categorical.from_codes(row, demand_id),
                          "site_id": pd.Categorical.from_codes(column, site_id), "travel_min": minutes.ravel()})
    names = np.array([f"u{k:03d}" for k in range(n_units)])
    role = np.full(n_sites, "候选", dtype=object)
    role[random.choice(n_sites, n_standing, replace=False)] = "既有"
    cost = np.round(random.uniform(20, 80, n_sites), 0)
    people = float(weight.sum())
    capacity = np.round(random.uniform(0.6, 1.6, n_sites) * people / (p + n_standing) * 1.1, 0)
    sites = pd.DataFrame({"role": role, "cost": cost, "yearly_cost": np.round(cost / 5), "capacity": capacity,
                          "unit": names[unit[at]]}, index=site_id)
    demand = pd.DataFrame({"weight": weight, "unit": names[unit]}, index=demand_id)
    return Place(name, seed, times, demand, sites, p, within_min, float(45 * p))


def with_bonds(place: Place) -> pd.DataFrame:
    """The sites with upgrades of those that stand, two ways at some villages, and hubs that others need."""
    sites = place.sites.assign(action="", place="", replaces="", needs="")
    standing = sites.index[sites["role"] == "既有"]
    free = sites.index[sites["role"] == "候选"]
    upgrades = free[: len(standing)]
    sites.loc[upgrades, "action"], sites.loc[upgrades, "replaces"] = "搬迁", standing
    pairs = free[len(standing): len(standing) + 2 * (len(free) // 6)]
    sites.loc[pairs, "place"] = [f"p{k // 2}" for k in range(len(pairs))]
    needy = free[-(len(free) // 10):]
    sites.loc[needy, "needs"] = [f"{a}|{b}" for a, b in zip(free[: len(needy)], free[len(needy): 2 * len(needy)],
                                                            strict=True)]
    return sites
