"""Define the kinds of goal that a plan may hold, a class each.

    unit_share       a share of units, each with enough qualifying institutions
    count            at least N institutions, and some in every parent unit
    reach_share      a share of people within T minutes of a qualifying institution
    capacity_share   places per person in need
    village_service  a share of villages, each served in one of several ways
    tiers            levels of institutions, each present or in reach
    indicator        a reported figure with baseline, target and year
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from coverage.goals.conditions import PersonCondition, SiteCondition, UnitCondition
from coverage.goals.figures import (
    Figure,
    Number,
    Share,
    ShareFigure,
    ShareTargets,
    Table,
    Targets,
    Text,
    standing_at,
)

Count = Annotated[int, Field(ge=1, strict=True)]
MODES = ("car", "motor_wheelchair", "bus", "shuttle", "walk", "wheelchair", "power_wheelchair")
"""How people travel, as coverage/travel/modes.csv names them."""

Mode = Literal[("", *MODES)]
Minutes = Annotated[float, Field(gt=0, le=1440)]
WAYS = ("机构", "流动服务日", "接送", "上门")


class Units(UnitCondition):
    """Which units a goal is for; without further fields, every unit of the level.

    At the level 机构 the units are institutions themselves, those of `institutions`.
    """

    level: Literal["村", "乡镇", "县", "市", "机构"] = "乡镇"
    institutions: SiteCondition | None = None

    @model_validator(mode="after")
    def _institutions_only_as_units(self) -> Units:
        if (self.level == "机构") != (self.institutions is not None):
            raise ValueError('level = "机构" 时应写 units.institutions，说明哪些机构是考核对象；其他层级不写')
        return self


class Enough(Table):
    """What is enough in a unit: `n` qualifying institutions in it, or within reach of its people.

    `sharing`: an institution that serves the unit by a stated agreement counts as in it.
    `within_min`: instead of standing in the unit, an institution within so many minutes of at
    least `reach` of the unit's people (those of the goal's `who`).
    """

    n: Count = 1
    sharing: bool = False
    within_min: Minutes | None = None
    reach: Share | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Enough:
        if self.within_min is not None and (self.n > 1 or self.sharing):
            raise ValueError("写了 within_min（按时间算）就不再写 n 和 sharing（按所在地算）")
        if self.reach is not None and self.within_min is None:
            raise ValueError("reach 要和 within_min 一起写")
        return self


class Weight(Table):
    """Units or people that weigh more in the priorities and in the weighted share."""

    units: UnitCondition | None = None
    who: PersonCondition | None = None
    weight: Annotated[Number, Field(gt=0)]
    reason: Text

    @model_validator(mode="after")
    def _of_something(self) -> Weight:
        if (self.units is None) == (self.who is None):
            raise ValueError("units（哪些地方）和 who（哪些人）应写且只写一个")
        return self


class GoalHead(Table):
    """What every goal says."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9\u4e00-\u9fff_-]+$", strict=True)]
    title: Text
    clause: Text
    binding: Literal["约束性", "预期性", "任务", "未注明"]
    who: PersonCondition = PersonCondition()
    weights: tuple[Weight, ...] = ()
    hosts: SiteCondition | None = None
    inherits: Text | None = None
    supersedes: Annotated[tuple[Text, ...], Field()] = ()
    note: str = ""
    origin: str = Field(default="", exclude=True)

    def target_for(self, year: int) -> Figure:
        """The target that stands at `year`."""
        return standing_at(self.targets, year)

    def says(self, figure: Figure | None) -> str:
        """A figure of this goal as a planner writes it; "" for none."""
        return figure.text if figure else ""


def _villages_by_minutes(table):
    if table.units.level == "村" and table.enough.within_min is None:
        raise ValueError("机构不落到村，units.level = \"村\" 时 enough 要写 within_min（几分钟内可达）")
    return table


class UnitShareGoal(GoalHead):
    kind: Literal["unit_share"]
    units: Units = Units()
    institutions: SiteCondition
    enough: Enough = Enough()
    baseline: ShareFigure | None = None
    targets: ShareTargets

    _villages = model_validator(mode="after")(_villages_by_minutes)


class Each(Table):
    """Some institutions in every unit of a level."""

    level: Literal["乡镇", "县", "市"] = "县"
    n: Count = 1


class CountGoal(GoalHead):
    """`of`: what is counted, institutions or their places."""

    kind: Literal["count"]
    of: Literal["机构", "名额"] = "机构"
    institutions: SiteCondition
    each: Each | None = None
    baseline: Figure | None = None
    targets: Targets


class ReachShareGoal(GoalHead):
    """`mode`: how people travel; left out, as the study computes its times."""

    kind: Literal["reach_share"]
    units: Units = Units()
    institutions: SiteCondition
    within_min: Minutes
    mode: Mode = ""
    baseline: ShareFigure | None = None
    targets: ShareTargets


class CapacityShareGoal(GoalHead):
    kind: Literal["capacity_share"]
    units: Units = Units(level="县")
    institutions: SiteCondition
    baseline: Figure | None = None
    targets: Targets


class VillageServiceGoal(GoalHead):
    """`days_per_year`: an outreach day, shuttle or visit counts if it comes at least so often.

    `contents`: what the service must be one of, where the register says what it is.
    """

    kind: Literal["village_service"]
    units: Units = Units(level="村")
    ways: Annotated[tuple[Literal[WAYS], ...], Field(min_length=1)] = WAYS
    institutions: SiteCondition = SiteCondition()
    within_min: Minutes | None = None
    days_per_year: Count = 1
    contents: tuple[Text, ...] = ()
    baseline: ShareFigure | None = None
    targets: ShareTargets


class Tier(Table):
    title: Text
    units: Units = Units()
    institutions: SiteCondition
    enough: Enough = Enough()

    _villages = model_validator(mode="after")(_villages_by_minutes)


class TiersGoal(GoalHead):
    """Every tier must reach the target share of its own units."""

    kind: Literal["tiers"]
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, alias="tier")]
    baseline: ShareFigure | None = None
    targets: ShareTargets


class IndicatorGoal(GoalHead):
    """`unit`: what the figure is in, e.g. 人, 个; left out for a share."""

    kind: Literal["indicator"]
    unit: str = ""
    baseline: Figure | None = None
    targets: Targets

    def says(self, figure: Figure | None) -> str:
        return "" if figure is None else figure.text + self.unit if self.unit else figure.percent


Goal = Annotated[
    UnitShareGoal | CountGoal | ReachShareGoal | CapacityShareGoal | VillageServiceGoal | TiersGoal | IndicatorGoal,
    Field(discriminator="kind"),
]
KINDS = {
    "unit_share": "达标单位比例", "count": "机构数量", "reach_share": "可及人口比例", "capacity_share": "人均服务能力",
    "village_service": "村村有服务", "tiers": "分级网络", "indicator": "上报指标",
}
