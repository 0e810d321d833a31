"""Say which institutions count for a goal in a year: sites in, a verdict and its reason per site out."""

from __future__ import annotations

import numpy as np
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
    opened, closed = _years(sites, "opened_year"), _years(sites, "closed_year")
    serves = ~(opened > year) & ~(closed <= year)  # NaN compares as neither
    serves &= ~(_is(sites, "在建") & np.isnan(opened)) & ~(_is(sites, "停运") & np.isnan(closed))
    return pd.Series(serves, index=sites.index)


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
    serves = operating(sites, year=year).to_numpy()
    fits = holds(condition, sites)
    unsure, meets = fits.isna().to_numpy(), fits.fillna(False).to_numpy(bool)
    of_type = holds(condition, sites, ignoring=_all_but_type(condition)).fillna(False).to_numpy(bool)
    opened, building = _years(sites, "opened_year"), _is(sites, "在建")
    verdict = np.select(
        [~of_type, serves & meets, serves & unsure, serves, building | (opened > year)],
        [OTHER_TYPE, COUNTS, UNKNOWN, SUBSTANDARD, UNFINISHED], CLOSED)
    planned = [f"在建，按计划 {first:g} 年启用计" for first in opened]
    note = np.select([serves & building, serves & np.isnan(opened)], [planned, "启用年份未填，按已启用计"], "")
    return pd.DataFrame({"verdict": verdict, "note": note}, index=sites.index, dtype="object")


def _all_but_type(condition: SiteCondition) -> set[str]:
    return set(type(condition).model_fields) - set(TYPE_FIELDS)


def _is(sites: pd.DataFrame, state: str) -> np.ndarray:
    return (sites["state"] == state).fillna(False).to_numpy(bool)


def _years(sites: pd.DataFrame, name: str) -> np.ndarray:
    """Years as floats, NaN where empty."""
    if name not in sites:
        return np.full(len(sites), np.nan)
    return pd.to_numeric(sites[name]).to_numpy(float, na_value=np.nan)
