"""Judge one goal in every unit: a goal and a region as of a year in, the units table's rows out."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from coverage.goals import statuses as st
from coverage.goals.as_of import AsOf
from coverage.goals.by_capacity import judge_by_capacity
from coverage.goals.by_location import judge_by_location, judge_institutions
from coverage.goals.by_reach import judge_by_reach
from coverage.goals.by_village import judge_by_village
from coverage.goals.conditions import PersonCondition, SiteCondition
from coverage.goals.figures import ShareFigure
from coverage.goals.goal import Enough, Units
from coverage.goals.units import DIGITS


def judge(goal, at: AsOf) -> pd.DataFrame:
    """Judge `goal` in each of its units, exempt units marked: statuses.UNIT_COLUMNS, by part and unit_code."""
    parts = _JUDGES[goal.kind](goal, at)
    rows = [_dress(goal, part, spec, units.join(judged)) for part, spec, units, judged in parts]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=st.UNIT_COLUMNS)
    return _exempt(_only_partly_seen(table, at), goal.id, at)


def _unit_share(goal, at: AsOf) -> list[tuple]:
    units = at.units(goal.units, goal.who)
    judged = _enough(units, goal.units, goal.institutions, goal.enough, goal.who, goal.hosts, at)
    return [("", goal.units, units, judged)]


def _tiers(goal, at: AsOf) -> list[tuple]:
    parts = []
    for tier in goal.tiers:
        units = at.units(tier.units, goal.who)
        judged = _enough(units, tier.units, tier.institutions, tier.enough, goal.who, goal.hosts, at)
        parts.append((tier.title, tier.units, units, judged))
    return parts


def _count(goal, at: AsOf) -> list[tuple]:
    if goal.each is None:
        return []
    spec = Units(level=goal.each.level)
    units = at.units(spec, goal.who)
    judged = judge_by_location(units, spec, goal.institutions, Enough(n=goal.each.n), at, hosts=goal.hosts)
    return [("", spec, units, judged)]


def _reach_share(goal, at: AsOf) -> list[tuple]:
    units = at.units(goal.units, goal.who)
    target = goal.target_for(at.year)
    judged = judge_by_reach(units, goal.units, goal.institutions, goal.within_min, goal.who, target,
                            at.travelling(goal.mode))
    return [("", goal.units, units, judged)]


def _capacity_share(goal, at: AsOf) -> list[tuple]:
    units = at.units(goal.units, goal.who)
    return [("", goal.units, units, judge_by_capacity(goal, units, at))]


def _village_service(goal, at: AsOf) -> list[tuple]:
    units = at.units(goal.units, goal.who)
    return [("", goal.units, units, judge_by_village(goal, units, at))]


def _indicator(goal, at: AsOf) -> list[tuple]:
    """A reported figure has no units here: it is judged as a whole, in the standing."""
    return []


_JUDGES = {"unit_share": _unit_share, "tiers": _tiers, "count": _count, "reach_share": _reach_share,
           "capacity_share": _capacity_share, "village_service": _village_service, "indicator": _indicator}


def _enough(units: pd.DataFrame, spec: Units, institutions: SiteCondition, enough: Enough, who: PersonCondition,
            hosts: SiteCondition | None, at: AsOf) -> pd.DataFrame:
    if spec.level == "机构":
        return judge_institutions(units, institutions, at)
    if enough.within_min is None:
        return judge_by_location(units, spec, institutions, enough, at, hosts=hosts)
    wanted = ShareFigure(year=at.year, at_least=Decimal(1) if enough.reach is None else enough.reach)
    return judge_by_reach(units, spec, institutions, enough.within_min, who, wanted, at)


def _dress(goal, part: str, spec: Units, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.reset_index().rename(columns={"name": "unit"})
    rows = rows.assign(goal_id=goal.id, goal=goal.title, part=part, unit_level=spec.level)
    rows["pop"] = pd.to_numeric(rows["pop"]).astype("Int64")
    return rows[st.UNIT_COLUMNS].astype({"people": "Int64", "have": "int64", "might": "int64", "need": "int64"})


def _only_partly_seen(rows: pd.DataFrame, at: AsOf) -> pd.DataFrame:
    """A city of which the region is one county may have elsewhere what is missing here."""
    part = (rows["unit_level"] == "市") & (rows["status"] == st.UNMET)
    if not part.any() or len(at.region.county_code or "") <= DIGITS["市"]:
        return rows
    rows = rows.copy()
    rows.loc[part, ["status", "reason"]] = [st.NO_DATA, st.UNKNOWN]
    rows.loc[part, "evidence"] = "本地区只是该市的一部分，别处可能有；" + rows.loc[part, "evidence"]
    return rows


def _exempt(rows: pd.DataFrame, goal_id: str, at: AsOf) -> pd.DataFrame:
    """An exempt unit is counted apart, whatever it has; only where the goal is for it."""
    granted = at.records.exemptions[at.records.exemptions["goal_id"] == goal_id].set_index("unit_code")
    exempt = rows["unit_code"].isin(granted.index) & (rows["status"] != st.NOT_APPLICABLE)
    if not exempt.any():
        return rows
    says = granted.apply(lambda row: f"豁免：{row['reason']}（{row['who']}，{row['date']}）", axis=1)
    rows = rows.copy()
    rows.loc[exempt, "evidence"] = rows.loc[exempt, "unit_code"].map(says) + "；" + rows.loc[exempt, "evidence"]
    rows.loc[exempt, ["status", "reason"]] = [st.EXEMPT, ""]
    return rows
