"""Answer a siting question beside the page: a thread that computes, and a fragment that tells how far it is.

The thread knows nothing of Streamlit: it writes into its own `Job`, which the page's session holds and looks at.
"""

from __future__ import annotations

import math
import threading
import time

import streamlit as st

from coverage.errors import CoverageError, InfeasibleError
from coverage.study import Evaluation, Question, Suggestion, suggest

AT_ONCE = 0.4
"""Seconds that the page waits before it shows that something is being computed."""

LOOK_EVERY = 0.7


class Job:
    """One question being answered. `answer`, `error` (told in words) or `fault` (a bug) is there once it is done;
    `found` once there is a plan, of which the reasons and margins are still worked out."""

    def __init__(self, evaluation: Evaluation, question: Question) -> None:
        self.question = question
        self.value = self.bound = math.nan
        self.answer: Suggestion | None = None
        self.error: CoverageError | None = None
        self.fault: BaseException | None = None
        self.found = False
        self._evaluation, self._began, self._stopped = evaluation, time.monotonic(), threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            answer = suggest(self._evaluation, self.question, self._told)
            self.found = True
            _ = answer.reasons, answer.margins  # solved here, not while the page is drawn
            self.answer = answer
        except CoverageError as error:
            self.error = error
        except BaseException as fault:  # handed to the page, which raises it: nothing is swallowed
            self.fault = fault

    def _told(self, value: float, bound: float) -> bool:
        self.value, self.bound = value, bound
        return self._stopped.is_set()

    def stop(self) -> None:
        """Ask the run to end with the best plan so far."""
        self._stopped.set()

    @property
    def stopping(self) -> bool:
        return self._stopped.is_set()

    @property
    def done(self) -> bool:
        return not self.thread.is_alive()

    @property
    def infeasible(self) -> bool:
        """Whether no plan meets every condition: the error says so, and what would do."""
        return isinstance(self.error, InfeasibleError)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def words(self) -> str:
        """How far it is, as the solver tells it."""
        told = f"已用 {self.seconds:.0f} 秒"
        if self.found:
            return f"{told}，方案已经有了，正在看为什么选这几处、再多一点会怎样。"
        if self.question.model == "frontier" and math.isfinite(self.value):
            return f"{told}，曲线已算 {self.value:.0f} / {self.bound:.0f} 点。"
        if not math.isfinite(self.value) or abs(self.value) > 1e15:
            return f"{told}，还没有找到方案。"
        if not math.isfinite(self.bound) or not self.value:
            return f"{told}，已有方案，离最优多远还不知道。"
        return f"{told}，已有方案，距最优至多 {abs(self.value - self.bound) / abs(self.value):.2%}。"


@st.fragment(run_every=LOOK_EVERY)
def watch(job: Job) -> None:
    """Tell how far the job is, with a button that stops it; run the page again once it is done."""
    if job.done:
        st.rerun()
    with st.container(border=True):
        st.markdown(f":material/hourglass_top: 正在计算“{job.question.name}”：{job.words()}")
        if job.stopping:
            st.write("正在停止，马上给出目前最好的方案……")
        else:
            st.button("停止，用目前最好的方案", on_click=job.stop, key="siting_stop")
