"""Count afresh whom a model must serve and what a plan is worth to it, sharing no code with the models.

Takes the `Facts` of a plan that siting/check.py reads off the user's tables; gives what doesn't agree.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Facts:
    """A plan as the tables tell it, ids as text.

    weight    by demand id; `unit` as well, None where there is none
    told      column → site → what it says
    open_ids, added   the open sites; those of them that count as new places, `cost` being that of all that is new
    routes, near      demand_id, site_id, travel_min: to open sites; those of them within the limit
    served, flows     the weight reached; who goes where, where places are counted
    on_offer, ways    () → the sites that might be open; (demand ids, near=) → routes of those to these sites
    """

    weight: pd.Series
    told: dict[str, dict[str, str]]
    open_ids: set[str]
    added: set[str]
    cost: float
    served: float
    routes: pd.DataFrame
    near: pd.DataFrame
    flows: pd.DataFrame | None
    unit: pd.Series | None
    on_offer: Callable[[], set[str]]
    ways: Callable[..., pd.DataFrame]


def broken_model(facts: Facts, model: str, objective: float, measures: dict, asked: dict) -> Iterator[str]:
    """Whom the model must serve and doesn't, and what it says of the plan's worth that isn't so."""
    must, worth, more = MODELS[model]
    if must is not None:
        yield from must(facts, asked)
    found = {} if worth is None else {"objective": worth(facts, asked)}
    found |= {} if more is None else more(facts, asked)
    for name, value in found.items():
        claimed = objective if name == "objective" else measures.get(name, math.nan)
        if not math.isclose(value, claimed, rel_tol=1e-9, abs_tol=1e-6):
            yield f"报称 {name} 为 {claimed}，实际 {value}"


def _reached(facts: Facts, asked: dict) -> Iterator[str]:
    """Whoever some site on offer reaches within the limit has an open one."""
    yield from _without_open(facts, facts.weight.index, facts.near, "应覆盖而没有覆盖", near=True)


def _connected(facts: Facts, asked: dict) -> Iterator[str]:
    """Whoever has a way to some site on offer has one to an open site, however far."""
    yield from _without_open(facts, facts.weight.index[facts.weight > 0], facts.routes, "有路而没有连到", near=False)


def _without_open(facts: Facts, who: pd.Index, routes: pd.DataFrame, says: str, *, near: bool) -> Iterator[str]:
    left = set(who) - set(routes["demand_id"].unique())
    if left and (lost := sorted(set(facts.ways(left, near=near)["demand_id"]))):
        yield f"{says}：{lost[:5]}"


def _placed(facts: Facts, asked: dict) -> Iterator[str]:
    """All the people of whoever some site on offer reaches go somewhere."""
    going = facts.flows.groupby("demand_id")["people"].sum().reindex(facts.weight.index, fill_value=0)
    left = facts.weight.index[(going < facts.weight * (1 - 1e-9) - 1e-6) & (facts.weight > 0)]
    if len(left) and (lost := sorted(set(facts.ways(set(left), near=True)["demand_id"]))):
        yield f"没有安排完：{lost[:5]}"


def _share_reached(facts: Facts, asked: dict) -> Iterator[str]:
    least = asked["share"] * math.fsum(facts.weight)
    if facts.served < least - max(1e-6, 1e-9 * least):
        yield f"覆盖 {facts.served}，少于要求的 {least}"


def _units_held(facts: Facts, asked: dict) -> Iterator[str]:
    """Each unit holds as many open sites as it should, or as many as are on offer there."""
    units, unit_of = asked["units"], facts.told["unit"]
    offer = facts.on_offer()
    for unit in sorted({str(u) for u in (facts.unit if units is None else units)} - {""}):
        held, may = (sum(unit_of.get(s) == unit for s in ids) for ids in (facts.open_ids, offer))
        if held < min(asked["n"], may):
            yield f"{unit} 只有 {held} 处，应有 {min(asked['n'], may)} 处"


def _price(facts: Facts, asked: dict) -> float:
    return len(facts.added) if asked["minimise"] == "sites" else facts.cost


def _twice(facts: Facts, asked: dict) -> float:
    """The weight with two open sites or more."""
    times = facts.near["demand_id"].value_counts()
    return math.fsum(facts.weight[times.index[times > 1]])


def _backed(facts: Facts, asked: dict) -> float:
    return facts.served + asked["backup_weight"] * _twice(facts, asked)


def _graded(facts: Facts, asked: dict) -> float:
    nearest = facts.near.groupby("demand_id")["travel_min"].min()
    return math.fsum(facts.weight[d] * max((worth for limit, worth in asked["levels"].items() if minutes <= limit),
                                           default=0.0) for d, minutes in nearest.items())


def _minutes(facts: Facts) -> tuple[pd.Series, pd.Series]:
    """(minutes to the nearest open site, weight) of those with people and a way."""
    going = facts.routes[facts.routes["demand_id"].isin(facts.weight.index[facts.weight > 0])]
    nearest = going.groupby("demand_id")["travel_min"].min()
    return nearest, facts.weight[nearest.index]


def _walked(facts: Facts, asked: dict) -> float:
    minutes, weight = _minutes(facts)
    return math.fsum(minutes * weight)


def _mean(facts: Facts, asked: dict) -> float:
    minutes, weight = _minutes(facts)
    return math.fsum(minutes * weight) / math.fsum(weight) if len(weight) else 0.0


def _longest(facts: Facts, asked: dict) -> float:
    minutes, _ = _minutes(facts)
    return float(minutes.max()) if len(minutes) else 0.0


def _tail(facts: Facts, asked: dict) -> float:
    """The mean minutes of the share of people who go farthest."""
    minutes, weight = _minutes(facts)
    size = left = asked["share"] * math.fsum(weight)
    parts = []
    for d, far in minutes.sort_values(ascending=False).items():
        parts.append(min(left, float(weight[d])) * far)
        left -= min(left, float(weight[d]))
    return math.fsum(parts) / size if size else 0.0


def _flown(facts: Facts, asked: dict) -> float:
    return math.fsum(facts.flows["people"] * facts.flows["travel_min"])


def _spent(facts: Facts, asked: dict) -> float:
    return facts.cost + asked["cost_per_person_min"] * _flown(facts, asked)


def _shares(facts: Facts, *, reachable: bool) -> list[float]:
    """The covered shares of the units that have people, ascending; with `reachable` of those that a site may reach."""
    people = facts.weight.groupby(facts.unit).sum()
    held = facts.weight[facts.near["demand_id"].unique()].groupby(facts.unit).sum().reindex(people.index, fill_value=0)
    keep = people > 0
    if reachable:
        left = facts.unit.index[facts.unit.isin(people.index[keep & (held == 0)]) & (facts.weight > 0)]
        may = facts.unit[facts.ways(set(left), near=True)["demand_id"].unique()] if len(left) else []
        keep &= (held > 0) | people.index.isin(may)
    return sorted(float(h) / float(n) for h, n in zip(held[keep], people[keep], strict=True))


def _worst(facts: Facts, asked: dict) -> float:
    return min(_shares(facts, reachable=False), default=1.0)


def _worst_reachable(facts: Facts, asked: dict) -> float:
    return min(_shares(facts, reachable=True), default=1.0)


def _worst_in_order(facts: Facts, asked: dict) -> float:
    return min(_shares(facts, reachable=True), default=0.0 if (facts.weight > 0).any() else 1.0)


def _worst_sums(facts: Facts, asked: dict) -> dict[str, float]:
    """The sums of the k least shares, for as many as were lifted in turn."""
    shares = _shares(facts, reachable=True)
    return {f"worst_{k}": math.fsum(shares[:k]) for k in range(1, min(asked["depth"], len(shares)) + 1)}


def _short(facts: Facts, asked: dict) -> float:
    """What the units miss together: people within the limit, or sites in them."""
    if asked["n"] is not None:
        units, unit_of = asked["units"], facts.told["unit"]
        held = Counter(unit_of.get(s) for s in facts.open_ids)
        return sum(max(0, asked["n"] - held[unit]) for unit in
                   {str(u) for u in (facts.unit if units is None else units)} - {""})
    unit = facts.unit if facts.unit is not None else pd.Series("", index=facts.weight.index)
    people = facts.weight.groupby(unit).sum()
    held = facts.weight[facts.near["demand_id"].unique()].groupby(unit).sum().reindex(people.index, fill_value=0)
    return math.fsum(max(0.0, asked["share"] * float(n) - float(h)) for n, h in zip(people, held, strict=True))


def _served(facts: Facts, asked: dict) -> float:
    return facts.served


def _measured(name: str, count: Callable[[Facts, dict], float]) -> Callable[[Facts, dict], dict[str, float]]:
    return lambda facts, asked: {name: count(facts, asked)}


MODELS: dict[str, tuple] = {
    # model → (whom it must serve, its objective, its measures)
    "lscp": (_reached, _price, None), "lscp-backup": (_reached, _price, _measured("backup", _twice)),
    "partial": (_share_reached, _price, None), "unit-cover": (_units_held, _price, _measured("reach", _served)),
    "mclp": (None, _served, None), "phased-mclp": (None, _served, None), "two-tiers": (None, _served, None),
    "gradual-mclp": (None, _graded, None), "backup-mclp": (None, _backed, _measured("backup", _twice)),
    "p-median": (_connected, _walked, None), "p-center": (_connected, _longest, None),
    "p-tail": (_connected, _tail, _measured("mean", _mean)),
    "capacitated-mclp": (None, _served, None), "capacitated-p-median": (_placed, _flown, None),
    "cflp": (_placed, _spent, None),
    "fair": (None, _worst, _measured("worst_reachable", _worst_reachable)),
    "fair-in-order": (None, _worst_in_order, _worst_sums),
    "least-shortfall": (None, _short, None), "least-cost": (None, _price, None), "least-miss": (None, None, None),
}
