"""情景: what if — named lists of changes to the base, made, edited and compared."""

import streamlit as st

from coverage.errors import CoverageError
from coverage.report import map_html
from coverage.report.compare_tables import (
    DOMINATED,
    change_table,
    comparison_matrix,
    comparison_workbook,
    goal_comparison_table,
    status_table,
    township_difference_table,
    village_difference_table,
)
from coverage.report.map_legend import legend_beside
from coverage.report.tables import basis_line
from coverage.report.words import people, percent
from coverage.study import Change, Evaluation, parse_scenario, scenario_toml
from coverage.study.changes import NEW
from coverage.travel.legs import GAP, JOINED
from coverage.ui import change_form as form
from coverage.ui.drop_zone import chinese_uploader
from coverage.ui.map_view import map_view
from coverage.ui.scenario_chart import scenario_chart
from coverage.ui.scenarios import (
    AS_IT_IS,
    LONGEST,
    add,
    base_with,
    chooser,
    chosen,
    compared,
    free_name,
    named,
    remove,
    rename,
    run_comparison,
    set_changes,
    told,
    with_changes,
)
from coverage.ui.state import current_scenario, evaluation_of
from coverage.ui.texts import literal
from coverage.ui.widgets import XLSX, show_table

LARGEST_FILE = 1_000_000


def attempt(work, *given) -> None:
    """Do what a button asks; what it refuses is told on the page."""
    try:
        work(*given)
    except CoverageError as error:
        st.session_state["scenario_fault"] = str(error)


def make(changes: tuple[Change, ...] = ()) -> None:
    form.forget()
    add(st.session_state["scenario_name"], changes)


def give_name(name: str) -> None:
    rename(name, st.session_state["scenario_name"])


def drop(name: str) -> None:
    remove(name)
    form.forget()


def drop_change(name: str, number: int) -> None:
    changes = named()[name]
    form.forget()
    set_changes(name, changes[:number] + changes[number + 1:])


def open_file() -> None:
    """Take an uploaded scenario's changes; the files that it names are not opened."""
    file = st.session_state.get("scenario_file")
    if file is None:
        return
    if file.size > LARGEST_FILE:
        st.session_state["scenario_fault"] = "情景文件太大"
        return
    scenario = parse_scenario(file.getvalue(), where=file.name)
    name = free_name(scenario.title.strip()[:24] or "打开的情景")
    add(name)
    try:
        set_changes(name, scenario.changes)
    except CoverageError:
        remove(name)
        raise


def manage(name: str) -> None:
    """New, copied, renamed, removed."""
    with st.expander("新建、复制、改名、删除"):
        st.text_input("名称", key="scenario_name", max_chars=LONGEST, placeholder="例如：丙乡新建一处")
        columns = st.columns(2)
        columns[0].button("新建", on_click=attempt, args=(make,), width="stretch")
        columns[1].button("复制当前的", on_click=attempt, args=(make, named()[name]), width="stretch")
        columns[0].button("给当前的改名", on_click=attempt, args=(give_name, name), disabled=name == AS_IT_IS,
                          width="stretch")
        columns[1].button("删除当前的", on_click=drop, args=(name,), disabled=name == AS_IT_IS,
                          width="stretch")


def files(name: str) -> None:
    with st.expander("保存到文件、从文件打开"):
        scenario = with_changes(current_scenario(), name)
        data = scenario.project or scenario.points
        st.download_button("保存为情景文件", scenario_toml(scenario, folder=data.parent), f"{name}.toml",
                           mime="application/toml", width="stretch")
        st.caption(f"要用命令行运行，把它和“{literal(data.name)}”放在同一个文件夹里。")
        chinese_uploader()
        st.file_uploader("打开情景文件（.toml）", type="toml", key="scenario_file", max_upload_size=1)
        st.button("取用其中的变化", on_click=attempt, args=(open_file,),
                  disabled=st.session_state.get("scenario_file") is None, width="stretch")
        st.caption("只取用文件里的变化，用在当前的数据上；文件里写的数据路径不会被打开。")


def list_changes(name: str) -> None:
    changes = named()[name]
    if name == AS_IT_IS:
        st.info("“现状”是数据本身，不能改动。在上面新建一个情景，就可以加入变化。")
        return
    st.markdown(f"**“{literal(name)}”的变化（{len(changes)} 项）**")
    if not changes:
        st.write("还没有变化。在右边选一种变化，填好后加入。")
    for number, words in enumerate(told(name)):
        with st.container(border=True, gap="xsmall"):
            st.write(f"{number + 1}. {literal(words)}")
            left, right = st.columns(2)
            left.button("修改", key=f"edit_{number}", on_click=form.edit, args=(number, changes[number]),
                        width="stretch", help=f"修改第 {number + 1} 项")
            right.button("删去", key=f"drop_{number}", on_click=attempt, args=(drop_change, name, number),
                         width="stretch", help=f"删去第 {number + 1} 项")


def effect(name: str) -> None:
    """One sentence on what the scenario comes to, beside the base as it is."""
    now, before = (evaluation_of(with_changes(current_scenario(), one)) for one in (name, AS_IT_IS))
    t = f"{now.scenario.travel.threshold_min:g}"
    reached, was = int(now.whole[f"within_{t}_min"]), int(before.whole[f"within_{t}_min"])
    served, had = int(now.allocation.totals["served"]), int(before.allocation.totals["served"])
    st.write(f"**“{literal(name)}”**：{t} 分钟内能到达一处{now.service}的{now.group} **{people(reached)}**"
             f"（{percent(now.whole[f'share_{t}_min'])}，{more(reached - was)}），"
             f"有名额服务的 **{people(served)}**（{more(served - had)}）。")
    planned = now.planned_services.index
    if len(planned):
        st.write(f"流动服务日、接送或上门到 {len(planned)} 个村（{people(int(now.people[planned].sum()))}），"
                 "只对“村村有服务”一类目标算数，不算进上面的人数。")
    off_road(now)


def off_road(evaluation: Evaluation) -> None:
    """Say which institutions of the scenario no car gets to, or only from a few places."""
    sites = evaluation.region.sites
    own = sites[sites["basis"].str.startswith(NEW, na=False)]
    access = evaluation.travel.site_access.loc[own.index]
    for site_id, row in access[access["access_state"] != JOINED].iterrows():
        why = (f"离最近的可用道路 {row['snap_m'] / 1000:.1f} 公里，车到不了门口" if row["access_state"] == GAP
               else "旁边的路与大路网不相通")
        st.warning(f"“{literal(own.at[site_id, 'name'])}”{why}。请把它移到道路旁边，或先画一条路。")


def more(difference: int) -> str:
    return f"比现状{'多' if difference > 0 else '少'} **{abs(difference):,}** 人" if difference else "与现状一样"


def comparing() -> None:
    st.subheader("比较")
    st.write("并排列出各情景的人员去向、占比、目标、远近和费用。某个情景样样不如另一个时，会写明“不必考虑”。")
    names = tuple(named())
    if len(names) < 2:
        st.info("至少要有两个情景才能比较。")
        return
    picked = tuple(st.multiselect("比较哪些情景（以第一个为准）", names, default=names, key=f"compare_{hash(names)}"))
    scenarios = tuple(with_changes(current_scenario(), name) for name in picked)
    st.button("开始比较", type="primary", on_click=attempt, args=(run_comparison, scenarios), disabled=len(picked) < 2)
    if (last := compared()) is None:
        return
    stale = last[0] != scenarios
    if stale:
        st.warning("输入已改变，请重新计算：下面灰色的是改变以前的结果。")
        st.html("<style>.st-key-compared { filter: grayscale(1); background: #ececec; padding: 1rem; }</style>")
    with st.container(key="compared"):
        show_comparison(last[1], "（改变以前）" if stale else "")


def show_comparison(comparison, mark: str) -> None:
    for name, better in comparison.summary["dominated_by"].items():
        if better:
            st.write(f"✕ **{literal(name)}**：{literal(DOMINATED.format(better))}。{mark}")
    st.altair_chart(scenario_chart(comparison), key="scenario_chart", theme=None)
    st.caption("● 可选　✕ 不必考虑　▲ 有的变化不知道费用，实际要多于图上的位置。"
               "越靠左上，花钱越少、够得着的人越多。" + mark)
    st.dataframe(comparison_matrix(comparison), hide_index=True, key="compare_table", height="content",
                 column_config={"指标": st.column_config.TextColumn(width="large")})
    tabs = st.tabs(["各情景的变化和费用", "目标", "单位状态变化", "乡镇差别", "村级差别"])
    tables = (change_table(comparison.changes), goal_comparison_table(comparison), status_table(comparison),
              township_difference_table(comparison), village_difference_table(comparison))
    for number, (tab, rows) in enumerate(zip(tabs, tables, strict=True)):
        with tab:
            if len(rows):
                show_table(rows, key=f"compare_{number}")
            else:
                st.write("没有。")
    st.download_button(f"下载比较表（Excel）{mark}", lambda: comparison_workbook(comparison), "情景比较.xlsx",
                       mime=XLSX)
    st.caption(basis_line(comparison.evaluations[0]))


name = chosen()
st.header("情景")
st.write("一个情景是在现状上设想的一组变化：新建、升级、扩容、迁址、撤销机构，流动服务日、接送到村，"
         "修路、封路，换一年的人口。"
         "选中的情景用于所有页面；左侧的条件对每个情景都一样。")
if fault := st.session_state.pop("scenario_fault", None):
    st.error(literal(fault))

left, right = st.columns([2, 3], gap="medium")
with left:
    chooser("选中的情景", key="picked_scenario", show=st.radio,
            captions=[f"{len(changes)} 项变化" if changes else "没有变化" for changes in named().values()])
    manage(name)
    files(name)
    list_changes(name)
with right:
    scenario = with_changes(current_scenario(), name)
    try:
        effect(name)
    except CoverageError as error:
        st.error(literal(str(error)))
        scenario = with_changes(current_scenario(), AS_IT_IS)
    kind = form.kind_chooser() if name != AS_IT_IS else None
    evaluation = evaluation_of(scenario)
    page = map_html(evaluation, legend=False, popups=kind is None, before=evaluation.base.unchanged.roads)
    map_view(page, key="scenario_map", height=430, drawing=kind == "draw_road",
             description=f"{evaluation.region.title}在“{name}”下的覆盖，点地图可以填写下面的表单",
             on_event=lambda event: form.take_click(event, evaluation.base) if kind else None)
    with st.expander("图例"):
        st.html(legend_beside(evaluation))
    if kind:
        editing = st.session_state.get(form.draft("number"))
        form.change_form(name, kind, base_with(name, before=editing), evaluation.year or 2025)
    st.caption(basis_line(evaluation))
comparing()
