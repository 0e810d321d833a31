"""Check the three tables of a siting question and hold them as arrays.

Takes `times` (demand_id, site_id, travel_min), `demand` (index demand_id: weight[, unit, point, group, within_min])
and `sites` (index site_id, a row for each option); gives an `Instance`, sorted by id, so that no answer depends on
the order of rows.

    demand   point        the id that `times` knows it by (else its own): groups of people may share a point
             group        who they are; a site that `serves` certain groups takes no others
             within_min   its own time limit in place of the question's
    sites    cost, yearly_cost, capacity (blank = no limit), unit
             role         候选 必选 禁选 既有 可关 (an existing one that may be closed)
             action       新建 升级 扩容 共建 搬迁 关停 流动服务 接送: those that add a place of service count towards p
             serves       the groups it serves (blank = all)
             place        of the options with one place at most one is chosen
             excludes     sites that may not be open beside it
             needs        sites that have to be open with it ("A、B|C": A, and B or C)
             replaces     the existing site that is shut exactly when this option is chosen
             min_people   too few people within its limit, and it isn't offered; where places are counted, it is
                          given at least so many
             earliest_year   phases before it can't choose it
    Lists are parted by 、 , or ;
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.errors import TableError
from coverage.siting.options import Bonds, adds_place, names_in, read_actions, read_bonds, texts

CANDIDATE, REQUIRED, FORBIDDEN, EXISTING, CLOSABLE = "候选", "必选", "禁选", "既有", "可关"
ROLE_NAMES = {
    # what a table may say → the role
    CANDIDATE: CANDIDATE, "candidate": CANDIDATE, "": CANDIDATE,
    REQUIRED: REQUIRED, "required": REQUIRED,
    FORBIDDEN: FORBIDDEN, "forbidden": FORBIDDEN,
    EXISTING: EXISTING, "existing": EXISTING,
    CLOSABLE: CLOSABLE, "closable": CLOSABLE,
}


@dataclass(frozen=True)
class Instance:
    """A siting question as arrays. Demand i's pairs are `site[ptr[i]:ptr[i+1]]`, sites ascending.

    `weight` is int64 where the table's was, so that sums of people are exact; `limit_min` is each row's time
    limit. `unit` and `site_unit` are None when the table has none; `capacity` is inf where unknown. `role` is
    既有 for a closable site too. `loose` marks existing sites that a plan may shut, `adds` the options that
    count as a further place, `replaces` the site that an option stands in for (−1 = none), `too_few` those that
    are forbidden because too few people are near.
    """

    demand_id: np.ndarray
    weight: np.ndarray
    limit_min: np.ndarray
    unit: np.ndarray | None
    group: np.ndarray | None
    site_id: np.ndarray
    cost: np.ndarray
    yearly_cost: np.ndarray
    capacity: np.ndarray
    min_people: np.ndarray
    earliest_year: np.ndarray
    role: np.ndarray
    action: np.ndarray
    adds: np.ndarray
    loose: np.ndarray
    replaces: np.ndarray
    too_few: np.ndarray
    bonds: Bonds
    site_unit: np.ndarray | None
    ptr: np.ndarray
    site: np.ndarray
    minutes: np.ndarray

    @property
    def has_cost(self) -> bool:
        """Whether the table gave costs (else each new site costs nothing)."""
        return bool(np.isfinite(self.cost).any())

    @property
    def standing(self) -> np.ndarray:
        """The sites that are open in every plan."""
        return (self.is_role(EXISTING) & ~self.loose) | self.is_role(REQUIRED)

    @property
    def is_plain(self) -> bool:
        """Whether new sites may be chosen freely and count alike: nothing excludes, needs or replaces another."""
        counted = self.adds | self.is_role(EXISTING) | self.is_role(FORBIDDEN)
        return len(self.bonds) == 0 and not self.loose.any() and bool(counted.all())

    def is_role(self, role: str) -> np.ndarray:
        return self.role == role

    def within(self, limit_min: float | np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The pairs within each row's own limit (or `limit_min`: for all, or a row) as (ptr, site); none forbidden."""
        keep = self.is_within(limit_min) & ~self.is_role(FORBIDDEN)[self.site]
        ptr = np.concatenate(([0], np.cumsum(keep)))[self.ptr]
        return ptr, self.site[keep]

    def is_within(self, limit_min: float | np.ndarray | None = None) -> np.ndarray:
        """For each pair whether it is within its row's own limit (or `limit_min`)."""
        limit = self.limit_min if limit_min is None else np.broadcast_to(limit_min, self.limit_min.shape)
        return self.minutes <= np.repeat(limit, np.diff(self.ptr))


def read(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *,
         within_min: float = math.inf) -> Instance:
    """Check the tables and turn them into arrays.

    Raises TableError with every problem found: a missing column, a doubled or blank id, a pair of an
    unknown id, a pair given twice, a time, weight, cost or capacity that isn't a number or is negative,
    a role or action that isn't known, a list that names no other site.
    """
    problems: list[tuple[str, str, str]] = []
    demand, sites = _indexed(demand, "demand_id", "需求表", problems), _indexed(sites, "site_id", "选址表", problems)
    _need(times, ("demand_id", "site_id", "travel_min"), "时间表", problems)
    _need(demand, ("weight",), "需求表", problems)
    _stop(problems)

    weight = _numbers(demand, "weight", "需求表", problems)
    limit = _numbers(demand, "within_min", "需求表", problems, blank=float(within_min))
    blank = {"cost": np.nan, "yearly_cost": 0.0, "capacity": np.inf, "min_people": 0.0, "earliest_year": -np.inf}
    figures = {name: _numbers(sites, name, "选址表", problems, blank=value) for name, value in blank.items()}
    if is_whole(weight) and is_whole(figures["capacity"][np.isfinite(figures["capacity"])]):
        figures["min_people"] = np.ceil(figures["min_people"])  # whole people: 2.5 of them are 3
    role, action = _roles(sites, problems), read_actions(sites, problems)
    row, column, minutes = _pairs(times, demand, sites.index, problems)
    _stop(problems)

    row, column, minutes = _served(demand, sites, row, column, minutes)
    closable = role == CLOSABLE
    role = np.where(closable, EXISTING, role)
    near = np.bincount(column, weights=np.where(minutes <= limit[row], weight[row], 0), minlength=len(sites))
    too_few = (role == CANDIDATE) & (near < figures["min_people"])
    role = np.where(too_few, FORBIDDEN, role)
    bonds, replaces = read_bonds(sites, role != FORBIDDEN, role == EXISTING, closable, problems)
    _stop(problems)
    loose = closable.copy()
    loose[replaces[replaces >= 0]] = True

    ptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(demand)))))
    return Instance(
        demand_id=demand.index.to_numpy(dtype=object), weight=weight, limit_min=limit, unit=_names(demand, "unit"),
        group=_names(demand, "group"), site_id=sites.index.to_numpy(dtype=object), **figures, role=role,
        action=action, adds=adds_place(action) & (role != EXISTING), loose=loose, replaces=replaces, too_few=too_few,
        bonds=bonds, site_unit=_names(sites, "unit"), ptr=ptr, site=column, minutes=minutes,
    )


def is_whole(values: np.ndarray) -> bool:
    """Whether sums of these values are whole numbers."""
    return values.dtype.kind == "i" or bool((values == np.round(values)).all())


def forbidding(sites: pd.DataFrame, site_id: np.ndarray) -> pd.DataFrame:
    """The table of sites with these forbidden."""
    sites = sites.set_index("site_id") if "site_id" in sites.columns else sites
    role = sites["role"] if "role" in sites.columns else pd.Series("", index=sites.index)
    return sites.assign(role=role.astype(object).mask(sites.index.astype(str).isin(site_id), FORBIDDEN))


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
    problems.extend((where, f"{name} 的 {column}", _no_figure(given[name])) for name in table.index[wrong])
    if blank is None and not wrong.any() and pd.api.types.is_integer_dtype(values.dtype):
        return values.to_numpy(dtype=np.int64)
    return values.astype("float64").fillna(np.nan if blank is None else blank).to_numpy(dtype=np.float64)


def _no_figure(given) -> str:
    return "空缺" if pd.isna(given) or str(given).strip() == "" else f"“{given}”不是非负数"


def _roles(sites: pd.DataFrame, problems: list) -> np.ndarray:
    if "role" not in sites.columns:
        return np.full(len(sites), CANDIDATE, dtype=object)
    given = sites["role"].astype(object).where(sites["role"].notna(), "").astype(str).str.strip()
    role = given.str.lower().map(ROLE_NAMES)
    problems.extend(("选址表", f"{name} 的 role", f"“{given[name]}”不是 候选、必选、禁选、既有、可关 之一")
                    for name in sites.index[role.isna()])
    return role.to_numpy(dtype=object)


def _names(table: pd.DataFrame, column: str) -> np.ndarray | None:
    return texts(table, column).to_numpy(dtype=object) if column in table.columns else None


def _pairs(times: pd.DataFrame, demand: pd.DataFrame, site_id: pd.Index,
           problems: list) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of demand as positions, sorted by demand, then site; the rows of one point have all its pairs."""
    point_of, points = np.arange(len(demand)), demand.index
    if "point" in demand.columns:
        named = texts(demand, "point")
        point_of, points = pd.factorize(named.where(named != "", demand.index.to_series()), sort=True)
        points = pd.Index(points)
    row, column = _positions(times["demand_id"], points), _positions(times["site_id"], site_id)
    minutes = pd.to_numeric(times["travel_min"], errors="coerce").to_numpy(dtype=np.float64)
    for place, key, where in ((row, "demand_id", "需求表"), (column, "site_id", "选址表")):
        unknown = sorted(set(times[key][place < 0].astype(str)))
        problems.extend(("时间表", f"{key}={name}", f"{where}里没有这个编号") for name in unknown)
    wrong = ~(np.isfinite(minutes) & (minutes >= 0))
    problems.extend(("时间表", f"{times['demand_id'].iloc[at]} → {times['site_id'].iloc[at]} 的 travel_min",
                     _no_figure(times["travel_min"].iloc[at])) for at in np.flatnonzero(wrong))
    order = np.argsort(row * np.int64(len(site_id) + 1) + column, kind="stable")
    row, column, minutes = row[order], column[order], minutes[order]
    twice = np.flatnonzero((np.diff(row) == 0) & (np.diff(column) == 0) & (row[1:] >= 0) & (column[1:] >= 0))
    problems.extend(("时间表", f"{points[row[at]]} → {site_id[column[at]]}", "同一对给了两次") for at in twice)
    if "point" not in demand.columns or problems:
        return row, column, minutes
    size = np.bincount(row, minlength=len(points))
    first, size = (np.cumsum(size) - size)[point_of], size[point_of]
    pair = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + np.repeat(first, size)
    return np.repeat(np.arange(len(demand)), size), column[pair], minutes[pair]


def _served(demand: pd.DataFrame, sites: pd.DataFrame, row, column, minutes):
    """The pairs whose site serves the group of its demand."""
    if "group" not in demand.columns or "serves" not in sites.columns:
        return row, column, minutes
    group, groups = pd.factorize(texts(demand, "group"), sort=True)
    serves = [set(names_in(cell)) for cell in texts(sites, "serves")]
    takes = np.array([[not served or not name or name in served for served in serves] for name in groups])
    keep = takes[group[row], column]
    return row[keep], column[keep], minutes[keep]


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
