"""Define a policy plan: its head and its goals, as the TOML files under scenarios/plans say them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from coverage.goals.figures import Table, Text, Year
from coverage.goals.goal import Goal

PlanId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", strict=True)]


class Plan(Table):
    """One policy document's goals.

    `area_code`: the place that it is for, as the first digits of its townships' codes
    (33 Zhejiang, 620422 Huining; empty = the whole country). `above`: ids of the plans
    that it stands under.
    """

    id: PlanId
    title: Text
    document: str = ""
    issuer: str = ""
    source: str = ""
    area_code: Annotated[str, Field(pattern=r"^\d{0,6}$", strict=True)] = ""
    above: tuple[PlanId, ...] = ()
    start_year: Year
    end_year: Year
    baseline_year: Year | None = None
    note: str = ""
    goals: Annotated[tuple[Goal, ...], Field(min_length=1, alias="goal")]

    @field_validator("end_year")
    @classmethod
    def _not_before_its_start(cls, year: int, info: ValidationInfo) -> int:
        if year < info.data.get("start_year", year):
            raise ValueError("end_year 不能早于 start_year")
        return year

    def goal(self, goal_id: str):
        """The goal of that id; raises StopIteration if there is none."""
        return next(goal for goal in self.goals if goal.id == goal_id)
