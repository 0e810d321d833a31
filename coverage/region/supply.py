"""Say which institutions count, and whom each type serves.

Takes the region's `sites` and `people`; gives rows of them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd

ALL_RESIDENTS = "常住人口"
ALL_DISABLED = "持证残疾人"
SERVICE_TARGET = "服务对象"
GROUPS = (ALL_DISABLED, SERVICE_TARGET, ALL_RESIDENTS)
"""Whom a study counts: every certificate holder, those whom the service is meant for, or every resident."""

_GROUPINGS = {"categories": "category", "severities": "severity", "age_bands": "age_band"}


@cache
def service_types() -> pd.DataFrame:
    """The service types: index service_type; says, categories, severities, age_bands (a|b, empty = all), source."""
    with files("coverage.region").joinpath("services.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False).set_index("service_type")


def open_sites(sites: pd.DataFrame, year: int | None) -> pd.DataFrame:
    """The institutions in operation in `year`, or, with no year, those whose state says so today.

    An institution without opened_year has always been open, one 在建 without it never;
    it ends in closed_year, and one 停运 without that year never counts.
    """
    building, stopped = sites["state"].eq("在建"), sites["state"].eq("停运")
    if year is None:
        return sites[~building & ~stopped]
    opened, closed = sites["opened_year"], sites["closed_year"]
    begun = (opened <= year).fillna(False) | (opened.isna() & ~building)
    ended = (closed <= year).fillna(False) | (closed.isna() & stopped)
    return sites[(begun & ~ended).astype(bool)]


def weigh(demand: pd.DataFrame, people: pd.DataFrame, *, group: str, service_type: str) -> pd.Series:
    """People of `group` at each demand point: int, index as `demand`, 0 where there are none.

    SERVICE_TARGET keeps the categories, severities and ages that the service is meant for
    (services.csv); a grouping that `people` lacks can't narrow the group.
    """
    if group == ALL_RESIDENTS:
        return demand["pop"].astype("int64").rename("people")
    rows = people[_is_target(people, service_type)] if group == SERVICE_TARGET else people
    return rows.groupby("demand_id")["people"].sum().reindex(demand.index, fill_value=0).astype("int64")


def _is_target(people: pd.DataFrame, service_type: str) -> pd.Series:
    wanted = service_types().loc[service_type]
    keep = pd.Series(True, index=people.index)
    for field, column in _GROUPINGS.items():
        if wanted[field] and column in people:
            keep &= people[column].isin(wanted[field].split("|"))
    return keep
