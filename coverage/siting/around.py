"""Ask a model again with one site, or some money, more and less: which limit binds, and what easing it brings.

Takes a model of this package and its tables; gives a table, a row for each limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd

from coverage.errors import InfeasibleError, InputError, SolverError
from coverage.settings import SOLVE_SECONDS

NAMES = {"p": "处数", "budget": "预算", "yearly_budget": "年度预算"}


def around(model: Callable, times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, money: float = 10.0,
           time_limit: float = SOLVE_SECONDS, **options) -> pd.DataFrame:
    """What `model(times, demand, sites, **options)` makes of one site more and fewer, or `money` more and less.

    Index limit (those of p, budget and yearly_budget that `options` give), columns: step, fewer, now, more (the
    model's objective; NaN = no plan), spares (whether fewer would do as well), binds (whether more would do better),
    proven (whether all three values are), sentence (Chinese). The solves share the time limit. Raises what the model
    raises, of the question as it is.
    """
    given = [name for name in NAMES if options.get(name) is not None]
    if not given:
        raise InputError("要给出 p、budget 或 yearly_budget 中的至少一个")
    options |= {"time_limit": time_limit / (2 * len(given) + 1)}
    now, rows = model(times, demand, sites, **options), []
    for name in given:
        step = 1 if name == "p" else money
        fewer, more = (_asked(model, (times, demand, sites), options | {name: options[name] + change})
                       for change in (-step, step))
        rows.append(_told(name, step, fewer, now, more))
    return pd.DataFrame(rows).set_index("limit")


def _asked(model: Callable, tables: tuple, options: dict):
    """The answer; None where there is no plan, or none was found."""
    try:
        return model(*tables, **options)
    except (InfeasibleError, InputError, SolverError):
        return None


def _told(name: str, step: float, fewer, now, more) -> dict:
    value, low, high = now.objective, *(math.nan if one is None else one.objective for one in (fewer, more))
    if more is not None and more.status != "optimal":  # what the question allows, the eased one allows too
        high = max(high, value) if more.bound > more.objective else min(high, value)
    slack = 1e-9 * max(1.0, abs(value))
    spares, binds = abs(low - value) <= slack, abs(high - value) > slack and more is not None
    proven = all(one is None or one.status == "optimal" for one in (fewer, now, more))
    unit = f"{step:g} 处" if name == "p" else f"{step:g}"
    less = f"减少 {unit}就没有可行的方案" if fewer is None else (
        f"减少 {unit}也一样" if spares else f"减少 {unit}由 {value:,.10g} 变为 {low:,.10g}")
    said = f"由 {value:,.10g} 变为 {high:,.10g}" if binds else "不会更好"
    sure = "" if proven else "（没有都证明最优，仅供参考）"
    return {"limit": name, "step": step, "fewer": low, "now": value, "more": high, "spares": spares, "binds": binds,
            "proven": proven, "sentence": f"{NAMES[name]}再多 {unit}，{said}；{less}{sure}"}
