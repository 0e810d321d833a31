"""Count afresh how far each target is missed, sharing no code with the models.

Takes the user's own tables, the targets and the open sites as ids; gives nothing, or raises: a figure that differs
is a fault of this program and is never shown.
"""

from __future__ import annotations

import math

import pandas as pd

from coverage.errors import SolverError
from coverage.siting.check import open_routes


def check_targets(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, targets, *, open_ids,
                  within_min: float, short: dict[str, float]) -> None:
    """Raise SolverError naming the targets whose shortfall (id → people, or sites) isn't what `short` says."""
    sites = sites.set_index("site_id") if "site_id" in sites.columns else sites
    demand = demand.set_index("demand_id") if "demand_id" in demand.columns else demand
    demand = demand.set_axis(demand.index.astype(str))
    open_ids = {str(s) for s in open_ids}
    routes = open_routes(times, demand, sites, open_ids)
    unit_of = {str(s): str(u) for s, u in sites["unit"].items()} if "unit" in sites.columns else {}

    def missed(target) -> float:
        if hasattr(target, "of"):
            return max(0, target.least - sum(missed(part) <= 1e-6 for part in target.of))
        counted = open_ids if target.sites is None else open_ids & {str(s) for s in target.sites}
        if hasattr(target, "share"):
            return _people_short(target, routes, demand, counted, within_min)
        if hasattr(target, "units"):
            return sum(max(0, target.n - len(_sites_of(unit, target, counted, unit_of, routes, demand)))
                       for unit in set(target.units))
        return max(0, target.n - len(counted))

    wrong = []
    for target in targets:
        missing = missed(target)
        if not math.isclose(missing, short[target.id], rel_tol=1e-9, abs_tol=1e-6):
            wrong.append(f"{target.id} 报称差 {short[target.id]:g}，实际差 {missing:g}")
    if wrong:
        raise SolverError("方案没有通过复核：" + "；".join(wrong), todo="请把输入表发给维护者")


def _people_short(target, routes: pd.DataFrame, demand: pd.DataFrame, counted: set, within_min: float) -> float:
    who = demand.index if target.demand is None else demand.index[demand.index.isin([str(d) for d in target.demand])]
    limit = pd.Series(float(within_min), index=demand.index)
    if target.within_min is not None:
        limit[:] = float(target.within_min)
    elif "within_min" in demand.columns:
        limit = pd.to_numeric(demand["within_min"]).astype("float64").fillna(float(within_min))
    going = routes[routes["site_id"].isin(counted) & routes["demand_id"].isin(who)]
    reached = {d for d, t in zip(going["demand_id"], going["travel_min"], strict=True) if t <= limit[d]}
    weight = demand["weight"][who]
    need = target.share * math.fsum(weight)
    if all(float(w) == int(w) for w in weight):
        need = math.ceil(need * (1 - 1e-12))
    return max(0.0, need - math.fsum(weight[d] for d in reached))


def _sites_of(unit: str, target, counted: set, unit_of: dict, routes: pd.DataFrame, demand: pd.DataFrame) -> set:
    """The open sites that count for a unit: those in it, and those that half its people reach in time."""
    held = {s for s in counted if unit_of.get(s) == str(unit)}
    if target.within_min is None or "unit" not in demand.columns:
        return held
    weight = demand["weight"][demand["unit"].astype(str) == str(unit)]
    near = routes[(routes["travel_min"] <= target.within_min) & routes["demand_id"].isin(weight.index)]
    for site, ids in near.groupby("site_id")["demand_id"]:
        if site in counted and 2 * math.fsum(weight[ids]) >= math.fsum(weight) > 0:
            held.add(site)
    return held
