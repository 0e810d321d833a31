"""Let units off goals of a plan: a project's `Records` and a scenario's exemptions in, `Records` with both out."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import pandas as pd
from pydantic import Field

from coverage.goals import Records
from coverage.goals.records import COLUMNS
from coverage.study.strict import Strict

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class Exemption(Strict):
    """One unit let off one goal of one plan: why, who approved it and when."""

    plan: Words
    goal: Words
    unit_code: Words
    reason: Words
    who: Words
    date: datetime.date


def let_off(records: Records, exemptions: Sequence[Exemption], plan_id: str) -> Records:
    """`records` with the exemptions of that plan; one entered later stands in place of the register's own."""
    mine = [exemption for exemption in exemptions if exemption.plan == plan_id]
    if not mine:
        return records
    rows = pd.DataFrame([{"goal_id": row.goal, "unit_code": row.unit_code, "reason": row.reason, "who": row.who,
                          "date": row.date.isoformat()} for row in mine])
    kept = records.exemptions[list(COLUMNS["exemptions"])]
    table = pd.concat([kept, rows], ignore_index=True).drop_duplicates(["goal_id", "unit_code"], keep="last")
    return replace(records, exemptions=table.reset_index(drop=True))
