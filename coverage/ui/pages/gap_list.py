"""缺口清单: which goals hold, which townships fall short, and why."""

import streamlit as st

from coverage.report import csv_bytes
from coverage.report.tables import gap_table, goal_table
from coverage.report.words import percent
from coverage.ui.state import current, current_scenario, workbook
from coverage.ui.widgets import show_table

evaluation = current()
goals, gaps = goal_table(evaluation), gap_table(evaluation)

st.header("缺口清单")
st.write(f"按 {evaluation.year} 年的机构，逐个乡镇对照规划目标：哪些达标，哪些没有，缺什么。")
for goal in goals.to_dict("records"):
    st.markdown(
        f"- **{goal['目标']}**（{goal['规划']}，{goal['性质']}）：{goal['结论']}。"
        f"{goal['适用单位数']} 个适用的乡镇中 {goal['达标单位数']} 个达标，占 {percent(goal['达标占比'])}；"
        f"{goal['目标年份']} 年目标 {goal['目标值']}，还差 {goal['还差（个）']} 个。"
    )
if gaps.empty:
    st.success("没有缺口。")
    st.stop()

plan = st.selectbox("规划", sorted(set(gaps["规划"])), key="gap_plan")
shown = gaps[gaps["规划"] == plan]
reasons = st.multiselect("原因", sorted(set(shown["原因"])), key="gap_reasons", placeholder="全部原因")
shown = shown[shown["原因"].isin(reasons)] if reasons else shown
st.write(f"共 {len(shown)} 行，按涉及人数从多到少排列。")
show_table(shown.drop(columns="规划"), key="gaps")

name = f"{evaluation.region.title}_缺口清单_{evaluation.year}"
left, right = st.columns(2)
left.download_button("下载 Excel", workbook(current_scenario()), f"{name}.xlsx", type="primary",
                     mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
right.download_button("下载 CSV", csv_bytes(gaps), f"{name}.csv", mime="text/csv")
with st.expander("各目标的统计"):
    show_table(goals, key="goals")
for note in evaluation.region.notes:
    st.caption(note)
