"""Lay out what may be done: an evaluation, a question and its rule in, a row for each option out.

The table: index site_id; name, township_code, lon, lat, basis, way, of (the standing institution that it changes or
is hosted in, ""), service_type, standardised, public_benefit, hosted_in (as an institution it would be), cost_wan,
cost_basis, yearly_cost_wan, capacity (places once done), capacity_basis, earliest_year, min_people, role.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from coverage.errors import ScenarioError
from coverage.goals.costs import unit_cost
from coverage.region import Region, open_sites
from coverage.siting.instance import CANDIDATE
from coverage.study.costs import prices_of
from coverage.study.evaluate import Evaluation
from coverage.study.places import PLACE, chosen_source, places_of
from coverage.study.question import Question
from coverage.study.question_parts import BUILD, CLOSE, EXPAND, HOST, MOVE, UPGRADE, VILLAGES, Way
from coverage.study.rule import Rule

HOUSE = "居家养老服务中心"
"""What hosts an institution where one is 共建. Source: the Zhejiang and Wenzhou plans of the 14th five years."""

PLANNER, OWN_TABLE = "规划人员填写", "候选点表"
KIND = ["service_type", "standardised", "public_benefit", "hosted_in"]
COLUMNS = [*PLACE, "way", "of", *KIND, "cost_wan", "cost_basis", "yearly_cost_wan", "capacity", "capacity_basis",
           "earliest_year", "min_people", "role"]


def options_of(evaluation: Evaluation, question: Question, rule: Rule) -> pd.DataFrame:
    """Every option of the question's ways, for each kind of institution that its rule wants.

    Costs and places are the candidates' own; where they have none, those that the way says, or of the unit-cost
    table, marked so. Raises ScenarioError for institutions that aren't there and for one way said twice.
    """
    parts = []
    for number, kind in enumerate(rule.kinds):
        for way in question.ways:
            if way.way in _ROWS:
                rows = _ROWS[way.way](evaluation, question, rule, kind, way)
                parts.append(_priced(rows.assign(way=way.way), evaluation, kind, way))
                if number and way.way in (BUILD, HOST):
                    parts[-1] = parts[-1].set_axis(parts[-1].index + f"·{kind['service_type']}")
    table = pd.concat([part for part in parts if len(part)]) if any(map(len, parts)) else pd.DataFrame(columns=COLUMNS)
    if table.index.has_duplicates:
        raise ScenarioError("ways 里同一个办法写了两遍", where=question.name, todo="请删去一遍，或用 sites 分开")
    return table.rename_axis("site_id").sort_index()


def new_places(places: list, evaluation: Evaluation, question: Question, rule: Rule) -> pd.DataFrame:
    """Options to build where the planner points; each lies in the township of the demand point nearest to it."""
    demand, rows = evaluation.region.demand.dropna(subset=["lon", "lat"]), {}
    for place in places:
        east = (demand["lon"].to_numpy(float) - place.lon) * np.cos(np.radians(place.lat))
        nearest = (east**2 + (demand["lat"].to_numpy(float) - place.lat) ** 2).argmin()
        rows[place.site_id] = {"name": place.name or place.site_id, "lon": place.lon, "lat": place.lat, "way": BUILD,
                               "township_code": demand["township_code"].iloc[nearest], "basis": PLANNER}
    way = next((way for way in question.ways if way.way == BUILD), Way(way=BUILD))
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("site_id")
    return _priced(table, evaluation, rule.kinds[0], way)


def closable(evaluation: Evaluation, question: Question, existing: pd.Index) -> dict[str, float | None]:
    """The institutions that may be closed, with what keeping each costs a year where the question says so."""
    found = {}
    for way in question.ways:
        if way.way == CLOSE:
            ids = existing if way.sites is None else known_sites(evaluation.region, way, question)
            found |= {site_id: way.yearly_cost_wan for site_id in ids if site_id in existing}
    return found


def _built(evaluation: Evaluation, question: Question, rule: Rule, kind: dict, way: Way) -> pd.DataFrame:
    return chosen_source(evaluation, question.candidates, question.clusters)


def _upgraded(evaluation: Evaluation, question: Question, rule: Rule, kind: dict, way: Way) -> pd.DataFrame:
    """Institutions of the kind that are open but don't count yet."""
    sites = _of_kind(evaluation, question, kind, way)
    return _on_site(sites[~sites.index.isin(rule.complete)], UPGRADE).assign(standardised=True)


def _hosted(evaluation: Evaluation, question: Question, rule: Rule, kind: dict, way: Way) -> pd.DataFrame:
    sites = open_sites(evaluation.region.sites, evaluation.year)
    sites = sites[sites["service_type"] == HOUSE if way.sites is None else sites.index.isin(
        known_sites(evaluation.region, way, question))]
    rows = _on_site(sites.drop(columns=["capacity", *KIND], errors="ignore"), HOST)
    return rows.assign(hosted_in=sites["service_type"].to_numpy())


def _expanded(evaluation: Evaluation, question: Question, rule: Rule, kind: dict, way: Way) -> pd.DataFrame:
    """Institutions with a known number of places, each with so many more."""
    sites = _of_kind(evaluation, question, kind, way)
    rows = _on_site(sites[sites["capacity"].notna()], EXPAND, f"增加 {way.places} 个名额")
    rows = rows.set_axis(rows.index + f"+{way.places}")
    before = rows["capacity"]
    return rows.assign(capacity=before + way.places,
                       capacity_basis="现有 " + before.astype("str") + f" 个，增加 {way.places} 个")


def _moved(evaluation: Evaluation, question: Question, rule: Rule, kind: dict, way: Way) -> pd.DataFrame:
    """Each institution at every place of its own township but where it stands."""
    sites, places = _of_kind(evaluation, question, kind, way), places_of(evaluation, way.to or VILLAGES)
    sites = sites.rename_axis("of").reset_index()
    places = places[PLACE].rename_axis("to").reset_index()
    rows = sites.drop(columns=["lon", "lat", "basis"]).merge(
        places.drop(columns="basis"), on="township_code", suffixes=("", "_to"))
    here = sites.set_index("of")[["lon", "lat"]].loc[rows["of"]].to_numpy(float)
    rows = rows[(here != rows[["lon", "lat"]].to_numpy(float)).any(axis=1)]
    rows = rows.assign(name=rows["name"] + "（迁到" + rows["name_to"] + "）", basis="现有机构")
    rows = rows.set_axis(pd.Index(f"{MOVE}-" + rows["of"] + "→" + rows["to"], dtype="str"))
    return rows[[name for name in (*PLACE, "of", *KIND, "capacity") if name in rows]]


_ROWS: dict[str, Callable[..., pd.DataFrame]] = {
    BUILD: _built, UPGRADE: _upgraded, HOST: _hosted, EXPAND: _expanded, MOVE: _moved}


def _of_kind(evaluation: Evaluation, question: Question, kind: dict, way: Way) -> pd.DataFrame:
    """Open institutions of a kind's type, those that the way names."""
    sites = open_sites(evaluation.region.sites, evaluation.year)
    sites = sites[sites["service_type"] == kind["service_type"]]
    return sites if way.sites is None else sites[sites.index.isin(known_sites(evaluation.region, way, question))]


def known_sites(region: Region, way: Way, question: Question) -> list[str]:
    """The institutions that a way names. Raises ScenarioError for those that aren't there."""
    if unknown := [site_id for site_id in way.sites if site_id not in region.sites.index]:
        raise ScenarioError(f"{way.way}：没有编号为 {'、'.join(unknown[:5])} 的机构", where=question.name)
    return list(way.sites)


def _on_site(sites: pd.DataFrame, way: str, says: str = "") -> pd.DataFrame:
    """Rows where institutions stand, each bearing the way in its id and name."""
    kept = [name for name in (*PLACE, *KIND, "capacity") if name in sites]
    rows = sites[kept].assign(of=sites.index, name=sites["name"] + f"（{says or way}）")
    return rows.set_axis(pd.Index(f"{way}-" + sites.index, name="site_id", dtype="str"))


def _priced(rows: pd.DataFrame, evaluation: Evaluation, kind: dict, way: Way) -> pd.DataFrame:
    """The rows with every column: what is built, costs and places, each with where it is from."""
    prices = prices_of(evaluation.scenario)
    rows = rows.reindex(columns=COLUMNS)
    cost, places = rows["cost_wan"].astype("float64"), rows["capacity"].astype("float64")
    price, wan, basis = _price(prices, way, kind)
    given = rows["capacity_basis"].notna()
    seats = None if way.way in (EXPAND, MOVE, UPGRADE) else price.places
    own_table, priced = OWN_TABLE if way.way == BUILD else "机构表", "" if seats is None else price.basis.split("（")[0]
    capacity_basis = rows["capacity_basis"].where(given, np.where(places.notna(), own_table, priced))
    told = {name: rows[name].astype("object").where(rows[name].notna(), kind.get(name, pd.NA)) for name in KIND}
    role = rows["role"].astype("object")
    return rows.assign(
        **told, of=rows["of"].astype("object").fillna(""), role=role.where(role.notna(), CANDIDATE),
        cost_wan=cost.fillna(wan), cost_basis=np.where(cost.notna(), OWN_TABLE, basis),
        capacity=(places if seats is None else places.fillna(seats)).round().astype("Int64"),
        capacity_basis=capacity_basis.astype("object"),
        yearly_cost_wan=np.nan if way.yearly_cost_wan is None else way.yearly_cost_wan,
        earliest_year=pd.array([way.earliest_year] * len(rows), dtype="Int64"),
        min_people=pd.array([way.min_people] * len(rows), dtype="Int64"))


def _price(prices: pd.DataFrame, way: Way, kind: dict):
    """(the row of unit costs, 万元 for one option, where that is from); moving has no row: it is fitted out anew."""
    price = unit_cost(prices, BUILD if way.way == MOVE else way.way, kind["service_type"])
    if way.cost_wan is not None:
        return price, way.cost_wan, PLANNER
    basis = f"按新建：{price.basis}" if way.way == MOVE else price.basis
    return price, price.cost_wan * (way.places or 1), basis
