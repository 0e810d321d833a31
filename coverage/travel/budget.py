"""Refuse a run whose pairs wouldn't fit in memory, with a sentence that says what would."""

from __future__ import annotations

from coverage.errors import ResourceError
from coverage.settings import MOST_PAIRS


def refuse_beyond(n_pairs: int) -> None:
    """Raises ResourceError for more pairs than a table may hold."""
    if n_pairs > MOST_PAIRS:
        raise ResourceError(f"有 {n_pairs / 1e6:,.0f} 百万对出行时间，内存放不下（上限 {MOST_PAIRS / 1e6:.0f} 百万对）",
                            where="出行时间", todo="请限定分钟数、只取最近的机构，或分县计算")
