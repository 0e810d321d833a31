"""开始: open the sample, one's own project, or begin a new one; the last ones are remembered."""

from pathlib import Path

import streamlit as st

from coverage.errors import CoverageError
from coverage.ui.drop_zone import chinese_uploader
from coverage.ui.opening import open_path, open_sample
from coverage.ui.recent import forget, recent
from coverage.ui.session_files import is_local, keep_upload
from coverage.ui.state import opened
from coverage.ui.texts import literal

HERE = Path(__file__).parent
MAP, DATA = str(HERE / "coverage_map.py"), str(HERE / "data.py")


def try_to_open(what, *arguments) -> None:
    """Open it and go to the map; what is wrong is told under the heading."""
    try:
        with st.spinner("正在打开……"):
            what(*arguments)
    except CoverageError as error:
        st.session_state["start_failed"] = str(error)
        st.rerun()
    st.switch_page(MAP)


st.header("开始")
st.write("从样例看起，打开自己的项目，或者用手里的表格新建一个项目。三种都不会改动您原来的文件。")
if failed := st.session_state.pop("start_failed", None):
    st.error(f"没有打开：{literal(failed)}", icon=":material/error:")
if "opened" in st.session_state:
    st.caption(f"现在打开的是：{literal(opened().title)}")

sample, own, new = st.columns(3, border=True)
with sample:
    st.subheader("看样例", anchor=False)
    st.write("会宁县：28 个乡镇、322 个村（社区）。名称、代码、人口是真实的，位置、道路和机构是示意或示例。")
    if st.button("打开样例", icon=":material/play_arrow:", width="stretch"):
        try_to_open(open_sample)
with own:
    st.subheader("打开自己的项目", anchor=False)
    st.write("一个 .gpkg 文件，由“数据”页存成。" + ("也可以是项目文件夹或情景文件（.toml）。" if is_local() else ""))
    chinese_uploader()
    uploaded = st.file_uploader("项目文件（.gpkg）", type=["gpkg"], key="start_upload")
    if uploaded is not None and st.button("打开这个文件", type="primary", width="stretch"):
        try_to_open(open_path, keep_upload(uploaded.name, uploaded.getvalue()))
    if is_local():
        typed = st.text_input("或写出这台电脑上的位置", key="start_path", placeholder=r"例如 D:\项目\会宁",
                              help="项目文件夹、.gpkg 文件或情景文件（.toml）的完整路径")
        if st.button("打开这个位置", width="stretch", disabled=not typed.strip()):
            try_to_open(open_path, Path(typed.strip().strip('"')))
with new:
    st.subheader("新建项目", anchor=False)
    st.write("把乡镇、村、残疾人、机构的 Excel 或 CSV 表，连同道路、边界文件一起放进来，边检查边改正。")
    if st.button("从空白开始", icon=":material/add:", type="primary", width="stretch"):
        st.session_state["draft_from"] = "new"
        st.switch_page(DATA)

if is_local() and (kept := recent()):
    st.subheader("最近打开", anchor=False)
    for number, one in enumerate(kept):
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(literal(one.title), key=f"recent_{number}", icon=":material/folder_open:"):
                try_to_open(open_path, Path(one.path))
            st.caption(literal(one.path))
    if st.button("清除这个列表", type="tertiary"):
        forget()
        st.rerun()
