"""Hold a plan's figures: a number with its year and its sense (≥, >, ≤), compared in exact arithmetic."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Year = Annotated[int, Field(ge=1949, le=2100, strict=True)]
Text = Annotated[str, Field(min_length=1, strict=True)]


class Table(BaseModel):
    """A table of a plan file: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _number(value: Any) -> Any:
    """Take 0.9 or "90%"; Decimal, so that 90% is exactly 9/10."""
    if isinstance(value, str | bool):
        try:
            return Decimal(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
        except (InvalidOperation, AttributeError):
            raise ValueError('应为数字或百分数，例如 0.9 或 "90%"') from None
    return Decimal(str(value)) if isinstance(value, float) else value


def _at_most_one(value: Decimal) -> Decimal:
    if value > 1:
        raise ValueError(f'比例不能超过 1，现为 {value}；写 0.9 或 "90%"')
    return value


Number = Annotated[Decimal, BeforeValidator(_number), Field(ge=0)]
Share = Annotated[Number, AfterValidator(_at_most_one)]

_SIGNS = {"value": "", "at_least": "≥", "more_than": ">", "at_most": "≤"}


class Figure(Table):
    """A figure for a year: as it is (`value`), at least, more than, or at most."""

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
    def sense(self) -> str:
        return next(name for name in _SIGNS if getattr(self, name) is not None)

    @property
    def number(self) -> Decimal:
        return getattr(self, self.sense)

    @property
    def text(self) -> str:
        """As a planner writes it: ≥90%, >80%, ≥100."""
        return _SIGNS[self.sense] + f"{float(self.number):.10g}"

    @property
    def percent(self) -> str:
        """As a share: ≥90%, >80%; all of it is simply 100%."""
        if self.sense == "at_least" and self.number == 1:
            return "100%"
        return _SIGNS[self.sense] + f"{float(self.number * 100):.10g}%"

    def met_by(self, value: Fraction) -> bool:
        """Whether `value` reaches the figure, in exact arithmetic."""
        wanted = Fraction(self.number)
        if self.sense == "more_than":
            return value > wanted
        return value <= wanted if self.sense == "at_most" else value >= wanted

    def needed_of(self, whole: int) -> int:
        """The least whole number k with k / whole reaching a share."""
        wanted = Fraction(self.number) * whole
        return math.floor(wanted) + 1 if self.sense == "more_than" else math.ceil(wanted)

    def stricter(self, other: Figure) -> Figure:
        """The one of two that asks more; self where they ask the same."""
        if self.sense == "at_most" or other.sense == "at_most":
            return other if other.sense == "at_most" and other.number < self.number else self
        mine, theirs = ((figure.number, figure.sense == "more_than") for figure in (self, other))
        return other if theirs > mine else self


class ShareFigure(Figure):
    """A figure that is a share, 0 to 1."""

    value: Share | None = None
    at_least: Share | None = None
    more_than: Share | None = None
    at_most: Share | None = None

    @property
    def text(self) -> str:
        return self.percent


def _in_order(figures: tuple[Figure, ...]) -> tuple[Figure, ...]:
    years = [figure.year for figure in figures]
    if years != sorted(set(years)):
        raise ValueError("年份应由早到晚、不重复")
    return figures


Targets = Annotated[tuple[Figure, ...], Field(min_length=1), AfterValidator(_in_order)]
ShareTargets = Annotated[tuple[ShareFigure, ...], Field(min_length=1), AfterValidator(_in_order)]


def standing_at(figures: tuple[Figure, ...], year: int) -> Figure:
    """The target that stands at `year`: the next one stated; after the last year, the last."""
    return next((figure for figure in figures if figure.year >= year), figures[-1])
