"""Find a plan at once: the one that stands when the time limit leaves nothing better.

Takes an `Instance`, `Rows` and the limits; gives the open sites.
"""

from __future__ import annotations

import numpy as np

from coverage.siting.instance import CANDIDATE, EXISTING, REQUIRED, Instance
from coverage.siting.rows import Rows


def greedy_plan(instance: Instance, rows: Rows, *, p: int | None = None, budget: float | None = None,
                yearly_budget: float | None = None, least: float = np.inf) -> np.ndarray | None:
    """Open the candidate that wins most further weight (for its price, under a budget), again and again.

    It ends when the limits allow no further site, none gains, or `least` weight is won. Existing and required
    sites are open from the start; the required ones use up the limits. None when the start itself breaks a bond
    or a limit.
    """
    is_open = first_plan(instance)
    if is_open is None:
        return None
    limits = [(price, limit) for price, limit in (
        (instance.adds.astype(float), p), (_new_cost(instance), budget), (instance.yearly_cost, yearly_budget))
        if limit is not None]
    if any(price[is_open].sum() > limit * (1 + 1e-12) for price, limit in limits):
        return None
    worth = _new_cost(instance) if budget is not None else np.ones(len(is_open))
    while rows.weight[won := rows.won(is_open)].sum() < least:
        gain = np.bincount(rows.site, weights=rows.weight[rows.row] * ~won[rows.row], minlength=len(is_open))
        able = instance.is_role(CANDIDATE) & ~is_open & (gain > 0)
        for price, limit in limits:
            able &= price + price[is_open].sum() <= limit * (1 + 1e-12)
        after = _step(instance, rows, is_open, np.where(able, gain / np.maximum(worth, 1e-9), -1.0))
        if after is None:
            break
        is_open = after
    return is_open


def first_plan(instance: Instance) -> np.ndarray | None:
    """Existing and required sites, without those that the required ones replace; None if that breaks a bond."""
    is_open = instance.is_role(EXISTING) | instance.is_role(REQUIRED)
    replaced = instance.replaces[instance.is_role(REQUIRED)]
    is_open[replaced[replaced >= 0]] = False
    return is_open if instance.bonds.hold(is_open) else None


def with_option(instance: Instance, is_open: np.ndarray, option: int) -> np.ndarray:
    """The plan with one more option open, and the site that it replaces shut."""
    after = is_open.copy()
    after[option] = True
    if instance.replaces[option] >= 0:
        after[instance.replaces[option]] = False
    return after


def without_option(instance: Instance, is_open: np.ndarray, option: int) -> np.ndarray:
    """The plan with an option less, and the site that it replaces open again."""
    after = is_open.copy()
    after[option] = False
    if instance.replaces[option] >= 0:
        after[instance.replaces[option]] = True
    return after


def _step(instance: Instance, rows: Rows, is_open: np.ndarray, merit: np.ndarray) -> np.ndarray | None:
    """The plan with the best option that the bonds allow and that gains, all told."""
    if not (merit >= 0).any():
        return None
    if instance.is_plain:
        return with_option(instance, is_open, int(np.argmax(merit)))
    held = rows.weight[rows.won(is_open)].sum()
    for option in np.argsort(-merit, kind="stable")[: int((merit >= 0).sum())]:
        after = with_option(instance, is_open, option)
        if instance.bonds.hold(after) and rows.weight[rows.won(after)].sum() > held:
            return after
    return None


def _new_cost(instance: Instance) -> np.ndarray:
    return np.where(instance.is_role(EXISTING), 0.0, np.nan_to_num(instance.cost))
