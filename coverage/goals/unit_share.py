"""Judge a unit_share goal: units and judged sites in, a status with evidence per unit out."""

from __future__ import annotations

import pandas as pd

from coverage.goals.plan import UnitShareGoal
from coverage.goals.supply import CLOSED, COUNTS, OTHER_TYPE, SUBSTANDARD, UNFINISHED, UNKNOWN

MET, UNMET, NOT_APPLICABLE, EXEMPT, NO_DATA = STATUSES = ("达标", "未达标", "不适用", "豁免", "数据缺失")

_REASON = {SUBSTANDARD: "有机构但不规范", CLOSED: "停运", OTHER_TYPE: "类型不符"}
_ORDER = (UNKNOWN, SUBSTANDARD, UNFINISHED, CLOSED, OTHER_TYPE)
_SAYS = {
    UNKNOWN: "有机构，但是否符合要求没有填", SUBSTANDARD: "有机构但未达要求", UNFINISHED: "在建",
    CLOSED: "已停运", OTHER_TYPE: "只有其他类型的机构",
}


def judge(goal: UnitShareGoal, units: pd.DataFrame, applies: pd.Series, sites: pd.DataFrame) -> pd.DataFrame:
    """Judge each unit by the institutions located in it.

    `units`: indexed by unit_code. `applies`: nullable boolean along it (NA = the unit's
    own figures don't tell). `sites`: site_id with name, service_type, unit_code, verdict, note.

    Returns a frame along `units` with status, reason ("" where met), n_sites (institutions
    that count), site_ids (those, joined by "、") and evidence (a sentence).
    """
    by_unit = dict(list(sites.sort_index().groupby("unit_code")))
    nothing = sites.iloc[:0]
    rows = [_judge_unit(goal, applies[code], by_unit.get(code, nothing)) for code in units.index]
    return pd.DataFrame(rows, index=units.index, columns=["status", "reason", "n_sites", "site_ids", "evidence"])


def _judge_unit(goal: UnitShareGoal, applies: object, sites: pd.DataFrame) -> tuple:
    counting = sites[sites["verdict"] == COUNTS]
    unsure = int((sites["verdict"] == UNKNOWN).sum())
    found = (len(counting), "、".join(counting.index))
    if applies is pd.NA:
        return NO_DATA, "数据缺失", *found, "人口、类别等资料不全，不能判断本目标是否适用"
    if not applies:
        return NOT_APPLICABLE, "", *found, "不在本目标的范围内"
    if len(counting) >= goal.enough.n:
        return MET, "", *found, _named(counting)
    if len(counting) + unsure >= goal.enough.n:
        return NO_DATA, "数据缺失", *found, f"{_SAYS[UNKNOWN]}：{_named(sites[sites['verdict'] == UNKNOWN])}"
    return UNMET, *_why_not(goal, sites, counting, found)


def _why_not(goal: UnitShareGoal, sites: pd.DataFrame, counting: pd.DataFrame, found: tuple) -> tuple:
    """The reason nearest to being mended comes first: an institution to upgrade before none at all."""
    short = f"需 {goal.enough.n} 个，有 {len(counting)} 个；" if goal.enough.n > 1 else ""
    for verdict in _ORDER:
        those = sites[sites["verdict"] == verdict]
        if len(those):
            return _REASON.get(verdict, "无机构"), *found, f"{short}{_SAYS[verdict]}：{_named(those)}"
    return "无机构", *found, f"{short}没有机构"


def _named(sites: pd.DataFrame) -> str:
    """兴旺残疾人之家（残疾人之家；启用年份未填，按已启用计）"""
    inside = sites["service_type"] + sites["note"].map(lambda note: f"；{note}" if note else "")
    return "、".join(sites["name"] + "（" + inside + "）")
