"""Go on with a draft: name it, choose its plans, save it as a folder or one .gpkg, and open it in the session."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from coverage.errors import CoverageError
from coverage.goals import Plan
from coverage.intake import Project, save_project
from coverage.intake.draft import notes_of
from coverage.intake.project import check_used
from coverage.intake.store import project_package
from coverage.region import build_region
from coverage.report.words import listed
from coverage.study import read_plan
from coverage.travel.budget import Estimate, estimate
from coverage.ui.draft import Draft
from coverage.ui.opening import bundled_plans, fitting_plans, open_draft
from coverage.ui.session_files import is_local
from coverage.ui.state import base, opened
from coverage.ui.texts import literal

MAP = str(Path(__file__).parent / "pages" / "coverage_map.py")


def chosen_plans(draft: Draft, *, fresh: bool) -> dict[Path, Plan]:
    """The plans that the draft will be judged by: as the user chose them, else those that fit the place."""
    known = bundled_plans() | {path: read_plan(path) for path in (*(() if fresh else opened().plans), *draft.plans)}
    fitting = fitting_plans(draft.project.county_code) if draft.project.intakes else []
    chosen = st.session_state.get(_key(draft), [*(fitting if fresh else opened().plans), *draft.plans])
    return {path: known[path] for path in chosen if path in known}


def _key(draft: Draft) -> str:
    return f"plans_{draft.project.county_code}_{len(draft.plans)}"


def save_box(draft: Draft, plans: dict[Path, Plan], *, refused: int, fresh: bool) -> None:
    """Name it, choose its plans, open it or save it. What is lacking is told, and then nothing can be opened."""
    st.subheader("用这些数据", anchor=False)
    project = replace(_named(draft.project, fresh=fresh), notes=notes_of(draft.project))
    known = bundled_plans() | plans
    st.multiselect("对照哪些规划", list(known), default=list(plans), key=_key(draft), placeholder="不选规划",
                   format_func=lambda path: known[path].title)
    if lacking := _lacking(project, draft):
        st.info(f"还不能用：{literal(lacking)}", icon=":material/info:")
        return
    if refused:
        st.warning(f"还有 {refused:,} 处必须处理。现在也可以用，没有采用的行会写在数据说明里。",
                   icon=":material/warning:")
    if not fresh and draft.heights is None and base().heights is not None:
        st.info("原来的高程不在新的道路范围里，没有带过来。", icon=":material/info:")
    if missing := _missing_tiles(draft):
        st.info(f"高程还缺图幅 {listed(missing)}：那里的道路按平路计时。", icon=":material/info:")
    st.caption(f"打开以后要算的：{_estimate(draft)}。")
    with st.container(horizontal=True):
        if st.button("用这些数据", type="primary", icon=":material/check:"):
            open_draft(project, tuple(plans), former=None if fresh else opened())
            st.switch_page(MAP)
        st.download_button("存成一个 .gpkg 文件", partial(project_package, project), f"{project.title or '项目'}.gpkg",
                           mime="application/geopackage+sqlite3", icon=":material/save:")
    if is_local():
        _save_here(project, tuple(plans), fresh=fresh)


def _named(project: Project, *, fresh: bool) -> Project:
    left, middle, right = st.columns([3, 2, 1])
    title = left.text_input("项目名称", project.title or "新项目", key=f"title_{project.title}", max_chars=60)
    code = middle.text_input("县（市、区）代码", project.county_code, key=f"county_{project.county_code}", max_chars=6,
                             help="6 位数字，如 620422；用来找对应的规划")
    year = right.number_input("年份", 1990, 2050, project.year, key=f"draft_year_{fresh}", placeholder="可不填")
    code = code if len(code) == 6 and code.isdecimal() and code.isascii() else ""
    return replace(project, title=title.strip() or "新项目", county_code=code, year=year)


def _estimate(draft: Draft) -> Estimate:
    """Pairs, memory and time of one way of travelling, before anything is computed."""
    tables = draft.project.tables
    demand = len(tables["villages"] if "villages" in tables else tables["points"])
    sites = len(tables.get("institutions", ())) + len(tables.get("candidates", ()))
    return estimate(demand, sites, len(draft.roads.node_lon))


def _lacking(project: Project, draft: Draft) -> str:
    """What keeps the project from being opened, in a sentence; "" where nothing does."""
    if draft.roads is None:
        return "还没有道路文件"
    try:
        check_used(project)
        build_region(project)
        if draft.heights is not None:
            draft.heights.under(draft.roads.node_lon, draft.roads.node_lat)
    except CoverageError as error:
        return str(error)
    return ""


def _missing_tiles(draft: Draft) -> list[str]:
    return [] if draft.heights is None else draft.heights.missing(draft.roads.node_lon, draft.roads.node_lat)


def _save_here(project: Project, plans: tuple[Path, ...], *, fresh: bool) -> None:
    """Save to a place on this computer, and go on from there."""
    with st.expander("存到这台电脑上的文件夹"):
        typed = st.text_input("文件夹，或以 .gpkg 结尾的文件", key="save_path", placeholder=r"例如 D:\项目\会宁",
                              help="已有的同名项目会整个换成新的；存到一半断电，旧的仍然完整。")
        if st.button("保存并打开", disabled=not typed.strip()):
            place = Path(typed.strip().strip('"'))
            if not place.is_absolute():
                st.error("请写完整的路径，从盘符或 / 开始。", icon=":material/error:")
                return
            try:
                save_project(project, place)
            except CoverageError as error:
                st.error(literal(error), icon=":material/error:")
                return
            open_draft(project, plans, former=None if fresh else opened(), place=place)
            st.switch_page(MAP)
