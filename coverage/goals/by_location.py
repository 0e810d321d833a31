"""Judge units by the institutions that stand in them: a status with evidence per unit out."""

from __future__ import annotations

import pandas as pd

from coverage.goals import statuses as st
from coverage.goals import supply as sp
from coverage.goals.as_of import AsOf
from coverage.goals.conditions import SiteCondition
from coverage.goals.goal import Enough, Units

_REASON = {sp.UNKNOWN: st.UNKNOWN, sp.SUBSTANDARD: st.SUBSTANDARD, sp.CLOSED: st.CLOSED, sp.OTHER_TYPE: st.OTHER_TYPE,
           sp.UNFINISHED: st.NONE}
_SAYS = {sp.UNKNOWN: "有机构，但是否符合要求没有填", sp.SUBSTANDARD: "有机构但未达要求", sp.UNFINISHED: "在建",
         sp.CLOSED: "已停运", sp.OTHER_TYPE: "只有其他类型的机构"}
_NEAREST_MEND_FIRST = (sp.UNKNOWN, sp.SUBSTANDARD, sp.UNFINISHED, sp.CLOSED, sp.OTHER_TYPE)


def judge_by_location(units: pd.DataFrame, spec: Units, institutions: SiteCondition, enough: Enough, at: AsOf,
                      *, hosts: SiteCondition | None = None) -> pd.DataFrame:
    """Judge each unit by whether at least `enough.n` institutions that count stand in it.

    `units`: as `AsOf.units` gives. `hosts`: institutions that may take one in; they are
    not called 类型不符. Returns a frame along `units` with statuses.ROW_COLUMNS.
    """
    sites = at.sites_by_unit(institutions, spec.level, sharing=True)
    if hosts is not None:
        sites = sites[~((sites["verdict"] == sp.OTHER_TYPE) & at.sites(hosts)["verdict"].eq(sp.COUNTS).loc[sites.index]
                        .to_numpy())]
    by_unit: dict[str, list[dict]] = {}
    for site in sites.reset_index(names="site_id").to_dict("records"):
        by_unit.setdefault(site["unit_code"], []).append(site)
    rows = [_judge_unit(applies, by_unit.get(code, []), enough) for code, applies in units["applies"].items()]
    strays = at.strays(institutions, spec.level)
    rows = [_perhaps_recoded(row, strays.get(code, [])) for code, row in zip(units.index, rows, strict=True)]
    return pd.DataFrame(rows, index=units.index, columns=st.ROW_COLUMNS)


def judge_institutions(units: pd.DataFrame, condition: SiteCondition, at: AsOf) -> pd.DataFrame:
    """Judge units that are institutions themselves: whether each meets `condition`."""
    verdicts = at.sites(condition)["verdict"].reindex(units.index)
    rows = []
    for code, verdict in verdicts.items():
        met, unsure = verdict == sp.COUNTS, verdict == sp.UNKNOWN
        status, reason = (st.MET, "") if met else (st.NO_DATA, st.UNKNOWN) if unsure else (st.UNMET, st.SUBSTANDARD)
        if units.at[code, "unit_verdict"] == sp.UNKNOWN:
            status, reason = st.NO_DATA, st.UNKNOWN
        says = {st.MET: "符合要求", st.UNMET: "没有达到要求", st.NO_DATA: "资料不全，不能判断"}[status]
        rows.append((status, reason, int(met), int(met or unsure), 1, code if met else "", float("nan"), says))
    return pd.DataFrame(rows, index=units.index, columns=st.ROW_COLUMNS)


def not_judged(applies: object) -> tuple | None:
    """The row of a unit that the goal is not for, or whose own figures don't tell; None for one to judge."""
    if applies is pd.NA:
        return (st.NO_DATA, st.UNKNOWN, 0, 1, 1, "", float("nan"), "人口、类别等资料不全，不能判断本目标是否适用")
    if not applies:
        return (st.NOT_APPLICABLE, "", 0, 0, 0, "", float("nan"), "不在本目标的范围内")
    return None


def _judge_unit(applies: object, sites: list[dict], enough: Enough) -> tuple:
    if (row := not_judged(applies)) is not None:
        return row
    shared = [site for site in sites if site["shared"]]
    sites = sites if enough.sharing else [site for site in sites if not site["shared"]]
    sites = list({site["site_id"]: site for site in reversed(sites)}.values())[::-1]  # one here and shared here is one
    counting, unsure = _with(sp.COUNTS, sites), _with(sp.UNKNOWN, sites)
    ids = "、".join(site["site_id"] for site in counting)
    figures = (len(counting), len(counting) + len(unsure), enough.n, ids, float("nan"))
    if len(counting) >= enough.n:
        return st.MET, "", *figures, named(counting)
    aside = "" if enough.sharing or not shared else f"；另有共享协议，本目标不计：{named(shared)}"
    if len(counting) + len(unsure) >= enough.n:
        return st.NO_DATA, st.UNKNOWN, *figures, f"{_SAYS[sp.UNKNOWN]}：{named(unsure)}{aside}"
    reason, says = _why_not(sites, enough.n, len(counting))
    return st.UNMET, reason, *figures, says + aside


def _perhaps_recoded(row: tuple, strays: list[dict]) -> tuple:
    """An unmet unit beside which one that would count stands under a code that no township has: find out first."""
    if row[0] != st.UNMET or not strays:
        return row
    told = "、".join(f"{site['name']}（{site['township_code']}）" for site in strays)
    evidence = f"{row[-1]}；附近有机构登记在乡镇表没有的代码下：{told}，请核对是否区划变更"
    return (st.NO_DATA, st.RECODED, *row[2:-1], evidence)


def _with(verdict: str, sites: list[dict]) -> list[dict]:
    return [site for site in sites if site["verdict"] == verdict]


def _why_not(sites: list[dict], n: int, count: int) -> tuple[str, str]:
    """The reason nearest to being mended comes first: an institution to upgrade before none at all."""
    short = f"需 {n} 个，有 {count} 个；" if n > 1 else ""
    for verdict in _NEAREST_MEND_FIRST:
        if those := _with(verdict, sites):
            return _REASON[verdict], f"{short}{_SAYS[verdict]}：{named(those)}"
    return st.NONE, f"{short}没有{'更多' if count else ''}机构"


MOST_NAMED = 5
"""Evidence names so many institutions and counts the rest."""


def named(sites: list[dict]) -> str:
    """兴旺残疾人之家（残疾人之家；按《协议》共享；启用年份未填，按已启用计）"""
    told = "、".join(f"{site['name']}（{'；'.join(_remarks(site))}）" for site in sites[:MOST_NAMED])
    return told if len(sites) <= MOST_NAMED else f"{told}等 {len(sites)} 处"


def _remarks(site: dict) -> list[str]:
    remarks = ["机构" if pd.isna(site["service_type"]) else site["service_type"]]
    if site.get("shared"):
        remarks.append(f"按{site['shared']}共享")
    if site.get("recoded"):
        remarks.append("区划变更，按新代码计")
    return remarks + ([site["note"]] if site["note"] else [])
