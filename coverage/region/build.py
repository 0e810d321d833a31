"""Join a project's checked tables into one region.

Takes intake's `Project`; gives a `Region`. A project has either townships and
villages, or points alone (each with the township it names, if any).
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from coverage.errors import ProjectError
from coverage.intake import Project
from coverage.region.areas import SCHEMATIC, schematic_areas
from coverage.region.region import Region
from coverage.schema import CANDIDATES, INSTITUTIONS, POINTS, TOWNSHIPS, VILLAGES, Table

WHOLE = "全域"
"""The one unit of a region whose points name no township."""


def build_region(project: Project) -> Region:
    """Join the tables of `project`.

    Raises ProjectError where there is nobody to serve (no villages and no points).
    """
    tables = project.tables
    if "villages" in tables:
        townships, demand = _from_villages(tables)
    elif "points" in tables:
        townships, demand = _from_points(tables["points"])
    else:
        raise ProjectError("没有村（社区）表，也没有需求点表", where=project.title, todo="请在项目中放入其中一张")
    areas, areas_basis = _areas(project.areas, townships, demand)
    return Region(
        title=project.title,
        county_code=project.county_code,
        year=project.year,
        townships=townships,
        demand=demand,
        people=_people(tables, demand),
        sites=_located(tables.get("institutions"), INSTITUTIONS, townships, areas),
        candidates=_located(tables.get("candidates"), CANDIDATES, townships, areas),
        areas=areas,
        areas_basis=areas_basis,
        notes=tuple(project.notes),
    )


def township_kind(name: str) -> str:
    """镇, 乡, 民族乡 or 街道 by the name's ending; 其他 where it has none of them."""
    if name.endswith("街道"):
        return "街道"
    if name.endswith("镇"):
        return "镇"
    if name.endswith("族乡"):
        return "民族乡"
    return "乡" if name.endswith("乡") else "其他"


def _from_villages(tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    townships = _with_columns(tables["townships"], TOWNSHIPS).set_index("township_code").sort_index()
    townships["kind"] = townships["township"].map(township_kind)
    villages = _with_columns(tables["villages"], VILLAGES)
    demand = villages.rename(columns={"village_code": "demand_id", "village": "name"})
    return townships, demand.set_index("demand_id").sort_index()


def _from_points(points: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points bring their own units: by code, else by name, else one unit for all."""
    demand = _with_columns(points, POINTS).set_index("demand_id").sort_index()
    demand["pop"] = demand["pop"].fillna(demand["people"])
    if demand["pop"].isna().any():
        lacking = "、".join(demand.index[demand["pop"].isna()][:5])
        raise ProjectError(f"需求点没有人数：{lacking}", todo="请填写“常住人口”或“残疾人数”一栏")
    demand["township"] = demand["township"].fillna(demand["township_code"]).fillna(WHOLE)
    demand["township_code"] = demand["township_code"].fillna(demand["township"])
    units = demand.groupby("township_code", sort=True)
    townships = units.agg(township=("township", "first"), pop=("pop", "sum"), lon=("lon", "mean"), lat=("lat", "mean"))
    townships["kind"] = townships["township"].map(township_kind)
    townships["basis"] = "由需求点归并"
    return townships.assign(nbs_code=pd.NA, area_km2=float("nan")), demand.drop(columns=["township", "people"])


def _people(tables: dict[str, pd.DataFrame], demand: pd.DataFrame) -> pd.DataFrame:
    if "people" in tables:
        return tables["people"].rename(columns={"village_code": "demand_id"}).dropna(axis="columns", how="all")
    if "points" in tables and tables["points"].get("people") is not None:
        return tables["points"][["demand_id", "people"]].dropna().reset_index(drop=True)
    return pd.DataFrame({"demand_id": demand.index[:0], "people": pd.Series(dtype="int64")})


def _areas(given: gpd.GeoDataFrame | None, townships: pd.DataFrame, demand: pd.DataFrame):
    if given is not None:
        return given.set_index("township_code").sort_index()[["geometry"]], "用户边界"
    around = pd.concat([townships[["lon", "lat"]], demand[["lon", "lat"]]])
    return schematic_areas(townships, around), SCHEMATIC


def _located(sites: pd.DataFrame | None, table: Table, townships: pd.DataFrame, areas: gpd.GeoDataFrame):
    """Sites with each one's township: the code that it gives, else the name, else the area that it lies in."""
    sites = _with_columns(pd.DataFrame() if sites is None else sites, table).set_index("site_id").sort_index()
    by_name = pd.Series(townships.index, index=townships["township"])
    by_name = by_name[~by_name.index.duplicated(keep=False)]
    code = sites["township_code"].fillna(sites["township"].map(by_name)).fillna(_area_of(sites, areas))
    return sites.drop(columns="township").assign(township_code=code)


def township_at(areas: gpd.GeoDataFrame, lon: float, lat: float) -> str | None:
    """The township_code of the area that a place lies in; None outside them all."""
    place = pd.DataFrame({"lon": [lon], "lat": [lat]})
    code = _area_of(place, areas).iloc[0]
    return None if pd.isna(code) else code


def _area_of(sites: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(sites["lon"], sites["lat"]), index=sites.index, crs=4326)
    inside = points.sjoin(areas, how="inner", predicate="intersects")[areas.index.name]
    return inside[~inside.index.duplicated()].reindex(sites.index)


def _with_columns(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A copy with every column of the table's dictionary; those not given are NA."""
    return frame.reindex(columns=[column.name for column in table.columns])
