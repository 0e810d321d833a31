"""Open a project or a scenario in the session, with the plans that fit its place."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from coverage.errors import CoverageError, ProjectError
from coverage.goals import Plan
from coverage.intake import Project
from coverage.study import Scenario, load_scenario, read_plan
from coverage.ui.recent import Opened, remember
from coverage.ui.session_files import is_local, keep_project
from coverage.ui.state import ROOT, SAMPLE, base, open_scenario, opened

PLANS = ROOT / "scenarios" / "plans"


@st.cache_data(show_spinner=False)
def bundled_plans() -> dict[Path, Plan]:
    """The plans that come with the program, by file."""
    return {path: read_plan(path) for path in sorted(PLANS.glob("*.toml"))}


def fitting_plans(county_code: str) -> list[Path]:
    """The bundled plans of the country, the province, the city and the county, the widest first."""
    fits = [(len(plan.area_code), path) for path, plan in bundled_plans().items()
            if county_code.startswith(plan.area_code)]
    return [path for _, path in sorted(fits)]


def open_sample() -> None:
    _open(load_scenario(SAMPLE))


def open_path(path: Path) -> None:
    """Open a project folder, a .gpkg or a scenario file. Raises CoverageError, and then nothing has changed."""
    if path.suffix.lower() == ".toml" and path.name != "project.toml":
        scenario = load_scenario(path)
    else:
        place = path.parent if path.name == "project.toml" else path
        if not place.exists():
            raise ProjectError("没有这个文件夹或文件", where=str(path), todo="检查路径，可从资源管理器的地址栏复制")
        scenario = Scenario(title=place.stem, project=place.resolve())
    _open(scenario)
    if is_local():
        remember(Opened(str(path.resolve()), opened().title))


def open_draft(project: Project, plans: tuple[Path, ...], *, former: Scenario | None,
               place: Path | None = None) -> None:
    """Open a project that was put together here: from `place` where it was saved, else kept for the session.

    `former` is the scenario whose files were changed: its service and way of travel stay.
    """
    new = {"title": project.title, "project": place or keep_project(project), "plans": plans, "year": project.year}
    single = dict.fromkeys(("points", "institutions", "roads", "roads_place", "candidates", "areas"))
    single |= {"elevation": (), "elevation_source": ""}
    open_scenario(Scenario(**new) if former is None else former.model_copy(update=single | new))
    if place is not None:
        remember(Opened(str(place), project.title))


def _open(scenario: Scenario) -> None:
    former = st.session_state.get("opened")  # None where the program was started on a file that can't be read
    open_scenario(scenario)
    try:
        project = base().project
    except CoverageError:
        if former is not None:
            open_scenario(former)
        raise
    if scenario.project is not None and not scenario.plans:  # a project says nothing of plans
        open_scenario(scenario.model_copy(update={
            "title": project.title, "plans": tuple(fitting_plans(project.county_code))}))
