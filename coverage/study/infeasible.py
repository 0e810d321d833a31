"""Say what would let an impossible question be answered: a problem and siting's reason in, a fuller reason out."""

from __future__ import annotations

import math

from coverage import siting
from coverage.errors import InfeasibleError, SolverError
from coverage.study.problem import Problem
from coverage.study.solved import Progress

SERVE_ALL = ("lscp", "lscp_backup", "partial_cover", "capacitated_p_median", "cflp")
"""Models that must serve a share of all: what would do is found for each limit by itself."""

SECONDS = 10.0


def explained(problem: Problem, reason: InfeasibleError, progress: Progress | None = None) -> InfeasibleError:
    """The reason with the least relaxation of each limit that would be enough; as it was where none is found."""
    question = problem.question
    if question.model not in SERVE_ALL:
        return reason
    places = question.model in ("capacitated_p_median", "cflp")
    within = question.within_min or (math.inf if places else problem.within_min)
    share = question.share or problem.rule.share or 1.0
    try:
        found = siting.relaxations(*problem.tables, within_min=within, share=share, p=question.p,
                                   of="all" if question.model == "partial_cover" else "reached",
                                   budget=question.budget_wan, places=places, split=question.split is not False,
                                   points=question.model in ("lscp", "lscp_backup"),
                                   time_limit=min(SECONDS, question.time_limit_s),
                                   seed=problem.evaluation.scenario.seed,
                                   progress=progress and (lambda value, bound: progress(math.nan, math.nan)))
    except SolverError:  # nothing found in so short a time: siting's own words stand
        return reason
    ways = [sentence.rstrip("。").replace(" 即可行", "即可行") for sentence in found.sentences]
    if not ways:
        return reason
    return InfeasibleError(reason.what, where=reason.where, todo=f"可以这样放宽（任选一条）：{'；'.join(ways)}")
