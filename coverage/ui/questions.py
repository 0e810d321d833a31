"""Put siting's models as plain questions, in the words of the plans."""

from __future__ import annotations

import streamlit as st

from coverage.study import Evaluation, Question

EVERY_TOWNSHIP = "每个乡镇都要有：最少新建几处？"
EVERYONE = "人人都能在时限内到达：最少新建几处？"
MOST_PEOPLE = "只能新建几处：最多能覆盖多少人？"


def ask(evaluation: Evaluation) -> Question:
    """Show the question's widgets inside a form; give the question as they stand."""
    asked = st.radio("问题", [EVERY_TOWNSHIP, EVERYONE, MOST_PEOPLE], key="question")
    goals = {f"{judged.plan.id}/{goal.id}": f"{judged.plan.title}：{goal.title}"
             for judged in evaluation.goals for goal in judged.plan.goals if goal.kind == "unit_share"}
    rules = [None, *goals]
    goal = st.selectbox("“每个乡镇都要有”按哪一条规则", rules, key="rule",
                        format_func=lambda key: goals.get(key, "全部乡镇，按左侧选定的服务类型"))
    p = st.number_input("“只能新建几处”：几处", 1, 200, 5, key="p")
    if asked == EVERY_TOWNSHIP:
        return Question(name="每个乡镇都有机构", model="unit_cover", goal=goal)
    if asked == EVERYONE:
        return Question(name="最少几处全覆盖", model="lscp")
    return Question(name=f"新建 {p} 处覆盖最多", model="mclp", p=int(p))
