"""Lay a judged plan out as tables for people: a `PlanStudy` in, frames with Chinese headers out."""

from __future__ import annotations

import pandas as pd

from coverage.goals.goal import KINDS
from coverage.report.tables import PARTS, institution_table, problem_table, township_table, village_table
from coverage.study import PlanStudy


def standing_table(study: PlanStudy) -> pd.DataFrame:
    """指标总表: a row a goal."""
    headers = {
        "goal_id": "目标编号", "title": "目标", "kind": "种类", "binding": "性质", "status": "结论",
        "numerator": "分子", "denominator": "分母", "share": "占比", "weighted_share": "加权占比",
        "baseline": "规划基期值", "baseline_computed": "按本数据推算的基期占比", "target": "目标值",
        "target_year": "目标年份", "shortfall": "还差", "shortfall_unit": "还差的单位",
        "people_unmet": "未达标单位残疾人数", "exempt": "豁免（个）", "no_data": "数据缺失（个）",
        "clause": "依据", "origin": "与上级规划的关系", "note": "说明",
    }
    summary = study.result.summary
    notes = summary["goal_id"].map({goal.id: goal.note for goal in study.plan.goals})
    joined = [("；".join(filter(None, pair))) for pair in zip(summary["note"], notes, strict=True)]
    return _titled(summary.assign(kind=summary["kind"].map(KINDS), note=joined), headers)


def plan_gap_table(study: PlanStudy) -> pd.DataFrame:
    """缺口清单: a row a unit (township, county, city) and unmet goal."""
    headers = {
        "priority": "优先序", "unit_level": "单位层级", "township_code": "单位代码", "township": "单位",
        "goal": "目标", "part": "层级",
        "status": "结论", "reason": "原因", "people": "涉及残疾人数", "weighted_people": "加权人数",
        "shortfall": "缺口占比", "nearest_site": "最近的合格机构", "nearest_min": "平均用时（分钟）",
        "remedies": "补救措施", "evidence": "依据", "sentence": "说明", "goal_id": "目标编号",
    }
    return _titled(study.gaps, headers)


def remedy_table(study: PlanStudy) -> pd.DataFrame:
    """补救措施: a row a gap and remedy, in order."""
    headers = {
        "township_code": "单位代码", "township": "单位", "goal": "目标", "part": "层级", "remedy": "措施",
        "what": "做法", "cost_wan": "费用（万元）", "cost_basis": "费用出处", "people_served": "可服务残疾人数",
        "status_after": "做后结论", "have_before": "现有", "have_after": "做后", "need": "需要",
        "goal_id": "目标编号",
    }
    titles = {goal.id: goal.title for goal in study.plan.goals}
    return _titled(study.remedies.assign(goal=study.remedies["goal_id"].map(titles)), headers)


def unit_table(study: PlanStudy) -> pd.DataFrame:
    """目标明细: a row a unit and goal, with its evidence; every status of the other sheets can be counted from it."""
    headers = {
        "goal_id": "目标编号", "goal": "目标", "part": "层级", "unit_level": "单位层级",
        "unit_code": "单位代码", "unit": "单位", "township_code": "乡镇代码", "kind": "类别", "pop": "常住人口",
        "people": "残疾人数", "status": "结论", "reason": "原因", "have": "现有", "need": "需要",
        "site_ids": "计入的机构", "travel_min": "平均用时（分钟）", "evidence": "依据",
    }
    return _titled(study.result.units, headers)


def plan_township_table(study: PlanStudy) -> pd.DataFrame:
    """乡镇明细: coverage of each township and its status under every goal of township level."""
    return _with_statuses(township_table(study.evaluation), "乡镇代码", "乡镇", study)


def plan_village_table(study: PlanStudy) -> pd.DataFrame:
    """村级明细: each village's nearest institution, and its status and evidence under every goal of village level."""
    return _with_statuses(village_table(study.evaluation), "村代码", "村", study, evidence=True)


def plan_institution_table(study: PlanStudy) -> pd.DataFrame:
    """机构清单: each institution, its places used and left, and the goals for which it counts."""
    table = institution_table(study.evaluation).drop(columns="本次计入")
    units = study.result.units
    counted: dict[str, list[str]] = {}
    for goal, ids in zip(units["goal_id"], units["site_ids"], strict=True):
        for site_id in filter(None, ids.split("、")):
            if goal not in counted.setdefault(site_id, []):
                counted[site_id].append(goal)
    by_site = [share.by_site for share in study.shares.values()]
    used = pd.concat(by_site) if by_site else pd.DataFrame(columns=["used", "spare"])
    ids = table["机构编号"]
    return table.assign(**{"已用": ids.map(used["used"]), "空余": ids.map(used["spare"]),
                           "计入的目标": ids.map(lambda name: "、".join(counted.get(name, [])))})


def exemption_table(study: PlanStudy) -> pd.DataFrame:
    """豁免: a row an exemption granted."""
    headers = {
        "goal_id": "目标编号", "unit_code": "单位代码", "reason": "豁免理由", "who": "批准单位",
        "date": "批准日期",
    }
    return _titled(study.result.records.exemptions, headers)


def share_table(study: PlanStudy) -> pd.DataFrame:
    """服务供给: for each service type and township who is served, full, out of reach …; the parts add up."""
    demand, names = study.evaluation.region.demand, study.evaluation.region.townships["township"]
    rows = []
    for kind, share in study.shares.items():
        split = share.by_unit(demand)
        rows.append(split.assign(kind=kind, township=split.index.map(names), township_code=split.index))
    columns = {
        "kind": "机构类型", "township_code": "乡镇代码", "township": "乡镇", **PARTS,
    }
    return _titled(pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(columns)), columns)


def fairness_table(study: PlanStudy) -> pd.DataFrame:
    """公平性: each group's people, minutes and inequality; Theil's parts belong to the whole grouping."""
    table = study.fairness.groups
    limits = [name for name in table if name.startswith("share_")]
    bands = {name: f"{name.removeprefix('share_').removesuffix('_min')} 分钟内占比" for name in limits}
    headers = {
        "by": "分组", "group": "组", "people": "人数", "unreached": "到不了（人）",
        "mean_min": "平均用时（分钟）", "p90_min": "九成人用时不超过（分钟）", **bands, "gini": "基尼系数",
        "palma": "帕尔马比值", "theil": "泰尔指数", "theil_between": "组间", "theil_within": "组内",
    }
    return _titled(table, headers)


def worst_table(study: PlanStudy) -> pd.DataFrame:
    """最不利: the villages of the tenth of people who are worst off, farthest first."""
    names = study.evaluation.region.townships["township"]
    table = study.fairness.worst.reset_index()
    headers = {
        "demand_id": "村代码", "name": "村（社区）", "township": "乡镇", "people": "人数",
        "travel_min": "全程用时（分钟）", "access_state": "接入路网",
    }
    return _titled(table.assign(township=table["township_code"].map(names)), headers)


def places_table(study: PlanStudy) -> pd.DataFrame:
    """可用名额: places per hundred people meant, by township and service type."""
    names = study.evaluation.region.townships["township"]
    table = study.fairness.places
    table = table.assign(township=table["township_code"].map(names), two=table["two"].astype(float) * 100,
                         enhanced=table["enhanced"].astype(float) * 100)
    headers = {
        "kind": "机构类型", "township_code": "乡镇代码", "township": "乡镇", "two": "每百人可用名额（2SFCA）",
        "enhanced": "每百人可用名额（E2SFCA）",
    }
    return _titled(table, headers)


def trend_table(study: PlanStudy) -> pd.DataFrame:
    """逐年: each goal as the same data give it in each year."""
    headers = {
        "goal_id": "目标编号", "title": "目标", "year": "年份", "status": "结论", "numerator": "分子",
        "denominator": "分母", "share": "占比", "target": "目标值", "target_year": "目标年份",
    }
    return _titled(study.trend, headers)


def plan_problem_table(study: PlanStudy) -> pd.DataFrame:
    """数据问题: what intake found in the project's files, and what judging left aside."""
    base = study.evaluation.base
    table = problem_table(base.project, base.roads)
    notes = pd.DataFrame({"问题": "评价说明", "怎么改": list(study.result.notes)})
    return pd.concat([table, notes], ignore_index=True) if len(notes) else table


def _with_statuses(table: pd.DataFrame, code: str, level: str, study: PlanStudy, *, evidence: bool = False):
    units = study.result.units
    units = units[units["unit_level"] == level]
    for (goal_id, part), rows in units.groupby(["goal_id", "part"], sort=False):
        title = next(goal.title for goal in study.plan.goals if goal.id == goal_id) + (f"·{part}" if part else "")
        rows = rows.set_index("unit_code")
        table = table.assign(**{title: table[code].map(rows["status"])})
        if evidence:
            table = table.assign(**{f"{title}（依据）": table[code].map(rows["evidence"])})
    return table


def _titled(table: pd.DataFrame, headers: dict[str, str]) -> pd.DataFrame:
    return table[list(headers)].rename(columns=headers).reset_index(drop=True)
