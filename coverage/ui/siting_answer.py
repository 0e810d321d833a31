"""Show a siting answer: what to build, how far that is proven, on the map, why each site, and as tables."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from coverage.errors import ScenarioError
from coverage.report import map_html, study_workbook
from coverage.report.reason_words import reason_words
from coverage.report.siting_tables import curve_table, curve_title, proof_table, suggestion_table, tables_of
from coverage.report.siting_words import (
    asked,
    closed_sentence,
    headline,
    journey,
    left_over,
    margin_words,
    proof_figures,
    proof_words,
    site_cost_words,
    target_sentence,
)
from coverage.report.tables import basis_line
from coverage.study import Suggestion, manifest, plan_at
from coverage.study.as_changes import changes_of
from coverage.ui import scenarios
from coverage.ui.map_view import MapEvent, map_view
from coverage.ui.siting_charts import OTHER, PICK, curve_chart
from coverage.ui.state import evaluation_of
from coverage.ui.texts import literal
from coverage.ui.widgets import XLSX, select_row, show_table

NOT_REACHED = "流动服务日、接送的村在那里也只算进“村村有服务”一类目标，不算进几分钟内能到达的人。"


def show_answer(suggestion: Suggestion, former: list[Suggestion]) -> None:
    """The whole answer; `former` are this session's other answers, shown as dots beside a curve."""
    st.subheader(literal(suggestion.question.name))
    st.write(f"问题：{literal(asked(suggestion))}？")
    shown = suggestion
    if suggestion.solved.curve is not None:
        shown = _curve(suggestion, former)
    _words(shown)
    if shown.people["total"]:
        map_view(map_html(shown.problem.evaluation, shown), key="siting_map",
                 description=f"现有机构与建议的 {len(shown.new_sites)} 处，星号是建议新建的地方",
                 on_event=lambda event: _clicked(event, shown))
        st.caption(basis_line(shown.problem.evaluation))
    if len(shown.new_sites):
        _sites(shown)
    _tables(shown)
    _leave(suggestion, shown)


def _words(suggestion: Suggestion) -> None:
    """The answer and its proof in sentences."""
    proven = suggestion.proof.status == "optimal"
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{literal(headline(suggestion))}**")
        if len(suggestion.closed):
            st.markdown(literal(closed_sentence(suggestion)))
        if suggestion.solved.targets is not None:
            st.markdown(literal(target_sentence(suggestion)))
        st.markdown(literal(left_over(suggestion) + journey(suggestion)))
        mark = ":material/verified:" if proven else ":material/error:"
        st.markdown(f"{mark} **{literal(proof_words(suggestion))}。**")
        for sentence in margin_words(suggestion):
            st.markdown(f":material/add_circle: {literal(sentence)}")
        st.caption(f"{literal(proof_figures(suggestion))}。")
    for note in suggestion.notes:
        st.caption(f"注：{literal(note)}")


def _curve(suggestion: Suggestion, former: list[Suggestion]) -> Suggestion:
    """The curve with its points to pick, by a click or by name; gives the plan of the point picked."""
    curve, title = suggestion.solved.curve, curve_title(suggestion)
    st.write("每个点是一个方案：横着看花多少，竖着看能到多少人。点一个点，或在下面选一档，就看它建在哪里。")
    others = _others(suggestion, former)
    st.altair_chart(curve_chart(suggestion, others), key="siting_curve", theme=None, on_select=_point_picked)
    steps = list(curve.index)
    table = curve_table(suggestion)
    if st.session_state.get("siting_step") not in steps:
        st.session_state["siting_step"] = steps[-1]
    step = st.selectbox(f"看哪一档：{title}", steps, key="siting_step", format_func=lambda one: (
        f"{one:g}：{curve.loc[one, 'objective']:,.0f} 人"))
    with st.expander("曲线：表"):
        show_table(table, key="siting_curve_table")
        if len(others):
            show_table(others.rename(columns={"档": title, "能到达": "能到达（人）", "名称": OTHER})[
                [OTHER, title, "能到达（人）"]], key="siting_others")
    plans = st.session_state.setdefault("siting_points", {})
    if plans.get("of") is not suggestion:
        plans.clear()
        plans["of"] = suggestion
    if step not in plans:
        plans[step] = plan_at(suggestion, step)
    return plans[step]


def _point_picked() -> None:
    """A click on a point of the curve chooses its step."""
    picked = st.session_state["siting_curve"]["selection"].get(PICK, [])
    steps = [point["档"] for point in picked if point.get("性质") != OTHER]
    if steps:
        value = steps[0]
        st.session_state["siting_step"] = int(value) if float(value).is_integer() and st.session_state.get(
            "siting_by_number", True) else float(value)


def _others(suggestion: Suggestion, former: list[Suggestion]) -> pd.DataFrame:
    """Plans that this session found with the same limit and people, as points beside the curve."""
    by_number = suggestion.question.steps is not None
    st.session_state["siting_by_number"] = by_number
    rows = [{"档": float(len(one.new_sites) if by_number else one.cost_wan), "能到达": float(one.people["served"]),
             "名称": one.question.name}
            for one in former if one is not suggestion and one.result.flows is None
            and one.within_min == suggestion.within_min and one.people["total"] == suggestion.people["total"]
            and one.problem.evaluation is suggestion.problem.evaluation]
    rows += _scenarios(suggestion, by_number)
    return pd.DataFrame(rows, columns=["档", "能到达", "名称"])


def _scenarios(suggestion: Suggestion, by_number: bool) -> list[dict]:
    """The session's other scenarios under the same conditions: what they open (or cost) and whom they reach."""
    now, rows = suggestion.problem.evaluation, []
    for name, changes in scenarios.named().items():
        added = [change for change in changes if change not in now.scenario.changes]
        costs = [change.cost_wan for change in added]
        if not added or set(now.scenario.changes) - set(changes) or (not by_number and None in costs):
            continue  # not one that goes on from here, or one whose cost isn't known
        then = evaluation_of(scenarios.with_changes(now.scenario, name))
        reached = then.demand.loc[then.demand["travel_min"] <= suggestion.within_min, "people"].sum()
        rows.append({"档": float(len(added) if by_number else sum(costs)), "能到达": float(reached),
                     "名称": f"情景：{name}"})
    return rows


def _clicked(event: MapEvent, suggestion: Suggestion) -> None:
    """A click on a suggested site opens its card."""
    if event.layer == "suggested" and event.id in suggestion.new_sites.index:
        st.session_state["new_sites_shown"] = list(suggestion.new_sites.index).index(event.id)


def _sites(suggestion: Suggestion) -> None:
    """The list of sites, and a card that says why the one picked is there."""
    st.subheader("建在哪里，为什么")
    st.write("点一行、点地图上的星号，或在下面选一处，看它服务谁、没有它会怎样、能换成哪里。")
    table = suggestion_table(suggestion)
    says = [f"{row['候选点名称']}（{row['乡镇']}，{row['做法']}）" for row in table.to_dict("records")]
    row = select_row(table, key="new_sites", label="看哪一处", says=says)
    if row is None:
        return
    site_id = suggestion.new_sites.index[row]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{literal(says[row])}**")
        site = suggestion.new_sites.loc[site_id]
        built = f"{site['year']} 年建，" if "year" in site else ""
        places = "" if pd.isna(site["capacity"]) else f"，{site['capacity']} 个名额（{site['capacity_basis']}）"
        st.markdown(literal(f"{built}费用 {site_cost_words(site)}{places}。"))
        for sentence in reason_words(suggestion, site_id):
            st.markdown(f"- {literal(sentence)}")


def _tables(suggestion: Suggestion) -> None:
    """Every table of the answer but the list of sites, which is shown above."""
    tables = {name: table for name, table in tables_of(suggestion).items()
              if name not in ("", "覆盖曲线") and len(table)}
    tables["求解结论"] = proof_table(suggestion.problem.evaluation, (suggestion,))
    for tab, (name, table) in zip(st.tabs(list(tables)), tables.items(), strict=True):
        with tab:
            show_table(table, key=f"siting_{name}")


def _leave(asked_for: Suggestion, shown: Suggestion) -> None:
    """Take the answer along: as a workbook, or as a scenario of its own."""
    st.subheader("带走这个方案")
    evaluation = shown.problem.evaluation
    answers = (asked_for,) if shown is asked_for else (asked_for, shown)

    def content() -> bytes:
        return study_workbook(evaluation, answers, manifest(evaluation, list(answers)))

    st.download_button("下载 Excel（含缺口清单与选址）", content,
                       f"{evaluation.region.title}_选址_{evaluation.year}.xlsx", mime=XLSX, type="primary")
    if not len(shown.new_sites):
        return
    with st.form("siting_keep", border=True):
        title = st.text_input("存为情景，名称", shown.question.name[:scenarios.LONGEST],
                              max_chars=scenarios.LONGEST, key="siting_keep_title")
        if st.form_submit_button("把这个方案存为情景", icon=":material/bookmark_add:"):
            _keep(shown, title.strip())


def _keep(suggestion: Suggestion, title: str) -> None:
    """Add a scenario; the one that the pages show stays the same, and with it this answer."""
    shown = scenarios.chosen()
    try:
        scenarios.add(title, (*suggestion.problem.evaluation.scenario.changes, *changes_of(suggestion)))
    except ScenarioError as error:
        st.error(str(error))
        return
    scenarios.choose(shown)
    st.success(f"已存为情景“{literal(title)}”：在“{literal(shown)}”的基础上增加 {len(suggestion.new_sites)} 处。"
               "到“情景”页比较。" + (NOT_REACHED if len(suggestion.served_villages) else ""))


def safe_name(name: str) -> str:
    """A question's name without what files may not bear."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "", name)[:40] or "选址"
