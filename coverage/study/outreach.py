"""Lay out outreach days and shuttles: an evaluation, a question and its options to build in, a row for each stop of an
outreach team and each institution's shuttle out.

The table: coverage/study/ways.py's columns, and serves (the villages that lack service and would have it, as pairs of
demand_id and minutes), host (the site_id, standing or an option's, that a shuttle starts from; else ""), provider,
days_per_year. They are no institutions: nobody reaches them, and only goals about villages' service count them.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from coverage.errors import ScenarioError
from coverage.goals import qualifying
from coverage.goals.statuses import MET, NO_DATA, UNMET
from coverage.siting.instance import CANDIDATE
from coverage.study.changes import ARRANGED
from coverage.study.costs import USUAL_DAYS, prices_of, yearly_of
from coverage.study.evaluate import Evaluation, network_for
from coverage.study.places import PLACE, places_of
from coverage.study.question import Question
from coverage.study.question_parts import BUILD, CLOSE, EXPAND, HOST, MOVE, OUTREACH, SERVICES, SHUTTLE, UPGRADE, Way
from coverage.study.rule import find_goal
from coverage.study.ways import COLUMNS, KIND, PLANNER, known_sites
from coverage.travel import travel_times

SHUTTLE_MODE = "shuttle"
"""How a shuttle travels (coverage/travel/modes.csv): out and back, the minutes of both ways."""

SERVICE_COLUMNS = [*COLUMNS, "serves", "host", "provider", "days_per_year"]


def is_service(options: pd.DataFrame) -> pd.Series:
    """Which options are outreach days or shuttles."""
    return options["way"].isin(SERVICES)


def services_of(evaluation: Evaluation, question: Question, options: pd.DataFrame) -> pd.DataFrame:
    """The outreach days and shuttles of the question's ways, beside the `options` that are institutions.

    One that would serve no village that lacks, or fewer people than the way's `min_people`, isn't offered. Raises
    ScenarioError for a way that no goal of the question counts, that has nowhere to be, or that is said twice.
    """
    parts = []
    for way in (way for way in question.ways if way.way in SERVICES):
        goals = _goals(evaluation, question, way)
        if not any(goal_counts(goal, way, evaluation.year) for _, goal in goals):
            raise _uncounted(question, way, goals)
        units = [judged.units[judged.units["goal_id"] == goal.id] for judged, goal in goals]
        lacking = _lacking(question, units).intersection(evaluation.region.demand.index)
        if lacking.empty:
            continue
        places, host, pairs = _PLACES[way.way](evaluation, question, way, options, lacking)
        parts.append(_rows(evaluation, way, places, host, pairs, _lacking(question, units, now=True)))
    table = pd.concat([part for part in parts if len(part)]) if any(map(len, parts)) else pd.DataFrame(
        columns=SERVICE_COLUMNS)
    if table.index.has_duplicates:
        raise ScenarioError("ways 里同一个办法写了两遍", where=question.name, todo="请删去一遍")
    return table.rename_axis("site_id").sort_index()


def goal_counts(goal, way: Way | pd.Series, year: int | None) -> bool:
    """Whether a goal counts an outreach day or shuttle (a way, or an option): its kind, how often, from when on."""
    first = way.earliest_year
    late = first is not None and not pd.isna(first) and year is not None and first > year
    return goal.kind == "village_service" and way.way in goal.ways and (
        (way.days_per_year or USUAL_DAYS) >= goal.days_per_year) and not late


def hosts_of(options: pd.DataFrame, standing: pd.Index) -> pd.Series:
    """For each shuttle the sites any of which it may start from: its host, or the host upgraded or enlarged."""
    shuttles = options[options["way"] == SHUTTLE].reindex(columns=["way", "host"])
    there, found = set(options.index) | set(standing), {}
    made = options[options["way"].isin([UPGRADE, EXPAND])]
    by_host = made.groupby("of").groups
    for site_id, host in shuttles["host"].items():
        found[site_id] = tuple(name for name in (host, *by_host.get(host, ())) if name in there)
    return pd.Series(found, index=shuttles.index, dtype="object")


def _goals(evaluation: Evaluation, question: Question, way: Way) -> list:
    """(the plan judged, the goal) of the question's goals that take this way, how often aside."""
    found = [find_goal(evaluation, aim.goal) for aim in question.goals or () if aim.goal is not None]
    return [(judged, goal) for judged, goal in found if goal.kind == "village_service" and way.way in goal.ways]


def _uncounted(question: Question, way: Way, goals: list) -> ScenarioError:
    if not goals:
        return ScenarioError(f"{way.way}不是机构，所选的目标都不算它", where=question.name,
                             todo="请加上“村村有服务”一类、方式里有它的目标，或不选它")
    days = "、".join(f"“{goal.title}”每年至少 {goal.days_per_year} 天" for _, goal in goals)
    late = "" if way.earliest_year is None else f"，最早 {way.earliest_year} 年"
    return ScenarioError(f"{way.way}每年 {way.days_per_year or USUAL_DAYS} 天{late}，所选的目标都不算：{days}",
                         where=question.name, todo="请改 days_per_year（每年几天）或 earliest_year（最早哪年）")


def _lacking(question: Question, judged: list[pd.DataFrame], *, now: bool = False) -> pd.Index:
    """Villages that lack service; where what stands may be shut or moved, every village that a goal is for, but of
    those that lack it `now`."""
    shut = not now and (question.allows(CLOSE) or question.allows(MOVE))
    wanted = [UNMET, NO_DATA, *([MET] if shut else [])]
    codes = [code for units in judged for code in units["unit_code"][units["status"].isin(wanted)]]
    return pd.Index(sorted(set(codes)), dtype="str")


def _stops(evaluation: Evaluation, question: Question, way: Way, options: pd.DataFrame, lacking: pd.Index):
    """Stops of an outreach team, and the villages within the way's minutes of each; without minutes, its own."""
    places = places_of(evaluation, way.to, question.clusters)[PLACE] if way.to else (
        evaluation.region.demand[PLACE].rename_axis("site_id"))
    if way.within_min is None:
        own = places.index.intersection(lacking)
        return places, None, pd.DataFrame({"demand_id": own, "site_id": own, "travel_min": 0.0})
    points = evaluation.region.demand.loc[lacking]
    return places, None, travel_times(evaluation.network, points, places, within_min=way.within_min).table


def _shuttles(evaluation: Evaluation, question: Question, way: Way, options: pd.DataFrame, lacking: pd.Index):
    """Institutions that a goal counts, standing or to be built, and the villages from which a trip out and back is
    within the way's minutes."""
    goals = _goals(evaluation, question, way)
    counted = sorted({site_id for judged, goal in goals for site_id in qualifying(
        goal, evaluation.region, year=evaluation.year, records=judged.records)})
    if way.sites is not None:
        counted = [site_id for site_id in known_sites(evaluation.region, way, question) if site_id in counted]
    places = evaluation.region.sites.loc[counted, PLACE]
    if way.sites is None:
        there = options["way"].eq(UPGRADE) & options["of"].isin(counted)  # its van is that of what stands
        made = options[options["way"].isin([BUILD, HOST, UPGRADE]) & ~there]
        places = pd.concat([places, made[PLACE]]).rename_axis("site_id")
    scenario = evaluation.scenario
    if scenario.travel.mode == SHUTTLE_MODE:
        network = evaluation.network
    else:
        travel = scenario.travel.model_copy(update={"mode": SHUTTLE_MODE})
        network = network_for(evaluation.base, scenario.model_copy(update={"travel": travel}))
    points = evaluation.region.demand.loc[lacking]
    times = travel_times(network, points, places, within_min=way.within_min).table
    return places, pd.Series(places.index, index=places.index), times[times["travel_min"] > 0]  # not where it stands


_PLACES: dict[str, Callable[..., tuple]] = {OUTREACH: _stops, SHUTTLE: _shuttles}


def _rows(evaluation: Evaluation, way: Way, places: pd.DataFrame, host: pd.Series | None, pairs: pd.DataFrame,
          lacking: pd.Index) -> pd.DataFrame:
    """A row for each place that serves somebody, priced; a shuttle by the villages that lack service now."""
    pairs = pairs.sort_values(["site_id", "demand_id"])
    serves = pd.Series(zip(pairs["demand_id"], pairs["travel_min"].round(6), strict=True), index=pairs.index,
                       dtype="object").groupby(pairs["site_id"]).agg(tuple)
    people = pairs["demand_id"].map(evaluation.people).groupby(pairs["site_id"]).sum()
    ids = serves.index[people.reindex(serves.index) >= (way.min_people or 0)]
    rows = places.loc[ids].assign(serves=serves[ids])
    rows["host"] = "" if host is None else host[ids]
    rows["name"] = rows["name"] + f"（{way.way}）"
    days, prices = way.days_per_year or USUAL_DAYS, prices_of(evaluation.scenario)
    short = set(lacking)
    count = [sum(village in short for village, _ in pairs) if way.way == SHUTTLE else 1 for pairs in rows["serves"]]
    wan, basis = yearly_of(prices, villages=1, days=days)
    if way.yearly_cost_wan is None:
        rows["yearly_cost_wan"], rows["cost_basis"] = [wan * max(1, number) for number in count], f"每年：{basis}"
    else:
        rows["yearly_cost_wan"], rows["cost_basis"] = way.yearly_cost_wan, PLANNER
    rows = rows.assign(
        way=way.way, of="", service_type="", **{name: pd.NA for name in KIND[1:]}, cost_wan=way.cost_wan or 0.0,
        capacity=pd.array([pd.NA] * len(rows), dtype="Int64"), capacity_basis="", role=CANDIDATE,
        earliest_year=pd.array([way.earliest_year] * len(rows), dtype="Int64"),
        min_people=pd.array([pd.NA] * len(rows), dtype="Int64"), days_per_year=days,
        provider=rows["host"] if way.way == SHUTTLE else way.provider or ARRANGED)
    return rows[SERVICE_COLUMNS].set_axis(pd.Index(f"{way.way}-" + rows.index.astype("str"), dtype="str"))
