"""Read a scenario file: which region, which service, how people travel, what to judge and what to site.

Takes a TOML file; gives a `Scenario`. Every mistake in the file is reported at once.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field, ValidationError, model_validator

from coverage.errors import ScenarioError
from coverage.region import GROUPS
from coverage.settings import DEFAULT_THRESHOLD_MIN, SEED, THRESHOLDS_MIN
from coverage.study.changes import Change, Population, ServiceType
from coverage.study.exemptions import Exemption
from coverage.study.question import Question
from coverage.study.strict import Strict, mistakes
from coverage.travel import edited_speeds

Group = Literal[GROUPS]


class Service(Strict):
    """Which institutions count, and whom the study counts (None: certificate holders where known, else residents)."""

    type: ServiceType = "残疾人之家"
    standardised_only: bool = False
    people: Group | None = None


class Speed(Strict):
    """A speed of the planner's own: km/h of one mode on one class of road; 0 = not allowed there."""

    mode: str = "car"
    road_class: str
    kmh: float


class Travel(Strict):
    """How people travel, and the bands of minutes that results are told in.

    `unknown` says how wheelchairs treat roads whose fitness nobody has noted; `speeds` go before the packaged ones.
    """

    mode: str = "car"
    variant: Literal["slow", "middle", "fast"] = "middle"
    terrain: Literal["平原", "丘陵", "山区"] = "丘陵"
    unknown: Literal["open", "slow", "closed"] = "slow"
    speeds: tuple[Speed, ...] = ()
    threshold_min: float = Field(DEFAULT_THRESHOLD_MIN, gt=0, le=600)
    thresholds_min: tuple[float, ...] = Field(THRESHOLDS_MIN, min_length=1)

    @model_validator(mode="after")
    def _rising(self):
        if list(self.thresholds_min) != sorted(set(self.thresholds_min)) or self.thresholds_min[0] <= 0:
            raise ValueError("thresholds_min 应为由小到大、互不相同的正数")
        self.speed_table()
        return self

    def speed_table(self) -> pd.DataFrame | None:
        """The packaged speeds with the planner's own; None where there are none of these. Raises InputError."""
        if not self.speeds:
            return None
        return edited_speeds((one.mode, one.road_class, one.kmh) for one in self.speeds)


class Scenario(Strict):
    """A scenario as its file says it; paths are absolute once loaded.

    `project` is a project folder; or `points`, `institutions` and `roads` are single files
    (with `candidates` and `areas` where there are any). `roads_place` asks OpenStreetMap for the roads instead:
    a place's name, or "边界" for what lies inside the areas. `changes` are made to them in turn (apply_changes).
    `elevation` are SRTM tiles by whose slopes walkers and wheelchairs are slowed, in place of the project's, and
    `elevation_source` says whose they are. `costs` is a CSV of unit costs in place of the packaged ones (示例).
    """

    title: str
    project: Path | None = None
    points: Path | None = None
    institutions: Path | None = None
    roads: Path | None = None
    roads_place: str | None = None
    candidates: Path | None = None
    areas: Path | None = None
    elevation: tuple[Path, ...] = ()
    elevation_source: str = ""
    costs: Path | None = None
    year: int | None = Field(None, ge=1949, le=2100)
    seed: int = SEED
    service: Service = Service()
    travel: Travel = Travel()
    plans: tuple[Path, ...] = ()
    siting: tuple[Question, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def bands_min(self) -> tuple[float, ...]:
        """The bands that results are told in, the scenario's own threshold among them."""
        return tuple(sorted({*self.travel.thresholds_min, self.travel.threshold_min}))

    @model_validator(mode="after")
    def _has_a_region(self):
        if self.project is None and (self.points is None or (self.roads is None and self.roads_place is None)):
            raise ValueError("要写 project（项目文件夹），或写 points（需求点）与 roads（道路）或 roads_place（地名）")
        if self.plans and self.project is None and self.year is None:
            raise ValueError("按规划评价要写 year（年份）")
        if sum(isinstance(change, Population) for change in self.changes) > 1:
            raise ValueError("changes 里只能换一次人口年份")
        return self


def load_scenario(path: Path) -> Scenario:
    """Read the scenario at `path`; file names in it are relative to its folder.

    Raises ScenarioError where the file can't be read or says something that isn't allowed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScenarioError("读不到情景文件", where=str(path), todo="请检查文件名") from error
    return _absolute(parse_scenario(content, where=str(path)), path.parent.resolve())


def parse_scenario(content: bytes, *, where: str) -> Scenario:
    """Read a scenario file's bytes; its file names stay as they are written. Raises ScenarioError as load_scenario."""
    try:
        return Scenario.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise ScenarioError("不是 UTF-8 文本", where=where, todo="请用记事本另存为 UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ScenarioError(f"不是合法的 TOML：{error}", where=where, todo="请对照例子修改") from error
    except ValidationError as error:
        raise ScenarioError(mistakes(error), where=where, todo="请对照 scenarios/ 中的例子修改") from error


def _absolute(scenario: Scenario, folder: Path) -> Scenario:
    files = {name: (folder / value).resolve() for name in FILES if (value := getattr(scenario, name)) is not None}
    files |= {name: tuple((folder / one).resolve() for one in getattr(scenario, name)) for name in SEVERAL}
    return scenario.model_copy(update=files)


FILES = ("project", "points", "institutions", "roads", "candidates", "areas", "costs")
SEVERAL = ("elevation", "plans")
