"""Hold what siting answered to a question, with its proof, and hand siting the question's own settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from coverage.siting import SitingResult
from coverage.study.problem import Problem

Progress = Callable[[float, float], bool]
"""Called now and then with the best value and the bound; True stops the run with the best so far."""

SITING_NAMES = {"budget_wan": "budget", "yearly_budget_wan": "yearly_budget",
                "wan_per_person_min": "cost_per_person_min"}


@dataclass(frozen=True)
class Proof:
    """How good the answer is: siting's status and termination, the value, the proven bound, the gap between them."""

    status: str
    termination: str
    objective: float
    bound: float
    gap: float
    seconds: float
    seed: int


@dataclass(frozen=True)
class Solved:
    """What siting answered.

    result   one plan with its account (of phases the last, of two tiers the lower, of scenarios the middle one,
             of a curve its last point)
    proof    of the question as a whole
    phases   index site_id: phase; phase_results: a result a phase
    views    a result by scenario name
    upper    the upper tier's result, and upper_sites: name, township_code, lon, lat, basis by site_id
    curve    siting.frontier's table
    targets  of several goals, a row a goal: title, unit, priority, needed, reached, short, met
    view_times  of scenarios, the times of each by its name
    referral, referring   of two tiers that refer, the pairs near enough (site_id, upper_id), and the lower sites of
             those whose upper one is open; upper_times: from every demand point to the upper sites
    of_curve whether the plan is a point of a curve, which tells what more would bring
    """

    result: SitingResult
    proof: Proof
    phases: pd.DataFrame | None = None
    phase_results: tuple[SitingResult, ...] = ()
    views: dict[str, SitingResult] | None = None
    upper: SitingResult | None = None
    upper_sites: pd.DataFrame | None = None
    curve: pd.DataFrame | None = None
    targets: pd.DataFrame | None = None
    view_times: dict[str, pd.DataFrame] | None = None
    referral: pd.DataFrame | None = None
    referring: frozenset[str] | None = None
    upper_times: pd.DataFrame | None = None
    of_curve: bool = False


def options(problem: Problem, progress: Progress | None, *names: str) -> dict:
    """The settings that the question gives, under siting's names, and what every model takes."""
    question = problem.question
    given = {SITING_NAMES.get(name, name): value for name in names if (value := getattr(question, name)) is not None}
    return given | {"time_limit": question.time_limit_s, "seed": problem.evaluation.scenario.seed,
                    "progress": progress}


def one_plan(result: SitingResult) -> Solved:
    return Solved(result, Proof(result.status, result.termination, result.objective, result.bound, result.gap,
                                result.seconds, result.seed))
