"""Say before a run what it would take, and refuse one whose pairs wouldn't fit in memory."""

from __future__ import annotations

from dataclasses import dataclass

from coverage.errors import ResourceError
from coverage.settings import MOST_PAIRS

PAIR_BYTES = 200
"""Memory at work for each pair; settings.MOST_PAIRS rests on it."""

# Seconds of one thread, measured with 300–10,000 points and 30–5,000 sites on county networks: an estimate elsewhere.
_PAIR_S = 0.3e-6  # to find, join and list a pair
_SEARCH_S = 0.1e-6  # a site and node, where each site is searched for by itself
_PREPARE_S = 2e-6  # a node, where a hierarchy is built
_NODE_S = 0.1e-6  # a node, where the nearest are found by one search


@dataclass(frozen=True)
class Estimate:
    """What a run takes at most: `pairs` of demand and site, `memory_gb` at work, `minutes` (估计, without reading the
    roads), and whether it `fits`; one that doesn't needs a limit in minutes or the nearest sites alone."""

    pairs: int
    memory_gb: float
    minutes: float
    fits: bool

    def __str__(self) -> str:
        time = "不到 1 秒" if self.minutes < 1 / 60 else (
            f"约 {self.minutes * 60:.0f} 秒" if self.minutes < 1.5 else f"约 {self.minutes:.0f} 分钟")
        memory = f"{self.memory_gb * 1024:.0f} MB" if self.memory_gb < 1 else f"{self.memory_gb:.1f} GB"
        told = f"最多 {self.pairs:,} 对出行时间，内存 {memory}，{time}（估计）"
        return told if self.fits else told + "；内存放不下，请限定分钟数、只取最近的机构，或分县计算"


def estimate(n_demand: int, n_sites: int, n_nodes: int, *, nearest: int | None = None,
             round_trip: bool = False) -> Estimate:
    """What travel_times (or nearest_travel_times, with `nearest` sites each) takes for as many points and nodes.

    `n_nodes` of the network, or of the roads; `round_trip` for a shuttle, which is searched both ways.
    """
    from coverage.travel.engine import SMALL_RUN

    one_search = nearest is not None and nearest <= 2 and not round_trip and n_sites * n_nodes > SMALL_RUN
    pairs = n_demand * (min(nearest, n_sites) if one_search else n_sites)
    if one_search:
        search = nearest * n_nodes * _NODE_S
    else:
        search = n_sites * n_nodes * _SEARCH_S
        if n_sites * n_nodes > SMALL_RUN:
            search = min(search, n_nodes * _PREPARE_S)
    seconds = (2 if round_trip else 1) * (search + pairs * _PAIR_S)
    return Estimate(pairs, pairs * PAIR_BYTES / 2**30, seconds / 60, pairs <= MOST_PAIRS)


def refuse_beyond(n_pairs: int) -> None:
    """Raises ResourceError for more pairs than a table may hold."""
    if n_pairs > MOST_PAIRS:
        raise ResourceError(f"有 {n_pairs / 1e6:,.0f} 百万对出行时间，内存放不下（上限 {MOST_PAIRS / 1e6:.0f} 百万对）",
                            where="出行时间", todo="请限定分钟数、只取最近的机构，或分县计算")
