"""Find a plan that leaves no unit below a share, as high a share as can be met at once.

Takes `Rows` labelled by unit and the number of sites; gives open sites, without a bound.

Method: greedy and exchange on the people covered, each unit's cut off at the share aimed at, the share found by
bisection (Krause, McMahan, Guestrin & Gupta 2008).
"""

from __future__ import annotations

import time

import numpy as np

from coverage.siting.fair_shares import unit_shares
from coverage.siting.instance import REQUIRED, Instance
from coverage.siting.reduce import without_sites
from coverage.siting.rows import Rows, merge

STEPS = 12
"""Shares asked in the bisection."""


def saturated_plan(instance: Instance, rows: Rows, people: np.ndarray, lifted: np.ndarray, p: int, plan: np.ndarray,
                   high: float, until: float) -> np.ndarray:
    """A plan whose worst unit is at least as well off as under `plan`; no share above `high` is tried."""
    standing, k = instance.standing, p - int(instance.is_role(REQUIRED).sum())
    left = without_sites(rows.take(~rows.won(standing) & (rows.weight > 0)), standing)
    left, _ = merge(left.take(np.diff(left.ptr) > 0))
    held = unit_shares(rows, standing, people)
    worth = left.weight / np.maximum(people, 1)[left.label]  # each row's part of its unit
    search = _Search(left, worth, held, standing, lifted)
    low = float(unit_shares(rows, plan, people)[lifted].min(initial=1.0))
    for _ in range(STEPS):
        if time.monotonic() > until or high - low < 1e-3:
            break
        aim = (low + high) / 2
        trial = search.exchanged(search.filled(standing.copy(), k, aim), aim, until)
        reached = float(unit_shares(rows, trial, people)[lifted].min(initial=1.0))
        if reached > low:
            plan, low = trial, reached
        if reached < aim - 1e-9:
            high = aim
    return plan


class _Search:
    """The rows still to win, and each unit's share so far."""

    def __init__(self, left: Rows, worth: np.ndarray, held: np.ndarray, standing: np.ndarray,
                 lifted: np.ndarray) -> None:
        self.left, self.worth, self.standing, self.lifted = left, worth, standing, lifted
        self.row, self.n_units = left.row, len(held)
        self.held, self.n_sites = held, len(standing)
        self.key = left.site * self.n_units + left.label[self.row]

    def shares(self, won: np.ndarray) -> np.ndarray:
        return self.held + np.bincount(self.left.label[won], weights=self.worth[won], minlength=self.n_units)

    def value(self, is_open: np.ndarray, aim: float) -> float:
        return float(np.minimum(self.shares(self.left.won(is_open)), aim)[self.lifted].sum())

    def best(self, is_open: np.ndarray, aim: float) -> int:
        """The shut site that adds most to the shares, each cut off at `aim`; −1 if none adds anything."""
        won = self.left.won(is_open)
        slack = np.zeros(self.n_units)
        slack[self.lifted] = np.maximum(aim - self.shares(won), 0.0)[self.lifted]
        adds = np.bincount(self.key, weights=(self.worth * ~won)[self.row], minlength=self.n_sites * self.n_units)
        gain = np.minimum(adds.reshape(self.n_sites, self.n_units), slack).sum(axis=1)
        gain[is_open] = 0.0
        best = int(np.argmax(gain))
        return best if gain[best] > 1e-12 else -1

    def filled(self, is_open: np.ndarray, k: int, aim: float) -> np.ndarray:
        while k - int((is_open & ~self.standing).sum()) > 0:
            site = self.best(is_open, aim)
            if site < 0:
                break
            is_open[site] = True
        return is_open

    def exchanged(self, is_open: np.ndarray, aim: float, until: float) -> np.ndarray:
        """Take one site out and the best one in, while that gains."""
        value, gained = self.value(is_open, aim), True
        full = aim * len(self.lifted) - 1e-9
        while gained and value < full and time.monotonic() < until:
            gained = False
            mine = np.flatnonzero(is_open & ~self.standing)
            losses = []
            for site in mine:
                is_open[site] = False
                losses.append(value - self.value(is_open, aim))
                is_open[site] = True
            for site in mine[np.argsort(losses, kind="stable")]:
                trial = is_open.copy()
                trial[site] = False
                into = self.best(trial, aim)
                if into < 0 or into == site or time.monotonic() > until:
                    continue
                trial[into] = True
                better = self.value(trial, aim)
                if better > value + 1e-9:
                    is_open, value, gained = trial, better, True
        return is_open
