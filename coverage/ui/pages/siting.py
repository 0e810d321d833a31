"""选址: ask where to build next; the answer with its proof, on the map and as a table."""

import streamlit as st

from coverage.report import map_html
from coverage.report.siting_tables import proof_table, suggestion_table
from coverage.report.tables import basis_line
from coverage.report.words import people, percent
from coverage.study import Question
from coverage.ui.map_view import map_view
from coverage.ui.questions import ask
from coverage.ui.state import answer, current, current_scenario, workbook
from coverage.ui.widgets import show_table

evaluation, scenario = current(), current_scenario()
threshold = f"{scenario.travel.threshold_min:g}"

st.header("选址")
offered = "项目给出的候选点" if len(evaluation.region.candidates) else "每个村（社区）"
st.write(
    f"现有 {len(evaluation.supply)} 处{evaluation.service}保留不动，候选点是{offered}。"
    "选一个问题，点“开始计算”。"
)
with st.container(border=True):
    question = ask(evaluation)
    if st.button("开始计算", type="primary"):
        st.session_state["asked"] = (scenario, question)
asked: tuple | None = st.session_state.get("asked")
if asked is None:
    st.stop()
if asked[0] != scenario:
    st.warning("左侧的条件已改变，下面原来的结果不再适用。请重新点“开始计算”。")
    st.stop()

question: Question = asked[1]
suggestion = answer(scenario, question)
result, new = suggestion.result, suggestion.new_sites
st.subheader(question.name)
st.write(
    f"**{result.status_label}**：新建 **{len(new)}** 处。连同现有机构，{threshold} 分钟内覆盖 "
    f"{people(result.served)}（{percent(result.served / result.total)}），"
    f"超出时限 {people(result.out_of_reach)}，无路可达 {people(result.unreachable)}，合计 {people(result.total)}。"
)
proof = "已证明没有更好的方案" if result.status == "optimal" else f"可行解，距最优至多 {percent(result.gap)}"
st.write(f"{proof}（目标值 {result.objective:,.0f}，已证明的界 {result.bound:,.0f}，差距 {result.gap:.2%}，"
         f"用时 {result.seconds:.1f} 秒）。")
for note in suggestion.notes:
    st.info(note)
if len(result.unreached):
    left_out = people(result.unreached["weight"].sum())
    st.info(f"有 {len(result.unreached)} 个需求点（{left_out}）从任何候选点都在 {threshold} 分钟以外。")
map_view(map_html(evaluation, suggestion), key="map", description=f"现有机构与建议新建的 {len(new)} 处")
st.caption(basis_line(evaluation))
show_table(suggestion_table(suggestion), key="new_sites")
st.download_button("下载 Excel（含缺口清单与选址）", workbook(scenario, question),
                   f"{evaluation.region.title}_选址_{evaluation.year}.xlsx",
                   mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
with st.expander("求解结论"):
    show_table(proof_table(evaluation, (suggestion,)), key="proof")
