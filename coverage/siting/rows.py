"""Turn travel times into the rows that covering models share, and merge those that are alike.

Takes an `Instance`; gives `Rows`: each row is some weight, won as soon as one of its sites is open.
Maximal covering, gradual coverage and the mean over scenarios differ in their rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coverage.siting.instance import Instance


@dataclass(frozen=True)
class Rows:
    """Row i has `weight[i]`, the group `label[i]` and the sites `site[ptr[i]:ptr[i+1]]`, ascending."""

    weight: np.ndarray
    label: np.ndarray
    ptr: np.ndarray
    site: np.ndarray

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def row(self) -> np.ndarray:
        """The row of each pair."""
        return np.repeat(np.arange(len(self)), np.diff(self.ptr))

    def won(self, is_open: np.ndarray) -> np.ndarray:
        """Which rows have an open site."""
        return self.times_won(is_open) > 0

    def times_won(self, is_open: np.ndarray) -> np.ndarray:
        """How many open sites each row has."""
        seen = np.concatenate(([0], np.cumsum(is_open[self.site])))
        return seen[self.ptr[1:]] - seen[self.ptr[:-1]]

    def take(self, keep: np.ndarray) -> Rows:
        """The rows where `keep` is true."""
        length = np.diff(self.ptr)
        pair = np.repeat(keep, length)
        return Rows(self.weight[keep], self.label[keep],
                    np.concatenate(([0], np.cumsum(length[keep]))), self.site[pair])


def rows_within(instance: Instance, within_min: float | None = None, label: np.ndarray | None = None) -> Rows:
    """A row for each demand: its people, and the sites within its limit (or `within_min`) that aren't forbidden."""
    ptr, site = instance.within(within_min)
    label = np.zeros(len(instance.weight), dtype=np.int64) if label is None else label
    return Rows(instance.weight, label, ptr, site)


def stack(parts: list[Rows]) -> Rows:
    """The rows of all parts, one under the other."""
    ends = np.cumsum([0] + [len(part.site) for part in parts])
    ptr = np.concatenate([[0]] + [part.ptr[1:] + end for part, end in zip(parts, ends[:-1], strict=True)])
    return Rows(np.concatenate([part.weight for part in parts]), np.concatenate([part.label for part in parts]),
                ptr.astype(np.int64), np.concatenate([part.site for part in parts]))


def merge(rows: Rows) -> tuple[Rows, np.ndarray]:
    """Merge rows of one label that have the same sites, adding their weights; gives (rows, merged row of each).

    Rows are first grouped by a 128-bit sum of random numbers, one a site, and then compared in full, so two
    different rows are never merged. Merged rows stand in the order of their first member.
    """
    n = len(rows)
    if n == 0:
        return rows, np.zeros(0, dtype=np.int64)
    number = np.random.default_rng(0).integers(0, 2**63, size=(2, int(rows.site.max(initial=-1)) + 1), dtype=np.uint64)
    keys = [rows.label, np.diff(rows.ptr)]
    for of_site in number:
        running = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(of_site[rows.site], dtype=np.uint64)))
        keys.append(running[rows.ptr[1:]] - running[rows.ptr[:-1]])
    order = np.lexsort(keys)
    new = np.concatenate(([True], np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)))
    group_sorted = np.cumsum(new) - 1
    group = np.empty(n, dtype=np.int64)
    group[order] = group_sorted
    first = np.full(group_sorted[-1] + 1, n)
    np.minimum.at(first, group, np.arange(n))
    rank = np.argsort(np.argsort(first))
    group, first = rank[group], np.sort(first)
    _ensure_alike(rows, group, first)
    weight = np.zeros(len(first), dtype=rows.weight.dtype)
    np.add.at(weight, group, rows.weight)
    keep = np.zeros(n, dtype=bool)
    keep[first] = True
    kept = rows.take(keep)
    return Rows(weight, kept.label, kept.ptr, kept.site), group


def _ensure_alike(rows: Rows, group: np.ndarray, first: np.ndarray) -> None:
    """Fail if a row's sites differ from those of the row that stands for it."""
    length = np.diff(rows.ptr)
    offset = np.arange(len(rows.site)) - np.repeat(rows.ptr[:-1], length)
    model = np.repeat(rows.ptr[first[group]], length) + offset
    assert (rows.site == rows.site[model]).all(), "two rows share a 128-bit key but not their sites"
