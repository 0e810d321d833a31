"""Say why each new site stands where it does: a problem and siting's answer in, a row a new site out.

What is lost without it and what could replace it are told in the question's own measure (coverage/study/measures.py).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from coverage.access import nearest
from coverage.siting import SitingResult
from coverage.siting.exchange import Exchange, exchanges, without_site
from coverage.siting.instance import CANDIDATE, REQUIRED, Instance, read
from coverage.siting.rows import rows_within
from coverage.siting.worth import Kept
from coverage.siting.worth_of_places import Placed
from coverage.study.measures import Measure, measure_of
from coverage.study.problem import Problem
from coverage.study.solved import Solved

NEAR_SHARE = 0.15
"""A replacement that loses at most this share of what the site itself brings is nearly as good (示意)."""

TIES_SHOWN = 3


def reasons(problem: Problem, solved: Solved) -> pd.DataFrame:
    """Index site_id (the new sites), columns:

    - served: whom it would serve as the nearest (with places: to whom it is assigned), by township
    - lost_without: people whom no other open site reaches in time (with places: who then find none)
    - mean_more_min, farthest_without_min: minutes more for each person on average, and the longest way, without it
    - measure: what the following are in; now, without: the plan's value, and without the site (NaN = none)
    - breaks: which of several goals the plan would no longer meet
    - replacement: the candidate that does best in its place ("" = none); replacement_loss: how much worse that is;
      near: (site_id, loss) of those that lose next to nothing; proven: whether nothing else does better
    - fixed: whether the planner required it
    """
    result, new = solved.result, solved.result.new_sites.index
    instance = _instance(problem, result)
    is_open = np.isin(instance.site_id, result.chosen.index)
    outs = pd.Index(instance.site_id).get_indexer(new)
    measure = measure_of(problem, solved, instance, is_open)
    table = pd.DataFrame({"served": _served(problem, result), "fixed": problem.sites.loc[new, "role"].eq(REQUIRED),
                          "measure": measure.name, "now": measure.worth.value(is_open)}, index=new)
    allowed = _allowed(problem, solved, instance, is_open, outs)
    found = exchanges(instance, measure.worth, is_open, outs, allowed=allowed, keep=TIES_SHOWN)
    rows = [_told(instance, measure, is_open, out, found[out]) for out in outs]
    told = pd.DataFrame(rows, index=new, columns=["without", "breaks", "replacement", "replacement_loss", "near",
                                                  "proven"])
    table = table.join(_minutes_without(problem, result)).join(told)
    return table.assign(lost_without=_people_lost(instance, measure, is_open, outs, places=result.flows is not None))


def _instance(problem: Problem, result: SitingResult) -> Instance:
    """The question's tables, with required sites as candidates: what is lost without one is told as well."""
    times, demand, sites = problem.tables
    role = sites["role"].mask(sites["role"].eq(REQUIRED) & sites.index.isin(result.chosen.index), CANDIDATE)
    within = result.within_min if result.flows is not None else problem.within_min
    return read(times, demand, sites.assign(role=role), within_min=within)


def _allowed(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray, outs) -> dict[int, np.ndarray]:
    """Which sites may stand in for each: within the money, each year's too, and near enough to refer."""
    question, may = problem.question, np.ones(len(is_open), dtype=bool)
    if solved.referring is not None:
        may = np.isin(instance.site_id, list(solved.referring))
    allowed = {int(out): may for out in outs}
    new = np.isin(instance.site_id, solved.result.new_sites.index)
    for limit, price, counted in ((question.budget_wan, instance.cost, new),
                                  (question.yearly_budget_wan, instance.yearly_cost, is_open)):
        if limit is not None:
            spare = limit - np.nansum(price[counted])
            allowed = {out: mask & (np.nan_to_num(price, nan=np.inf) <= price[out] + spare + 1e-9)
                       for out, mask in allowed.items()}
    return allowed


def _told(instance: Instance, measure: Measure, is_open: np.ndarray, out: int, found: Exchange) -> tuple:
    worth, now = measure.worth, measure.worth.value(is_open)
    sign = 1.0 if worth.less else -1.0
    options = [(str(instance.site_id[k]), sign * (value - now)) for k, value in found.options]
    brings = sign * (found.without - now)
    base, breaks = without_site(instance, is_open, out), ""
    if isinstance(worth, Kept):
        breaks = "、".join(dict.fromkeys(one.title for one in worth.asked
                                        if one.title and one.short(base) > one.short(is_open) + 1e-6))
        if not worth.missed:
            brings = float(worth.price[out])
    without = found.without if math.isfinite(found.without) else math.nan
    if isinstance(worth, Placed) and worth.people(base) < worth.people(is_open) - 1e-6:
        without = without if worth.served else math.nan  # not everyone has a place: nothing to compare
    if isinstance(worth, Placed) and not worth.served:  # nobody may be left without a place
        options = [(site, loss) for site, loss in options if loss < worth.minute_price * worth.away / 2]
    near = tuple((site, loss) for site, loss in options if loss <= NEAR_SHARE * brings)
    best, loss = options[0] if options else ("", math.nan)
    return without, breaks, best, loss, near, found.proven


def _people_lost(instance: Instance, measure: Measure, is_open: np.ndarray, outs, *, places: bool) -> list[float]:
    """People who lose what they have: an open site within the limit or, with places, one that takes them."""
    plans = [without_site(instance, is_open, int(out)) for out in outs]
    if places and isinstance(measure.worth, Placed):
        now = measure.worth.people(is_open)
        return [float(now - measure.worth.people(plan)) for plan in plans]
    rows = rows_within(instance)
    won = rows.won(is_open)
    return [float(rows.weight[won & ~rows.won(plan)].sum()) for plan in plans]


def _minutes_without(problem: Problem, result: SitingResult) -> pd.DataFrame:
    """Minutes more for each person on average, and the longest way, were one site not built."""
    weight = problem.demand["weight"]
    times = problem.asked
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


def _served(problem: Problem, result: SitingResult) -> pd.Series:
    """甲镇 100 人（最远 12 分钟）、…: by township, most people first."""
    region = problem.evaluation.region
    if result.flows is not None:
        rows = result.flows
    else:
        times = problem.asked
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
