"""Tell what in the opened project's data is real and what is not, and with which tables the program reckons."""

from __future__ import annotations

import streamlit as st

from coverage.region import service_types
from coverage.report.tables import institution_table, intake_table
from coverage.travel import mode_table, speed_table
from coverage.ui.state import base, current
from coverage.ui.texts import MODE_HEADERS, SERVICE_HEADERS, SPEED_HEADERS, literal
from coverage.ui.widgets import show_table


def about_data() -> None:
    st.subheader("当前项目的数据说明")
    st.write("哪些数据是真实的，哪些是示意或示例，每个文件读入了多少行；以及软件自己用的服务类型、出行方式和车速。")
    for note in base().region.notes:
        st.markdown(f"- {literal(note)}")
    if (heights := base().heights) is not None:
        st.markdown(f"- 高程：{literal(heights.basis)}；步行、轮椅按坡度计时（步行按 Tobler 1993，轮椅的系数为示意）。")
    files, institutions, services, modes, speeds = st.tabs(["文件", "机构清单", "服务类型", "出行方式", "车速"])
    with files:
        show_table(intake_table(base().project), key="intakes")
    with institutions:
        show_table(institution_table(current()), key="institutions")
    with services:
        show_table(service_types().reset_index()[list(SERVICE_HEADERS)].rename(columns=SERVICE_HEADERS), key="services")
    with modes:
        show_table(mode_table().reset_index()[list(MODE_HEADERS)].rename(columns=MODE_HEADERS), key="modes")
    with speeds:
        names = mode_table()["title"]
        table = speed_table().reset_index().assign(mode=lambda rows: rows["mode"].map(names))
        show_table(table[list(SPEED_HEADERS)].rename(columns=SPEED_HEADERS), key="speeds")
