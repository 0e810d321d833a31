"""报告与导出: choose what leaves the office, see what each file holds, and take the files."""

from dataclasses import replace

import streamlit as st

from coverage.errors import OutputError
from coverage.report import EDITIONS, KINDS, NOT_PUBLIC, USUAL, contents_table, result_files
from coverage.report.pdf import find_office
from coverage.study import Question, Scenario, Study, manifest
from coverage.ui.exporting import Choice, answers_for, is_local, offer_downloads, offer_folder
from coverage.ui.scenarios import chosen, named, with_changes
from coverage.ui.state import answer, current_scenario, evaluation_of
from coverage.ui.widgets import show_table


def choose() -> Choice:
    """Show the form's widgets; give the choice as they stand."""
    columns = st.columns(2)
    names = list(named())
    name = columns[0].selectbox("情景", names, names.index(chosen()), key="report_scenario")
    scenario = current_scenario() if name == chosen() else with_changes(current_scenario(), name)
    evaluation = evaluation_of(scenario)
    edition = columns[1].radio("版本", list(EDITIONS), format_func=EDITIONS.get, horizontal=True, key="report_edition",
                               help="公开版隐去 1 至 4 人的数字和会让人推出它们的数字；不含地图网页",
                               disabled=evaluation.region.people.empty)
    titles = [plan.title for plan in evaluation.plans]
    plans = st.multiselect("规划", titles, titles, key="report_plans", placeholder="不判断规划目标") if titles else []
    answered, offered = answers_for(scenario), questions_of(scenario)
    asked = st.multiselect("选址的回答", list(offered), list(answered), key="report_questions",
                           format_func=lambda name: name if name in answered else f"{name}（还要计算）",
                           placeholder="不写选址") if offered else []
    cannot = (() if find_office() else ("pdf",)) + (NOT_PUBLIC if edition == "public" else ())
    can = [kind for kind in KINDS if kind not in cannot]
    kinds = st.multiselect("文件", can, [kind for kind in can if kind in USUAL], format_func=KINDS.get,
                           key=f"report_kinds_{edition}", placeholder="请选文件")
    return Choice(scenario, edition, tuple(plans), tuple(asked), tuple(kinds))


def questions_of(scenario: Scenario) -> dict[str, Question]:
    """Those answered in this session, and those that the scenario's file asks, by name."""
    asked = {name: one.question for name, one in answers_for(scenario).items()}
    return asked | {question.name: question for question in scenario.siting if question.name not in asked}


def studied(choice: Choice) -> Study:
    """The study that the choice is of; questions not asked yet are answered now."""
    evaluation = evaluation_of(choice.scenario)
    evaluation = replace(evaluation, plans=tuple(plan for plan in evaluation.plans if plan.title in choice.plans))
    answered, offered = answers_for(choice.scenario), questions_of(choice.scenario)
    suggestions = [answered.get(name) or answer(choice.scenario, offered[name]) for name in choice.questions]
    return Study(evaluation, tuple(suggestions), manifest(evaluation, suggestions))


st.header("报告与导出")
st.write("选好情景、规划、选址的回答和版本，生成可以往上报、往下发的文件：Word 报告按公文格式排版，"
         "数字都能在 Excel 里查到。文件不会发送到外面任何地方。")
with st.container(border=True):
    choice = choose()
if find_office() is None:
    st.caption("这台电脑上没有 LibreOffice，不能直接生成 PDF；可以用 Word 或 WPS 打开 Word 报告，再另存为 PDF。")
if not choice.kinds:
    st.info("请至少选一种文件。")
    st.stop()

st.subheader("每个文件里有什么")
evaluation = evaluation_of(choice.scenario)
models = {name: question.model for name, question in questions_of(choice.scenario).items() if name in choice.questions}
show_table(contents_table(evaluation, plans=choice.plans, questions={name: models[name] for name in choice.questions},
                          kinds=choice.kinds, edition=choice.edition), key="report_contents")
if st.button("生成文件", type="primary", icon=":material/description:"):
    try:
        with st.spinner("正在写文件，大约要十几秒……"):
            files = result_files(studied(choice), kinds=choice.kinds, edition=choice.edition)
    except OutputError as error:
        st.error(str(error))
        st.stop()
    st.session_state["report_made"] = (choice, files)
made = st.session_state.get("report_made")
if made is None:
    st.stop()
st.subheader("取走文件")
if made[0] != choice:
    st.warning("上面的选择已经改变，下面的文件还是原来的。请重新点“生成文件”。")
    st.stop()
offer_downloads(made[1], f"{evaluation.region.title}_{EDITIONS[choice.edition]}")
if is_local():
    offer_folder(made[1], f"{evaluation.region.title}_{EDITIONS[choice.edition]}")
