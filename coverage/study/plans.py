"""Judge one policy plan on a project: the folder and the plan file in, all that the plan's report needs out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from coverage.access import Allocation
from coverage.goals import GoalsResult, Plan, gap_list, remedies, trend
from coverage.goals import evaluate as evaluate_goals
from coverage.region import ALL_DISABLED
from coverage.study.costs import read_costs
from coverage.study.evaluate import Evaluation, Progress, evaluate
from coverage.study.fairness import Fairness, fairness
from coverage.study.load import inherited, load_base
from coverage.study.provenance import manifest
from coverage.study.scenario import Scenario, Service
from coverage.travel import travel_times


@dataclass(frozen=True)
class PlanStudy:
    """A plan judged on a project.

    evaluation  travel times and coverage, without plans
    result      each goal's standing and each unit's status
    gaps        a row per township and unmet goal, with remedies
    remedies    a row per gap and remedy
    trend       each goal in the baseline year, the year asked for and the years of its targets
    shares      who is served, full, out of reach, not connected or excluded, by service type
    fairness    how evenly minutes and places are spread among groups of people
    manifest    where every number came from
    """

    plan: Plan
    evaluation: Evaluation
    result: GoalsResult
    gaps: pd.DataFrame
    remedies: pd.DataFrame
    trend: pd.DataFrame
    shares: dict[str, Allocation]
    fairness: Fairness
    manifest: dict


def judge_plan(project: Path, plan_path: Path, *, year: int, with_above: bool = False, costs: Path | None = None,
               progress: Progress = lambda step: None) -> PlanStudy:
    """Judge the plan at `plan_path` on the project folder as of `year`.

    `with_above`: judge also the goals of the plans above that this one doesn't mention. `costs`: a
    CSV of unit costs in place of the packaged ones (示例).
    Raises what reading raises: PlanError, ProjectError, TableError, RoadError.
    """
    progress("读取数据")
    plan = inherited(plan_path, whole=with_above)
    scenario = Scenario(title=f"{plan.title}：{year} 年", project=project.resolve(), year=year,
                        service=Service(people=ALL_DISABLED), plans=(plan_path.resolve(),))
    evaluation = evaluate(load_base(scenario), scenario, progress=progress)
    return judge_on(evaluation, plan, costs=read_costs(costs) if costs else None, progress=progress)


def judge_on(evaluation: Evaluation, plan: Plan, *, costs: pd.DataFrame | None = None,
             progress: Progress = lambda step: None) -> PlanStudy:
    """Judge `plan` on an evaluation already made, as of its year; `costs` None takes the packaged ones (示例)."""
    region, times, year = evaluation.region, evaluation.travel.table, evaluation.year
    records = evaluation.records_for(plan)
    progress("评价规划目标")
    by_mode = evaluation.times_by_mode(plan)
    supposed = bool(evaluation.base.changes)
    result = evaluate_goals(plan, region, times, year=year, records=records, times_by_mode=by_mode, past=not supposed)
    progress("核算补救措施")
    mending = mend(evaluation, result, costs=costs)
    gaps = gap_list(result, region, times, mending=mending)
    years = sorted({year, plan.baseline_year or year, *(figure.year for goal in plan.goals for figure in goal.targets)})
    years = [one for one in years if one >= year or not supposed]  # what is supposed wasn't so in the past
    progress("比较各年")
    over_years = trend(plan, region, times, years=years, records=records, times_by_mode=by_mode)
    fair, told = fairness(evaluation), manifest(evaluation, [])
    return PlanStudy(plan, evaluation, result, gaps, mending, over_years, evaluation.shares, fair, told)


def mend(evaluation: Evaluation, result: GoalsResult, *, costs: pd.DataFrame | None = None,
         only: tuple[str, str, str] | None = None) -> pd.DataFrame:
    """The remedies of a judged plan's gaps, or of one alone (goal_id, part, township_code), as remedies() gives."""
    region, candidates = evaluation.region, evaluation.region.candidates
    if only is not None:  # a gap is mended from its own unit's candidates
        candidates = candidates[candidates["township_code"].astype("str").str.startswith(only[2], na=False)]
    candidate_times = travel_times(evaluation.network, region.demand, candidates).table if len(candidates) else None
    return remedies(result, region, evaluation.travel.table, costs=costs, candidate_times=candidate_times,
                    spare=_spare(evaluation.shares), within_min=evaluation.scenario.travel.threshold_min, only=only)


def _spare(shares: dict[str, Allocation]) -> pd.Series:
    """Room left in each institution once its places are shared out (NA = no limit stated)."""
    room = [share.by_site["spare"] for share in shares.values()]
    none = pd.Series(pd.array([], dtype="Int64"), index=pd.Index([], name="site_id", dtype="str"))
    return pd.concat(room) if room else none
