"""Read what the options ask of one another: one place, exclusion, need, replacement.

Takes `sites`, a row for each option, and their roles; gives `Bonds`: linear conditions on which sites are open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

ACTIONS = {
    # action → (names that a table may use, whether it adds a place of service and so counts towards p)
    "新建": (("", "new"), True),
    "升级": (("upgrade",), False),
    "扩容": (("expand",), False),
    "共建": (("host",), True),
    "搬迁": (("move",), False),
    "关停": (("close",), False),
    "流动服务": (("outreach",), True),
    "接送": (("shuttle",), True),
}
_NAMES = {name: action for action, (others, _) in ACTIONS.items() for name in (action, *others)}
_ALL, _ANY = re.compile("[、,，;；]"), re.compile("[|｜]")


@dataclass(frozen=True)
class Bonds:
    """lower ≤ rows·open ≤ upper; `says` names each condition (Chinese), `where` the sites it speaks of."""

    rows: sparse.csr_array
    lower: np.ndarray
    upper: np.ndarray
    says: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lower)

    def broken(self, is_open: np.ndarray) -> np.ndarray:
        """Which conditions a plan breaks."""
        value = self.rows @ is_open.astype(float)
        return (value < self.lower - 1e-6) | (value > self.upper + 1e-6)

    def hold(self, is_open: np.ndarray) -> bool:
        return not self.broken(is_open).any()

    def settle(self, state: np.ndarray, free: int, into: int, out: int) -> bool:
        """Put free sites in or out, in `state`, where the conditions leave no choice; False where they can't hold."""
        rows = self.rows.toarray() if len(self) else np.zeros((0, len(state)))
        up, down = np.maximum(rows, 0.0), np.minimum(rows, 0.0)
        while len(self):
            open_now, may = state == into, state == free
            held = rows[:, open_now].sum(axis=1)
            most, least = held + up[:, may].sum(axis=1), held + down[:, may].sum(axis=1)
            if (least > self.upper + 1e-6).any() or (most < self.lower - 1e-6).any():
                return False
            high, low = self.upper[:, None] + 1e-6, self.lower[:, None] - 1e-6
            never = may & ((least[:, None] + up > high) | (most[:, None] + down < low)).any(axis=0)
            must = may & ((least[:, None] - down > high) | (most[:, None] - up < low)).any(axis=0)
            if not never.any() and not must.any():
                break
            state[never], state[must] = out, into
            if (never & must).any():
                return False
        return True


def no_bonds(n_sites: int) -> Bonds:
    return _bonds([], n_sites)


def read_actions(sites: pd.DataFrame, problems: list) -> np.ndarray:
    """Each option's action; the blank one is 新建."""
    if "action" not in sites.columns:
        return np.full(len(sites), "新建", dtype=object)
    given = texts(sites, "action")
    action = given.str.lower().map(_NAMES)
    problems.extend(("选址表", f"{name} 的 action", f"“{given[name]}”不是 {'、'.join(ACTIONS)} 之一")
                    for name in sites.index[action.isna()])
    return action.to_numpy(dtype=object)


def adds_place(action: np.ndarray) -> np.ndarray:
    """Whether each action adds a place of service."""
    return np.array([ACTIONS[name][1] for name in action], dtype=bool)


def read_bonds(sites: pd.DataFrame, offered: np.ndarray, existing: np.ndarray, closable: np.ndarray,
               problems: list) -> tuple[Bonds, np.ndarray]:
    """(the conditions among the options on offer, for each option the number of the site it replaces or −1)."""
    number = {name: at for at, name in enumerate(sites.index)}
    replaced = _replaced(sites, number, existing, problems)
    conditions = []
    for old in sorted(set(replaced[offered & (replaced >= 0)].tolist())):
        options = np.flatnonzero(offered & (replaced == old))
        conditions.append(([old, *options], np.ones(len(options) + 1), -np.inf if closable[old] else 1.0, 1.0,
                           f"{sites.index[old]} 要么保留，要么只由一个办法取代：{'、'.join(sites.index[options])}"))
    if "place" in sites.columns:
        place = texts(sites, "place").to_numpy(dtype=object)
        for name in sorted(set(place[offered & ~existing]) - {""}):
            options = np.flatnonzero(offered & ~existing & (place == name))
            if len(options) > 1:
                conditions.append((options, np.ones(len(options)), -np.inf, 1.0,
                                   f"{name} 只能取一个办法：{'、'.join(sites.index[options])}"))
    for at, other in sorted({tuple(sorted((at, other[0]))) for at, other in
                             _listed(sites, "excludes", number, offered, problems) if len(other) == 1}):
        conditions.append(([at, other], np.ones(2), -np.inf, 1.0, f"{sites.index[at]} 与 {sites.index[other]} 互斥"))
    for at, others in _listed(sites, "needs", number, offered, problems):
        conditions.append(([at, *others], np.array([1.0] + [-1.0] * len(others)), -np.inf, 0.0,
                           f"{sites.index[at]} 需要 {' 或 '.join(sites.index[others])}"))
    return _bonds(conditions, len(sites)), np.where(offered, replaced, -1)


def texts(table: pd.DataFrame, column: str) -> pd.Series:
    """A column as stripped text, blanks as ''."""
    given = table[column]
    return given.astype(object).where(given.notna(), "").astype(str).str.strip()


def names_in(cell: str) -> list[str]:
    """The ids (or groups) that a cell lists."""
    return [name.strip() for name in _ALL.split(cell) if name.strip()]


def _replaced(sites: pd.DataFrame, number: dict, existing: np.ndarray, problems: list) -> np.ndarray:
    if "replaces" not in sites.columns:
        return np.full(len(sites), -1)
    given = texts(sites, "replaces")
    replaced = np.array([number.get(name, -1) for name in given], dtype=np.int64)
    for at, name in enumerate(given):
        if name and (replaced[at] < 0 or not existing[replaced[at]] or existing[at]):
            problems.append(("选址表", f"{sites.index[at]} 的 replaces", f"“{name}”不是可被取代的既有机构"))
    return replaced


def _listed(sites: pd.DataFrame, column: str, number: dict, offered: np.ndarray, problems: list):
    """(site, the sites of one item of its list) for each item; alternatives with | are one item."""
    if column not in sites.columns:
        return []
    found = []
    for at, cell in enumerate(texts(sites, column)):
        for item in _ALL.split(cell):
            names = [name.strip() for name in _ANY.split(item) if name.strip()]
            unknown = [name for name in names if name not in number or number[name] == at]
            problems.extend(("选址表", f"{sites.index[at]} 的 {column}", f"选址表里没有别的点叫“{name}”")
                            for name in unknown)
            if column == "excludes" and len(names) > 1:
                problems.append(("选址表", f"{sites.index[at]} 的 {column}", "互斥的点请用、隔开，不用 |"))
            elif names and not unknown and offered[at]:
                found.append((at, [number[name] for name in names]))
    return found


def _bonds(conditions: list, n_sites: int) -> Bonds:
    if not conditions:
        return Bonds(sparse.csr_array((0, n_sites)), np.zeros(0), np.zeros(0), ())
    column = np.concatenate([np.asarray(sites) for sites, *_ in conditions])
    row = np.repeat(np.arange(len(conditions)), [len(sites) for sites, *_ in conditions])
    value = np.concatenate([values for _, values, *_ in conditions])
    return Bonds(sparse.csr_array((value, (row, column)), shape=(len(conditions), n_sites)),
                 np.array([lower for *_, lower, _, _ in conditions]),
                 np.array([upper for *_, upper, _ in conditions]), tuple(says for *_, says in conditions))
