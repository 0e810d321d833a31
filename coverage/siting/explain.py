"""Say in words why each chosen site stands where it does.

Takes the three tables and a `SitingResult` of a covering model; gives a table, a row for each new site.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.siting.exchange import exchanges, without_site
from coverage.siting.instance import CANDIDATE, read
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import rows_within
from coverage.siting.worth import Reached

NEAR_TIE_SHARE = 0.01
"""A replacement that loses at most this share of all people covered counts as a near tie (示意)."""

TIES_SHOWN = 3


def explain(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, result: SitingResult) -> pd.DataFrame:
    """What each new site brings, what is lost without it, and what could stand in its place.

    Index site_id (the new sites), columns: people_within, lost_without (people whom then no open site reaches,
    what it replaces being open again), replacement (the candidate that loses least in its place; blank = there is
    none), replacement_loss (people fewer; negative = more, as in a plan that isn't the best), ties (the candidates
    whose loss is at most 1% of all covered, best first), near (the same as pairs of site_id and loss), sentence
    (Chinese). People within the limit are weighed, neither costs, capacities nor the limit on the number: what other
    models weigh is in siting/worth.py.
    """
    instance = read(times, demand, sites, within_min=result.within_min)
    is_open = np.isin(instance.site_id, result.chosen.index)
    rows = rows_within(instance)
    worth, won = Reached(rows, len(is_open)), rows.won(is_open)
    covered, table = worth.value(is_open), []
    outs = np.flatnonzero(is_open & instance.is_role(CANDIDATE))
    for j, exchange in exchanges(instance, worth, is_open, outs, keep=TIES_SHOWN).items():
        options = [(instance.site_id[k], covered - value) for k, value in exchange.options]
        near = [(str(site), float(loss)) for site, loss in options if loss <= NEAR_TIE_SHARE * covered]
        best, least = options[0] if options else ("", np.nan)
        lost = total(rows.weight[won & ~rows.won(without_site(instance, is_open, j))])
        table.append({
            "site_id": instance.site_id[j],
            "people_within": result.chosen["people_within"].get(instance.site_id[j]),
            "lost_without": lost, "replacement": best, "replacement_loss": least,
            "ties": "、".join(f"{site}（{_change(loss)}）" for site, loss in near), "near": tuple(near),
            "sentence": _sentence(instance.site_id[j], lost, best, least),
        })
    columns = ["site_id", "people_within", "lost_without", "replacement", "replacement_loss", "ties", "near",
               "sentence"]
    return pd.DataFrame(table, columns=columns).set_index("site_id")


def _sentence(site: str, lost: float, other: str, loss: float) -> str:
    alone = f"没有 {site}，{lost:,.0f} 人在时限内不再有任何机构" if lost else f"{site} 所到的人别处也都到得了"
    return f"{alone}；换成 {other}{_change(loss)}" if other else f"{alone}；没有别的候选点可换"


def _change(loss: float) -> str:
    if abs(loss) < 0.5:
        return "一样多"
    return f"只少 {loss:,.0f} 人" if loss > 0 else f"反而多 {-loss:,.0f} 人"
