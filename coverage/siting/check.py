"""Check a plan against every condition it must meet, sharing no code with the models or the solver.

Takes the user's own tables and the plan as sets of ids; gives nothing, or raises: a plan that fails
is a fault of this program and is never shown.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import partial
from itertools import pairwise

import pandas as pd

from coverage.errors import SolverError
from coverage.siting.check_models import Facts, broken_model

NOT_A_PLACE = {"升级", "扩容", "搬迁", "关停", "upgrade", "expand", "move", "close"}


def check(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, open_ids, within_min: float,
          served: float, flows: pd.DataFrame | None = None, single: bool = False, p: int | None = None,
          budget: float | None = None, yearly_budget: float | None = None, year: float | None = None, model: str = "",
          objective: float = math.nan, measures: dict | None = None, **asked) -> None:
    """Raise SolverError naming the conditions that the plan breaks.

    `served` is the weight that the plan claims; `flows` say who goes where, with `single` those of a demand point to
    one site; p and `budget` bound the new sites, `yearly_budget` the yearly costs of all that are open; at `year`
    options of a later one can't be chosen. Of a `model` whom it must serve, its `objective` and `measures` are
    counted afresh (siting/check_models.py) from what was `asked`.
    """
    sites = sites.set_index("site_id") if "site_id" in sites.columns else sites
    demand = demand.set_index("demand_id") if "demand_id" in demand.columns else demand
    told = {column: _told(sites, column) for column in
            ("role", "action", "replaces", "place", "excludes", "needs", "unit")}
    open_ids = {str(s) for s in open_ids}
    existing = _existing(told["role"])
    new = open_ids - existing
    routes = open_routes(times, demand, sites, open_ids)
    near = _within(routes, demand, within_min)
    weight = demand["weight"].set_axis(demand.index.astype(str))
    not_yet = set() if year is None or "earliest_year" not in sites.columns else {
        str(s) for s, first in sites["earliest_year"].items() if pd.notna(first) and first > year} - existing

    broken = [*_broken_roles(told, open_ids, existing, not_yet), *_broken_bonds(told, open_ids, new)]
    added = {s for s in new if told["action"].get(s) not in NOT_A_PLACE}
    if p is not None and len(added) > p:
        broken.append(f"新建 {len(added)} 处，超过 {p} 处")
    for limit_of, column, counted in ((budget, "cost", new), (yearly_budget, "yearly_cost", open_ids)):
        if limit_of is not None:
            spent = _sum(sites, column, counted)
            if not spent <= limit_of * (1 + 1e-9) + 2e-6:  # the solver keeps a row to a millionth
                broken.append(f"{column} 合计 {spent}，超过预算 {limit_of}")
    if flows is not None:
        broken.extend(_broken_flows(flows, near, weight, sites, single))
    broken.extend(_too_small(sites, told["role"], new, near, weight, flows))
    reached = math.fsum(weight[weight.index.isin(near["demand_id"].unique())]) if flows is None else math.fsum(
        flows["people"])
    if not math.isclose(reached, served, rel_tol=1e-9, abs_tol=1e-6):
        broken.append(f"报称覆盖 {served}，实际 {reached}")
    if model:
        on_offer = partial(_on_offer, times, demand, sites, told, not_yet, within_min)
        facts = Facts(weight, told, open_ids, added, _sum(sites, "cost", new), reached, routes, near, flows,
                      _units(demand), on_offer, partial(_ways, times, demand, sites, on_offer, within_min))
        broken.extend(broken_model(facts, model, objective, measures or {}, asked))
    if broken:
        raise SolverError("方案没有通过复核：" + "；".join(broken), todo="请把输入表发给维护者")


def check_phases(sites: pd.DataFrame, plans, *, opened: dict[str, int], served, objective: float) -> None:
    """Raise SolverError unless each of the `plans` (open ids at the end of each phase) keeps what the ones before built
    and shut, `opened` says when each new site opens, and `objective` is the sum of the weights `served`."""
    sites = sites.set_index("site_id") if "site_id" in sites.columns else sites
    existing, plans, broken = _existing(_told(sites, "role")), [{str(s) for s in plan} for plan in plans], []
    for number, (before, after) in enumerate(pairwise(plans), start=2):
        if gone := before - existing - after:
            broken.append(f"第 {number} 期撤掉了前期所建：{sorted(gone)[:5]}")
        if back := existing & after - before:
            broken.append(f"第 {number} 期又开了前期已关的：{sorted(back)[:5]}")
    first = {s: number for number, plan in reversed([*enumerate(plans, start=1)]) for s in plan - existing}
    if first != {str(s): int(number) for s, number in opened.items()}:
        broken.append("报称的开放期与各期方案不符")
    if not math.isclose(math.fsum(served), objective, rel_tol=1e-9, abs_tol=1e-6):
        broken.append(f"报称各期合计 {objective}，实际 {math.fsum(served)}")
    if broken:
        raise SolverError("方案没有通过复核：" + "；".join(broken), todo="请把输入表发给维护者")


def check_tiers(lower: tuple, upper: tuple, referral: pd.DataFrame | None, both: float) -> None:
    """Raise SolverError unless `both` is the weight that each tier reaches, and each new lower site can refer.

    A tier is its (times, demand, sites, within_min, open ids).
    """
    reached = []
    for times, demand, sites, within_min, open_ids in (lower, upper):
        sites = sites.set_index("site_id") if "site_id" in sites.columns else sites
        demand = demand.set_index("demand_id") if "demand_id" in demand.columns else demand
        near = _within(open_routes(times, demand, sites, {str(s) for s in open_ids}), demand, within_min)
        reached.append(set(near["demand_id"]))
    weight = demand["weight"].set_axis(demand.index.astype(str))
    counted = math.fsum(weight[weight.index.isin(reached[0] & reached[1])])
    broken = []
    if not math.isclose(counted, both, rel_tol=1e-9, abs_tol=1e-6):
        broken.append(f"报称两级都到 {both}，实际 {counted}")
    if referral is not None:
        sites = lower[2].set_index("site_id") if "site_id" in lower[2].columns else lower[2]
        existing = _existing(_told(sites, "role"))
        able = set(referral["site_id"][referral["upper_id"].astype(str).isin({str(s) for s in upper[4]})].astype(str))
        if lost := {str(s) for s in lower[4]} - existing - able:
            broken.append(f"附近没有上级机构可转介：{sorted(lost)[:5]}")
    if broken:
        raise SolverError("方案没有通过复核：" + "；".join(broken), todo="请把输入表发给维护者")


def _told(sites: pd.DataFrame, column: str) -> dict[str, str]:
    """site → what it says in a column, where it says something."""
    if column not in sites.columns:
        return {}
    said = sites[column][sites[column].notna()]
    return {str(s): str(v).strip().lower() if column in ("role", "action") else str(v).strip()
            for s, v in said.items() if str(v).strip()}


def open_routes(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, open_ids: set) -> pd.DataFrame:
    """demand_id, site_id, travel_min over open sites and those they serve; ids as text."""
    serves = _told(sites, "serves")
    opened = [s for s in times["site_id"].unique() if str(s) in open_ids]
    routes = times[times["site_id"].isin(opened)][["demand_id", "site_id", "travel_min"]]
    routes = routes.astype({"demand_id": str, "site_id": str})
    if "point" in demand.columns:
        point = demand["point"].where(demand["point"].notna(), demand.index.to_series()).astype(str).str.strip()
        point = point.where(point != "", demand.index.to_series().astype(str))
        who = pd.DataFrame({"point": point.to_numpy(), "demand_id": demand.index.astype(str)})
        routes = routes.rename(columns={"demand_id": "point"}).merge(who, on="point")
    if "group" in demand.columns and serves:
        group = {str(d): "" if pd.isna(g) else str(g).strip() for d, g in demand["group"].items()}
        groups_of = {s: {g.strip() for g in re.split("[、,，;；]", cell) if g.strip()} for s, cell in serves.items()}
        fits = [not groups_of.get(s) or not group[d] or group[d] in groups_of[s]
                for d, s in zip(routes["demand_id"], routes["site_id"], strict=True)]
        routes = routes[pd.array(fits, dtype="bool")]
    return routes


def _within(routes: pd.DataFrame, demand: pd.DataFrame, within_min: float) -> pd.DataFrame:
    """The routes within each demand's own limit, or else `within_min`."""
    if "within_min" not in demand.columns:
        return routes[routes["travel_min"] <= within_min]
    own = {str(d): within_min if pd.isna(t) else float(t) for d, t in demand["within_min"].items()}
    return routes[routes["travel_min"] <= routes["demand_id"].map(own).astype("float64")]


def _on_offer(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, told: dict, not_yet: set,
              within_min: float) -> set[str]:
    """The sites that might be open: not forbidden, not too early, enough people near."""
    shut = {s for s, r in told["role"].items() if r in ("禁选", "forbidden")} | not_yet
    if "min_people" in sites.columns:
        least = {str(s): float(v) for s, v in sites["min_people"].items() if pd.notna(v) and v > 0
                 and told["role"].get(str(s), "候选") in ("候选", "candidate")}
        there = _within(open_routes(times, demand, sites, set(least)), demand, within_min)
        weight = demand["weight"].set_axis(demand.index.astype(str))
        shut |= {s for s, needed in least.items()
                 if math.fsum(weight[there["demand_id"][there["site_id"] == s]]) < needed}
    return {str(s) for s in sites.index} - shut


def _ways(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, on_offer, within_min: float, who, *,
          near: bool) -> pd.DataFrame:
    """Routes of some demand to the sites on offer, all or those within the limit."""
    demand = demand[demand.index.astype(str).isin(who)]
    places = {str(d) for d in demand.index}
    if "point" in demand.columns:
        places |= {str(point).strip() for point in demand["point"].dropna()}
    times = times[times["demand_id"].isin([d for d in times["demand_id"].unique() if str(d) in places])]
    routes = open_routes(times, demand, sites, on_offer())
    return _within(routes, demand, within_min) if near else routes


def _units(demand: pd.DataFrame) -> pd.Series | None:
    """Each demand's unit, '' where it has none; None without the column."""
    if "unit" not in demand.columns:
        return None
    unit = demand["unit"].astype(object).where(demand["unit"].notna(), "").astype(str).str.strip()
    return unit.set_axis(demand.index.astype(str))


def _existing(role: dict[str, str]) -> set[str]:
    return {s for s, r in role.items() if r in ("既有", "existing", "可关", "closable")}


def _sum(sites: pd.DataFrame, column: str, ids: set) -> float:
    """The sum over some sites; NaN where a new site's cost isn't known, nothing for a blank yearly cost."""
    values = [sites[column].get(s) if column in sites.columns else 0.0 for s in _as_given(sites, ids)]
    return math.fsum(0.0 if column == "yearly_cost" and pd.isna(v) else float(v) for v in values)


def _broken_roles(told: dict, open_ids: set, existing: set, not_yet: set):
    """Required sites shut, forbidden ones open, existing ones neither kept nor replaced."""
    role, replacers = told["role"], Counter(old for s, old in told["replaces"].items() if s in open_ids)
    required = {s for s, r in role.items() if r in ("必选", "required")} - not_yet
    kept = {s for s in existing if role[s] in ("既有", "existing") and not replacers[s]}
    if (required | kept) - open_ids:
        yield f"必选或既有的没有开：{sorted((required | kept) - open_ids)[:5]}"
    forbidden = {s for s, r in role.items() if r in ("禁选", "forbidden")} | not_yet
    if forbidden & open_ids:
        yield f"禁选的开了：{sorted(forbidden & open_ids)[:5]}"
    for s, times_replaced in replacers.items():
        if times_replaced > 1 or s in open_ids:
            yield f"{s} 既保留又被取代，或被取代两次"


def _broken_bonds(told: dict, open_ids: set, new: set):
    """Two options at one place, two that exclude one another, one without what it needs."""
    for place, number in Counter(told["place"][s] for s in new if s in told["place"]).items():
        if number > 1:
            yield f"{place} 开了 {number} 个办法"
    for s in open_ids & set(told["excludes"]):
        others = {other.strip() for other in re.split("[、,，;；]", told["excludes"][s])} & open_ids
        if others:
            yield f"{s} 与 {sorted(others)} 互斥，却都开了"
    for s in open_ids & set(told["needs"]):
        for item in re.split("[、,，;；]", told["needs"][s]):
            names = {name.strip() for name in re.split("[|｜]", item) if name.strip()}
            if names and not names & open_ids:
                yield f"{s} 需要 {sorted(names)}，却没有开"


def _too_small(sites: pd.DataFrame, role: dict, new: set, near: pd.DataFrame, weight: pd.Series, flows):
    """New sites with fewer people than they need: within the limit, or given to them."""
    if "min_people" not in sites.columns:
        return
    least = {str(s): float(v) for s, v in sites["min_people"].items() if pd.notna(v) and str(s) in new}
    for s, needed in least.items():
        if flows is None and role.get(s) in ("必选", "required"):
            continue
        held = (math.fsum(weight[near["demand_id"][near["site_id"] == s]]) if flows is None
                else math.fsum(flows["people"][flows["site_id"] == s]))
        if held < needed * (1 - 1e-9) - 1e-6:
            yield f"{s} 只有 {held} 人，少于维持所需的 {needed} 人"


def _broken_flows(flows: pd.DataFrame, near: pd.DataFrame, weight: pd.Series, sites: pd.DataFrame, single: bool):
    """What is wrong with who goes where: along no route, more people than there are, more than fit."""
    routes = dict(zip(zip(near["demand_id"], near["site_id"], strict=True), near["travel_min"], strict=True))
    going, load = {}, {}
    for d, s, people, minutes in flows[["demand_id", "site_id", "people", "travel_min"]].itertuples(index=False):
        if routes.get((d, s)) != minutes or people < 0:
            yield f"{d} → {s} 不可行"
        if single and d in going:
            yield f"{d} 的人分到了几处"
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
