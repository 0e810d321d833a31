"""Keep what the pages share: the scenario in hand, and each result computed once.

The scenario file comes from the command line (else the bundled sample); the sidebar edits a copy of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

from coverage.goals import Plan
from coverage.report import study_workbook
from coverage.study import (
    Base,
    Evaluation,
    PlanStudy,
    Question,
    Scenario,
    Suggestion,
    evaluate,
    judge_on,
    load_base,
    load_plans,
    load_scenario,
    manifest,
    network_for,
    suggest,
)
from coverage.travel import RoadNetwork

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "scenarios" / "huining-30min.toml"
KEPT = 24
"""Evaluations kept at a time: enough for one planner to go back and forth."""


def opened_scenario() -> Scenario:
    """The scenario that the app was opened with."""
    return _scenario(Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].endswith(".toml") else SAMPLE)


def set_scenario(scenario: Scenario) -> None:
    """Make `scenario`, as the sidebar has it, the one that every page shows."""
    st.session_state["scenario"] = scenario


def current_scenario() -> Scenario:
    return st.session_state.get("scenario") or opened_scenario()


def current() -> Evaluation:
    """The evaluation of the scenario in hand."""
    return _evaluation(current_scenario())


def base() -> Base:
    return _base(opened_scenario())


@st.cache_resource(show_spinner=False)
def _scenario(path: Path) -> Scenario:
    return load_scenario(path)


@st.cache_resource(show_spinner="正在读取数据……")
def _base(opened: Scenario) -> Base:
    return load_base(opened)


@st.cache_resource(show_spinner=False)
def _plans(opened: Scenario) -> tuple[Plan, ...]:
    return load_plans(opened)


@st.cache_resource(show_spinner="正在连成路网……", max_entries=KEPT)
def _network(opened: Scenario, mode: str, variant: str, terrain: str) -> RoadNetwork:
    travel = opened.travel.model_copy(update={"mode": mode, "variant": variant, "terrain": terrain})
    return network_for(_base(opened), opened.model_copy(update={"travel": travel}))


@st.cache_resource(show_spinner="正在计算出行时间……", max_entries=KEPT)
def _evaluation(scenario: Scenario) -> Evaluation:
    opened, travel = opened_scenario(), scenario.travel
    network = _network(opened, travel.mode, travel.variant, travel.terrain)
    return evaluate(_base(opened), scenario, _plans(opened), network=network)


@st.cache_resource(show_spinner="正在求解……", max_entries=KEPT)
def answer(scenario: Scenario, question: Question) -> Suggestion:
    """The answer to a siting question; asked again it comes from memory."""
    return suggest(_evaluation(scenario), question)


@st.cache_resource(show_spinner="正在逐个缺口试算……", max_entries=KEPT)
def plan_study(scenario: Scenario, title: str) -> PlanStudy:
    """The plan of that title judged on the scenario in hand, with remedies and trend."""
    plan = next(plan for plan in _plans(opened_scenario()) if plan.title == title)
    return judge_on(_evaluation(scenario), plan)


@st.cache_data(show_spinner="正在写 Excel……", max_entries=KEPT)
def workbook(scenario: Scenario, question: Question | None = None) -> bytes:
    """The workbook of the scenario in hand, with a siting answer where one is given."""
    evaluation = _evaluation(scenario)
    suggestions = (answer(scenario, question),) if question else ()
    return study_workbook(evaluation, suggestions, manifest(evaluation, list(suggestions)))
