"""Carry tables of old townships over to today's: merged ones added up, split ones shared out by people, all told.

Takes tables with `township_code` and the recodings register (old_code, township_code, year, share); gives them
under the codes in force. A share is the part of the old township's people that came to the new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from coverage.intake.problems import ERROR, NOTE, ProblemList, join_problems
from coverage.intake.table import Intake, lost_rows

_MOST_STEPS = 20  # changes upon changes, beyond which they go in a circle
_TITLE = "乡镇代码"


@dataclass(frozen=True)
class Succession:
    """`parts`: old code → {code in force: share}. `unshared`: old codes whose shares are missing or don't add to 1."""

    parts: dict[str, dict[str, float]]
    unshared: frozenset[str]


def succession_of(recodings: pd.DataFrame, *, year: int | None = None) -> Succession:
    """Follow each old code to the codes in force in `year`; without a year, in the register or asked, to the last."""
    kept = recodings if year is None else recodings[recodings["year"].fillna(0) <= year]
    steps: dict[str, dict[str, float]] = {}
    unshared = set()
    for old, rows in kept.groupby("old_code", sort=True):
        shares = np.ones(1) if len(rows) == 1 else rows["share"].to_numpy(dtype="float64", na_value=np.nan)
        if not abs(shares.sum() - 1) < 0.001:
            unshared.add(old)
        steps[old] = dict(zip(rows["township_code"].tolist(), shares.tolist(), strict=True))
    return Succession({old: _follow(old, steps) for old in steps}, frozenset(unshared))


def _follow(old: str, steps: dict[str, dict[str, float]]) -> dict[str, float]:
    parts = steps[old]
    for _ in range(_MOST_STEPS):
        if not any(code in steps and code != old for code in parts):
            break
        later: dict[str, float] = {}
        for code, share in parts.items():
            for follower, part in (steps[code] if code in steps and code != old else {code: 1.0}).items():
                later[follower] = later.get(follower, 0.0) + share * part
        parts = later
    return parts


def succeed_townships(intake: Intake, succession: Succession) -> Intake:
    """The townships table under the codes in force, a row a township; people stay the same in all, to the last one.

    What isn't added up or shared out comes from the row that had the code already, else from the largest part.
    An old township whose split states no shares is refused.
    """
    table, problems = intake.table, ProblemList(intake.name, intake.sheet)
    old = table["township_code"].isin(list(succession.parts))
    bad = old & table["township_code"].isin(list(succession.unshared))
    problems.add(table.index[bad], _TITLE, table.loc[bad, "township_code"], "区划变更",
                 "这个乡镇已拆分，区划变更表里没有写各部分的份额，或合计不是 1", severity=ERROR)
    pieces = [(code, row, 1.0, None) for row, code in table.loc[~old, "township_code"].items()]
    for row, code in table.loc[old & ~bad, "township_code"].items():
        parts = succession.parts[code]
        problems.add([row], _TITLE, code, "区划变更", _told(parts), severity=NOTE)
        people = _shared_out(table.at[row, "pop"], list(parts.values()))
        pieces += [(new, row, share, pop) for (new, share), pop in zip(parts.items(), people, strict=True)]
    kept = _gather(table, pieces)
    refused = int(bad.sum())
    lost = pd.concat([intake.lost, lost_rows(table[bad])])
    return replace(intake, table=kept, used=intake.used - refused, refused=intake.refused + refused, lost=lost,
                   problems=join_problems([intake.problems, problems.frame()]))


def _told(parts: dict[str, float]) -> str:
    if len(parts) == 1:
        return f"已改为 {next(iter(parts))}，人口并入"
    return "已拆分，人口按份额分摊：" + "、".join(f"{code} {share:.1%}" for code, share in parts.items())


def _shared_out(pop, shares: list[float]) -> list:
    """Whole people by largest remainder, so that they add up."""
    if pd.isna(pop):
        return [pd.NA] * len(shares)
    exact = np.array(shares) / sum(shares) * int(pop)
    whole = np.floor(exact).astype(int)
    left = int(pop) - whole.sum()
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return whole.tolist()


def _gather(table: pd.DataFrame, pieces: list[tuple]) -> pd.DataFrame:
    """One row for each code: (code, row, share, people of that part or None for a row of its own)."""
    by_code: dict[str, list[tuple]] = {}
    for piece in pieces:
        by_code.setdefault(piece[0], []).append(piece)
    rows, index = [], []
    for code, parts in by_code.items():
        main = max(parts, key=lambda part: (part[3] is None, part[3] if pd.notna(part[3]) else -1, -part[1]))
        people = [table.at[row, "pop"] if pop is None else pop for _, row, _, pop in parts]
        areas = [table.at[row, "area_km2"] * share for _, row, share, _ in parts]
        merged = table.loc[main[1]].to_dict() | {"township_code": code, "pop": pd.NA, "area_km2": sum(areas)}
        if not any(pd.isna(pop) for pop in people):
            merged["pop"] = sum(people)
        if main[3] is not None:
            merged["nbs_code"] = pd.NA  # it was the old township's
        rows.append(merged)
        index.append(main[1])
    gathered = pd.DataFrame(rows, columns=table.columns, index=pd.Index(index, name="row"))
    return gathered.astype(table.dtypes.to_dict()).sort_index(kind="stable")


def succeed_codes(intake: Intake, succession: Succession, current: set[str]) -> Intake:
    """Another table with the old codes that one township alone followed replaced, and each told.

    Codes in `current` are in force and stay. A row of a split township stays as it is, to be listed as unknown.
    """
    codes = intake.table["township_code"]
    follower = {old: next(iter(parts)) for old, parts in succession.parts.items() if len(parts) == 1}
    old = codes.isin([code for code in follower if code not in current])
    split = codes.isin([code for code, parts in succession.parts.items() if len(parts) > 1 and code not in current])
    problems = ProblemList(intake.name, intake.sheet)
    problems.add(codes.index[old], _TITLE, codes[old], "区划变更", [f"已改为 {follower[code]}" for code in codes[old]],
                 severity=NOTE)
    problems.add(codes.index[split], _TITLE, codes[split], "区划变更",
                 [f"这个乡镇已拆分为 {'、'.join(succession.parts[code])}：请填现在的代码" for code in codes[split]],
                 severity=NOTE)
    table = intake.table.assign(township_code=codes.where(~old, codes.map(follower).astype("str")))
    return replace(intake, table=table, problems=join_problems([intake.problems, problems.frame()]))
