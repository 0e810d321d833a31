"""Sharpen the linear relaxation of maximal covering by cuts, and fix what it leaves no choice.

Takes a `Milp` to be maximised whose columns x open sites and whose columns y say which of `rows` are won; gives the
model with its cuts and narrowed columns, and a proven bound.

Any odd set S of rows cuts: Σ (1 − y_i) + Σ ⌈(how many of S site j wins) / 2⌉ x_j ≥ (|S| + 1) / 2, half the sum of the
rows 1 − y_i + Σ x_j ≥ 1, rounded up (Balas & Ng 1989 for three rows of set covering; Caprara & Fischetti 1996).
Those that the relaxation breaks are added while they lower the bound.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from coverage.siting.milp import Milp
from coverage.siting.rows import Rows
from coverage.siting.solver import Relaxation

MARGIN, EACH, STEPS, LARGEST = 0.02, 8, 12, 5
"""By how much a cut must be broken; how many cuts of one round a row is in; the search's steps; a cut's rows."""

WORTH = 0.004
"""A round that closes a smaller share of the gap is the last."""

ROUNDING = 1e-12
"""What rounding may add to a sum, as a share of its terms' sizes; each bound is raised by so much."""


@dataclass(frozen=True)
class Sharpened:
    """The model with the cuts that bind and the columns' new bounds.

    No solution is above `bound`; those above the value in hand keep to the columns' bounds.
    """

    model: Milp
    bound: float


def sharpen(model: Milp, x: np.ndarray, y: np.ndarray, rows: Rows, *, seed: int, until: float,
            cutoff: Callable[[np.ndarray], float], stop: Callable[[float], bool]) -> Sharpened:
    """Cut and fix while the bound falls; y[i] is row i's.

    `cutoff(x)` may look for a plan near the relaxation's x; it gives the least value that a plan better than the one
    in hand can have. `stop(bound)` may end it.
    """
    relaxation = Relaxation(replace(model, cost=-model.cost, maximise=False), seed=seed, interior=True)
    wins, n, bound, held = _with_losses(rows, len(x)), len(model.row_lower), np.inf, set()
    duals, least = np.zeros(n), -np.inf
    while True:
        objective, values = relaxation.solve(until - time.monotonic())
        if not np.isfinite(objective):  # no time left; or no plan of the narrowed columns: none beats the one in hand
            bound = min(bound, least) if objective > 0 else bound
            break
        duals = relaxation.duals()
        better, reduced = dual_bound(model, duals)
        gained, bound = bound - better, min(bound, better)
        least = cutoff(values[x])
        gap = better - least
        model = replace(model, lower=np.where(model.integer & (reduced > gap), model.upper, model.lower),
                        upper=np.where(model.integer & (-reduced > gap), model.lower, model.upper))
        if bound < least or gained < WORTH * (bound - least) or time.monotonic() > until or stop(bound):
            break
        point = np.concatenate((values[x], 1.0 - values[y]))
        fresh = [cut for cut in _broken(wins, point, len(x)) if cut not in held]
        if not fresh:
            break
        held.update(fresh)
        more = _cut_rows(wins, fresh, np.concatenate((x, y)), len(model.cost))
        low = np.array([(1.0 - len(cut)) / 2 for cut in fresh])
        relaxation.bound(np.arange(len(model.lower)), model.lower, model.upper)
        relaxation.add_rows(more, low)
        model = replace(model, rows=sparse.csr_array(sparse.vstack([model.rows, more])),
                        row_lower=np.append(model.row_lower, low),
                        row_upper=np.append(model.row_upper, np.full(len(fresh), np.inf)))
    binding = np.ones(len(model.row_lower), dtype=bool)
    binding[n:len(duals)] = np.abs(duals[n:]) > 1e-9
    return Sharpened(replace(model, rows=model.rows[binding], row_lower=model.row_lower[binding],
                             row_upper=model.row_upper[binding]), bound)


def dual_bound(model: Milp, duals: np.ndarray) -> tuple[float, np.ndarray]:
    """(what no solution of the relaxation exceeds, reduced costs: what raising each column by 1 would gain).

    `duals` are any prices of the rows of the minimisation of −cost, columns being bounded: the bound holds whatever
    they are (weak duality), however roughly the solver worked.
    """
    prices = np.where(duals > 0, np.where(np.isfinite(model.row_lower), duals, 0.0),
                      np.where(np.isfinite(model.row_upper), duals, 0.0))
    reduced = model.cost + prices @ model.rows
    side = np.where(prices > 0, model.row_lower, model.row_upper)
    side = np.where(prices == 0, 0.0, side)
    ends = np.maximum(reduced * model.lower, reduced * model.upper)
    sizes = np.abs(model.cost).sum() + (np.abs(prices) @ abs(model.rows)).sum() + np.abs(prices * side).sum()
    return float(ends.sum() - prices @ side + ROUNDING * sizes), reduced


def _with_losses(rows: Rows, n_sites: int) -> sparse.csr_array:
    """Which site wins which row; a row's own last column stands for its being lost."""
    n = len(rows)
    row, site = np.concatenate((rows.row, np.arange(n))), np.concatenate((rows.site, n_sites + np.arange(n)))
    return sparse.csr_array((np.ones(len(row)), (row, site)), shape=(n, n_sites + n))


def _broken(wins: sparse.csr_array, point: np.ndarray, n_sites: int) -> list[tuple]:
    """The cuts that `point` breaks most, as tuples of rows, no row in more than EACH of them."""
    from coverage.siting.kernels.oddsets import odd_sets

    share = np.where((point > 1e-4) & (point < 1 - 1e-4), point, 0.0)
    share[n_sites:] = 0.0
    own = np.maximum(wins @ point - 1.0, 0.0) + np.maximum(point[n_sites:], 0.0)
    near = np.flatnonzero((wins @ share > 0) & (own < 1 - MARGIN) & (wins @ (point >= 1 - 1e-4) == 0))
    some = np.flatnonzero(share)
    by_row = sparse.csr_array(wins[near][:, some])
    by_column = sparse.csr_array(by_row.T)
    sets, cost = odd_sets(by_row.indptr, by_row.indices, by_column.indptr, by_column.indices, own[near], share[some],
                          STEPS, LARGEST, MARGIN, STEPS * len(near))
    often, chosen = np.zeros(wins.shape[0] + 1, dtype=np.int64), set()
    for cut in np.append(near, -1)[sets[np.argsort(cost, kind="stable")]].tolist():
        rows = tuple(row for row in cut if row >= 0)
        if rows not in chosen and (often[list(rows)] < EACH).all():
            often[list(rows)] += 1
            chosen.add(rows)
    return sorted(chosen)


def _cut_rows(wins: sparse.csr_array, cuts: list[tuple], columns: np.ndarray, n_columns: int) -> sparse.csr_array:
    """Σ ⌈k_j / 2⌉ x_j − Σ y_i, a row for each cut."""
    number = np.repeat(np.arange(len(cuts)), [len(cut) for cut in cuts])
    chosen = sparse.csr_array((np.ones(len(number)), (number, np.concatenate(cuts))),
                              shape=(len(cuts), wins.shape[0]))
    left = sparse.coo_array(chosen @ wins)
    lost = left.col >= wins.shape[1] - wins.shape[0]
    return sparse.csr_array((np.where(lost, -1.0, (left.data + 1) // 2), (left.row, columns[left.col])),
                            shape=(len(cuts), n_columns))
