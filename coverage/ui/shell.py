"""Frame the app: the sidebar's choices, the list of pages, and errors told in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from coverage.errors import CoverageError
from coverage.region import ALL_RESIDENTS, GROUPS
from coverage.report.words import UNTOLD
from coverage.schema import SERVICE_TYPES
from coverage.study import Scenario
from coverage.travel import mode_table
from coverage.ui.faults import report
from coverage.ui.roles import ADMINISTER, PLAN, TITLES, VIEW, enter, login_is_on, may
from coverage.ui.scenarios import chooser, chosen, named, with_chosen
from coverage.ui.state import base, opened, set_scenario
from coverage.ui.texts import literal

PAGES = Path(__file__).parent / "pages"
YEARS = (1990, 2050)
START, DATA = "开始", "数据"
_STYLE = """
.stMainBlockContainer { padding-top: 3.75rem; padding-bottom: 3rem; }
[data-testid=stSidebarHeader] { height: 2.5rem; }
[data-testid=stMetricValue] *, [data-testid=stMetricDelta], [data-testid=stMetricDelta] * {
    white-space: normal !important;
}
[data-testid=stButtonGroup] [role] { flex-wrap: wrap; }
"""


def main() -> None:
    st.set_page_config(page_title="残疾人服务覆盖与选址", page_icon="🗺️", layout="wide")
    st.html(f"<style>{_STYLE}</style>")
    try:
        st.session_state["role"] = role = enter()
    except CoverageError as error:
        report(error)
        return
    page = st.navigation([page for needed, page in _pages() if may(needed, role)], position="top")
    try:
        with st.sidebar:
            set_scenario(with_chosen(choose(opened())))
            if login_is_on():
                st.button(f"退出登录（{TITLES[role]}）", on_click=st.logout)
    except CoverageError as error:
        report(error)
        if page.title not in (START, DATA):  # where another can be opened, or a file put right
            return
    try:
        page.run()
    except CoverageError as error:
        report(error)


def _pages() -> list[tuple[str, st.Page]]:
    """Each page with the role that it asks for."""
    return [
        (PLAN, st.Page(PAGES / "start.py", title=START, icon=":material/home:")),
        (PLAN, st.Page(PAGES / "data.py", title=DATA, icon=":material/table_view:")),
        (VIEW, st.Page(PAGES / "overview.py", title="总览", icon=":material/dashboard:")),
        (VIEW, st.Page(PAGES / "coverage_map.py", title="覆盖地图", icon=":material/map:", default=True)),
        (VIEW, st.Page(PAGES / "gap_list.py", title="缺口清单", icon=":material/checklist:")),
        (PLAN, st.Page(PAGES / "siting.py", title="选址", icon=":material/add_location:")),
        (PLAN, st.Page(PAGES / "scenarios.py", title="情景", icon=":material/alt_route:")),
        (VIEW, st.Page(PAGES / "reports.py", title="报告与导出", icon=":material/description:")),
        *([(ADMINISTER, st.Page(PAGES / "administer.py", title="管理", icon=":material/admin_panel_settings:"))]
          if login_is_on() else []),
    ]


def choose(opened: Scenario) -> Scenario:
    """Show the sidebar's widgets; give the scenario as they stand."""
    region = base().region
    st.subheader(literal(region.title))
    if len(named()) > 1:
        chooser("情景", key="sidebar_scenario")
    service = opened.service
    standing = {*region.sites["service_type"], *(getattr(one, "service_type", "") for one in named()[chosen()])}
    types = [name for name in SERVICE_TYPES if name in standing] or [service.type]
    kind = st.selectbox("服务类型", types, key=_first("service_type", types, service.type))
    standardised = st.checkbox("只计规范化的机构", key=_first("standardised_only", [False, True],
                                                       service.standardised_only))
    groups = list(GROUPS) if len(region.people) else [ALL_RESIDENTS]
    group = st.selectbox("统计人群", groups, key=_first("group", groups, service.people),
                         help="服务对象：这类机构面向的残疾类别、程度和年龄（示意，见数据说明）")
    minutes = [5, 10, 15, 20, 30, 45, 60, 90]
    minutes = sorted({*minutes, int(opened.travel.threshold_min)})
    threshold = st.select_slider("时限（分钟）", minutes,
                                 key=_first("threshold", minutes, int(opened.travel.threshold_min)))
    modes = mode_table()
    mode = st.selectbox("出行方式", list(modes.index), format_func=modes["title"].get,
                        key=_first("mode", list(modes.index), opened.travel.mode))
    unknown = opened.travel.unknown
    if modes.loc[mode, "tagged"]:
        unknown = st.selectbox("没有注明轮椅能否通行的路", list(UNTOLD), format_func=UNTOLD.get,
                               key=_first("unknown", list(UNTOLD), unknown))
    year = st.number_input("年份", *YEARS, key=_first("year", range(YEARS[0], YEARS[1] + 1),
                                                    opened.year or region.year or 2025))
    return opened.model_copy(update={
        "service": service.model_copy(update={"type": kind, "standardised_only": standardised, "people": group}),
        "travel": opened.travel.model_copy(update={"threshold_min": float(threshold), "mode": mode,
                                                   "unknown": unknown}),
        "year": int(year),
    })


def _first(key: str, options: Sequence, wanted) -> str:
    """The widget's key, its value put in the session at first: so the browser too forgets what another project had."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = wanted if wanted in options else options[0]
    return key
