"""Judge villages by the ways in which they are served: an institution, an outreach day, a shuttle, home visits."""

from __future__ import annotations

import pandas as pd

from coverage.access import nearest
from coverage.goals import statuses as st
from coverage.goals import supply as sp
from coverage.goals.as_of import AsOf
from coverage.goals.by_location import not_judged
from coverage.goals.goal import VillageServiceGoal
from coverage.goals.records import in_force

BY_INSTITUTION = "机构"


def judge_by_village(goal: VillageServiceGoal, units: pd.DataFrame, at: AsOf) -> pd.DataFrame:
    """Judge each village by whether at least one of `goal.ways` serves it, each with its evidence.

    By an institution: within `within_min`, or, where the goal gives no minutes, in the
    village's township. By the other ways: a row of the service register, at least
    `days_per_year` a year. Without a register a village that no institution serves is
    数据缺失, never unmet. have = ways that serve it. Returns a frame along `units` with ROW_COLUMNS.
    """
    site, minutes, says = _by_institution(goal, units, at)
    listed = _by_register(goal, at)
    rows = []
    for code, applies in units["applies"].items():
        if (row := not_judged(applies)) is not None:
            rows.append(row)
            continue
        ways = ([f"机构：{says[code]}"] if says.get(code) else []) + listed.get(code, [])
        figures = (len(ways), max(len(ways), int(at.records.services is None)), 1, site.get(code, ""), minutes[code])
        rows.append(_status(goal, at, ways, figures))
    return pd.DataFrame(rows, index=units.index, columns=st.ROW_COLUMNS)


def _status(goal: VillageServiceGoal, at: AsOf, ways: list[str], figures: tuple) -> tuple:
    if ways:
        return (st.MET, "", *figures, "；".join(ways))
    if at.records.services is None and set(goal.ways) != {BY_INSTITUTION}:
        return (st.NO_DATA, st.UNKNOWN, *figures, "没有机构服务到村，也没有流动服务、接送、上门的台账")
    if goal.within_min is not None and at.times is None:
        return (st.NO_DATA, st.UNKNOWN, *figures, "没有算出行时间，台账中也没有服务")
    reason = st.OUT_OF_REACH if goal.within_min is not None else st.NONE
    return (st.UNMET, reason, *figures, f"{'、'.join(goal.ways)}都没有服务到")


def _by_institution(goal: VillageServiceGoal, units: pd.DataFrame, at: AsOf) -> tuple[dict, pd.Series, dict]:
    """Per village: the institutions that serve it, the minutes to the nearest, and the sentence."""
    no_minutes = pd.Series(float("nan"), index=units.index)
    if BY_INSTITUTION not in goal.ways or (goal.within_min is not None and at.times is None):
        return {}, no_minutes, {}
    if goal.within_min is None:
        sites = at.sites(goal.institutions)
        counting = sites[sites["verdict"] == sp.COUNTS]
        ids = counting.groupby("township_code").apply(lambda part: "、".join(part.index), include_groups=False)
        names = counting.groupby("township_code")["name"].agg("、".join)
        town = units["township_code"]
        return town.map(ids.to_dict()).dropna().to_dict(), no_minutes, town.map(names.to_dict()).dropna().to_dict()
    near = nearest(at.times_to(goal.institutions)).reindex(units.index)
    within = near[near["travel_min"] <= goal.within_min]
    names = at.region.sites["name"].reindex(within["site_id"]).to_numpy()
    says = {code: f"{name}，{minutes:.0f} 分钟" for code, name, minutes in
            zip(within.index, names, within["travel_min"], strict=True)}
    return within["site_id"].to_dict(), near["travel_min"], says


def _by_register(goal: VillageServiceGoal, at: AsOf) -> dict[str, list[str]]:
    rows = in_force(at.records.to_villages, year=at.year)
    rows = rows[rows["way"].isin(goal.ways)]
    if goal.contents and "content" in rows:
        rows = rows[rows["content"].isin(goal.contents) | rows["content"].isna()]
    days = pd.to_numeric(rows["days_per_year"]).fillna(1)
    rows = rows[days >= goal.days_per_year].sort_values(["demand_id", "way", "provider"])
    found: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        often = "" if pd.isna(row["days_per_year"]) else f"，每年 {int(row['days_per_year'])} 天"
        found.setdefault(row["demand_id"], []).append(f"{row['way']}：{row['provider']}{often}")
    return found
