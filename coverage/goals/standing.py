"""Add up one goal: its judged units in, whether it is met, by how much, and what is short, out."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from coverage.goals import statuses as st
from coverage.goals.as_of import AsOf
from coverage.goals.by_reach import NO_TIMES
from coverage.goals.conditions import holds
from coverage.goals.figures import Figure
from coverage.goals.supply import COUNTS, UNKNOWN

SUMMARY_COLUMNS = [
    "goal_id", "title", "kind", "binding", "clause", "origin", "status", "numerator", "denominator", "share",
    "weighted_share", "baseline", "baseline_computed", "target", "target_year", "shortfall", "shortfall_unit",
    "people_unmet", "exempt", "no_data", "note",
]


def standing(goal, rows: pd.DataFrame, at: AsOf) -> dict:
    """One row of the summary (without baseline_computed): figures of the goal over `rows`, its judged units."""
    target = goal.target_for(at.year)
    count = rows["status"].value_counts()
    unmet = rows[rows["status"] == st.UNMET]
    return {
        "goal_id": goal.id, "title": goal.title, "kind": goal.kind, "binding": goal.binding, "clause": goal.clause,
        "origin": goal.origin, "baseline": goal.says(goal.baseline), "target": goal.says(target),
        "target_year": target.year, "weighted_share": _weighted_share(goal, rows, at),
        "people_unmet": _people_in(unmet),
        "exempt": int(count.get(st.EXEMPT, 0)), "no_data": int(count.get(st.NO_DATA, 0)), "note": "",
        **_STANDINGS[goal.kind](goal, _judged(rows), target, at),
    }


def _people_in(unmet: pd.DataFrame) -> int:
    """People in unmet units, each once: a township of a county that is itself unmet adds nobody."""
    units = unmet.drop_duplicates(["unit_level", "unit_code"])
    place = units["unit_code"].where(units["unit_level"] != "村", units["township_code"].astype("str") + "/")
    larger = sorted(set(place))
    inside = [any(code.startswith(other) and code != other for other in larger) for code in place] if len(
        set(units["unit_level"])) > 1 else [False] * len(units)
    return int(units.loc[[not within for within in inside], "people"].fillna(0).sum())


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["status"].isin([st.MET, st.UNMET, st.NO_DATA])]


def _of_units(goal, rows: pd.DataFrame, target: Figure, at: AsOf) -> dict:
    met, unknown, whole = _counts(rows)
    level = rows["unit_level"].iloc[0] if len(rows) else ""
    return {**_share(met, met + unknown, whole, target), "shortfall_unit": f"个{level}"}


def _of_tiers(goal, rows: pd.DataFrame, target: Figure, at: AsOf) -> dict:
    """Every tier must reach the target by itself; the figures count all tiers' units together."""
    tiers = [_share(met, met + unknown, whole, target)
             for met, unknown, whole in (_counts(part) for _, part in rows.groupby("part", sort=False))]
    met, unknown, whole = _counts(rows)
    worst = [status for status in (st.UNMET, st.NO_DATA, st.MET) if status in {tier["status"] for tier in tiers}]
    return {**_share(met, met + unknown, whole, target), "status": worst[0] if worst else st.NOT_APPLICABLE,
            "shortfall": sum(tier["shortfall"] for tier in tiers), "shortfall_unit": "处"}


def _of_people(goal, rows: pd.DataFrame, target: Figure, at: AsOf) -> dict:
    """People reached, or places, over the people whom the goal means."""
    unit = "人" if goal.kind == "reach_share" else "个名额"
    sure = rows[(rows["people"] > 0).fillna(False)]  # a unit without such people is judged by its points
    have, might, people = int(sure["have"].sum()), int(sure["might"].sum()), int(sure["people"].sum())
    found = _share(have, might, people, target)
    lost = rows["people"].isna().any() or (rows["evidence"] == NO_TIMES).any()
    return {**found, **({"status": st.NO_DATA} if lost else {}), "shortfall_unit": unit}


def _of_institutions(goal, rows: pd.DataFrame, target: Figure, at: AsOf) -> dict:
    """A number of institutions or places, and some in each unit.

    The number is judged only where the region is the plan's whole area; in a part of it
    the units alone are, and the figures are theirs.
    """
    have, might = _amounts(goal, at)
    met, unknown, whole = _counts(rows)
    spread = st.MET if met == whole else st.NO_DATA if met + unknown == whole else st.UNMET
    if not at.whole_area:
        return _part_of_area(goal, have, target, spread, met, whole)
    found = [_verdict(target, Fraction(have), Fraction(might)), *([spread] if whole else [])]
    worst = next(status for status in (st.UNMET, st.NO_DATA, st.MET) if status in found)
    return {"status": worst, "numerator": have, "denominator": pd.NA, "share": float("nan"),
            "shortfall": max(0, target.needed_of(1) - have), "shortfall_unit": f"个{goal.of}",
            "note": f"{met}/{whole} 个{goal.each.level}有" if whole else ""}


def _part_of_area(goal, have: int, target: Figure, spread: str, met: int, whole: int) -> dict:
    note = (f"本地区有 {have} 个{goal.of}；总数目标 {goal.says(target)} 属规划的全部范围，"
            "本地区只是其中一部分，不判断总数")
    if not whole:
        return {"status": st.NOT_APPLICABLE, "numerator": have, "denominator": pd.NA, "share": float("nan"),
                "shortfall": 0, "shortfall_unit": f"个{goal.of}", "note": note}
    return {"status": spread, "numerator": met, "denominator": whole, "share": met / whole, "shortfall": whole - met,
            "target": f"每个{goal.each.level}至少 {goal.each.n} 个", "shortfall_unit": f"个{goal.each.level}",
            "note": note}


def _amounts(goal, at: AsOf) -> tuple[int, int]:
    """How many institutions (or places) count, and how many might, were every unknown favourable."""
    sites = at.sites(goal.institutions)
    sure, maybe = sites[sites["verdict"] == COUNTS], sites[sites["verdict"] == UNKNOWN]
    if goal.of == "机构":
        return len(sure), len(sure) + len(maybe)
    have = int(sure["capacity"].fillna(0).sum())
    return have, 10**9 if len(maybe) or sure["capacity"].isna().any() else have


def _of_report(goal, rows: pd.DataFrame, target: Figure, at: AsOf) -> dict:
    reports = at.records.reports
    mine = reports[(reports["goal_id"] == goal.id) & (pd.to_numeric(reports["year"]) == at.year)
                   & reports["unit_code"].fillna("").eq("")]
    none = {"numerator": pd.NA, "denominator": pd.NA, "shortfall_unit": goal.unit or "个百分点"}
    if mine.empty:
        return {**none, "status": st.NO_DATA, "share": float("nan"), "shortfall": float("nan"),
                "no_data": 1, "note": f"没有 {at.year} 年的上报数"}
    value = Fraction(str(mine["value"].iloc[0]))
    short = max(Fraction(0), Fraction(target.number) - value) * (1 if goal.unit else 100)
    return {**none, "status": st.MET if target.met_by(value) else st.UNMET, "share": float(value),
            "shortfall": float(short), "note": f"上报数，来源：{mine['source'].iloc[0]}"}


_STANDINGS = {"unit_share": _of_units, "village_service": _of_units, "tiers": _of_tiers, "reach_share": _of_people,
              "capacity_share": _of_people, "count": _of_institutions, "indicator": _of_report}


def _counts(rows: pd.DataFrame) -> tuple[int, int, int]:
    return int((rows["status"] == st.MET).sum()), int((rows["status"] == st.NO_DATA).sum()), len(rows)


def _share(have: int, might: int, whole: int, target: Figure) -> dict:
    if whole == 0:
        return {"status": st.NOT_APPLICABLE, "numerator": 0, "denominator": 0, "share": float("nan"), "shortfall": 0}
    return {"status": _verdict(target, Fraction(have, whole), Fraction(might, whole)), "numerator": have,
            "denominator": whole, "share": have / whole, "shortfall": max(0, target.needed_of(whole) - have)}


def _verdict(target: Figure, low: Fraction, high: Fraction) -> str:
    """What is unknown never passes silently: it decides only where it could tip the goal."""
    found = {target.met_by(low), target.met_by(high)}
    return st.NO_DATA if len(found) == 2 else st.MET if found == {True} else st.UNMET


def _weighted_share(goal, rows: pd.DataFrame, at: AsOf) -> float:
    """Share of met units, each by its weight; NaN where the goal weighs no units."""
    judged = _judged(rows)
    if judged.empty or not any(weight.units for weight in goal.weights):
        return float("nan")
    weights = unit_weights(goal, judged, at)
    return float((weights * (judged["status"] == st.MET)).sum() / weights.sum())


def unit_weights(goal, rows: pd.DataFrame, at: AsOf) -> pd.Series:
    """The weight of each unit row, 1 unless the goal says otherwise or it can't be told."""
    weights = pd.Series(1.0, index=rows.index)
    townships = at.region.townships.reindex(rows["township_code"]).set_axis(rows.index)
    frame = townships.drop(columns=["kind", "pop", "people"], errors="ignore").join(rows[["kind", "pop", "people"]])
    frame = frame.assign(code=rows["unit_code"], name=rows["unit"], county_code=rows["unit_code"].str[:6])
    for weight in goal.weights:
        if weight.units is not None:
            weights *= holds(weight.units, frame).fillna(False).map({True: float(weight.weight), False: 1.0})
    return weights
