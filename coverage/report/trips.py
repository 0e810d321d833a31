"""Tell trips and catchments as tables for people: travel's legs, or one institution's times → frames.

Minutes are rounded so that the rows add up to the whole as it is shown.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.study import Evaluation

STEP, MINUTES, METRES = "步骤", "分钟", "里程（米）"
MOST_ROADS = 8
"""Roads that a trip is told by name; one over more of them is told by their classes."""


def legs_table(route: pd.DataFrame) -> pd.DataFrame:
    """A row a leg of `travel.route`, then 合计: 步骤, 分钟, 里程（米）.

    The minutes add up to 合计 to the tenth that they show.
    """
    legs = route.assign(step=route["leg"])
    ridden = legs["leg"].eq("沿路")
    named = ridden.sum() <= MOST_ROADS
    road = legs["name"].fillna(legs["road_class"]) + "（" + legs["road_class"] + "）"
    legs.loc[ridden, "step"] = "沿" + (road if named else legs["road_class"] + "路")[ridden]
    order = (legs["step"] != legs["step"].shift()).cumsum() if named else legs["step"].map(_first_seen(legs["step"]))
    told = legs.groupby(order.to_numpy(), sort=True).agg(step=("step", "first"), travel_min=("travel_min", "sum"),
                                                         dist_m=("dist_m", "sum"))
    shown = pd.DataFrame({STEP: told["step"].to_numpy(), MINUTES: tenths(told["travel_min"].to_numpy()),
                          METRES: told["dist_m"].round().astype("int64").to_numpy()})
    whole = {STEP: "合计", MINUTES: round(float(legs["travel_min"].sum()), 1), METRES: shown[METRES].sum()}
    return pd.concat([shown, pd.DataFrame([whole])], ignore_index=True)


def tenths(minutes: np.ndarray) -> np.ndarray:
    """Minutes rounded to tenths whose sum is the rounded sum: the largest remainders are rounded up."""
    whole = np.floor(minutes * 10 + 1e-6)
    spare = int(round(float(minutes.sum()) * 10) - whole.sum())
    up = np.argsort(-(minutes * 10 - whole), kind="stable")[:spare]
    whole[up] += 1
    return whole / 10


def catchment_table(evaluation: Evaluation, site_id: str) -> pd.DataFrame:
    """A row a band of one institution: villages and people that reach it within so many minutes, cumulative."""
    table = evaluation.travel.table
    times = table[table["site_id"].eq(site_id)].set_index("demand_id")["travel_min"]
    rows = []
    for limit in evaluation.scenario.bands_min:
        there = times.index[times <= limit]
        count = int(evaluation.people.reindex(there).sum())
        rows.append({"分钟内": f"{limit:g}", "村（社区）": len(there), "人数": count})
    return pd.DataFrame(rows)


def _first_seen(steps: pd.Series) -> dict[str, int]:
    return {step: number for number, step in enumerate(dict.fromkeys(steps))}
