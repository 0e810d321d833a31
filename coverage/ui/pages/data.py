"""数据说明: what in the data is real and what is not, and what came in."""

import pandas as pd
import streamlit as st

from coverage.region import service_types
from coverage.report.tables import institution_table
from coverage.travel import mode_table, speed_table
from coverage.ui.state import current
from coverage.ui.widgets import show_table

evaluation = current()
project = evaluation.base.project

st.header("数据说明")
st.write("这里写明每张表、每幅图用到的数据哪些是真实的，哪些是示意或示例，以及读入了多少行。")
for note in evaluation.region.notes:
    st.markdown(f"- {note}")
counts = pd.DataFrame([
    {"表": name, "读到（行）": intake.read, "采用（行）": intake.used, "未采用（行）": intake.refused}
    for name, intake in project.intakes.items()
])
show_table(counts, key="counts")
institutions, services, modes, speeds = st.tabs(["机构清单", "服务类型", "出行方式", "车速"])
with institutions:
    show_table(institution_table(evaluation), key="institutions")
with services:
    show_table(service_types().reset_index(), key="services")
with modes:
    show_table(mode_table().reset_index(), key="modes")
with speeds:
    show_table(speed_table().reset_index(), key="speeds")
