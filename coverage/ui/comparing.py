"""Show two scenarios against each other: side by side in the same colours, or the difference alone."""

from __future__ import annotations

import streamlit as st

from coverage.report import map_html
from coverage.report.compare_tables import township_difference_table
from coverage.report.map_difference import difference_html, difference_legend
from coverage.report.map_legend import legend_beside
from coverage.report.words import people, percent
from coverage.study import Comparison, Evaluation, Scenario, compare
from coverage.ui.map_view import map_view
from coverage.ui.scenarios import chosen, named, with_changes
from coverage.ui.state import base, evaluation_of
from coverage.ui.texts import literal
from coverage.ui.widgets import show_table

ONE, BESIDE, DIFFERENCE = "一个情景", "并排对照", "变化"


def look() -> str:
    """Show the choice of what the map shows; give it."""
    return st.segmented_control("看什么", [ONE, BESIDE, DIFFERENCE], default=ONE, required=True, key="look",
                                label_visibility="collapsed")


def against() -> str | None:
    """Show the choice of the scenario to compare with; None where there is no other."""
    others = [name for name in named() if name != chosen()]
    if not others:
        st.info("现在只有“现状”一个情景。先在“情景”页新建一个，或在“一个情景”的地图上试改一条路，再来对照。")
        return None
    return st.selectbox("与哪个情景对照", others, key="look_against")


def show(shown: str, scenario: Scenario, other: str, *, by_band: bool) -> None:
    """The chosen scenario against another one, under the same conditions."""
    before, after = (evaluation_of(with_changes(scenario, name)) for name in (other, chosen()))
    if shown == BESIDE:
        _beside(before, after, by_band)
    else:
        _difference(_compared(before, after))


def _beside(before: Evaluation, after: Evaluation, by_band: bool) -> None:
    threshold = f"{after.scenario.travel.threshold_min:g}"
    for column, one, key in zip(st.columns(2), (before, after), ("map_before", "map_after"), strict=True):
        with column:
            name = one.scenario.title
            st.write(f"**{literal(name)}**：{threshold} 分钟内 {people(one.whole[f'within_{threshold}_min'])}"
                     f"（{percent(one.whole[f'share_{threshold}_min'])}）")
            page = map_html(one, by_band=by_band, legend=False, before=base().roads)
            map_view(page, key=key, height=440, description=f"情景“{name}”：各乡镇 {threshold} 分钟内到达的比例")
            st.html(legend_beside(one, by_band=by_band))


def _difference(comparison: Comparison) -> None:
    first, scenario = comparison.scenarios
    row = comparison.townships[comparison.townships["scenario"].eq(scenario)]
    st.write(f"“{literal(scenario)}”比“{literal(first)}”：新够得着 **{people(row['gained'].sum())}**，"
             f"不再够得着 **{people(row['lost'].sum())}**。")
    left, right = st.columns([2.1, 1])
    with left:
        map_view(difference_html(comparison, scenario, before=base().roads), key="map_difference", height=500,
                 description=f"“{scenario}”比“{first}”，各乡镇够得着的人占比的变化")
    right.html(difference_legend(comparison, scenario))
    show_table(township_difference_table(comparison), key="difference_table")


def _compared(before: Evaluation, after: Evaluation) -> Comparison:
    """The two compared, kept while they stay the same."""
    kept = st.session_state.get("look_compared")
    if kept is None or kept.evaluations[0] is not before or kept.evaluations[1] is not after:
        kept = st.session_state["look_compared"] = compare([before, after])
    return kept
