"""Value a plan whose sites take only so many people: who finds a place, on the way that costs least.

Takes an `Instance`; gives a worth for coverage/siting/exchange.py, each plan's people assigned anew.
"""

from __future__ import annotations

import math

import numpy as np

from coverage.siting.instance import EXISTING, FORBIDDEN, Instance
from coverage.siting.milp import Draft
from coverage.siting.solver import solve

AWAY_TIMES = 4.0
"""Nobody is left without a place to spare others any detour: it costs so many times the longest way for each site."""

FEW_PAIRS = 120
"""Up to so many pairs of demand and open site the solver says at once who goes where in one piece."""


class Placed:
    """Cost of a plan: `price` of its sites, `minute_price` for each person's minute and `away` for each person who
    finds no place; with `served`, simply the people who find one."""

    less, exact = True, False

    def __init__(self, instance: Instance, price: np.ndarray, minute_price: float, *, served: bool = False) -> None:
        row = np.repeat(np.arange(len(instance.weight)), np.diff(instance.ptr))
        keep = instance.is_within() & ~instance.is_role(FORBIDDEN)[instance.site] & (instance.weight[row] > 0)
        here, self.number = np.unique(row[keep], return_inverse=True)
        self.site, self.minutes = instance.site[keep], instance.minutes[keep]
        self.weight, self.room = instance.weight[here].astype(float), np.minimum(instance.capacity, 1e15)
        self.price, self.minute_price, self.served, self.less = price, minute_price, served, not served
        order = np.argsort(self.site, kind="stable")
        self._pairs = np.split(order, np.searchsorted(self.site[order], np.arange(1, len(instance.site_id))))
        self.away = (self.minutes.max(initial=0.0) + 1.0) * AWAY_TIMES * max(1, len(instance.site_id))
        self.least = np.where(instance.is_role(EXISTING), 0.0, instance.min_people)
        self._known: dict[bytes, tuple] = {}

    def value(self, is_open: np.ndarray) -> float:
        minutes, left = self._placed(is_open)
        if self.served:
            return float(self.weight.sum() - left)
        return float(self.price[is_open].sum()) + self.minute_price * (minutes + self.away * left)

    def people(self, is_open: np.ndarray) -> float:
        """How many find a place."""
        return float(self.weight.sum() - self._placed(is_open)[1])

    def adding(self, is_open: np.ndarray) -> np.ndarray:
        """No plan with one site more is better: from the duals of the assignment, a knapsack for each site."""
        minutes, left, worth, *_ = self._assigned(is_open)
        saved = np.array([self._knapsack(pairs, worth, site) for site, pairs in enumerate(self._pairs)])
        if self.served:  # each further person saves what staying away costs, less detours of a quarter at most
            reach = np.array([self.weight[self.number[pairs]].sum() for pairs in self._pairs])
            most = saved / (self.away * (1 - 1 / AWAY_TIMES))
            return self.weight.sum() - left + np.minimum(np.minimum(left, self.room), np.minimum(reach, most))
        return (self.price[is_open].sum() + self.price) + self.minute_price * (minutes + self.away * left - saved)

    def _knapsack(self, pairs: np.ndarray, worth: np.ndarray, site: int) -> float:
        saving = worth[self.number[pairs]] - self.minutes[pairs]
        gains = saving > 0
        if not gains.any():
            return 0.0
        saving, people = saving[gains], self.weight[self.number[pairs[gains]]]
        order = np.argsort(-saving, kind="stable")
        before = np.cumsum(people[order]) - people[order]
        return float((saving[order] * np.clip(self.room[site] - before, 0.0, people[order])).sum())

    def _placed(self, is_open: np.ndarray) -> tuple[float, float]:
        """(person-minutes, people without a place)."""
        return self._assigned(is_open)[:2]

    def _assigned(self, is_open: np.ndarray):
        """(person-minutes, people without a place, what a place is worth to each demand, whether none is parted,
        whether each site has enough people), where the people of a demand may be parted."""
        key = is_open.tobytes()
        if key not in self._known:
            self._known[key] = self._transported(is_open)
        return self._known[key]

    def _transported(self, is_open: np.ndarray):
        from coverage.siting.kernels.flows import transport

        open_at = np.flatnonzero(is_open)
        seat = np.full(len(is_open), -1)
        seat[open_at] = np.arange(len(open_at))
        usable = seat[self.site] >= 0
        cost = np.full((len(open_at) + 1, len(self.weight)), np.inf)
        cost[seat[self.site[usable]], self.number[usable]] = self.minutes[usable]
        cost[-1] = self.away
        room = np.append(self.room[open_at], np.inf)
        _, flow, _ = transport(cost, self.weight, np.minimum(room, 1e15))
        left = float(flow[-1].sum())
        minutes = float((flow[:-1] * np.where(np.isfinite(cost[:-1]), cost[:-1], 0.0)).sum())
        whole = ((flow > 1e-9).sum(axis=0) <= 1).all()
        enough = (flow[:-1].sum(axis=1) >= self.least[open_at] - 1e-6).all()
        return minutes, left, self._duals(cost, flow, room), bool(whole), bool(enough)

    def settled(self, is_open: np.ndarray) -> bool:
        """Whether the value is the plan's own, and not only a bound that the plan doesn't pass: where people go as is
        best for them, each new site has as many as it needs."""
        return self._assigned(is_open)[4]

    @staticmethod
    def _duals(cost: np.ndarray, flow: np.ndarray, room: np.ndarray) -> np.ndarray:
        """What each demand would save with a place at no distance: its least cost and the price of a seat there."""
        n = len(room)
        edge = np.full((n, n), np.inf)
        for s in range(n):
            going = flow[s] > 1e-9
            if going.any():
                edge[s] = (cost[:, going] - cost[s, going]).min(axis=1)
        seat = np.where(flow.sum(axis=1) < room - 1e-9, 0.0, np.inf)
        for _ in range(n):
            shorter = np.minimum(seat, (edge + seat[None, :]).min(axis=1))
            if np.allclose(shorter, seat, rtol=0, atol=1e-9, equal_nan=True):
                break
            seat = shorter
        return (cost + np.maximum(seat, 0.0)[:, None]).min(axis=0)


class PlacedWhole(Placed):
    """As `Placed`, the people of a demand all going to one site or to none.

    That is settled where they do so of themselves, and by the solver where pairs are few. Else the value is that with
    people parted, which no plan passes.
    """

    def settled(self, is_open: np.ndarray) -> bool:
        return super().settled(is_open) and self._can_settle(is_open)

    def _can_settle(self, is_open: np.ndarray) -> bool:
        return self._assigned(is_open)[3] or self._pairs_open(is_open).sum() <= FEW_PAIRS

    def _placed(self, is_open: np.ndarray) -> tuple[float, float]:
        minutes, left, _, whole, _ = self._assigned(is_open)
        if whole or not self._can_settle(is_open):
            return minutes, left
        key = b"whole" + is_open.tobytes()
        if key not in self._known:
            self._known[key] = self._each_at_one(self._pairs_open(is_open))
        return self._known[key]

    def _pairs_open(self, is_open: np.ndarray) -> np.ndarray:
        return is_open[self.site]

    def _each_at_one(self, usable: np.ndarray) -> tuple[float, float]:
        number, site, minutes = self.number[usable], self.site[usable], self.minutes[usable]
        people, draft = self.weight[number], Draft()
        goes = draft.columns(people * (minutes / self.away - 1.0))
        draft.rows(len(self.weight), [(number, goes, 1.0)], upper=1.0)
        draft.rows(len(self.room), [(site, goes, people)], upper=self.room)
        chosen = solve(draft.finish(), time_limit=math.inf, seed=0).values > 0.5
        return float(people[chosen] @ minutes[chosen]), float(self.weight.sum() - people[chosen].sum())
