"""覆盖地图: who reaches an institution in time, on a map and as tables; what a road more or less would change."""

import streamlit as st

from coverage.report import map_html
from coverage.report.map_legend import legend_beside
from coverage.report.tables import allocation_table, band_table, basis_line, refusal_line, township_table, village_table
from coverage.report.words import people, percent
from coverage.ui import comparing, road_changes
from coverage.ui.cards import card, reach, trip
from coverage.ui.map_view import map_view
from coverage.ui.picking import outline, pick, township_of, way_outline
from coverage.ui.state import base, current_scenario, evaluation_of
from coverage.ui.texts import literal
from coverage.ui.widgets import show_table

VARIANTS = {"slow": "慢", "middle": "中", "fast": "快"}
BANDS = (10, 15, 20, 30, 40, 45, 60, 90, 120)
QUICK = 2_000  # villages up to which the slow and fast speeds take but a second
TIMELY, BY_BAND = "能否按时到", "用时分段"

title, choice = st.columns([1, 1], vertical_alignment="center")
title.header("覆盖地图")
with choice:
    shown = comparing.look()
words = st.empty()
settings, picker = st.columns([1, 1], vertical_alignment="bottom")
with settings, st.container(horizontal=True, vertical_alignment="bottom"):
    variant = st.segmented_control("车速", list(VARIANTS), default=current_scenario().travel.variant, required=True,
                                   format_func=VARIANTS.get, key="variant")
    by_band = st.segmented_control("村的标记", [TIMELY, BY_BAND], default=TIMELY, required=True, key="marks") == BY_BAND
    with st.popover("更多"):
        stated = [f"{one:g}" for one in current_scenario().travel.thresholds_min]
        offered = sorted({*stated, *map(str, BANDS)}, key=float)
        bands = st.pills("用时分段（分钟）", offered, selection_mode="multi", default=stated, key="bands",
                         help="时限本身总在其中")
        interval = st.toggle("算出慢—快的区间", len(base().region.demand) <= QUICK, key="interval")

travel = current_scenario().travel.model_copy(
    update={"variant": variant, "thresholds_min": tuple(sorted(map(float, bands or stated)))})
scenario = current_scenario().model_copy(update={"travel": travel})
evaluation = evaluation_of(scenario)
whole, threshold = evaluation.whole, f"{travel.threshold_min:g}"
everyone, reached = whole["people"], whole[f"within_{threshold}_min"]


def other(variant: str):
    """The headline figures at another speed."""
    return evaluation_of(scenario.model_copy(update={"travel": travel.model_copy(update={"variant": variant})})).whole


def compared() -> str:
    """What the scenario's changes have brought, in words."""
    if not scenario.changes:
        return ""
    more = int(reached - evaluation_of(scenario.model_copy(update={"changes": ()})).whole[f"within_{threshold}_min"])
    told = f"比现状{'多' if more > 0 else '少'} {abs(more):,} 人" if more else "与现状一样"
    return f"这是情景里 {len(scenario.changes)} 处改动以后的结果，{threshold} 分钟内能到的**{told}**。"


def tell(slow=None, fast=None) -> None:
    """The headline in words and figures; with what it would be at slow and fast speeds, where they are known."""
    share = f"share_{threshold}_min"
    between = "" if slow is None else f"（慢 {percent(slow[share])}—快 {percent(fast[share])}）"
    words.write(
        f"{evaluation.year} 年，按“{evaluation.network.mode.title}”从家门口算到机构门口，"
        f"{literal(evaluation.region.title)}有 **{percent(whole[share])}**{between} 的{evaluation.group}"
        f"（{people(reached)}）能在 {threshold} 分钟内到达一处{evaluation.service}，"
        f"**{people(everyone - reached)}** 不能。{compared()}"
    )


# the other speeds are worked out once the map is there, and kept for as long as the figures stand
known = st.session_state.get("interval_known") if interval else None
known = known[1:] if known and known[0] is evaluation else ()
tell(*known)
if line := refusal_line(evaluation):
    st.warning(line.replace("“数据问题”", "“数据说明”页"))

if shown != comparing.ONE:
    with picker:
        other_scenario = comparing.against()
    if other_scenario is not None:
        comparing.show(shown, scenario, other_scenario, by_band=by_band)
        st.caption(basis_line(evaluation))
    st.stop()

with picker:
    picked = pick(evaluation)
way, circles = trip(evaluation, picked), reach(evaluation, picked)
left, right = st.columns([2.1, 1])
with right:
    doing = road_changes.action()
    if doing != road_changes.LOOK:
        with st.container(border=True):
            road_changes.form(doing, picked)
    if picked is not None:
        with st.container(border=True):
            card(evaluation, picked, way)
    elif doing == road_changes.LOOK:
        st.caption("点地图上的乡镇、村、机构，或从上面选，看它的情况、路线和等时圈。")
    minutes = () if circles is None else tuple(circles.index)
    st.html(legend_beside(evaluation, by_band=by_band, minutes=minutes))
with left:
    stretch = way_outline(base().roads, road_changes.chosen_way(doing))
    page = map_html(evaluation, by_band=by_band, legend=False, township=township_of(evaluation.region, picked),
                    chosen=stretch or outline(evaluation.region, picked), isochrones=circles, route=way,
                    before=base().roads, popups=False)
    map_view(page, key="map", height=500, drawing=doing == road_changes.DRAW, on_event=road_changes.heard,
             description=f"{evaluation.region.title}各乡镇 {threshold} 分钟内到达{evaluation.service}的比例")
st.caption(basis_line(evaluation))

if interval and not known:
    known = other("slow"), other("fast")
    st.session_state["interval_known"] = evaluation, *known
    tell(*known)


def figure(column, label: str, of) -> None:
    """A count, with the counts at slow and fast below it."""
    spread = f"慢 {people(of(known[0]))}，快 {people(of(known[1]))}" if known else None
    column.metric(label, people(of(whole)), spread, delta_color="off", delta_arrow="off")


columns = st.columns(4)
columns[0].metric(evaluation.group, people(everyone))
figure(columns[1], f"{threshold} 分钟内", lambda one: one[f"within_{threshold}_min"])
figure(columns[2], f"超过 {threshold} 分钟",
       lambda one: one["people"] - one[f"within_{threshold}_min"] - one["not_connected"])
figure(columns[3], "未接入路网", lambda one: one["not_connected"])
split = evaluation.allocation.totals
st.write(
    f"再按机构容量分配（服务的人最多、其次路上用时最少）：已服务 **{people(split['served'])}**，"
    f"能到达但满员 **{people(split['full'])}**，够不着 {people(split['out_of_reach'])}，"
    f"未接入路网 {people(split['not_connected'])}。"
)

towns, villages, places, bands = st.tabs(["各乡镇", "各村（社区）", "容量分配", "用时分段"])
with towns:
    show_table(township_table(evaluation), key="towns")
with villages:
    show_table(village_table(evaluation), key="villages")
with places:
    show_table(allocation_table(evaluation), key="places")
with bands:
    show_table(band_table(evaluation), key="bands_table")
