"""Compare scenarios: evaluations of one base in, their figures side by side and what differs by place out.

The first evaluation is the one that the others are compared with: the base as it is, or whichever the planner puts
first. All are told in the same bands of minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.access.equity import gini, worst_share
from coverage.errors import ScenarioError
from coverage.goals.statuses import MET
from coverage.study.change_costs import change_costs
from coverage.study.evaluate import Evaluation

ALONE = "比较至少要两个情景"
STATUS_COLUMNS = ["scenario", "plan", "goal_id", "goal", "unit_level", "unit_code", "unit", "people", "before", "after"]


@dataclass(frozen=True)
class Comparison:
    """Scenarios side by side; frames are by scenario in the order given, the first being the reference.

    summary   index scenario: people; served, full, out_of_reach, not_connected (people, once places are shared out
              within the threshold); within_{t}_min, share_{t}_min; met_{plan id} (goals met), goals_{plan id} (of
              how many); to_villages (villages that outreach days, shuttles or visits of the scenario serve);
              unreached (people who reach no institution at all), mean_min and gini of the minutes of the others;
              worst_unreached (people of the worst-off tenth who reach none), worst_min (mean minutes of the rest of
              that tenth); cost_wan (once) and yearly_cost_wan (a year), what is known of them; uncosted (changes
              without a known cost); dominated_by ("" or the scenario that makes this one pointless)
    goals     scenario, plan, goal_id, goal, status, numerator, denominator, share as in GoalsResult.summary
    townships scenario, township_code, township, people, reached, share (NaN where nobody lives), and against the
              reference: gained and lost (people of villages that come within the threshold, or no longer are),
              share_change, mean_change_min (NaN where either is unknown)
    villages  scenario, demand_id, name, township_code, people, travel_min, travel_min_before, change_min (NaN = none
              is reached in one of the two), moved (+1 comes within the threshold, -1 no longer is, 0 stays)
    statuses  STATUS_COLUMNS: a row for each goal and unit whose status differs from the reference's
    changes   scenario and change_costs' columns
    """

    evaluations: tuple[Evaluation, ...]
    thresholds_min: tuple[float, ...]
    threshold_min: float
    summary: pd.DataFrame
    goals: pd.DataFrame
    townships: pd.DataFrame
    villages: pd.DataFrame
    statuses: pd.DataFrame
    changes: pd.DataFrame

    @property
    def scenarios(self) -> tuple[str, ...]:
        return tuple(self.summary.index)


def compare(evaluations: Sequence[Evaluation], *, costs: pd.DataFrame | None = None) -> Comparison:
    """Compare evaluations of one base; `costs` None takes each scenario's own unit costs, else the packaged ones.

    Raises ScenarioError where fewer than two are given, titles repeat, or they don't share base, group, service,
    bands or plans.
    """
    evaluations = tuple(evaluations)
    _check(evaluations)
    first = evaluations[0]
    summary = pd.DataFrame({one.scenario.title: _figures(one) for one in evaluations}).T.rename_axis("scenario")
    paid = [change_costs(one, costs=costs).assign(scenario=one.scenario.title) for one in evaluations]
    summary["cost_wan"] = [float(table["cost_wan"].sum()) for table in paid]
    summary["yearly_cost_wan"] = [float(table["yearly_cost_wan"].sum()) for table in paid]
    summary["uncosted"] = [int(table["cost_wan"].isna().sum()) for table in paid]
    summary = summary.astype({name: "int64" for name in summary if name.split("_")[0] in _WHOLE})
    goals = pd.concat([_goals(one) for one in evaluations], ignore_index=True)
    summary["dominated_by"] = dominated_by(summary, goals)
    villages = pd.concat([_villages(one, first) for one in evaluations], ignore_index=True)
    townships = pd.concat([_townships(one, first, villages) for one in evaluations], ignore_index=True)
    statuses = pd.concat([_statuses(one, first) for one in evaluations[1:]], ignore_index=True)
    changes = pd.concat(paid, ignore_index=True)
    changes.insert(0, "scenario", changes.pop("scenario"))
    return Comparison(evaluations, first.scenario.bands_min, first.scenario.travel.threshold_min, summary, goals,
                      townships, villages, statuses, changes)


_WHOLE = ("people", "served", "full", "out", "not", "within", "met", "goals", "uncosted", "unreached", "to")
"""First words of the summary's columns of whole numbers."""


def dominated_by(summary: pd.DataFrame, goals: pd.DataFrame) -> pd.Series:
    """For each scenario the first other that is no worse in anything and better in something; "" where none is.

    Counted are: share within each band, people served within capacity, what each goal of each plan comes to, the
    worst-off tenth (fewer who reach nothing come before fewer minutes), cost. Gini is not: minutes grow more even
    also by taking everybody farther. A cost that isn't fully known is at least what is known of it, and without end
    where its scenario is to dominate another. What is spent once and what is spent a year are never set off.
    """
    cost, yearly = summary["cost_wan"], summary["yearly_cost_wan"]
    most = cost.where(summary["uncosted"] == 0, np.inf)
    scores = {name: _scores(summary.loc[name], goals[goals["scenario"] == name]) for name in summary.index}
    found = []
    for one in summary.index:
        rivals = [other for other in summary.index if other != one
                  and all(mine >= yours for mine, yours in zip(scores[other], scores[one], strict=True))
                  and most[other] <= cost[one] and yearly[other] <= yearly[one]
                  and (scores[other] != scores[one] or most[other] < cost[one] or yearly[other] < yearly[one])]
        found.append(rivals[0] if rivals else "")
    return pd.Series(found, index=summary.index, dtype="str")


def _scores(row: pd.Series, goals: pd.DataFrame) -> list[tuple[float, ...]]:
    """What a scenario is good for, more being better in each."""
    shares = [(round(row[name], 9),) for name in row.index if name.startswith("share_")]
    progress = goals["share"].astype(float).fillna(goals["numerator"].astype(float)).fillna(0).round(9)
    worst = -row["worst_unreached"].round(6), -np.nan_to_num(row["worst_min"]).round(6)
    return [*shares, (row["served"],), *((value,) for value in progress), worst]


def _check(evaluations: tuple[Evaluation, ...]) -> None:
    """Every reason why these can't be compared, at once."""
    if len(evaluations) < 2:
        raise ScenarioError(ALONE)
    titles = [one.scenario.title for one in evaluations]
    twice = sorted({title for title in titles if titles.count(title) > 1})
    faults = [f"有同名的情景：{'、'.join(twice)}"] if twice else []
    told = {
        "用的数据不是同一份": lambda one: (one.base.project.title, one.base.project.files, one.scenario.roads_place),
        "统计人群不同": lambda one: one.group,
        "服务不同": lambda one: one.service,
        "时限或分段不同": lambda one: (one.scenario.travel.threshold_min, one.scenario.bands_min),
        "对照的规划不同": lambda one: [plan.id for plan in one.plans],
    }
    for fault, of in told.items():
        differ = [one.scenario.title for one in evaluations[1:] if of(one) != of(evaluations[0])]
        if differ:
            faults.append(f"“{'”“'.join(differ)}”与“{titles[0]}”{fault}")
    if faults:
        raise ScenarioError("这些情景不能比较：" + "；".join(faults), todo="请让它们只在变化、年份和出行方式上不同")


def _figures(one: Evaluation) -> pd.Series:
    split, whole = one.allocation.totals, one.whole
    told = {"people": int(one.people.sum())}
    told |= {name: int(split[name]) for name in ("served", "full", "out_of_reach", "not_connected")}
    told |= {name: whole[name] for name in whole.index if name.startswith(("within_", "share_")) and name[-3:] == "min"}
    for judged in one.goals:
        told[f"met_{judged.plan.id}"] = int((judged.summary["status"] == MET).sum())
        told[f"goals_{judged.plan.id}"] = len(judged.summary)
    minutes, people = one.demand["travel_min"].to_numpy(float), one.demand["people"].to_numpy(float)
    unreached, worst = worst_share(minutes, people)
    told["to_villages"] = len(one.planned_services)
    told |= {"unreached": people[np.isnan(minutes)].sum(), "mean_min": whole["mean_min"],
             "gini": gini(minutes, people), "worst_unreached": unreached, "worst_min": worst}
    return pd.Series(told, dtype="object").astype(float)


def _goals(one: Evaluation) -> pd.DataFrame:
    columns = ["goal_id", "title", "status", "numerator", "denominator", "share"]
    parts = [judged.summary[columns].assign(plan=judged.plan.title) for judged in one.goals]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*columns, "plan"])
    table = table.rename(columns={"title": "goal"}).assign(scenario=one.scenario.title)
    return table[["scenario", "plan", "goal_id", "goal", "status", "numerator", "denominator", "share"]]


def _villages(one: Evaluation, first: Evaluation) -> pd.DataFrame:
    threshold, before = one.scenario.travel.threshold_min, first.demand["travel_min"]
    table = one.demand[["name", "township_code", "people", "travel_min"]].assign(travel_min_before=before)
    within, was = table["travel_min"] <= threshold, before <= threshold
    table["change_min"] = table["travel_min"] - before
    table["moved"] = within.astype("int64") - was.astype("int64")
    table = table.reset_index()
    table.insert(0, "scenario", one.scenario.title)
    return table


def _townships(one: Evaluation, first: Evaluation, villages: pd.DataFrame) -> pd.DataFrame:
    t = f"{one.scenario.travel.threshold_min:g}"
    counts, before = one.coverage, first.coverage
    mine = villages[villages["scenario"] == one.scenario.title]
    gained, lost = (mine["people"].where(mine["moved"] == way, 0).groupby(mine["township_code"]).sum()
                    for way in (1, -1))
    table = pd.DataFrame({
        "people": counts["people"], "reached": counts[f"within_{t}_min"], "share": counts[f"share_{t}_min"],
        "gained": gained.reindex(counts.index).fillna(0).astype("int64"),
        "lost": lost.reindex(counts.index).fillna(0).astype("int64"),
        "share_change": counts[f"share_{t}_min"] - before[f"share_{t}_min"],
        "mean_change_min": counts["mean_min"] - before["mean_min"],
    }).reset_index()
    table.insert(0, "scenario", one.scenario.title)
    table.insert(2, "township", table["township_code"].map(one.region.townships["township"]))
    return table


def _statuses(one: Evaluation, first: Evaluation) -> pd.DataFrame:
    key, parts = ["goal_id", "part", "unit_code"], []
    for judged, former in zip(one.goals, first.goals, strict=True):
        both = judged.units.merge(former.units[[*key, "status"]], on=key, how="left", suffixes=("", "_before"))
        both["status_before"] = both["status_before"].fillna("")
        parts.append(both[both["status"] != both["status_before"]].assign(plan=judged.plan.title))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["status", "status_before"])
    table = table.rename(columns={"status": "after", "status_before": "before"}).assign(scenario=one.scenario.title)
    return table.reindex(columns=STATUS_COLUMNS)
