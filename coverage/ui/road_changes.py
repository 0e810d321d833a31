"""Let the planner try a road: draw one, close or upgrade a stretch; by mouse, by keyboard or from lists.

Each becomes a change of the chosen scenario (of a new one, where 现状 is chosen), and every figure follows.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from coverage.errors import CoverageError
from coverage.intake import Roads
from coverage.study import Change, describe
from coverage.study.changes import KINDS, ROADS, CloseRoad, DrawRoad, UpgradeRoad
from coverage.travel import nearest_way, ways_near
from coverage.ui.map_view import MapEvent
from coverage.ui.picking import Picked, outline, pick_on_map
from coverage.ui.scenarios import AS_IT_IS, add, chosen, free_name, named, remove, set_changes
from coverage.ui.state import base
from coverage.ui.texts import literal

LOOK, DRAW, CLOSE, UPGRADE = "只看", "画路", "封路", "升级路"
CLASSES = ("四级", "三级", "二级", "一级", "等外", "高速")
NAME = "试改道路"
"""The scenario that the first road tried on 现状 makes."""

NEAR = 30
"""Stretches of road that the list offers: the nearest ones to what is picked."""

EFFECTS = {
    CLOSE: "封了路，原来从这条路出门的村改从最近的另一条路出门；换了一条路出门，个别村反而会快一些。",
    UPGRADE: "升级为高速以后只能从两端上下，路边的村不能再从半路上去，轮椅和步行也不能走，个别村会变远。",
}
"""What a planner might not expect of a change, in plain words."""

_ACTION, _CLASS, _WAY, _FAULT = "road_action", "road_class", "road_way", "road_fault"


def action() -> str:
    """Show what can be done with roads; give what is chosen."""
    return st.segmented_control("如果路变了", [LOOK, DRAW, CLOSE, UPGRADE], default=LOOK, required=True,
                                key=_ACTION)


def heard(event: MapEvent) -> None:
    """Do what the map's event means for the chosen action."""
    doing = st.session_state.get(_ACTION, LOOK)
    st.session_state[_FAULT] = None
    if event.line is not None:
        _draw(event.line)
    elif doing in (CLOSE, UPGRADE) and event.lon is not None:
        st.session_state[_WAY] = nearest_way(base().roads, event.lon, event.lat)[0]
    elif doing != DRAW:
        pick_on_map(event, base().region)


def form(doing: str, picked: Picked | None) -> None:
    """The widgets of the chosen action, what went wrong with the last one, and what has been changed so far."""
    if doing == DRAW:
        st.selectbox("新路的等级", CLASSES, key=_CLASS)
        st.write("在地图上单击加点，双击或回车结束；两端会接上 50 米以内的路。也可以在下面选两处，连成直线。")
        _between()
    elif doing in (CLOSE, UPGRADE):
        _stretch(doing, picked)
    if st.session_state.get(_FAULT):
        st.error(literal(st.session_state[_FAULT]))
    _so_far()


def _between() -> None:
    """A straight road between two places: the way to draw without a map."""
    places = _places()
    start, end = (st.selectbox(label, list(places.index), index=None, format_func=places["label"].get, key=key,
                               placeholder="选一处") for label, key in (("从", "road_from"), ("到", "road_to")))
    if st.button("连成一条路", disabled=start is None or end is None or start == end):
        _draw(tuple((float(places.at[one, "lon"]), float(places.at[one, "lat"])) for one in (start, end)))
        st.rerun()


def _places() -> pd.DataFrame:
    """Townships, villages and institutions with a label each, and where they are."""
    region = base().region
    names = region.townships["township"]
    villages = region.demand["township_code"].map(names).fillna("") + region.demand["name"]
    labels = pd.concat([names, villages, region.sites["name"]])
    where = pd.concat([table[["lon", "lat"]] for table in (region.townships, region.demand, region.sites)])
    return where.assign(label=labels)[~where.index.duplicated()]


def _stretch(doing: str, picked: Picked | None) -> None:
    roads = base().roads
    st.write("在地图上点一段路，或从下面选（按离所选地方远近排列）。")
    place = outline(base().region, picked)
    chosen = st.session_state.get(_WAY)
    near = [] if place is None else ways_near(roads, place.centroid.x, place.centroid.y, NEAR)
    offered = list(dict.fromkeys([*([chosen] if chosen else []), *near]))
    labels = _labels(roads)
    way = st.selectbox("哪一段", offered, index=0 if chosen else None, format_func=labels.get,
                       placeholder="先在上面选一个乡镇、村或机构" if not offered else "选一段路")
    st.caption(EFFECTS[doing])
    if doing == UPGRADE:
        road_class = st.selectbox("升级为", CLASSES, key=_CLASS)
        if st.button("升级这一段", type="primary", disabled=way is None):
            _add(UpgradeRoad(way_ids=(way,), road_class=road_class))
            st.rerun()
    elif st.button("封闭这一段", type="primary", disabled=way is None):
        _add(CloseRoad(way_ids=(way,)))
        st.rerun()


def chosen_way(doing: str) -> str | None:
    """The stretch of road that was clicked, while one is being chosen."""
    return st.session_state.get(_WAY) if doing in (CLOSE, UPGRADE) else None


def _labels(roads: Roads) -> dict[str, str]:
    names = roads.ways["name"].fillna("无名路")
    return dict(zip(roads.ways["way_id"], names + "（" + roads.ways["road_class"] + "）", strict=True))


def _so_far() -> None:
    """The changes to roads of the chosen scenario, each with a button that takes it back."""
    for number, change in enumerate(named()[chosen()]):
        if isinstance(change, ROADS):
            words, button = st.columns([3, 1], vertical_alignment="center")
            words.write(literal(_told(change)))
            button.button("撤销", key=f"undo_{number}", on_click=_drop, args=(change,))


def _told(change: Change) -> str:
    if isinstance(change, DrawRoad):
        return describe(change, base().region)
    ways = "、".join(map(_labels(base().roads).get, change.way_ids))
    return f"{KINDS[change.kind]}：{ways}" + (f"改为{change.road_class}" if isinstance(change, UpgradeRoad) else "")


def _draw(line: tuple[tuple[float, float], ...]) -> None:
    taken = {change.name for change in named()[chosen()] if isinstance(change, DrawRoad)}
    name = next(name for number in range(1, 1_000) if (name := f"新路{number}") not in taken)
    _add(DrawRoad(name=name, road_class=st.session_state.get(_CLASS) or CLASSES[0], line=line))


def _add(change: Change) -> None:
    """Add the change to the chosen scenario, if it can be made; 现状 stays as it is and a new one is chosen."""
    fresh = chosen() == AS_IT_IS
    if fresh:
        add(free_name(NAME))
    name = chosen()
    try:
        set_changes(name, (*named()[name], change))
    except CoverageError as error:
        if fresh:
            remove(name)
        st.session_state[_FAULT] = str(error)
    else:
        st.session_state[_WAY] = st.session_state[_FAULT] = None


def _drop(change: Change) -> None:
    st.session_state[_FAULT] = None
    left = tuple(one for one in named()[chosen()] if one != change)
    if left or chosen() != NAME:
        set_changes(chosen(), left)
    else:
        remove(NAME)
