"""Turn a plan's goal into a rule that siting can keep: an evaluation and "plan id/goal id" in, a `Rule` out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from coverage.errors import ScenarioError
from coverage.goals.as_of import AsOf
from coverage.goals.by_village import BY_INSTITUTION
from coverage.goals.changes import exemplar
from coverage.goals.conditions import PersonCondition, SiteCondition
from coverage.goals.evaluate import institutions_of
from coverage.goals.statuses import MET, NO_DATA, UNMET
from coverage.goals.supply import COUNTS
from coverage.goals.units import people_at, unit_of_demand
from coverage.study.evaluate import Evaluation
from coverage.study.question_parts import SERVICES, Aim


@dataclass(frozen=True)
class Rule:
    """What must hold, and what counts towards it.

    existing    site_ids of the institutions that count already
    level       the units' level; a site counts for the unit that it stands in
    lacking     codes of the units that don't have enough yet (数据缺失 among them)
    n           institutions that each unit needs; None where the goal is about minutes
    within_min, share   share of people to be within so many minutes; None where the goal is about places
    each        whether that share is asked of each unit, or of all people together
    kinds       what may be built so that it counts, a dict each: service_type, standardised and, where asked,
                public_benefit; several where the question has several goals
    complete    site_ids of the institutions that no upgrade would help
    people      whom the goal means, by demand_id, in the units that it is for (of villages, in those that lack)
    """

    title: str
    existing: pd.Index
    level: str
    lacking: tuple[str, ...]
    n: int | None
    within_min: float | None
    share: float | None
    each: bool
    kinds: tuple[dict, ...]
    complete: pd.Index
    people: pd.Series


def service_rule(evaluation: Evaluation) -> Rule:
    """The rule of no plan: every township should hold an institution of the scenario's service."""
    townships = tuple(evaluation.region.townships.index)
    return Rule(f"每个乡镇都有一处{evaluation.service}", evaluation.supply.index, "乡镇", townships, 1, None, None,
                True, (kind_of({}, evaluation),), evaluation.supply.index, evaluation.people)


def goal_rule(evaluation: Evaluation, name: str) -> Rule:
    """The rule of the goal that `name` ("plan id/goal id", for a goal of tiers "…/tier") points to.

    Raises ScenarioError for a goal that no plan of the scenario has, or one that no new site could bring about.
    """
    judged, goal = find_goal(evaluation, name)
    part, spec, institutions, enough = _part(goal, name)
    at = AsOf(evaluation.region, evaluation.travel.table, evaluation.year, judged.records)
    verdicts = at.sites(institutions)["verdict"]
    rows = judged.units[(judged.units["goal_id"] == goal.id) & (judged.units["part"] == part)]
    lacking = rows["unit_code"][rows["status"].isin([UNMET, NO_DATA])]
    meant = lacking if spec.level == "村" else rows["unit_code"][rows["status"].isin([MET, UNMET, NO_DATA])]
    unit = unit_of_demand(evaluation.region.demand, spec.level)
    people = people_at(evaluation.region, getattr(goal, "who", PersonCondition())).fillna(0).astype("int64")
    existing = pd.Index(sorted(verdicts.index[verdicts == COUNTS]), dtype=evaluation.region.sites.index.dtype)
    return Rule(
        title=f"{judged.plan.title}：{goal.title}" + (f"（{part}）" if part else ""),
        existing=existing, complete=existing, level=spec.level, lacking=tuple(lacking),
        kinds=(kind_of(told(institutions), evaluation),),
        people=people[unit.isin(set(meant))], **enough)


def goals_rule(evaluation: Evaluation, goals: tuple[Aim, ...]) -> Rule:
    """The rule of several goals: the account is the scenario's own service, and what any goal wants may be built."""
    kinds: dict[str, dict] = {}
    for aim in goals:
        for kind in (kind_of(one, evaluation) for one in _wanted(evaluation, aim)):
            kinds[kind["service_type"]] = kinds.get(kind["service_type"], {}) | kind
    sites = evaluation.region.sites
    return replace(service_rule(evaluation), kinds=tuple(kinds.values()),
                   complete=sites.index[sites["standardised"].eq(True).fillna(False)])


def _wanted(evaluation: Evaluation, aim: Aim) -> list[dict]:
    """What the institutions must be that a goal counts, of a goal of tiers those of the tier it names."""
    if aim.goal is None:
        return [{}]
    goal = keepable(evaluation, aim.goal)
    tier = "/".join(aim.goal.split("/")[2:])
    if goal.kind == "tiers" and tier:
        return [told(one.institutions) for one in goal.tiers if one.title == tier]
    return [told(one) for one in institutions_of(goal)]


def keepable(evaluation: Evaluation, name: str):
    """The goal of that name. Raises ScenarioError for one that isn't there, or that no institution's place keeps."""
    judged, goal = find_goal(evaluation, name)
    tier = "/".join(name.split("/")[2:])
    if tier and goal.kind != "tiers":
        raise ScenarioError(f"目标“{goal.title}”不分级", where=name, todo="写成 规划 id/目标 id")
    if tier and tier not in {one.title for one in goal.tiers}:
        raise ScenarioError(f"目标“{goal.title}”没有“{tier}”这一级", where=name)
    by_place = {
        "unit_share": lambda: goal.units.level != "机构", "tiers": lambda: True, "reach_share": lambda: True,
        "village_service": lambda: bool({BY_INSTITUTION, *SERVICES} & set(goal.ways)),
        "count": lambda: goal.of == "机构" and (goal.each is not None or whole_area(judged.plan, evaluation)),
    }
    if not by_place.get(goal.kind, lambda: False)():
        raise ScenarioError(f"目标“{goal.title}”不是靠机构建在哪里就能达到的", where=name,
                            todo="请选“每个单位都有”“几分钟内可达”“一共几处”一类的目标")
    return goal


def longest_min(evaluation: Evaluation, goals: tuple[Aim, ...]) -> float:
    """The longest limit in minutes that any of several goals speaks of; 0 where none does."""
    minutes = [0.0]
    for aim in goals:
        goal = None if aim.goal is None else find_goal(evaluation, aim.goal)[1]
        spoken = [aim, goal, getattr(goal, "enough", None), *(tier.enough for tier in getattr(goal, "tiers", ()))]
        minutes += [found for one in spoken if (found := getattr(one, "within_min", None)) is not None]
    return max(minutes)


def whole_area(plan, evaluation: Evaluation) -> bool:
    """Whether the region is all that the plan is for."""
    return plan.area_code.startswith(evaluation.region.county_code or "")


def goals_to_keep(evaluation: Evaluation) -> dict[str, str]:
    """The goals that may be asked for together with others: name → the goal's title, with its plan's."""
    found = {}
    for judged in evaluation.goals:
        for goal in judged.plan.goals:
            try:
                keepable(evaluation, f"{judged.plan.id}/{goal.id}")
            except ScenarioError:
                continue
            found[f"{judged.plan.id}/{goal.id}"] = f"{goal.title}（{judged.plan.title}）"
    return found


def told(institutions: SiteCondition) -> dict:
    """An exemplar's fields, and every service type that would do."""
    return exemplar(institutions) | {"types": institutions.service_type or ()}


def kind_of(told: dict, evaluation: Evaluation) -> dict:
    """What is built: of the scenario's own type where that counts, up to the standard."""
    service = evaluation.scenario.service.type
    kind = service if service in told.get("types", ()) else told.get("service_type", service)
    benefit = {"public_benefit": told["public_benefit"]} if "public_benefit" in told else {}
    return {"service_type": kind, "standardised": True} | benefit


def find_goal(evaluation: Evaluation, name: str):
    """(the plan judged, the goal) that `name` points to."""
    for judged in evaluation.goals:
        for goal in judged.plan.goals:
            if name.split("/")[:2] == [judged.plan.id, goal.id]:
                return judged, goal
    raise ScenarioError(f"规划里没有目标“{name}”", todo="写法是 规划 id/目标 id，规划文件要列在 plans 里")


def _part(goal, name: str):
    """(the tier's title or "", the units, the institutions that count, what is enough)."""
    tier = "/".join(name.split("/")[2:])
    if goal.kind == "tiers":
        found = next((one for one in goal.tiers if one.title == tier), None)
        if found is None:
            raise ScenarioError(f"目标“{goal.title}”分级，要写明哪一级", where=name,
                                todo="写成 规划 id/目标 id/" + " 或 ".join(one.title for one in goal.tiers))
        return tier, found.units, found.institutions, _enough(found.enough)
    if tier:
        raise ScenarioError(f"目标“{goal.title}”不分级", where=name, todo="写成 规划 id/目标 id")
    if goal.kind == "unit_share" and goal.units.level != "机构":
        return "", goal.units, goal.institutions, _enough(goal.enough)
    if goal.kind == "reach_share":
        return "", goal.units, goal.institutions, {
            "n": None, "within_min": goal.within_min, "share": float(goal.targets[-1].number), "each": False}
    if goal.kind == "count" and goal.each is not None:
        return "", goal.each, goal.institutions, {"n": goal.each.n, "within_min": None, "share": None, "each": True}
    if goal.kind == "village_service" and goal.within_min is not None:
        return "", goal.units, goal.institutions, {"n": None, "within_min": goal.within_min, "share": 1.0, "each": True}
    raise ScenarioError(f"目标“{goal.title}”不是靠新建机构的位置就能达到的", where=name,
                        todo="请选“每个单位都有”或“几分钟内可达”一类的目标")


def _enough(enough) -> dict:
    if enough.within_min is None:
        return {"n": enough.n, "within_min": None, "share": None, "each": True}
    share = 1.0 if enough.reach is None else float(enough.reach)
    return {"n": None, "within_min": enough.within_min, "share": share, "each": True}


def siteable(evaluation: Evaluation, *, places: bool | None = None) -> dict[str, str]:
    """The goals that new sites can bring about: name → the plan's and the goal's title.

    `places` True keeps those that want institutions in each unit, False those about minutes.
    """
    found = {}
    for judged in evaluation.goals:
        for goal in judged.plan.goals:
            tiers = [f"/{tier.title}" for tier in goal.tiers] if goal.kind == "tiers" else [""]
            for name in (f"{judged.plan.id}/{goal.id}{tier}" for tier in tiers):
                try:
                    rule = goal_rule(evaluation, name)
                except ScenarioError:
                    continue
                if places is None or (rule.n is not None) == places:
                    found[name] = rule.title
    return found
