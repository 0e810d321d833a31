"""Check a plan against every condition it must meet, sharing no code with the models or the solver.

Takes the user's own tables and the plan as sets of ids; gives nothing, or raises: a plan that fails
is a fault of this program and is never shown.
"""

from __future__ import annotations

import math

import pandas as pd

from coverage.errors import SolverError


def check(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, open_ids, within_min: float,
          served: float, must_cover=(), p: int | None = None, budget: float | None = None,
          need: dict[str, int] | None = None, unit_of: dict[str, str] | None = None, least: float = 0.0,
          flows: pd.DataFrame | None = None, person_minutes: float | None = None,
          longest: float | None = None) -> None:
    """Raise SolverError naming the first conditions that the plan breaks.

    `must_cover` are demand ids that have to lie within `within_min` of an open site; p and `budget` bound
    the new sites; `need` gives the number of open sites that each unit must hold, `unit_of` a site's unit;
    `least` is the weight that has to be covered; `served` is the weight the plan claims, `person_minutes` the
    sum of weight × minutes to the nearest open site, `longest` the worst of those minutes.
    """
    sites = sites.set_index("site_id") if "site_id" in sites.columns else sites
    demand = demand.set_index("demand_id") if "demand_id" in demand.columns else demand
    role = {str(s): str(r).strip().lower() for s, r in sites["role"].items()} if "role" in sites.columns else {}
    open_ids = {str(s) for s in open_ids}
    existing = {s for s, r in role.items() if r in ("既有", "existing")}
    required = {s for s, r in role.items() if r in ("必选", "required")} | existing
    forbidden = {s for s, r in role.items() if r in ("禁选", "forbidden")}
    new = open_ids - existing
    opened = [s for s in times["site_id"].unique() if str(s) in open_ids]
    near = times[(times["travel_min"] <= within_min) & times["site_id"].isin(opened)]
    covered = {str(d) for d in near["demand_id"].unique()}
    weight = demand["weight"].set_axis(demand.index.astype(str))

    broken = []
    if required - open_ids:
        broken.append(f"必选或既有的没有开：{sorted(required - open_ids)[:5]}")
    if forbidden & open_ids:
        broken.append(f"禁选的开了：{sorted(forbidden & open_ids)[:5]}")
    if set(must_cover) - covered:
        broken.append(f"应覆盖而没有覆盖：{sorted(set(must_cover) - covered)[:5]}")
    if p is not None and len(new) > p:
        broken.append(f"新建 {len(new)} 处，超过 {p} 处")
    if budget is not None:
        spent = math.fsum(float(sites["cost"].get(s)) for s in _as_given(sites, new))
        if spent > budget * (1 + 1e-9) + 1e-9:
            broken.append(f"花费 {spent}，超过预算 {budget}")
    for unit, least_sites in (need or {}).items():
        held = sum(unit_of.get(s) == unit for s in open_ids)
        if held < least_sites:
            broken.append(f"{unit} 只有 {held} 处，应有 {least_sites} 处")
    if flows is not None:
        broken.extend(_broken_flows(flows, near, weight, sites))
    reached = math.fsum(weight[weight.index.isin(covered)]) if flows is None else math.fsum(flows["people"])
    if not math.isclose(reached, served, rel_tol=1e-9, abs_tol=1e-6):
        broken.append(f"报称覆盖 {served}，实际 {reached}")
    if reached < least - max(1e-6, 1e-9 * abs(least)):
        broken.append(f"覆盖 {reached}，少于要求的 {least}")
    if person_minutes is not None or longest is not None:
        broken.extend(_broken_travel(times, weight, open_ids, person_minutes, longest))
    if broken:
        raise SolverError("方案没有通过复核：" + "；".join(broken), todo="请把输入表发给维护者")


def _broken_travel(times: pd.DataFrame, weight: pd.Series, open_ids: set, person_minutes: float | None,
                   longest: float | None):
    """What is wrong with the travel that the plan claims, over all who have a route."""
    names, places = times["demand_id"].astype(str), times["site_id"].astype(str)
    going = places.isin(open_ids) & names.isin(weight.index[weight > 0])
    nearest = times["travel_min"][going].groupby(names[going]).min()
    walked = math.fsum(nearest * weight[nearest.index])
    if person_minutes is not None and not math.isclose(walked, person_minutes, rel_tol=1e-9, abs_tol=1e-6):
        yield f"报称 {person_minutes} 人·分钟，实际 {walked}"
    if longest is not None and nearest.max() != longest:
        yield f"报称最远 {longest} 分钟，实际 {nearest.max()}"


def _broken_flows(flows: pd.DataFrame, near: pd.DataFrame, weight: pd.Series, sites: pd.DataFrame):
    """What is wrong with who goes where: along no route, more people than there are, more than fit."""
    routes = set(zip(near["demand_id"].astype(str), near["site_id"].astype(str), strict=True))
    going, load = {}, {}
    for d, s, people in flows[["demand_id", "site_id", "people"]].itertuples(index=False):
        if (d, s) not in routes or people < 0:
            yield f"{d} → {s} 不可行"
        going[d], load[s] = going.get(d, 0) + people, load.get(s, 0) + people
    for d, people in going.items():
        if people > weight[d] * (1 + 1e-9) + 1e-6:
            yield f"{d} 有 {weight[d]} 人，却安排了 {people} 人"
    room = {str(s): c for s, c in sites["capacity"].items()} if "capacity" in sites.columns else {}
    for s, people in load.items():
        if pd.notna(room.get(s)) and people > float(room[s]) * (1 + 1e-9) + 1e-6:
            yield f"{s} 只容 {room[s]} 人，却安排了 {people} 人"


def _as_given(sites: pd.DataFrame, ids: set[str]) -> list:
    return [s for s in sites.index if str(s) in ids]
