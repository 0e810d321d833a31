"""Propose remedies for one gap: what stands there and nearby in, changes to try out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.goals import supply as sp
from coverage.goals.as_of import AsOf
from coverage.goals.changes import Change, exemplar
from coverage.goals.conditions import SiteCondition
from coverage.goals.costs import unit_cost
from coverage.goals.goal import Units
from coverage.goals.units import unit_of, unit_of_demand

ORDER = UPGRADE, HOST, ENLARGE, SHARE, BUILD, OUTREACH = ("升级", "共建", "扩容", "共享", "新建", "流动服务或接送")


@dataclass(frozen=True)
class Gap:
    """An unmet township or county, or the unmet villages or institutions of a township.

    `codes`: the unit codes that are unmet; `people`: disabled people in them whom the goal
    means; `have` and `need` as in the units table, summed.
    """

    part: str
    code: str
    name: str
    codes: tuple[str, ...]
    people: int
    have: int
    need: int
    spec: Units
    institutions: SiteCondition

    @property
    def lacking(self) -> int:
        return max(1, self.need - self.have)


@dataclass(frozen=True)
class Option:
    """One remedy for one gap, before it is judged. `people`: how many it could serve at most."""

    gap: Gap
    remedy: str
    change: Change
    what: str
    cost_wan: float
    cost_basis: str
    people: int


@dataclass(frozen=True)
class Proposer:
    """What proposing needs: the goal, the region as of the year, unit costs, room left in institutions
    (by site_id, inf = no limit), people by demand_id and the minutes within which sharing makes sense."""

    goal: object
    at: AsOf
    costs: pd.DataFrame
    spare: pd.Series
    people: pd.Series
    within_min: float

    def options(self, gap: Gap) -> Iterator[Option]:
        """Every remedy worth trying, in the order of ORDER."""
        if gap.spec.level == "机构":
            yield self._upgrade_themselves(gap)
        elif self.goal.kind == "village_service":
            yield from self._outreach(gap)
        else:
            here = self.at.sites_by_unit(gap.institutions, gap.spec.level, sharing=False)
            here = here[here["unit_code"] == gap.code]
            if self.goal.kind == "capacity_share":
                yield from self._enlarge(gap, here)
            else:
                yield from self._upgrade(gap, here)
                yield from self._host(gap)
                if self.goal.kind != "reach_share":  # whoever reaches an institution in time is counted already
                    yield from self._share(gap)
            yield self._build(gap)

    def _upgrade(self, gap: Gap, here: pd.DataFrame) -> Iterator[Option]:
        short = here[here["verdict"] == sp.SUBSTANDARD].head(gap.lacking)
        if short.empty:
            return
        fields = _standard(gap.institutions)
        prices = [unit_cost(self.costs, UPGRADE, kind) for kind in short["service_type"]]
        places = int(short["capacity"].sum()) if short["capacity"].notna().all() else None
        yield self._option(gap, UPGRADE, Change(mended={site: fields for site in short.index}),
                           f"升级{'、'.join(short['name'])}", sum(price.cost_wan for price in prices), prices[0].basis,
                           places)

    def _upgrade_themselves(self, gap: Gap) -> Option:
        fields = _standard(gap.institutions)
        sites = self.at.region.sites.loc[list(gap.codes)]
        prices = [unit_cost(self.costs, UPGRADE, kind) for kind in sites["service_type"]]
        return self._option(gap, UPGRADE, Change(mended={site: fields for site in gap.codes}),
                            f"升级{'、'.join(sites['name'])}", sum(price.cost_wan for price in prices), prices[0].basis)

    def _host(self, gap: Gap) -> Iterator[Option]:
        if self.goal.hosts is None:
            return
        hosts = self.at.sites_by_unit(self.goal.hosts, gap.spec.level, sharing=False)
        hosts = hosts[(hosts["unit_code"] == gap.code) & (hosts["verdict"] == sp.COUNTS)].head(gap.lacking)
        if len(hosts) < gap.lacking:
            return
        fields = exemplar(gap.institutions)
        price = unit_cost(self.costs, HOST, fields.get("service_type"))
        new = {f"共建-{site_id}": self._site(fields, f"{host['name']}共建", host, price.places)
               | {"hosted_in": host["service_type"]} for site_id, host in hosts.iterrows()}
        like = {f"共建-{site_id}": site_id for site_id in hosts.index}
        yield self._option(gap, HOST, Change(new=new, like=like), f"在{'、'.join(hosts['name'])}共建{_kind(fields)}",
                           price.cost_wan * len(hosts), price.basis, _times(price.places, len(hosts)))

    def _enlarge(self, gap: Gap, here: pd.DataFrame) -> Iterator[Option]:
        counting = here[(here["verdict"] == sp.COUNTS) & here["capacity"].notna()]
        if counting.empty:
            return
        site = counting["capacity"].astype(int).idxmax()
        price = unit_cost(self.costs, ENLARGE)
        change = Change(mended={site: {"capacity": int(counting.at[site, "capacity"]) + gap.lacking}})
        yield self._option(gap, ENLARGE, change, f"{counting.at[site, 'name']}增加 {gap.lacking} 个名额",
                           price.cost_wan * gap.lacking, price.basis, gap.lacking)

    def _share(self, gap: Gap) -> Iterator[Option]:
        """The neighbour's institution with room that serves most of the unit's people in time."""
        if self.at.times is None or gap.spec.level != "乡镇":
            return
        sites = self.at.sites(gap.institutions)
        sites = sites[(sites["verdict"] == sp.COUNTS) & (sites["township_code"] != gap.code)]
        room = self.spare.reindex(sites.index).fillna(0)
        ids = self.at.region.demand.index[self.at.region.demand["township_code"] == gap.code]
        near = self.at.times[self.at.times["demand_id"].isin(ids) & (self.at.times["travel_min"] <= self.within_min)]
        near = near[near["site_id"].isin(room.index[room >= 1])]
        reached = near["demand_id"].map(self.people).groupby(near["site_id"]).sum().sort_index()
        served = np.minimum(reached.astype(float), room.reindex(reached.index))
        served = served[served > 0]
        if served.empty:
            return
        best = served.idxmax()
        price = unit_cost(self.costs, SHARE)
        agreed = {"site_id": best, "township_code": gap.code, "document": "拟签共享协议", "from_year": self.at.year,
                  "to_year": None}
        yield self._option(gap, SHARE, Change(agreements=(agreed,)), f"与{sites.at[best, 'name']}签共享协议",
                           price.cost_wan, price.basis, int(served[best]))

    def _build(self, gap: Gap) -> Option:
        fields = exemplar(gap.institutions)
        price = unit_cost(self.costs, BUILD, fields.get("service_type"))
        count, places = gap.lacking, price.places
        if self.goal.kind == "capacity_share":
            count, places = 1, max(price.places or 0, gap.lacking)
        elif self.goal.kind == "reach_share":
            count = 1
        spot, like = self._spot(gap)
        ids = [f"新建-{gap.part}-{gap.code}-{number + 1}" for number in range(count)]
        new = {name: self._site(fields, f"{gap.name}拟建", spot, places) for name in ids}
        more = f" {count} 处" if count > 1 else ""
        return self._option(gap, BUILD, Change(new=new, like=dict.fromkeys(ids, like) if like else {}),
                            f"在{spot['name']}新建{_kind(fields)}{more}", price.cost_wan * count, price.basis,
                            _times(places, count))

    def _outreach(self, gap: Gap) -> Iterator[Option]:
        ways = [way for way in self.goal.ways if way != "机构"]
        if not ways:
            return
        price = unit_cost(self.costs, OUTREACH)
        rows = tuple({"demand_id": code, "way": ways[0], "provider": "拟安排", "days_per_year": self.goal.days_per_year,
                      "from_year": self.at.year, "to_year": None} for code in gap.codes)
        yield self._option(gap, OUTREACH, Change(services=rows), f"{len(rows)} 个村安排{ways[0]}",
                           price.cost_wan * len(rows), price.basis)

    def _option(self, gap: Gap, remedy: str, change: Change, what: str, cost: float, basis: str,
                places: int | None = None) -> Option:
        people = gap.people if places is None else min(gap.people, places)
        return Option(gap, remedy, change, what, round(float(cost), 4), basis, people)

    def _spot(self, gap: Gap) -> tuple[dict, str | None]:
        """Where a new one would stand: the unit's cheapest candidate not forbidden, else its most peopled point."""
        region = self.at.region
        candidates = region.candidates
        if len(candidates):
            free = candidates["role"].ne("禁选").fillna(True).astype(bool)
            here = candidates[free & unit_of(candidates["township_code"], gap.spec.level).eq(gap.code)]
            if len(here):
                best = here.sort_index().sort_values("cost_wan", kind="stable").iloc[0]
                return best.to_dict(), best.name
        demand = region.demand[unit_of_demand(region.demand, gap.spec.level) == gap.code].sort_index()
        if demand.empty:
            return {"name": gap.name, "township_code": gap.code}, None
        return demand.loc[self.people.reindex(demand.index).fillna(0).astype(float).idxmax()].to_dict(), None

    def _site(self, fields: dict, name: str, spot, places: int | None) -> dict:
        where = {key: spot.get(key) for key in ("township_code", "lon", "lat")}
        capacity = {"capacity": places} if places and "capacity" not in fields else {}
        return {"name": name, **where, "state": "运营", "opened_year": self.at.year, **capacity, **fields}


def _standard(condition: SiteCondition) -> dict:
    """What an upgrade changes: all that the goal asks but the type."""
    return {name: value for name, value in exemplar(condition).items() if name != "service_type"}


def _kind(fields: dict) -> str:
    return fields.get("service_type", "机构")


def _times(places: int | None, count: int) -> int | None:
    return places * count if places else None
