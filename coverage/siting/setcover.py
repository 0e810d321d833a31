"""Solve a set-covering problem: open the cheapest sites so that each row has one.

Takes `Rows` and the sites' prices; gives a `Solution` over all sites.
"""

from __future__ import annotations

import numpy as np

from coverage.siting.milp import Draft
from coverage.siting.question import Question
from coverage.siting.rows import Rows, merge
from coverage.siting.rules import site_columns
from coverage.siting.solver import Solution, solve


def cover(question: Question, rows: Rows, price: np.ndarray) -> Solution:
    """The cheapest open sites that win every row; the question's roles hold."""
    merged, _ = merge(Rows(rows.weight, np.zeros(len(rows), dtype=np.int64), rows.ptr, rows.site))
    draft = Draft()
    x = site_columns(draft, question.instance, price)
    draft.rows(len(merged), [(merged.row, x[merged.site], 1.0)], lower=1.0)
    return solve(draft.finish(), time_limit=question.left, seed=question.seed, progress=question.progress)
