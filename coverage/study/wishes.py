"""Turn the goals that a question names into what siting can keep: an evaluation and the options in, `Wish`es out.

The judging's own code says which institutions, standing or proposed, count for a goal and in which unit, so a plan
that keeps every wish is one that the judging calls 达标.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from coverage.errors import ScenarioError
from coverage.goals.as_of import AsOf
from coverage.goals.by_village import BY_INSTITUTION
from coverage.goals.conditions import PersonCondition, SiteCondition
from coverage.goals.goal import Enough, Units
from coverage.goals.statuses import MET, NO_DATA, UNMET
from coverage.goals.supply import COUNTS
from coverage.goals.units import people_at, unit_of, unit_of_demand, units_at
from coverage.study.evaluate import Evaluation, network_for
from coverage.study.outreach import goal_counts, hosts_of, is_service
from coverage.study.question import Question
from coverage.study.question_parts import Aim
from coverage.study.rule import find_goal, whole_area
from coverage.travel import travel_times


@dataclass(frozen=True)
class Wish:
    """Of the rows (people, villages, units), so much weight is to be won, by any of a row's sites; without rows, so
    many sites are to be open; with `parts`, so many of these wishes are to be had.

    aim         number of the question's goal that asks for it
    rows        weight by row; pairs: the sites that win a row (row, site_id); both None where sites are counted
    sites       the sites that count
    """

    aim: int
    title: str
    unit: str
    need: int
    rows: pd.Series | None
    pairs: pd.DataFrame | None
    sites: tuple[str, ...]
    parts: tuple[Wish, ...] = ()


@dataclass(frozen=True)
class _Scene:
    """What every goal is looked at with: the region with every option to build as an institution, and times to them
    all; and the outreach days and shuttles."""

    evaluation: Evaluation
    services: pd.DataFrame
    region: object
    times: pd.DataFrame
    service: tuple[str, ...]
    within_min: float

    def at(self, records) -> AsOf:
        return AsOf(self.region, self.times, self.evaluation.year, records)


def wishes(evaluation: Evaluation, question: Question, options: pd.DataFrame, reach: pd.DataFrame, *,
           within_min: float, service: pd.Index) -> list[Wish]:
    """Every wish of `question.goals`. `reach`: times to the options; `service`: the ids that are of the scenario's
    own service. Raises ScenarioError for a goal that isn't there or that siting can't keep."""
    times = pd.concat([evaluation.travel.table[list(reach)], reach], ignore_index=True)
    aside = is_service(options)
    hosts = hosts_of(options, evaluation.region.sites.index)
    services, options = options[aside].assign(hosts=hosts), options[~aside]
    scene = _Scene(evaluation, services, _with_options(evaluation, options), times, tuple(service), within_min)
    found = []
    for number, aim in enumerate(question.goals):
        found += (_of_goal(scene, aim.goal, options) if aim.goal else _own(scene, aim))
        found = [wish if wish.aim >= 0 else replace(wish, aim=number) for wish in found]
    return found


def _own(scene: _Scene, aim: Aim) -> Iterator[Wish]:
    """The planner's own goal, about the scenario's service."""
    evaluation, region, service = scene.evaluation, scene.region, scene.service
    if aim.share is not None:
        within, people = aim.within_min or scene.within_min, evaluation.people[evaluation.people > 0]
        yield _wish(f"{aim.share:.0%} 的人 {within:g} 分钟内可达", "人", -int(-aim.share * people.sum() // 1), people,
                    _near(scene.times, service, within))
    elif aim.each is not None:
        level = aim.level or "乡镇"
        units = units_at(evaluation.region, level).index
        home = unit_of(region.sites.loc[list(service), "township_code"], level)
        pairs = pd.DataFrame({"row": home.to_numpy(), "site_id": home.index})
        title = f"每个{level}至少 {aim.each} 处{evaluation.service}"
        yield from _so_many(title, level, units, pairs, aim.each, len(units))
    else:
        yield Wish(-1, f"一共至少 {aim.count} 处{evaluation.service}", "处", aim.count, None, None, service)


def _of_goal(scene: _Scene, name: str, options: pd.DataFrame) -> Iterator[Wish]:
    judged, goal = find_goal(scene.evaluation, name)
    title, tier = goal.title, "/".join(name.split("/")[2:])
    at = scene.at(_inherited(judged.records, options))
    target = goal.target_for(at.year)
    rows = judged.units[(judged.units["goal_id"] == goal.id) & judged.units["status"].isin([MET, UNMET, NO_DATA])]
    if goal.kind == "tiers":
        for one in (one for one in goal.tiers if tier in ("", one.title)):
            mine = rows[rows["part"] == one.title]
            yield from _enough(scene, at, f"{title}（{one.title}）", one.units, one.institutions, one.enough, goal.who,
                               mine, target)
        return
    match goal.kind:
        case "unit_share":
            yield from _enough(scene, at, title, goal.units, goal.institutions, goal.enough, goal.who, rows, target)
        case "reach_share":
            people = people_at(scene.evaluation.region, goal.who).fillna(0).astype("int64")
            here = unit_of_demand(scene.evaluation.region.demand, goal.units.level).isin(rows["unit_code"])
            people = people[here & (people > 0)]
            pairs = _near(_times(scene, goal.mode), _counting(at, goal.institutions), goal.within_min)
            yield _wish(title, "人", target.needed_of(int(people.sum())), people, pairs)
        case "village_service":
            yield _villages(scene, at, title, goal, rows, target)
        case "count":
            if goal.each is not None:
                yield from _enough(scene, at, title, Units(level=goal.each.level), goal.institutions,
                                   Enough(n=goal.each.n), goal.who, rows, None)
            if whole_area(judged.plan, scene.evaluation):
                yield Wish(-1, f"{title}：总数", "处", target.needed_of(1), None, None,
                           tuple(_counting(at, goal.institutions)))


def _enough(scene: _Scene, at: AsOf, title: str, spec: Units, institutions: SiteCondition, enough: Enough,
            who: PersonCondition, rows: pd.DataFrame, target) -> Iterator[Wish]:
    """Each of the units (without a target: every one) has enough, by place or by minutes."""
    units = pd.Index(rows["unit_code"])
    need = len(units) if target is None else target.needed_of(len(units))
    if enough.within_min is None:
        sites = at.sites_by_unit(institutions, spec.level, sharing=enough.sharing)
        sites = sites[(sites["verdict"] == COUNTS) & sites["unit_code"].isin(units)]
        pairs = pd.DataFrame({"row": sites["unit_code"].to_numpy(), "site_id": sites.index}).drop_duplicates()
        yield from _so_many(title, spec.level, units, pairs, enough.n, need)
        return
    pairs = _near(scene.times, _counting(at, institutions), enough.within_min)
    if spec.level == "村":
        yield _wish(title, "个村", need, pd.Series(1, index=units), pairs)
        return
    people, share = people_at(scene.evaluation.region, who).fillna(0).astype("int64"), enough.reach or 1
    key = unit_of_demand(scene.evaluation.region.demand, spec.level)
    found = []
    for code, name in zip(rows["unit_code"], rows["unit"], strict=True):
        mine = people[key == code]
        mine = mine[mine > 0] if mine.sum() else mine + 1  # where nobody is registered, each point counts as one
        found.append(_wish(f"{title}：{name}", "人", int(-(-share * int(mine.sum()) // 1)), mine, pairs))
    yield from _all_or_some(title, spec.level, found, need)


def _so_many(title: str, level: str, units: pd.Index, pairs: pd.DataFrame, n: int, need: int) -> Iterator[Wish]:
    """At least n sites in each of `need` units."""
    if n == 1:
        yield _wish(title, f"个{level}", need, pd.Series(1, index=units), pairs)
        return
    by_unit = pairs.groupby("row")["site_id"].agg(tuple)
    yield from _all_or_some(title, level, [Wish(-1, f"{title}：{unit}", "处", n, None, None, by_unit.get(unit, ()))
                                           for unit in units], need)


def _all_or_some(title: str, level: str, found: list[Wish], need: int) -> Iterator[Wish]:
    """A wish for each unit or, where only some of the units must have it, one wish of them all."""
    if need >= len(found):
        yield from found
        return
    sites = tuple(sorted({site_id for wish in found for site_id in wish.sites}))
    yield Wish(-1, title, f"个{level}", max(0, need), None, None, sites, tuple(found))


def _villages(scene: _Scene, at: AsOf, title: str, goal, rows: pd.DataFrame, target) -> Wish:
    """Villages that an institution, an outreach day or a shuttle serves; those that the register already serves another
    way are taken off."""
    units, counting = pd.Index(rows["unit_code"]), _counting(at, goal.institutions)
    if BY_INSTITUTION not in goal.ways:
        if not any(goal_counts(goal, one, scene.evaluation.year) for one in scene.services.itertuples()):
            raise ScenarioError(f"目标“{title}”不由机构达到，只靠{'、'.join(goal.ways)}", todo="请在 ways 里加上它们")
        pairs = pd.DataFrame(columns=["row", "site_id"], dtype="str")
    elif goal.within_min is not None:
        pairs = _near(scene.times, counting, goal.within_min)
    else:
        town = scene.evaluation.region.demand["township_code"].rename_axis("row").reset_index()
        home = scene.region.sites.loc[counting, "township_code"].rename_axis("site_id").reset_index()
        pairs = town.merge(home, on="township_code")[["row", "site_id"]]
    by_register = rows["have"] - rows["site_ids"].ne("")  # ways that serve it, but for institutions
    otherwise = units[(rows["status"].eq(MET) & (by_register > 0)).to_numpy()]
    need = target.needed_of(len(units)) - len(otherwise)
    pairs = pd.concat([pairs, _by_services(scene, goal, counting)], ignore_index=True)
    return _wish(title, "个村", max(0, need), pd.Series(1, index=units.difference(otherwise)), pairs)


def _by_services(scene: _Scene, goal, counting: pd.Index) -> pd.DataFrame:
    """The outreach days and shuttles that the goal counts, and the villages that they serve; a shuttle has to take
    people to an institution that counts."""
    counted, year = set(counting), scene.evaluation.year
    found = [(village, one.Index) for one in scene.services.itertuples()
             if goal_counts(goal, one, year) and (not one.host or not counted.isdisjoint(one.hosts))
             for village, _ in one.serves]
    return pd.DataFrame(found, columns=["row", "site_id"], dtype="str")


def _wish(title: str, unit: str, need: int, rows: pd.Series, pairs: pd.DataFrame) -> Wish:
    pairs = pairs[pairs["row"].isin(rows.index)]
    return Wish(-1, title, unit, need, rows.sort_index(), pairs, tuple(sorted(set(pairs["site_id"]))))


def _near(times: pd.DataFrame, site_ids, within_min: float) -> pd.DataFrame:
    near = times[(times["travel_min"] <= within_min) & times["site_id"].isin(site_ids)]
    return near[["demand_id", "site_id"]].set_axis(["row", "site_id"], axis=1)


def _counting(at: AsOf, institutions: SiteCondition) -> pd.Index:
    verdicts = at.sites(institutions)["verdict"]
    return verdicts.index[verdicts == COUNTS]


def _times(scene: _Scene, mode: str) -> pd.DataFrame:
    """Times to every institution and option by a goal's own mode."""
    scenario = scene.evaluation.scenario
    if mode in ("", scenario.travel.mode):
        return scene.times
    travel = scenario.travel.model_copy(update={"mode": mode})
    network = network_for(scene.evaluation.base, scenario.model_copy(update={"travel": travel}))
    return travel_times(network, scene.region.demand, scene.region.sites).table


def _with_options(evaluation: Evaluation, options: pd.DataFrame):
    """The region with every option as an institution in operation."""
    built = options.assign(state="运营", opened_year=pd.NA, closed_year=pd.NA).reindex(
        columns=evaluation.region.sites.columns)
    sites = pd.concat([evaluation.region.sites.astype("object"), built.astype("object")]).rename_axis("site_id")
    return replace(evaluation.region, sites=sites.where(sites.notna(), pd.NA))


def _inherited(records, options: pd.DataFrame):
    """Registers in which an institution's agreements hold for what is made of it."""
    made = options[options["of"] != ""].reset_index()[["site_id", "of"]].rename(columns={"site_id": "option"})
    more = records.agreements.merge(made, left_on="site_id", right_on="of")
    more = more.assign(site_id=more["option"])[list(records.agreements)]
    return replace(records, agreements=pd.concat([records.agreements, more], ignore_index=True))
