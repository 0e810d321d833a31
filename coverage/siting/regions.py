"""Cut off the parts of sites that would be enough for a unit, or a few units together, where no whole sites are.

Takes `Rows` labelled by unit and the people that each unit needs; gives rows Σ value·x ≥ least that every plan
meets in which all of them have enough.

The plans that are enough for a region are an up-closed family of sets: a row holds for all if its cheapest set at
these values costs as much. The most violated row at a fractional point is found over the sites in use there, by adding
sets until none is cheaper (Fenchel cuts; Boyd 1994), and then lifted over the other sites (Balas 1975).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coverage.siting.milp import Draft
from coverage.siting.rows import Rows
from coverage.siting.solver import Relaxation

NODES = 20_000
"""Steps after which the search for a region's cheapest set is given up, and with it the row."""

WORK = 40_000_000
"""The same as steps × sites × rows."""

VIOLATED = 1e-3
"""A row has to be missed by so much to be added."""


PARTS = 60
"""A row's values are written as whole numbers over a denominator up to this: the solver errs on crooked ones."""

PAIRS_OF = 400
"""Units with more sites in reach are not searched for two that are enough."""


@dataclass(frozen=True)
class Cut:
    """Σ value·x[site] ≥ least, all of them whole."""

    site: np.ndarray
    value: np.ndarray
    least: float


class Region:
    """One unit, or a few: its sites, whom they reach, and the sets met so far that are enough."""

    def __init__(self, rows: Rows, units: np.ndarray, need: np.ndarray) -> None:
        """`units` ascending; `rows` holds nobody who is already served, and no site that stands."""
        mine = rows.take(np.isin(rows.label, units))
        self.sites, column = np.unique(mine.site, return_inverse=True)
        self.covers = np.zeros((len(self.sites), len(mine)), dtype=bool)
        self.covers[column, mine.row] = True
        self.weight, self.label = mine.weight.astype(float), np.searchsorted(units, mine.label)
        self.need = need[units].astype(float)
        self.nodes = int(min(NODES, WORK // max(1, self.covers.size)))
        self.known: list[np.ndarray] = []

    def is_enough(self, chosen: np.ndarray) -> bool:
        won = self.covers[chosen].any(axis=0)
        held = np.bincount(self.label[won], weights=self.weight[won], minlength=len(self.need))
        return bool((held >= self.need - 1e-9).all())

    @property
    def can_be_met(self) -> bool:
        return self.is_enough(np.ones(len(self.sites), dtype=bool))

    def cover(self) -> Cut:
        """One of the sites that are enough alone, or as many others as it takes at least (of a single unit)."""
        gain, (need,) = self.covers @ self.weight, self.need
        alone = gain >= need - 1e-9
        others = np.flatnonzero(~alone)
        ordered = np.cumsum(np.sort(gain[others])[::-1])
        least = int(np.searchsorted(ordered, need - 1e-9) + 1) if len(others) and ordered[-1] >= need - 1e-9 else 0
        if least == 2 and len(others) <= PAIRS_OF:
            best = max(((self.covers[a] | self.covers[others]) @ self.weight).max() for a in others)
            least = 2 if best >= need - 1e-9 else 3
        value = np.where(alone, max(1.0, least), float(least > 0))
        return Cut(self.sites[value > 0], value[value > 0], max(1.0, least))

    def cut(self, x: np.ndarray, *, seed: int) -> Cut | None:
        """The row of this region that a point misses most; None if it misses none, or the search grows too long."""
        if self.is_enough(np.zeros(len(self.sites), dtype=bool)):
            return None
        x = np.clip(x[self.sites], 0.0, 1.0)
        used = np.flatnonzero(x > 1e-7)
        price = self._split(x, used, seed)
        if price is None:
            return None
        value = np.ones(len(x))
        value[used] = np.where(price < 1e-6, 0.0, price)
        others = np.setdiff1d(np.arange(len(x)), used)
        for s in others[np.argsort(-(self.covers[others] @ self.weight), kind="stable")]:
            value[s] = 0.0  # what is left for s once the cheapest set with it is paid
            least, _ = self._cheapest(self.covers, value, 1.0)
            value[s] = 1.0 if least is None else 1.0 - least if least < 1 - 1e-6 else 0.0
        value = _whole(value)
        least, _ = self._cheapest(self.covers, value, float(value.sum()) + 1.0)
        if least is None or value @ x >= (1 - VIOLATED / 2) * least:
            return None
        some = np.flatnonzero(value)
        return Cut(self.sites[some], value[some], float(round(least)))

    def _split(self, x: np.ndarray, used: np.ndarray, seed: int) -> np.ndarray | None:
        """Prices of the sites in use at which every set that is enough costs 1, but x less."""
        covers = np.ascontiguousarray(self.covers[used])
        draft = Draft()
        draft.columns(x[used], integer=False)
        relaxation = Relaxation(draft.finish(), seed=seed)
        inside = [chosen[used] for chosen in self.known if chosen.sum() == chosen[used].sum()]
        for chosen in inside:
            relaxation.add(np.flatnonzero(chosen), 1.0, lower=1.0)
        while True:
            paid, price = relaxation.solve()
            if paid >= 1 - VIOLATED:
                return None
            price = np.clip(price, 0.0, 1.0)
            least, chosen = self._cheapest(covers, price, 1 - 1e-6)
            if least is None or least >= 1 - 1e-6:
                return None if least is None else price
            chosen = self._least_of(covers, chosen, price)
            relaxation.add(np.flatnonzero(chosen), 1.0, lower=1.0)
            full = np.zeros(len(x), dtype=bool)
            full[used[chosen]] = True
            self.known.append(full)

    def _least_of(self, covers: np.ndarray, chosen: np.ndarray, price: np.ndarray) -> np.ndarray:
        """A set without the sites that it doesn't need, the dearest dropped first."""
        for s in np.flatnonzero(chosen)[np.argsort(-price[chosen], kind="stable")]:
            chosen[s] = False
            won = covers[chosen].any(axis=0)
            held = np.bincount(self.label[won], weights=self.weight[won], minlength=len(self.need))
            chosen[s] = (held < self.need - 1e-9).any()
        return chosen

    def _cheapest(self, covers: np.ndarray, price: np.ndarray, limit: float) -> tuple[float | None, np.ndarray]:
        from coverage.siting.kernels.blocking import cheapest

        nodes = np.array([self.nodes])
        least, chosen = cheapest(covers, self.weight, self.label, self.need, price, limit, nodes)
        return (None if nodes[0] < 0 else least), chosen


def _whole(value: np.ndarray) -> np.ndarray:
    """Values from 0 to 1 as whole numbers in the same proportion; as nearly as can be, and rather too high."""
    for parts in range(1, PARTS + 1):
        if np.abs(value * parts - np.round(value * parts)).max(initial=0.0) < 1e-4:
            return np.round(value * parts)
    return np.ceil(value * PARTS - 1e-4)


def neighbours(regions: list[Region], x: np.ndarray, size: int, most: int) -> list[list[int]]:
    """Groups of regions that share many of the sites that x takes in part.

    Each region begins a group with each of its `most` nearest; groups grow to `size` by what is nearest to them.
    """
    inside = np.zeros((len(regions), len(x)))
    for at, region in enumerate(regions):
        inside[at, region.sites] = 1.0
    shared = (inside * np.minimum(x, 1 - x)) @ inside.T
    np.fill_diagonal(shared, 0.0)
    groups = set()
    for first in range(len(regions)):
        for second in np.argsort(-shared[first], kind="stable")[:most]:
            group = [first, int(second)]
            while shared[first, second] > 1e-6 and len(group) < size:
                near = shared[group].sum(axis=0)
                near[group] = 0.0
                if near.max() <= 1e-6:
                    break
                group.append(int(np.argmax(near)))
            if shared[first, second] > 1e-6:
                groups.add(tuple(sorted(group)))
    return [list(group) for group in sorted(groups)]
