"""Say which rows a plan means: a condition table in, true / false / unknown for each row of a frame out.

Fields of one table must all hold; `any_of`, `all_of` and `none_of` nest further
tables. A cell that is empty, or a column that is not there, is unknown (NA), and
unknown travels by Kleene's logic: it decides only where it must.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coverage.schema import AGE_BANDS, CATEGORIES, SERVICE_TYPES, SEVERITIES

UNIT_KINDS = ("镇", "乡", "民族乡", "街道", "村", "社区", "县", "县级市", "市辖区", "自治县", "旗", "自治旗",
              "其他")
GROUPS = ("any_of", "all_of", "none_of")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]


def one_of(*choices: str) -> Any:
    """A field that takes one or several of `choices`."""
    return Annotated[tuple[Literal[choices], ...], BeforeValidator(_listed), Field(min_length=1)]


class Range(BaseModel):
    """A number's bounds, both inclusive."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _some_bound_in_order(self) -> Range:
        if self.min is None and self.max is None:
            raise ValueError("应写 min（不少于）或 max（不多于）")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min 不能大于 max")
        return self


class Condition(BaseModel):
    """What every condition shares; the subclasses name the fields that they know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitCondition(Condition):
    """Which townships, counties or villages."""

    code: Texts | None = None
    name: Texts | None = None
    county_code: Texts | None = None
    kind: one_of(*UNIT_KINDS) | None = None
    pop: Range | None = None
    area_km2: Range | None = None
    people: Range | None = None
    mountain: bool | None = None
    any_of: tuple[UnitCondition, ...] = ()
    all_of: tuple[UnitCondition, ...] = ()
    none_of: tuple[UnitCondition, ...] = ()


class SiteCondition(Condition):
    """Which institutions."""

    service_type: one_of(*SERVICE_TYPES) | None = None
    standardised: bool | None = None
    public_benefit: bool | None = None
    capacity: Range | None = None
    hosted_in: one_of(*SERVICE_TYPES) | None = None
    disabled_pupils: Range | None = None
    resource_room: bool | None = None
    any_of: tuple[SiteCondition, ...] = ()
    all_of: tuple[SiteCondition, ...] = ()
    none_of: tuple[SiteCondition, ...] = ()


class PersonCondition(Condition):
    """Which disabled people."""

    category: one_of(*CATEGORIES) | None = None
    severity: one_of(*SEVERITIES) | None = None
    age_band: one_of(*AGE_BANDS) | None = None
    low_income: bool | None = None
    any_of: tuple[PersonCondition, ...] = ()
    all_of: tuple[PersonCondition, ...] = ()
    none_of: tuple[PersonCondition, ...] = ()


def holds(condition: Condition, frame: pd.DataFrame, *, ignoring: Collection[str] = ()) -> pd.Series:
    """Judge each row of `frame`: a nullable boolean Series along its index, NA = can't be known.

    Fields named in `ignoring` count as held, wherever they stand: so one can ask
    whether an institution would qualify but for its standard.
    """
    verdict = pd.Series(True, index=frame.index, dtype="boolean")
    for field in sorted(condition.model_fields_set - set(GROUPS) - set(ignoring)):
        wanted = getattr(condition, field)
        if wanted is not None and field in type(condition).model_fields and field not in _OPTIONS:
            verdict &= _field_holds(wanted, _column(frame, field))
    for part in condition.all_of:
        verdict &= holds(part, frame, ignoring=ignoring)
    if condition.any_of:
        some = pd.Series(False, index=frame.index, dtype="boolean")
        for part in condition.any_of:
            some |= holds(part, frame, ignoring=ignoring)
        verdict &= some
    for part in condition.none_of:
        if not _mentions(part, ignoring):  # what is ignored could be mended so that the part no longer holds
            verdict &= ~holds(part, frame)
    return verdict


def _mentions(condition: Condition, fields: Collection[str]) -> bool:
    nested = (part for group in GROUPS for part in getattr(condition, group))
    return bool(condition.model_fields_set & (set(fields) - set(GROUPS))) or any(_mentions(p, fields) for p in nested)


_OPTIONS = frozenset({"level", "institutions"})
"""Fields that a condition's subclass adds and that test no column."""


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame.columns else pd.Series(pd.NA, index=frame.index, dtype="object")


def _field_holds(wanted: Any, column: pd.Series) -> pd.Series:
    known = column.notna()
    if isinstance(wanted, Range):
        number = pd.to_numeric(column)
        found = pd.Series(True, index=column.index)
        if wanted.min is not None:
            found &= (number >= wanted.min).fillna(False).astype(bool)
        if wanted.max is not None:
            found &= (number <= wanted.max).fillna(False).astype(bool)
    elif isinstance(wanted, bool):
        found = column.map(lambda cell: bool(cell) is wanted, na_action="ignore")
    else:
        found = column.isin(list(wanted))
    return found.astype("boolean").where(known, pd.NA)
