"""缺口清单: which goals hold, which units fall short and why, what would mend each, and who is let off."""

import pandas as pd
import streamlit as st

from coverage.report import csv_bytes, plan_workbook
from coverage.report.plan_folder import EDITIONS
from coverage.report.plan_tables import remedy_table
from coverage.report.tables import exemption_table, gap_table, goal_table
from coverage.ui.exempting import exemption_form, withdraw_form
from coverage.ui.gap_card import gap_card
from coverage.ui.map_view import map_view
from coverage.ui.roles import ADMINISTER, PLAN, may
from coverage.ui.state import current, current_scenario, map_page, plan_study, workbook
from coverage.ui.texts import literal
from coverage.ui.widgets import XLSX, select_row, show_table

SUMMARY = [
    "目标", "性质", "结论", "达标单位数", "适用单位数", "达标占比", "规划基期值", "目标值", "目标年份", "还差（个）",
    "豁免（个）",
]
SHOWN = [
    "优先序", "单位", "单位层级", "目标", "层级", "结论", "原因", "涉及残疾人数", "最近的合格机构",
    "平均用时（分钟）", "依据",
]
ORDERS = {"优先序（人多、缺得多的在前）": ("优先序", True), "涉及残疾人数，从多到少": ("涉及残疾人数", False),
          "到合格机构的时间，从长到短": ("平均用时（分钟）", False), "单位代码": ("单位代码", True)}
ALL = "全部"

evaluation, scenario = current(), current_scenario()
goals, gaps = goal_table(evaluation), gap_table(evaluation)

st.header("缺口清单")
st.write(f"按 {evaluation.year} 年的机构，逐个单位对照规划目标：哪些达标，哪些没有，缺什么，怎样补上。")
if goals.empty:
    st.info("这个情景没有列出规划。在情景文件里写上 plans，就能逐条对照。")
    st.stop()

plan = st.selectbox("规划", list(dict.fromkeys(goals["规划"])), key="gap_plan")
rank = next(number for number, judged in enumerate(evaluation.goals) if judged.plan.title == plan)
judged, records = evaluation.goals[rank], evaluation.gaps[rank]
goals = goals[goals["规划"] == plan]
counted = goals["结论"].value_counts()
st.write(f"{len(goals)} 项目标：" + "，".join(f"{status} {n} 项" for status, n in counted.items()) + "。")
show_table(goals[SUMMARY], key="goals")

st.subheader("逐个单位的缺口")
listed = gaps[gaps["规划"] == plan].reset_index(drop=True)  # row for row the same as `records`
columns = st.columns(4)
filters = {
    "目标": columns[0].selectbox("目标", [ALL, *dict.fromkeys(listed["目标"])], key="gap_goal"),
    "单位层级": columns[1].selectbox("单位层级", [ALL, *dict.fromkeys(listed["单位层级"])], key="gap_level"),
    "结论": columns[2].selectbox("结论", [ALL, *dict.fromkeys(listed["结论"])], key="gap_status"),
}
by, rising = ORDERS[columns[3].selectbox("排列", list(ORDERS), key="gap_order")]
reasons = st.multiselect("原因", sorted(set(listed["原因"])), key="gap_reasons", placeholder="全部原因")
for column, wanted in filters.items():
    listed = listed if wanted == ALL else listed[listed[column] == wanted]
listed = listed[listed["原因"].isin(reasons)] if reasons else listed
listed = listed.sort_values(by, ascending=rising, kind="stable")
how = "点一行，或在下面选一行，看它缺什么、怎样补，地图也转到那里。"
st.write(f"共 {len(listed)} 行。{how}" if len(listed) else "没有缺口。")

chosen = None
if len(listed):
    says = [f"{gap['优先序']} {gap['单位']}：{gap['目标']}（{gap['原因'] or gap['结论']}）"
            for gap in listed.to_dict("records")]
    row = select_row(listed[SHOWN], key="gaps", label="看哪一行", says=says)
    chosen = None if row is None else records.loc[row]
if chosen is not None:
    gap_card(chosen, scenario, plan)
    place = ("township", chosen["township_code"]) if chosen["unit_level"] == "乡镇" else None
    map_view(map_page(scenario), key="gap_map", focus=place,
             description=f"{chosen['township']}在地图上的位置和周围的机构")

st.subheader("豁免")
granted = exemption_table(evaluation)
granted = granted[granted["规划"] == plan].drop(columns="规划")
st.write("经批准不考核的单位单独计数，不算达标也不算缺口；豁免写进 Excel 和规划评价。")
if len(granted):
    show_table(granted, key="exemptions")
    st.download_button("下载豁免台账（可放进项目文件夹）", csv_bytes(granted[
        ["目标编号", "单位代码", "豁免理由", "批准单位", "批准日期"]]), "exemptions.csv", mime="text/csv")
if may(PLAN, st.session_state.get("role", ADMINISTER)):
    withdraw_form(judged)
    with st.expander("登记一项豁免"):
        gap = chosen if chosen is not None else pd.Series({"goal_id": None, "township_code": None})
        exemption_form(judged, goal_id=gap["goal_id"], unit_code=gap["township_code"])

st.subheader("下载")
name = f"{evaluation.region.title}_缺口清单_{evaluation.year}"
left, right, _ = st.columns([1, 1, 3])
left.download_button("下载 Excel", workbook(scenario), f"{name}.xlsx", type="primary", mime=XLSX)
right.download_button("下载 CSV", csv_bytes(gaps), f"{name}.csv", mime="text/csv")

st.subheader("全部补救措施与规划评价")
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
    st.caption(literal(note))
