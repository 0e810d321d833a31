"""Lay results out as tables for people: Chinese headers, one definition for Excel, CSV and the app.

Takes an `Evaluation`; gives frames whose columns say their units.
"""

from __future__ import annotations

import pandas as pd

from coverage.intake import Project, Roads
from coverage.intake.problems import join_problems
from coverage.report.words import UNTOLD, listed, percent
from coverage.schema import INSTITUTIONS, TABLES, TOWNSHIPS, VILLAGES
from coverage.study import Evaluation

PARTS = {"total": "残疾人", "served": "已服务", "full": "能到达但满员", "out_of_reach": "够不着",
         "not_connected": "未接入路网", "excluded": "不计（非服务对象）", "greedy_served": "就近先到可服务"}
"""How people are split once places are shared out; greedy_served is for comparison and no part of the sum."""


def basis_line(evaluation: Evaluation) -> str:
    """One line on what the figures rest on: areas, roads, places and institutions, each real or not."""
    region = evaluation.region

    def kinds(frame) -> str:
        return "、".join(sorted(set(frame["basis"].dropna().str.split("：").str[0]))) or "未注明"

    people = region.people["basis"] if "basis" in region.people else pd.Series(dtype="str")
    counted = f"残疾人：{'、'.join(sorted(set(people.dropna())))}；" if people.notna().any() else ""
    share = evaluation.network.unknown_share
    untold = "" if pd.isna(share) else (
        f"；{percent(share)}的路没有注明轮椅能否通行，{UNTOLD[evaluation.scenario.travel.unknown]}")
    return (
        f"面：{region.areas_basis}；道路：{evaluation.base.roads.basis}；"
        f"村（社区）：{kinds(region.demand)}；{counted}机构：{kinds(region.sites)}{untold}{_slope_words(evaluation)}"
    )


def _slope_words(evaluation: Evaluation) -> str:
    """By whose heights walkers and wheelchairs are slowed, and on how much of the road; "" for motors."""
    heights, network, roads = evaluation.base.heights, evaluation.network, evaluation.base.roads
    if not network.mode.sloped:
        return ""
    if heights is None:
        return "；没有高程，道路都按平路"
    covers = "按坡度计时"
    if network.slope_share < 0.9995:
        missing = heights.missing(roads.node_lon, roads.node_lat)
        lacks = f"（缺图幅 {listed(missing)}）" if missing else ""
        covers = f"高程只覆盖了 {percent(network.slope_share)} 的道路，其余按平路{lacks}"
    steep = f"；陡于 1:12 的路占 {percent(network.steep_share)}，轮椅按很慢计（示意）" if network.mode.tagged else ""
    return f"；高程：{heights.basis}，{covers}{steep}"


def place_and_year(evaluation: Evaluation) -> str:
    """Where and when; of a scenario with changes also which, so that nobody takes it for how things stand."""
    year = f"{evaluation.year} 年" if evaluation.year else ""
    scenario = f"情景“{evaluation.scenario.title}”" if evaluation.scenario.changes else ""
    return f"{evaluation.region.title}{year}{scenario}"


def _marked(table: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """The table with a last column that says what its figures rest on."""
    return table.assign(**{"数据性质（全部数据）": basis_line(evaluation)})


def goal_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row a goal of each plan: whether it holds, in how many units of how many, and what is short."""
    headers = {
        "plan": "规划", "title": "目标", "binding": "性质", "status": "结论",
        "numerator": "达标单位数", "denominator": "适用单位数", "share": "达标占比",
        "baseline": "规划基期值", "target": "目标值", "target_year": "目标年份", "shortfall": "还差（个）",
        "people_unmet": "未达标单位残疾人数", "exempt": "豁免（个）", "no_data": "数据缺失（个）", "clause": "依据",
    }
    parts = [judged.summary.assign(plan=judged.plan.title, shortfall=judged.summary["shortfall"].convert_dtypes())
             for judged in evaluation.goals]
    return _marked(_stacked(parts, headers), evaluation)


def gap_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row for each unit (township, county, city) and unmet goal: why, whom it affects, the nearest that would do."""
    headers = {
        "plan": "规划", "priority": "优先序", "goal": "目标", "part": "层级", "unit_level": "单位层级",
        "township_code": "单位代码", "township": "单位", "status": "结论", "reason": "原因", "people": "涉及残疾人数",
        "nearest_site": "最近的合格机构", "nearest_min": "平均用时（分钟）", "evidence": "依据", "sentence": "说明",
    }
    parts = [gaps.assign(plan=judged.plan.title)
             for judged, gaps in zip(evaluation.goals, evaluation.gaps, strict=True)]
    return _marked(_stacked(parts, headers), evaluation)


def exemption_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row an exemption in force: which unit is let off which goal, why, who approved it and when."""
    headers = {
        "plan": "规划", "goal": "目标", "goal_id": "目标编号", "unit_code": "单位代码", "unit": "单位",
        "reason": "豁免理由", "who": "批准单位", "date": "批准日期",
    }
    parts = []
    for judged in evaluation.goals:
        granted = judged.records.exemptions
        titles = {goal.id: goal.title for goal in judged.plan.goals}
        granted = granted[granted["goal_id"].isin(list(titles))]
        named = judged.units.drop_duplicates("unit_code").set_index("unit_code")["unit"]
        parts.append(granted.assign(plan=judged.plan.title, goal=granted["goal_id"].map(titles),
                                    unit=granted["unit_code"].map(named)))
    return _stacked(parts, headers)


def _stacked(parts: list[pd.DataFrame], headers: dict[str, str]) -> pd.DataFrame:
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(headers))
    return table[list(headers)].rename(columns=headers)


def township_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row a township: people, people within each threshold and their share, mean and 90th-percentile minutes.

    The answers stand right after the name; what the user's own table said of the township comes after them.
    """
    townships, counts = evaluation.region.townships, evaluation.coverage
    table = townships.join(counts, how="left").reset_index()
    names = {key: TOWNSHIPS.headers[key] for key in ("township_code", "township")}
    headers = names | _count_headers(evaluation) | TOWNSHIPS.headers | {"kind": "类别"}
    table = table[[name for name in headers if name in table]].rename(columns=headers)
    return table.assign(面的性质=evaluation.region.areas_basis)


def village_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row a village or demand point: its people, its nearest institution and the minutes there."""
    demand = evaluation.demand.reset_index()
    names = evaluation.supply["name"]
    times = evaluation.travel.table.set_index(["demand_id", "site_id"])
    legs = times.reindex(pd.MultiIndex.from_frame(demand[["demand_id", "site_id"]]))
    demand["township"] = demand["township_code"].map(evaluation.region.townships["township"])
    demand["site"] = demand["site_id"].map(names)
    demand["access_min"], demand["egress_min"] = legs["access_min"].to_numpy(), legs["egress_min"].to_numpy()
    headers = {
        "demand_id": VILLAGES.headers["village_code"], "name": VILLAGES.headers["village"],
        "township_code": TOWNSHIPS.headers["township_code"], "township": TOWNSHIPS.headers["township"],
        "pop": VILLAGES.headers["pop"], "people": counted(evaluation), "site_id": "最近机构编号", "site": "最近机构",
        "travel_min": "全程用时（分钟）", "access_min": "其中出门步行（分钟）", "egress_min": "其中下车步行（分钟）",
        "band": "用时分段（分钟）", "access_state": "接入路网", "snap_m": "到路网距离（米）",
        "lon": VILLAGES.headers["lon"], "lat": VILLAGES.headers["lat"], "basis": VILLAGES.headers["basis"],
    }
    return demand[list(headers)].rename(columns=headers)


def institution_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row an institution of the region, with whether this scenario counts it."""
    sites = evaluation.region.sites.reset_index()
    sites["township"] = sites["township_code"].map(evaluation.region.townships["township"])
    sites["counted"] = sites["site_id"].isin(evaluation.supply.index)
    headers = INSTITUTIONS.headers | {"counted": "本次计入"}
    return sites[list(headers)].rename(columns=headers)


def allocation_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row a township: who finds a place, who finds it full, who can't get there; they add up to everyone."""
    split = evaluation.allocation.by_unit(evaluation.region.demand)
    split.insert(0, "township", split.index.map(evaluation.region.townships["township"]))
    headers = {"township_code": TOWNSHIPS.headers["township_code"], "township": TOWNSHIPS.headers["township"], **PARTS,
               "total": counted(evaluation)}
    return _marked(split.reset_index()[list(headers)].rename(columns=headers), evaluation)


def people_split(evaluation: Evaluation) -> pd.DataFrame:
    """去向, 人数, 占比: where everybody ends up once places are shared out; the rows add up to everyone."""
    totals = evaluation.allocation.totals
    names = [name for name in PARTS if name not in ("total", "greedy_served")
             and (name != "excluded" or totals["excluded"])]
    counts = totals[names].astype("int64")
    return pd.DataFrame({"去向": [PARTS[name] for name in names], "人数": counts.to_numpy(),
                         "占比": (counts / counts.sum()).to_numpy()})


def problem_table(project: Project, roads: Roads) -> pd.DataFrame:
    """A row a problem that intake found, of the roads too: where, what, and what to do; an 错误 refused its row."""
    headers = {
        "file": "文件", "sheet": "工作表", "row": "行", "column": "列", "value": "内容", "rule": "问题",
        "suggestion": "怎么改", "severity": "轻重",
    }
    told = join_problems([project.problems, roads.problems])
    return told[list(headers)].rename(columns=headers).reset_index(drop=True)


def intake_table(project: Project) -> pd.DataFrame:
    """A row a file: rows read, used and refused, and the people in refused rows."""
    titles = {name: table.title for name, table in TABLES.items()} | {"areas": "乡镇边界"}
    return pd.DataFrame([
        {"表": titles[kind], "文件": intake.name, "读到（行）": intake.read, "采用（行）": intake.used,
         "未采用（行）": intake.refused, "未采用的行里的人数": getattr(intake, "left_out", 0)}
        for kind, intake in project.intakes.items()
    ])


def refusal_line(evaluation: Evaluation) -> str:
    """What of the user's files is in none of the figures; empty where everything was used."""
    refused = {kind: intake for kind, intake in evaluation.base.project.intakes.items() if intake.refused}
    if not refused:
        return ""
    rows = "、".join(f"{intake.name} {intake.refused} 行" for intake in refused.values())
    lost = f"其中{evaluation.group} {evaluation.left_out:,} 人没有计入任何数字；" if evaluation.left_out else ""
    return f"有些行不能用，没有采用：{rows}。{lost}原因和改法见“数据问题”。"


def band_table(evaluation: Evaluation) -> pd.DataFrame:
    """A row a band of minutes for the whole region: people and share; the rows add up to everyone."""
    counts = evaluation.demand.groupby("band", observed=False)["people"].sum()
    share = counts / counts.sum()
    bands = counts.index.astype(str)
    table = pd.DataFrame({"用时分段（分钟）": bands, "人数": counts.to_numpy(), "占比": share.to_numpy()})
    return _marked(table, evaluation)


def times_table(evaluation: Evaluation) -> pd.DataFrame:
    """The travel-time table to the institutions counted, from which every figure can be recomputed."""
    table = evaluation.times_to(evaluation.supply.index)
    return table.assign(basis=f"道路：{evaluation.base.roads.basis}")


def _count_headers(evaluation: Evaluation) -> dict[str, str]:
    thresholds = [name.removeprefix("within_").removesuffix("_min") for name in evaluation.coverage
                  if name.startswith("within_")]
    within = {f"within_{t}_min": f"{t} 分钟内（人）" for t in thresholds}
    shares = {f"share_{t}_min": f"{t} 分钟内占比" for t in thresholds}
    return {"people": counted(evaluation), **within, "beyond": f"超过 {thresholds[-1]} 分钟（人）",
            "not_connected": "未接入路网（人）", "road_gap": "其中路网缺口（人）", **shares,
            "mean_min": "平均用时（分钟）", "p90_min": "九成人用时不超过（分钟）"}


def counted(evaluation: Evaluation) -> str:
    return f"统计人数（{evaluation.group}）"
