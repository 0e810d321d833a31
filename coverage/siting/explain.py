"""Say in words why each chosen site stands where it does.

Takes the three tables and a `SitingResult` of a covering model; gives a table, a row for each new site.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd

from coverage.siting.greedy import with_option
from coverage.siting.instance import CANDIDATE, Instance, read
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import Rows, rows_within

NEAR_TIE_SHARE = 0.01
"""A replacement that loses at most this share of all people covered counts as a near tie (示意)."""

TIES_SHOWN = 3


def explain(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, result: SitingResult) -> pd.DataFrame:
    """What each new site brings, what is lost without it, and what could stand in its place.

    Index site_id (the new sites), columns: people_within, lost_without (people whom then no open site reaches,
    what it replaces being open again), replacement (the candidate that loses least in its place; blank = there is
    none), replacement_loss (people fewer; negative = more, as in a plan that isn't the best), ties (the candidates
    whose loss is at most 1% of all covered, best first), near (the same as pairs of site_id and loss), sentence
    (Chinese). Costs, capacities and the limit on the number are not weighed.
    """
    instance = read(times, demand, sites, within_min=result.within_min)
    rows = rows_within(instance)
    is_open = np.isin(instance.site_id, result.chosen.index)
    swaps = swap_losses(instance, rows, is_open)
    covered = total(rows.weight[rows.won(is_open)])
    table = []
    for j, (lost, loss) in swaps.items():
        without = _without(instance, is_open, j)
        fits = (k for k in np.lexsort((np.arange(len(loss)), loss)) if np.isfinite(loss[k])
                and (instance.is_plain or instance.bonds.hold(with_option(instance, without, k))))
        order = list(islice(fits, TIES_SHOWN))
        ties = [k for k in order if loss[k] <= NEAR_TIE_SHARE * covered]
        best = order[0] if order else None
        table.append({
            "site_id": instance.site_id[j],
            "people_within": result.chosen["people_within"].get(instance.site_id[j]),
            "lost_without": lost,
            "replacement": "" if best is None else instance.site_id[best],
            "replacement_loss": np.nan if best is None else loss[best],
            "ties": "、".join(f"{instance.site_id[k]}（{_change(loss[k])}）" for k in ties),
            "near": tuple((str(instance.site_id[k]), float(loss[k])) for k in ties),
            "sentence": _sentence(instance.site_id[j], lost, None if best is None else instance.site_id[best],
                                  None if best is None else loss[best]),
        })
    columns = ["site_id", "people_within", "lost_without", "replacement", "replacement_loss", "ties", "near",
               "sentence"]
    return pd.DataFrame(table, columns=columns).set_index("site_id")


def swap_losses(instance: Instance, rows: Rows, is_open: np.ndarray) -> dict[int, tuple[float, np.ndarray]]:
    """For each open candidate: (the weight lost without it, for each shut candidate the loss if it stands in).

    What an option replaces is open again without it. The loss is inf for sites that can't stand in.
    """
    row, n = rows.row, len(is_open)
    spare = instance.is_role(CANDIDATE) & ~is_open
    weight, won = rows.weight[row].astype(float), rows.won(is_open)
    held = total(rows.weight[won])
    swaps = {}
    for j in np.flatnonzero(is_open & instance.is_role(CANDIDATE)):
        without = _without(instance, is_open, j)
        left = rows.won(without)
        gain = np.bincount(rows.site, weights=weight * ~left[row], minlength=n)
        loss = np.where(spare, held - total(rows.weight[left]) - gain, np.inf)
        for k in np.flatnonzero(spare & (instance.replaces >= 0)):
            loss[k] = held - total(rows.weight[rows.won(with_option(instance, without, k))])
        swaps[int(j)] = total(rows.weight[won & ~left]), loss
    return swaps


def _without(instance: Instance, is_open: np.ndarray, out: int) -> np.ndarray:
    """The plan without an option, and with what it replaces."""
    after = is_open.copy()
    after[out] = False
    if instance.replaces[out] >= 0:
        after[instance.replaces[out]] = True
    return after


def _sentence(site: str, lost: float, other: str | None, loss: float | None) -> str:
    alone = f"没有 {site}，{lost:,.0f} 人在时限内不再有任何机构" if lost else f"{site} 所到的人别处也都到得了"
    return f"{alone}；没有别的候选点可换" if other is None else f"{alone}；换成 {other}{_change(loss)}"


def _change(loss: float) -> str:
    if abs(loss) < 0.5:
        return "一样多"
    return f"只少 {loss:,.0f} 人" if loss > 0 else f"反而多 {-loss:,.0f} 人"
