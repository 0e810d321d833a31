"""Lay out the units that a goal is judged in: a region in, a row per township or county out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from coverage.goals.conditions import PersonCondition, holds

if TYPE_CHECKING:
    from coverage.region.region import Region

DIGITS = {"县": 6, "市": 4}
COUNTY_DIGITS = DIGITS["县"]


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


def units_at(region: Region, level: str) -> pd.DataFrame:
    """The units of a level (村, 乡镇, 县 or 市): indexed by unit_code, sorted, with code, name, township_code,
    county_code, kind, pop, area_km2 and the townships' further columns."""
    townships = region.townships.sort_index()
    townships = townships.assign(
        code=townships.index, name=townships["township"], township_code=townships.index,
        county_code=townships.index.str[:COUNTY_DIGITS],
    )
    if level in DIGITS:
        units = _larger(townships, region, level)
    else:
        units = _villages(townships, region) if level == "村" else townships
    units.index.name = "unit_code"
    return units


def people_in(region: Region, people: pd.Series, level: str) -> pd.Series:
    """Sum people by unit; NA where any part is unknown."""
    key = unit_of_demand(region.demand, level)
    known = people.fillna(0).groupby(key).sum()
    return known.mask(people.isna().groupby(key).any(), pd.NA)


def unit_of(township_code: pd.Series, level: str) -> pd.Series:
    """The township, county or city that a township code lies in."""
    return township_code.str[:DIGITS[level]] if level in DIGITS else township_code


def unit_of_demand(demand: pd.DataFrame, level: str) -> pd.Series:
    """The unit of a level that each demand point lies in."""
    if level == "村":
        return pd.Series(demand.index, index=demand.index)
    return unit_of(demand["township_code"], level)


def _larger(townships: pd.DataFrame, region: Region, level: str) -> pd.DataFrame:
    """Counties or cities, with `mountain` where all townships that say so agree."""
    grouped = townships.groupby(townships.index.str[:DIGITS[level]], sort=True)
    units = pd.DataFrame({"pop": grouped["pop"].sum(min_count=1), "area_km2": grouped["area_km2"].sum(min_count=1)})
    units = units.assign(code=units.index, county_code=units.index, township_code=pd.NA, kind=level)
    if "mountain" in townships:
        said = grouped["mountain"].agg(lambda cells: set(cells.dropna().astype(bool)))
        units["mountain"] = said.map(lambda values: values.pop() if len(values) == 1 else pd.NA)
    named = grouped["county"].first() if "county" in townships and level == "县" else pd.Series(dtype="object")
    fallback = pd.Series([region.title] if len(units) == 1 and level == "县" else units.index, index=units.index)
    return units.assign(name=named.reindex(units.index).fillna(fallback))


def _villages(townships: pd.DataFrame, region: Region) -> pd.DataFrame:
    demand = region.demand.sort_index()
    name = demand["name"].fillna(pd.Series(demand.index, index=demand.index))
    urban = name.str.contains("社区|居委会|居民委员会", regex=True)
    villages = demand.assign(code=demand.index, name=name, kind=urban.map({True: "社区", False: "村"}),
                             county_code=demand["township_code"].str[:COUNTY_DIGITS])
    further = townships.columns.difference([*villages.columns, "township"])
    return villages.join(townships[further], on="township_code")
