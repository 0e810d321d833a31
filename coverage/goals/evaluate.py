"""Evaluate a plan as of a year: a plan and a region in, each goal's standing and each unit's status out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from coverage.errors import InputError
from coverage.goals.as_of import AsOf
from coverage.goals.conditions import SiteCondition
from coverage.goals.judge import judge
from coverage.goals.plan import Plan
from coverage.goals.records import Records
from coverage.goals.standing import SUMMARY_COLUMNS, standing
from coverage.goals.supply import COUNTS

if TYPE_CHECKING:
    from coverage.region.region import Region


@dataclass(frozen=True)
class GoalsResult:
    """What a plan comes to in a region at the end of a year.

    `summary`: a row per goal, in the plan's order, with SUMMARY_COLUMNS: numerator and
    denominator count units (people for reach_share, places and people for capacity_share;
    NA for count and indicator); share NaN where there is none; baseline is the plan's
    published figure, baseline_computed what these data give for that year; shortfall is in
    shortfall_unit; people_unmet are the disabled people in unmet units.
    `units`: a row per goal and unit, statuses.UNIT_COLUMNS; status is one of STATUSES.
    `notes`: what was left aside or assumed, in sentences.
    `records`, `times_by_mode`: the registers and the further travel times that were used.
    """

    plan: Plan
    year: int
    summary: pd.DataFrame
    units: pd.DataFrame
    notes: tuple[str, ...]
    records: Records
    times_by_mode: Mapping[str, pd.DataFrame]


def modes_of(plan: Plan) -> list[str]:
    """The modes of travel that the plan's goals name, sorted."""
    return sorted({mode for goal in plan.goals if (mode := getattr(goal, "mode", ""))})


def evaluate(plan: Plan, region: Region, times: pd.DataFrame | None = None, *, year: int,
             records: Records | None = None, times_by_mode: Mapping[str, pd.DataFrame] | None = None,
             past: bool = True) -> GoalsResult:
    """Judge every goal of `plan` in `region` as things stand at the end of `year`.

    `times`: the long travel-time table (demand_id, site_id, travel_min) over region.sites;
    goals about location don't need it, those about minutes are 数据缺失 without it.
    `records`: exemptions, agreements, village services, reported figures. `times_by_mode`:
    the same table for each mode that a goal names (modes_of); one that is not there is 数据缺失.
    `past`: False where the region is a supposed one, which says nothing of the baseline year:
    baseline_computed is then NaN. Raises InputError without a year.
    """
    if year is None:
        raise InputError("没有评价年份，不能判断规划目标", todo="在情景文件或 project.toml 中写 year")
    at = _as_of(plan, region, times, year, records, times_by_mode)
    judged = {goal.id: judge(goal, at) for goal in plan.goals}
    summary = [{**standing(goal, judged[goal.id], at),
                "baseline_computed": _baseline(goal, at) if past else float("nan")} for goal in plan.goals]
    parts = [rows for rows in judged.values() if len(rows)]
    units = pd.concat(parts, ignore_index=True) if parts else next(iter(judged.values()))
    table = pd.DataFrame(summary)[SUMMARY_COLUMNS].astype({"numerator": "Int64", "denominator": "Int64"})
    return GoalsResult(plan, year, table, units, tuple(_notes(plan, at)), at.records, at.times_by_mode)


def trend(plan: Plan, region: Region, times: pd.DataFrame | None = None, *, years: Sequence[int],
          records: Records | None = None, times_by_mode: Mapping[str, pd.DataFrame] | None = None) -> pd.DataFrame:
    """Evaluate the plan year by year: goal_id, title, year, status, numerator, denominator, share, target."""
    columns = ["goal_id", "title", "year", "status", "numerator", "denominator", "share", "target", "target_year"]
    rows = []
    for year in years:
        at = _as_of(plan, region, times, year, records, times_by_mode)
        rows += [{**standing(goal, judge(goal, at), at), "year": year} for goal in plan.goals]
    table = pd.DataFrame(rows)[columns].astype({"numerator": "Int64", "denominator": "Int64"})
    return table.sort_values(["goal_id", "year"], kind="stable", ignore_index=True)


def qualifying(goal, region: Region, *, year: int, records: Records | None = None) -> pd.Index:
    """The site_ids of institutions that count for a goal at the end of `year`, sorted; none for an indicator."""
    at = AsOf(region, None, year, records or Records())
    found = [at.sites(condition)["verdict"] for condition in institutions_of(goal)]
    ids = {site_id for verdicts in found for site_id in verdicts.index[verdicts == COUNTS]}
    return pd.Index(sorted(ids), dtype=region.sites.index.dtype)


def institutions_of(goal) -> list[SiteCondition]:
    """The conditions on institutions that a goal states, one a tier for tiers."""
    if goal.kind == "tiers":
        return [tier.institutions for tier in goal.tiers]
    return [] if goal.kind == "indicator" else [goal.institutions]


def _as_of(plan: Plan, region: Region, times: pd.DataFrame | None, year: int, records: Records | None,
           times_by_mode: Mapping[str, pd.DataFrame] | None) -> AsOf:
    whole_area = plan.area_code.startswith(region.county_code or "")
    return AsOf(region, times, year, records or Records(), times_by_mode or {}, whole_area)


def _baseline(goal, at: AsOf) -> float:
    """What the same data give for the year of the published baseline; NaN where the plan publishes none."""
    if goal.baseline is None:
        return float("nan")
    before = replace(at, year=goal.baseline.year)
    found = standing(goal, judge(goal, before), before)
    return float(found["numerator"]) if goal.kind == "count" else found["share"]


def _types_wanted(plan: Plan) -> set[str]:
    """Every service type that a goal counts by name."""
    queue = [condition for goal in plan.goals for condition in institutions_of(goal)]
    found: set[str] = set()
    while queue:
        condition = queue.pop()
        found |= set(condition.service_type or ())
        queue += [*condition.any_of, *condition.all_of]
    return found


def _notes(plan: Plan, at: AsOf) -> list[str]:
    notes = []
    codes = at.region.townships.index
    if plan.area_code and not codes.str.startswith(plan.area_code).any():
        notes.append(f"《{plan.title}》不是本地区的规划，这里只作对照")
    sites = at.sites(SiteCondition())
    stray = sites[sites["township_code"].isna() | ~sites["township_code"].isin(codes)]
    if len(stray):
        names = "、".join(stray["name"].head(5))
        notes.append(f"{len(stray)} 个机构的乡镇代码为空或不在本地区乡镇表中，没有计入任何乡镇：{names}")
    absent = sorted(_types_wanted(plan) - set(at.region.sites["service_type"]))
    if absent:
        notes.append(f"机构表里没有{'、'.join(absent)}，有关目标按没有这些机构判断；若只是没有收录，请补充后再评价")
    unknown = sorted(set(at.records.exemptions["goal_id"]) - {goal.id for goal in plan.goals})
    if unknown:
        notes.append(f"豁免表中的目标编号不在本规划中：{'、'.join(unknown)}")
    return notes
