"""Make the public edition: a judged plan's sheets in, the same sheets without what could point at a person out.

Counts of disabled people are published by township and for the region alone, small ones
hidden together with those that would give them away (coverage/access/suppress.py). What
is finer, or would tie a hidden count down from another side, is left out: people by
village, shares, sentences that tell counts, places used in an institution, row problems.
"""

from __future__ import annotations

import pandas as pd

from coverage.access.suppress import THRESHOLD, grid, suppress
from coverage.goals.remedies import minutes_decide
from coverage.region import ALL_DISABLED, weigh
from coverage.report.tables import PARTS, counted
from coverage.study import Evaluation, PlanStudy

TOTAL = PARTS["total"]
HIDDEN = "*"
BANDS = "用时分段"
LEFT_OUT = {
    "指标总表": ["未达标单位残疾人数", "加权占比"],
    "缺口清单": ["涉及残疾人数", "加权人数", "补救措施", "说明", "依据"],
    "补救措施": ["可服务残疾人数"],
    "目标明细": ["残疾人数"],
    "公平性": ["人数", "到不了（人）"],
    "最不利": ["人数"],
    "机构清单": ["已用", "空余", "残疾学生数"],
}


def public_sheets(study: PlanStudy, sheets: dict[str, pd.DataFrame], *, threshold: int = THRESHOLD) -> dict:
    """The sheets of the public edition; hidden counts read "*"."""
    evaluation = study.evaluation
    shown = shown_tables(evaluation, threshold=threshold)
    public = {title: frame.drop(columns=LEFT_OUT.get(title, []), errors="ignore") for title, frame in sheets.items()}
    public["乡镇明细"] = public_townships(public["乡镇明细"], shown, evaluation)
    public["服务供给"] = public_shares(shown, evaluation)
    of_people = {goal.id for goal in study.plan.goals if goal.kind in ("reach_share", "capacity_share")}
    of_reach = of_people | {goal.id for goal in study.plan.goals if minutes_decide(goal)}
    public["村级明细"] = _villages(public["村级明细"], study, of_reach)
    for title in ("指标总表", "逐年"):
        public[title] = _blank(public[title], of_people, ["分子", "分母", "占比", "还差", "按本数据推算的基期占比"])
    public["目标明细"] = _blank(public["目标明细"], of_reach, ["现有", "需要", "依据"])
    public["缺口清单"] = _blank(public["缺口清单"], of_reach, ["缺口占比"])
    public["补救措施"] = _blank(public["补救措施"], of_reach, ["现有", "做后", "需要", "做法", "费用（万元）"])
    for title in ("数据问题", "可用名额"):
        public.pop(title)
    public["公平性"] = public["公平性"][[column for column in public["公平性"] if not column.endswith("占比")]]
    return public


def shown_tables(evaluation: Evaluation, *, threshold: int = THRESHOLD) -> dict[str, pd.DataFrame]:
    """people_tables() as they may be published: with a row 合计, hidden counts as HIDDEN."""
    tables = people_tables(evaluation)
    cells, sums = grid(tables, TOTAL)
    hidden = suppress(cells, sums, threshold=threshold)
    return {name: _masked(name, table, cells, hidden) for name, table in tables.items()}


def people_tables(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """Every split of the disabled people that is published, by township: BANDS of minutes, and supply by type.

    All disabled people are split, whichever group the scenario counts: the tables must add up to the same totals.
    """
    region = evaluation.region
    tables = {name: share.by_unit(region.demand).drop(columns="greedy_served").rename(columns=PARTS)
              for name, share in evaluation.shares.items()}
    everyone = weigh(region.demand, region.people, group=ALL_DISABLED, service_type="")
    bands = pd.crosstab(evaluation.demand["township_code"], evaluation.demand["band"].astype(str),
                        values=everyone, aggfunc="sum").fillna(0).astype("int64")
    order = [band for band in evaluation.demand["band"].cat.categories if band in bands]
    tables[BANDS] = bands[order].assign(**{TOTAL: bands.sum(axis=1)})
    return tables


def _masked(name: str, table: pd.DataFrame, cells: pd.Series, hidden: set) -> pd.DataFrame:
    """The table with its row 合计, hidden cells as "*"."""
    rows = [*table.index, "合计"]
    keyed = {column: [("" if column == TOTAL else name, row, column) for row in rows] for column in table}
    return pd.DataFrame({column: [HIDDEN if key in hidden else int(cells[key]) for key in keys]
                         for column, keys in keyed.items()}, index=pd.Index(rows, name="township_code"), dtype="object")


def public_townships(table: pd.DataFrame, shown: dict[str, pd.DataFrame], evaluation: Evaluation) -> pd.DataFrame:
    """Bands instead of cumulative counts and shares."""
    told = [column for column in table if column.endswith(("（人）", "占比")) or column == counted(evaluation)]
    table = table.drop(columns=told)
    people = shown[BANDS].rename(columns=lambda name: name if name == TOTAL else f"{name} 分钟（人）")
    return table.join(people, on="乡镇代码")


def _villages(table: pd.DataFrame, study: PlanStudy, of_reach: set[str]) -> pd.DataFrame:
    """Without people; of a goal about minutes the evidence tells how many there are, so it goes too."""
    titles = tuple(goal.title for goal in study.plan.goals if goal.id in of_reach)
    told = [column for column in table if column.endswith("（依据）") and column.startswith(titles)] if titles else []
    return table.drop(columns=[counted(study.evaluation), *told], errors="ignore")


def public_shares(shown: dict[str, pd.DataFrame], evaluation: Evaluation) -> pd.DataFrame:
    names = evaluation.region.townships["township"]
    parts = [table.reset_index().assign(机构类型=kind) for kind, table in shown.items() if kind != BANDS]
    if not parts:
        return pd.DataFrame(columns=["机构类型", "乡镇代码", "乡镇"])
    table = pd.concat(parts, ignore_index=True).rename(columns={"township_code": "乡镇代码"})
    table.insert(1, "乡镇", table["乡镇代码"].map(names))
    return table[["机构类型", "乡镇代码", "乡镇", *[column for column in PARTS.values() if column in table]]]


def _blank(table: pd.DataFrame, goal_ids: set[str], columns: list[str]) -> pd.DataFrame:
    """Empty the named columns in the rows of these goals."""
    rows = table["目标编号"].isin(goal_ids)
    return table.assign(**{name: table[name].astype("object").mask(rows, None) for name in columns if name in table})
