"""Say numbers in a planner's words; an unknown one is 未知, never 0."""

from __future__ import annotations

import pandas as pd

UNKNOWN = "未知"


def people(count) -> str:
    return UNKNOWN if pd.isna(count) else f"{int(count):,} 人"


def percent(share) -> str:
    return UNKNOWN if pd.isna(share) else f"{share:.1%}"


def minutes(value) -> str:
    return "到不了" if pd.isna(value) else f"{value:.0f} 分钟"


def yes_no(value) -> str:
    return UNKNOWN if pd.isna(value) else ("是" if value else "否")
