"""Solve a Milp with HiGHS: the only module that knows the solver.

Takes a `Milp`; gives a `Solution` whose status (what we hold) and termination (why it stopped) are apart.
One thread and a fixed seed, so that the same model gives the same answer. The gap is closed to nothing:
HiGHS's own default calls a plan "optimal" that is 0.01% off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from coverage.errors import SolverError
from coverage.siting.milp import Milp

_MODEL_STATUS = highspy.HighsModelStatus
_TERMINATION = {
    _MODEL_STATUS.kOptimal: "proven",
    _MODEL_STATUS.kModelEmpty: "proven",
    _MODEL_STATUS.kInfeasible: "infeasible",
    _MODEL_STATUS.kTimeLimit: "time_limit",
    _MODEL_STATUS.kInterrupt: "cancelled",
    _MODEL_STATUS.kHighsInterrupt: "cancelled",
}


@dataclass(frozen=True)
class Solution:
    """`status`: optimal, feasible, infeasible or unknown (nothing found yet); `values` is None without a plan.

    `bound` is the proven bound on the objective: no solution is better.
    """

    status: str
    termination: str
    values: np.ndarray | None
    objective: float
    bound: float


def solve(model: Milp, *, time_limit: float, seed: int, start: np.ndarray | None = None,
          progress=None, closed: float = 1e-6, options: Mapping[str, float] | None = None) -> Solution:
    """Solve `model` within `time_limit` seconds. `options` are HiGHS's own.

    `start` is a solution to begin from (NaN = not given). `progress(objective, bound)` is called now and
    then; when it answers True the solve stops with the best in hand. Raises SolverError when HiGHS stops
    for a reason that is neither a proof nor a limit. A bound within `closed` of the objective is a proof to it.
    """
    if len(model.cost) == 0:
        return _empty(model)
    highs = _load(model, time_limit, seed)
    highs.setOptionValue("mip_abs_gap", closed)
    for option, value in (options or {}).items():
        highs.setOptionValue(option, value)
    if start is not None:
        _set_start(highs, start)
    if progress is not None:
        _watch(highs, progress)
    highs.run()
    return _solution(highs, model)


def relax(model: Milp, *, time_limit: float, seed: int) -> tuple[Solution, np.ndarray, np.ndarray]:
    """Solve the linear relaxation; gives (solution, row duals, reduced costs), duals of the minimisation."""
    highs = _load(model, time_limit, seed, integer=False)
    highs.run()
    answer = highs.getSolution()
    return _solution(highs, model, integer=False), np.array(answer.row_dual), np.array(answer.col_dual)


def near_optimum(model: Milp, *, time_limit: float) -> tuple[np.ndarray, np.ndarray]:
    """(values, row duals), none below 0, near the linear relaxation's optimum, by interior points: of a covering model.

    They need not meet the rows or be dual feasible to the last digit, least of all when time ran out.
    """
    highs = _load(model, time_limit, 0, integer=False)
    highs.setOptionValue("solver", "ipm")
    highs.setOptionValue("run_crossover", "off")
    highs.run()
    answer = highs.getSolution()
    found = ((answer.col_value, len(model.cost)), (answer.row_dual, len(model.row_lower)))
    return tuple(np.maximum(np.nan_to_num(value, posinf=0.0), 0.0) if len(value) == size else np.zeros(size)
                 for value, size in found)


class Relaxation:
    """The linear relaxation of a bounded minimisation, held open: rows are added, and it is solved anew from where it
    stood."""

    def __init__(self, model: Milp, *, seed: int, interior: bool = False) -> None:
        """With `interior` it is first solved by the interior-point method, quicker where the model is large."""
        self._highs = _load(model, math.inf, seed, integer=False)
        if interior:
            self._highs.setOptionValue("solver", "ipm")

    def add(self, columns: np.ndarray, values, *, lower: float) -> None:
        """Add the row Σ values·columns ≥ lower."""
        values = np.broadcast_to(np.asarray(values, dtype=np.float64), len(columns))
        self._highs.addRow(lower, highspy.kHighsInf, len(columns), np.asarray(columns, dtype=np.int32), values)

    def bound(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Let the columns go from `lower` to `upper`."""
        self._highs.changeColsBounds(len(columns), np.asarray(columns, dtype=np.int32), lower, upper)

    def reduced_costs(self) -> np.ndarray:
        """Each column's reduced cost where it was last solved."""
        return np.array(self._highs.getSolution().col_dual)

    def add_rows(self, rows: sparse.csr_array, lower: np.ndarray) -> None:
        """Add rows·columns ≥ lower."""
        n, rows = len(lower), rows.sorted_indices()
        self._highs.addRows(n, lower, np.full(n, highspy.kHighsInf), rows.nnz, rows.indptr[:-1].astype(np.int32),
                            rows.indices.astype(np.int32), rows.data)

    def duals(self) -> np.ndarray:
        """The rows' duals where it was last solved."""
        return np.array(self._highs.getSolution().row_dual)

    def solve(self, time_limit: float = math.inf) -> tuple[float, np.ndarray]:
        """(objective, values); (inf, …) when no values meet all rows, (−inf, …) when it took too long."""
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + time_limit)
        self._highs.run()
        self._highs.setOptionValue("solver", "choose")
        if self._highs.getModelStatus() == _MODEL_STATUS.kTimeLimit:
            return -math.inf, np.zeros(0)
        if self._highs.getModelStatus() in (_MODEL_STATUS.kInfeasible, _MODEL_STATUS.kUnboundedOrInfeasible):
            return math.inf, np.zeros(0)
        if self._highs.getModelStatus() not in (_MODEL_STATUS.kOptimal, _MODEL_STATUS.kModelEmpty):
            raise SolverError("求解器没有解出线性松弛", todo="请把输入表发给维护者")
        return self._highs.getInfo().objective_function_value, np.array(self._highs.getSolution().col_value)


def _load(model: Milp, time_limit: float, seed: int, *, integer: bool = True) -> highspy.Highs:
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("parallel", "off"),
                          ("random_seed", int(seed) % (2**31 - 1)), ("time_limit", float(max(time_limit, 0.0))),
                          ("mip_rel_gap", 0.0)):
        highs.setOptionValue(option, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.cost), len(model.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.sense_ = highspy.ObjSense.kMaximize if model.maximise else highspy.ObjSense.kMinimize
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    lp.a_matrix_.start_ = model.rows.indptr.astype(np.int32)
    lp.a_matrix_.index_ = model.rows.indices.astype(np.int32)
    lp.a_matrix_.value_ = model.rows.data.astype(np.float64)
    if integer and model.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in model.integer]
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise SolverError("求解器不接受这个模型", todo="请把输入表发给维护者")
    return highs


def _empty(model: Milp) -> Solution:
    """HiGHS has no plan for a model without columns; it is decided by its rows alone."""
    if (model.row_lower > 0).any() or (model.row_upper < 0).any():
        worst = -math.inf if model.maximise else math.inf
        return Solution("infeasible", "infeasible", None, worst, worst)
    return Solution("optimal", "proven", np.zeros(0), 0.0, 0.0)


def _set_start(highs: highspy.Highs, start: np.ndarray) -> None:
    given = np.flatnonzero(~np.isnan(start)).astype(np.int32)
    highs.setSolution(len(given), given, start[given].astype(np.float64))


def _watch(highs: highspy.Highs, progress) -> None:
    def report(event) -> None:
        if progress(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound):
            event.interrupt()

    highs.cbMipInterrupt.subscribe(report)


def _solution(highs: highspy.Highs, model: Milp, *, integer: bool = True) -> Solution:
    termination = _TERMINATION.get(highs.getModelStatus())
    if highs.getModelStatus() == _MODEL_STATUS.kUnboundedOrInfeasible and np.isfinite(
            [*model.lower, *model.upper]).all():
        termination = "infeasible"  # every column is bounded, so it can't be the other
    if termination is None:
        status = highs.modelStatusToString(highs.getModelStatus())
        raise SolverError(f"求解器没有给出答案（{status}）", todo="请放宽时限，或把输入表发给维护者")
    info = highs.getInfo()
    worst = -math.inf if model.maximise else math.inf
    if termination == "infeasible":
        return Solution("infeasible", termination, None, worst, worst)
    is_mip = integer and bool(model.integer.any())
    held = info.primal_solution_status == 2  # kSolutionStatusFeasible
    objective = info.objective_function_value if held else worst
    values = np.array(highs.getSolution().col_value) if held else None
    bound = info.mip_dual_bound if is_mip else (objective if termination == "proven" else -worst)
    status = "optimal" if termination == "proven" else "feasible" if held else "unknown"
    return Solution(status, termination, values, objective, bound)
