"""Hold what a plan's judging needs beyond the region: exemptions, agreements, village services, reported figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from coverage.errors import TableError
from coverage.goals.goal import WAYS

COLUMNS = {
    "exemptions": ("goal_id", "unit_code", "reason", "who", "date"),
    "agreements": ("site_id", "township_code", "document", "from_year", "to_year"),
    "services": ("demand_id", "way", "provider", "days_per_year", "from_year", "to_year"),
    "reports": ("goal_id", "unit_code", "year", "value", "source"),
    "recodings": ("old_code", "township_code", "year", "note"),
}
NEEDED = {
    "exemptions": ("goal_id", "unit_code", "reason", "who", "date"),
    "agreements": ("site_id", "township_code", "document"),
    "services": ("demand_id", "way", "provider"),
    "reports": ("goal_id", "year", "value", "source"),
    "recodings": ("old_code", "township_code"),
}
_TITLES = {"exemptions": "豁免表", "agreements": "共享协议表", "services": "村级服务台账", "reports": "上报指标表",
           "recodings": "区划变更表"}


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype="object") for column in COLUMNS[name]})


@dataclass(frozen=True)
class Records:
    """Registers kept beside the institutions, each a frame; an empty year bound is open.

    exemptions  goal_id, unit_code, reason, who (approved it), date: this unit is let off this goal
    agreements  site_id, township_code (the one served), document, from_year, to_year
    services    demand_id, way (流动服务日, 接送 or 上门), provider, days_per_year, from_year, to_year, and, if
                kept, content (走访探视 …);
                None = nobody keeps such a register, so that whether a village is served can't be known
    planned     the same columns: what a scenario plans beside the register; it tells nothing of other villages
    reports     goal_id, unit_code ("" = the whole region), year, value (a share as 0.85), source
    recodings   old_code, township_code (the one that it is now), year, note
    """

    exemptions: pd.DataFrame = field(default_factory=partial(_empty, "exemptions"))
    agreements: pd.DataFrame = field(default_factory=partial(_empty, "agreements"))
    services: pd.DataFrame | None = None
    planned: pd.DataFrame | None = None
    reports: pd.DataFrame = field(default_factory=partial(_empty, "reports"))
    recodings: pd.DataFrame = field(default_factory=partial(_empty, "recodings"))

    def __post_init__(self) -> None:
        problems = [problem for name in COLUMNS for problem in _problems(name, getattr(self, name))]
        if problems:
            listing = "\n".join(f"  {problem}" for problem in problems)
            raise TableError(f"台账有 {len(problems)} 处不能用\n{listing}", problems=problems)

    @property
    def to_villages(self) -> pd.DataFrame:
        """Every row that says how a village is served: of the register, and planned."""
        parts = [rows for rows in (self.services, self.planned) if rows is not None]
        return pd.concat(parts, ignore_index=True) if parts else _empty("services")


def in_force(frame: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """The rows whose from_year and to_year (inclusive, empty = open) take in `year`."""
    start, end = (pd.to_numeric(frame[name]).astype("Int64") for name in ("from_year", "to_year"))
    begun, lasts = (start <= year) | start.isna(), (end >= year) | end.isna()
    return frame[(begun & lasts).fillna(False).astype(bool)]


def _problems(name: str, frame: pd.DataFrame | None) -> list[str]:
    if frame is None:
        return []
    absent = [column for column in COLUMNS[name] if column not in frame]
    if absent:
        return [f"{_TITLES[name]}：缺少 {'、'.join(absent)} 列"]
    found = []
    for column in NEEDED[name]:
        blank = frame[column].isna() | frame[column].astype(str).str.strip().eq("")
        found += [f"{_TITLES[name]}第 {place + 1} 行：{column} 是空的" for place in blank.to_numpy().nonzero()[0]]
    if name == "services":
        wrong = ~frame["way"].isin(WAYS[1:]) & frame["way"].notna()
        found += [f"{_TITLES[name]}第 {place + 1} 行：way 只能是{'、'.join(WAYS[1:])}"
                  for place in wrong.to_numpy().nonzero()[0]]
    if name in ("exemptions", "reports"):
        key = ["goal_id", "unit_code"] + (["year"] if name == "reports" else [])
        found += [f"{_TITLES[name]}第 {place + 1} 行：与前面重复"
                  for place in frame.duplicated(key).to_numpy().nonzero()[0]]
    return found
