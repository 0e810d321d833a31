"""Hand over a report's files: the choice that made them, downloads, and a folder on the planner's own computer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from coverage.report.files import write_files
from coverage.report.steady_zip import zipped
from coverage.study import Scenario, Suggestion

_ALONE = ("localhost", "127.0.0.1", "[::1]")
_IN_A_ROW = 3


@dataclass(frozen=True)
class Choice:
    """What the planner wants written: plans and questions by their titles, kinds as report.KINDS has them."""

    scenario: Scenario
    edition: str
    plans: tuple[str, ...]
    questions: tuple[str, ...]
    kinds: tuple[str, ...]


def answers_for(scenario: Scenario) -> dict[str, Suggestion]:
    """The siting answers of this session that were given for this very scenario, by the question's name."""
    answers = st.session_state.get("siting_answers", [])
    return {one.question.name: one for one in answers if one.problem.evaluation.scenario == scenario}


def is_local() -> bool:
    """Whether the app runs on the planner's own computer for nobody else: only then may it write into a folder."""
    headers = st.context.headers
    host = headers.get("Host", "").rpartition(":")[0]
    passed_on = any(name.lower().startswith(("x-forwarded", "forwarded", "x-real-ip")) for name in headers)
    return host in _ALONE and st.get_option("server.address") in _ALONE and not passed_on and not _has_login()


def _has_login() -> bool:
    return bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)


def offer_downloads(files: Mapping[str, bytes], name: str) -> None:
    """A button for all together, and one for each."""
    st.download_button("全部下载（zip）", lambda: zipped(files), f"{name}.zip", mime="application/zip",
                       icon=":material/folder_zip:", type="primary", on_click="ignore")
    columns = st.columns(_IN_A_ROW)
    for number, (file, content) in enumerate(files.items()):
        label = f"{file}（{_size(content)}）"
        columns[number % _IN_A_ROW].download_button(label, content, file, key=f"report_file_{file}", on_click="ignore",
                                                    width="stretch")
    pictures = {file: content for file, content in files.items() if file.endswith(".png")}
    if pictures:
        with st.expander("看一看图"):
            for file, content in pictures.items():
                st.image(content, caption=file, width=720)


def offer_folder(files: Mapping[str, bytes], name: str) -> None:
    """Write the files into a folder that the planner names; a file open in Excel gets the new one beside it."""
    with st.form("report_folder", border=True):
        folder = st.text_input("保存到文件夹", str(Path.cwd() / "results" / name), key="report_folder_path",
                               help="文件夹不存在时会新建；以前生成的同名文件会被换掉，别的文件不动")
        if not st.form_submit_button("保存到文件夹", icon=":material/save:"):
            return
    written = write_files(Path(folder).expanduser(), files)
    st.success(f"已保存 {len(written.paths)} 个文件到 {folder}。")
    for note in written.notes:
        st.warning(f"{note}。")


def _size(content: bytes) -> str:
    return f"{len(content) / 1024:,.0f} KB" if len(content) < 1024 * 1024 else f"{len(content) / 1024 / 1024:.1f} MB"
