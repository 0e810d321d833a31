"""Ask for one change of a scenario: a small form for each kind, filled by typing, from lists or by clicking the map.

What is being filled in stands in the session under `draft_…`, so that a click on the map can fill a field too.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from pydantic import TypeAdapter

from coverage.errors import CoverageError, ScenarioError
from coverage.goals.goal import WAYS
from coverage.region import open_sites
from coverage.schema import SERVICE_TYPES
from coverage.study import KINDS, Base, Change
from coverage.study.changes import ARRANGED, ROAD_CLASSES
from coverage.travel import nearest_way
from coverage.ui.map_view import MapEvent
from coverage.ui.road_changes import CLOSE, EFFECTS, UPGRADE
from coverage.ui.scenarios import named, set_changes
from coverage.ui.texts import literal

NEAR_M = 2_000
"""A click within so many metres of a road means that road."""
MOST_LISTED = 3_000
"""Roads that a list offers; of more only the named ones, and one picks the others on the map."""

USUAL_CLASS = "四级"
"""What most roads to villages are built as."""
YES, NO, UNKNOWN = "是", "否", "没有填"
_STANDARD = {YES: True, NO: False, UNKNOWN: None}
NEEDED = {"name": "名称", "site_id": "机构", "host": "设在哪个机构里", "lon": "经度", "lat": "纬度", "capacity": "容量",
          "townships": "乡镇", "villages": "村（社区）", "provider": "由谁提供", "line": "路线", "way_ids": "道路",
          "year": "年份"}
FIELDS = {
    "open": ("name", "service_type", "lon", "lat", "capacity", "standardised", "opened_year"),
    "host": ("host", "service_type", "capacity", "standardised", "opened_year"),
    "upgrade": ("site_id",), "expand": ("site_id", "capacity"), "move": ("site_id", "lon", "lat"),
    "close": ("site_id", "closed_year"), "share": ("site_id", "townships"),
    "serve": ("way", "provider", "villages", "days_per_year", "from_year", "yearly_cost_wan"),
    "draw_road": ("name", "road_class", "line"), "close_road": ("way_ids",),
    "upgrade_road": ("way_ids", "road_class"), "population": ("year",),
}
OPTIONAL = {("open", "capacity"), ("host", "capacity")}
_EMPTY = {"name": "", "line": "", "townships": [], "villages": [], "way_ids": [],
          **dict.fromkeys(("site_id", "host", "lon", "lat", "capacity", "opened_year", "closed_year", "from_year",
                           "days_per_year", "cost_wan", "yearly_cost_wan", "provider", "fault"))}
ON_THE_MAP = {
    "open": "在地图上点一下，就填好经纬度；点在村上，还会填上名称。",
    "move": "先选机构（也可以在地图上点它），再点新的位置。",
    "draw_road": "在地图上依次点出路线，双击或回车结束；也可以逐行填写经纬度。",
    "close_road": f"在地图上点道路附近，就选上最近的一段。{EFFECTS[CLOSE]}",
    "upgrade_road": f"在地图上点道路附近，就选上最近的一段。{EFFECTS[UPGRADE]}",
    "share": "乡镇也可以在地图上点选。",
    "serve": "村也可以在地图上点选；点机构，就由它提供。这样服务的村只对“村村有服务”一类目标算数，不改变到机构的时间。",
}
_SITE_KINDS = {"host": "host", "upgrade": "site_id", "expand": "site_id", "move": "site_id", "close": "site_id",
               "share": "site_id"}


def draft(name: str) -> str:
    return f"draft_{name}"


def kind_chooser() -> str:
    """Show the list of kinds; give the one chosen."""
    return st.selectbox("添加哪一种变化", list(KINDS), format_func=KINDS.get, key=draft("kind"))


def change_form(name: str, kind: str, base: Base, year: int) -> None:
    """Show the form of `kind`; its button adds the change to the scenario `name`, or puts it in place of an edited one.

    `base` has the scenario's changes made, but for an edited one and those after it.
    """
    editing = st.session_state.get(draft("number"))
    with st.form(f"form_{kind}", border=True):
        st.markdown(f"**{KINDS[kind]}**" + (f"（修改第 {editing + 1} 项）" if editing is not None else ""))
        if kind in ON_THE_MAP:
            st.caption(ON_THE_MAP[kind])
        fields = FIELDS[kind]
        for left, right in zip(fields[::2], [*fields[1::2], None], strict=False):
            columns = st.columns(2)
            for column, field in zip(columns, (left, right), strict=True):
                if field is not None:
                    with column:
                        _WIDGETS[field](base, kind, year)
        if kind not in ("close", "population"):
            st.number_input("一次性费用（万元）" if kind == "serve" else "费用（万元）", min_value=0.0, value=None,
                            key=draft("cost_wan"),
                            placeholder="不填则没有" if kind == "serve" else "不填则按单价表（示例）")
        st.form_submit_button("保存修改" if editing is not None else "加入情景", type="primary", on_click=_submit,
                              args=(name, kind))
    if editing is not None:
        st.button("不改了", on_click=forget)
    if fault := st.session_state.pop(draft("fault"), None):
        st.error(literal(fault))


def edit(number: int, change: Change) -> None:
    """Fill the form with a change that the scenario has, to be put back in its place."""
    forget()
    st.session_state[draft("kind")], st.session_state[draft("number")] = change.kind, number
    for field, value in change.model_dump().items():
        if field == "line":
            value = _written(value)
        elif field == "standardised":
            value = next(word for word, meant in _STANDARD.items() if meant is value)
        elif isinstance(value, tuple):
            value = list(value)
        if field != "kind" and value is not None:
            st.session_state[draft(field)] = value


def forget() -> None:
    """Empty the form, but for the kinds chosen. The empty values are set: a browser would send removed ones again."""
    st.session_state.pop(draft("number"), None)
    for field, empty in _EMPTY.items():
        if draft(field) in st.session_state:
            st.session_state[draft(field)] = empty


def take_click(event: MapEvent, base: Base) -> None:
    """Put what was clicked or drawn on the map into the field that it can fill."""
    kind, region = st.session_state.get(draft("kind"), next(iter(KINDS))), base.region
    if event.line is not None:
        st.session_state[draft("line")] = _written(event.line)
    elif event.layer == "site" and kind in _SITE_KINDS and event.id in region.sites.index:
        st.session_state[draft(_SITE_KINDS[kind])] = event.id
    elif kind == "share" and event.layer == "township":
        _add_to("townships", event.id)
    elif kind == "serve":
        if event.layer == "village" and event.id in region.demand.index:
            _add_to("villages", event.id)
        elif event.layer == "site" and event.id in region.sites.index:
            st.session_state[draft("provider")] = event.id
    elif kind in ("close_road", "upgrade_road"):
        way, metres = nearest_way(base.unchanged.roads, event.lon, event.lat)
        if metres <= NEAR_M:
            _add_to("way_ids", way)
    elif kind in ("open", "move"):
        st.session_state[draft("lon")], st.session_state[draft("lat")] = round(event.lon, 6), round(event.lat, 6)
        if kind == "open" and event.layer == "village" and not st.session_state.get(draft("name")):
            service = st.session_state.get(draft("service_type"), SERVICE_TYPES[0])
            st.session_state[draft("name")] = f"{region.demand['name'].get(event.id, '')}{service}"[:60]


def _add_to(field: str, value: str) -> None:
    held = st.session_state.get(draft(field), [])
    st.session_state[draft(field)] = held if value in held else [*held, value]


def _submit(name: str, kind: str) -> None:
    """Build the change and keep it; what is wrong is told below the form, which stays as it is filled."""
    try:
        change = _built(kind)
        number, changes = st.session_state.get(draft("number")), list(named()[name])
        if number is None:
            changes.append(change)
        else:
            changes[number] = change
        set_changes(name, tuple(changes))
    except CoverageError as error:
        st.session_state[draft("fault")] = str(error)
        return
    forget()


def _built(kind: str) -> Change:
    values: dict[str, Any] = {field: st.session_state.get(draft(field)) for field in (*FIELDS[kind], "cost_wan")}
    if "standardised" in values:
        values["standardised"] = _STANDARD.get(values["standardised"])
    if "provider" in values:
        values["provider"] = (values["provider"] or "").strip()[:60]
    if "line" in values:
        values["line"] = _read(values["line"] or "")
    lacking = [words for field, words in NEEDED.items()
               if field in values and values[field] in (None, "", [], ()) and (kind, field) not in OPTIONAL]
    if lacking:
        raise ScenarioError(f"还没有填：{'、'.join(lacking)}")
    given = {field: value for field, value in values.items() if value not in (None, "")}
    return TypeAdapter(Change).validate_python({"kind": kind, **given})


def _written(line) -> str:
    return "\n".join(f"{lon:.6f}, {lat:.6f}" for lon, lat in line)


def _read(text: str) -> tuple[tuple[float, float], ...]:
    """The places of a line, one a row as 经度, 纬度."""
    places = []
    for number, row in enumerate((row for row in text.splitlines() if row.strip()), start=1):
        try:
            lon, lat = (float(part) for part in row.replace("，", ",").split(","))
        except ValueError:
            raise ScenarioError(f"路线第 {number} 行不是“经度, 纬度”") from None
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            raise ScenarioError(f"路线第 {number} 行的经纬度不对")
        places.append((lon, lat))
    if len(places) == 1:
        raise ScenarioError("路线至少要有两个点")
    return tuple(places)


def _site(base: Base, kind: str, field: str) -> None:
    sites, towns = base.region.sites, base.region.townships["township"]
    rows = sites[~sites["standardised"].eq(True).fillna(False)] if kind == "upgrade" else sites
    names = {site_id: f"{row['name']}（{row['service_type']}，{towns.get(row['township_code'], '乡镇未知')}）"
             for site_id, row in rows.iterrows()}
    if st.session_state.get(draft(field)) not in names:
        st.session_state[draft(field)] = None
    st.selectbox(NEEDED[field], list(names), index=None, format_func=lambda one: names.get(one, one), key=draft(field),
                 placeholder="请选一处")


def _provider(base: Base, kind: str, year: int) -> None:
    names, given = open_sites(base.region.sites, year)["name"], st.session_state.get(draft("provider"))
    others = [ARRANGED] + ([given] if given and given not in names.index else [])
    st.session_state[draft("provider")] = given or ARRANGED
    st.selectbox(NEEDED["provider"], list(dict.fromkeys([*others, *names.index])), key=draft("provider"),
                 format_func=lambda one: names.get(one, one), accept_new_options=True,
                 help="选一处机构，或直接写别的名称")


def _villages(base: Base, kind: str, year: int) -> None:
    demand, towns = base.region.demand, base.region.townships["township"]
    names = demand["name"] + "（" + demand["township_code"].map(towns).fillna("乡镇未知") + "）"
    st.multiselect("服务哪些村（社区）", list(names.index), key=draft("villages"), placeholder="请选村",
                   format_func=names.to_dict().get)


def _ways(base: Base, kind: str, year: int) -> None:
    ways = base.unchanged.roads.ways
    listed = ways if len(ways) <= MOST_LISTED else ways[ways["name"].notna()].head(MOST_LISTED)
    picked = [way for way in st.session_state.get(draft("way_ids"), []) if way in set(ways["way_id"])]
    names = ways.set_index("way_id")[["name", "road_class"]]
    st.session_state[draft("way_ids")] = picked

    def told(way: str) -> str:
        name, road_class = names.loc[way] if way in names.index else (way, "")
        return f"{'无名' if pd.isna(name) else name}（{road_class}，{way}）"

    st.multiselect("道路", list(dict.fromkeys([*picked, *listed["way_id"]])), key=draft("way_ids"), format_func=told,
                   placeholder="请选道路")


def _road_class(base: Base, kind: str, year: int) -> None:
    st.session_state.setdefault(draft("road_class"), USUAL_CLASS)
    st.selectbox("道路等级", ROAD_CLASSES, key=draft("road_class"))


def _townships(base: Base, kind: str, year: int) -> None:
    names = base.region.townships["township"]
    st.multiselect("与哪些乡镇共享", list(names.index), format_func=names.get, key=draft("townships"),
                   placeholder="请选乡镇")


def _population(base: Base, kind: str, year: int) -> None:
    register = base.project.tables.get("populations")
    years = [] if register is None else sorted({int(one) for one in register["year"].dropna()})
    st.selectbox("年份", years, key=draft("year"), placeholder="项目里没有“各年人口”表")


def _number(field: str, label: str, **options):
    return lambda base, kind, year: st.number_input(label, value=None, key=draft(field), **options)


def _year(field: str, label: str):
    def ask(base: Base, kind: str, year: int) -> None:
        if st.session_state.get(draft(field)) is None:
            st.session_state[draft(field)] = year
        st.number_input(label, 1949, 2100, key=draft(field))
    return ask


_WIDGETS = {
    "name": lambda base, kind, year: st.text_input("名称", max_chars=60, key=draft("name")),
    "service_type": lambda base, kind, year: st.selectbox("机构类型", SERVICE_TYPES, key=draft("service_type")),
    "road_class": _road_class,
    "lon": _number("lon", "经度", min_value=-180.0, max_value=180.0, format="%.6f"),
    "lat": _number("lat", "纬度", min_value=-90.0, max_value=90.0, format="%.6f"),
    "capacity": _number("capacity", "容量（人）", min_value=0, max_value=100_000, step=1),
    "standardised": lambda base, kind, year: st.selectbox("规范化", list(_STANDARD), key=draft("standardised")),
    "opened_year": _year("opened_year", "启用年份"),
    "closed_year": _year("closed_year", "撤销年份"),
    "site_id": lambda base, kind, year: _site(base, kind, "site_id"),
    "host": lambda base, kind, year: _site(base, kind, "host"),
    "townships": _townships,
    "way": lambda base, kind, year: st.selectbox("方式", WAYS[1:], key=draft("way")),
    "provider": _provider,
    "villages": _villages,
    "days_per_year": _number("days_per_year", "每年几天", min_value=1, max_value=366, step=1,
                             placeholder="不填则不知道"),
    "from_year": _year("from_year", "从哪一年起"),
    "yearly_cost_wan": _number("yearly_cost_wan", "每年费用（万元，各村合计）", min_value=0.0,
                               placeholder="不填则按单价表（示例）"),
    "line": lambda base, kind, year: st.text_area("路线（每行一个点：经度, 纬度）", key=draft("line")),
    "way_ids": _ways,
    "year": _population,
}
