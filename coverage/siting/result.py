"""Hold what a siting run answers: the plan, its proof, and an account of every person.

Takes an `Instance` and the positions of the open sites; gives a `SitingResult` of plain tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from coverage.siting.instance import EXISTING, FORBIDDEN, Instance

TERMINATION_LABELS = {"proven": "已证明", "time_limit": "到时限", "cancelled": "已取消", "tolerance": "到数值精度",
                      "infeasible": "证明无解"}
STATE_LABELS = {"served": "已覆盖", "full": "够得着但满员", "out_of_reach": "超出时限", "unreachable": "无路可达"}


@dataclass(frozen=True)
class SitingResult:
    """A plan and its proof.

    `status` is what the plan is (optimal or feasible), `termination` why the run stopped (proven,
    time_limit, cancelled). `bound` is proven: no plan does better; `gap` = |objective − bound| / |objective|,
    0 when optimal. `served + full + out_of_reach + unreachable == total`, exactly.

    - `chosen`: index site_id, the open sites, existing ones among them: role, cost, action, people_within
      (people within the limit), people_nearest (those of them whose nearest open site it is), people_only (reached
      by no other open site), people_added (reached by no existing site; NaN for an existing one).
    - `assignment`: index demand_id, every demand point: weight[, unit], site_id and travel_min (its open
      site; blank and NaN where no open site has a route), state (served / full / out_of_reach / unreachable),
      covered (state is served). In a capacitated model `served` is how many of them are, and a point of
      which somebody is left over is full.
    - `unreached`: index demand_id, those that no site on offer, open or not, reaches within the limit:
      weight[, unit], nearest_min (NaN = no route at all), reason (Chinese).
    - `flows`: demand_id, site_id, people, travel_min: who goes where in a capacitated model; else None.
    - `closed`: the existing sites that the plan shuts (replaced, moved, or closed).
    - `measures`: a model's further figures by name, such as lscp_backup's "backup".
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
    flows: pd.DataFrame | None = None
    closed: tuple[str, ...] = ()
    measures: dict[str, float] = field(default_factory=dict)
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
    site_of, minutes_of = np.full(n, -1), np.full(n, np.nan)
    if len(row) == 0:
        return site_of, minutes_of
    starts = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
    least = np.minimum.reduceat(minutes, starts)
    at = np.flatnonzero(minutes == np.repeat(least, np.diff(np.append(starts, len(row)))))
    at = at[np.concatenate(([True], row[at][1:] != row[at][:-1]))]
    site_of[row[at]], minutes_of[row[at]] = site[at], minutes[at]
    return site_of, minutes_of


def assignment_table(instance: Instance, is_open: np.ndarray) -> pd.DataFrame:
    """The `assignment` table where everyone goes to the quickest open site."""
    site_of, minutes = nearest_open(instance, is_open)
    routed = np.diff(instance.ptr) > 0
    state = np.where(minutes <= instance.limit_min, "served", np.where(routed, "out_of_reach", "unreachable"))
    return pd.DataFrame(
        {"weight": instance.weight} | _told(unit=instance.unit, group=instance.group) |
        {"site_id": np.append(instance.site_id, "")[site_of], "travel_min": minutes, "state": state,
         "covered": state == "served"},
        index=pd.Index(instance.demand_id, name="demand_id", dtype="str"),
    ).astype({"site_id": "str", "state": "str"})


def loaded_table(instance: Instance, is_open: np.ndarray, flows: pd.DataFrame) -> pd.DataFrame:
    """The `assignment` table where `flows` says who goes where: each point's site is the one that takes most."""
    table = assignment_table(instance, is_open)
    served = flows.groupby("demand_id")["people"].sum().reindex(table.index, fill_value=0)
    main = (flows.sort_values(["demand_id", "people", "travel_min", "site_id"], ascending=[True, False, True, True])
            .drop_duplicates("demand_id").set_index("demand_id"))
    table.loc[main.index, ["site_id", "travel_min"]] = main[["site_id", "travel_min"]]
    left_over = served < table["weight"] - 1e-9 * table["weight"].abs()
    table["served"] = served.where(left_over, table["weight"])
    table["state"] = table["state"].mask((table["state"] == "served") & left_over, "full")
    table["covered"] = table["state"] == "served"
    return table


def _told(**columns) -> dict:
    """The columns that the table gave."""
    return {name: values for name, values in columns.items() if values is not None}


def chosen_table(instance: Instance, is_open: np.ndarray) -> pd.DataFrame:
    """The `chosen` table: what each open site brings."""
    ptr, site = instance.within()
    row = np.repeat(np.arange(len(instance.demand_id)), np.diff(ptr))
    existing = instance.is_role(EXISTING)
    by_existing = np.bincount(row[existing[site]], minlength=len(instance.weight)) > 0
    pair_open = is_open[site]
    row, site = row[pair_open], site[pair_open]
    times_covered = np.bincount(row, minlength=len(instance.weight))
    nearest, _ = nearest_open(instance, is_open)
    weight, n = instance.weight[row], len(instance.site_id)

    def people(keep: np.ndarray) -> np.ndarray:
        total = np.zeros(n, dtype=instance.weight.dtype)
        np.add.at(total, site[keep], weight[keep])
        return total

    table = pd.DataFrame(
        {"role": instance.role, "cost": instance.cost,
         "action": np.where(existing, "", instance.action)} | _told(unit=instance.site_unit) |
        {"people_within": people(np.ones(len(row), dtype=bool)),
         "people_nearest": people(nearest[row] == site),
         "people_only": people(times_covered[row] == 1),
         "people_added": np.where(existing, np.nan, people(~by_existing[row]))},
        index=pd.Index(instance.site_id, name="site_id", dtype="str"),
    )
    return table[is_open]


def unreached_table(instance: Instance) -> pd.DataFrame:
    """The `unreached` table: whom no site on offer reaches within the limit."""
    ptr, _ = instance.within()
    at = np.flatnonzero(np.diff(ptr) == 0)
    nearest_min = np.full(len(at), np.nan)
    if len(at):
        nearest_min = nearest_open(instance, ~instance.is_role(FORBIDDEN))[1][at]
    reason = [f"最近的可选点也要 {t:.0f} 分钟" if t == t else "到任何可选点都没有路" for t in nearest_min]
    return pd.DataFrame(
        {"weight": instance.weight[at]} | ({} if instance.unit is None else {"unit": instance.unit[at]}) |
        {"nearest_min": nearest_min, "reason": pd.array(reason, dtype="str")},
        index=pd.Index(instance.demand_id[at], name="demand_id", dtype="str"),
    )


def total(weight: np.ndarray) -> float | int:
    """The exact sum: of whole numbers as int, of others correctly rounded."""
    return int(weight.sum()) if weight.dtype.kind == "i" else math.fsum(weight)


def build(instance: Instance, is_open: np.ndarray, *, within_min: float, flows: pd.DataFrame | None = None,
          objective: float, bound: float, **account) -> SitingResult:
    """Put a plan into tables; `account` is what the other fields of SitingResult say."""
    if flows is None:
        assignment = assignment_table(instance, is_open)
        people = {state: total(instance.weight[(assignment["state"] == state).to_numpy()]) for state in STATE_LABELS}
    else:
        assignment = loaded_table(instance, is_open, flows)
        rest = (assignment["weight"] - assignment["served"]).to_numpy()
        people = {state: total(rest[(assignment["state"] == state).to_numpy()]) for state in STATE_LABELS}
        people["served"] = total(assignment["served"].to_numpy())
    return SitingResult(
        objective=objective, bound=bound, gap=relative_gap(objective, bound), within_min=within_min,
        chosen=chosen_table(instance, is_open), assignment=assignment,
        unreached=unreached_table(instance), flows=flows,
        closed=tuple(instance.site_id[instance.is_role(EXISTING) & ~is_open]),
        **account, **people)
