"""数据说明: what in the data is real and what is not, what came in, and what didn't and why."""

import streamlit as st

from coverage.region import service_types
from coverage.report.tables import institution_table, intake_table, problem_table
from coverage.travel import mode_table, speed_table
from coverage.ui.state import current
from coverage.ui.texts import MODE_HEADERS, SERVICE_HEADERS, SPEED_HEADERS
from coverage.ui.widgets import show_table

evaluation = current()
project = evaluation.base.project

st.header("数据说明")
st.write("这里写明每张表、每幅图用到的数据哪些是真实的，哪些是示意或示例，读入了多少行，哪些行不能用、怎么改。")
for note in evaluation.region.notes:
    st.markdown(f"- {note}")
show_table(intake_table(project), key="intakes")
problems = problem_table(project)
if len(problems):
    st.subheader("数据问题")
    st.write("“错误”的行没有采用；“警告”“提示”的行采用了，请核对。改好文件以后重新打开软件。")
    show_table(problems, key="problems")
institutions, services, modes, speeds = st.tabs(["机构清单", "服务类型", "出行方式", "车速"])
with institutions:
    show_table(institution_table(evaluation), key="institutions")
with services:
    show_table(service_types().reset_index()[list(SERVICE_HEADERS)].rename(columns=SERVICE_HEADERS), key="services")
with modes:
    show_table(mode_table().reset_index()[list(MODE_HEADERS)].rename(columns=MODE_HEADERS), key="modes")
with speeds:
    names = mode_table()["title"]
    table = speed_table().reset_index().assign(mode=lambda rows: rows["mode"].map(names))
    show_table(table[list(SPEED_HEADERS)].rename(columns=SPEED_HEADERS), key="speeds")
