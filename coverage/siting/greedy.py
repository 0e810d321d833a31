"""Find a plan at once: the one that stands when the time limit leaves nothing better.

Takes an `Instance`, `Rows` and the limits; gives the open sites.
"""

from __future__ import annotations

import numpy as np

from coverage.siting.instance import CANDIDATE, EXISTING, REQUIRED, Instance
from coverage.siting.rows import Rows


def greedy_plan(instance: Instance, rows: Rows, *, p: int | None = None, budget: float | None = None,
                least: float = np.inf) -> np.ndarray:
    """Open the candidate that wins most further weight (for its price, under a budget), again and again.

    It ends when the limits allow no further site, none gains, or `least` weight is won. Existing and required
    sites are open from the start; the required ones use up the limits.
    """
    standing = instance.is_role(EXISTING) | instance.is_role(REQUIRED)
    price = np.nan_to_num(instance.cost) if budget is not None else np.ones(len(standing))
    purse = budget if budget is not None else np.inf
    purse = purse - price[instance.is_role(REQUIRED)].sum() if budget is not None else purse
    left = np.inf if p is None else p - int(instance.is_role(REQUIRED).sum())
    is_open, row = standing.copy(), rows.row
    won = rows.won(is_open)
    while left > 0 and rows.weight[won].sum() < least:
        gain = np.bincount(rows.site, weights=rows.weight[row] * ~won[row], minlength=len(is_open))
        able = instance.is_role(CANDIDATE) & ~is_open & (gain > 0)
        able &= (price <= purse) if budget is not None else True
        if not able.any():
            break
        best = int(np.argmax(np.where(able, gain / np.maximum(price, 1e-9), -1.0)))
        is_open[best] = True
        won = rows.won(is_open)
        left, purse = left - 1, purse - price[best]
    return is_open
