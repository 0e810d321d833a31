"""Judge units by minutes: whether enough of their people reach an institution that counts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from coverage.access import nearest
from coverage.goals import statuses as st
from coverage.goals.as_of import AsOf
from coverage.goals.by_location import not_judged
from coverage.goals.conditions import PersonCondition, SiteCondition
from coverage.goals.figures import Figure
from coverage.goals.goal import Units
from coverage.goals.units import unit_of_demand

NO_TIMES = "没有算出行时间"


def reached_by_unit(spec: Units, institutions: SiteCondition, within_min: float, who: PersonCondition,
                    at: AsOf) -> pd.DataFrame:
    """People within reach, by unit: people, reached, might (with institutions that may count), mean_min,
    and site_ids (those that are nearest to somebody there, joined by "、").

    Where nobody whom the goal means is registered in a unit, each of its demand points
    counts as one. people is NA where it is not recorded. Needs travel times.
    """
    demand = at.region.demand
    key = unit_of_demand(demand, spec.level)
    people = at.people(who)
    known = people.fillna(0).astype("int64")
    weight = known.where(known.groupby(key).transform("sum") > 0, 1)
    sure, maybe = (nearest(at.times_to(institutions, unknown=unknown)).reindex(demand.index)
                   for unknown in (False, True))
    frame = pd.DataFrame({
        "key": key, "people": weight, "unknown": people.isna(),
        "reached": weight.where(sure["travel_min"] <= within_min, 0),
        "might": weight.where(maybe["travel_min"] <= within_min, 0),
        "timed": weight.where(sure["travel_min"].notna(), 0), "minutes": (sure["travel_min"] * weight).fillna(0.0),
        "site_id": sure["site_id"],
    }).sort_index()
    grouped = frame.groupby("key")
    found = grouped[["people", "reached", "might"]].sum()
    found["mean_min"] = grouped["minutes"].sum() / grouped["timed"].sum().replace(0, np.nan)
    found["site_ids"] = grouped["site_id"].agg(lambda ids: "、".join(sorted(set(ids.dropna()))))
    found["people"] = found["people"].astype("Int64").mask(grouped["unknown"].any(), pd.NA)
    return found


def judge_by_reach(units: pd.DataFrame, spec: Units, institutions: SiteCondition, within_min: float,
                   who: PersonCondition, enough: Figure, at: AsOf) -> pd.DataFrame:
    """Judge each unit by whether the share of its people within `within_min` reaches `enough`.

    have = people reached, need = people who must be. Returns a frame along `units` with ROW_COLUMNS.
    """
    if at.times is None:
        return pd.DataFrame([not_judged(applies) or _unknown(NO_TIMES) for applies in units["applies"]],
                            index=units.index, columns=st.ROW_COLUMNS)
    found = reached_by_unit(spec, institutions, within_min, who, at).reindex(units.index)
    none_anywhere = at.times_to(institutions, unknown=True).empty
    rows = [not_judged(units.at[code, "applies"]) or _judge_unit(unit, within_min, enough, none_anywhere)
            for code, unit in zip(found.index, found.to_dict("records"), strict=True)]
    return pd.DataFrame(rows, index=units.index, columns=st.ROW_COLUMNS)


def _unknown(says: str) -> tuple:
    return (st.NO_DATA, st.UNKNOWN, 0, 1, 1, "", float("nan"), says)


def _judge_unit(unit: dict, within_min: float, enough: Figure, none_anywhere: bool) -> tuple:
    if pd.isna(unit["people"]):
        return _unknown("目标所指人群的人数没有登记")
    people, reached, might = int(unit["people"]), int(unit["reached"]), int(unit["might"])
    figures = (reached, might, enough.needed_of(people), unit["site_ids"], unit["mean_min"])
    says = f"{within_min:g} 分钟内 {reached}/{people}（{reached / people:.1%}），应{enough.text}"
    if enough.met_by(Fraction(reached, people)):
        return st.MET, "", *figures, says
    if enough.met_by(Fraction(might, people)):
        return st.NO_DATA, st.UNKNOWN, *figures, f"{says}；部分机构是否符合要求没有填"
    return st.UNMET, st.NONE if none_anywhere else st.OUT_OF_REACH, *figures, says
