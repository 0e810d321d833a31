"""Lay a comparison of scenarios out as tables for people: Chinese headers, one definition for Excel and the app."""

from __future__ import annotations

import pandas as pd

from coverage.report.tables import PARTS, basis_line, counted
from coverage.report.workbook import workbook_bytes
from coverage.study import KINDS, manifest
from coverage.study.compare import Comparison

DOMINATED = "不必考虑：“{}”样样不差，且有的更好"
GROUPS_OF = ("served", "full", "out_of_reach", "not_connected")


def comparison_table(comparison: Comparison) -> pd.DataFrame:
    """A row a scenario: everyone split, shares within each band, goals met, equity, cost, and whether it is pointless.

    Costs that aren't known are not counted as zero: the column beside says how many changes they are of.
    """
    summary, first = comparison.summary, comparison.evaluations[0]
    bands = [f"{t:g}" for t in comparison.thresholds_min]
    met = {f"{plan.title}：达标目标（共 {int(summary[f'goals_{plan.id}'].iloc[0])} 项）": summary[f"met_{plan.id}"]
           for plan in first.plans}
    table = pd.DataFrame({
        "情景": summary.index, counted(first): summary["people"],
        **{PARTS[part] + "（人）": summary[part] for part in GROUPS_OF},
        **{f"{t} 分钟内占比": summary[f"share_{t}_min"] for t in bands}, **met, **_served(summary),
        "平均用时（分钟）": summary["mean_min"], "到不了任何机构（人）": summary["unreached"],
        "最远一成人的平均用时（分钟）": summary["worst_min"], "用时基尼系数": summary["gini"],
        "已知费用（万元）": summary["cost_wan"], **_yearly(summary), "费用未知的变化（项）": summary["uncosted"],
        "取舍": [DOMINATED.format(better) if better else "" for better in summary["dominated_by"]],
    })
    return table.reset_index(drop=True)


def _served(summary: pd.DataFrame) -> dict:
    """How many villages are served without an institution, where a scenario does so."""
    return {"流动服务日、接送、上门到的村（个）": summary["to_villages"]} if summary["to_villages"].any() else {}


def _yearly(summary: pd.DataFrame) -> dict:
    """What is known to be spent each year, where a scenario says or serves villages so."""
    return {"另每年已知（万元）": summary["yearly_cost_wan"]} if summary["yearly_cost_wan"].any() else {}


def comparison_matrix(comparison: Comparison) -> pd.DataFrame:
    """The same as texts, a row a figure and a column a scenario: easier to read on a screen."""
    table = comparison_table(comparison)
    table["取舍"] = ["✕ 不必考虑" if better else "" for better in table["取舍"]]
    rows = {header: [_in_words(header, value) for value in table[header]] for header in table.columns[1:]}
    matrix = pd.DataFrame.from_dict(rows, orient="index", columns=list(comparison.scenarios))
    return matrix.rename_axis("指标").reset_index()


def _in_words(header: str, value) -> str:
    if isinstance(value, str):
        return value or "—"
    if pd.isna(value):
        return "未知"
    if "占比" in header:
        return f"{value:.1%}"
    return f"{value:.3f}" if "系数" in header else f"{value:,.1f}" if value % 1 else f"{value:,.0f}"


def change_table(costed: pd.DataFrame) -> pd.DataFrame:
    """A row a change (as change_costs or a comparison gives them): what it is, its cost and where that is from."""
    headers = {"scenario": "情景", "number": "序号", "kind": "变化", "what": "内容", "cost_wan": "费用（万元）",
               "yearly_cost_wan": "每年费用（万元）", "basis": "费用依据"}
    table = costed.assign(kind=costed["kind"].map(KINDS))
    if table["yearly_cost_wan"].isna().all():
        table = table.drop(columns="yearly_cost_wan")
    return table[[name for name in headers if name in table]].rename(columns=headers)


def goal_comparison_table(comparison: Comparison) -> pd.DataFrame:
    """A row a goal: in each scenario whether it is met, and in how many units of how many."""
    goals = comparison.goals
    table = goals[["plan", "goal_id", "goal"]].drop_duplicates(["plan", "goal_id"]).reset_index(drop=True)
    for name in comparison.scenarios:
        rows = goals[goals["scenario"] == name]
        table[name] = [_standing(row) for row in rows.itertuples()]
    return table.drop(columns="goal_id").rename(columns={"plan": "规划", "goal": "目标"})


def _standing(row) -> str:
    if pd.isna(row.numerator):
        return row.status
    whole = "" if pd.isna(row.denominator) else f"/{row.denominator}"
    return f"{row.status}（{row.numerator}{whole}）"


def township_difference_table(comparison: Comparison) -> pd.DataFrame:
    """A row a scenario (but the first) and township in which something differs: people gained and lost, minutes."""
    rows = comparison.townships[comparison.townships["scenario"] != comparison.scenarios[0]]
    moved = rows[["share_change", "mean_change_min"]].abs().gt(1e-9)
    differs = rows[["gained", "lost"]].any(axis=1) | moved.any(axis=1)
    t = f"{comparison.threshold_min:g}"
    return rows[differs].rename(columns={
        "scenario": "情景", "township_code": "乡镇代码", "township": "乡镇",
        "people": counted(comparison.evaluations[0]), "reached": f"{t} 分钟内（人）", "share": f"{t} 分钟内占比",
        "gained": "新够得着（人）", "lost": "不再够得着（人）", "share_change": "占比变化（百分点）",
        "mean_change_min": "平均用时变化（分钟）",
    }).assign(**{"占比变化（百分点）": lambda table: table["占比变化（百分点）"] * 100}).reset_index(drop=True)


def village_difference_table(comparison: Comparison) -> pd.DataFrame:
    """A row a scenario (but the first) and village whose minutes or reach differ."""
    rows = comparison.villages[comparison.villages["scenario"] != comparison.scenarios[0]]
    one_sided = rows["travel_min"].isna() != rows["travel_min_before"].isna()
    rows = rows[rows["change_min"].abs().gt(1e-9) | one_sided | rows["moved"].ne(0)]
    names = comparison.evaluations[0].region.townships["township"]
    rows = rows.assign(moved=rows["moved"].map({1: "新够得着", -1: "不再够得着", 0: ""}),
                       township=rows["township_code"].map(names)).drop(columns="township_code")
    columns = {"scenario": "情景", "demand_id": "村代码", "name": "村（社区）", "township": "乡镇",
               "people": counted(comparison.evaluations[0]), "travel_min_before": "原来用时（分钟）",
               "travel_min": "现在用时（分钟）", "change_min": "变化（分钟）",
               "moved": f"{comparison.threshold_min:g} 分钟内"}
    return rows[list(columns)].rename(columns=columns).reset_index(drop=True)


def status_table(comparison: Comparison) -> pd.DataFrame:
    """A row a goal and unit whose status differs from that in the first scenario."""
    columns = {"scenario": "情景", "plan": "规划", "goal": "目标", "unit_level": "层级", "unit_code": "单位代码",
               "unit": "单位", "people": "残疾人数", "before": "原来", "after": "现在"}
    return comparison.statuses[list(columns)].rename(columns=columns)


def comparison_workbook(comparison: Comparison) -> bytes:
    """An xlsx: what was compared, the scenarios side by side, their changes, goals, and what differs by place."""
    sheets = {
        "情景比较": comparison_table(comparison),
        "各情景的变化": change_table(comparison.changes),
        "目标比较": goal_comparison_table(comparison),
        "单位状态变化": status_table(comparison),
        "乡镇差别": township_difference_table(comparison),
        "村级差别": village_difference_table(comparison),
    }
    return workbook_bytes(sheets, prose={"说明": _explanation(comparison)})


def _explanation(comparison: Comparison) -> list[tuple[str, str]]:
    first, others = comparison.scenarios[0], comparison.scenarios[1:]
    evaluation = comparison.evaluations[0]
    lines = [
        ("比较", f"以“{first}”为准，看{'、'.join(f'“{name}”' for name in others)}有什么不同"),
        ("地区", evaluation.region.title),
        ("服务", f"{evaluation.service}，{comparison.threshold_min:g} 分钟以内算够得着"),
        ("数据性质", basis_line(evaluation)),
        ("取舍", "一个情景在各段占比、已服务人数、各项目标、最远一成人、费用上没有一样好过另一个、又有不如的，"
                "就不必考虑它。费用未知的情景不会因为便宜而把别的比下去。基尼系数只列出、不参与取舍："
                "让所有人都变远也会使它变小"),
        ("费用", "没有写明费用的变化按随附的单价表（示例）；迁址和道路没有单价，不算作零，另列项数。"
                "每年费用只计写明的，和流动服务日、接送的单价（示例，每村每年）；机构没有写明的不知道，没有计入"),
    ]
    for one in comparison.evaluations:
        told = manifest(one, [])
        lines.append((f"情景“{one.scenario.title}”", f"{one.year or '未指定'} 年，{one.network.mode.title}，"
                      f"{len(told['changes'])} 处变化"))
    told = manifest(evaluation, [])
    lines += [("输入文件", f"{name}  sha256 {digest[:16]}…") for name, digest in told["inputs"].items()]
    lines += [("软件版本", "，".join(f"{name} {number}" for name, number in told["versions"].items()))]
    return lines
