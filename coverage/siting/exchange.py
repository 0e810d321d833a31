"""Take each chosen site out of a plan, and try every other in its place.

Takes an `Instance`, the open sites and a worth (coverage/siting/worth.py); gives an `Exchange` for each site out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from coverage.siting.greedy import with_option, without_option
from coverage.siting.instance import CANDIDATE, EXISTING, Instance
from coverage.siting.rules import exceeds
from coverage.siting.worth import Walked

MOST_TRIED = 60
"""Where no replacement's worth is known but by working it out singly, so many of the most promising are tried."""

PAIRS_LOOKED_AT = 100_000_000
"""How much work is spent on bringing a plan nearer, exchange by exchange."""


class Worth(Protocol):
    """What a model makes of a plan. `less`: less is better. `exact`: `adding` is what each single site would make of
    it, else no plan with that site is better."""

    less: bool
    exact: bool

    def value(self, is_open: np.ndarray) -> float: ...

    def adding(self, is_open: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Exchange:
    """What a site out of the plan leaves.

    without   the worth when nothing takes its place
    options   (site, worth) of the best in its place, best first, of equal ones the first id
    proven    whether no other is better than these
    """

    without: float
    options: tuple[tuple[int, float], ...]
    proven: bool


def exchanges(instance: Instance, worth: Worth, is_open: np.ndarray, outs: np.ndarray, *,
              allowed: dict[int, np.ndarray] | None = None, keep: int = 4) -> dict[int, Exchange]:
    """An exchange for each site of `outs` (positions), with the `keep` best replacements.

    Any shut candidate may stand in that the bonds allow, of a site in `allowed` only those that are marked there.
    """
    spare = instance.is_role(CANDIDATE) & ~is_open
    found = {}
    for out in outs:
        base = without_site(instance, is_open, int(out))
        may = spare if allowed is None or int(out) not in allowed else spare & allowed[int(out)]
        found[int(out)] = _best(instance, worth, base, np.flatnonzero(may), keep)
    return found


def affordable(instance: Instance, is_open: np.ndarray, outs, *, p: int | None = None, budget: float | None = None,
               yearly_budget: float | None = None) -> dict[int, np.ndarray]:
    """For each site out (positions) which sites the limits allow in its place."""
    existing = instance.is_role(EXISTING)
    limits = [(np.where(existing, 0.0, np.nan_to_num(price, nan=np.inf)), limit) for price, limit in (
        (instance.adds.astype(float), p), (instance.cost, budget)) if limit is not None]
    limits += [] if yearly_budget is None else [(instance.yearly_cost, yearly_budget)]
    allowed = {}
    for out in outs:
        base = without_site(instance, is_open, int(out))
        old = instance.replaces
        freed = np.where((old >= 0) & base[old], instance.yearly_cost[old], 0.0)
        may = np.ones(len(is_open), dtype=bool)
        for price, limit in limits:
            spent = price + price[base].sum() - (freed if price is instance.yearly_cost else 0.0)
            may &= ~exceeds(spent, limit)
        allowed[int(out)] = may
    return allowed


def nearer(instance: Instance, is_open: np.ndarray, as_good: Callable[[np.ndarray], bool], **limits) -> np.ndarray:
    """The plan after exchanges of one site for another that spare minutes, as long as it stays `as_good`.

    Ends when none does, or when so many pairs were looked at as `PAIRS_LOOKED_AT`.
    """
    worth, left = Walked(instance), PAIRS_LOOKED_AT // max(1, len(instance.site))
    spared = True
    while spared:
        spared = False
        for out in np.flatnonzero(is_open & instance.is_role(CANDIDATE)):
            left -= 1
            if left < 0:
                return is_open
            now, allowed = worth.value(is_open), affordable(instance, is_open, [out], **limits)
            base = without_site(instance, is_open, int(out))
            for option, minutes in exchanges(instance, worth, is_open, [out], allowed=allowed)[int(out)].options:
                after = with_option(instance, base, option)
                if minutes < now - 1e-9 and as_good(after):
                    is_open, spared = after, True
                    break
    return is_open


def without_site(instance: Instance, is_open: np.ndarray, site: int) -> np.ndarray:
    """The plan without one site and without those that need it, the one that it replaced open again."""
    return _without_needy(instance, without_option(instance, is_open, site))


def _without_needy(instance: Instance, is_open: np.ndarray) -> np.ndarray:
    """The plan without candidates whose need (a condition at most 0, the needy site at +1) it doesn't meet."""
    bonds = instance.bonds
    while (unmet := np.flatnonzero(bonds.broken(is_open) & (bonds.upper == 0.0))).size:
        rows = bonds.rows[unmet].tocoo()
        needy = np.zeros(len(is_open), dtype=bool)
        needy[rows.col[rows.data > 0]] = True
        if not (needy & is_open & instance.is_role(CANDIDATE)).any():
            break
        is_open = is_open & ~(needy & instance.is_role(CANDIDATE))
    return is_open


def _best(instance: Instance, worth: Worth, base: np.ndarray, spare: np.ndarray, keep: int) -> Exchange:
    sign = 1.0 if worth.less else -1.0
    hoped = sign * worth.adding(base)[spare]
    held: list[tuple[float, int]] = []
    proven, tried = True, 0
    for at in np.argsort(hoped, kind="stable"):
        option = int(spare[at])
        if not math.isfinite(hoped[at]) or (len(held) == keep and hoped[at] >= held[-1][0]):
            break
        old = instance.replaces[option]
        after = with_option(instance, base, option)
        if len(instance.bonds) and not instance.bonds.hold(after):
            continue
        value = float(hoped[at])
        if not worth.exact or (old >= 0 and base[old]):
            if tried == MOST_TRIED and not worth.exact:
                proven = False
                break
            tried += 1
            value = sign * worth.value(after)
        if math.isfinite(value):
            held = sorted([*held, (value, option)])[:keep]
    return Exchange(worth.value(base), tuple((option, sign * value) for value, option in held), proven)
