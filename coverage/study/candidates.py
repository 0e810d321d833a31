"""Lay out where something could be built: an evaluation and a question in, a table of candidates out.

The table: index site_id; name, township_code, lon, lat, way (新建, 升级, 共建), cost_wan (万元), cost_basis,
capacity (places), capacity_basis, role (候选, 必选, 禁选), basis.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.errors import ScenarioError
from coverage.goals.costs import unit_cost, unit_costs
from coverage.region import Region, open_sites
from coverage.siting import propose_clusters, undominated
from coverage.siting.instance import CANDIDATE
from coverage.study.costs import read_costs
from coverage.study.evaluate import Evaluation
from coverage.study.question import BUILD, CLUSTERS, HOST, NETWORK, PROJECT, SEATS, UPGRADE, VILLAGES, Place, Question
from coverage.study.rule import Rule
from coverage.travel import travel_times

PLACE = ["name", "township_code", "lon", "lat", "basis"]
HOUSE = "居家养老服务中心"
"""What hosts an institution where one is 共建. Source: the Zhejiang and Wenzhou plans of the 14th five years."""

CLUSTERS_SHARE = 10
"""Groups of people where the question gives no number: one for so many places (示意)."""

PLANNER = "规划人员填写"


def candidate_sites(evaluation: Evaluation, question: Question, rule: Rule) -> pd.DataFrame:
    """Every candidate of the question, as it says. `rule` tells what counts already and what is to be built.

    Costs and places are the candidates' own; where they have none, those of the unit-cost table, marked so.
    Raises ScenarioError for a source that gives nothing, for ids that institutions bear, and for places of the
    question that are no candidates.
    """
    return edited(evaluation, offered(evaluation, question, rule), question, rule)


def offered(evaluation: Evaluation, question: Question, rule: Rule) -> pd.DataFrame:
    """The candidates before the question says anything of single ones."""
    region = evaluation.region
    source = question.candidates or (PROJECT if len(region.candidates) else VILLAGES)
    parts = []
    if BUILD in question.ways:
        parts.append(_source(evaluation, source, question.clusters).assign(way=BUILD))
    if UPGRADE in question.ways:
        parts.append(_upgrades(evaluation, rule))
    if HOST in question.ways:
        parts.append(_houses(evaluation))
    sites = pd.concat([part for part in parts if len(part)]) if any(map(len, parts)) else parts[0]
    if sites.empty:
        raise ScenarioError("没有候选点", where=question.name, todo="请换一种候选点来源，或在项目里放入候选点表")
    shared = sites.index.intersection(region.sites.index)
    if len(shared):
        raise ScenarioError(f"候选点与机构用了相同的编号：{'、'.join(shared[:5])}", todo="请给候选点另编号")
    return _priced(sites, evaluation, rule)


def edited(evaluation: Evaluation, sites: pd.DataFrame, question: Question, rule: Rule) -> pd.DataFrame:
    """The candidates with what the question says of single ones, and the places that it adds."""
    region = evaluation.region
    added = [place for place in question.site if place.site_id not in sites.index]
    if unknown := [place.site_id for place in added if place.lon is None]:
        raise ScenarioError(f"候选点里没有：{'、'.join(unknown[:5])}", where=question.name,
                            todo="请检查编号；要新添地点，请写 lon 和 lat")
    if taken := [place.site_id for place in added if place.site_id in region.sites.index]:
        raise ScenarioError(f"候选点与机构用了相同的编号：{'、'.join(taken[:5])}", where=question.name,
                            todo="请另编号")
    if added:
        sites = pd.concat([sites, _priced(_new_places(added, region), evaluation, rule)])
    sites = sites.sort_index()
    for place in question.site:
        if place.role is not None:
            sites.loc[place.site_id, "role"] = place.role
        if place.cost_wan is not None:
            sites.loc[place.site_id, ["cost_wan", "cost_basis"]] = [place.cost_wan, PLANNER]
        if place.capacity is not None:
            sites.loc[place.site_id, ["capacity", "capacity_basis"]] = [place.capacity, PLANNER]
    return sites


def places_of(evaluation: Evaluation, source: str, clusters: int | None = None) -> pd.DataFrame:
    """The places of one source, to build at: index site_id; PLACE and, of the project's own, its columns."""
    return _source(evaluation, source, clusters)


def _source(evaluation: Evaluation, source: str, clusters: int | None) -> pd.DataFrame:
    region = evaluation.region
    if source == PROJECT:
        return region.candidates.assign(role=region.candidates["role"].fillna(CANDIDATE))
    villages = region.demand[PLACE].rename_axis("site_id")
    if source == SEATS:
        seats = region.townships.dropna(subset=["lon", "lat"])
        seats = seats.assign(name=seats["township"] + "驻地", township_code=seats.index)[PLACE]
        return seats.set_axis(pd.Index("驻地-" + seats.index, name="site_id"))
    if source == CLUSTERS:
        return _clusters(evaluation, clusters)
    if source == NETWORK:
        return _thinned(evaluation, villages)
    return villages


def _clusters(evaluation: Evaluation, clusters: int | None) -> pd.DataFrame:
    demand = evaluation.region.demand.assign(weight=evaluation.people)
    inhabited = int((demand["weight"] > 0).sum())
    n = min(clusters or max(1, inhabited // CLUSTERS_SHARE), inhabited)
    found = propose_clusters(demand, n=n, seed=evaluation.scenario.seed)
    host = evaluation.region.demand.loc[found["demand_id"], PLACE].set_axis(found.index)
    return host.assign(basis=found["basis"])


def _thinned(evaluation: Evaluation, villages: pd.DataFrame) -> pd.DataFrame:
    within = evaluation.scenario.travel.threshold_min
    times = travel_times(evaluation.network, evaluation.region.demand, villages, within_min=within).table
    demand = pd.DataFrame({"weight": evaluation.people})
    return undominated(times, demand, villages.assign(role=CANDIDATE), within_min=within).drop(columns="role")


def _upgrades(evaluation: Evaluation, rule: Rule) -> pd.DataFrame:
    """Institutions of the service that are open but don't count yet."""
    sites = open_sites(evaluation.region.sites, evaluation.year)
    mine = (sites["service_type"] == rule.fields["service_type"]) & ~sites.index.isin(rule.existing)
    return _on_site(sites[mine], UPGRADE)


def _houses(evaluation: Evaluation) -> pd.DataFrame:
    sites = open_sites(evaluation.region.sites, evaluation.year)
    return _on_site(sites[sites["service_type"] == HOUSE].drop(columns="capacity"), HOST)


def _on_site(sites: pd.DataFrame, way: str) -> pd.DataFrame:
    kept = [name for name in (*PLACE, "capacity") if name in sites]
    rows = sites[kept].assign(way=way, name=sites["name"] + f"（{way}）")
    return rows.set_axis(pd.Index(f"{way}-" + rows.index, name="site_id", dtype="str"))


def _priced(sites: pd.DataFrame, evaluation: Evaluation, rule: Rule) -> pd.DataFrame:
    """Costs and places filled from the unit-cost table where a candidate has none, each with where it is from."""
    scenario = evaluation.scenario
    costs = read_costs(scenario.costs) if scenario.costs else unit_costs()
    sites = sites.reindex(columns=[*PLACE, "way", "cost_wan", "capacity", "role"])
    sites["role"] = sites["role"].astype("object").fillna(CANDIDATE)
    cost, places = sites["cost_wan"].astype("float64"), sites["capacity"].astype("float64")
    cost_basis = pd.Series(np.where(cost.notna(), "候选点表", ""), index=sites.index, dtype="object")
    capacity_basis = pd.Series(np.where(places.notna(), "候选点表", ""), index=sites.index, dtype="object")
    for way in sites["way"].unique():
        price = unit_cost(costs, way, rule.fields["service_type"])
        blank = (sites["way"] == way) & cost.isna()
        cost[blank], cost_basis[blank] = price.cost_wan, price.basis
        blank = (sites["way"] == way) & places.isna()
        if price.places is not None:
            places[blank], capacity_basis[blank] = price.places, price.basis.split("（")[0]
    sites = sites.assign(cost_wan=cost, cost_basis=cost_basis, capacity=places.round().astype("Int64"),
                         capacity_basis=capacity_basis)
    return sites.sort_index()


def _new_places(places: list[Place], region: Region) -> pd.DataFrame:
    """Places that the planner points to; each lies in the township of the demand point nearest to it."""
    demand, rows = region.demand.dropna(subset=["lon", "lat"]), {}
    for place in places:
        east = (demand["lon"].to_numpy(float) - place.lon) * np.cos(np.radians(place.lat))
        nearest = (east**2 + (demand["lat"].to_numpy(float) - place.lat) ** 2).argmin()
        rows[place.site_id] = {"name": place.name or place.site_id, "lon": place.lon, "lat": place.lat, "way": BUILD,
                               "township_code": demand["township_code"].iloc[nearest], "basis": PLANNER}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("site_id")
