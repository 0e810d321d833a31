"""Explain why no plan meets every condition: whom nothing reaches, and the smallest relaxation of each limit.

Takes the three tables of siting/instance.py and the limits; gives `Relaxations`.

Model: elastic programming, one condition at a time (Chinneck 2008): each limit in turn becomes the objective while
all the others hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.instance import EXISTING, FORBIDDEN, Instance
from coverage.siting.milp import Draft
from coverage.siting.question import Question, ask
from coverage.siting.result import total, unreached_table
from coverage.siting.rows import merge, rows_within
from coverage.siting.rules import limit_rows, site_columns, unit_needs, won_columns
from coverage.siting.solver import Solution, solve

STEPS_TRIED = 20
"""Times tried, one after the other, where a longer limit asks for more as well."""

SLACK = 1e-12
"""What a share of a sum may be off by, rounding only."""

KINDS = ("people", "points", "sites", "money", "yearly", "minutes", "places", "units", "minimum", "bonds",
         "together")


@dataclass(frozen=True)
class Relaxations:
    """What stands in the way, and what would do.

    unreached  index demand_id: those whom no option reaches within the limit (as in `SitingResult`)
    units      units of demand in which no option stands
    table      a row for each limit that, relaxed alone, is enough: kind, now (NaN = none), needed, exact (whether
               proven the least), sentence (Chinese). The kinds: people (fewer served), points (points without people
               left out), sites, money, yearly, minutes, places, units (sites that units go short of), minimum (people
               that required sites are short of), bonds (conditions among options dropped). Where no limit alone is
               enough, one row "together" says which to ease at once; needed is how many
    """

    unreached: pd.DataFrame
    units: tuple[str, ...]
    table: pd.DataFrame

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(self.table["sentence"])


def relaxations(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float = math.inf,
                share: float = 1.0, p: int | None = None, budget: float | None = None,
                yearly_budget: float | None = None, of: str = "routed", places: bool = False, split: bool = True,
                points: bool = False, n: int = 0, units=None, time_limit: float = SOLVE_SECONDS, seed: int = SEED,
                progress=None) -> Relaxations:
    """Say what would let `share` of some people be served under the limits.

    They are those whom some option has a route to (`of="routed"`), everyone ("all", as in partial covering), or
    those whom some option reaches within the limit ("reached", as in the models that leave the others out; a
    longer limit then reaches more of them). With `places` capacities bind, and each option's least number of
    people; without `split` a demand point's people go to one site. With `points` the demand points of weight 0
    among them are to be reached as well, as in set covering; with `n` each unit (of `units`; default: all of `demand`)
    is to hold so many sites, or as many as are on offer. Existing, required and forbidden sites stay as they are.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance, wish = question.instance, _Wish(question, share, of, places, split, points,
                                              unit_needs(question.instance, units, n)[0] if n else {})
    limits = {"sites": p, "money": budget, "yearly": yearly_budget}
    tried: tuple = ()
    if wish.solved(wish.drafted(limits)[0]).values is None:
        tried = (_fewer_people(wish, limits), _fewer_points(wish, limits),
                 *(_more(wish, limits, kind) for kind in limits), _longer(wish, limits), _more_places(wish, limits),
                 _fewer_in_units(wish, limits), _lower_minimum(wish, limits), _fewer_bonds(wish))
        tried = tried if any(row is not None for row in tried) else (_together(wish, limits),)
    table = pd.DataFrame([row for row in tried if row is not None],
                         columns=["kind", "now", "needed", "exact", "sentence"])
    stands = set() if instance.site_unit is None else set(instance.site_unit[~instance.is_role(FORBIDDEN)])
    units = () if instance.unit is None or instance.site_unit is None else tuple(
        sorted(set(instance.unit.astype(str)) - {str(unit) for unit in stands} - {""}))
    return Relaxations(unreached_table(instance), units, table)


@dataclass(frozen=True)
class _Wish:
    """Who is to be served: a share of all, of those with a route, or of those reached."""

    question: Question
    share: float
    of: str
    places: bool
    split: bool
    points: bool
    units: dict[str, int]

    @property
    def instance(self) -> Instance:
        return self.question.instance

    @property
    def need(self) -> float:
        return self.need_within(None)

    @property
    def asks(self) -> bool:
        """Whether anyone, or any point, is to be served."""
        return self.need > 0 or self.empty_within(None).any()

    def need_within(self, minutes: float | None) -> float:
        """How many are to be served when every limit is at least so many minutes."""
        return self.share * total(self.instance.weight[self._who(minutes)]) * (1 - SLACK)

    def empty_within(self, minutes: float | None) -> np.ndarray:
        """Which demand points of weight 0 are to be reached then."""
        return self._who(minutes) & (self.instance.weight == 0) & self.points

    def _who(self, minutes: float | None) -> np.ndarray:
        if self.of == "all":
            return np.ones(len(self.instance.weight), dtype=bool)
        rows = rows_within(self.instance, math.inf) if self.of == "routed" else self._rows(minutes)
        return np.diff(rows.ptr) > 0

    def drafted(self, limits: dict, *, minutes: float | None = None, x_cost=None, need: float | None = None,
                empty: np.ndarray | None = None, point: float | None = None, people: float = 0.0,
                places: float = 0.0, minimum: float = 0.0, unit: float = 0.0) -> tuple[Draft, np.ndarray]:
        """(a draft that minimises what is given a price, the sites' columns); `minutes` widens every limit.

        At least `need` people are served and the `empty` points reached (None = the wish's own), unless one of these
        may be left out at the price of `point`."""
        instance = self.instance
        draft = Draft()
        x = site_columns(draft, instance, np.zeros(len(instance.site_id)) if x_cost is None else x_cost)
        limit_rows(draft, instance, x, limits["sites"], limits["money"], limits["yearly"])
        if self.places:
            served, weight, _ = self._flows(draft, x, minutes, people, places, minimum)
        else:
            served, merged = won_columns(draft, self._rows(minutes), x, gain=False)
            weight = merged.weight
            if people:
                served_all = draft.columns([-people], upper=float(weight.sum()), integer=False)
                draft.row(np.append(served, served_all), np.append(weight, -1.0), lower=0.0)
        need = self.need if need is None else need
        if need > 0:
            draft.row(served, weight, lower=need)
        rows = self._rows(minutes).take(self.empty_within(None) if empty is None else empty)
        left = draft.columns(np.full(len(rows), point or 0.0), upper=float(point is not None))
        draft.rows(len(rows), [(rows.row, x[rows.site], 1.0), (np.arange(len(rows)), left, 1.0)], lower=1.0)
        self.unit_columns(draft, x, unit)
        return draft, x

    def unit_columns(self, draft: Draft, x: np.ndarray, price: float) -> np.ndarray:
        """Columns of what each unit goes short of, held at 0 without a price."""
        number, need = {unit: at for at, unit in enumerate(self.units)}, np.array([*self.units.values()], dtype=float)
        short = draft.columns(np.full(len(need), price), upper=need if price else 0.0, integer=False)
        if len(need):
            row = np.array([number.get(unit, -1) for unit in self.instance.site_unit])
            draft.rows(len(need), [(row[row >= 0], x[row >= 0], 1.0), (np.arange(len(need)), short, 1.0)], lower=need)
        return short

    def price(self, kind: str) -> np.ndarray:
        """What each site adds to what a limit counts."""
        instance = self.instance
        return {"sites": instance.adds.astype(float), "yearly": instance.yearly_cost,
                "money": np.where(instance.is_role(EXISTING), 0.0, np.nan_to_num(instance.cost))}[kind]

    def _rows(self, minutes: float | None):
        if minutes is None:
            return rows_within(self.instance)
        instance = self.instance
        wide = np.repeat(np.maximum(instance.limit_min, minutes), np.diff(instance.ptr))
        keep = (instance.minutes <= wide) & ~instance.is_role(FORBIDDEN)[instance.site]
        everyone = rows_within(instance, math.inf)
        ptr = np.concatenate(([0], np.cumsum(keep)))[instance.ptr]
        return type(everyone)(everyone.weight, everyone.label, ptr, instance.site[keep])

    def _flows(self, draft: Draft, x: np.ndarray, minutes: float | None = None, people: float = 0.0,
               places: float = 0.0, minimum: float = 0.0):
        """(columns of who goes where, their people, columns of what sites are short of their least number)."""
        instance, rows = self.instance, self._rows(minutes)
        rows = rows.take(rows.weight > 0)
        if self.split:  # people who may go to the same sites are one crowd
            rows, _ = merge(rows)
        row, site, weight = rows.row, rows.site, rows.weight[rows.row].astype(float)
        z = draft.columns(np.zeros(len(weight)), integer=not self.split)
        served = draft.columns(-people * rows.weight, integer=False)  # one a row: a sum over pairs is hard on presolve
        extra = draft.columns(np.full(len(x), places), upper=np.inf if places else 0.0, integer=False)
        reach = np.bincount(site, weights=weight, minlength=len(x))
        at = np.arange(len(x))
        draft.rows(len(rows), [(row, z, 1.0), (np.arange(len(rows)), served, -1.0)], lower=0.0, upper=0.0)
        draft.rows(len(x), [(site, z, weight), (at, x, -np.minimum(instance.capacity, reach)), (at, extra, -1.0)],
                   upper=0.0)
        draft.rows(len(x), [(at, extra, 1.0), (at, x, -reach)], upper=0.0)
        least = np.where(instance.is_role(EXISTING), 0.0, instance.min_people)
        short = draft.columns(np.full(len(x), minimum), upper=least if minimum else 0.0, integer=False)
        draft.rows(len(x), [(site, z, weight), (at, x, -least), (at, short, 1.0)], lower=0.0)
        return served, rows.weight, short

    def solved(self, draft: Draft) -> Solution:
        return solve(draft.finish(), time_limit=max(0.5, self.question.left / 3), seed=self.question.seed,
                     progress=self.question.progress)


MORE = {"sites": "新建处数从 {0:g} 处增加到 {1:g} 处", "money": "预算从 {0:g} 增加到 {1:g}",
        "yearly": "年度预算从 {0:g} 增加到 {1:g}"}


def _row(kind: str, now: float | None, answer: Solution, needed: float, sentence: str):
    needed = round(needed) if abs(needed - round(needed)) < 1e-6 else needed
    return kind, math.nan if now is None else float(now), float(needed), answer.termination == "proven", sentence


def _fewer_people(wish: _Wish, limits: dict):
    draft, _ = wish.drafted(limits, need=0.0, people=1.0, point=0.0)
    answer = wish.solved(draft)
    if answer.values is None or wish.need <= 0:
        return None
    most, asked = max(0.0, -answer.objective), wish.need / (1 - SLACK)
    if most >= asked * (1 - 1e-9):
        return None
    return _row("people", asked, answer, most,
                f"各项限制不变，最多能服务 {most:,.0f} 人（要求 {math.ceil(asked * (1 - SLACK)):,} 人）")


def _fewer_points(wish: _Wish, limits: dict):
    """Where all people can be served, but not every point without people reached: the fewest of these to leave."""
    empty = wish.empty_within(None)
    if not empty.any():
        return None
    answer = wish.solved(wish.drafted(limits, point=1.0)[0])
    if answer.values is None or answer.objective < 0.5:
        return None
    return _row("points", float(empty.sum()), answer, empty.sum() - answer.objective,
                f"各项限制不变，{empty.sum()} 个没有人口的需求点里只要放弃 {answer.objective:.0f} 个即可行")


def _more(wish: _Wish, limits: dict, kind: str):
    """The least number of sites, or money, with the other limits as they are."""
    if limits[kind] is None:
        return None
    draft, _ = wish.drafted(limits | {kind: None}, x_cost=wish.price(kind))
    answer = wish.solved(draft)
    if answer.values is None or answer.objective <= limits[kind] * (1 + 1e-9):
        return None
    return _row(kind, limits[kind], answer, answer.objective,
                f"只把{MORE[kind].format(limits[kind], answer.objective)} 即可行")


def _longer(wish: _Wish, limits: dict):
    """The least limit in minutes, by bisecting the times."""
    instance = wish.instance
    steps = np.unique(instance.minutes[instance.minutes > instance.limit_min.min(initial=math.inf)])
    if len(steps) == 0 or not wish.asks:
        return None
    low, high, held = -1, len(steps), None
    exact = True
    while high - low > 1:
        middle = (low + high) // 2 if held is not None else len(steps) - 1
        answer = wish.solved(wish.drafted(limits, minutes=float(steps[middle]))[0])
        if answer.values is not None:
            high, held = middle, answer
        elif held is None:
            return None
        else:
            low, exact = middle, exact and answer.status == "infeasible"
    if wish.of == "reached":  # a longer limit reaches more people, and they are to be served too
        high, exact = _first_that_serves(wish, limits, steps, high, exact)
    if high is None:
        return None
    now, needed = wish.question.within_min, float(steps[high])
    said = f"时限从 {now:g} 分钟" if needed > now else "需求表里更短的时限"
    return "minutes", now, needed, exact, f"只把{said}放宽到 {needed:g} 分钟即可行"


def _first_that_serves(wish: _Wish, limits: dict, steps: np.ndarray, least: int, exact: bool):
    """(the first of some steps from `least` on at which all whom it reaches are served, whether none before does)."""
    for at in range(least, min(least + STEPS_TRIED, len(steps))):
        minutes = float(steps[at])
        answer = wish.solved(wish.drafted(limits, minutes=minutes, need=wish.need_within(minutes),
                                          empty=wish.empty_within(minutes))[0])
        if answer.values is not None:
            return at, exact
        exact &= answer.status == "infeasible"
    return None, False


def _more_places(wish: _Wish, limits: dict):
    """The fewest further places, at sites that are open."""
    if not wish.places:
        return None
    answer = wish.solved(wish.drafted(limits, places=1.0)[0])
    if answer.values is None or answer.objective < 1e-6:
        return None
    return _row("places", 0.0, answer, answer.objective,
                f"只在开放的点上一共再加 {math.ceil(answer.objective - 1e-6):,} 个位置即可行")


def _fewer_bonds(wish: _Wish):
    """Where roles and conditions among options already conflict: the fewest conditions to drop."""
    instance, bonds = wish.instance, wish.instance.bonds
    if not len(bonds):
        return None
    draft = Draft()
    _, dropped = _free_of_bonds(draft, instance)
    answer = wish.solved(draft)
    if answer.values is None or answer.objective < 0.5:
        return None
    said = "；".join(bonds.says[k] for k in np.flatnonzero(answer.values[dropped] > 0.5)[:5])
    return _row("bonds", 0.0, answer, round(answer.objective), f"必选点与条件相互矛盾，至少要放弃：{said}")


def _free_of_bonds(draft: Draft, instance: Instance) -> tuple[np.ndarray, np.ndarray]:
    """(the sites' columns, a column for each condition among them, which may be dropped at the price of 1)."""
    bonds = instance.bonds
    x = draft.columns(np.zeros(len(instance.site_id)), lower=instance.standing.astype(float),
                      upper=(~instance.is_role(FORBIDDEN)).astype(float))
    dropped = draft.columns(np.ones(len(bonds)))
    rows, at = bonds.rows.tocoo(), np.arange(len(bonds))
    big = float(np.diff(bonds.rows.indptr).max(initial=0) + 1)
    draft.rows(len(bonds), [(rows.row, x[rows.col], rows.data), (at, dropped, -big)], upper=bonds.upper)
    draft.rows(len(bonds), [(rows.row, x[rows.col], rows.data), (at, dropped, big)], lower=bonds.lower)
    return x, dropped


def _fewer_in_units(wish: _Wish, limits: dict):
    """The fewest sites that the units go short of."""
    if not wish.units:
        return None
    answer = wish.solved(wish.drafted(limits, unit=1.0)[0])
    if answer.values is None or answer.objective < 0.5:
        return None
    return _row("units", 0.0, answer, answer.objective, f"只让各单元一共少 {answer.objective:.0f} 处即可行")


def _lower_minimum(wish: _Wish, limits: dict):
    """By how many people together the least numbers of required sites are too large."""
    if not wish.places:
        return None
    answer = wish.solved(wish.drafted(limits, minimum=1.0)[0])
    if answer.values is None or answer.objective < 1e-6:
        return None
    return _row("minimum", 0.0, answer, answer.objective,
                f"只把必选点维持所需的人数一共降低 {math.ceil(answer.objective - 1e-6):,} 人即可行")


def _together(wish: _Wish, limits: dict):
    """Where no limit alone is enough: what to ease at once, each by as small a part of itself as can be."""
    instance, draft = wish.instance, Draft()
    x, dropped = _free_of_bonds(draft, instance)
    over = {}
    for kind, limit in limits.items():
        if limit is not None:
            over[kind] = draft.columns(1.0 / max(limit, 1.0), upper=np.inf, integer=False)
            draft.rows(1, [(0, x, wish.price(kind)), (0, over[kind], -1.0)], upper=float(limit))
    short = np.zeros(0, dtype=int)
    if wish.places:
        served, weight, short = wish._flows(draft, x, minimum=1.0 / max(instance.min_people.max(initial=0.0), 1.0))
    else:
        served, merged = won_columns(draft, wish._rows(None), x, gain=False)
        weight = merged.weight
    need = max(wish.need, 0.0)
    left = draft.columns(1.0 / max(need, 1.0), upper=need, integer=False)
    draft.rows(1, [(0, served, weight), (0, left, 1.0)], lower=need)
    lacking = wish.unit_columns(draft, x, 1.0)
    answer = wish.solved(draft)
    if answer.values is None:
        return None
    value = answer.values
    said = [MORE[kind].format(limits[kind], limits[kind] + value[at[0]])
            for kind, at in over.items() if value[at[0]] > 1e-6]
    said += [f"少服务 {math.ceil(value[left[0]] - 1e-6):,} 人"] if value[left[0]] > 1e-6 else []
    said += [f"{unit} 少 {value[at]:.0f} 处" for unit, at in zip(wish.units, lacking, strict=True) if value[at] > 0.5]
    said += [f"{instance.site_id[k]} 维持所需的人数降低 {math.ceil(value[short[k]] - 1e-6):,} 人"
             for k in range(len(short)) if value[short[k]] > 1e-6]
    said += [f"放弃“{instance.bonds.says[k]}”" for k in np.flatnonzero(value[dropped] > 0.5)]
    return _row("together", None, answer, len(said), f"只放宽一项不够，要同时：{'；'.join(said)}")
