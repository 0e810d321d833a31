"""Open the files that a scenario names.

Takes a `Scenario`; gives its `Base` (project, region, roads) and its plans.
"""

from __future__ import annotations

from pathlib import Path

from coverage.errors import PlanError, ProjectError
from coverage.goals import Plan, load_plan
from coverage.intake import Project, Roads, fetch_roads, read_files, read_project, read_roads
from coverage.region import Region, build_region
from coverage.study.evaluate import Base
from coverage.study.scenario import Scenario

BOUNDARY = "边界"


def load_base(scenario: Scenario) -> Base:
    """Read the project, or the single files, and the roads.

    Raises what intake raises, ProjectError where there are no roads, OfflineError where they must be fetched.
    """
    project = read_project(scenario.project) if scenario.project else _single_files(scenario)
    region = build_region(project)
    return Base(project, region, _roads(scenario, project, region))


def _roads(scenario: Scenario, project: Project, region: Region) -> Roads:
    if scenario.roads_place == BOUNDARY:
        return fetch_roads(region.areas.union_all())
    if scenario.roads_place:
        return fetch_roads(scenario.roads_place)
    if project.roads_path is None:
        raise ProjectError("项目里没有道路", where=project.title, todo="请放入道路文件（.osm.pbf 或道路图层）")
    return read_roads(project.roads_path)


def _single_files(scenario: Scenario) -> Project:
    kinds = ("points", "institutions", "candidates", "areas", "roads")
    paths = {kind: path for kind in kinds if (path := getattr(scenario, kind)) is not None}
    return read_files(paths, title=scenario.title, year=scenario.year)


def load_plans(scenario: Scenario) -> tuple[Plan, ...]:
    """Read the scenario's plan files. Raises PlanError with every mistake of the first bad one."""
    return tuple(read_plan(path) for path in scenario.plans)


def read_plan(path: Path) -> Plan:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlanError("读不到规划文件", where=str(path), todo="请检查文件名") from error
    except UnicodeDecodeError as error:
        raise PlanError("不是 UTF-8 文本", where=str(path), todo="请用记事本另存为 UTF-8") from error
    return load_plan(text, where=path.name)
