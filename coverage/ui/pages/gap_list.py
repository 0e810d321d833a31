"""缺口清单: which goals hold, which townships fall short, and why."""

import streamlit as st

from coverage.report import csv_bytes, plan_workbook
from coverage.report.plan_folder import EDITIONS
from coverage.report.plan_tables import remedy_table
from coverage.report.tables import gap_table, goal_table
from coverage.ui.state import current, current_scenario, plan_study, workbook
from coverage.ui.widgets import show_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUMMARY = [
    "目标", "性质", "结论", "达标单位数", "适用单位数", "达标占比", "规划基期值", "目标值", "目标年份", "还差（个）",
]

evaluation, scenario = current(), current_scenario()
goals, gaps = goal_table(evaluation), gap_table(evaluation)

st.header("缺口清单")
st.write(f"按 {evaluation.year} 年的机构，逐个乡镇对照规划目标：哪些达标，哪些没有，缺什么。")
if goals.empty:
    st.info("这个情景没有列出规划。在情景文件里写上 plans，就能逐条对照。")
    st.stop()

plan = st.selectbox("规划", list(dict.fromkeys(goals["规划"])), key="gap_plan")
goals, shown = goals[goals["规划"] == plan], gaps[gaps["规划"] == plan]
counted = goals["结论"].value_counts()
st.write(f"**{plan}**：{len(goals)} 项目标，" + "，".join(f"{status} {n} 项" for status, n in counted.items()) + "。")
show_table(goals[SUMMARY], key="goals")

st.subheader("逐个乡镇的缺口")
goal = st.selectbox("目标", ["全部目标", *dict.fromkeys(goals["目标"])], key="gap_goal")
shown = shown if goal == "全部目标" else shown[shown["目标"] == goal]
reasons = st.multiselect("原因", sorted(set(shown["原因"])), key="gap_reasons", placeholder="全部原因")
shown = shown[shown["原因"].isin(reasons)] if reasons else shown
st.write(f"共 {len(shown)} 行，按涉及人数从多到少排列。" if len(shown) else "没有缺口。")
show_table(shown.drop(columns="规划"), key="gaps")

name = f"{evaluation.region.title}_缺口清单_{evaluation.year}"
left, right, _ = st.columns([1, 1, 3])
left.download_button("下载 Excel", workbook(scenario), f"{name}.xlsx", type="primary", mime=XLSX)
right.download_button("下载 CSV", csv_bytes(gaps), f"{name}.csv", mime="text/csv")

st.subheader("怎样补上")
st.write("逐个缺口试算升级、共建、扩容、共享、新建、流动服务：每项措施都放进数据里重新评价一次。费用按随附的单价表（示例）。")
if st.button("试算补救措施"):
    st.session_state["mended"] = (scenario, plan)
if st.session_state.get("mended") == (scenario, plan):
    study = plan_study(scenario, plan)
    show_table(remedy_table(study), key="remedies")
    for column, (edition, label) in zip(st.columns([1, 1, 2]), EDITIONS.items(), strict=False):
        file = f"{name}_规划评价_{label}版.xlsx"
        column.download_button(f"下载规划评价（{label}版）", plan_workbook(study, edition), file, mime=XLSX)
for note in evaluation.region.notes:
    st.caption(note)
