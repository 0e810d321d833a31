"""Hide small counts: cells and the sums that tie them in, the set of cells to leave out out.

Primary suppression hides counts of 1 to `threshold` − 1; complementary suppression hides
further cells until no hidden one follows from what is published. The proof is a linear
programme (Fischetti and Salazar 1999 call it the attacker's problem): a cell is safe if,
with every published figure and sum held, it could still be at least two whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array

from coverage.errors import InputError, SolverError

THRESHOLD = 5
"""Counts of 1 to 4 are hidden unless a setting says otherwise (示意: a usual rule of official statistics)."""

Sum = tuple[object, Sequence[object]]
"""(total, members): the total's cell and the cells that add up to it."""


def suppress(cells: pd.Series, sums: Iterable[Sum], *, threshold: int = THRESHOLD) -> set:
    """Give the keys of `cells` to hide.

    `cells`: whole numbers ≥ 0 by key. `sums`: which cells add up to which; every key in
    them must be in `cells`. Cells in no sum are hidden only if they are small.
    Raises InputError where a sum doesn't add up.
    """
    cells, sums = cells.sort_index(), [(total, tuple(members)) for total, members in sums]
    _must_add_up(cells, sums)
    lines = [frozenset((total, *members)) for total, members in sums]
    of = {key: [line for line in lines if key in line] for key in cells.index}
    hidden = {key for key, count in cells.items() if 0 < count < threshold}
    while True:
        _no_line_with_one(cells, lines, hidden)
        exposed = recoverable(cells, sums, hidden)
        if not exposed:
            return hidden
        hidden |= {_next_to(key, cells, of, hidden) for key in sorted(exposed, key=str)} - {None}
        if all(_next_to(key, cells, of, hidden) is None for key in exposed):
            hidden |= set().union(*(line for key in exposed for line in of[key]))
            return hidden


def recoverable(cells: pd.Series, sums: Iterable[Sum], hidden: set) -> set:
    """The hidden cells that follow from the published ones: the attacker's linear programme."""
    keys = sorted(hidden, key=str)
    if not keys:
        return set()
    rows, right = _equations(cells, sums, keys)
    if rows is None:
        return set()
    low = high = cells[keys].to_numpy(float)
    rng = np.random.default_rng(len(keys))
    for _ in range(3):  # any two answers that differ prove a cell safe: most are proven here
        direction = rng.normal(size=len(keys))
        for cost in (direction, -direction):
            found = _answer(cost, rows, right)
            low, high = np.minimum(low, found), np.maximum(high, found)
    for place in np.flatnonzero(~_two_numbers(low, high)):
        cost = np.zeros(len(keys))
        for sign in (1.0, -1.0):
            cost[place] = sign
            found = _answer(cost, rows, right)
            low, high = np.minimum(low, found), np.maximum(high, found)
    return {keys[place] for place in np.flatnonzero(~_two_numbers(low, high))}


def _two_numbers(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.floor(high + 1e-6) - np.ceil(low - 1e-6) >= 1


def _equations(cells: pd.Series, sums: Iterable[Sum], keys: list) -> tuple[csr_array | None, np.ndarray]:
    """Σ members − total = 0 over the hidden cells, what is published moved to the right."""
    place = {key: number for number, key in enumerate(keys)}
    row, column, sign, right = [], [], [], []
    for total, members in sums:
        signed = [(total, -1.0), *((member, 1.0) for member in members)]
        unknown = [(place[key], factor) for key, factor in signed if key in place]
        if not unknown:
            continue
        right.append(-sum(factor * cells[key] for key, factor in signed if key not in place))
        for number, factor in unknown:
            row.append(len(right) - 1)
            column.append(number)
            sign.append(factor)
    if not right:
        return None, np.zeros(0)
    return csr_array((sign, (row, column)), shape=(len(right), len(keys))), np.array(right, float)


def _answer(cost: np.ndarray, rows: csr_array, right: np.ndarray) -> np.ndarray:
    ceiling = float(np.abs(right).sum() + 1_000)  # keeps the programme bounded where nothing else does
    found = linprog(cost, A_eq=rows, b_eq=right, bounds=(0, ceiling), method="highs-ds")
    if found.status != 0:
        raise SolverError(f"隐去小数的核验没有求出结果（{found.message}）")
    return found.x


def _no_line_with_one(cells: pd.Series, lines: list[frozenset], hidden: set) -> None:
    """Add to `hidden` until no sum has exactly one hidden cell."""
    again = True
    while again:
        again = False
        for line in lines:
            if len(line & hidden) == 1:
                best = _cheapest(line - hidden, cells, lines, hidden)
                if best is not None:
                    hidden.add(best)
                    again = True


def _cheapest(offered: Iterable, cells: pd.Series, lines: list[frozenset], hidden: set):
    """The cell that costs least to hide: positive before zero, one that closes another open sum before the rest,
    then the smallest count."""
    def cost(key):
        closes = any(key in line and len(line & hidden) == 1 for line in lines)
        return (cells[key] == 0, math.log(cells[key] + 1) - (1.5 if closes else 0.0), str(key))

    return min(offered, key=cost, default=None)


def _next_to(key, cells: pd.Series, of: dict, hidden: set):
    """A published cell in a sum with `key`."""
    beside = {other for line in of[key] for other in line} - hidden
    return min(beside, key=lambda other: (cells[other] == 0, cells[other], str(other)), default=None)


def _must_add_up(cells: pd.Series, sums: list[Sum]) -> None:
    for total, members in sums:
        if cells[total] != sum(cells[member] for member in members):
            raise InputError(f"“{total}”不等于各项之和，不能隐去小数", where="公开版")
    if not ((cells >= 0) & (cells % 1 == 0)).all():
        raise InputError("人数应为不小于 0 的整数", where="公开版")


def grid(tables: dict[object, pd.DataFrame], total: str) -> tuple[pd.Series, list[Sum]]:
    """Cells and sums of tables that share their rows and a total column.

    Each table: rows units, columns parts and `total`; the parts add up to the total. A row
    合计 is added. Keys are (table, row, column); the total column, the same in every table,
    has the table "".
    """
    cells, sums = {}, {}
    for name, table in tables.items():
        whole = pd.concat([table, table.sum().to_frame("合计").T])
        parts = [column for column in whole if column != total]
        for row in whole.index:
            cells |= {(name, row, part): whole.at[row, part] for part in parts}
            cells[("", row, total)] = whole.at[row, total]
            sums[(name, row)] = (("", row, total), [(name, row, part) for part in parts])
        for part in parts:
            sums[(name, part)] = ((name, "合计", part), [(name, row, part) for row in table.index])
        sums[("", total)] = (("", "合计", total), [("", row, total) for row in table.index])
    keys = pd.MultiIndex.from_tuples(cells, names=["table", "row", "column"]).to_flat_index()
    return pd.Series(list(cells.values()), index=keys, dtype="int64"), list(sums.values())
