"""Keep what the pages share: the scenario in hand, and each result computed once. All of it belongs to one session.

A session opens one scenario: the file named on the command line, else the bundled sample, else what its planner
opens. The sidebar and the scenarios page edit copies of it; what was computed for a copy is kept beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from coverage.goals import Plan
from coverage.report import map_html, study_workbook
from coverage.study import (
    Base,
    Change,
    Evaluation,
    PlanStudy,
    Question,
    Scenario,
    Suggestion,
    apply_changes,
    evaluate,
    judge_on,
    load_base,
    load_plans,
    load_scenario,
    manifest,
    mend,
    network_for,
    suggest,
)
from coverage.study.changes import on_roads, on_times
from coverage.study.retime import retime
from coverage.study.scenario import Travel
from coverage.travel import RoadNetwork, TravelTimes, travel_times

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "scenarios" / "huining-30min.toml"
Stamps = tuple[tuple[str, int, int], ...]
KEPT = 24
"""Results of each kind that a session keeps: enough for a planner to go back and forth."""


def opened() -> Scenario:
    """The scenario that the session stands on, as its file has it."""
    if "opened" not in st.session_state:
        named = [Path(word) for word in sys.argv[1:] if word.endswith(".toml")]
        st.session_state["opened"] = load_scenario(named[0] if named else SAMPLE)
    return st.session_state["opened"]


def open_scenario(scenario: Scenario) -> None:
    """Stand on `scenario` from now on: whatever the session held of the former one is forgotten."""
    for cached in (_base, _changed, _plans, _network, _travel, _evaluation, _answer, _plan_study, _mending, _map_page):
        cached.clear()
    st.session_state.clear()
    st.session_state["opened"] = scenario


def set_opened(scenario: Scenario) -> None:
    """Go on with a copy of the opened scenario that stands on the same files."""
    st.session_state["opened"] = scenario


def set_scenario(scenario: Scenario) -> None:
    """Make `scenario`, as the sidebar has it, the one that every page shows."""
    st.session_state["scenario"] = scenario


def current_scenario() -> Scenario:
    return st.session_state.get("scenario") or opened()


def current() -> Evaluation:
    """The evaluation of the scenario in hand."""
    return evaluation_of(current_scenario())


def evaluation_of(scenario: Scenario) -> Evaluation:
    """The evaluation of an edited copy of the opened scenario."""
    return _evaluation(scenario, _stamps(opened()))


def base() -> Base:
    return _base(_stamps(opened()))


def changed_base(scenario: Scenario) -> Base:
    """The base with the changes of an edited copy of the opened scenario made. Raises what apply_changes raises."""
    year = None if on_roads(scenario.changes) == scenario.changes else scenario.year  # roads know no year
    return _changed(scenario.changes, year, _stamps(opened()), scenario.title)


def answer(scenario: Scenario, question: Question) -> Suggestion:
    """The answer to a siting question."""
    return _answer(scenario, question, _stamps(opened()))


def plan_study(scenario: Scenario, title: str) -> PlanStudy:
    """The plan of that title judged on the scenario in hand, with remedies and trend."""
    return _plan_study(scenario, title, _stamps(opened()))


def mending(scenario: Scenario, title: str, gap: tuple[str, str, str]) -> pd.DataFrame:
    """The remedies of one gap (goal_id, part, township_code) of the plan of that title."""
    return _mending(scenario, title, gap, _stamps(opened()))


def map_page(scenario: Scenario) -> str:
    """The map of the scenario in hand."""
    return _map_page(scenario, _stamps(opened()))


def workbook(scenario: Scenario) -> Callable[[], bytes]:
    """What writes the workbook once it is asked for, off the page's thread: results are taken from the caches now."""
    evaluation = evaluation_of(scenario)
    return lambda: study_workbook(evaluation, (), manifest(evaluation, []))


def _stamps(scenario: Scenario) -> Stamps:
    """Which files the scenario stands on, with their times and sizes: a file that is changed is read again."""
    named = [getattr(scenario, name) for name in ("project", "points", "institutions", "roads", "candidates", "areas",
                                                   "costs")]
    paths = [inner for path in (*named, *scenario.plans, *scenario.elevation) if path is not None
             for inner in ([*sorted(path.iterdir())] if path.is_dir() else [path])]
    return tuple((str(path), info.st_mtime_ns, info.st_size) for path in paths if path.is_file()
                 for info in [path.stat()])


@st.cache_resource(scope="session", show_spinner="正在读取数据……", max_entries=1)
def _base(stamps: Stamps) -> Base:
    return load_base(opened())


@st.cache_resource(scope="session", show_spinner=False, max_entries=KEPT)
def _changed(changes: tuple[Change, ...], year: int | None, stamps: Stamps, _title: str) -> Base:
    return apply_changes(_base(stamps), opened().model_copy(update={"changes": changes, "year": year,
                                                                    "title": _title}))


@st.cache_resource(scope="session", show_spinner=False, max_entries=1)
def _plans(stamps: Stamps) -> tuple[Plan, ...]:
    return load_plans(opened())


@st.cache_resource(scope="session", show_spinner="正在连成路网……", max_entries=KEPT)
def _network(travel: Travel, changes: tuple[Change, ...], stamps: Stamps) -> RoadNetwork:
    scenario = opened().model_copy(update={"travel": travel, "changes": changes})
    return network_for(changed_base(scenario), scenario)


@st.cache_resource(scope="session", show_spinner="正在计算出行时间……", max_entries=KEPT)
def _travel(travel: Travel, changes: tuple[Change, ...], stamps: Stamps) -> TravelTimes:
    network = _network(travel, on_roads(changes), stamps)
    region = changed_base(opened().model_copy(update={"changes": changes})).region
    if changes and not on_roads(changes):
        return retime(_travel(travel, (), stamps), network, _base(stamps).region, region)
    return travel_times(network, region.demand, region.sites)


@st.cache_resource(scope="session", show_spinner="正在统计……", max_entries=KEPT)
def _evaluation(scenario: Scenario, stamps: Stamps) -> Evaluation:
    way = Travel(**scenario.travel.model_dump(exclude={"threshold_min", "thresholds_min"}))
    return evaluate(changed_base(scenario), scenario, _plans(stamps),
                    network=_network(way, on_roads(scenario.changes), stamps),
                    travel=_travel(way, on_times(scenario.changes), stamps))


@st.cache_resource(scope="session", show_spinner="正在求解……", max_entries=KEPT)
def _answer(scenario: Scenario, question: Question, stamps: Stamps) -> Suggestion:
    return suggest(_evaluation(scenario, stamps), question)


@st.cache_resource(scope="session", show_spinner="正在逐个缺口试算……", max_entries=KEPT)
def _plan_study(scenario: Scenario, title: str, stamps: Stamps) -> PlanStudy:
    evaluation = _evaluation(scenario, stamps)
    return judge_on(evaluation, next(plan for plan in evaluation.plans if plan.title == title))


@st.cache_resource(scope="session", show_spinner=False, max_entries=KEPT)
def _mending(scenario: Scenario, title: str, gap: tuple[str, str, str], stamps: Stamps) -> pd.DataFrame:
    evaluation = _evaluation(scenario, stamps)
    return mend(evaluation, next(judged for judged in evaluation.goals if judged.plan.title == title), only=gap)


@st.cache_resource(scope="session", show_spinner="正在画地图……", max_entries=4)
def _map_page(scenario: Scenario, stamps: Stamps) -> str:
    return map_html(_evaluation(scenario, stamps))
