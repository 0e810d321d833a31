import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from coverage.access.suppress import grid, recoverable, suppress
from coverage.errors import InputError


def audit(cells, sums, hidden):
    """An independent attacker: bounds of each hidden cell, one dense programme each way, from the sums alone."""
    keys = list(hidden)
    rows, right = [], []
    for total, members in sums:
        row = [(-1.0 if key == total else 1.0) if key == total or key in members else 0.0 for key in keys]
        if any(row):
            rows.append(row)
            right.append((0 if total in hidden else cells[total]) - sum(cells[m] for m in members if m not in hidden))
    recovered = []
    for place, key in enumerate(keys):
        if not rows:
            continue
        cost = np.zeros(len(keys))
        cost[place] = 1
        low = linprog(cost, A_eq=rows, b_eq=right, method="highs")
        high = linprog(-cost, A_eq=rows, b_eq=right, method="highs")
        top = np.inf if high.status == 3 else -high.fun
        if np.floor(top + 1e-6) - np.ceil(low.fun - 1e-6) < 1:
            recovered.append(key)
    return recovered


def table(counts, parts):
    frame = pd.DataFrame(counts, columns=parts, index=[f"r{i}" for i in range(len(counts))])
    return frame.assign(total=frame.sum(axis=1))


def test_one_small_cell_takes_three_more_with_it_by_hand():
    """3 alone in its row and column would follow from both totals: a cell in its row, one in its column, and the one
    that closes the square are hidden too; totals stay."""
    cells, sums = grid({"t": table([[3, 20, 30], [40, 50, 60], [70, 80, 90]], list("abc"))}, "total")
    hidden = suppress(cells, sums)
    assert ("t", "r0", "a") in hidden and len(hidden) == 4
    assert not any(row == "合计" or column == "total" for _, row, column in hidden)
    assert not audit(cells, sums, hidden)


def test_without_complement_the_attacker_finds_it():
    cells, sums = grid({"t": table([[3, 20], [40, 50]], list("ab"))}, "total")
    only = {("t", "r0", "a")}
    assert recoverable(cells, sums, only) == only == set(audit(cells, sums, only))


def test_nothing_small_nothing_hidden_and_zeros_stay():
    cells, sums = grid({"t": table([[0, 20], [40, 0]], list("ab"))}, "total")
    assert suppress(cells, sums) == set()


def test_a_small_total_of_a_row_is_hidden_in_every_table():
    """r0 has 3 people in all: its total, shared by both tables, is hidden, and nothing in either gives it away."""
    tables = {"x": table([[3, 0], [40, 50], [9, 30]], list("ab")), "y": table([[1, 2], [80, 10], [19, 20]], list("cd"))}
    cells, sums = grid(tables, "total")
    hidden = suppress(cells, sums)
    assert ("", "r0", "total") in hidden and not audit(cells, sums, hidden)


def test_a_table_that_does_not_add_up_is_refused():
    cells, sums = grid({"t": table([[3, 20], [40, 50]], list("ab"))}, "total")
    cells[("t", "r0", "a")] = 7
    with pytest.raises(InputError):
        suppress(cells, sums)


def random_tables(rng):
    """One or two tables with shared rows, many zeros and small counts; the second splits the same people otherwise."""
    rows, parts = rng.integers(2, 7), rng.integers(2, 5)
    counts = rng.poisson(rng.choice([0.5, 3, 8, 30]), (rows, parts)) * rng.integers(0, 2, (rows, parts))
    tables = {"x": table(counts, [f"a{i}" for i in range(parts)])}
    if rng.random() < 0.4:
        split = np.array([rng.multinomial(total, [0.1, 0.2, 0.7]) for total in counts.sum(axis=1)])
        tables["y"] = table(split, ["b0", "b1", "b2"])
    return tables


def test_no_hidden_cell_is_recovered_from_random_tables():
    rng = np.random.default_rng(20251231)
    hidden_some = 0
    for _ in range(120):
        cells, sums = grid(random_tables(rng), "total")
        hidden = suppress(cells, sums)
        small = {key for key, count in cells.items() if 0 < count < 5}
        assert small <= hidden
        hidden_some += bool(hidden)
        assert audit(cells, sums, hidden) == []
    assert hidden_some > 60
