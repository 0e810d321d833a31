"""Evaluate a scenario: who reaches which institution, in how many minutes, and which goals hold.

Takes a `Base` (a region and its roads) and a `Scenario`; gives an `Evaluation`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from coverage.access import bands, coverage_by_unit, nearest
from coverage.errors import ScenarioError
from coverage.goals import GoalsResult, Plan, evaluate as evaluate_goals, gap_list
from coverage.intake import Project, Roads
from coverage.region import ALL_DISABLED, ALL_RESIDENTS, Region, open_sites, weigh
from coverage.study.scenario import Scenario
from coverage.travel import RoadNetwork, TravelTimes, build_network, travel_times

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Base:
    """What a scenario stands on and edits: the project as read, its region and its roads."""

    project: Project
    region: Region
    roads: Roads


@dataclass(frozen=True)
class Evaluation:
    """A scenario's answer.

    people    who counts, a count by demand_id
    supply    the institutions that count: of the service's type, open in the year, standardised where asked
    times     door-to-door times from every demand point to each of them
    demand    index demand_id: the region's columns and people, access_state, site_id, travel_min, band
    coverage  index township_code: people, within_{t}_min, beyond, not_connected, share_{t}_min, mean_min, p90_min
    whole     the same for the whole region, one row
    goals     one result for each plan
    gaps      one row for each township and unmet goal
    """

    base: Base
    scenario: Scenario
    group: str
    people: pd.Series
    supply: pd.DataFrame
    network: RoadNetwork
    times: TravelTimes
    demand: pd.DataFrame
    coverage: pd.DataFrame
    whole: pd.Series
    goals: tuple[GoalsResult, ...]
    gaps: pd.DataFrame

    @property
    def region(self) -> Region:
        return self.base.region

    @property
    def year(self) -> int | None:
        return self.scenario.year or self.region.year

    @cached_property
    def open_by_type(self) -> dict[str, pd.DataFrame]:
        """Every institution open in the year, by service type, in the column dictionary's order."""
        sites = open_sites(self.region.sites, self.year)
        return {kind: rows for kind, rows in sites.groupby("service_type", sort=False)}


def evaluate(base: Base, scenario: Scenario, plans: tuple[Plan, ...] = (), *,
             network: RoadNetwork | None = None, progress: Progress = lambda step: None) -> Evaluation:
    """Evaluate `scenario` on `base`; a network already built for its mode may be handed in."""
    region = base.region
    year = scenario.year or region.year
    group = scenario.service.people or (ALL_DISABLED if len(region.people) else ALL_RESIDENTS)
    people = weigh(region.demand, region.people, group=group, service_type=scenario.service.type)
    if not people.sum():
        raise ScenarioError(f"“{group}”没有人数", todo="请检查残疾人表，或换一个统计人群")
    supply = counted_sites(region, scenario, year)

    progress("道路成网")
    network = network or build_network(base.roads, mode=scenario.travel.mode, variant=scenario.travel.variant)
    progress("计算出行时间")
    times = travel_times(network, region.demand, supply)

    progress("统计覆盖")
    thresholds = _with_threshold(scenario)
    first = nearest(times.table)
    state = times.demand_access["access_state"]
    demand = region.demand.assign(people=people, access_state=state)
    demand = demand.join(bands(demand, first, thresholds_min=thresholds, access_state=state))
    by_unit = coverage_by_unit(demand, people, first, state, thresholds_min=thresholds)
    whole = coverage_by_unit(demand, people, first, state, thresholds_min=thresholds, unit=None).iloc[0]

    progress("评价规划目标")
    goals = tuple(evaluate_goals(plan, region, times.table, year=year) for plan in plans)
    gaps = [gap_list(result, region, people=people, times=times.table) for result in goals]
    return Evaluation(base, scenario, group, people, supply, network, times, demand, by_unit, whole, goals,
                      pd.concat(gaps, ignore_index=True) if gaps else pd.DataFrame())


def counted_sites(region: Region, scenario: Scenario, year: int | None) -> pd.DataFrame:
    """The region's institutions that the scenario counts."""
    sites = open_sites(region.sites, year)
    sites = sites[sites["service_type"] == scenario.service.type]
    return sites[sites["standardised"].eq(True).fillna(False)] if scenario.service.standardised_only else sites


def _with_threshold(scenario: Scenario) -> tuple[float, ...]:
    """The bands of the tables, with the scenario's own threshold among them."""
    return tuple(sorted({*scenario.travel.thresholds_min, scenario.travel.threshold_min}))
