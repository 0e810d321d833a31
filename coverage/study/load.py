"""Open the files that a scenario names.

Takes a `Scenario`; gives its `Base` (project, region, roads) and its plans.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from coverage import intake
from coverage.errors import PlanError, ProjectError
from coverage.goals import Plan, inherit, load_plan
from coverage.intake import Project, Roads, read_elevation, read_files, read_project, read_roads
from coverage.intake.elevation import Elevation
from coverage.intake.manifest import ELEVATION, ReadAs
from coverage.intake.project import file_sha256
from coverage.region import Region, build_region
from coverage.study.changes import Change
from coverage.study.scenario import Scenario

BOUNDARY = "边界"


@dataclass(frozen=True)
class Base:
    """What a scenario stands on and edits: the project as read, its region and its roads.

    `changes` are those made to it already, and `given` is the base without them (None where there are none).
    `heights` are those under its roads, where there are any.
    """

    project: Project
    region: Region
    roads: Roads
    changes: tuple[Change, ...] = ()
    given: Base | None = None
    heights: Elevation | None = None

    @property
    def unchanged(self) -> Base:
        """The base as read, without a scenario's changes."""
        return self.given or self


def load_base(scenario: Scenario) -> Base:
    """Read the project, or the single files, the roads and the heights under them.

    Raises what intake raises, ProjectError where there are no roads, OfflineError where they must be fetched,
    LayerError where heights are given and all of another place.
    """
    project = read_project(scenario.project) if scenario.project else _single_files(scenario)
    project = _with_heights_of(scenario, project)
    region = build_region(project)
    roads = _roads(scenario, project, region)
    return Base(project, region, roads, heights=heights_under(roads, project))


def heights_under(roads: Roads, project: Project) -> Elevation | None:
    """The project's heights under its roads. Raises LayerError where there are heights, but none there."""
    if not project.elevation_paths:
        return None
    heights = read_elevation(*project.elevation_paths, source=project.elevation_source)
    return heights.under(roads.node_lon, roads.node_lat)


def _with_heights_of(scenario: Scenario, project: Project) -> Project:
    """The project with the scenario's own heights, where it names any."""
    if not scenario.elevation:
        return project
    said = {ELEVATION: ReadAs(source=scenario.elevation_source or None)}
    return replace(project, elevation_paths=scenario.elevation, choices={**project.choices, **said},
                   files=project.files | {path.name: file_sha256(path) for path in scenario.elevation})


def _roads(scenario: Scenario, project: Project, region: Region) -> Roads:
    if scenario.roads_place:
        place = region.areas.union_all() if scenario.roads_place == BOUNDARY else scenario.roads_place
        return intake.fetch_roads(place)  # named here alone: it loads osmnx, which takes seconds
    if project.roads_path is None:
        raise ProjectError("项目里没有道路", where=project.title, todo="请放入道路文件（.osm.pbf 或道路图层）")
    return read_roads(project.roads_path, **project.road_choices)


def _single_files(scenario: Scenario) -> Project:
    kinds = ("points", "institutions", "candidates", "areas", "roads")
    paths = {kind: path for kind in kinds if (path := getattr(scenario, kind)) is not None}
    return read_files(paths, title=scenario.title, year=scenario.year)


def load_plans(scenario: Scenario) -> tuple[Plan, ...]:
    """Read the scenario's plans with what they inherit. Raises PlanError with every mistake of the first bad one."""
    return tuple(inherited(path) for path in scenario.plans)


def inherited(path: Path, *, whole: bool = False) -> Plan:
    """Read a plan with what it inherits from the plans above, looked for beside it in its folder."""
    plan = read_plan(path)
    above: dict[str, Plan] = {}
    wanted = [*plan.above, *(goal.inherits.partition("/")[0] for goal in plan.goals if goal.inherits)]
    while wanted:
        name = wanted.pop(0)
        upper = path.parent / f"{name}.toml"
        if name in above or name == plan.id or not upper.is_file():
            continue
        above[name] = read_plan(upper)
        wanted += above[name].above
    return inherit(plan, above, whole=whole)


def read_plan(path: Path) -> Plan:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PlanError("读不到规划文件", where=str(path), todo="请检查文件名") from error
    except UnicodeDecodeError as error:
        raise PlanError("不是 UTF-8 文本", where=str(path), todo="请用记事本另存为 UTF-8") from error
    return load_plan(text, where=path.name)
