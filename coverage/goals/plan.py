"""Define what a policy plan may say: the schema of the TOML files under scenarios/plans.

A plan is a head (id, title, years) and goals. Each goal names its units, the
institutions that count, what is enough, its targets by year and its clause.
"""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coverage.goals.conditions import PersonCondition, SiteCondition, UnitCondition

Year = Annotated[int, Field(ge=1949, le=2100, strict=True)]
Text = Annotated[str, Field(min_length=1, strict=True)]


def _number(value: Any) -> Any:
    """Take 0.9 or "90%"; Decimal, so that 90% is exactly 9/10."""
    if isinstance(value, str):
        try:
            return Decimal(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
        except InvalidOperation:
            raise ValueError("应为数字或百分数，例如 0.9 或 \"90%\"") from None
    if isinstance(value, bool):
        raise ValueError("应为数字或百分数，例如 0.9 或 \"90%\"")
    return Decimal(str(value)) if isinstance(value, float) else value


Number = Annotated[Decimal, BeforeValidator(_number), Field(ge=0)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Figure(_Table):
    """A figure for a year: reached exactly (`value`), at least, more than, or at most."""

    year: Year
    value: Number | None = None
    at_least: Number | None = None
    more_than: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Figure:
        if sum(getattr(self, name) is not None for name in _SIGNS) != 1:
            raise ValueError("value、at_least、more_than、at_most 应写且只写一个")
        return self

    @property
    def number(self) -> Decimal:
        return next(getattr(self, name) for name in _SIGNS if getattr(self, name) is not None)

    @property
    def text(self) -> str:
        """As a planner writes it: ≥90%, >80%, 100."""
        sign = next(sign for name, sign in _SIGNS.items() if getattr(self, name) is not None)
        return sign + (f"{float(self.number * 100):.10g}%" if self.number <= 1 else f"{float(self.number):.10g}")

    def met_by(self, value: Fraction) -> bool:
        """Whether `value` reaches the figure, in exact arithmetic."""
        wanted = Fraction(self.number)
        if self.more_than is not None:
            return value > wanted
        return value <= wanted if self.at_most is not None else value >= wanted

    def units_needed(self, denominator: int) -> int:
        """The least whole number k with k/denominator reaching a share."""
        wanted = Fraction(self.number) * denominator
        return math.floor(wanted) + 1 if self.more_than is not None else math.ceil(wanted)


_SIGNS = {"value": "", "at_least": "≥", "more_than": ">", "at_most": "≤"}


class Units(UnitCondition):
    """Which units a goal is for; without further fields, every unit of the level."""

    level: Literal["乡镇", "县"] = "乡镇"


class Enough(_Table):
    """What is enough in a unit: `n` qualifying institutions located in it."""

    n: Annotated[int, Field(ge=1, strict=True)] = 1


class _GoalHead(_Table):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9\u4e00-\u9fff_-]+$", strict=True)]
    title: Text
    clause: Text
    binding: Literal["约束性", "预期性", "任务"]
    who: PersonCondition = PersonCondition()
    baseline: Figure | None = None
    targets: Annotated[tuple[Figure, ...], Field(min_length=1)]
    note: str = ""

    @model_validator(mode="after")
    def _targets_in_order(self) -> _GoalHead:
        years = [target.year for target in self.targets]
        if years != sorted(set(years)):
            raise ValueError("targets 的年份应由早到晚、不重复")
        return self

    def target_for(self, year: int) -> Figure:
        """The target that stands at `year`: the next one stated, after the last year the last."""
        return next((target for target in self.targets if target.year >= year), self.targets[-1])


class UnitShareGoal(_GoalHead):
    """A share of units, each with enough qualifying institutions."""

    kind: Literal["unit_share"]
    units: Units = Units()
    institutions: SiteCondition
    enough: Enough = Enough()

    @model_validator(mode="after")
    def _shares_are_shares(self) -> UnitShareGoal:
        for figure in (*self.targets, *([self.baseline] if self.baseline else [])):
            if figure.number > 1:
                raise ValueError(f"比例不能超过 1，现为 {figure.number}；写 0.9 或 \"90%\"")
        return self


Goal = UnitShareGoal


class Plan(_Table):
    """One policy document's goals."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", strict=True)]
    title: Text
    document: str = ""
    issuer: str = ""
    source: str = ""
    start_year: Year
    end_year: Year
    baseline_year: Year | None = None
    note: str = ""
    goals: Annotated[tuple[Goal, ...], Field(min_length=1, alias="goal")]

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        if self.start_year > self.end_year:
            raise ValueError("start_year 不能晚于 end_year")
        twice = [name for name, count in Counter(goal.id for goal in self.goals).items() if count > 1]
        if twice:
            raise ValueError(f"目标编号（id）重复：{'、'.join(twice)}")
        return self

    def goal(self, goal_id: str) -> Goal:
        return next(goal for goal in self.goals if goal.id == goal_id)
