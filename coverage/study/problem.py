"""Gather what a siting question is solved on: an evaluation and a question in, siting's three tables out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.goals.units import unit_of, unit_of_demand
from coverage.siting.instance import EXISTING
from coverage.study.candidates import candidate_sites
from coverage.study.evaluate import Evaluation
from coverage.study.question import Question
from coverage.study.rule import Rule, goal_rule, service_rule
from coverage.travel import RoadNetwork, travel_times

FARTHEST = ("p_median", "p_center", "p_tail", "capacitated_p_median", "cflp")
"""Models in which everyone goes somewhere, however far."""

FEW_PAIRS = 4_000_000
"""Up to so many pairs of demand and candidate, times beyond every limit are computed too, so that far can be
told from not connected."""


@dataclass(frozen=True)
class Problem:
    """A question laid out for siting.

    within_min  the limit that the question is asked with
    rule        which institutions count already, and whom the question is about
    candidates  as coverage/study/candidates.py gives them
    times       demand_id, site_id, travel_min: from every demand point to existing institutions and to candidates
    demand      index demand_id: weight (people), unit, of those whom the question is about
    sites       index site_id: unit, cost (万元), capacity, role; existing institutions have the role 既有
    """

    evaluation: Evaluation
    question: Question
    within_min: float
    rule: Rule
    candidates: pd.DataFrame
    times: pd.DataFrame
    demand: pd.DataFrame
    sites: pd.DataFrame

    @property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """What siting takes: times of those whom the question is about, demand, sites."""
        return self.asked_of(self.times), self.demand, self.sites

    def asked_of(self, times: pd.DataFrame) -> pd.DataFrame:
        """The rows of those whom the question is about."""
        if len(self.demand) == len(self.evaluation.region.demand):
            return times
        return times[times["demand_id"].isin(self.demand.index)]

    @property
    def existing(self) -> pd.DataFrame:
        """The institutions that count already, as the region has them."""
        return self.evaluation.region.sites.loc[self.rule.existing]

    def times_on(self, network: RoadNetwork) -> pd.DataFrame:
        """The same table on another network: another speed, or without some roads."""
        places = pd.concat([self.existing[["lon", "lat"]], self.candidates[["lon", "lat"]]])
        limit = _limit(self.question, self.evaluation, places)
        return travel_times(network, self.evaluation.region.demand, places, within_min=limit).table


def pose(evaluation: Evaluation, question: Question) -> Problem:
    """Lay `question` out on `evaluation`. Raises what candidates and goals raise (ScenarioError)."""
    rule = rule_of(evaluation, question)
    region = evaluation.region
    candidates = candidate_sites(evaluation, question, rule)
    unit = unit_of_demand(region.demand.loc[rule.people.index], rule.level)
    demand = pd.DataFrame({"weight": rule.people, "unit": unit})
    limit = _limit(question, evaluation, candidates)
    reach = travel_times(evaluation.network, region.demand, candidates, within_min=limit).table
    times = pd.concat([evaluation.times_to(rule.existing), reach], ignore_index=True)
    existing = region.sites.loc[rule.existing].assign(role=EXISTING, cost_wan=np.nan)
    sites = pd.concat([_offer(existing, rule.level), _offer(candidates, rule.level)])
    return Problem(evaluation, question, _within(question, evaluation, rule), rule, candidates, times, demand, sites)


def rule_of(evaluation: Evaluation, question: Question) -> Rule:
    """What must hold and what counts: the goal's rule, or simply the scenario's service."""
    return goal_rule(evaluation, question.goal) if question.goal else service_rule(evaluation)


def _within(question: Question, evaluation: Evaluation, rule: Rule) -> float:
    if question.level is not None:
        return max(level.within_min for level in question.level)
    return question.within_min or rule.within_min or evaluation.scenario.travel.threshold_min


def _limit(question: Question, evaluation: Evaluation, sites: pd.DataFrame) -> float | None:
    if question.model in FARTHEST or len(evaluation.region.demand) * len(sites) <= FEW_PAIRS:
        return None
    levels = [level.within_min for level in question.level or ()]
    return max(*evaluation.scenario.bands_min, question.within_min or 0, *levels)


def _offer(sites: pd.DataFrame, level: str) -> pd.DataFrame:
    return pd.DataFrame({
        "unit": unit_of(sites["township_code"], level), "cost": sites["cost_wan"].astype("float64"),
        "capacity": sites["capacity"].astype("Float64"), "role": sites["role"].astype("object")})
