"""Hold a mixed-integer linear model as sparse arrays, and gather one block by block.

A model here is data: no names, no expressions. siting/solver.py hands it to HiGHS.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class Milp:
    """Minimise (or maximise) cost·x with row_lower ≤ rows·x ≤ row_upper, lower ≤ x ≤ upper."""

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    rows: sparse.csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray
    maximise: bool = False


@dataclass
class Draft:
    """A model being gathered: columns come in blocks, rows as (row, column, value) triples."""

    maximise: bool = False
    _cost: list = field(default_factory=list)
    _lower: list = field(default_factory=list)
    _upper: list = field(default_factory=list)
    _integer: list = field(default_factory=list)
    _triples: list = field(default_factory=list)
    _row_lower: list = field(default_factory=list)
    _row_upper: list = field(default_factory=list)
    _n_columns: int = 0
    _n_rows: int = 0

    def columns(self, cost, *, lower=0.0, upper=1.0, integer: bool = True) -> np.ndarray:
        """Add a column for each entry of `cost`; gives their numbers."""
        cost = np.atleast_1d(np.asarray(cost, dtype=np.float64))
        for store, value in ((self._lower, lower), (self._upper, upper)):
            store.append(np.broadcast_to(np.asarray(value, dtype=np.float64), cost.shape))
        self._cost.append(cost)
        self._integer.append(np.full(cost.shape, integer))
        first, self._n_columns = self._n_columns, self._n_columns + len(cost)
        return np.arange(first, self._n_columns)

    def rows(self, n: int, triples, *, lower=-np.inf, upper=np.inf) -> np.ndarray:
        """Add n rows; each of `triples` is (row within this block, column, value), broadcast together."""
        for row, column, value in triples:
            row, column, value = np.broadcast_arrays(row, column, np.asarray(value, dtype=np.float64))
            self._triples.append((row.ravel() + self._n_rows, column.ravel(), value.ravel()))
        self._row_lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), n))
        self._row_upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), n))
        first, self._n_rows = self._n_rows, self._n_rows + n
        return np.arange(first, self._n_rows)

    def row(self, columns, values, *, lower=-np.inf, upper=np.inf) -> int:
        """Add one row."""
        return int(self.rows(1, [(0, np.atleast_1d(columns), values)], lower=lower, upper=upper)[0])

    def finish(self) -> Milp:
        row, column, value = (np.concatenate(part) if part else np.zeros(0)
                              for part in (list(zip(*self._triples, strict=True)) or [(), (), ()]))
        matrix = sparse.coo_array((value, (row.astype(np.int64), column.astype(np.int64))),
                                  shape=(self._n_rows, self._n_columns))
        return Milp(_join(self._cost), _join(self._lower), _join(self._upper),
                    np.concatenate(self._integer) if self._integer else np.zeros(0, dtype=bool),
                    sparse.csr_array(matrix), _join(self._row_lower), _join(self._row_upper), self.maximise)


def _join(parts: list) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0)
