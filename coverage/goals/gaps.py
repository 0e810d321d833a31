"""List what is missing: an evaluated plan in, a row per township and unmet goal out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from coverage.access import nearest
from coverage.goals.evaluate import GoalsResult, qualifying
from coverage.goals.unit_share import NO_DATA, UNMET
from coverage.goals.units import people_at, unit_of

if TYPE_CHECKING:
    from coverage.region.region import Region

GAP_COLUMNS = ["priority", "goal_id", "goal", "township_code", "township", "status", "reason", "people",
               "nearest_site_id", "nearest_site", "nearest_min", "evidence", "sentence"]


def gap_list(result: GoalsResult, region: Region, times: pd.DataFrame | None = None) -> pd.DataFrame:
    """Give the gaps of `result`, most people first, ties by township code and goal.

    `times`: the long travel-time table over all of region.sites; without it the minutes are empty.

    Returns a frame with GAP_COLUMNS: people = disabled people in the unit whom the goal
    means (NA = not recorded); nearest_site = the qualifying institution nearest to most of
    them; nearest_min = their mean minutes to whichever qualifying institution is nearest to
    each (NaN = none in reach); sentence = the row in plain words.
    """
    parts = [_gaps_of(goal, result, region, times) for goal in result.plan.goals]
    gaps = pd.concat(parts, ignore_index=True)
    gaps = gaps.sort_values(["people", "township_code", "goal_id"], ascending=[False, True, True], na_position="last")
    gaps = gaps.assign(priority=range(1, len(gaps) + 1), sentence=[_sentence(row) for row in gaps.to_dict("records")])
    return gaps[GAP_COLUMNS].reset_index(drop=True)


def _gaps_of(goal, result: GoalsResult, region: Region, times: pd.DataFrame | None) -> pd.DataFrame:
    rows = result.units[(result.units["goal_id"] == goal.id) & result.units["status"].isin([UNMET, NO_DATA])]
    rows = rows.rename(columns={"unit_code": "township_code", "unit": "township"})
    near = _nearest_by_unit(goal, result.year, region, times)
    near = near.reindex(rows["township_code"]).set_axis(rows.index)
    return pd.concat([rows, near], axis=1)


def _nearest_by_unit(goal, year: int, region: Region, times: pd.DataFrame | None) -> pd.DataFrame:
    """The qualifying institution nearest to most of a unit's people, and their mean minutes, by unit code."""
    columns = ["nearest_site_id", "nearest_site", "nearest_min"]
    if times is None:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in columns}).astype({"nearest_min": float})
    found = nearest(times[times["site_id"].isin(qualifying(goal, region, year=year))])
    people = people_at(region, goal.who).fillna(0).astype("int64").reindex(found.index)
    found = found.assign(unit=unit_of(region.demand["township_code"].reindex(found.index), goal.units.level),
                         people=people)
    inhabited = found.groupby("unit")["people"].transform("sum") > 0
    found["weight"] = found["people"].where(inhabited, 1)  # where nobody is registered, each point counts alike
    rows = {}
    for unit, group in found.sort_index().groupby("unit"):
        most = group.groupby("site_id")["weight"].sum().sort_index().idxmax()
        minutes = (group["travel_min"] * group["weight"]).sum() / group["weight"].sum()
        rows[unit] = (most, region.sites.at[most, "name"], minutes)
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _sentence(row: dict) -> str:
    people = "残疾人数没有登记" if pd.isna(row["people"]) else f"涉及残疾人 {row['people']} 人"
    if pd.isna(row["nearest_min"]):
        near = ""
    else:
        near = f"；最近的符合要求的机构是{row['nearest_site']}，平均 {row['nearest_min']:.0f} 分钟"
    return f"{row['township']}“{row['goal']}”{row['status']}：{row['evidence']}；{people}{near}。"
