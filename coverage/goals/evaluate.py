"""Evaluate a plan as of a year: a plan and a region in, each goal's standing and each unit's status out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from coverage.goals import unit_share
from coverage.goals.conditions import holds
from coverage.goals.plan import Goal, Plan
from coverage.goals.supply import supply
from coverage.goals.unit_share import EXEMPT, MET, NO_DATA, NOT_APPLICABLE, UNMET
from coverage.goals.units import unit_of, units_at

if TYPE_CHECKING:
    from coverage.region.region import Region

UNIT_COLUMNS = ["goal_id", "goal", "unit_level", "unit_code", "unit", "kind", "pop", "people",
                "status", "reason", "n_sites", "site_ids", "evidence"]


@dataclass(frozen=True)
class GoalsResult:
    """What a plan comes to in a region at the end of a year.

    `summary`: a row per goal, in the plan's order: goal_id, title, kind, binding, clause,
    status, numerator, denominator, share, baseline, target, target_year, shortfall
    (units still needed), people_unmet (disabled people in unmet units), exempt, no_data.
    `units`: a row per goal and unit: UNIT_COLUMNS; status is one of STATUSES.
    `notes`: what was left aside or assumed, in sentences.
    """

    plan: Plan
    year: int
    summary: pd.DataFrame
    units: pd.DataFrame
    notes: tuple[str, ...]


def evaluate(plan: Plan, region: Region, times: pd.DataFrame | None = None, *, year: int) -> GoalsResult:
    """Judge every goal of `plan` in `region` as things stand at the end of `year`.

    `times`: the long travel-time table (demand_id, site_id, travel_min); goals about
    location don't need it.
    """
    judged = {goal.id: _judge(goal, region, year) for goal in plan.goals}
    summary = pd.DataFrame([_standing(goal, judged[goal.id], year) for goal in plan.goals])
    units = pd.concat(judged.values(), ignore_index=True)
    return GoalsResult(plan, year, summary, units, tuple(_notes(region)))


def qualifying(goal: Goal, region: Region, *, year: int) -> pd.Index:
    """The site_ids of institutions that count for a goal at the end of `year`, sorted."""
    judged = supply(region.sites, goal.institutions, year=year)
    return judged.index[judged["verdict"] == "计入"].sort_values()


def _judge(goal: Goal, region: Region, year: int) -> pd.DataFrame:
    units = units_at(region, goal.units.level, goal.who)
    sites = region.sites.assign(unit_code=unit_of(region.sites["township_code"], goal.units.level))
    sites = sites.join(supply(region.sites, goal.institutions, year=year))
    status = unit_share.judge(goal, units, holds(goal.units, units), sites)
    units = units.join(status).reset_index().rename(columns={"name": "unit"})
    return units.assign(goal_id=goal.id, goal=goal.title, unit_level=goal.units.level)[UNIT_COLUMNS]


def _standing(goal: Goal, units: pd.DataFrame, year: int) -> dict:
    count = units["status"].value_counts()
    met, unmet, unknown = (int(count.get(status, 0)) for status in (MET, UNMET, NO_DATA))
    denominator = met + unmet + unknown
    target = goal.target_for(year)
    return {
        "goal_id": goal.id, "title": goal.title, "kind": goal.kind, "binding": goal.binding, "clause": goal.clause,
        "status": _verdict(target, met, unknown, denominator),
        "numerator": met, "denominator": denominator, "share": met / denominator if denominator else float("nan"),
        "baseline": goal.baseline.text if goal.baseline else "", "target": target.text, "target_year": target.year,
        "shortfall": max(0, target.units_needed(denominator) - met),
        "people_unmet": units.loc[units["status"] == UNMET, "people"].sum(),
        "exempt": int(count.get(EXEMPT, 0)), "no_data": unknown,
    }


def _verdict(target, met: int, unknown: int, denominator: int) -> str:
    """Unknown units never pass silently: they decide only if they could tip the goal."""
    if denominator == 0:
        return NOT_APPLICABLE
    if target.met_by(Fraction(met, denominator)):
        return MET
    return NO_DATA if target.met_by(Fraction(met + unknown, denominator)) else UNMET


def _notes(region: Region) -> list[str]:
    codes = region.sites["township_code"]
    stray = region.sites[codes.isna() | ~codes.isin(region.townships.index)]
    if stray.empty:
        return []
    names = "、".join(stray["name"].sort_index().head(5))
    return [f"{len(stray)} 个机构的乡镇代码为空或不在本地区乡镇表中，没有计入任何乡镇：{names}"]
