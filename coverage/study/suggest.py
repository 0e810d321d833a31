"""Answer a siting question on top of an evaluation.

    evaluation, question → pose (siting's tables) → solve (siting) → Suggestion (the sites with their places)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from coverage.access import bands, coverage_by_unit, nearest
from coverage.errors import InfeasibleError
from coverage.goals.costs import unit_cost
from coverage.siting import SitingResult
from coverage.study.composed import account_of, fixed, standing_with
from coverage.study.costs import prices_of
from coverage.study.evaluate import Evaluation
from coverage.study.infeasible import explained
from coverage.study.margins import Margin, margins
from coverage.study.models import solve
from coverage.study.outreach import is_service
from coverage.study.places import PLACE
from coverage.study.problem import Problem, pose
from coverage.study.question import WITH_PLACES, Question
from coverage.study.question_parts import BUILD, CLOSE, MOVE
from coverage.study.reasons import reasons, upper_reasons
from coverage.study.solved import Progress, Proof, Solved
from coverage.study.ways import OWN_TABLE, PLANNER


@dataclass(frozen=True)
class Suggestion:
    """A question's answer.

    problem    what was put to siting; `evaluation` and `question` are in it
    proof      status, termination, objective, bound, gap, seconds and seed of the question as a whole
    result     siting's plan, existing institutions among its open sites; of phases the last, of a curve its last point
    solved     what else siting answered: phases, scenarios, the upper tier, the curve
    people     served, full, out_of_reach, unreachable and total within `within_min`, of those whom the question is
               about; they add up
    new_sites  index site_id, the suggested ones: name, township_code, township, lon, lat, basis, way, cost_wan,
               cost_basis, capacity, capacity_basis, people_within, people_nearest, people_only, people_added;
               phase and year where built in phases, load where places are counted; serves and people_served (of the
               villages in it) where there are outreach days and shuttles, which have no other people_ columns
    demand     the evaluation's demand as it would be with the new sites: site_id, travel_min and band are new
    coverage   the evaluation's coverage as it would be
    progress   who is asked whether to go on while margins are solved
    """

    problem: Problem
    proof: Proof
    result: SitingResult
    solved: Solved
    people: dict[str, int]
    new_sites: pd.DataFrame
    demand: pd.DataFrame
    coverage: pd.DataFrame
    progress: Progress | None = field(default=None, repr=False, compare=False)

    @property
    def question(self) -> Question:
        return self.problem.question

    @property
    def within_min(self) -> float:
        return self.problem.within_min

    @cached_property
    def upper_new(self) -> pd.DataFrame:
        """The upper tier's new institutions: as `new_sites`, priced by the unit costs; empty without two tiers."""
        solved, evaluation = self.solved, self.problem.evaluation
        if solved.upper is None:
            return self.new_sites.iloc[:0]
        told, kind = solved.upper.new_sites, self.question.upper.service_type
        price = unit_cost(prices_of(evaluation.scenario), BUILD, kind)
        rows = solved.upper_sites.loc[told.index, PLACE].join(told.filter(like="people_"))
        return rows.assign(township=rows["township_code"].map(evaluation.region.townships["township"]), way=BUILD,
                           service_type=kind, cost_wan=price.cost_wan, cost_basis=price.basis, yearly_cost_wan=np.nan)

    @property
    def placed(self) -> pd.DataFrame:
        """All that is new and stands somewhere: `new_sites` and those of the upper tier."""
        return self.new_sites if self.upper_new.empty else pd.concat([self.new_sites, self.upper_new])

    @property
    def cost_wan(self) -> float:
        """What is new costs together, once, 万元."""
        return float(self.placed["cost_wan"].sum())

    @property
    def built(self) -> pd.DataFrame:
        """The new sites that are institutions: all but outreach days and shuttles."""
        return self.new_sites[~is_service(self.new_sites)]

    @property
    def yearly_cost_wan(self) -> float:
        """What the new sites take a year, 万元, as far as it is said."""
        yearly = self.new_sites["yearly_cost_wan"].astype("float64")
        institutions = ~is_service(self.new_sites)
        return float(yearly.mask(institutions & yearly.isna(), self.question.running_wan or 0.0).sum())

    @property
    def served_villages(self) -> pd.Index:
        """The villages to which outreach days and shuttles of the plan go."""
        if "serves" not in self.new_sites:
            return pd.Index([], dtype="str")
        rows = self.new_sites["serves"][is_service(self.new_sites)]
        return pd.Index(sorted({village for pairs in rows for village, _ in pairs}), dtype="str")

    @property
    def closed(self) -> pd.DataFrame:
        """The institutions that the plan closes outright, as the region has them."""
        sites, chosen = self.problem.sites, self.result.chosen.index
        left = standing_with(self.problem, self.new_sites.index)
        return self.problem.existing.loc[left[~left.isin(chosen)].intersection(sites.index)]

    @property
    def gone(self) -> dict[str, str]:
        """The institutions that stand no longer where they stood: site_id → 关停 or 搬迁."""
        moved = self.new_sites.loc[self.new_sites["way"] == MOVE, "of"]
        return dict.fromkeys(self.closed.index, CLOSE) | dict.fromkeys(moved, MOVE)

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Why each new site stands where it does: coverage/study/reasons.py's table. Computed when first asked."""
        return reasons(self.problem, self.solved)

    @cached_property
    def upper_reasons(self) -> pd.DataFrame:
        """The same of the upper tier's new sites."""
        return upper_reasons(self.problem, self.solved)

    @cached_property
    def margins(self) -> tuple[Margin, ...]:
        """What a little more would bring (coverage/study/margins.py). Solved when first asked."""
        return () if self.solved.of_curve else margins(self.problem, self.proof, self.progress)

    @property
    def notes(self) -> tuple[str, ...]:
        """What else to read with the plan (sentences)."""
        own = () if self.solved.phases is not None else self.result.notes  # of phases, the table of years tells it
        return (*own, *_notes(self))


def suggest(evaluation: Evaluation, question: Question, progress: Progress | None = None) -> Suggestion:
    """Answer `question`; existing institutions are kept.

    `progress(value, bound)` is called now and then and stops the run, with the best plan so far, by answering True.
    Raises what the siting model raises, and ScenarioError for a goal that no plan of the scenario has or that doesn't
    fit the model, and for candidates that can't be used.
    """
    problem = pose(evaluation, question)
    try:
        return replace(_suggestion(problem, solve(problem, progress)), progress=progress)
    except InfeasibleError as reason:
        raise explained(problem, reason, progress) from reason


def plan_at(suggestion: Suggestion, step: float) -> Suggestion:
    """The plan of one point of a curve, as the answer to the question with that number (or that money)."""
    curve, question = suggestion.solved.curve, suggestion.question
    row = curve.loc[step]
    result = fixed(suggestion.problem, row["chosen"])
    proof = Proof(row["status"], row["termination"], float(row["objective"]), float(row["bound"]), float(row["gap"]),
                  suggestion.proof.seconds, result.seed)
    limit = {"p": int(step)} if question.steps is not None else {"budget_wan": float(step)}
    asked = question.model_copy(update={"model": "mclp", "steps": None, "budget_steps_wan": None, **limit})
    return _suggestion(replace(suggestion.problem, question=asked), Solved(result, proof, of_curve=True))


def _suggestion(problem: Problem, solved: Solved) -> Suggestion:
    demand, coverage = _afterwards(problem, solved.result)
    return Suggestion(problem, solved.proof, solved.result, solved, _account(problem, solved.result, demand),
                      _described(problem, solved), demand, coverage)


def _afterwards(problem: Problem, result: SitingResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Demand and coverage once the plan is built, everyone going to the nearest institution."""
    evaluation = problem.evaluation
    times = problem.counted
    reached = nearest(times[times["site_id"].isin(result.chosen.index)])
    state, thresholds = evaluation.demand["access_state"], evaluation.scenario.bands_min
    banded = bands(evaluation.demand, reached, thresholds_min=thresholds, access_state=state)
    counted = coverage_by_unit(evaluation.demand, evaluation.people, reached, thresholds_min=thresholds,
                               access_state=state)
    return evaluation.demand.drop(columns=banded.columns).join(banded), counted


def _account(problem: Problem, result: SitingResult, demand: pd.DataFrame) -> dict[str, int]:
    """Everyone whom the question is about, in one part."""
    weight = problem.demand["weight"]
    if result.flows is not None:
        found = {name: getattr(result, name) for name in ("served", "full", "out_of_reach", "unreachable")}
    else:
        minutes = demand["travel_min"].reindex(weight.index)
        within, nowhere = minutes <= problem.within_min, ~weight.index.isin(problem.counted["demand_id"].unique())
        found = {"served": weight[within].sum(), "full": 0, "out_of_reach": weight[~within & ~nowhere].sum(),
                 "unreachable": weight[nowhere].sum()}
    return {name: int(count) for name, count in found.items()} | {"total": int(weight.sum())}


def _described(problem: Problem, solved: Solved) -> pd.DataFrame:
    """The new sites with their places, and whom each brings."""
    result, region = solved.result, problem.evaluation.region
    told = _told(problem, result)
    sites = problem.candidates.loc[told.index].drop(columns="role")
    sites.insert(2, "township", sites["township_code"].map(region.townships["township"]))
    sites = sites.join(told)
    if solved.phases is not None:
        phase = solved.phases["phase"].reindex(sites.index)
        years = {number: phase.year for number, phase in enumerate(problem.question.phase, start=1)}
        sites = sites.assign(phase=phase, year=phase.map(years)).sort_values(["phase", "people_within"],
                                                                             ascending=[True, False], kind="stable")
    if result.flows is not None:
        load = result.flows.groupby("site_id")["people"].sum()
        sites["load"] = load.reindex(sites.index).fillna(0)
    return _with_served(sites, problem, result) if "serves" in sites else sites


def _with_served(sites: pd.DataFrame, problem: Problem, result: SitingResult) -> pd.DataFrame:
    """With the people of the villages that outreach days and shuttles serve, those alone that no institution of the
    plan serves; nobody has these for the nearest."""
    aside, people = is_service(sites), problem.evaluation.people
    wanted = _left_to_services(problem, result)
    serves = [tuple(pair for pair in pairs if pair[0] in wanted) if there else ()
              for pairs, there in zip(sites["serves"], aside, strict=True)]
    sites = sites.assign(serves=pd.Series(serves, index=sites.index, dtype="object"))
    served = [sum(int(people[village]) for village, _ in pairs) if there else pd.NA
              for pairs, there in zip(sites["serves"], aside, strict=True)]
    within = [name for name in sites if name.startswith("people_")]
    return sites.assign(**{name: sites[name].astype("Int64").mask(aside) for name in within},
                        people_served=pd.array(served, dtype="Int64"))


def _left_to_services(problem: Problem, result: SitingResult) -> set[str]:
    """The villages that some goal wants served and that no open institution serves for it."""
    services, wanted = set(problem.candidates.index[is_service(problem.candidates)]), set()
    for wish in (wish for wish in problem.wishes if wish.pairs is not None):
        outreach = wish.pairs["site_id"].isin(services)
        by_institution = wish.pairs.loc[~outreach & wish.pairs["site_id"].isin(result.chosen.index), "row"]
        wanted |= set(wish.pairs.loc[outreach, "row"]) - set(by_institution)
    return wanted


def _told(problem: Problem, result: SitingResult) -> pd.DataFrame:
    """Whom each new site brings, beside institutions of its own type where several types are built."""
    new, told = result.new_sites.index, result.chosen
    if problem.account is not None:
        built, here = problem.candidates.loc[new, "service_type"], problem.existing["service_type"]
        standing = here[here.index.isin(result.chosen.index)]
        parts = [account_of(problem, list(ids), standing.index[standing == kind], problem.times).chosen.loc[ids]
                 for kind, ids in built.groupby(built).groups.items()]
        told = pd.concat(parts) if parts else told
    elif result.within_min != problem.within_min or len(result.assignment) != len(problem.demand):
        told = fixed(problem, new, set(problem.existing.index) - set(result.chosen.index)).chosen
        # siting was asked of units, or without a limit
    return told.loc[new, [name for name in told if name.startswith("people_")]]


def _notes(suggestion: Suggestion) -> list[str]:
    """What the figures rest on, beyond siting's own notes."""
    problem, question, new = suggestion.problem, suggestion.question, suggestion.new_sites
    notes = []
    if (question.model == "mclp" and question.p is not None and question.budget_wan is None
            and suggestion.proof.status == "optimal" and len(new) < question.p):
        notes.append(f"新建 {len(new)} 处就够了，再多不会让更多人够得着")
    if question.by_money and (basis := sorted(set(problem.candidates["cost_basis"]) - {OWN_TABLE, PLANNER})):
        notes.append(f"候选点表没有写费用的，按{'、'.join(basis)}")
    if question.model in WITH_PLACES:
        told = problem.candidates.loc[problem.candidates["of"] == "", "capacity_basis"]
        if basis := sorted(set(told) - {OWN_TABLE, PLANNER, ""}):
            notes.append(f"候选点表没有写容量的，按单价表的名额（{'、'.join(basis)}）")
        if unknown := int(problem.existing["capacity"].isna().sum()):
            notes.append(f"{unknown} 处现有机构没有填容量，按不限人数计")
    if question.yearly_budget_wan is not None:
        notes.append(f"每年的运行费按每处 {question.running_wan or 0:g} 万元计，另写明的除外，由规划人员填写")
    if question.years is not None:
        running = "机构没有写每年运行费的，只算一次性的" if question.running_wan is None else (
            f"机构每年的运行费按每处 {question.running_wan:g} 万元计，另写明的除外")
        notes.append(f"费用是一次性的加上 {question.years} 年里每年的；{running}")
    if question.serves_villages:
        notes.append("流动服务日、接送只对“村村有服务”一类目标算数，不算进几分钟内能到达的人；"
                     "座位、班次、一天能不能跑完没有算")
    return notes
