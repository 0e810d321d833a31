"""Show one gap as a card: what is missing, why, and what would mend it at what cost."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.goals import statuses as gs
from coverage.report.words import minutes, people
from coverage.study import Scenario
from coverage.ui.state import mending
from coverage.ui.texts import literal
from coverage.ui.widgets import show_table

_HEADERS = {"remedy": "措施", "what": "做法", "cost_wan": "费用（万元）", "people_served": "可服务残疾人数",
            "status_after": "做后结论", "cost_basis": "费用出处"}


def gap_card(gap: pd.Series, scenario: Scenario, plan: str) -> None:
    """`gap`: a row of a gap list (goals.gaps.GAP_COLUMNS)."""
    goal = f"{gap['goal']}·{gap['part']}" if gap["part"] else gap["goal"]
    with st.container(border=True):
        st.markdown(f"#### {literal(gap['township'])}：{literal(goal)}")
        st.write(f"**{gap['status']}**" + (f"，{literal(gap['reason'])}" if gap["reason"] else ""))
        st.write(f"**为什么**　{literal(gap['evidence'])}")
        st.write(f"**涉及谁**　{'残疾人数没有登记' if pd.isna(gap['people']) else '残疾人 ' + people(gap['people'])}")
        if pd.notna(gap["nearest_min"]):
            st.write(f"**最近的合格机构**　{literal(gap['nearest_site'])}，平均 {minutes(gap['nearest_min'])}")
        if gap["status"] == gs.NO_DATA:
            st.write("**怎样补上**　先补齐数据，才能判断要不要补。")
            return
        table = mending(scenario, plan, (gap["goal_id"], gap["part"], gap["township_code"]))
        st.write("**怎样补上**　" + _mended(table))
        if len(table):
            show_table(table[list(_HEADERS)].rename(columns=_HEADERS), key="gap_remedies")


def _mended(table: pd.DataFrame) -> str:
    if table.empty:
        return "试过的措施都不能让它达标。"
    works = table[table["status_after"] == gs.MET]
    if works.empty:
        return "下表的措施能服务一些人，但单靠一项还不能达标。"
    least = works.loc[works["cost_wan"].idxmin()]
    return f"能达标又最省的是：{literal(least['what'])}，{least['cost_wan']:g} 万元（{literal(least['cost_basis'])}）。"
