"""Gather what a siting question is solved on: an evaluation and a question in, siting's three tables out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from coverage.goals.units import unit_of, unit_of_demand
from coverage.siting.instance import CLOSABLE, EXISTING
from coverage.study.candidates import candidate_sites
from coverage.study.evaluate import Evaluation
from coverage.study.outreach import hosts_of, is_service
from coverage.study.question import Question
from coverage.study.question_parts import EXPAND, HOST, MOVE
from coverage.study.rule import Rule, goal_rule, goals_rule, longest_min, service_rule
from coverage.study.ways import closable
from coverage.study.wishes import Wish, wishes
from coverage.travel import RoadNetwork, travel_times

FARTHEST = ("p_median", "p_center", "p_tail", "capacitated_p_median", "cflp")
"""Models in which everyone goes somewhere, however far."""

MORE_MINUTES = 5.0
"""What a limit of time is eased by, to see what that would bring (示意)."""

FEW_PAIRS = 4_000_000
"""Up to so many pairs of demand and candidate, times beyond every limit are computed too, so that far can be
told from not connected."""


@dataclass(frozen=True)
class Problem:
    """A question laid out for siting.

    within_min  the limit that the question is asked with
    rule        which institutions count already, and whom the question is about
    candidates  the options, as coverage/study/ways.py lays them out
    times       demand_id, site_id, travel_min: from every demand point to existing institutions and to options
    demand      index demand_id: weight (people), unit, of those whom the question is about
    sites       index site_id: unit, cost (万元; with the question's `years`, those of running it too), capacity, role
                and, where the question speaks of them, yearly_cost, replaces, place, needs, min_people,
                earliest_year; existing institutions have the role 既有 or 可关
    wishes      what several goals ask for; `account`: the ids that the account of people counts (None = all)
    coded       `asked` with its ids as categories, which siting looks up once each
    """

    evaluation: Evaluation
    question: Question
    within_min: float
    rule: Rule
    candidates: pd.DataFrame
    times: pd.DataFrame
    demand: pd.DataFrame
    sites: pd.DataFrame
    wishes: tuple[Wish, ...] = ()
    account: pd.Index | None = None
    coded: pd.DataFrame | None = None

    @property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """What siting takes: times of those whom the question is about (ids as categories), demand, sites."""
        return self.coded, self.demand, self.sites

    @property
    def asked(self) -> pd.DataFrame:
        """Times that the account counts, of those whom the question is about."""
        return self.asked_of(self.counted)

    @property
    def counted(self) -> pd.DataFrame:
        """Times to the sites that the account counts."""
        return self.times if self.account is None else self.times[self.times["site_id"].isin(self.account)]

    def asked_of(self, times: pd.DataFrame) -> pd.DataFrame:
        """The rows of those whom the question is about."""
        if len(self.demand) == len(self.evaluation.region.demand):
            return times
        return times[times["demand_id"].isin(self.demand.index)]

    @property
    def existing(self) -> pd.DataFrame:
        """The institutions that count already, as the region has them."""
        return self.evaluation.region.sites.loc[self.sites.index[self.sites["role"].isin([EXISTING, CLOSABLE])]]

    def times_on(self, network: RoadNetwork) -> pd.DataFrame:
        """The same table on another network: another speed, or without some roads."""
        places = pd.concat([self.existing[["lon", "lat"]], self.candidates[["lon", "lat"]]])
        return times_to(self.evaluation, network, places,
                        _limit(self.question, self.evaluation, places, self.within_min))


def pose(evaluation: Evaluation, question: Question) -> Problem:
    """Lay `question` out on `evaluation`. Raises what candidates and goals raise (ScenarioError)."""
    rule = rule_of(evaluation, question)
    options = candidate_sites(evaluation, question, rule)
    within = _within(question, evaluation, rule)
    reach = _reach(evaluation, question, options, within)
    asked, account, existing = (), None, rule.existing
    if question.goals is not None:
        service = rule.existing.union(options.index[_of_service(options, evaluation)])
        asked = tuple(wishes(evaluation, question, options, reach, within_min=within, service=service))
        known = {site_id for wish in asked for site_id in wish.sites} | set(options.get("host", ()))
        known &= set(evaluation.region.sites.index)
        existing = existing.union(pd.Index(sorted(known), dtype=existing.dtype))
        account = service if len(rule.kinds) > 1 or len(existing) > len(rule.existing) else None
    options = options[~options["way"].isin([EXPAND, MOVE]) | options["of"].isin(existing)]
    reach = reach[reach["site_id"].isin(options.index)]
    times = pd.concat([evaluation.times_to(existing), reach], ignore_index=True)
    unit = unit_of_demand(evaluation.region.demand.loc[rule.people.index], rule.level)
    demand = pd.DataFrame({"weight": rule.people, "unit": unit})
    sites = pd.concat([_standing(evaluation, question, rule, existing), _offer(options, question, rule, existing)])
    problem = Problem(evaluation, question, within, rule, options, times, demand, sites, asked, account)
    ids = ["demand_id", "site_id"]
    return replace(problem, coded=problem.asked[[*ids, "travel_min"]].astype(dict.fromkeys(ids, "category")))


def _reach(evaluation: Evaluation, question: Question, options: pd.DataFrame, within_min: float) -> pd.DataFrame:
    """Times to the options that are institutions: nobody travels to an outreach day or a shuttle."""
    places = options[~is_service(options)]
    return times_to(evaluation, evaluation.network, places, _limit(question, evaluation, places, within_min))


def rule_of(evaluation: Evaluation, question: Question) -> Rule:
    """What must hold and what counts: the goal's rule, that of several, or simply the scenario's service."""
    if question.goals is not None:
        return goals_rule(evaluation, question.goals)
    return goal_rule(evaluation, question.goal) if question.goal else service_rule(evaluation)


def times_to(evaluation: Evaluation, network: RoadNetwork, places: pd.DataFrame, limit: float | None) -> pd.DataFrame:
    """Times from every demand point to each place (index site_id; lon, lat): those at one spot are computed once."""
    spot = places.groupby(["lon", "lat"], sort=False).ngroup()
    first = ~spot.duplicated()
    if first.all():
        return travel_times(network, evaluation.region.demand, places, within_min=limit).table
    table = travel_times(network, evaluation.region.demand, places[first], within_min=limit).table
    same = pd.DataFrame({"first": spot.map(dict(zip(spot[first], spot.index[first], strict=True))),
                         "site_id": spot.index})
    table = table.rename(columns={"site_id": "first"}).merge(same, on="first").drop(columns="first")
    return table.sort_values(["demand_id", "site_id"], ignore_index=True)


def _within(question: Question, evaluation: Evaluation, rule: Rule) -> float:
    if question.level is not None:
        return max(level.within_min for level in question.level)
    return question.within_min or rule.within_min or evaluation.scenario.travel.threshold_min


def _limit(question: Question, evaluation: Evaluation, sites: pd.DataFrame, within_min: float) -> float | None:
    """How far times are computed: past every limit, by as much as it may be eased by; None = however far."""
    if question.model in FARTHEST or len(evaluation.region.demand) * len(sites) <= FEW_PAIRS:
        return None
    levels = [level.within_min for level in question.level or ()]
    return max(*evaluation.scenario.bands_min, within_min, *levels,
               longest_min(evaluation, question.goals or ())) + MORE_MINUTES


def _of_service(options: pd.DataFrame, evaluation: Evaluation) -> pd.Series:
    """Which options would be of the scenario's own service."""
    service = evaluation.scenario.service
    right = options["service_type"] == service.type
    return right & options["standardised"].eq(True).fillna(False) if service.standardised_only else right


def _standing(evaluation: Evaluation, question: Question, rule: Rule, existing: pd.Index) -> pd.DataFrame:
    """The institutions that count already; those that may be closed with what keeping them costs."""
    here = evaluation.region.sites.loc[existing]
    shut = closable(evaluation, question, existing)
    table = _common(here.assign(role=[CLOSABLE if name in shut else EXISTING for name in existing], cost_wan=np.nan),
                    rule)
    if question.yearly_budget_wan is not None:
        table["yearly_cost"] = [wan if (wan := shut.get(name)) is not None else question.running_wan or 0.0
                                for name in existing]
    return table


def _offer(options: pd.DataFrame, question: Question, rule: Rule, existing: pd.Index) -> pd.DataFrame:
    """The options as siting takes them. One that changes an institution which counts stands in for it."""
    table = _common(options, rule)
    yearly = options["yearly_cost_wan"].astype("float64").fillna(question.running_wan or 0.0)
    if question.yearly_budget_wan is not None:
        table["yearly_cost"] = yearly
    if question.years is not None:
        table["cost"] += question.years * yearly
    if options["of"].ne("").any():
        counts = options["of"].isin(existing) & options["way"].ne(HOST)
        table["replaces"] = options["of"].where(counts, "")
        table["place"] = options["of"].where(~counts & options["way"].ne(HOST), "")
    if "host" in options:
        table["needs"] = hosts_of(options, existing).map("|".join).reindex(options.index).fillna("")
    for name in ("min_people", "earliest_year"):
        if options[name].notna().any():
            table[name] = options[name].astype("Float64")
    return table


def _common(sites: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    return pd.DataFrame({
        "unit": unit_of(sites["township_code"], rule.level), "cost": sites["cost_wan"].astype("float64"),
        "capacity": sites["capacity"].astype("Float64"), "role": sites["role"].astype("object")})
