"""Lay out the units that a goal is judged in: a region in, a row per township or county out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from coverage.goals.conditions import PersonCondition, holds

if TYPE_CHECKING:
    from coverage.region.region import Region

COUNTY_DIGITS = 6


def people_at(region: Region, who: PersonCondition) -> pd.Series:
    """Disabled people whom `who` means, by demand_id: nullable whole numbers along region.demand.

    NA where people live whose category or severity is not recorded and decides.
    """
    people = region.people
    meant = holds(who, people)
    sure = people["people"].where(meant.fillna(False).astype(bool), 0).groupby(people["demand_id"]).sum()
    unsure = people["people"].where(meant.isna(), 0).groupby(people["demand_id"]).sum()
    ids = region.demand.index
    return sure.reindex(ids).fillna(0).astype("Int64").mask(unsure.reindex(ids).fillna(0) > 0, pd.NA)


def units_at(region: Region, level: str, who: PersonCondition) -> pd.DataFrame:
    """The units of a level: indexed by unit_code, sorted, with code, name, county_code, kind, pop,
    area_km2, the number of disabled people (`people`, NA = unknown), and further township columns."""
    townships = region.townships.sort_index()
    units = townships.assign(
        code=townships.index, name=townships["township"], county_code=townships.index.str[:COUNTY_DIGITS]
    )
    if level == "县":
        units = _counties(units, region.title)
    units["people"] = people_in(region, people_at(region, who), level).reindex(units.index).astype("Int64")
    units.index.name = "unit_code"
    return units


def people_in(region: Region, people: pd.Series, level: str) -> pd.Series:
    """Sum people by unit; NA where any part is unknown."""
    key = unit_of(region.demand["township_code"], level)
    known = people.fillna(0).groupby(key).sum()
    return known.mask(people.isna().groupby(key).any(), pd.NA)


def unit_of(township_code: pd.Series, level: str) -> pd.Series:
    """The unit of a level that a township code lies in."""
    return township_code.str[:COUNTY_DIGITS] if level == "县" else township_code


def _counties(townships: pd.DataFrame, title: str) -> pd.DataFrame:
    grouped = townships.groupby("county_code", sort=True)
    counties = pd.DataFrame({"pop": grouped["pop"].sum(min_count=1), "area_km2": grouped["area_km2"].sum(min_count=1)})
    counties["code"] = counties["county_code"] = counties.index
    named = grouped["county"].first() if "county" in townships else pd.Series(dtype="object")
    fallback = pd.Series([title] if len(counties) == 1 else counties.index, index=counties.index)
    counties["name"] = named.reindex(counties.index).fillna(fallback)
    counties["kind"] = "县"
    return counties
