"""A page with nothing but a map of two squares, for tests of the map itself."""

import streamlit as st

from coverage.report.map_page import MapPage
from coverage.ui.map_view import map_view

colour = {"蓝": "#225ea8", "橙": "#d95f02"}[st.radio("颜色", ["蓝", "橙"])]
drawing = st.checkbox("画线")
focus = ("township", "甲") if st.checkbox("去甲") else None


def square(name: str, west: float) -> dict:
    ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]
    return {"type": "Feature", "id": name, "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"style": {"fillColor": colour, "fillOpacity": 1}, "rows": [["乡镇", f"{name}<b>镇</b>"]]}}


def heard(event) -> None:
    st.session_state["heard"] = event


page = MapPage("两个方块", (0, 0, 3, 1))
page.add("乡镇", [square("甲", 0), square("乙", 2)], kind="township")
event = map_view(page.html(), key="map", description="两个方块", height=400, drawing=drawing, focus=focus,
                 on_event=heard)
st.write("颜色", colour)
st.write("听到", str(st.session_state.get("heard")))
st.write("返回", str(event))
