"""Let the planner say where may be built: sources, ways, roles, costs and places → the settings of a `Question`.

Roles are picked on the map or in the table; both write the same list of `Place`s, kept in the session.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.report.siting_map import candidate_map_html
from coverage.study import Evaluation, Question
from coverage.study.candidates import edited, offered
from coverage.study.outreach import is_service
from coverage.study.problem import rule_of
from coverage.study.question_parts import CLUSTERS, NETWORK, PROJECT, SEATS, SOURCES, VILLAGES, Aim, Place
from coverage.study.rule import Rule
from coverage.ui.map_view import MapEvent, map_view
from coverage.ui.siting_ways import choose_ways
from coverage.ui.texts import literal

ROLES = ("候选", "必选", "禁选")
NEW_PLACE = "新添地点"
SAYS = {PROJECT: "项目里的候选点表", VILLAGES: "每个村（社区）", SEATS: "乡镇政府驻地", CLUSTERS: "按人口聚成的中心",
        NETWORK: "村（社区），去掉能被别处完全代替的"}
COLUMNS = {"name": "名称", "township": "乡镇", "way": "做法", "role": "角色", "cost_wan": "费用（万元）",
           "yearly_cost_wan": "每年（万元）", "cost_basis": "费用出处", "capacity": "容量（人）",
           "capacity_basis": "容量出处"}


class Held:
    """What the planner changed of one source's candidates: picked on the map (or typed before that), and typed since.

    The table is drawn anew (`version`) only after a pick, so that typing in it is never interrupted.
    """

    def __init__(self) -> None:
        self.picked: dict[str, dict] = {}
        self.typed: dict[str, dict] = {}
        self.version = 0

    @property
    def places(self) -> dict[str, dict]:
        """site_id → the fields of a Place."""
        return {name: self.picked.get(name, {}) | self.typed.get(name, {}) for name in {**self.picked, **self.typed}}

    def pick(self, event: MapEvent, picking: str, candidates: pd.Index) -> None:
        """A click on the map: a candidate takes the role, or a new place is added where there is none."""
        if event.layer == "suggested" and event.id in candidates and picking in ROLES:
            change = {"site_id": event.id, "role": picking}
        elif picking == NEW_PLACE and event.lon is not None and event.layer not in ("suggested", "site"):
            name = f"{NEW_PLACE}{1 + sum(name.startswith(NEW_PLACE) for name in self.places)}"
            change = {"site_id": name, "name": name, "lon": round(event.lon, 6), "lat": round(event.lat, 6)}
        else:
            return
        self.picked = self.places
        self.picked[change["site_id"]] = self.picked.get(change["site_id"], {}) | change
        self._anew()

    def forget(self) -> None:
        self.picked = {}
        self._anew()

    def _anew(self) -> None:
        self.typed, self.version = {}, self.version + 1


def choose_candidates(evaluation: Evaluation, settings: dict) -> dict:
    """Show the widgets; give `settings` with candidates, clusters, ways and site."""
    own = [PROJECT] if len(evaluation.region.candidates) else []
    with st.expander("候选点，还可以怎么做（共建、升级、搬迁……），费用、容量，必选和禁选（可以不改）",
                     icon=":material/edit_location:"):
        left, right = st.columns(2)
        source = left.selectbox("候选点从哪里来", [*own, *(name for name in SOURCES if name != PROJECT)],
                                format_func=SAYS.get, key="source")
        settings = settings | {"candidates": source} | choose_ways(evaluation, settings["model"], right)
        if source == CLUSTERS:
            settings["clusters"] = int(st.number_input("聚成几处", 1, 500, 30, key="clusters"))
        ways = "_".join(way.way for way in settings["ways"])
        held = st.session_state.setdefault(f"siting_held_{source}_{ways}", Held())
        if st.toggle("在地图上或表里改角色、费用、容量", key="siting_edit"):
            _edit(evaluation, *_offered(evaluation, settings), held)
        elif held.places:
            st.caption(f"有 {len(held.places)} 处改过角色、费用或容量，计算时照改过的用。")
    return settings | {"site": tuple(held.places.values())}


def _offered(evaluation: Evaluation, settings: dict) -> tuple[pd.DataFrame, Rule]:
    """The candidates before any is changed, and the question's rule; kept, for grouping people takes seconds."""
    kind = {name: settings[name] for name in ("candidates", "ways", "clusters", "goal") if name in settings}
    if "goals" in settings:
        kind["goals"] = tuple(Aim(**aim) for aim in settings["goals"])
    held = st.session_state.get("siting_offered")
    if held is None or held[0] is not evaluation or held[1] != kind:
        asked = Question.model_construct(name="候选点", **kind)
        rule = rule_of(evaluation, asked)
        held = st.session_state["siting_offered"] = (evaluation, kind, offered(evaluation, asked, rule), rule)
    return held[2], held[3]


def _edit(evaluation: Evaluation, sites: pd.DataFrame, rule: Rule, held: Held) -> None:
    """The map and the table of candidates; what is changed in either goes into `held`."""
    picking = st.segmented_control("点地图上的候选点，把它设为", [*ROLES, NEW_PLACE], default="必选", required=True,
                                   key="picking")
    above = st.container()
    table = _with(evaluation, sites, rule, held.picked)
    table["township"] = table["township_code"].map(evaluation.region.townships["township"])
    after = st.data_editor(
        table[list(COLUMNS)].rename(columns=COLUMNS), key=f"candidate_table_{held.version}", height=300,
        disabled=["名称", "乡镇", "做法", "费用出处", "容量出处"], column_config={
            "_index": st.column_config.TextColumn("编号", disabled=True),
            "角色": st.column_config.SelectboxColumn(options=list(ROLES), required=True),
            "费用（万元）": st.column_config.NumberColumn(min_value=0.0, format="%.1f", required=True),
            "每年（万元）": st.column_config.NumberColumn(min_value=0.0, format="%.2f"),
            "容量（人）": st.column_config.NumberColumn(min_value=0, step=1)})
    held.typed = typed(table, after.rename(columns={said: name for name, said in COLUMNS.items()}))
    with above:
        shown = _with(evaluation, sites, rule, held.places)
        placed = shown[~is_service(shown)]
        map_view(candidate_map_html(evaluation, placed), key="candidate_map", height=460,
                 description=f"{len(placed)} 个候选点，点一个改它的角色；下面的表可以用键盘改",
                 on_event=lambda event: held.pick(event, picking, placed.index))
        if len(placed) < len(shown):
            st.caption("流动服务日、接送不画在这张图上，在表里改。")
    if held.places:
        told = [literal(_said(place)) for place in held.places.values()]
        st.caption("改过的：" + "、".join(told[:12]) + (f"等 {len(told)} 处" if len(told) > 12 else ""))
        st.button("都恢复原样", on_click=held.forget, key="siting_forget")


def _with(evaluation: Evaluation, sites: pd.DataFrame, rule: Rule, places: dict[str, dict]) -> pd.DataFrame:
    """The candidates as changed so far, through the same door as a run takes."""
    asked = Question.model_construct(name="候选点", site=tuple(Place(**place) for place in places.values()))
    return edited(evaluation, sites, asked, rule)


def typed(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, dict]:
    """What the table has that it was not given: a change of that place."""
    found: dict[str, dict] = {}
    for name, kind in (("role", str), ("cost_wan", float), ("yearly_cost_wan", float), ("capacity", int)):
        old, new = before[name].astype("object"), after[name].astype("object")
        for site_id in before.index[new.notna() & (old.isna() | (old != new).fillna(True).astype(bool))]:
            found.setdefault(site_id, {"site_id": site_id})[name] = kind(new[site_id])
    return found


def _said(place: dict) -> str:
    parts = [place.get("role"), f"{place['cost_wan']:g} 万元" if "cost_wan" in place else None,
             f"每年 {place['yearly_cost_wan']:g} 万元" if "yearly_cost_wan" in place else None,
             f"{place['capacity']} 人" if "capacity" in place else None]
    told = "，".join(filter(None, parts)) or "新添"
    return f"{place.get('name', place['site_id'])}（{told}）"
