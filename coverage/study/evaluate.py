"""Evaluate a scenario: who reaches which institution, in how many minutes, and which goals hold.

Takes a `Base` (a region and its roads) and a `Scenario`; gives an `Evaluation`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from coverage.access import Allocation, allocate, bands, coverage_by_unit, nearest
from coverage.errors import ScenarioError
from coverage.goals import GoalsResult, Plan, Records, gap_list, modes_of
from coverage.goals import evaluate as evaluate_goals
from coverage.intake import Roads
from coverage.intake.elevation import Elevation
from coverage.region import ALL_DISABLED, ALL_RESIDENTS, SERVICE_TARGET, Region, open_sites, weigh
from coverage.study.apply import apply_changes
from coverage.study.exemptions import let_off
from coverage.study.load import Base
from coverage.study.registers import planned_services, read_records
from coverage.study.scenario import Scenario, Travel
from coverage.travel import RoadNetwork, TravelTimes, build_network, travel_times

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Evaluation:
    """A scenario's answer.

    people    who counts, a count by demand_id
    supply    the institutions that count: of the service's type, open in the year, standardised where asked
    travel    door-to-door times from every demand point to every institution of the region
    demand    index demand_id: the region's columns and people, snap_m, access_state, site_id, travel_min, band
    coverage  index township_code: people, within_{t}_min, beyond, not_connected, share_{t}_min, mean_min, p90_min
    whole     the same for the whole region, one row
    plans     what to judge it by: `goals` and `gaps` do so when first asked
    """

    base: Base
    scenario: Scenario
    group: str
    people: pd.Series
    supply: pd.DataFrame
    network: RoadNetwork
    travel: TravelTimes
    demand: pd.DataFrame
    coverage: pd.DataFrame
    whole: pd.Series
    plans: tuple[Plan, ...]

    @property
    def region(self) -> Region:
        return self.base.region

    @property
    def year(self) -> int | None:
        return self.scenario.year or self.region.year

    @property
    def service(self) -> str:
        """The service in words, with what it must be to count."""
        service = self.scenario.service
        return f"规范化的{service.type}" if service.standardised_only else service.type

    @property
    def left_out(self) -> int:
        """People of the counted kind in rows that intake refused: in the user's files, in none of the figures."""
        intakes = self.base.project.intakes
        kind = "points" if "points" in intakes else "villages" if self.group == ALL_RESIDENTS else "people"
        return intakes[kind].left_out if kind in intakes else 0

    @property
    def planned_services(self) -> pd.Series:
        """The villages that the scenario's changes serve without an institution, and how, by demand_id."""
        return planned_services(self.base.project.tables, self.year)

    def times_to(self, site_ids: pd.Index) -> pd.DataFrame:
        """The travel-time table to some institutions: demand_id, site_id, travel_min, access_min, egress_min."""
        table = self.travel.table
        return table[table["site_id"].isin(site_ids)].reset_index(drop=True)

    @cached_property
    def goals(self) -> tuple[GoalsResult, ...]:
        """One result for each plan."""
        return tuple(evaluate_goals(plan, self.region, self.travel.table, year=self.year,
                                    records=self.records_for(plan), times_by_mode=self.times_by_mode(plan),
                                    past=not self.base.changes) for plan in self.plans)

    def records_for(self, plan: Plan) -> Records:
        """The project's registers, with the exemptions that the scenario grants from this plan's goals."""
        return let_off(read_records(self.base.project.tables), self.scenario.exemptions, plan.id)

    @cached_property
    def gaps(self) -> tuple[pd.DataFrame, ...]:
        """One gap list for each plan: a row for each township and unmet goal."""
        return tuple(gap_list(result, self.region, self.travel.table) for result in self.goals)

    def times_by_mode(self, plan: Plan) -> dict[str, pd.DataFrame]:
        """Travel times by each mode that the plan's goals name, in the scenario's variant and terrain."""
        return {mode: self._times_by(mode) for mode in modes_of(plan)}

    def _times_by(self, mode: str) -> pd.DataFrame:
        if mode == self.scenario.travel.mode:
            return self.travel.table
        travel = self.scenario.travel.model_copy(update={"mode": mode})
        network = network_for(self.base, self.scenario.model_copy(update={"travel": travel}))
        return travel_times(network, self.region.demand, self.region.sites).table

    @cached_property
    def allocation(self) -> Allocation:
        """Who finds a place within the threshold, who finds it full, who can't get there: everyone, exactly."""
        return allocate(self.region.demand, self.people, self.travel.table, self.supply["capacity"],
                        within_min=self.scenario.travel.threshold_min, access_state=self.demand["access_state"])

    @cached_property
    def shares(self) -> dict[str, Allocation]:
        """The places of each service type open in the year, shared out among those whom it is meant for."""
        region, found = self.region, {}
        everyone = weigh(region.demand, region.people, group=ALL_DISABLED, service_type="")
        for kind, sites in self.open_by_type.items():
            meant = weigh(region.demand, region.people, group=SERVICE_TARGET, service_type=kind)
            found[kind] = allocate(region.demand, meant, self.travel.table, sites["capacity"],
                                   within_min=self.scenario.travel.threshold_min,
                                   access_state=self.demand["access_state"], excluded=everyone - meant)
        return found

    @cached_property
    def open_by_type(self) -> dict[str, pd.DataFrame]:
        """Every institution open in the year, by service type, in the column dictionary's order."""
        sites = open_sites(self.region.sites, self.year)
        return {kind: rows for kind, rows in sites.groupby("service_type", sort=False)}


def evaluate(base: Base, scenario: Scenario, plans: tuple[Plan, ...] = (), *,
             network: RoadNetwork | None = None, travel: TravelTimes | None = None,
             progress: Progress = lambda step: None) -> Evaluation:
    """Evaluate `scenario` on `base`; the network and the times of its mode, changes made, may be handed in."""
    base = apply_changes(base, scenario)
    region = base.region
    year = scenario.year or region.year
    group = scenario.service.people or (ALL_DISABLED if len(region.people) else ALL_RESIDENTS)
    people = weigh(region.demand, region.people, group=group, service_type=scenario.service.type)
    if not people.sum():
        raise ScenarioError(f"“{group}”没有人数", todo="请检查残疾人表，或换一个统计人群")
    supply = counted_sites(region, scenario, year)

    progress("道路成网")
    network = network or network_for(base, scenario)
    progress("计算出行时间")
    travel = travel or travel_times(network, region.demand, region.sites)

    progress("统计覆盖")
    thresholds = scenario.bands_min
    first = nearest(travel.table[travel.table["site_id"].isin(supply.index)])
    state = travel.demand_access["access_state"]
    demand = region.demand.assign(people=people).join(travel.demand_access[["snap_m", "access_state"]])
    demand = demand.join(bands(demand, first, thresholds_min=thresholds, access_state=state))
    counts = {"thresholds_min": thresholds, "access_state": state}
    by_unit = coverage_by_unit(demand, people, first, **counts)
    whole = coverage_by_unit(demand, people, first, unit=None, **counts).iloc[0]

    return Evaluation(base, scenario, group, people, supply, network, travel, demand, by_unit, whole, plans)


def network_for(base: Base, scenario: Scenario) -> RoadNetwork:
    """The road graph of the scenario's roads, for the way that it travels."""
    return road_network(apply_changes(base, scenario).roads, scenario.travel, base.heights)


def road_network(roads: Roads, travel: Travel, heights: Elevation | None = None) -> RoadNetwork:
    """The graph of some roads for one mode, variant, terrain, treatment of unknown fitness and table of speeds; by
    the slopes of `heights`, where the mode minds them."""
    return build_network(roads, mode=travel.mode, variant=travel.variant, terrain=travel.terrain,
                         unknown=travel.unknown, speeds=travel.speed_table(), heights=heights)


def counted_sites(region: Region, scenario: Scenario, year: int | None) -> pd.DataFrame:
    """The region's institutions that the scenario counts."""
    sites = open_sites(region.sites, year)
    sites = sites[sites["service_type"] == scenario.service.type]
    return sites[sites["standardised"].eq(True).fillna(False)] if scenario.service.standardised_only else sites
