"""Take each chosen site out of a plan, and try every other in its place.

Takes an `Instance`, the open sites and a worth (coverage/siting/worth.py); gives an `Exchange` for each site out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from coverage.siting.greedy import with_option
from coverage.siting.instance import CANDIDATE, Instance

MOST_TRIED = 60
"""Where no replacement's worth is known but by working it out singly, so many of the most promising are tried."""


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


def without_site(instance: Instance, is_open: np.ndarray, site: int) -> np.ndarray:
    """The plan without one site and without those that need it, the one that it replaced open again."""
    after = is_open.copy()
    after[site] = False
    if instance.replaces[site] >= 0:
        after[instance.replaces[site]] = True
    return _without_needy(instance, after)


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
