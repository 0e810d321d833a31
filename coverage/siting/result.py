"""Hold what a siting run answers: the plan, its proof, and an account of every person.

Takes an `Instance` and the positions of the open sites; gives a `SitingResult` of plain tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from coverage.siting.instance import EXISTING, Instance

STATUS_LABELS = {"optimal": "最优", "feasible": "可行", "infeasible": "无解"}
TERMINATION_LABELS = {"proven": "已证明", "time_limit": "到时限", "cancelled": "已取消", "infeasible": "证明无解"}
STATE_LABELS = {"served": "已覆盖", "full": "够得着但满员", "out_of_reach": "超出时限", "unreachable": "无路可达"}


@dataclass(frozen=True)
class SitingResult:
    """A plan and its proof.

    `status` is what the plan is (optimal or feasible), `termination` why the run stopped (proven,
    time_limit, cancelled). `bound` is proven: no plan does better; `gap` = |objective − bound| / |objective|,
    0 when optimal. `served + full + out_of_reach + unreachable == total`, exactly.

    - `chosen`: index site_id, the open sites, existing ones among them: role, cost, people_within (people
      within the limit), people_nearest (those of them whose nearest open site it is), people_only (reached
      by no other open site), people_added (reached by no existing site; NaN for an existing one).
    - `assignment`: index demand_id, every demand point: weight[, unit], site_id and travel_min (its open
      site; blank and NaN where no open site has a route), state (served / full / out_of_reach / unreachable),
      covered (state is served).
    - `unreached`: index demand_id, those that no site on offer, open or not, reaches within the limit:
      weight[, unit], nearest_min (NaN = no route at all), reason (Chinese).
    - `notes`: what else should be read with the plan (Chinese sentences).
    """

    model: str
    status: str
    termination: str
    objective: float
    bound: float
    gap: float
    seconds: float
    seed: int
    within_min: float
    chosen: pd.DataFrame
    assignment: pd.DataFrame
    unreached: pd.DataFrame
    served: float
    full: float
    out_of_reach: float
    unreachable: float
    notes: tuple[str, ...] = field(default=())

    @property
    def covered(self) -> float:
        """People served."""
        return self.served

    @property
    def uncovered(self) -> float:
        """People not served, for whatever reason."""
        return self.full + self.out_of_reach + self.unreachable

    @property
    def total(self) -> float:
        return self.served + self.uncovered

    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]

    @property
    def termination_label(self) -> str:
        return TERMINATION_LABELS[self.termination]

    @property
    def new_sites(self) -> pd.DataFrame:
        """`chosen` without the existing institutions."""
        return self.chosen[self.chosen["role"] != EXISTING]

    def __str__(self) -> str:
        proof = ("最优解" if self.status == "optimal" else
                 f"可行解，距最优至多 {self.gap:.2%}" if math.isfinite(self.gap) else "可行解，距最优多远未知")
        return (f"{proof}：新建 {len(self.new_sites)} 处，覆盖 {self.served:,} / {self.total:,} 人"
                f"（{self.termination_label}，{self.seconds:.1f} 秒）")


def relative_gap(objective: float, bound: float) -> float:
    """|objective − bound| / |objective|; inf where the objective is 0 and the bound is not."""
    if objective == bound:
        return 0.0
    return abs(objective - bound) / abs(objective) if objective and math.isfinite(bound) else math.inf


def nearest_open(instance: Instance, is_open: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each demand point's quickest open site (−1 = none has a route) and its minutes (NaN); ties to the first id."""
    n = len(instance.demand_id)
    row = np.repeat(np.arange(n), np.diff(instance.ptr))
    open_pair = is_open[instance.site]
    row, site, minutes = row[open_pair], instance.site[open_pair], instance.minutes[open_pair]
    order = np.lexsort((site, minutes, row))
    first_row, at = np.unique(row[order], return_index=True)
    site_of, minutes_of = np.full(n, -1), np.full(n, np.nan)
    site_of[first_row], minutes_of[first_row] = site[order][at], minutes[order][at]
    return site_of, minutes_of


def assignment_table(instance: Instance, is_open: np.ndarray, within_min: float,
                     site_of: np.ndarray | None = None, served: np.ndarray | None = None) -> pd.DataFrame:
    """The `assignment` table. A capacitated model gives its own `site_of` and `served`."""
    nearest, minutes = nearest_open(instance, is_open)
    routed = np.diff(instance.ptr) > 0
    state = np.where(minutes <= within_min, "served", np.where(routed, "out_of_reach", "unreachable"))
    if site_of is not None:
        nearest, minutes, state = _given(instance, nearest, minutes, state, site_of, served)
    names = np.append(instance.site_id, "")[nearest]
    return pd.DataFrame(
        {"weight": instance.weight} | ({} if instance.unit is None else {"unit": instance.unit}) |
        {"site_id": names, "travel_min": minutes, "state": state, "covered": state == "served"},
        index=pd.Index(instance.demand_id, name="demand_id", dtype="str"),
    ).astype({"site_id": "str", "state": "str"})


def _given(instance, nearest, minutes, state, site_of, served):
    lookup = {(i, j): t for i in np.flatnonzero(served) for j, t in
              zip(*(a[instance.ptr[i]:instance.ptr[i + 1]] for a in (instance.site, instance.minutes)), strict=True)}
    minutes = np.array([lookup[i, site_of[i]] if served[i] else minutes[i] for i in range(len(nearest))])
    state = np.where(served, "served", np.where(state == "served", "full", state))
    return np.where(served, site_of, nearest), minutes, state


def chosen_table(instance: Instance, is_open: np.ndarray, within_min: float) -> pd.DataFrame:
    """The `chosen` table: what each open site brings."""
    ptr, site = instance.within(within_min)
    row = np.repeat(np.arange(len(instance.demand_id)), np.diff(ptr))
    pair_open = is_open[site]
    row, site = row[pair_open], site[pair_open]
    existing = instance.is_role(EXISTING)
    by_existing = np.bincount(row[existing[site]], minlength=len(instance.weight)) > 0
    times_covered = np.bincount(row, minlength=len(instance.weight))
    nearest, _ = nearest_open(instance, is_open)
    weight, n = instance.weight[row], len(instance.site_id)

    def people(keep: np.ndarray) -> np.ndarray:
        total = np.zeros(n, dtype=instance.weight.dtype)
        np.add.at(total, site[keep], weight[keep])
        return total

    table = pd.DataFrame(
        {"role": instance.role, "cost": instance.cost} |
        ({} if instance.site_unit is None else {"unit": instance.site_unit}) |
        {"people_within": people(np.ones(len(row), dtype=bool)),
         "people_nearest": people(nearest[row] == site),
         "people_only": people(times_covered[row] == 1),
         "people_added": np.where(existing, np.nan, people(~by_existing[row]))},
        index=pd.Index(instance.site_id, name="site_id", dtype="str"),
    )
    return table[is_open]


def unreached_table(instance: Instance, within_min: float) -> pd.DataFrame:
    """The `unreached` table: whom no site on offer reaches within the limit."""
    ptr, _ = instance.within(within_min)
    at = np.flatnonzero(np.diff(ptr) == 0)
    _, nearest_min = nearest_open(instance, instance.role != "禁选")
    nearest_min = nearest_min[at]
    reason = [f"最近的可选点也要 {t:.0f} 分钟" if t == t else "到任何可选点都没有路" for t in nearest_min]
    return pd.DataFrame(
        {"weight": instance.weight[at]} | ({} if instance.unit is None else {"unit": instance.unit[at]}) |
        {"nearest_min": nearest_min, "reason": pd.array(reason, dtype="str")},
        index=pd.Index(instance.demand_id[at], name="demand_id", dtype="str"),
    )


def total(weight: np.ndarray) -> float | int:
    """The exact sum: of whole numbers as int, of others correctly rounded."""
    return int(weight.sum()) if weight.dtype.kind == "i" else math.fsum(weight)


def build(instance: Instance, is_open: np.ndarray, *, model: str, status: str, termination: str, objective: float,
          bound: float, seconds: float, seed: int, within_min: float, notes: tuple[str, ...] = (),
          site_of: np.ndarray | None = None, served: np.ndarray | None = None) -> SitingResult:
    """Put a checked plan into words and tables."""
    assignment = assignment_table(instance, is_open, within_min, site_of, served)
    people = {state: total(instance.weight[(assignment["state"] == state).to_numpy()]) for state in STATE_LABELS}
    return SitingResult(
        model=model, status=status, termination=termination, objective=objective, bound=bound,
        gap=relative_gap(objective, bound), seconds=seconds, seed=seed, within_min=within_min,
        chosen=chosen_table(instance, is_open, within_min), assignment=assignment,
        unreached=unreached_table(instance, within_min), notes=notes, **people)
