"""Minimise several aims one after the other: each later one among the best for those before it.

Takes a `Milp` and the aims as coefficients over its columns; gives a `Solution` for each aim (lexicographic
optimisation; Isermann 1982).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from coverage.siting.milp import Milp
from coverage.siting.solver import Solution, solve

SLACK = 1e-9
"""How far a later aim may leave an earlier one's value, as a share of it: room for rounding, no more."""


def solve_in_order(model: Milp, aims: Sequence[np.ndarray], *, left: Callable[[], float], seed: int,
                   start: np.ndarray | None = None, progress=None) -> list[Solution]:
    """Minimise each of `aims` in turn, the ones before held at their values; ends early without a plan.

    `left()` is the time that is left: each aim may take half of it, the last all. Each solution's bound is that
    of its own aim given the values held. `progress` is told of the first aim, and asked whether to go on.
    """
    found: list[Solution] = []
    for number, aim in enumerate(aims):
        told = still(progress, found[0]) if found else progress
        share = left() / min(2, len(aims) - number)
        aimed = replace(model, cost=aim, maximise=False)
        answer = solve(aimed, time_limit=share, seed=seed, start=start, progress=told)
        if answer.values is None:
            return found if found else [answer]
        found.append(answer)
        if answer.termination == "cancelled":
            return found
        start = answer.values
        value = float(aim @ start)
        room = value + SLACK * max(1.0, abs(value))
        model = replace(model, rows=sparse.csr_array(sparse.vstack([model.rows, sparse.csr_array(aim[None, :])])),
                        row_lower=np.append(model.row_lower, -np.inf), row_upper=np.append(model.row_upper, room))
    return found


def still(progress, first: Solution):
    """Progress while later aims are solved: the first one's figures stand, and the run can still be stopped."""
    return progress and (lambda value, bound: progress(first.objective, first.bound))
