"""Judge units by places per person in need: capacities of institutions that count, against people."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from coverage.goals import statuses as st
from coverage.goals import supply as sp
from coverage.goals.as_of import AsOf
from coverage.goals.by_location import not_judged
from coverage.goals.figures import Figure
from coverage.goals.goal import CapacityShareGoal


def judge_by_capacity(goal: CapacityShareGoal, units: pd.DataFrame, at: AsOf) -> pd.DataFrame:
    """Judge each unit by the places in it per person whom the goal means.

    have = places, need = the least whole number of places that reaches the target.
    An institution without a stated capacity makes the unit unknown where it could decide.
    Returns a frame along `units` with ROW_COLUMNS.
    """
    target = goal.target_for(at.year)
    sites = at.sites_by_unit(goal.institutions, goal.units.level, sharing=False)
    by_unit = dict(list(sites.groupby("unit_code")))
    nothing = sites.iloc[:0]
    rows = [not_judged(unit["applies"]) or _judge_unit(unit["people"], by_unit.get(code, nothing), target)
            for code, unit in zip(units.index, units.to_dict("records"), strict=True)]
    return pd.DataFrame(rows, index=units.index, columns=st.ROW_COLUMNS)


def _judge_unit(people: object, sites: pd.DataFrame, target: Figure) -> tuple:
    if pd.isna(people):
        return (st.NO_DATA, st.UNKNOWN, 0, 1, 1, "", float("nan"), "目标所指人群的人数没有登记")
    counting = sites[sites["verdict"] == sp.COUNTS]
    places = int(counting["capacity"].fillna(0).sum())
    open_ended = counting["capacity"].isna().any() or (sites["verdict"] == sp.UNKNOWN).any()
    need = target.needed_of(int(people))
    figures = (places, need if open_ended and places < need else places, need, "、".join(counting.index), float("nan"))
    says = f"{places} 个名额，{int(people)} 人，需 {need} 个名额"
    if people == 0:
        return (st.NOT_APPLICABLE, "", *figures, "没有目标所指的人")
    if target.met_by(Fraction(places, int(people))):
        return (st.MET, "", *figures, says)
    if open_ended:
        return (st.NO_DATA, st.UNKNOWN, *figures, f"{says}；有机构的容量或条件没有填")
    return (st.UNMET, st.FULL if len(counting) else st.NONE, *figures, says)
