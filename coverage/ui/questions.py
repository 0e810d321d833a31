"""Put siting's models as plain questions, in the words of the plans."""

from __future__ import annotations

import streamlit as st

from coverage.study import Evaluation, Question

EVERY_TOWNSHIP = "每个乡镇都要有：最少新建几处？"
EVERYONE = "人人都能在时限内到达：最少新建几处？"
MOST_PEOPLE = "只能新建几处：最多能覆盖多少人？"


def ask(evaluation: Evaluation) -> Question:
    """Show the question's widgets; give the question as they stand."""
    asked = st.radio("问题", [EVERY_TOWNSHIP, EVERYONE, MOST_PEOPLE], key="question")
    if asked == EVERY_TOWNSHIP:
        return Question(name="每个乡镇都有机构", model="unit_cover", goal=_rule(evaluation))
    if asked == EVERYONE:
        return Question(name="最少几处全覆盖", model="lscp")
    p = st.number_input("新建几处", 1, 200, 5, key="p")
    return Question(name=f"新建 {p} 处覆盖最多", model="mclp", p=int(p))


def _rule(evaluation: Evaluation) -> str | None:
    """Which rule says what each township must have: a plan's goal, or simply the service in the sidebar."""
    goals = {f"{plan.id}/{goal.id}": f"{plan.title}：{goal.title}" for plan in evaluation.plans for goal in plan.goals
             if goal.kind == "unit_share" and goal.units.level == "乡镇"}
    plain = f"全部乡镇，都有一处{evaluation.service}"
    chosen = st.selectbox("按哪一条规则", [plain, *goals], format_func=lambda key: goals.get(key, key), key="rule")
    return chosen if chosen in goals else None
