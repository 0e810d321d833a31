"""Say what a siting question may ask: a table of a scenario file in, a checked `Question` out.

MODELS names every model with the settings that it can't do without and those that it may have.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from coverage.settings import SOLVE_SECONDS
from coverage.study.changes import ServiceType
from coverage.study.strict import Strict

NAME = r'^[^\\/:*?"<>|\x00-\x1f]{1,40}$'
"""What a question may be called: files and layers bear the name, on Windows too."""

SOURCES = PROJECT, VILLAGES, SEATS, CLUSTERS, NETWORK = ("项目候选点", "村（社区）", "乡镇驻地", "人口聚类", "路网筛选")
"""Where candidates come from: the project's own table, every village, township seats, the middles of groups of
people, or the villages whose catchment no other village's contains."""

WAYS = BUILD, UPGRADE, HOST = ("新建", "升级", "共建")
"""What may be done at a place: build, upgrade an institution that doesn't count yet, host one in another's house."""

Limit = ("p", "budget_wan")


class Model(NamedTuple):
    """`needs`: of each group at least one setting; `takes`: settings that are welcome."""

    needs: tuple[tuple[str, ...], ...]
    takes: tuple[str, ...] = ()


MODELS = {
    # as siting names them → (what the question must say, what it may say)
    "unit_cover": Model((), ("goal", "n", "minimise")),
    "lscp": Model((), ("goal", "minimise")),
    "lscp_backup": Model((), ("minimise",)),
    "partial_cover": Model((("share", "goal"),), ("minimise",)),
    "mclp": Model((Limit,)),
    "gradual_mclp": Model((Limit, ("level",))),
    "backup_mclp": Model((Limit, ("backup_weight",))),
    "p_median": Model((("p",),)),
    "p_center": Model((("p",),)),
    "p_tail": Model((("p",),), ("share",)),
    "capacitated_mclp": Model((Limit,), ("split",)),
    "capacitated_p_median": Model((("p",),), ("split",)),
    "cflp": Model((("wan_per_person_min",),), ("p", "split")),
    "fair": Model((Limit,)),
    "fair_in_order": Model((Limit,)),
    "least_shortfall": Model((Limit, ("share", "goal"))),
    "phased_mclp": Model((("phase",),)),
    "two_tiers": Model((("p",), ("upper",))),
    "robust_mclp": Model((Limit,), ("aim", "variants", "without_roads")),
    "frontier": Model((("steps", "budget_steps_wan"),)),
}
EVERYWHERE = ("name", "model", "within_min", "time_limit_s", "candidates", "clusters", "ways", "site")

Minutes = Annotated[float, Field(gt=0, le=600)]
Money = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10_000)]


class Level(Strict):
    """A person within so many minutes is worth so much."""

    within_min: Minutes
    worth: float = Field(gt=0, le=1)


class Phase(Strict):
    """What one year may build: new sites, or money in 万元."""

    year: int = Field(ge=1949, le=2100)
    p: int | None = Field(None, ge=0)
    budget_wan: Money | None = None

    @model_validator(mode="after")
    def _one_limit(self):
        if (self.p is None) == (self.budget_wan is None):
            raise ValueError("每年写 p（新建几处）或 budget_wan（万元），二者取一")
        return self


class Upper(Strict):
    """The upper tier of two: its service type, limit, number, and how near a lower site must be to refer to it."""

    service_type: ServiceType
    within_min: Minutes
    p: int = Field(ge=0)
    candidates: Literal[SOURCES] = SEATS
    refer_min: Minutes | None = None


class Place(Strict):
    """What the planner says of one candidate; with lon and lat, a new one."""

    site_id: Annotated[str, Field(min_length=1, max_length=60)]
    role: Literal["候选", "必选", "禁选"] | None = None
    cost_wan: Money | None = None
    capacity: int | None = Field(None, ge=0, le=100_000)
    name: str | None = None
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)

    @model_validator(mode="after")
    def _whole_place(self):
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon 和 lat 要一起写")
        return self


class Question(Strict):
    """One siting question. `model` is siting's own name for it; MODELS says which of the settings go with it.

    p                   new sites                   budget_wan  money for them, 万元
    n                   sites for each township     share       share of people to be reached (p_tail: of the
                                                            worst-off people who count), 0–1
    minimise            "sites" or "cost"           goal        "plan id/goal id[/tier]": the goal is the rule
    level               worth by minutes            backup_weight  what a second site in reach is worth, 0–1
    split               a village's people may go to several sites
    wan_per_person_min  what a person's minute is worth in 万元 (cflp)
    phase               yearly numbers or money     upper       the upper tier
    aim, variants, without_roads   the mean or the worst over speeds and roads cut (names or way ids)
    steps, budget_steps_wan        the curve's points
    candidates, clusters, ways     where candidates come from, and what may be done there
    site                roles, costs and capacities of single candidates
    """

    name: Annotated[str, Field(pattern=NAME)]
    model: Literal[tuple(MODELS)]
    p: Count | None = None
    budget_wan: Money | None = None
    n: Count | None = None
    share: float | None = Field(None, gt=0, le=1)
    minimise: Literal["sites", "cost"] | None = None
    goal: str | None = None
    level: tuple[Level, ...] | None = Field(None, min_length=1)
    backup_weight: float | None = Field(None, ge=0, le=1)
    split: bool | None = None
    wan_per_person_min: float | None = Field(None, gt=0, le=1000)
    phase: tuple[Phase, ...] | None = Field(None, min_length=1)
    upper: Upper | None = None
    aim: Literal["mean", "worst"] | None = None
    variants: tuple[Literal["slow", "middle", "fast"], ...] | None = Field(None, min_length=1)
    without_roads: tuple[str, ...] | None = Field(None, min_length=1)
    steps: tuple[Annotated[int, Field(ge=0, le=10_000)], ...] | None = Field(None, min_length=1)
    budget_steps_wan: tuple[Money, ...] | None = Field(None, min_length=1)
    within_min: Minutes | None = None
    time_limit_s: float = Field(SOLVE_SECONDS, gt=0)
    candidates: Literal[SOURCES] | None = None
    clusters: Count | None = None
    ways: tuple[Literal[WAYS], ...] = Field((BUILD,), min_length=1)
    site: tuple[Place, ...] = ()

    @model_validator(mode="after")
    def _settings_go_with_the_model(self):
        model = MODELS[self.model]
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        known = {*EVERYWHERE, *model.takes, *(name for group in model.needs for name in group)}
        wrong = [f"model = \"{self.model}\" 还要写 {' 或 '.join(group)}" for group in model.needs
                 if not given.intersection(group)]
        wrong += [f"model = \"{self.model}\" 不写 {name}" for name in sorted(given - known)]
        wrong += self._inner()
        if wrong:
            raise ValueError("；".join(wrong))
        return self

    def _inner(self) -> list[str]:
        """What is wrong within a setting, or between two."""
        wrong, years = [], [phase.year for phase in self.phase or ()]
        if years != sorted(set(years)):
            wrong.append("phase 的 year 应由早到晚、不重复")
        if len({phase.p is None for phase in self.phase or ()}) > 1:
            wrong.append("phase 要么都写 p，要么都写 budget_wan")
        levels = sorted(self.level or (), key=lambda level: level.within_min)
        if any(near.within_min == far.within_min or near.worth < far.worth for near, far in pairwise(levels)):
            wrong.append("level 的分钟数不能重复，分钟越多 worth 应越小")
        if self.steps is not None and self.budget_steps_wan is not None:
            wrong.append("steps 和 budget_steps_wan 二者取一")
        if self.clusters is not None and self.candidates != CLUSTERS:
            wrong.append(f"clusters 只和 candidates = \"{CLUSTERS}\" 一起写")
        ids = [place.site_id for place in self.site]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            wrong.append(f"site 里重复：{'、'.join(twice)}")
        if self.goal is not None and self.share is not None:
            wrong.append("写了 goal（按规划目标）就不再写 share")
        return wrong
