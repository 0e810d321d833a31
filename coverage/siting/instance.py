"""Check the three tables of a siting question and hold them as arrays.

Takes `times` (demand_id, site_id, travel_min), `demand` (index demand_id: weight[, unit]) and
`sites` (index site_id[, cost, capacity, role, unit]); gives an `Instance`, sorted by id, so that
no answer depends on the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.errors import TableError

CANDIDATE, REQUIRED, FORBIDDEN, EXISTING = "候选", "必选", "禁选", "既有"
ROLE_NAMES = {
    # what a table may say → the role
    CANDIDATE: CANDIDATE, "candidate": CANDIDATE, "": CANDIDATE,
    REQUIRED: REQUIRED, "required": REQUIRED,
    FORBIDDEN: FORBIDDEN, "forbidden": FORBIDDEN,
    EXISTING: EXISTING, "existing": EXISTING,
}


@dataclass(frozen=True)
class Instance:
    """A siting question as arrays. Demand i's pairs are `site[ptr[i]:ptr[i+1]]`, sites ascending.

    `weight` is int64 where the table's was, so that sums of people are exact. `unit` and
    `site_unit` are None when the table has none; `capacity` is inf where unknown.
    """

    demand_id: np.ndarray
    weight: np.ndarray
    unit: np.ndarray | None
    site_id: np.ndarray
    cost: np.ndarray
    capacity: np.ndarray
    role: np.ndarray
    site_unit: np.ndarray | None
    ptr: np.ndarray
    site: np.ndarray
    minutes: np.ndarray

    @property
    def has_cost(self) -> bool:
        """Whether the table gave costs (else each new site costs nothing)."""
        return bool(np.isfinite(self.cost).any())

    def is_role(self, role: str) -> np.ndarray:
        return self.role == role

    def within(self, limit_min: float) -> tuple[np.ndarray, np.ndarray]:
        """The pairs of at most `limit_min` minutes whose site isn't forbidden, as (ptr, site)."""
        keep = (self.minutes <= limit_min) & ~self.is_role(FORBIDDEN)[self.site]
        ptr = np.concatenate(([0], np.cumsum(keep)))[self.ptr]
        return ptr, self.site[keep]


def read(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame) -> Instance:
    """Check the tables and turn them into arrays.

    Raises TableError with every problem found: a missing column, a doubled or blank id, a pair of an
    unknown id, a pair given twice, a time, weight, cost or capacity that isn't a number or is negative,
    a role that isn't known.
    """
    problems: list[tuple[str, str, str]] = []
    demand, sites = _indexed(demand, "demand_id", "需求表", problems), _indexed(sites, "site_id", "选址表", problems)
    _need(times, ("demand_id", "site_id", "travel_min"), "时间表", problems)
    _need(demand, ("weight",), "需求表", problems)
    _stop(problems)

    weight = _numbers(demand, "weight", "需求表", problems)
    cost = _numbers(sites, "cost", "选址表", problems, blank=np.nan)
    capacity = _numbers(sites, "capacity", "选址表", problems, blank=np.inf)
    role = _roles(sites, problems)
    row, column, minutes = _pairs(times, demand.index, sites.index, problems)
    _stop(problems)

    ptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(demand)))))
    return Instance(
        demand_id=demand.index.to_numpy(dtype=object), weight=weight, unit=_units(demand),
        site_id=sites.index.to_numpy(dtype=object), cost=cost, capacity=capacity, role=role,
        site_unit=_units(sites), ptr=ptr, site=column, minutes=minutes,
    )


def _indexed(table: pd.DataFrame, key: str, where: str, problems: list) -> pd.DataFrame:
    table = table.set_index(key) if key in table.columns else table
    names = table.index.astype(str)
    for name in names[names.duplicated()].unique():
        problems.append((where, f"{key}={name}", "编号重复"))
    if table.index.isna().any() or (names.str.strip() == "").any():
        problems.append((where, key, "编号空缺"))
    return table.set_axis(names, axis=0).sort_index()


def _need(table: pd.DataFrame, columns: tuple[str, ...], where: str, problems: list) -> None:
    problems.extend((where, column, "缺少这一列") for column in columns if column not in table.columns)


def _numbers(table: pd.DataFrame, column: str, where: str, problems: list, blank: float | None = None) -> np.ndarray:
    if column not in table.columns:
        return np.full(len(table), blank, dtype=np.float64)
    given = table[column]
    values = pd.to_numeric(given, errors="coerce")
    unread = values.isna() & (given.notna() if blank is not None else True)
    wrong = unread | (values < 0) | (np.isinf(values.astype("float64")) & (blank is None))
    problems.extend((where, f"{name} 的 {column}", f"“{given[name]}”不是非负数") for name in table.index[wrong])
    if blank is None and not wrong.any() and pd.api.types.is_integer_dtype(values.dtype):
        return values.to_numpy(dtype=np.int64)
    return values.astype("float64").fillna(np.nan if blank is None else blank).to_numpy(dtype=np.float64)


def _roles(sites: pd.DataFrame, problems: list) -> np.ndarray:
    if "role" not in sites.columns:
        return np.full(len(sites), CANDIDATE, dtype=object)
    given = sites["role"].astype(object).where(sites["role"].notna(), "").astype(str).str.strip()
    role = given.str.lower().map(ROLE_NAMES)
    problems.extend(("选址表", f"{name} 的 role", f"“{given[name]}”不是 候选、必选、禁选、既有 之一")
                    for name in sites.index[role.isna()])
    return role.to_numpy(dtype=object)


def _units(table: pd.DataFrame) -> np.ndarray | None:
    if "unit" not in table.columns:
        return None
    unit = table["unit"]
    return unit.astype(object).where(unit.notna(), "").astype(str).to_numpy(dtype=object)


def _pairs(times: pd.DataFrame, demand_id: pd.Index, site_id: pd.Index,
           problems: list) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows as positions, sorted by demand, then site."""
    row, column = _positions(times["demand_id"], demand_id), _positions(times["site_id"], site_id)
    minutes = pd.to_numeric(times["travel_min"], errors="coerce").to_numpy(dtype=np.float64)
    for place, key, where in ((row, "demand_id", "需求表"), (column, "site_id", "选址表")):
        unknown = sorted(set(times[key][place < 0].astype(str)))
        problems.extend(("时间表", f"{key}={name}", f"{where}里没有这个编号") for name in unknown)
    wrong = ~(np.isfinite(minutes) & (minutes >= 0))
    problems.extend(("时间表", f"第 {at + 1} 行 travel_min", f"“{times['travel_min'].iloc[at]}”不是非负数")
                    for at in np.flatnonzero(wrong))
    order = np.argsort(row * np.int64(len(site_id) + 1) + column, kind="stable")
    row, column, minutes = row[order], column[order], minutes[order]
    twice = np.flatnonzero((np.diff(row) == 0) & (np.diff(column) == 0) & (row[1:] >= 0) & (column[1:] >= 0))
    problems.extend(("时间表", f"{demand_id[row[at]]} → {site_id[column[at]]}", "同一对给了两次") for at in twice)
    return row, column, minutes


def _positions(ids: pd.Series, index: pd.Index) -> np.ndarray:
    """Where each id stands in the index, −1 if nowhere; categories are looked up once each."""
    if isinstance(ids.dtype, pd.CategoricalDtype):
        place = np.append(index.get_indexer(ids.cat.categories.astype(str)), -1)
        return place[ids.cat.codes.to_numpy()].astype(np.int64)
    return index.get_indexer(ids.astype(str)).astype(np.int64)


def _stop(problems: list[tuple[str, str, str]]) -> None:
    if problems:
        table = pd.DataFrame(problems, columns=["where", "field", "reason"])
        first = "；".join(f"{where} {field}：{reason}" for where, field, reason in problems[:3])
        raise TableError(f"选址输入有 {len(problems)} 处问题。{first}", problems=table, todo="请逐条改正后再算")
