"""Every model of siting, each asked of one made-up county."""

import numpy as np
import pandas as pd

import coverage.siting as siting
from coverage.siting import CountTarget, ReachTarget, UnitTarget


def county(n=120, m=60, *, seed=3):
    """n villages, m candidates at random on a square of 60 minutes, in 8 townships."""
    random = np.random.default_rng(seed)
    village, site = random.random((n, 2)) * 60, random.random((m, 2)) * 60
    minutes = np.hypot(*(village[:, None] - site[None]).transpose(2, 0, 1)).round(1)
    times = pd.DataFrame([(f"d{i:03}", f"s{j:02}", minutes[i, j]) for i in range(n) for j in range(m)],
                         columns=["demand_id", "site_id", "travel_min"])
    demand = pd.DataFrame({"weight": random.integers(1, 50, n), "unit": [f"u{i % 8}" for i in range(n)]},
                          index=[f"d{i:03}" for i in range(n)])
    sites = pd.DataFrame({"cost": random.integers(5, 20, m).astype(float), "capacity": 300.0,
                          "unit": [f"u{j % 8}" for j in range(m)]}, index=[f"s{j:02}" for j in range(m)])
    return times, demand, sites


TARGETS = [ReachTarget("七成", share=0.7), CountTarget("八处", n=8), UnitTarget("乡乡", ("u0", "u1"), n=1)]
RUNS = {
    "lscp": lambda q, **o: siting.lscp(*q, within_min=9, **o),
    "lscp-backup": lambda q, **o: siting.lscp_backup(*q, within_min=9, **o),
    "partial": lambda q, **o: siting.partial_cover(*q, within_min=9, share=0.7, **o),
    "unit-cover": lambda q, **o: siting.unit_cover(*q, within_min=9, **o),
    "mclp by money": lambda q, **o: siting.mclp(*q, within_min=9, budget=60, **o),
    "mclp": lambda q, **o: siting.mclp(*q, within_min=9, p=6, **o),
    "backup": lambda q, **o: siting.backup_mclp(*q, within_min=9, backup_weight=0.5, p=6, **o),
    "gradual": lambda q, **o: siting.gradual_mclp(*q, levels={5: 1.0, 12: 0.4}, p=6, **o),
    "fair": lambda q, **o: siting.fair(*q, within_min=9, p=6, **o),
    "fair-in-order": lambda q, **o: siting.fair_in_order(*q, within_min=9, p=6, **o),
    "least-shortfall": lambda q, **o: siting.least_shortfall(*q, within_min=9, share=0.8, p=6, **o),
    "p-median": lambda q, **o: siting.p_median(*q, p=6, **o),
    "p-center": lambda q, **o: siting.p_center(*q, p=6, **o),
    "p-tail": lambda q, **o: siting.p_tail(*q, p=6, **o),
    "capacitated-mclp": lambda q, **o: siting.capacitated_mclp(*q, within_min=9, p=6, **o),
    "capacitated-p-median": lambda q, **o: siting.capacitated_p_median(*q, p=14, **o),
    "cflp": lambda q, **o: siting.cflp(*q, cost_per_person_min=0.02, **o),
    "least-cost": lambda q, **o: siting.least_cost(*q, within_min=9, targets=TARGETS, **o).plan,
    "least-miss": lambda q, **o: siting.least_miss(*q, within_min=9, targets=TARGETS, budget=60, **o).plan,
    "phases": lambda q, **o: siting.phased_mclp(*q, within_min=9, p=[2, 5], **o),
    "two tiers": lambda q, **o: siting.two_tiers(q[0], _upper(q)[0], q[1], q[2], _upper(q)[1], within_min=9, p=5,
                                                 upper_within_min=25, upper_p=2, **o),
    "robust": lambda q, **o: siting.robust_mclp(_two_speeds(q), *q[1:], within_min=9, p=6, **o),
    "robust, worst": lambda q, **o: siting.robust_mclp(_two_speeds(q), *q[1:], within_min=9, p=6, aim="worst", **o),
}
LEAST = {"lscp", "lscp-backup", "partial", "unit-cover", "least-shortfall", "p-median", "p-center", "p-tail",
         "capacitated-p-median", "cflp", "least-cost", "least-miss"}
"""Those whose objective is the better the smaller it is."""


def _upper(question):
    """Every tenth site as one of the upper tier."""
    times, _, sites = question
    upper = sites.iloc[::10].rename(lambda name: f"u{name}")
    return times.assign(site_id="u" + times["site_id"])[("u" + times["site_id"]).isin(upper.index)], upper


def _two_speeds(question):
    times = question[0]
    return {"居中": times, "偏慢": times.assign(travel_min=times["travel_min"] * 1.3)}
