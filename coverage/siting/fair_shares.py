"""Count each unit's covered share, and how unequal the shares are.

Takes rows labelled by unit, or the shares with the units' people; gives arrays and figures.
"""

from __future__ import annotations

import math

import numpy as np

from coverage.errors import InputError
from coverage.siting.instance import Instance
from coverage.siting.rows import Rows


def unit_labels(instance: Instance) -> tuple[list[str], np.ndarray]:
    """(the units' names, each demand point's number among them). Raises InputError without a `unit` column."""
    if instance.unit is None:
        raise InputError("这个模型要求需求表有 unit 列（所属单元）")
    units, label = np.unique(instance.unit.astype(str), return_inverse=True)
    return units.tolist(), label


def inequality(shares: np.ndarray, people: np.ndarray) -> dict[str, float]:
    """Gini and Theil of the units' shares, each weighted by its people; NaN when all shares are 0."""
    here = people > 0
    shares, people = shares[here], people[here] / people[here].sum() if here.any() else people[here]
    mean = float((shares * people).sum())
    if not here.any() or mean == 0:
        return {"gini": math.nan, "theil": math.nan}
    gaps = np.abs(shares[:, None] - shares[None, :]) * people[:, None] * people[None, :]
    ratio = shares / mean
    logs = np.log(ratio, where=ratio > 0, out=np.zeros_like(ratio))
    return {"gini": float(gaps.sum() / (2 * mean)), "theil": float((people * ratio * logs).sum())}


def whole_share(bound: float, people: np.ndarray) -> float:
    """The largest share that whole people of some unit make up and `bound`, read to a millionth, allows."""
    return float((np.floor((bound + 1e-6) * people) / people).max(initial=0.0))


def unit_shares(rows: Rows, is_open: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Each unit's covered share; a unit without people counts as covered."""
    won = rows.won(is_open)
    held = np.bincount(rows.label[won], weights=rows.weight[won], minlength=len(people))
    return np.divide(held, people, out=np.ones(len(people)), where=people > 0)
