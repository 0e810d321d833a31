"""Find what would mend each gap: an evaluated plan in, a row per gap and workable remedy out.

Each remedy is put in place and the goal judged again; its effect is what comes of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from coverage.goals import statuses as st
from coverage.goals.as_of import AsOf
from coverage.goals.changes import Change, put_in_place
from coverage.goals.costs import unit_costs
from coverage.goals.evaluate import GoalsResult
from coverage.goals.goal import Units
from coverage.goals.judge import judge
from coverage.goals.options import ORDER, OUTREACH, SHARE, Gap, Option, Proposer
from coverage.settings import DEFAULT_THRESHOLD_MIN

if TYPE_CHECKING:
    from coverage.region.region import Region

REMEDY_COLUMNS = ["goal_id", "part", "township_code", "township", "remedy", "site_ids", "what", "cost_wan",
                  "cost_basis", "people_served", "status_after", "have_before", "have_after", "need"]


def remedies(
    result: GoalsResult,
    region: Region,
    times: pd.DataFrame | None = None,
    *,
    costs: pd.DataFrame | None = None,
    candidate_times: pd.DataFrame | None = None,
    spare: pd.Series | None = None,
    within_min: float = DEFAULT_THRESHOLD_MIN,
    only: tuple[str, str, str] | None = None,
) -> pd.DataFrame:
    """List the remedies of every unmet unit of `result`; villages and institutions are gathered by township.

    `only`: those of one gap, named by its goal_id, part and township_code.

    升级 only where an institution stands and falls short of the standard; 共建 only where a
    host of the goal stands in the unit; 扩容 only where one counts and its places are too few;
    共享 only where another unit's institution has room (`spare` by site_id, NA = no limit;
    without it, its stated capacity) within `within_min` of some of the unit's people; 新建 at
    the unit's candidate, or at its most peopled point; 流动服务或接送 for villages. `times`:
    over region.sites; `candidate_times`: the same over region.candidates, where there are
    any, without which a new institution reaches nobody. `costs`: as unit_costs() gives.

    Returns a frame with REMEDY_COLUMNS, by goal, unit and order: cost_wan (万元) and its
    basis; people_served = disabled people of the unit, whom the goal means, who would be
    served, at most the places; status_after and have_after = what judging the goal again
    gives. A remedy that changes neither is listed only if it serves people though the goal
    doesn't count it (共享, 流动服务或接送); its status_after says so.
    """
    at = AsOf(region, times, result.year, result.records, result.times_by_mode)
    room = region.sites["capacity"] if spare is None else spare
    room = pd.to_numeric(room).astype(float).fillna(float("inf"))
    costs = unit_costs() if costs is None else costs
    rows = []
    for goal in result.plan.goals:
        if only is not None and goal.id != only[0]:
            continue
        gaps = _gaps(goal, result.units[result.units["goal_id"] == goal.id], at)
        gaps = [gap for gap in gaps if only is None or (gap.part, gap.code) == only[1:]]
        proposer = Proposer(goal, at, costs, room, at.people(goal.who).fillna(0).astype("int64"), within_min)
        options = [option for gap in gaps for option in proposer.options(gap)]
        if not getattr(goal, "mode", ""):  # what a remedy would do to another mode's minutes is not computed
            rows += _tried(goal, options, at, candidate_times)
    table = pd.DataFrame(rows, columns=REMEDY_COLUMNS)
    order = table["remedy"].map({name: place for place, name in enumerate(ORDER)})
    table = table.assign(order=order).sort_values(["goal_id", "part", "township_code", "order"], kind="stable")
    return table.drop(columns="order").reset_index(drop=True)


def _gaps(goal, judged: pd.DataFrame, at: AsOf) -> list[Gap]:
    wants = _wants(goal)
    unmet = judged[judged["status"] == st.UNMET]
    small = unmet["unit_level"].isin(["村", "机构"])
    names = at.region.townships["township"]
    gaps = [Gap(row["part"], row["unit_code"], row["unit"], (row["unit_code"],), _whole(row["people"]), row["have"],
                row["need"], *wants[row["part"]]) for row in unmet[~small].to_dict("records")]
    for (part, code), rows in unmet[small].groupby(["part", "township_code"], sort=True):
        gaps.append(Gap(part, code, names.get(code, code), tuple(rows["unit_code"]), _whole(rows["people"].sum()), 0,
                        len(rows), *wants[part]))
    return gaps


def _wants(goal) -> dict:
    """What each part of a goal wants: its units and the institutions that count."""
    if goal.kind == "tiers":
        return {tier.title: (tier.units, tier.institutions) for tier in goal.tiers}
    if goal.kind == "count":
        return {"": (Units(level=goal.each.level if goal.each else "县"), goal.institutions)}
    return {} if goal.kind == "indicator" else {"": (goal.units, goal.institutions)}


def _tried(goal, options: list[Option], at: AsOf, candidate_times: pd.DataFrame | None) -> Iterator[dict]:
    """Judge the goal again with each remedy in place.

    An institution changes only its own unit's standing unless minutes decide, so then
    each is tried alone, and otherwise all remedies of one kind are tried at once.
    """
    parts = {option.gap.part: _only(goal, option.gap.part) for option in options}
    for part, judged in parts.items():
        for remedy in ORDER:
            batch = [option for option in options if (option.gap.part, option.remedy) == (part, remedy)]
            for group in [[option] for option in batch] if minutes_decide(judged) else [batch] if batch else []:
                change = sum((option.change for option in group), Change())
                after = judge(judged, put_in_place(change, at, candidate_times))
                after = after.set_index(["part", "unit_code"]).sort_index()
                rows = (_told(goal, option, after) for option in group)
                yield from (row for row in rows if row is not None)


def _only(goal, part: str):
    """A goal of tiers with that tier alone: the others are not touched."""
    if goal.kind != "tiers":
        return goal
    return goal.model_copy(update={"tiers": tuple(tier for tier in goal.tiers if tier.title == part)})


def minutes_decide(goal) -> bool:
    """Whether a goal, or a tier of it, counts people within minutes rather than institutions in a place."""
    parts = [goal, *getattr(goal, "tiers", ())]
    return goal.kind == "reach_share" or any(part.enough.within_min for part in parts if hasattr(part, "enough"))


def _told(goal, option: Option, after: pd.DataFrame) -> dict | None:
    gap = option.gap
    rows = after.loc[[(gap.part, code) for code in gap.codes]]
    met = bool((rows["status"] == st.MET).all())
    have = int((rows["status"] == st.MET).sum()) if len(gap.codes) > 1 or gap.codes != (gap.code,) else int(
        rows["have"].iloc[0])
    helps = met or have > gap.have
    if not helps and not (option.remedy in (SHARE, OUTREACH) and option.people):
        return None
    served = min(option.people, have - gap.have) if goal.kind == "reach_share" and helps else option.people
    sites = dict.fromkeys([*option.change.mended, *option.change.like.values(),
                           *(row["site_id"] for row in option.change.agreements)])
    return {
        "goal_id": goal.id, "part": gap.part, "township_code": gap.code, "township": gap.name, "remedy": option.remedy,
        "site_ids": "、".join(sites), "what": option.what, "cost_wan": option.cost_wan, "cost_basis": option.cost_basis,
        "people_served": served, "status_after": st.MET if met else st.UNMET, "have_before": gap.have,
        "have_after": have, "need": gap.need,
    }


def _whole(people: object) -> int:
    return 0 if pd.isna(people) else int(people)
