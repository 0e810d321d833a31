"""Place two tiers of service: a township's and a county's, so that people have both in reach.

Takes the three tables, and for the upper tier its own sites and times; gives a `TieredResult`.

Model: hierarchical maximal covering (Moore & ReVelle 1982), with referral: a lower site counts only with an
upper one near it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.errors import InfeasibleError, TableError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.check import check_tiers
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import EXISTING, REQUIRED, is_whole
from coverage.siting.milp import Draft
from coverage.siting.question import Question, ask, conclude, sites_of, stopped
from coverage.siting.result import SitingResult, relative_gap, total
from coverage.siting.rows import Rows, rows_within, stack
from coverage.siting.rules import check_limits, limit_rows, site_columns
from coverage.siting.solver import solve
from coverage.siting.tidy import without_idle


@dataclass(frozen=True)
class TieredResult:
    """`lower` and `upper` are each tier's account; `objective` is the weight that has both within reach."""

    lower: SitingResult
    upper: SitingResult
    status: str
    termination: str
    objective: float
    bound: float
    gap: float


def two_tiers(times: pd.DataFrame, upper_times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame,
              upper_sites: pd.DataFrame, *, within_min: float, upper_within_min: float, p: int, upper_p: int,
              referral: pd.DataFrame | None = None, time_limit: float = SOLVE_SECONDS, seed: int = SEED,
              progress=None) -> TieredResult:
    """Choose at most p lower and `upper_p` upper sites so that most people have both within their limits.

    A row's own limits are `demand`'s within_min and upper_within_min. `referral` (columns site_id, upper_id),
    when given, names the pairs near enough to refer: a new lower site may open only where one of its upper
    sites is open. Roles, counts and errors are those of `mclp`.
    """
    options = {"time_limit": time_limit, "seed": seed, "progress": progress}
    low = ask(times, demand, sites, within_min=within_min, **options)
    own = demand.drop(columns="within_min", errors="ignore").rename(columns={"upper_within_min": "within_min"})
    high = ask(upper_times, own, upper_sites, within_min=upper_within_min, **options)
    check_limits(low.instance, p, None)
    check_limits(high.instance, upper_p, None)
    low_rows, high_rows = rows_within(low.instance), rows_within(high.instance)
    draft = Draft(maximise=True)
    x = site_columns(draft, low.instance, np.zeros(len(low.instance.site_id)))
    z = site_columns(draft, high.instance, np.zeros(len(high.instance.site_id)))
    limit_rows(draft, low.instance, x, p, None)
    limit_rows(draft, high.instance, z, upper_p, None)
    y = draft.columns(low.instance.weight, integer=False)
    at = np.arange(len(y))
    for rows, columns in ((low_rows, x), (high_rows, z)):
        draft.rows(len(y), [(rows.row, columns[rows.site], -1.0), (at, y, 1.0)], upper=0.0)
    if referral is not None:
        _referral_rows(draft, low, high, x, z, referral)
    answer = solve(draft.finish(), time_limit=low.left, seed=seed, progress=progress)
    if answer.status == "infeasible" and low.instance.is_plain and high.instance.is_plain:
        raise InfeasibleError("必选的下级机构附近没有可开的上级机构", todo="请增加上级候选点，或放宽转介范围")
    easy = low.instance.is_plain and (referral is None or not low.instance.is_role(REQUIRED).any())
    open_low = sites_of(answer, x, low.instance.standing if easy else None)
    open_high = sites_of(answer, z, greedy_plan(high.instance, high_rows, p=upper_p))
    both = low_rows.won(open_low) & high_rows.won(open_high)
    open_low = without_idle(low.instance, _only(low_rows, both), open_low)
    both = low_rows.won(open_low) & high_rows.won(open_high)
    needed = [_only(high_rows, both), *([] if referral is None else [_referred(low, high, open_low, referral)])]
    open_high = without_idle(high.instance, stack(needed), open_high)
    objective = total(low.instance.weight[both])
    check_tiers((times, demand, sites, within_min, low.instance.site_id[open_low]),
                (upper_times, own, upper_sites, upper_within_min, high.instance.site_id[open_high]),
                referral, objective)
    bound = min(answer.bound, total(low.instance.weight))
    bound = np.floor(bound + 1e-6) if is_whole(low.instance.weight) else bound
    closed = bound - objective <= max(1e-6, 1e-9 * abs(objective))
    return TieredResult(_account(low, low_rows, open_low, p, answer.termination),
                        _account(high, high_rows, open_high, upper_p, answer.termination),
                        "optimal" if closed else "feasible", "proven" if closed else stopped(answer.termination),
                        objective, objective if closed else float(bound),
                        0.0 if closed else relative_gap(objective, float(bound)))


def _only(rows: Rows, keep: np.ndarray) -> Rows:
    """The rows with weight where `keep`, nothing elsewhere."""
    return Rows(np.where(keep, rows.weight, 0), rows.label, rows.ptr, rows.site)


def _referred(low: Question, high: Question, open_low: np.ndarray, referral: pd.DataFrame) -> Rows:
    """A row for each new lower site that is open: the upper sites to which it may refer."""
    new = low.instance.site_id[open_low & ~low.instance.is_role(EXISTING)]
    pairs = np.stack((pd.Index(new).get_indexer(referral["site_id"].astype(str)),
                      pd.Index(high.instance.site_id).get_indexer(referral["upper_id"].astype(str))))
    row, upper = np.unique(pairs[:, pairs[0] >= 0], axis=1)
    ptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(new)))))
    return Rows(np.ones(len(new)), np.zeros(len(new), dtype=np.int64), ptr, upper)


def _referral_rows(draft: Draft, low: Question, high: Question, x, z, referral: pd.DataFrame) -> None:
    lower = pd.Index(low.instance.site_id).get_indexer(referral["site_id"].astype(str))
    upper = pd.Index(high.instance.site_id).get_indexer(referral["upper_id"].astype(str))
    unknown = [("转介表", f"{column}={name}", "选址表里没有这个编号")
               for column, found in (("site_id", lower), ("upper_id", upper))
               for name in sorted(set(referral[column][found < 0].astype(str)))]
    if unknown:
        said = "、".join(field for _, field, _ in unknown[:3])
        raise TableError(f"转介表有 {len(unknown)} 个编号不在选址表里：{said}", todo="请改正后再算",
                         problems=pd.DataFrame(unknown, columns=["where", "field", "reason"]))
    new = np.flatnonzero(~low.instance.is_role(EXISTING))
    number = np.full(len(x), -1)
    number[new] = np.arange(len(new))
    known = number[lower] >= 0
    draft.rows(len(new), [(number[lower[known]], z[upper[known]], -1.0), (np.arange(len(new)), x[new], 1.0)], upper=0.0)


def _account(question: Question, rows: Rows, is_open: np.ndarray, p: int, termination: str) -> SitingResult:
    """One tier's own account; its bound is everyone, the proof being that of both tiers together."""
    weight = question.instance.weight
    return conclude(question, is_open, model="two-tiers", objective=total(weight[rows.won(is_open)]),
                    bound=float(weight.sum()), termination=termination, maximise=True, whole=is_whole(weight),
                    conditions={"p": p})
