"""覆盖地图: who reaches an institution in time, on a map and as tables."""

import streamlit as st

from coverage.report import map_html
from coverage.report.tables import allocation_table, band_table, basis_line, refusal_line, township_table, village_table
from coverage.report.words import people, percent
from coverage.ui.map_view import map_view
from coverage.ui.state import current
from coverage.ui.widgets import show_table

evaluation = current()
scenario, whole = evaluation.scenario, evaluation.whole
threshold = f"{scenario.travel.threshold_min:g}"
reached, share = whole[f"within_{threshold}_min"], whole[f"share_{threshold}_min"]

st.header("覆盖地图")
st.write(
    f"{evaluation.year} 年，按“{evaluation.network.mode.title}”从家门口算到机构门口，"
    f"{evaluation.region.title}有 **{percent(share)}** 的{evaluation.group}（{people(reached)}）"
    f"能在 {threshold} 分钟内到达一处{evaluation.service}，**{people(whole['people'] - reached)}** 不能。"
)
if line := refusal_line(evaluation):
    st.warning(line.replace("“数据问题”", "“数据说明”页"))
columns = st.columns(4)
columns[0].metric(evaluation.group, people(whole["people"]))
columns[1].metric(f"{threshold} 分钟内", people(reached))
columns[2].metric(f"超过 {threshold} 分钟", people(whole["people"] - reached - whole["not_connected"]))
columns[3].metric("未接入路网", people(whole["not_connected"]))

split = evaluation.allocation.totals
st.write(
    f"再按机构容量分配（服务的人最多、其次路上用时最少）：已服务 **{people(split['served'])}**，"
    f"能到达但满员 **{people(split['full'])}**，够不着 {people(split['out_of_reach'])}，"
    f"未接入路网 {people(split['not_connected'])}。"
)

map_view(map_html(evaluation), key="map",
         description=f"{evaluation.region.title}各乡镇 {threshold} 分钟内到达{evaluation.service}的比例")
st.caption(basis_line(evaluation))

towns, villages, places, bands = st.tabs(["各乡镇", "各村（社区）", "容量分配", "用时分段"])
with towns:
    show_table(township_table(evaluation), key="towns")
with villages:
    show_table(village_table(evaluation), key="villages")
with places:
    show_table(allocation_table(evaluation), key="places")
with bands:
    show_table(band_table(evaluation), key="bands")
