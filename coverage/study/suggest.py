"""Ask a siting question on top of an evaluation.

Takes an `Evaluation` and a `Question`; gives a `Suggestion`: siting's result and the sites with their places.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.access import bands, coverage_by_unit
from coverage.errors import ScenarioError
from coverage.goals import qualifying
from coverage.goals.statuses import MET, NO_DATA, UNMET
from coverage.region import Region
from coverage.siting import SitingResult, lscp, mclp, unit_cover
from coverage.study.evaluate import Evaluation
from coverage.study.scenario import Question
from coverage.travel import travel_times

EXISTING = "既有"
APPLIES = (MET, UNMET, NO_DATA)
"""The statuses of townships that a goal's rule applies to."""


@dataclass(frozen=True)
class Suggestion:
    """A question's answer.

    result     siting's answer, existing institutions among its open sites
    demand     the evaluation's demand as it would be with the new sites: site_id, travel_min and band are new
    coverage   the evaluation's coverage as it would be
    new_sites  index site_id, the suggested ones alone: name, township_code, township, lon, lat, basis and siting's
               people_within, people_nearest, people_only, people_added
    """

    question: Question
    within_min: float
    result: SitingResult
    new_sites: pd.DataFrame
    demand: pd.DataFrame
    coverage: pd.DataFrame

    @property
    def notes(self) -> tuple[str, ...]:
        """What else to read with the plan."""
        enough = self.question.p is not None and len(self.new_sites) < self.question.p
        spare = (f"新建 {len(self.new_sites)} 处就够了，再多不会让更多人够得着",) if enough else ()
        return self.result.notes + spare


def suggest(evaluation: Evaluation, question: Question) -> Suggestion:
    """Answer `question`: existing institutions are kept, and the candidates are the region's own or its villages.

    A `unit_cover` question that names a plan's goal takes the goal's own rule: which townships it applies to
    and which institutions count. Raises what the siting model raises, and ScenarioError for a goal that no plan
    of the scenario has or a candidate that bears an institution's number.
    """
    region = evaluation.region
    within = question.within_min or evaluation.scenario.travel.threshold_min
    units, existing = _rule(evaluation, question)
    candidates = candidate_sites(region)
    _no_shared_ids(candidates, existing)
    reach = travel_times(evaluation.network, region.demand, candidates, within_min=within)
    times = pd.concat([evaluation.times_to(existing.index), reach.table], ignore_index=True)
    demand = pd.DataFrame({"weight": evaluation.people, "unit": region.demand["township_code"]})
    sites = pd.concat([_offer(existing).assign(role=EXISTING), _offer(candidates)])
    options = {"within_min": within, "time_limit": question.time_limit_s, "seed": evaluation.scenario.seed}
    if question.model == "mclp":
        result = mclp(times, demand, sites, p=question.p, **options)
    elif question.model == "lscp":
        result = lscp(times, demand, sites, **options)
    else:
        result = unit_cover(times, demand, sites, units=units, **options)
    new_sites = _described(result, candidates, region)
    return Suggestion(question, within, result, new_sites, *_afterwards(evaluation, result))


def _afterwards(evaluation: Evaluation, result: SitingResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Demand and coverage once the plan is built."""
    reached = result.assignment[result.assignment["travel_min"].notna()]
    state, thresholds = evaluation.demand["access_state"], evaluation.scenario.bands_min
    banded = bands(evaluation.demand, reached, thresholds_min=thresholds, access_state=state)
    counted = coverage_by_unit(evaluation.demand, evaluation.people, reached, thresholds_min=thresholds,
                               access_state=state)
    return evaluation.demand.drop(columns=banded.columns).join(banded), counted


def _rule(evaluation: Evaluation, question: Question) -> tuple[list[str], pd.DataFrame]:
    """The townships that must have a site, and the institutions that already count."""
    region = evaluation.region
    if question.goal is None:
        return list(region.townships.index), evaluation.supply
    for judged in evaluation.goals:
        for goal in judged.plan.goals:
            if f"{judged.plan.id}/{goal.id}" == question.goal:
                rows = judged.units[(judged.units["goal_id"] == goal.id) & judged.units["status"].isin(APPLIES)]
                return list(rows["unit_code"]), region.sites.loc[qualifying(goal, region, year=evaluation.year)]
    raise ScenarioError(f"规划里没有目标“{question.goal}”", todo="写法是 规划 id/目标 id，规划文件要列在 plans 里")


def candidate_sites(region: Region) -> pd.DataFrame:
    """The region's candidates; where it has none, every village or demand point is one."""
    if len(region.candidates):
        return region.candidates
    return region.demand[["name", "township_code", "lon", "lat", "basis"]].rename_axis("site_id").assign(role="候选")


def _offer(sites: pd.DataFrame) -> pd.DataFrame:
    columns = {"township_code": "unit", "cost_wan": "cost", "capacity": "capacity", "role": "role"}
    return sites[[name for name in columns if name in sites]].rename(columns=columns)


def _no_shared_ids(candidates: pd.DataFrame, supply: pd.DataFrame) -> None:
    shared = candidates.index.intersection(supply.index)
    if len(shared):
        raise ScenarioError(f"候选点与机构用了相同的编号：{'、'.join(shared[:5])}", todo="请给候选点另编号")


def _described(result: SitingResult, candidates: pd.DataFrame, region: Region) -> pd.DataFrame:
    told = result.new_sites.drop(columns=["role", "unit", "cost"], errors="ignore")
    places = candidates.loc[told.index, ["name", "township_code", "lon", "lat", "basis"]]
    places.insert(2, "township", places["township_code"].map(region.townships["township"]))
    return places.join(told)
