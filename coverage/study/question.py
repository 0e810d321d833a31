"""Say what a siting question may ask: a table of a scenario file in, a checked `Question` out.

MODELS names every model with the settings that it can't do without and those that it may have.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from coverage.settings import SOLVE_SECONDS
from coverage.study.question_parts import (
    BUILD,
    CLOSE,
    CLUSTERS,
    EXPAND,
    SERVICES,
    SOURCES,
    Aim,
    Count,
    Level,
    Minutes,
    Money,
    Phase,
    Place,
    Upper,
    Way,
)
from coverage.study.strict import Strict

NAME = r'^[^\\/:*?"<>|\x00-\x1f]{1,40}$'
"""What a question may be called: files and layers bear the name, on Windows too."""

Limit = ("p", "budget_wan")
Yearly = ("yearly_budget_wan", "running_wan")
OverYears = (*Yearly, "years")
WITH_PLACES = ("capacitated_mclp", "capacitated_p_median", "cflp")
"""Models that count places."""


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
    "mclp": Model((Limit,), Yearly),
    "gradual_mclp": Model((Limit, ("level",))),
    "backup_mclp": Model((Limit, ("backup_weight",))),
    "p_median": Model((("p",),)),
    "p_center": Model((("p",),)),
    "p_tail": Model((("p",),), ("share",)),
    "capacitated_mclp": Model((Limit,), ("split", *Yearly)),
    "capacitated_p_median": Model((("p",),), ("split",)),
    "cflp": Model((("wan_per_person_min",),), ("p", "split")),
    "fair": Model((Limit,), Yearly),
    "fair_in_order": Model((Limit,), Yearly),
    "least_shortfall": Model((Limit, ("share", "goal")), Yearly),
    "least_cost": Model((("goals",),), ("minimise", *Limit, *OverYears)),
    "least_miss": Model((("goals",), Limit), OverYears),
    "phased_mclp": Model((("phase",),)),
    "two_tiers": Model((("p",), ("upper",))),
    "robust_mclp": Model((Limit,), ("aim", "variants", "without_roads")),
    "frontier": Model((("steps", "budget_steps_wan"),)),
}
EVERYWHERE = ("name", "model", "within_min", "time_limit_s", "candidates", "clusters", "ways", "site")

class Question(Strict):
    """One siting question. `model` is siting's own name for it; MODELS says which of the settings go with it.

    p                   new sites                   budget_wan  money for them, 万元
    n                   sites for each township     share       share of people to be reached (p_tail: of the
                                                            worst-off people who count), 0–1
    minimise            "sites" or "cost"           goal        "plan id/goal id[/tier]": the goal is the rule
    goals               several of them, or `Aim`s, to be met together
    yearly_budget_wan   for running all that is open, 万元 a year; running_wan: what one institution takes
    years               money counts what is spent once and so many years of what is spent a year
    level               worth by minutes            backup_weight  what a second site in reach is worth, 0–1
    split               a village's people may go to several sites
    wan_per_person_min  what a person's minute is worth in 万元 (cflp)
    phase               yearly numbers or money     upper       the upper tier
    aim, variants, without_roads   the mean or the worst over speeds and roads cut (names or way ids)
    steps, budget_steps_wan        the curve's points
    candidates, clusters           where candidates come from
    ways                what may be done: a way's name, or a `Way` that says more
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
    goals: tuple[Aim, ...] | None = Field(None, min_length=1)
    yearly_budget_wan: Money | None = None
    running_wan: Money | None = None
    years: Annotated[int, Field(ge=1, le=50)] | None = None
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
    ways: tuple[Way, ...] = Field((Way(way=BUILD),), min_length=1)
    site: tuple[Place, ...] = ()

    @field_validator("goals", mode="before")
    @classmethod
    def _goals_by_name(cls, given):
        return _each_as_table(given, "goal")

    @field_validator("ways", mode="before")
    @classmethod
    def _ways_by_name(cls, given):
        return _each_as_table(given, "way")

    def allows(self, way: str) -> bool:
        """Whether something may be done in this way."""
        return any(one.way == way for one in self.ways)

    @property
    def serves_villages(self) -> bool:
        """Whether outreach days or shuttles may be chosen."""
        return any(one.way in SERVICES for one in self.ways)

    @property
    def closes_only(self) -> bool:
        """Whether nothing may be done but closing."""
        return all(one.way == CLOSE for one in self.ways)

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
        if len(set(self.goals or ())) < len(self.goals or ()):
            wrong.append("goals 里有重复")
        return wrong + self._money_and_places()

    def _money_and_places(self) -> list[str]:
        """Ways that bring nothing to a question that doesn't count what they change."""
        wrong = []
        if self.allows(EXPAND) and self.model not in WITH_PLACES:
            wrong.append(f"扩容只对计算容量的问题（{'、'.join(WITH_PLACES)}）有用")
        if self.allows(CLOSE) and self.yearly_budget_wan is None:
            wrong.append("关停要和 yearly_budget_wan（每年的运行经费）一起写，否则没有理由关")
        running = self.serves_villages or self.running_wan is not None or any(
            way.yearly_cost_wan is not None for way in self.ways)
        wrong += [f"{name} 要和 running_wan（每处机构每年的运行费）一起写" for name in ("yearly_budget_wan", "years")
                  if getattr(self, name) is not None and not running]
        if self.serves_villages and self.goals is None:
            wrong.append(f"{'、'.join(SERVICES)}不是机构，只和 goals（“村村有服务”一类的目标）一起写，"
                         "对按分钟数、按人数的问题不起作用")
        elif self.serves_villages and self.by_money and self.years is None and self.yearly_budget_wan is None:
            wrong.append(f"{'、'.join(SERVICES)}每年花钱，要写 years（费用按几年算）或 yearly_budget_wan（每年经费）")
        return wrong

    @property
    def by_money(self) -> bool:
        """Whether what options cost decides."""
        limits = (self.budget_wan, self.budget_steps_wan, self.wan_per_person_min)
        phased = self.phase is not None and self.phase[0].budget_wan is not None
        least = self.minimise == "cost" or (self.model == "least_cost" and self.minimise is None)
        return phased or least or any(limit is not None for limit in limits)


def _each_as_table(given, key: str):
    """A list whose items may be bare names, each as a table under `key`."""
    if not isinstance(given, list | tuple):
        return given
    return tuple({key: item} if isinstance(item, str) else item for item in given)
