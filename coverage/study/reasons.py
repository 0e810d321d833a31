"""Say why each new site stands where it does: a problem and siting's answer in, a row a new site out.

What is lost without it and what could replace it are told in the question's own measure (coverage/study/measures.py).
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import accumulate

import numpy as np
import pandas as pd

from coverage.access import nearest
from coverage.siting import SitingResult
from coverage.siting.exchange import Exchange, Worth, affordable, exchanges, without_site
from coverage.siting.greedy import with_option
from coverage.siting.instance import CANDIDATE, REQUIRED, Instance, read
from coverage.siting.rows import rows_within
from coverage.siting.worth import Kept, OverYears
from coverage.siting.worth_of_places import Placed
from coverage.study.measures import Measure, measure_of, upper_measure
from coverage.study.problem import Problem
from coverage.study.solved import Solved

NEAR_SHARE = 0.15
"""A replacement that loses at most this share of what the site itself brings is nearly as good (示意)."""

TIES_SHOWN = 3


def reasons(problem: Problem, solved: Solved) -> pd.DataFrame:
    """Index site_id (the new sites), columns:

    - served: whom it would serve as the nearest (with places: to whom it is assigned), by township; of phases in the
      year it opens
    - year, added: of phases, when it opens, and whom it alone reaches at the end of that year
    - lost_without: people whom no other open site reaches in time (with places: who then find none)
    - mean_more_min, farthest_without_min: minutes more for each person on average, and the longest way, without it
    - measure: what the following are in; now, without: the plan's value, and without the site (NaN = none)
    - breaks: which of several goals the plan would no longer meet
    - replacement: the candidate that does best in its place ("" = none); replacement_loss: how much worse that is;
      near: (site_id, loss) of those that lose next to nothing; proven: whether nothing else does better
    - at_least: whether what is lost without it, or with another, may be more than is told (places that take a
      village whole, where it would be too dear to settle who goes where, or that need more people than would come)
    - fixed: whether the planner required it
    """
    result, new = solved.result, solved.result.new_sites.index
    instance = _instance(problem, result)
    is_open = np.isin(instance.site_id, result.chosen.index)
    outs = pd.Index(instance.site_id).get_indexer(new)
    measure = measure_of(problem, solved, instance, is_open)
    now = _now(solved, measure, is_open)
    table = pd.DataFrame({"served": _served(problem, solved), "fixed": problem.sites.loc[new, "role"].eq(REQUIRED),
                          "measure": measure.name, "now": now}, index=new)
    allowed = _allowed(problem, solved, instance, is_open, outs)
    rows = []
    for out in outs:
        worth = _worth_of(measure.worth, solved, instance.site_id[out])
        found = exchanges(instance, worth, is_open, [out], allowed=allowed, keep=TIES_SHOWN)[int(out)]
        rows.append(_told(instance, worth, is_open, out, found, now))
    told = pd.DataFrame(rows, index=new, columns=TOLD)
    table = table.join(_minutes_without(problem, result)).join(told)
    if solved.phases is not None:
        table = table.join(_opening(problem, solved))
    return table.assign(lost_without=_people_lost(instance, measure, is_open, outs, now))


TOLD = ["without", "breaks", "replacement", "replacement_loss", "near", "proven", "at_least"]


def upper_reasons(problem: Problem, solved: Solved) -> pd.DataFrame:
    """As `reasons`, of the upper tier's new sites: measure, now, and from `without` on."""
    times, demand = solved.upper_times, problem.demand
    new = solved.upper.new_sites.index
    instance = read(times, demand, solved.upper_sites[["role"]], within_min=solved.upper.within_min)
    is_open = np.isin(instance.site_id, solved.upper.chosen.index)
    measure = upper_measure(problem, solved, instance)
    now = measure.worth.value(is_open)
    outs = pd.Index(instance.site_id).get_indexer(new)
    found = exchanges(instance, measure.worth, is_open, outs, keep=TIES_SHOWN)
    rows = [_told(instance, measure.worth, is_open, out, found[int(out)], now) for out in outs]
    return pd.DataFrame(rows, index=new, columns=TOLD).assign(measure=measure.name, now=now)


def _now(solved: Solved, measure: Measure, is_open: np.ndarray) -> float:
    """The plan's own value: where places are counted, as siting has settled who goes where."""
    if not isinstance(measure.worth, Placed):
        return measure.worth.value(is_open)
    if measure.name == "minutes":
        return solved.proof.objective * measure.worth.minute_price
    return solved.proof.objective


def _worth_of(worth: Worth, solved: Solved, site_id: str) -> Worth:
    """Of phases, what opens in a site's place opens with its phase."""
    return replace(worth, first=int(solved.phases["phase"][site_id]) - 1) if isinstance(worth, OverYears) else worth


def _opening(problem: Problem, solved: Solved) -> pd.DataFrame:
    """When each new site opens, and whom it alone reaches at the end of that year."""
    phase = solved.phases["phase"]
    only = [solved.phase_results[number - 1].chosen["people_only"][site] for site, number in phase.items()]
    years = {number: phase.year for number, phase in enumerate(problem.question.phase, start=1)}
    return pd.DataFrame({"year": phase.map(years), "added": only}, index=phase.index)


def _instance(problem: Problem, result: SitingResult) -> Instance:
    """The question's tables, with required sites as candidates: what is lost without one is told as well."""
    times, demand, sites = problem.tables
    role = sites["role"].mask(sites["role"].eq(REQUIRED) & sites.index.isin(result.chosen.index), CANDIDATE)
    within = result.within_min if result.flows is not None else problem.within_min
    return read(times, demand, sites.assign(role=role), within_min=within)


def _allowed(problem: Problem, solved: Solved, instance: Instance, is_open: np.ndarray, outs) -> dict[int, np.ndarray]:
    """Which sites may stand in for each: within number and money, each year's too, and near enough to refer."""
    question = problem.question
    if solved.phases is not None:
        return {int(out): _allowed_by_year(problem, solved, instance, int(out)) for out in outs}
    allowed = affordable(instance, is_open, outs, p=question.p, budget=question.budget_wan,
                         yearly_budget=question.yearly_budget_wan)
    if solved.referring is not None:
        may = np.isin(instance.site_id, list(solved.referring))
        allowed = {out: mask & may for out, mask in allowed.items()}
    return allowed


def _allowed_by_year(problem: Problem, solved: Solved, instance: Instance, out: int) -> np.ndarray:
    """What could have been opened in a site's stead, from its year on."""
    first = int(solved.phases["phase"][instance.site_id[out]]) - 1
    phases = problem.question.phase
    may = instance.earliest_year <= phases[first].year
    limits = {name: list(accumulate(getattr(phase, field) for phase in phases)) for name, field in (
        ("p", "p"), ("budget", "budget_wan")) if getattr(phases[0], field) is not None}
    for number in range(first, len(phases)):
        plan = np.isin(instance.site_id, solved.phase_results[number].chosen.index)
        may &= affordable(instance, plan, [out], **{name: values[number] for name, values in limits.items()})[out]
    return may


def _told(instance: Instance, worth: Worth, is_open: np.ndarray, out: int, found: Exchange, now: float) -> tuple:
    sign = 1.0 if worth.less else -1.0
    options = [(str(instance.site_id[k]), sign * (value - now)) for k, value in found.options]
    brings = sign * (found.without - now)
    base, breaks, at_least = without_site(instance, is_open, out), "", False
    if isinstance(worth, Kept):
        breaks = "、".join(dict.fromkeys(one.title for one in worth.asked
                                        if one.title and one.short(base) > one.short(is_open) + 1e-6))
        if not worth.missed:
            brings = float(worth.price[out])
    without = found.without if math.isfinite(found.without) else math.nan
    if isinstance(worth, Placed):
        if worth.people(base) < worth.people(is_open) - 1e-6:
            without = without if worth.served else math.nan  # not everyone has a place: nothing to compare
        if not worth.served:  # nobody may be left without a place
            options = [(site, loss) for site, loss in options if loss < worth.minute_price * worth.away / 2]
        at_least = not all(worth.settled(with_option(instance, base, k)) for k, _ in found.options) or (
            not worth.settled(base))
        options = sorted(((site, max(0.0, loss)) for site, loss in options), key=lambda one: one[1]) if (
            at_least) else options
    near = tuple((site, loss) for site, loss in options if loss <= NEAR_SHARE * brings)
    best, loss = options[0] if options else ("", math.nan)
    return without, breaks, best, loss, near, found.proven, at_least


def _people_lost(instance: Instance, measure: Measure, is_open: np.ndarray, outs, now: float) -> list[float]:
    """People who lose what they have: an open site within the limit or, with places, one that takes them."""
    plans = [without_site(instance, is_open, int(out)) for out in outs]
    if isinstance(worth := measure.worth, Placed):
        placed = now if worth.served else worth.people(is_open)
        return [float(max(0.0, placed - worth.people(plan))) for plan in plans]
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


def _served(problem: Problem, solved: Solved) -> pd.Series:
    """甲镇 100 人（最远 12 分钟）、…: by township, most people first; of phases, at the end of the year it opens in."""
    result, new = solved.result, solved.result.new_sites.index
    if solved.phases is None:
        return _served_by(problem, result, new)
    parts = [_served_by(problem, part, solved.phases.index[solved.phases["phase"] == number])
             for number, part in enumerate(solved.phase_results, start=1)]
    return pd.concat(parts).reindex(new).fillna("")


def _served_by(problem: Problem, result: SitingResult, sites: pd.Index) -> pd.Series:
    region = problem.evaluation.region
    if result.flows is not None:
        rows = result.flows
    else:
        times = problem.asked
        first = nearest(times[times["site_id"].isin(result.chosen.index)])
        first = first[first["travel_min"] <= problem.within_min]
        rows = first.join(problem.demand["weight"].rename("people")).reset_index()
    rows = rows[rows["site_id"].isin(sites) & (rows["people"] > 0)]
    code = rows["demand_id"].map(region.demand["township_code"])
    name = code.map(region.townships["township"]).fillna("（未知）")
    grouped = rows.assign(township=name).groupby(["site_id", "township"]).agg(
        people=("people", "sum"), farthest=("travel_min", "max")).reset_index()
    grouped = grouped.sort_values(["site_id", "people", "township"], ascending=[True, False, True])
    said = pd.Series([f"{row.township} {row.people:,.0f} 人（最远 {row.farthest:.0f} 分钟）"
                      for row in grouped.itertuples()], index=grouped.index, dtype="object")
    return said.groupby(grouped["site_id"]).agg("、".join).reindex(sites).fillna("")
