"""Compare groups of people: an evaluation in, how minutes and places are spread among them out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from coverage.access.catchment import enhanced_two_step_floating_catchment, two_step_floating_catchment
from coverage.access.equity import equity_by, theil, worst_off
from coverage.region import SERVICE_TARGET, weigh
from coverage.study.evaluate import Evaluation

WHOLE = "全部"


@dataclass(frozen=True)
class Fairness:
    """How evenly a service is spread.

    groups  a row per grouping and group: people, unreached, mean_min, p90_min, share_{t}_min, gini, palma,
            and theil, theil_between, theil_within of the grouping
    worst   the points of the worst-off tenth of people, farthest first
    places  a row per service type and township: places per person by 2SFCA and E2SFCA, mean over those meant
    """

    groups: pd.DataFrame
    worst: pd.DataFrame
    places: pd.DataFrame


def fairness(evaluation: Evaluation) -> Fairness:
    """Minutes to the nearest institution of the scenario's service, and places of every service type."""
    return Fairness(_groups(evaluation), worst_off(evaluation.demand), _places(evaluation))


def _groups(evaluation: Evaluation) -> pd.DataFrame:
    demand, townships = evaluation.demand, evaluation.region.townships
    points = demand[["people", "travel_min", "township_code"]].assign(**{
        WHOLE: WHOLE,
        "乡镇": demand["township_code"].map(townships["township"]),
        "乡镇类别": demand["township_code"].map(townships["kind"]),
        "城乡": demand["name"].astype("str").str.contains("社区|居委会|居民委员会").map({True: "社区", False: "村"}),
        "山区": demand["township_code"].map(townships["mountain"]).map({True: "山区", False: "非山区"}),
    })
    parts = [_one(points, by, evaluation) for by in (WHOLE, "乡镇类别", "城乡", "山区", "乡镇")
             if points[by].notna().any()]
    for column, title in (("category", "残疾类别"), ("severity", "残疾程度"), ("age_band", "年龄段")):
        if column in evaluation.region.people:
            people = evaluation.region.people.groupby(["demand_id", column], as_index=False)["people"].sum()
            people["travel_min"] = people["demand_id"].map(demand["travel_min"])
            parts.append(_one(people.rename(columns={column: title}), title, evaluation))
    return pd.concat(parts, ignore_index=True)


def _one(rows: pd.DataFrame, by: str, evaluation: Evaluation) -> pd.DataFrame:
    table = equity_by(rows, by, thresholds_min=evaluation.scenario.travel.thresholds_min)
    key = rows[by].astype("object").fillna("（未知）").to_numpy(str)
    whole, between, within = theil(rows["travel_min"].to_numpy(float), rows["people"].to_numpy(float), key)
    table = table.assign(theil=whole, theil_between=between, theil_within=within)
    return table.rename_axis("group").reset_index().assign(by=by)


def _places(evaluation: Evaluation) -> pd.DataFrame:
    region, rows = evaluation.region, []
    for kind, sites in evaluation.open_by_type.items():
        capacity = sites["capacity"].dropna().astype(float)
        meant = weigh(region.demand, region.people, group=SERVICE_TARGET, service_type=kind)
        times = evaluation.travel.table
        found = pd.DataFrame({
            "two": two_step_floating_catchment(times, meant, capacity,
                                               within_min=evaluation.scenario.travel.threshold_min),
            "enhanced": enhanced_two_step_floating_catchment(times, meant, capacity),
            "meant": meant.sort_index(),
        })
        code = region.demand["township_code"].reindex(found.index)
        weighted = found[["two", "enhanced"]].mul(found["meant"], axis=0).groupby(code).sum()
        people = found["meant"].groupby(code).sum()
        rows.append(weighted.div(people.where(people > 0), axis=0).reset_index().assign(kind=kind))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(
        columns=["township_code", "two", "enhanced", "kind"])
