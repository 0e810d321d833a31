"""Enter and withdraw exemptions: a plan's judged goals shown as a form, `Exemption` objects kept in the session."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from coverage.goals import GoalsResult
from coverage.goals import statuses as gs
from coverage.study import Exemption
from coverage.ui.state import opened, set_opened


def exemption_form(judged: GoalsResult, *, goal_id: str | None, unit_code: str | None) -> None:
    """The form, with the goal and unit in hand chosen beforehand; what is granted stays with the session's scenario."""
    goals = {goal.id: goal.title for goal in judged.plan.goals if goal.kind != "indicator"}
    units = judged.units[judged.units["status"].isin([gs.UNMET, gs.NO_DATA])]
    ids = [name for name in goals if (units["goal_id"] == name).any()]
    if not ids:
        st.write("没有可以豁免的单位。")
        return
    goal = st.selectbox("豁免哪项目标", ids, index=ids.index(goal_id) if goal_id in ids else 0, format_func=goals.get,
                        key=f"exempt_goal_{goal_id}")
    names = _names(units[units["goal_id"] == goal])
    codes = list(names)
    with st.form("exempt", clear_on_submit=True):
        code = st.selectbox("豁免哪个单位", codes, index=codes.index(unit_code) if unit_code in codes else 0,
                            format_func=names.get, key=f"exempt_unit_{goal}_{unit_code}")
        reason = st.text_input("豁免理由（必填）", max_chars=200, key="exempt_reason")
        who = st.text_input("批准单位（必填）", max_chars=200, key="exempt_who")
        date = st.date_input("批准日期", format="YYYY-MM-DD", key="exempt_date")
        if st.form_submit_button("记入豁免"):
            _grant(judged.plan.id, goal, code, reason, who, date)


def withdraw_form(judged: GoalsResult) -> None:
    """A button for each exemption that this session entered; those of the project's own register stay."""
    mine = [exemption for exemption in opened().exemptions if exemption.plan == judged.plan.id]
    names = _names(judged.units)
    for place, exemption in enumerate(mine):
        title = judged.plan.goal(exemption.goal).title
        label = f"撤销豁免：{names.get(exemption.unit_code, exemption.unit_code)}，{title}"
        if st.button(label, key=f"withdraw_{place}"):
            _keep(tuple(kept for kept in opened().exemptions if kept != exemption))


def _grant(plan: str, goal: str, code: str, reason: str, who: str, date) -> None:
    try:
        exemption = Exemption(plan=plan, goal=goal, unit_code=code, reason=reason.strip(), who=who.strip(), date=date)
    except ValidationError:
        st.error("豁免理由、批准单位和批准日期都要填写。")
        return
    others = [kept for kept in opened().exemptions
              if (kept.plan, kept.goal, kept.unit_code) != (plan, goal, code)]
    _keep((*others, exemption))


def _keep(exemptions: tuple[Exemption, ...]) -> None:
    set_opened(opened().model_copy(update={"exemptions": exemptions}))
    st.rerun()


def _names(units: pd.DataFrame) -> dict[str, str]:
    """Unit code → its name, with the code where two bear the same name."""
    named = units.drop_duplicates("unit_code").set_index("unit_code")["unit"].astype(str)
    twice = named.duplicated(keep=False)
    return {code: f"{name}（{code}）" if twice[code] else name for code, name in named.items()}
