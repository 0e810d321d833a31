"""选址: ask where to build next; the answer with its proof, on the map and as a table."""

import streamlit as st
from pydantic import ValidationError

from coverage.study import Question
from coverage.study.strict import mistakes
from coverage.ui.questions import ask
from coverage.ui.siting_answer import safe_name, show_answer
from coverage.ui.siting_candidates import choose_candidates
from coverage.ui.siting_job import AT_ONCE, Job, watch
from coverage.ui.state import current, current_scenario

KEPT = 12  # answers of a session that stay at hand, to be compared on the curve

LIMITS = {10: "10 秒", 30: "30 秒", 60: "1 分钟", 300: "5 分钟", 1200: "20 分钟"}

evaluation, scenario = current(), current_scenario()

st.header("选址")
st.write(f"现有 {len(evaluation.supply)} 处{evaluation.service}，除非允许扩容、搬迁、关停，都保留不动。选一个问题，"
         "点“开始计算”，这里会写出建在哪里、能让多少人够得着、是不是最好的方案、为什么选这几处。")

with st.container(border=True):
    settings = choose_candidates(evaluation, ask(evaluation))
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    seconds = left.selectbox("最多算多久", list(LIMITS), index=2, format_func=LIMITS.get, key="siting_seconds",
                             help="到时限还没有证明最优，就给出到那时最好的方案，并写明离最优至多差多少")
    if right.button("开始计算", type="primary", icon=":material/play_arrow:"):
        try:
            question = Question(**settings | {"name": safe_name(settings["name"]), "time_limit_s": seconds})
        except ValidationError as error:
            st.error(mistakes(error))
            st.stop()
        if (running := st.session_state.get("siting_job")) is not None:
            running[1].stop()
        st.session_state["siting_job"] = (scenario, Job(evaluation, question))
        st.session_state["siting_step"], st.session_state["new_sites_shown"] = None, 0

if "siting_job" not in st.session_state:
    st.stop()
asked_of, job = st.session_state["siting_job"]
if asked_of != scenario:
    job.stop()
    st.warning("左侧的条件已改变，原来的结果不再适用。请重新点“开始计算”。")
    st.stop()
job.thread.join(AT_ONCE)
if not job.done:
    watch(job)
    st.stop()
if job.fault is not None:
    raise job.fault
if job.error is not None:
    st.error(f"这样做不到：{job.error}" if job.infeasible else str(job.error))
    st.stop()

answers = st.session_state.setdefault("siting_answers", [])
if not any(one is job.answer for one in answers):
    answers.append(job.answer)
    del answers[:-KEPT]
show_answer(job.answer, answers)
