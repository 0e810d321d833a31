"""Hold one region: areas, people and institutions, joined and ready for every later stage."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd


@dataclass(frozen=True)
class Region:
    """A region's tables. Every frame is sorted by its index; codes and ids are text.

    townships   index township_code; township, nbs_code, kind, pop, area_km2, lon, lat, basis
    demand      index demand_id (a village's code or a point's id); name, township_code, pop, lon, lat, basis
    people      demand_id, category, severity, age_band, people: disabled people, counts of persons;
                a grouping that the source doesn't have is absent
    sites       index site_id; name, service_type, township_code, lon, lat, capacity, standardised,
                public_benefit, opened_year, closed_year, state, basis; NA = not stated
    candidates  index site_id; name, township_code, lon, lat, cost_wan, capacity, role, basis; may be empty
    areas       index township_code; geometry in EPSG:4326
    areas_basis what the areas are: 用户边界 or 示意
    notes       sentences on what in the data is real and what is not
    """

    title: str
    county_code: str
    year: int | None
    townships: pd.DataFrame
    demand: pd.DataFrame
    people: pd.DataFrame
    sites: pd.DataFrame
    candidates: pd.DataFrame
    areas: gpd.GeoDataFrame
    areas_basis: str
    notes: tuple[str, ...]
