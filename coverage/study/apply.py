"""Make a scenario's changes: a `Base` and a `Scenario` in, the base so changed out; what is given stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from coverage.errors import CoverageError, ScenarioError
from coverage.region import Region, open_sites, township_at
from coverage.schema import INSTITUTIONS
from coverage.study.apply_roads import change_roads
from coverage.study.changes import (
    NEW,
    ROADS,
    Change,
    Close,
    Expand,
    Host,
    Move,
    Open,
    Population,
    Serve,
    Share,
    Upgrade,
    describe,
)
from coverage.study.load import Base
from coverage.study.populate import with_population
from coverage.study.registers import PLANNED
from coverage.study.scenario import Scenario

_DTYPES = {"text": "str", "code": "str", "choice": "str", "int": "Int64", "year": "Int64", "bool": "boolean",
           "float": "float64"}


def apply_changes(base: Base, scenario: Scenario) -> Base:
    """The base with `scenario.changes` made, institutions and population in turn, then roads (closed, upgraded, drawn).

    A base in which they are made already is given back as it is. New institutions bear `basis` 情景, altered ones
    a basis that begins with it; a year that isn't stated is the scenario's. Raises ScenarioError that names every
    change which can't be made: an institution, township or way that isn't there, closed before it opened, …
    """
    if base.changes == scenario.changes:
        return base
    if base.changes:
        raise ValueError("these changes are not those that the base has in it already")
    year, changed, faults = scenario.year or base.region.year, base, []
    for number, change in _in_order(scenario.changes):
        try:
            changed = _made(change, changed, year)
        except CoverageError as error:
            faults.append((number, f"第 {number} 项变化“{describe(change, changed.region)}”做不成：{error}"))
    if faults:
        raise ScenarioError("；".join(fault for _, fault in sorted(faults)), where=scenario.title,
                            todo="请改正或删去这些变化")
    return replace(changed, region=_noted(changed.region, scenario.changes), changes=scenario.changes, given=base)


def _in_order(changes: tuple[Change, ...]) -> list[tuple[int, Change]]:
    """The changes with their numbers from 1: services after the institutions that give them, those to roads last."""
    last = (Serve, *ROADS)
    return sorted(enumerate(changes, start=1),
                  key=lambda pair: last.index(type(pair[1])) if isinstance(pair[1], last) else -1)


def _made(change: Change, base: Base, year: int | None) -> Base:
    if isinstance(change, ROADS):
        return replace(base, roads=change_roads(base.roads, change))
    if isinstance(change, Share):
        return _shared(base, change, year)
    if isinstance(change, Serve):
        return _served(base, change, year)
    if isinstance(change, Population):
        register = base.project.tables.get("populations")
        return replace(base, region=with_population(base.region, register, year=change.year))
    return replace(base, region=_SITES[type(change)](base.region, change, year))


def _opened(region: Region, change: Open, year: int | None) -> Region:
    fields = {"name": change.name, "lon": change.lon, "lat": change.lat, **_township(region, change)}
    return _with_site(region, change, fields, year)


def _hosted(region: Region, change: Host, year: int | None) -> Region:
    host = _site(region, change.host)
    name = change.name or f"{host['name']}（共建{change.service_type}）"
    fields = {"name": name, "hosted_in": host["service_type"]} | host[["lon", "lat", "township_code"]].to_dict()
    return _with_site(region, change, fields, year)


def _with_site(region: Region, change: Open | Host, fields: dict[str, Any], year: int | None) -> Region:
    site_id = change.site_id or f"{NEW}-{fields['name']}"
    if site_id in region.sites.index:
        raise ScenarioError(f"已有编号为“{site_id}”的机构", todo="请换一个名称，或另写 site_id")
    fields |= {"service_type": change.service_type, "capacity": change.capacity, "standardised": change.standardised,
               "public_benefit": change.public_benefit, "opened_year": change.opened_year or year, "state": "运营",
               "basis": NEW}
    row = pd.DataFrame([fields], index=pd.Index([site_id], name=region.sites.index.name)).astype("object")
    sites = pd.concat([region.sites.astype("object"), row.reindex(columns=region.sites.columns)]).sort_index()
    return replace(region, sites=sites.astype(_dtypes(region.sites)))


def _upgraded(region: Region, change: Upgrade, year: int | None) -> Region:
    if _site(region, change.site_id)["standardised"] is True:
        raise ScenarioError("它已经是规范化机构")
    return _altered(region, change, "升级", standardised=True)


def _expanded(region: Region, change: Expand, year: int | None) -> Region:
    places = _site(region, change.site_id)["capacity"]
    if not pd.isna(places) and change.capacity <= places:
        raise ScenarioError(f"它现有 {places} 人的容量，扩容后应更多")
    return _altered(region, change, "扩容", capacity=change.capacity)


def _moved(region: Region, change: Move, year: int | None) -> Region:
    return _altered(region, change, "迁址", lon=change.lon, lat=change.lat, **_township(region, change))


def _closed(region: Region, change: Close, year: int | None) -> Region:
    site, closed = _site(region, change.site_id), change.closed_year or year
    if not pd.isna(site["closed_year"]) and (closed is None or site["closed_year"] <= closed):
        raise ScenarioError(f"它在 {site['closed_year']} 年已经停用")
    if site["state"] == "停运" and pd.isna(site["closed_year"]):
        raise ScenarioError("它已经停运")
    if closed is not None and not pd.isna(site["opened_year"]) and closed < site["opened_year"]:
        raise ScenarioError(f"它在 {site['opened_year']} 年才启用，不能在 {closed} 年撤销")
    stopped = {"state": "停运"} if closed is None or year is None or closed <= year else {}
    return _altered(region, change, "撤销", closed_year=closed, **stopped)


_SITES: dict[type, Callable[[Region, Any, int | None], Region]] = {
    Open: _opened, Host: _hosted, Upgrade: _upgraded, Expand: _expanded, Move: _moved, Close: _closed}


def _shared(base: Base, change: Share, year: int | None) -> Base:
    """With rows in the register of agreements, which the project keeps."""
    region, site = base.region, _site(base.region, change.site_id)
    for code in change.townships:
        _known_township(region, code)
    if site["township_code"] in change.townships:
        raise ScenarioError("它就在其中的一个乡镇里，不用与本乡镇共享")
    rows = pd.DataFrame([
        {"site_id": change.site_id, "township_code": code, "document": change.document,
         "from_year": change.from_year or year, "to_year": None, "basis": NEW} for code in change.townships])
    return _with_rows(base, "agreements", rows)


def _served(base: Base, change: Serve, year: int | None) -> Base:
    """With rows beside the register of village services, a row a village; an institution goes by its name."""
    region, named, begins = base.region, change.provider, change.from_year or year
    if unknown := [code for code in change.villages if code not in region.demand.index]:
        raise ScenarioError(f"没有编号为 {'、'.join(unknown[:5])} 的村（社区）")
    if named in region.sites.index:
        name = region.sites.at[named, "name"]
        if named not in open_sites(region.sites, begins).index:
            raise ScenarioError(f"提供服务的“{name}”{'' if begins is None else f' {begins} 年'}没有运营")
        named = name
    rows = pd.DataFrame([
        {"demand_id": code, "way": change.way, "provider": named, "days_per_year": change.days_per_year,
         "from_year": begins, "to_year": None, "basis": NEW} for code in change.villages])
    return _with_rows(base, PLANNED, rows.astype({"days_per_year": "Int64"}))


def _with_rows(base: Base, register: str, rows: pd.DataFrame) -> Base:
    """With rows more in one of the registers that the project keeps."""
    rows, known = rows.astype({"from_year": "Int64", "to_year": "Int64"}), base.project.tables.get(register)
    more = rows if known is None or known.empty else pd.concat([known, rows], ignore_index=True)
    return replace(base, project=replace(base.project, tables={**base.project.tables, register: more}))


def _altered(region: Region, change: Change, how: str, **fields: Any) -> Region:
    """With some fields of a standing institution set, and its basis saying so."""
    sites = region.sites.copy()
    before = sites.at[change.site_id, "basis"]
    fields["basis"] = f"{NEW}：{how}" + ("" if pd.isna(before) else f"；原：{before}")
    for name, value in fields.items():
        sites.at[change.site_id, name] = pd.NA if value is None else value
    return replace(region, sites=sites)


def _site(region: Region, site_id: str) -> pd.Series:
    if site_id not in region.sites.index:
        raise ScenarioError(f"没有编号为“{site_id}”的机构")
    return region.sites.astype("object").loc[site_id]


def _township(region: Region, change: Open | Move) -> dict[str, Any]:
    """The township that the change names, or the one whose area the place lies in (NA outside them all)."""
    if change.township_code is not None:
        _known_township(region, change.township_code)
        return {"township_code": change.township_code}
    return {"township_code": township_at(region.areas, change.lon, change.lat)}


def _known_township(region: Region, code: str) -> None:
    if code not in region.townships.index:
        raise ScenarioError(f"没有代码为“{code}”的乡镇")


def _dtypes(sites: pd.DataFrame) -> dict[str, str]:
    """The dictionary's dtypes, so that a table that was empty takes them too."""
    kinds = {column.name: column.kind for column in INSTITUTIONS.columns}
    return {name: _DTYPES[kinds[name]] for name in sites.columns if name in kinds}


def _noted(region: Region, changes: tuple[Change, ...]) -> Region:
    """The region with a sentence on what of it is the scenario's."""
    note = f"情景改动了 {len(changes)} 处，标有“{NEW}”的机构、道路、人口是设想，不是现状"
    return replace(region, notes=(*region.notes, note))
