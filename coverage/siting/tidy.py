"""Tidy a plan: leave out what brings nothing, keep open what need not be shut.

Takes an `Instance` and the open sites; gives the open sites of a plan that is as good.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coverage.siting.instance import CANDIDATE, EXISTING, Instance
from coverage.siting.result import nearest_open
from coverage.siting.rows import Rows


def without_idle(instance: Instance, rows: Rows, is_open: np.ndarray, yearly_budget: float | None = None, *,
                 times: int = 1) -> np.ndarray:
    """The plan without chosen candidates that no row (of any weight) needs to be won so many times; last id first."""
    if not instance.is_plain:
        won = np.minimum(rows.times_won(is_open), times)[rows.weight > 0]
        return tidied(instance, is_open, lambda after: bool((rows.times_won(after)[rows.weight > 0] >= won).all()),
                      yearly_budget)
    is_open, times_won = is_open.copy(), rows.times_won(is_open)
    matters = rows.weight[rows.row] > 0
    by_site = np.argsort(rows.site, kind="stable")
    ends = np.searchsorted(rows.site[by_site], np.arange(len(is_open) + 1))
    row = rows.row
    for j in np.flatnonzero(is_open & instance.is_role(CANDIDATE))[::-1]:
        pairs = by_site[ends[j]:ends[j + 1]]
        held = row[pairs[matters[pairs]]]
        if (times_won[held] > times).all():
            is_open[j] = False
            times_won[row[pairs]] -= 1
    return is_open


def without_unused(instance: Instance, is_open: np.ndarray) -> np.ndarray:
    """The plan without chosen candidates that are nobody's nearest; does nothing where options have bonds."""
    if not instance.is_plain:
        return is_open
    nearest, _ = nearest_open(instance, is_open)
    return is_open & (np.isin(np.arange(len(is_open)), nearest) | ~instance.is_role(CANDIDATE))


def tidied(instance: Instance, is_open: np.ndarray, as_good: Callable[[np.ndarray], bool],
           yearly_budget: float | None = None) -> np.ndarray:
    """The plan without options, and with existing sites, wherever bonds and money allow and it stays `as_good`.

    The last id goes first. Does nothing where options are free of bonds.
    """
    if instance.is_plain:
        return is_open
    steps = [(option, False) for option in np.flatnonzero(is_open & instance.is_role(CANDIDATE))[::-1]]
    steps += [(site, True) for site in np.flatnonzero(~is_open & instance.is_role(EXISTING) & instance.loose)]
    for site, state in steps:
        after = is_open.copy()
        after[site] = state
        if not state and instance.replaces[site] >= 0:
            after[instance.replaces[site]] = True
        yearly = float(after @ instance.yearly_cost)
        affordable = yearly_budget is None or yearly <= yearly_budget or yearly <= is_open @ instance.yearly_cost
        if affordable and instance.bonds.hold(after) and as_good(after):
            is_open = after
    return is_open
