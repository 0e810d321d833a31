"""List what is missing: an evaluated plan in, a row per township and unmet goal out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.access import nearest
from coverage.goals import statuses as st
from coverage.goals.as_of import AsOf
from coverage.goals.conditions import holds
from coverage.goals.evaluate import GoalsResult, qualifying
from coverage.goals.standing import unit_weights
from coverage.goals.units import unit_of_demand

if TYPE_CHECKING:
    from coverage.region.region import Region

GAP_COLUMNS = ["priority", "goal_id", "goal", "part", "unit_level", "township_code", "township", "status", "reason",
               "people", "weighted_people", "shortfall", "nearest_site_id", "nearest_site", "nearest_min", "remedies",
               "evidence", "sentence"]
_NEAR_COLUMNS = ["nearest_site_id", "nearest_site", "nearest_min"]


def gap_list(result: GoalsResult, region: Region, times: pd.DataFrame | None = None, *,
             mending: pd.DataFrame | None = None) -> pd.DataFrame:
    """Give the gaps of `result`, most people × shortfall first, ties by township code and goal, 数据缺失 last.

    `times`: the long travel-time table over all of region.sites; without it the minutes are empty.
    `mending`: what remedies() gives; it fills the column remedies, in order, with cost and people.

    Returns a frame with GAP_COLUMNS: a row per unmet (or unknown) unit and goal; unit_level says whether
    township_code and township name a township, a county or a city; villages and institutions are gathered by
    township. people = disabled people in the unit whom
    the goal means (of its unmet villages alone where villages are judged; NA = not recorded);
    weighted_people = the same by the goal's weights; shortfall = share still lacking, 0 to 1;
    nearest_site = the qualifying institution nearest to most of the people; nearest_min = their
    mean minutes to whichever is nearest to each (NaN = none in reach); sentence = the row in words.
    """
    at = AsOf(region, times, result.year, result.records, result.times_by_mode)
    parts = [part for goal in result.plan.goals if len(part := _gaps_of(goal, result, at))]
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype="object") for column in GAP_COLUMNS})
    gaps = pd.concat(parts, ignore_index=True)
    gaps["urgency"] = (gaps["weighted_people"].fillna(0) * gaps["shortfall"]).where(gaps["status"] == st.UNMET, -1)
    gaps = gaps.sort_values(["urgency", "township_code", "goal_id", "part"], ascending=[False, True, True, True])
    gaps = gaps.assign(priority=range(1, len(gaps) + 1), remedies=_remedies(gaps, mending))
    gaps["sentence"] = [_sentence(row) for row in gaps.to_dict("records")]
    return gaps[GAP_COLUMNS].reset_index(drop=True)


def _gaps_of(goal, result: GoalsResult, at: AsOf) -> pd.DataFrame:
    rows = result.units[result.units["goal_id"] == goal.id]
    rows = rows[rows["status"].isin([st.MET, st.UNMET, st.NO_DATA])]
    if rows.empty:
        return rows
    rows = rows.assign(shortfall=(1 - rows["have"] / rows["need"].clip(lower=1)).clip(0, 1),
                       weighted_people=rows["people"].astype(float) * unit_weights(goal, rows, at))
    if any(weight.who for weight in goal.weights):
        rows["weighted_people"] *= _who_weights(goal, rows, at)
    small = rows["unit_level"].isin(["村", "机构"])
    gaps = pd.concat([_whole_units(rows[~small]), _gathered(rows[small], at)], ignore_index=True)
    if gaps.empty:
        return gaps
    near = _nearest_by_unit(goal, at.travelling(getattr(goal, "mode", "")))
    return pd.concat([gaps, near.reindex(gaps["township_code"]).set_axis(gaps.index)], axis=1)


def _whole_units(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["status"] != st.MET]
    return rows.drop(columns="township_code").rename(columns={"unit_code": "township_code", "unit": "township"})


def _gathered(rows: pd.DataFrame, at: AsOf) -> pd.DataFrame:
    """A row per township over its unmet villages or institutions."""
    gathered = []
    for (part, code), group in rows.groupby(["part", "township_code"], sort=True):
        open_rows = group[group["status"] != st.MET]
        if open_rows.empty:
            continue
        unmet = open_rows[open_rows["status"] == st.UNMET]
        first = (unmet if len(unmet) else open_rows).iloc[0]
        reasons = (unmet if len(unmet) else open_rows)["reason"].value_counts()
        names = "、".join(open_rows["unit"].astype(str).head(5)) + ("等" if len(open_rows) > 5 else "")
        people = open_rows["people"].sum(min_count=1) if open_rows["people"].notna().all() else pd.NA
        gathered.append({
            **first, "part": part, "unit_level": "乡镇", "township_code": code,
            "township": at.region.townships["township"].get(code, code),
            "status": first["status"], "reason": sorted(reasons.index[reasons == reasons.max()])[0], "people": people,
            "weighted_people": open_rows["weighted_people"].sum(min_count=1), "shortfall": len(open_rows) / len(group),
            "evidence": f"{len(group)} 个{first['unit_level']}中 {len(open_rows)} 个没有做到：{names}",
        })
    return pd.DataFrame(gathered)


def _who_weights(goal, rows: pd.DataFrame, at: AsOf) -> np.ndarray:
    """Mean weight of a unit's people, by the goal's weights on groups of people."""
    people = at.region.people[holds(goal.who, at.region.people).fillna(False).astype(bool)]
    factor = pd.Series(1.0, index=people.index)
    for weight in goal.weights:
        if weight.who is not None:
            factor *= holds(weight.who, people).fillna(False).map({True: float(weight.weight), False: 1.0})
    weighted = (people["people"] * factor).groupby(people["demand_id"]).sum().reindex(at.region.demand.index).fillna(0)
    plain = people["people"].groupby(people["demand_id"]).sum().reindex(at.region.demand.index).fillna(0)
    means = []
    for level, code in zip(rows["unit_level"], rows["unit_code"], strict=True):
        here = unit_of_demand(at.region.demand, level) == code
        means.append(weighted[here].sum() / plain[here].sum() if plain[here].sum() else 1.0)
    return np.array(means)


def _nearest_by_unit(goal, at: AsOf) -> pd.DataFrame:
    """The qualifying institution nearest to most of a township's or county's people, and their mean minutes."""
    if at.times is None:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in _NEAR_COLUMNS}).astype({"nearest_min": float})
    ids = qualifying(goal, at.region, year=at.year, records=at.records)
    found = nearest(at.times[at.times["site_id"].isin(ids)]).sort_index()
    people = at.people(goal.who).fillna(0).astype("int64").reindex(found.index)
    rows = {}
    for level in ("乡镇", "县", "市"):
        unit = unit_of_demand(at.region.demand, level).reindex(found.index)
        inhabited = people.groupby(unit).transform("sum") > 0
        weight = people.where(inhabited, 1)  # where nobody is registered, each point counts alike
        for code, group in found.assign(weight=weight).groupby(unit, sort=True):
            most = group.groupby("site_id")["weight"].sum().sort_index().idxmax()
            minutes = (group["travel_min"] * group["weight"]).sum() / group["weight"].sum()
            rows[code] = (most, at.region.sites.at[most, "name"], minutes)
    return pd.DataFrame.from_dict(rows, orient="index", columns=_NEAR_COLUMNS).astype({"nearest_min": float})


def _remedies(gaps: pd.DataFrame, mending: pd.DataFrame | None) -> list[str]:
    """1 升级甲之家，10 万元，服务 20 人；2 新建…"""
    if mending is None:
        return [""] * len(gaps)
    by_gap = dict(list(mending.groupby(["goal_id", "part", "township_code"])))
    keys = zip(gaps["goal_id"], gaps["part"], gaps["township_code"], strict=True)
    return [_listed(by_gap[key].to_dict("records")) if key in by_gap else "" for key in keys]


def _listed(rows: list[dict]) -> str:
    told = []
    for place, row in enumerate(rows, start=1):
        aside = "" if row["status_after"] == st.MET else "（本目标仍未达标）"
        told.append(f"{place} {row['what']}，{row['cost_wan']:g} 万元，服务 {row['people_served']} 人{aside}")
    return "；".join(told)


def _sentence(row: dict) -> str:
    people = "残疾人数没有登记" if pd.isna(row["people"]) else f"涉及残疾人 {row['people']} 人"
    if pd.isna(row["nearest_min"]):
        near = ""
    else:
        near = f"；最近的符合要求的机构是{row['nearest_site']}，平均 {row['nearest_min']:.0f} 分钟"
    mend = f"；可：{row['remedies']}" if row["remedies"] else ""
    title = f"{row['goal']}·{row['part']}" if row["part"] else row["goal"]
    return f"{row['township']}“{title}”{row['status']}：{row['evidence']}；{people}{near}{mend}。"
