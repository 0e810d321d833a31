"""总览: where the goals stand, where people end up, what was found, and what changed since the last look."""

import pandas as pd
import streamlit as st

from coverage.report.findings import GOOD, SHORT, UNKNOWN, Finding, findings
from coverage.report.goal_figures import goal_figures
from coverage.report.since import KeyFigures, key_figures, since_table, since_words
from coverage.report.tables import allocation_table, basis_line, goal_table, people_split, refusal_line
from coverage.ui.charts import goal_chart, split_chart
from coverage.ui.state import current, current_scenario
from coverage.ui.texts import literal
from coverage.ui.widgets import show_table

MARKS = {GOOD: ":material/check_circle:", SHORT: ":material/error:", UNKNOWN: ":material/help:"}


def former() -> KeyFigures | None:
    """The figures of the scenario that this page showed before the one that it shows now; None at first."""
    scenario, seen = current_scenario(), st.session_state.get("overview_seen")
    if seen is None or seen[0] != scenario:
        st.session_state["overview_former"] = seen[1] if seen else None
        st.session_state["overview_seen"] = (scenario, key_figures(current()))
    return st.session_state["overview_former"]


def tell(told: list[Finding]) -> None:
    with st.container(border=True, gap="xsmall"):
        for finding in told:
            st.write(f"{MARKS[finding.sign]} **{finding.sign}**　{literal(finding.text)}")


evaluation = current()

st.header("总览")
st.write(f"这里是{literal(evaluation.region.title)}"
         + (f" {evaluation.year} 年" if evaluation.year else "")
         + "的总体情况：发现了什么，人员的去向，各项规划目标离达标还差多少，以及和上一次看时相比变了什么。")
if line := refusal_line(evaluation):
    st.warning(line.replace("“数据问题”", "“数据”页"))

st.subheader("主要发现")
told = findings(evaluation)
plans = [judged.plan.title for judged in evaluation.goals]
tell([finding for finding in told if finding.topic not in plans])

st.subheader("人员去向")
parts = people_split(evaluation)
st.write(f"把每处机构的名额分给时限内能到达的人（服务的人最多、其次路上用时最少）以后，"
         f"{parts['人数'].sum():,} 名{evaluation.group}的去向；各项相加正好是所有人。")
st.altair_chart(split_chart(parts), key="split", theme=None)
with st.expander("人员去向：表"):
    show_table(parts, key="split_table")
    show_table(allocation_table(evaluation), key="split_by_township")

st.subheader("规划目标")
figures, goals = goal_figures(evaluation), goal_table(evaluation)
if goals.empty:
    st.info("这个情景没有列出规划。在情景文件里写上 plans，就能逐条对照。")
else:
    plan = st.selectbox("规划", list(dict.fromkeys(goals["规划"])), key="overview_plan")
    figures, goals = figures[figures["规划"] == plan], goals[goals["规划"] == plan]
    tell([finding for finding in told if finding.topic == plan])
    st.write("蓝色条是现在，○ 是规划基期，◆ 是目标；条没有到 ◆ 的还没有达标，没有条的缺数据。")
    if len(figures):
        st.altair_chart(goal_chart(figures), key="goals", theme=None)
    with st.expander("规划目标：表"):
        show_table(figures.drop(columns="规划"), key="goal_figures")
        show_table(goals.drop(columns="规划"), key="goal_table")

st.subheader("与上一次相比")
before = former()
if before is None:
    st.write("改变左侧的条件或换一个情景后再看这一页，这里会写出变了什么。")
else:
    after = key_figures(evaluation)
    for sentence in since_words(before, after):
        st.write(literal(sentence))
    table = since_table(before, after)
    show_table(table.assign(**{name: pd.to_numeric(table[name]).round(1) for name in ("上次", "这次", "变化")}),
               key="since")
st.caption(literal(basis_line(evaluation)))
