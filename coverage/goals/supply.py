"""Say which institutions count for a goal in a year: sites in, a verdict and its reason per site out."""

from __future__ import annotations

import pandas as pd

from coverage.goals.conditions import SiteCondition, holds

TYPE_FIELDS = ("service_type",)
COUNTS, UNKNOWN, SUBSTANDARD, CLOSED, UNFINISHED, OTHER_TYPE = (
    "计入", "数据缺失", "不规范", "停运", "在建", "类型不符",
)


def operating(sites: pd.DataFrame, *, year: int) -> pd.Series:
    """Whether each site serves at the end of `year`: a bool Series along its index.

    Opened in or before the year and not yet closed at its end. An empty opening year
    is taken as opened long ago, except for 在建, which serves only from a stated year
    (planned: `supply` says so in its note). 停运 without a closing year never serves.
    """
    opened = _years(sites, "opened_year")
    closed = _years(sites, "closed_year")
    serves = (opened.isna() | (opened <= year).fillna(True)) & (closed.isna() | (closed > year).fillna(True))
    serves &= ~(_is(sites, "在建") & opened.isna())
    serves &= ~(_is(sites, "停运") & closed.isna())
    return serves.astype(bool)


def supply(sites: pd.DataFrame, condition: SiteCondition, *, year: int) -> pd.DataFrame:
    """Judge each site against `condition` as of `year`.

    Returns a frame indexed as `sites` (site_id) with verdict, the first that applies:

    - 计入: serves and meets every field
    - 数据缺失: would count, but a field that decides is empty
    - 不规范: serves, of the right type, but fails another field (standardised, capacity …)
    - 停运 / 在建: right in type, but doesn't serve at the end of `year`
    - 类型不符: of another type

    and note: what was assumed ("" where nothing).
    """
    serves = operating(sites, year=year)
    fits = holds(condition, sites)
    of_type = holds(condition, sites, ignoring=_all_but_type(condition)).fillna(False).astype(bool)
    verdict = pd.Series(OTHER_TYPE, index=sites.index, dtype="object")
    verdict[of_type & ~serves] = CLOSED
    verdict[of_type & ~serves & (_is(sites, "在建") | (_years(sites, "opened_year") > year).fillna(False))] = UNFINISHED
    verdict[of_type & serves] = SUBSTANDARD
    verdict[of_type & serves & fits.isna()] = UNKNOWN
    verdict[of_type & serves & fits.fillna(False).astype(bool)] = COUNTS
    opened = _years(sites, "opened_year")
    note = pd.Series("", index=sites.index, dtype="object")
    note = note.mask(serves & opened.isna(), "启用年份未填，按已启用计")
    note = note.mask(serves & _is(sites, "在建"), "在建，按计划 " + opened.astype("string") + " 年启用计")
    return pd.DataFrame({"verdict": verdict, "note": note.fillna("")})


def _is(sites: pd.DataFrame, state: str) -> pd.Series:
    return (sites["state"] == state).fillna(False).astype(bool)


def _all_but_type(condition: SiteCondition) -> set[str]:
    return set(type(condition).model_fields) - set(TYPE_FIELDS)


def _years(sites: pd.DataFrame, name: str) -> pd.Series:
    column = sites[name] if name in sites else pd.Series(pd.NA, index=sites.index)
    return pd.to_numeric(column).astype("Int64")
