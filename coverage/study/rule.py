"""Turn a plan's goal into a rule that siting can keep: an evaluation and "plan id/goal id" in, a `Rule` out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.errors import ScenarioError
from coverage.goals.as_of import AsOf
from coverage.goals.changes import exemplar
from coverage.goals.conditions import PersonCondition, SiteCondition
from coverage.goals.statuses import MET, NO_DATA, UNMET
from coverage.goals.supply import COUNTS
from coverage.goals.units import people_at, unit_of_demand
from coverage.study.evaluate import Evaluation


@dataclass(frozen=True)
class Rule:
    """What must hold, and what counts towards it.

    existing    site_ids of the institutions that count already
    level       the units' level; a site counts for the unit that it stands in
    lacking     codes of the units that don't have enough yet (数据缺失 among them)
    n           institutions that each unit needs; None where the goal is about minutes
    within_min, share   share of people to be within so many minutes; None where the goal is about places
    each        whether that share is asked of each unit, or of all people together
    fields      what a new institution must be to count: service_type, and standardised, public_benefit where asked
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
    fields: dict
    people: pd.Series


def service_rule(evaluation: Evaluation) -> Rule:
    """The rule of no plan: every township should hold an institution of the scenario's service."""
    townships = tuple(evaluation.region.townships.index)
    return Rule(f"每个乡镇都有一处{evaluation.service}", evaluation.supply.index, "乡镇", townships, 1, None, None,
                True, _fields({}, evaluation), evaluation.people)


def goal_rule(evaluation: Evaluation, name: str) -> Rule:
    """The rule of the goal that `name` ("plan id/goal id", for a goal of tiers "…/tier") points to.

    Raises ScenarioError for a goal that no plan of the scenario has, or one that no new site could bring about.
    """
    judged, goal = _find(evaluation, name)
    part, spec, institutions, enough = _part(goal, name)
    at = AsOf(evaluation.region, evaluation.travel.table, evaluation.year, judged.records)
    verdicts = at.sites(institutions)["verdict"]
    rows = judged.units[(judged.units["goal_id"] == goal.id) & (judged.units["part"] == part)]
    lacking = rows["unit_code"][rows["status"].isin([UNMET, NO_DATA])]
    meant = lacking if spec.level == "村" else rows["unit_code"][rows["status"].isin([MET, UNMET, NO_DATA])]
    unit = unit_of_demand(evaluation.region.demand, spec.level)
    people = people_at(evaluation.region, getattr(goal, "who", PersonCondition())).fillna(0).astype("int64")
    return Rule(
        title=f"{judged.plan.title}：{goal.title}" + (f"（{part}）" if part else ""),
        existing=pd.Index(sorted(verdicts.index[verdicts == COUNTS]), dtype=evaluation.region.sites.index.dtype),
        level=spec.level,
        lacking=tuple(lacking), fields=_fields(_told(institutions), evaluation),
        people=people[unit.isin(set(meant))], **enough)


def _told(institutions: SiteCondition) -> dict:
    """An exemplar's fields, and every service type that would do."""
    return exemplar(institutions) | {"types": institutions.service_type or ()}


def _fields(told: dict, evaluation: Evaluation) -> dict:
    """What is built: of the scenario's own type where that counts, up to the standard."""
    service = evaluation.scenario.service.type
    kind = service if service in told.get("types", ()) else told.get("service_type", service)
    benefit = {"public_benefit": told["public_benefit"]} if "public_benefit" in told else {}
    return {"service_type": kind, "standardised": True} | benefit


def _find(evaluation: Evaluation, name: str):
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
