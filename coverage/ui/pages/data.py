"""数据: drop files in, see what came in and what didn't and why, put it right, and go on with it as a project."""

import streamlit as st

from coverage.intake.draft import FINE, HERE, LACKING, LOOK, MUST, lists, misfit, people_lost, ticks
from coverage.report.intake_map import intake_map_html, shown_place
from coverage.ui.about_data import about_data
from coverage.ui.draft import ask_datum, draft_of
from coverage.ui.drop_zone import marked_copies, sort_out, uploader
from coverage.ui.map_view import map_view
from coverage.ui.save_box import chosen_plans, save_box
from coverage.ui.state import opened
from coverage.ui.texts import literal
from coverage.ui.widgets import show_table

SIGNS = {HERE: ":material/check_circle:", LACKING: ":material/cancel:"}
COLUMNS = {"file": "文件", "sheet": "工作表", "row": "所在行", "column": "所在列", "value": "原值", "rule": "规则",
           "suggestion": "怎么办"}
WIDTHS = {name: st.column_config.TextColumn(width=width) for name, width in
          {"文件": 130, "工作表": 70, "所在列": 90, "原值": 130, "规则": 100, "怎么办": 420}.items()}
SAYS = {MUST: "这些行没有采用。在自己的表里改好，再放进来一次就行。", LOOK: "这些行采用了，请核对。",
        FINE: "读入时的说明，不用处理。"}
FRESH = {False: "更换当前项目里的文件", True: "新建一个项目"}

st.header("数据")
st.write("把手里的文件放进来，马上看到读进了什么、哪些没有读进、为什么、怎么改。没有点“用这些数据”之前，别的页面不会变。")
if "draft_from" not in st.session_state:
    st.session_state["draft_from"] = False
st.session_state["draft_from"] = st.session_state["draft_from"] in (True, "new")
fresh = st.radio("做什么", list(FRESH), format_func=FRESH.get, key="draft_from", horizontal=True,
                 label_visibility="collapsed")
if not fresh:
    st.caption(f"当前项目：{literal(opened().title)}。放进来的文件代替同一种文件，其余的不变。")

summary = st.container()
left, right = st.columns([5, 8], gap="medium")
key = f"{fresh}_{abs(hash(str(opened().project)))}"
with left:
    files = uploader(key)
boxes = st.container(gap="small")
with boxes:
    dropped = sort_out(files, key)
draft = draft_of(dropped, fresh=fresh)
project, three = draft.project, lists(draft.project, draft.roads)
plans = chosen_plans(draft, fresh=fresh)
goals = sum(len(plan.goals) for plan in plans.values())

with summary:
    ways = None if draft.roads is None else len(draft.roads.ways)
    tiles = 0 if draft.heights is None else len(draft.heights.tiles)
    for column, tick in zip(st.columns(6), ticks(project, ways=ways, goals=goals, tiles=tiles), strict=True):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"{SIGNS.get(tick.state, ':material/radio_button_unchecked:')} **{tick.title}**")
            st.markdown(f":small[{tick.says if tick.state == HERE else f'{tick.state}：{tick.says}'}]")
    if misfit(project):
        st.error("边界里的乡镇和乡镇表一个也对不上，边界没有采用：核对边界文件的代码、名称字段。",
                 icon=":material/error:")
with boxes:
    ask_datum(draft)
with right:
    page = intake_map_html(project, draft.roads)
    if page is None:
        st.info("放进乡镇、村或机构的表以后，这里会出现地图。", icon=":material/map:")
    else:
        map_view(page, key=f"draft_map_{shown_place(project)}", height=440,
                 description="读入的乡镇、村、机构和道路的位置，橙色叉是请核对的点")

if project.intakes:
    shown = [f"{title}　{len(table):,}" for title, table in three.items()]
    for tab, (title, table) in zip(st.tabs(shown), three.items(), strict=True):
        with tab:
            st.write(SAYS[title] if len(table) else "没有。")
            if len(table):
                st.dataframe(table[list(COLUMNS)].rename(columns=COLUMNS), hide_index=True, key=f"list_{title}",
                             row_height=58, placeholder="—", column_config=WIDTHS)
    marked_copies(dropped, project.intakes)
    lost = people_lost(project)
    if len(lost):
        known = int(lost["人数"].sum())
        st.markdown(f":material/group_off: **没有计入的人**　没有采用的行里，能读出人数的共 {known:,} 人，"
                    "按这些行自己写的乡镇列在下面。")
        show_table(lost, key="people_lost")
    save_box(draft, plans, refused=len(three[MUST]), fresh=fresh)

if not fresh:
    st.divider()
    about_data()
