"""Read the goals of `site --targets`: a table, a row a goal, in; siting's targets out.

    id        what the goal is called
    share     of people, so many (0.9 or 90%) …
    within_min    … within so many minutes (blank: the row's own limit, or --within)
    n         at least so many sites: in each of `units`, or without `units` in all
    units     the units meant, parted by 、 or 全部: every one that the demand names
    demand, sites     the people meant and the sites that count (ids parted by 、; blank = all)
    priority, weight  1 before 2; among one priority by weight (blank = 1)
"""

from __future__ import annotations

import math
import re

EVERY = "全部"


def targets_of(table, demand) -> list:
    """The targets of a table whose index is `id`. Raises TableError with every row that can't be read."""
    from coverage.errors import TableError

    problems, found = [], []
    for name, row in table.iterrows():
        try:
            found.append(_target(str(name), row, demand))
        except ValueError as wrong:
            problems.append(("目标表", str(name), str(wrong)))
    if problems:
        said = "；".join(f"{field}：{reason}" for _, field, reason in problems)
        raise TableError(f"目标表有 {len(problems)} 行不能用。{said}", problems=problems, todo="请逐行改正")
    return found


def _target(name: str, row, demand):
    from coverage.siting import CountTarget, ReachTarget, UnitTarget

    share, n = _number(row, "share"), _number(row, "n")
    among = {"sites": _ids(row, "sites"), "priority": int(_number(row, "priority") or 1),
             "weight": _number(row, "weight") or 1.0}
    if (share is None) == (n is None):
        raise ValueError("share（多少人可达）和 n（至少几处）写且只写一个")
    if share is not None:
        if not 0 <= share <= 1:
            raise ValueError(f"share 要在 0 到 1 之间，不能是 {share:g}")
        return ReachTarget(name, share, _number(row, "within_min"), demand=_ids(row, "demand"), **among)
    if n < 0 or n != int(n):
        raise ValueError(f"n 应为不小于 0 的整数，不能是 {n:g}")
    units = _ids(row, "units")
    if units is None:
        return CountTarget(name, int(n), **among)
    if units == (EVERY,):
        if "unit" not in demand:
            raise ValueError("units 写了全部，需求表要有 unit 列")
        units = tuple(sorted(set(demand["unit"].dropna().astype(str)) - {""}))
    return UnitTarget(name, units, int(n), _number(row, "within_min"), **among)


def _number(row, column: str) -> float | None:
    """A cell as a number, 90% as 0.9; None where it is blank."""
    cell = row.get(column)
    text = "" if cell is None else str(cell).strip()
    if text in ("", "nan", "None", "<NA>"):
        return None
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{column}“{text}”不是数字")
    return value


def _ids(row, column: str) -> tuple[str, ...] | None:
    cell = row.get(column)
    text = "" if cell is None or cell != cell else str(cell)
    ids = tuple(one.strip() for one in re.split("[、,，;；]", text) if one.strip())
    return ids or None
