"""Value a plan as each model does, and what any one further site would make of it.

Takes an `Instance` or its rows; gives worths for coverage/siting/exchange.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coverage.siting.instance import EXISTING, FORBIDDEN, Instance
from coverage.siting.result import nearest_open, total
from coverage.siting.rows import Rows


@dataclass(frozen=True)
class Reached:
    """Weight of the rows won; with `second`, a further open site of a row is worth so much of its weight."""

    rows: Rows
    n_sites: int
    second: float = 0.0
    less: bool = False
    exact: bool = True

    def value(self, is_open: np.ndarray) -> float:
        times = self.rows.times_won(is_open)
        return total(self.rows.weight[times > 0]) + self.second * total(self.rows.weight[times > 1])

    def adding(self, is_open: np.ndarray) -> np.ndarray:
        rows, times = self.rows, self.rows.times_won(is_open)
        worth = rows.weight * ((times == 0) + self.second * (times == 1))
        return self.value(is_open) + np.bincount(rows.site, weights=worth[rows.row], minlength=self.n_sites)


@dataclass(frozen=True)
class WorstView:
    """The least weight won over several sets of rows: the same plan under each scenario."""

    views: Sequence[Reached]
    less: bool = False
    exact: bool = True

    def value(self, is_open: np.ndarray) -> float:
        return min(view.value(is_open) for view in self.views)

    def adding(self, is_open: np.ndarray) -> np.ndarray:
        return np.min([view.adding(is_open) for view in self.views], axis=0)


@dataclass(frozen=True)
class OverYears:
    """Weight won summed over phases, whose open sites are `plans`: of the last plan some sites may be out from the
    phase on in which they opened, and others open from phase `first` (0, 1, …) on."""

    reached: Reached
    plans: Sequence[np.ndarray]
    first: int = 0
    less: bool = False
    exact: bool = True

    def value(self, is_open: np.ndarray) -> float:
        return sum(self.reached.value(plan) for plan in self._phases(is_open))

    def adding(self, is_open: np.ndarray) -> np.ndarray:
        phases = self._phases(is_open)
        return (sum(self.reached.value(plan) for plan in phases[: self.first])
                + sum(self.reached.adding(plan) for plan in phases[self.first:]))

    def _phases(self, is_open: np.ndarray) -> list[np.ndarray]:
        further = is_open & ~self.plans[-1]
        return [plan if number < self.first else (plan & is_open) | further for number, plan in enumerate(self.plans)]


@dataclass(frozen=True)
class Above:
    """Weight with both tiers in reach, of a plan of the upper one: `upper` are its rows, `lower` the other's.

    Of the `open_lower` sites those stay that are `free` to or that some open upper site `refers` (lower × upper; None =
    all stay). Adding is then what the site would make of it if all lower ones stayed.
    """

    upper: Rows
    lower: Rows
    open_lower: np.ndarray
    free: np.ndarray
    refers: np.ndarray | None = None
    less: bool = False

    @property
    def exact(self) -> bool:
        return self.refers is None

    def value(self, is_open: np.ndarray) -> float:
        stay = self.open_lower
        if self.refers is not None:
            stay = stay & (self.free | self.refers[:, is_open].any(axis=1))
        return total(self.upper.weight[self.lower.won(stay) & self.upper.won(is_open)])

    def adding(self, is_open: np.ndarray) -> np.ndarray:
        held = np.where(self.lower.won(self.open_lower), self.upper.weight, 0)
        return Reached(Rows(held, self.upper.label, self.upper.ptr, self.upper.site), len(is_open)).adding(is_open)


class Walked:
    """Minutes to the nearest open site over all who have a route to some site: of each person on average, of the
    worst-off `share` of them, or (share 0) of the farthest. Who is left without a route counts as `far`, an hour
    more than the longest way there is."""

    less, exact = True, True

    def __init__(self, instance: Instance, share: float = 1.0) -> None:
        usable = ~instance.is_role(FORBIDDEN)[instance.site]
        row = np.repeat(np.arange(len(instance.weight)), np.diff(instance.ptr))
        here = (np.bincount(row[usable], minlength=len(instance.weight)) > 0) & (instance.weight > 0)
        keep = usable & here[row]
        self.instance, self.here, self.share = instance, here, share
        self.row, self.site = (np.cumsum(here) - 1)[row[keep]], instance.site[keep]
        self.minutes = instance.minutes[keep]
        self.weight = instance.weight[here].astype(float)
        self.far = float(self.minutes.max(initial=0.0)) + 60.0

    def _left(self, is_open: np.ndarray) -> np.ndarray:
        return np.nan_to_num(nearest_open(self.instance, is_open)[1][self.here], nan=self.far)

    def value(self, is_open: np.ndarray) -> float:
        left = self._left(is_open)
        if len(left) == 0:
            return 0.0
        if self.share == 1.0:
            return float(self.weight @ left) / self.weight.sum()
        return float(left.max()) if self.share == 0.0 else float(self._tail(left[None, :])[0])

    def adding(self, is_open: np.ndarray) -> np.ndarray:
        left, n = self._left(is_open), len(is_open)
        if len(left) == 0:
            return np.zeros(n)
        if self.share == 1.0:
            saved = self.weight[self.row] * np.maximum(0.0, left[self.row] - self.minutes)
            return self.value(is_open) - np.bincount(self.site, weights=saved, minlength=n) / self.weight.sum()
        worth = np.full(n, self.value(is_open))
        order = np.argsort(self.site, kind="stable")
        ends = np.searchsorted(self.site[order], np.arange(n + 1))
        for site in range(n):
            pairs = order[ends[site]:ends[site + 1]]
            nearer = pairs[self.minutes[pairs] < left[self.row[pairs]]]
            if len(nearer):
                after = left.copy()
                after[self.row[nearer]] = self.minutes[nearer]
                worth[site] = after.max() if self.share == 0.0 else self._tail(after[None, :])[0]
        return worth

    def _tail(self, minutes: np.ndarray) -> np.ndarray:
        """The mean over the share of people who go farthest, of each row; a point may be cut to make it exact."""
        order = np.argsort(-minutes, axis=1, kind="stable")
        size = self.share * self.weight.sum()
        people = self.weight[order]
        before = np.cumsum(people, axis=1) - people
        counted = np.clip(size - before, 0.0, people)
        return (counted * np.take_along_axis(minutes, order, axis=1)).sum(axis=1) / size


@dataclass(frozen=True)
class Shares:
    """What the units' shares come to: the least of those that some site reaches or, with a `goal`, how many people
    all units together are short of that share."""

    rows: Rows
    people: np.ndarray
    n_sites: int
    goal: float | None = None
    exact: bool = True

    @property
    def less(self) -> bool:
        return self.goal is not None

    def value(self, is_open: np.ndarray) -> float:
        return float(self._worth(self._held(is_open)[:, None])[0])

    def adding(self, is_open: np.ndarray) -> np.ndarray:
        rows, n_units = self.rows, len(self.people)
        unwon = (rows.weight * ~rows.won(is_open))[rows.row]
        gain = np.bincount(rows.label[rows.row] * self.n_sites + rows.site, weights=unwon,
                           minlength=n_units * self.n_sites).reshape(n_units, self.n_sites)
        return self._worth(self._held(is_open)[:, None] + gain)

    def _held(self, is_open: np.ndarray) -> np.ndarray:
        won = self.rows.won(is_open)
        return np.bincount(self.rows.label[won], weights=self.rows.weight[won], minlength=len(self.people))

    def _worth(self, held: np.ndarray) -> np.ndarray:
        if self.goal is not None:
            return np.maximum(0.0, self.goal * self.people[:, None] - held).sum(axis=0)
        usable = np.diff(self.rows.ptr) > 0
        reach = np.bincount(self.rows.label[usable], weights=self.rows.weight[usable], minlength=len(self.people))
        lifted = (self.people > 0) & (reach > 0)
        return (held[lifted] / self.people[lifted, None]).min(axis=0, initial=math.inf)


@dataclass(frozen=True)
class Asked:
    """One thing asked of a plan: so much weight of rows won, so many of the marked sites open, or so many of the
    `parts` had in full; `title` names it."""

    need: float
    rows: Rows | None = None
    marked: np.ndarray | None = None
    weight: float = 1.0
    title: str = ""
    parts: tuple[Asked, ...] = ()

    def short(self, is_open: np.ndarray) -> float:
        return max(0.0, self.need - self._held(is_open))

    def short_adding(self, is_open: np.ndarray) -> np.ndarray:
        if self.parts:
            had = sum((part.short_adding(is_open) <= 1e-6).astype(float) for part in self.parts)
            return np.maximum(0.0, self.need - had)
        if self.rows is None:
            gain = (self.marked & ~is_open).astype(float)
        else:
            unwon = (self.rows.weight * ~self.rows.won(is_open))[self.rows.row]
            gain = np.bincount(self.rows.site, weights=unwon, minlength=len(is_open))
        return np.maximum(0.0, self.need - self._held(is_open) - gain)

    def _held(self, is_open: np.ndarray) -> float:
        if self.parts:
            return float(sum(part.short(is_open) <= 1e-6 for part in self.parts))
        if self.rows is None:
            return float((is_open & self.marked).sum())
        return float(self.rows.weight[self.rows.won(is_open)].sum())


@dataclass(frozen=True)
class Kept:
    """The price of a plan that has all that is asked, infinite else; with `missed`, how much is missed, price aside:
    the sum of weight × what is short ÷ what is needed."""

    asked: Sequence[Asked]
    price: np.ndarray
    missed: bool = False
    less: bool = True
    exact: bool = True

    def value(self, is_open: np.ndarray) -> float:
        short = [one.short(is_open) for one in self.asked]
        return float(self._worth(np.array(short)[:, None], self.price[is_open].sum())[0])

    def adding(self, is_open: np.ndarray) -> np.ndarray:
        short = np.array([one.short_adding(is_open) for one in self.asked])
        return self._worth(short.reshape(len(self.asked), -1), self.price[is_open].sum() + self.price)

    def _worth(self, short: np.ndarray, price) -> np.ndarray:
        if self.missed:
            return sum((one.weight / max(one.need, 1e-9) * row for one, row in zip(self.asked, short, strict=True)),
                       np.zeros(short.shape[1]))
        kept = (short <= 1e-6).all(axis=0)
        return np.where(kept, price, math.inf)


def price_of_new(instance: Instance, *, sites: bool) -> np.ndarray:
    """What each option adds to the bill: 1 if it adds a place, or its cost; nothing if it stands."""
    if sites:
        return instance.adds.astype(float)
    return np.where(instance.is_role(EXISTING), 0.0, np.nan_to_num(instance.cost))
