"""Attack the public edition's suppression on random tables: how many hidden cells can be recovered?

    python -m benchmarks.suppression_audit [count]

Each table is suppressed by coverage/access/suppress.py; then an attacker that knows every
published cell and every sum, and no more of our code than that, bounds each hidden cell by
linear programme (tests/access/test_suppress.py). Prints tables, hidden cells, recovered cells.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from coverage.access.suppress import grid, suppress
from tests.access.test_suppress import audit, random_tables

SEED = 10_000


def main(count: int) -> int:
    rng, started = np.random.default_rng(SEED), time.perf_counter()
    small = hidden_cells = with_hidden = recovered = 0
    for number in range(1, count + 1):
        cells, sums = grid(random_tables(rng), "total")
        hidden = suppress(cells, sums)
        small += sum(0 < cell < 5 for cell in cells)
        hidden_cells += len(hidden)
        with_hidden += bool(hidden)
        recovered += len(audit(cells, sums, hidden))
        if number % 1000 == 0:
            print(f"{number} tables, {hidden_cells} hidden, {recovered} recovered", flush=True)
    print(f"{count} tables, {with_hidden} with something hidden; {small} small cells, {hidden_cells} hidden in all, "
          f"{recovered} recovered; {time.perf_counter() - started:.0f} s")
    return int(recovered > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
