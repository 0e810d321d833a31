"""Lay out the options of a question as it says: an evaluation, a question and its rule in, a table of options out."""

from __future__ import annotations

import pandas as pd

from coverage.errors import ScenarioError
from coverage.study.evaluate import Evaluation
from coverage.study.outreach import services_of
from coverage.study.question import Question
from coverage.study.question_parts import SHUTTLE
from coverage.study.rule import Rule
from coverage.study.ways import PLANNER, new_places, options_of

STATED = ("role", "cost_wan", "yearly_cost_wan", "earliest_year", "capacity")
"""What the question may say of a single candidate."""
BASES = {"cost_wan": "cost_basis", "capacity": "capacity_basis"}


def candidate_sites(evaluation: Evaluation, question: Question, rule: Rule) -> pd.DataFrame:
    """Every option of the question, as coverage/study/ways.py lays them out. `rule` tells what counts already and
    what is to be built.

    Raises ScenarioError for a source that gives nothing, for ids that institutions bear, and for places of the
    question that are no candidates.
    """
    return edited(evaluation, offered(evaluation, question, rule), question, rule)


def offered(evaluation: Evaluation, question: Question, rule: Rule) -> pd.DataFrame:
    """The options before the question says anything of single ones."""
    sites = _with_services(evaluation, question, options_of(evaluation, question, rule))
    if sites.empty and not any(place.lon is not None for place in question.site) and not question.closes_only:
        raise ScenarioError("没有候选点", where=question.name, todo="请换一种候选点来源，或在项目里放入候选点表")
    shared = sites.index.intersection(evaluation.region.sites.index)
    if len(shared):
        raise ScenarioError(f"候选点与机构用了相同的编号：{'、'.join(shared[:5])}", todo="请给候选点另编号")
    return sites


def _with_services(evaluation: Evaluation, question: Question, sites: pd.DataFrame) -> pd.DataFrame:
    """The options with the outreach days and shuttles that go with them."""
    services = services_of(evaluation, question, sites) if question.serves_villages else sites.head(0)
    return pd.concat([sites, services]).sort_index() if len(services) else sites


def edited(evaluation: Evaluation, sites: pd.DataFrame, question: Question, rule: Rule) -> pd.DataFrame:
    """The options with what the question says of single ones, and the places that it adds."""
    added = [place for place in question.site if place.site_id not in sites.index]
    if unknown := [place.site_id for place in added if place.lon is None]:
        raise ScenarioError(f"候选点里没有：{'、'.join(unknown[:5])}", where=question.name,
                            todo="请检查编号；要新添地点，请写 lon 和 lat")
    if taken := [place.site_id for place in added if place.site_id in evaluation.region.sites.index]:
        raise ScenarioError(f"候选点与机构用了相同的编号：{'、'.join(taken[:5])}", where=question.name,
                            todo="请另编号")
    if added:
        places = new_places(added, evaluation, question, rule)
        shuttles = services_of(evaluation, question, places) if question.allows(SHUTTLE) else places.assign(host="")
        sites = pd.concat([sites, places, shuttles[shuttles["host"].isin(places.index)]])
    sites = sites.sort_index()
    for place in question.site:
        for name in STATED:
            if (value := getattr(place, name)) is not None:
                sites.loc[place.site_id, name] = value
                if name in BASES:
                    sites.loc[place.site_id, BASES[name]] = PLANNER
    return sites
