"""Let the planner say which column of a road layer means what, and what its own words mean."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from coverage.intake import RoadColumns
from coverage.intake.road_columns import CLASSES
from coverage.ui.texts import literal

AUTO = "自动寻找"
MEANINGS = {
    "tech_class": "技术等级（高速、一级……四级、等外）", "admin_class": "行政等级（国道、省道、县道、乡道、村道）",
    "speed_kmh": "行驶车速（公里/小时）", "maxspeed_kmh": "限速（公里/小时）", "oneway": "单行",
    "bridge": "桥梁", "tunnel": "隧道", "name": "路名",
}


def road_box(fields: Sequence[str], key: str) -> RoadColumns:
    """The box, closed at first; gives what it says."""
    with st.expander("道路的列各是什么意思"):
        st.caption("列名是常见的写法时不用选。")
        options = [AUTO, *fields]
        chosen = {name: st.selectbox(title, options, key=f"road_{name}_{key}") for name, title in MEANINGS.items()}
        text = st.text_area("等级列里的值各是什么意思", key=f"road_values_{key}",
                            placeholder="11 = 高速\n21 = 二级\n91 = 不用",
                            help="每行一个：原来的值 = 高速、一级、二级、三级、四级、等外 或 不用")
    columns = {name: own for name, own in chosen.items() if own != AUTO}
    meanings, wrong = _meanings(text)
    if wrong:
        st.warning(f"没有看懂：{literal('；'.join(wrong))}。每行写成“原来的值 = 意思”。", icon=":material/warning:")
    told = next((name for name in CLASSES if name in columns), CLASSES[0])
    return RoadColumns(columns, {told: meanings} if meanings else {})


def _meanings(text: str) -> tuple[dict[str, str], list[str]]:
    """Own value → meaning, and the lines that say neither."""
    found, wrong = {}, []
    for line in filter(None, (line.strip() for line in text.replace("＝", "=").splitlines())):
        own, sign, meaning = (part.strip() for part in line.partition("="))
        if own and sign and meaning:
            found[own] = meaning
        else:
            wrong.append(line)
    return found, wrong
