"""Ask the questions that take more than one plan: a `Problem` in, a `Solved` out.

Phases by year, two tiers of service, several speeds and roads cut, and the curve of coverage.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import accumulate

import pandas as pd

from coverage import siting
from coverage.errors import ScenarioError
from coverage.region import open_sites
from coverage.siting import SitingResult
from coverage.siting.instance import CLOSABLE, EXISTING, REQUIRED
from coverage.study.evaluate import network_for, road_network
from coverage.study.places import PLACE, places_of
from coverage.study.problem import Problem
from coverage.study.solved import Progress, Proof, Solved, options
from coverage.travel import RoadNetwork, travel_times
from coverage.travel.road_edits import close_ways

MIDDLE = "本情景的速度"
SPEEDS = {"slow": "偏慢", "middle": "居中", "fast": "偏快"}


def phased(problem: Problem, progress: Progress | None) -> Solved:
    """Yearly numbers (or money) add up: what a year leaves, a later one may use."""
    phases = problem.question.phase
    by_number = phases[0].p is not None
    limits = list(accumulate(phase.p if by_number else phase.budget_wan for phase in phases))
    found = siting.phased_mclp(*problem.tables, within_min=problem.within_min, years=[phase.year for phase in phases],
                               **{"p" if by_number else "budget": limits}, **options(problem, progress))
    last = found.phases[-1]
    proof = Proof(found.status, found.termination, found.objective, found.bound, found.gap, last.seconds, last.seed)
    return Solved(last, proof, phases=found.opened, phase_results=found.phases)


def two_tiers(problem: Problem, progress: Progress | None) -> Solved:
    evaluation, upper = problem.evaluation, problem.question.upper
    sites = open_sites(evaluation.region.sites, evaluation.year)
    standing = sites[sites["service_type"] == upper.service_type][PLACE].assign(role=EXISTING)
    offered = places_of(evaluation, upper.candidates)
    offered = offered[PLACE].assign(role=offered.get("role", "候选"))
    offered = offered.set_axis(pd.Index("上级-" + offered.index.astype("str"), name="site_id"))
    high = pd.concat([standing, offered])
    points = evaluation.region.demand.loc[problem.demand.index]
    times = travel_times(evaluation.network, points, high, within_min=upper.within_min).table
    referral, near = _referral(problem, high), None
    found = siting.two_tiers(
        problem.tables[0], times, problem.demand, problem.sites, high[["role"]], within_min=problem.within_min,
        upper_within_min=upper.within_min, upper_p=upper.p, referral=referral, **options(problem, progress, "p"))
    if referral is not None:
        near = frozenset(referral["site_id"][referral["upper_id"].isin(found.upper.chosen.index)])
    proof = Proof(found.status, found.termination, found.objective, found.bound, found.gap, found.lower.seconds,
                  found.lower.seed)
    return Solved(found.lower, proof, upper=found.upper, upper_sites=high, referral=referral,
                  referring=near, upper_times=times)


def _referral(problem: Problem, high: pd.DataFrame) -> pd.DataFrame | None:
    """The pairs of a lower and an upper site near enough to refer; None where nothing is asked."""
    if problem.question.upper.refer_min is None:
        return None
    low = problem.candidates[["lon", "lat"]].rename_axis("demand_id")
    table = travel_times(problem.evaluation.network, low, high, within_min=problem.question.upper.refer_min).table
    return table.rename(columns={"demand_id": "site_id", "site_id": "upper_id"})[["site_id", "upper_id"]]


def robust(problem: Problem, progress: Progress | None) -> Solved:
    """The same plan under each speed, and at the scenario's own speed under each loss of a road."""
    times = {MIDDLE: problem.tables[0]}
    for name, network in _networks(problem).items():
        times[name] = problem.asked_of(problem.times_on(network))
    found = siting.robust_mclp(times, problem.demand, problem.sites, within_min=problem.within_min,
                               **options(problem, progress, "p", "budget_wan", "aim"))
    result = found.scenarios[MIDDLE]
    proof = Proof(found.status, found.termination, found.objective, found.bound, found.gap, result.seconds,
                  problem.evaluation.scenario.seed)
    return Solved(result, proof, views=found.scenarios, view_times=times)


def _networks(problem: Problem) -> dict[str, RoadNetwork]:
    evaluation, question = problem.evaluation, problem.question
    scenario, networks = evaluation.scenario, {}
    for variant in question.variants or SPEEDS:
        if variant != scenario.travel.variant:
            travel = scenario.travel.model_copy(update={"variant": variant})
            networks[f"车速{SPEEDS[variant]}"] = network_for(evaluation.base,
                                                          scenario.model_copy(update={"travel": travel}))
    ways = evaluation.base.roads.ways
    for road in question.without_roads or ():
        closed = ways["way_id"][(ways["name"] == road).fillna(False) | (ways["way_id"] == road)]
        if closed.empty:
            raise ScenarioError(f"没有名称或编号为“{road}”的道路", where=question.name, todo="请检查 without_roads")
        roads = close_ways(evaluation.base.roads, list(closed))
        networks[f"{road}中断"] = road_network(roads, scenario.travel, evaluation.base.heights)
    return networks


def frontier(problem: Problem, progress: Progress | None) -> Solved:
    question, began = problem.question, time.monotonic()
    steps = {"p": list(question.steps)} if question.steps else {"budget": list(question.budget_steps_wan)}
    curve = siting.frontier(*problem.tables, within_min=problem.within_min, **steps,
                            **options(problem, progress))
    asked, last = sorted(set(*steps.values())), curve.iloc[-1]
    without = [step for step in asked if step < curve.index[0]]
    whole = len(curve) + len(without) == len(asked)
    proof = Proof(last["status"] if whole else "feasible", last["termination"] if whole else "cancelled",
                  float(last["objective"]), float(last["bound"]), float(last["gap"]),
                  time.monotonic() - began, problem.evaluation.scenario.seed)
    result = fixed(problem, last["chosen"])
    if without:
        result = replace(result, notes=(*result.notes, f"必选的点已超过 {'、'.join(f'{step:g}' for step in without)} 这"
                                                       f"几档，这几档没有方案，从 {curve.index[0]:g} 起算"))
    return Solved(result, proof, curve=curve)


def fixed(problem: Problem, chosen, closed=()) -> SitingResult:
    """The account of a plan already settled: these options, and the institutions that they and `closed` leave open."""
    return account_of(problem, list(chosen), standing_with(problem, chosen, closed))


def account_of(problem: Problem, chosen: list[str], standing: pd.Index, times: pd.DataFrame | None = None,
               ) -> SitingResult:
    """Siting's account of some options beside the institutions that stay; of `times`, or of those that count."""
    times, demand, sites = (problem.asked if times is None else times), problem.demand, problem.sites
    sites = pd.concat([sites.loc[standing].assign(role=EXISTING), sites.loc[chosen].assign(role=REQUIRED)])
    times = times[times["site_id"].isin(sites.index)]
    return siting.mclp(times, demand, sites[["unit", "cost", "role"]], within_min=problem.within_min, p=len(chosen),
                       seed=problem.evaluation.scenario.seed)


def standing_with(problem: Problem, chosen, closed=()) -> pd.Index:
    """The institutions that are left when some options are done: those changed or moved are told by the option."""
    sites = problem.sites
    gone = {*closed, *(sites.loc[list(chosen), "replaces"] if "replaces" in sites else ())}
    here = sites.index[sites["role"].isin([EXISTING, CLOSABLE])]
    return here[~here.isin(gone)]
