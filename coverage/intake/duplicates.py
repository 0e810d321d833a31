"""List institutions that look like one another: nearly the same name in one township, or one type on one spot."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy.spatial import cKDTree

from coverage.intake.problems import WARNING, ProblemList

ALIKE = 85.0
"""Ratio of like characters from which two names count as one misspelt (示意, the project's own choice)."""

NEAR_M = 50.0
"""Metres within which two institutions of one type count as one entered twice (示意, the project's own choice)."""

_MOST_IN_BLOCK = 2_000  # beyond, only names that are wholly the same are compared
_MARKS = re.compile(r"[\s（）()【】\[\]“”\"'、，,。.·\-—_]+")
_NUMBERS = re.compile(r"[0-9一二三四五六七八九十百甲乙丙丁东西南北上下新老]+")


def check_duplicates(table: pd.DataFrame, titles: dict[str, str], problems: ProblemList) -> None:
    """Add a warning to the later row of each pair; nothing is refused, for two may well be two."""
    rows, names = table.index.to_numpy(), table["name"].fillna("").tolist()
    told: set[tuple[int, int]] = set()
    for first, second in sorted(_alike(table)):
        told.add((first, second))
        problems.add([rows[second]], titles["name"], names[second], "疑似重复",
                     f"与第 {rows[first]} 行“{names[first]}”名称相近：核对是否同一家", severity=WARNING)
    for first, second in sorted(_near(table) - told):
        problems.add([rows[second]], titles["name"], names[second], "疑似重复",
                     f"与第 {rows[first]} 行“{names[first]}”类型相同、位置几乎相同：核对是否同一家", severity=WARNING)


def _alike(table: pd.DataFrame) -> set[tuple[int, int]]:
    """Pairs of positions, the earlier first, whose names are alike within one township."""
    plain = [_plain(name) for name in table["name"].fillna("").tolist()]
    home = table["township"].fillna(table["township_code"]).fillna("").tolist()
    blocks: dict[str, list[int]] = {}
    for position, place in enumerate(home):
        if plain[position]:
            blocks.setdefault(place, []).append(position)
    pairs: set[tuple[int, int]] = set()
    for members in blocks.values():
        pairs |= _same(members, plain) if len(members) > _MOST_IN_BLOCK else _similar(members, plain)
    return pairs


def _plain(name: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).lower()


def _same(members: list[int], plain: list[str]) -> set[tuple[int, int]]:
    first: dict[str, int] = {}
    return {(first[plain[i]], i) for i in members if first.setdefault(plain[i], i) != i}


def _similar(members: list[int], plain: list[str]) -> set[tuple[int, int]]:
    """Names that differ in a number or a direction (第一, 东, 新) are two on purpose."""
    if len(members) < 2:
        return set()
    names = [plain[i] for i in members]
    scores = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=ALIKE)
    found = set()
    for i, j in zip(*np.nonzero(np.triu(scores, 1)), strict=True):
        if _NUMBERS.findall(names[i]) == _NUMBERS.findall(names[j]):
            found.add((members[i], members[j]))
    return found


def _near(table: pd.DataFrame) -> set[tuple[int, int]]:
    """Pairs of one type within NEAR_M of one another."""
    pairs: set[tuple[int, int]] = set()
    if "service_type" not in table:
        return pairs
    placed = np.flatnonzero((table["lon"].abs().le(180) & table["lat"].abs().le(90)).to_numpy())
    lon, lat = table["lon"].to_numpy()[placed], table["lat"].to_numpy()[placed]
    metres = np.column_stack((lon * np.cos(np.radians(lat)), lat)) * 111_195.0
    kinds = table["service_type"].fillna("").to_numpy(dtype=object)[placed]
    for kind in sorted(set(kinds.tolist())):
        members = placed[kinds == kind]
        for i, j in cKDTree(metres[kinds == kind]).query_pairs(NEAR_M):
            pairs.add((int(members[min(i, j)]), int(members[max(i, j)])))
    return pairs
