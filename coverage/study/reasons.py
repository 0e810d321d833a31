"""Say why each new site stands where it does: a problem and siting's plan in, a row a new site out.

What is lost without it and what could replace it are told in the question's own measure: people within the limit
(siting.explain), minutes on the way, or people who find a place.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage import siting
from coverage.access import nearest
from coverage.siting import SitingResult
from coverage.siting.instance import CANDIDATE, FORBIDDEN, REQUIRED
from coverage.study.composed import fixed
from coverage.study.problem import Problem

NEAR_SHARE = 0.15
"""A replacement that loses at most this share of what the site itself brings is nearly as good (示意)."""

MOST_TRIED = 40
"""Sites of a plan with places that are left out in turn, each a solve."""


def reasons(problem: Problem, result: SitingResult) -> pd.DataFrame:
    """Index site_id (the new sites), columns:

    - served: whom it would serve as the nearest (with places: to whom it is assigned), by township
    - lost_without: people whom no other open site reaches in time (with places: who then find none)
    - mean_more_min, farthest_without_min: minutes more for each person on average, and the longest way, without it
    - replacement: the candidate that loses least in its place ("" = none); replacement_loss: people fewer, of
      p_median minutes more for each person; near: (site_id, loss) of those that lose next to nothing
    - measure: "people" or "minutes", what the losses are in
    - fixed: whether the planner required it
    """
    new = result.new_sites.index
    table = pd.DataFrame({"served": _served(problem, result), "fixed": problem.sites.loc[new, "role"].eq(REQUIRED),
                          "measure": "people"}, index=new)
    table = table.join(_minutes_without(problem, result))
    if problem.question.model == "p_median":
        table = table.assign(measure="minutes").join(_minutes_replaced(problem, result))
        return _near(table.join(_explained(problem, result)[["lost_without"]]), "mean_more_min")
    if result.flows is not None:
        return table.join(_places_lost(problem, result)).assign(
            replacement="", replacement_loss=np.nan, near=[()] * len(new))
    return _near(table.join(_explained(problem, result)), "lost_without")


def _near(table: pd.DataFrame, brings: str) -> pd.DataFrame:
    """`near` without those that lose much of what the site itself brings."""
    near = [tuple(pair for pair in pairs if pair[1] <= NEAR_SHARE * most)
            for pairs, most in zip(table["near"], table[brings], strict=True)]
    return table.assign(near=pd.Series(near, index=table.index, dtype="object"))


def _explained(problem: Problem, result: SitingResult) -> pd.DataFrame:
    """siting.explain, where only what the question allows may stand in."""
    times, demand, sites = problem.tables
    plan, new = fixed(problem, result.new_sites.index), result.new_sites.index
    columns = ["lost_without", "replacement", "replacement_loss", "near"]
    asked = sites.copy()
    asked.loc[new, "role"] = CANDIDATE  # what is lost without a required site is told as well
    parts = []
    for mask, group in _allowed(problem, new):
        allowed = asked.copy()
        allowed.loc[~mask & ~allowed.index.isin(new) & (allowed["role"] == CANDIDATE), "role"] = FORBIDDEN
        parts.append(siting.explain(times, demand, allowed, plan).loc[group, columns])
    return pd.concat(parts).reindex(new) if parts else pd.DataFrame(columns=columns, index=new)


def _allowed(problem: Problem, new: pd.Index):
    """(which sites may stand in, the new sites of which that is true): of the same unit, within the money."""
    sites, question = problem.sites, problem.question
    everything = pd.Series(True, index=sites.index)
    if question.model == "unit_cover" or (question.goal is not None and problem.rule.n is not None):
        for unit, group in sites.loc[new].groupby("unit"):
            yield sites["unit"] == unit, group.index
    elif question.budget_wan is not None:
        spare = question.budget_wan - sites.loc[new, "cost"].sum()
        for cost, group in sites.loc[new].groupby("cost"):
            yield sites["cost"].le(cost + spare + 1e-9).fillna(False).astype(bool), group.index
    elif len(new):
        yield everything, new


def _minutes_without(problem: Problem, result: SitingResult) -> pd.DataFrame:
    """Minutes more for each person on average, and the longest way, were one site not built."""
    weight = problem.demand["weight"]
    times = problem.tables[0]
    first = nearest(times[times["site_id"].isin(result.chosen.index)])
    first = first.join(weight[weight > 0], how="inner")
    more = (first["second_min"] - first["travel_min"]) * first["weight"]
    by_site = more.groupby(first["site_id"]).sum() / max(1, first["weight"].sum())
    farthest = {}
    for site in result.new_sites.index:
        minutes = first["travel_min"].where(first["site_id"] != site, first["second_min"])
        farthest[site] = minutes.max()
    return pd.DataFrame({"mean_more_min": by_site.reindex(result.new_sites.index).fillna(0.0),
                         "farthest_without_min": pd.Series(farthest, dtype="float64")})


def _minutes_replaced(problem: Problem, result: SitingResult) -> pd.DataFrame:
    """The best candidate in each site's place, by minutes for each person; those without a way count an hour more
    than the longest way there is."""
    times, demand, sites = problem.tables
    free = sites.index[(sites["role"] == CANDIDATE) & ~sites.index.isin(result.chosen.index)]
    weight = demand["weight"].to_numpy(float)
    everyone = max(1.0, weight.sum())
    far = float(times["travel_min"].max()) + 60.0
    first = nearest(times[times["site_id"].isin(result.chosen.index)]).reindex(demand.index)
    best, second = (first[name].fillna(far).to_numpy(float) for name in ("travel_min", "second_min"))
    pairs = times[times["site_id"].isin(free)]
    row, at = demand.index.get_indexer(pairs["demand_id"]), free.get_indexer(pairs["site_id"])
    minutes, rows = pairs["travel_min"].to_numpy(float), []
    for site in result.new_sites.index:
        left = np.where(first["site_id"] == site, second, best)
        saved = np.bincount(at, weights=weight[row] * np.maximum(0.0, left[row] - minutes), minlength=len(free))
        loss = (weight @ (left - best) - saved) / everyone
        order = np.argsort(loss, kind="stable")
        near = tuple((free[k], float(loss[k])) for k in order[:3])
        rows.append((free[order[0]] if len(free) else "", float(loss[order[0]]) if len(free) else np.nan, near))
    return pd.DataFrame(rows, index=result.new_sites.index, columns=["replacement", "replacement_loss", "near"])


def _places_lost(problem: Problem, result: SitingResult) -> pd.DataFrame:
    """People who find no place were one site not built."""
    new, lost = result.new_sites.index, {}
    times, demand, sites = problem.tables
    for site in new[:MOST_TRIED]:
        rest = sites.copy()
        others = new.drop(site)
        rest.loc[rest["role"].isin([CANDIDATE, REQUIRED]), "role"] = FORBIDDEN
        rest.loc[others, "role"] = REQUIRED
        without = siting.capacitated_mclp(times, demand, rest, within_min=result.within_min, p=len(others),
                                          seed=result.seed)
        lost[site] = result.served - without.served
    return pd.DataFrame({"lost_without": pd.Series(lost, dtype="float64").reindex(new)})


def _served(problem: Problem, result: SitingResult) -> pd.Series:
    """甲镇 100 人（最远 12 分钟）、…: by township, most people first."""
    region = problem.evaluation.region
    if result.flows is not None:
        rows = result.flows
    else:
        times = problem.tables[0]
        first = nearest(times[times["site_id"].isin(result.chosen.index)])
        first = first[first["travel_min"] <= problem.within_min]
        rows = first.join(problem.demand["weight"].rename("people")).reset_index()
    rows = rows[rows["site_id"].isin(result.new_sites.index) & (rows["people"] > 0)]
    code = rows["demand_id"].map(region.demand["township_code"])
    name = code.map(region.townships["township"]).fillna("（未知）")
    grouped = rows.assign(township=name).groupby(["site_id", "township"]).agg(
        people=("people", "sum"), farthest=("travel_min", "max")).reset_index()
    grouped = grouped.sort_values(["site_id", "people", "township"], ascending=[True, False, True])
    said = pd.Series([f"{row.township} {row.people:,.0f} 人（最远 {row.farthest:.0f} 分钟）"
                      for row in grouped.itertuples()], index=grouped.index, dtype="object")
    return said.groupby(grouped["site_id"]).agg("、".join).reindex(result.new_sites.index).fillna("")
