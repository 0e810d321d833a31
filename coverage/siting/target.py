"""Say what a plan's goals ask of the open sites, and count how far they are reached.

Takes an `Instance`, the targets and the open sites; gives the rows, sites and shortfalls that each target means.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.siting.instance import Instance, is_whole
from coverage.siting.reduce import without_sites
from coverage.siting.result import total
from coverage.siting.rows import Rows, rows_within

SHARED = 0.5
"""A site counts for a unit that shares it when it reaches so large a share of the unit's people in time."""


@dataclass(frozen=True)
class ReachTarget:
    """`share` (0–1) of the people of `demand` (ids; None = all) have an open site within `within_min`."""

    id: str
    share: float
    within_min: float | None = None
    demand: Collection[str] | None = None
    sites: Collection[str] | None = None
    priority: int = 1
    weight: float = 1.0


@dataclass(frozen=True)
class UnitTarget:
    """Each of `units` has at least n open sites out of `sites` (ids that qualify; None = all).

    A site counts for the unit that it stands in; with `within_min` also for each unit that shares it: half of
    whose people reach it in that time.
    """

    id: str
    units: Collection[str]
    n: int = 1
    within_min: float | None = None
    sites: Collection[str] | None = None
    priority: int = 1
    weight: float = 1.0


@dataclass(frozen=True)
class CountTarget:
    """At least n of `sites` (ids that qualify; None = all) are open."""

    id: str
    n: int
    sites: Collection[str] | None = None
    priority: int = 1
    weight: float = 1.0


@dataclass(frozen=True)
class SomeTarget:
    """At least `least` of the targets `of` are met, whichever: so many units, each served well enough."""

    id: str
    least: int
    of: Sequence[ReachTarget | CountTarget]
    priority: int = 1
    weight: float = 1.0


Target = ReachTarget | UnitTarget | CountTarget | SomeTarget


def check_given(targets: Sequence[Target]) -> None:
    """Raise InputError for targets that mean nothing."""
    names = [target.id for target in targets]
    if len(set(names)) < len(names):
        raise InputError("目标的 id 有重复")
    for target in (part for one in targets for part in getattr(one, "of", (one,))):
        if isinstance(target, ReachTarget) and not 0 <= target.share <= 1:
            raise InputError(f"目标 {target.id} 的比例要在 0 到 1 之间，不能是 {target.share}")


def target_rows(instance: Instance, target: ReachTarget) -> Rows:
    """The people whom a target speaks of, and the sites that count for it."""
    rows = rows_within(instance, target.within_min).take(_who(instance, target))
    return without_sites(rows, ~counted(instance, target))


def _who(instance: Instance, target: ReachTarget) -> np.ndarray:
    if target.demand is None:
        return np.ones(len(instance.weight), dtype=bool)
    return np.isin(instance.demand_id.astype(str), [str(name) for name in target.demand])


def counted(instance: Instance, target: Target) -> np.ndarray:
    """Which sites count for a target."""
    if target.sites is None:
        return np.ones(len(instance.site_id), dtype=bool)
    return np.isin(instance.site_id.astype(str), [str(name) for name in target.sites])


def unit_sites(instance: Instance, target: UnitTarget, units: list[str]) -> np.ndarray:
    """units × sites: whether a site counts for a unit, by standing there or (with a limit) by being shared."""
    if instance.site_unit is None:
        raise InputError("按单元的目标要求选址表有 unit 列")
    serves = instance.site_unit.astype(str)[None, :] == np.array(units, dtype=str)[:, None]
    if target.within_min is not None and instance.unit is not None:
        row = np.repeat(np.arange(len(instance.weight)), np.diff(instance.ptr))
        near = instance.is_within(target.within_min)
        number = pd.Index(units).get_indexer(instance.unit.astype(str))
        mine = near & (number[row] >= 0)
        held = np.zeros(serves.shape)
        np.add.at(held, (number[row[mine]], instance.site[mine]), instance.weight[row[mine]])
        here = number >= 0
        people = np.bincount(number[here], weights=instance.weight[here], minlength=len(units))
        serves |= (people[:, None] > 0) & (held >= SHARED * people[:, None])
    return serves & counted(instance, target)[None, :]


def needed(instance: Instance, target: Target) -> float:
    """What a target asks for: people, sites over all its units, or targets."""
    if isinstance(target, ReachTarget):
        need = target.share * total(instance.weight[_who(instance, target)])
        return float(math.ceil(need * (1 - 1e-12))) if is_whole(instance.weight) else need
    if isinstance(target, SomeTarget):
        return float(target.least)
    return float(target.n * (len(set(target.units)) if isinstance(target, UnitTarget) else 1))


def reached(instance: Instance, target: Target, is_open: np.ndarray) -> float:
    """What a plan brings a target: people, sites (of a unit no more than it needs), or targets."""
    if isinstance(target, SomeTarget):
        return float((shortfalls(instance, target.of, is_open) <= 1e-6).sum())
    if isinstance(target, ReachTarget):
        rows = target_rows(instance, target)
        return float(total(rows.weight[rows.won(is_open)]))
    if isinstance(target, CountTarget):
        return float((is_open & counted(instance, target)).sum())
    held = unit_sites(instance, target, sorted(set(target.units))) @ is_open.astype(int)
    return float(np.minimum(held, target.n).sum())


def shortfalls(instance: Instance, targets: Sequence[Target], is_open: np.ndarray) -> np.ndarray:
    """Each target's shortfall under a plan: people, sites, or targets."""
    return np.array([max(0.0, needed(instance, target) - reached(instance, target, is_open)) for target in targets])
