"""Stopping a run: every model hears it, and answers with the best plan so far and a true bound."""

import numpy as np
import pandas as pd
import pytest

import coverage.siting as siting
from coverage.errors import SolverError
from coverage.siting import CountTarget, ReachTarget

RANDOM = np.random.default_rng(3)
N, M = 120, 60


@pytest.fixture(scope="module")
def county():
    """120 villages, 60 candidates at random on a square of 60 minutes."""
    village, site = RANDOM.random((N, 2)) * 60, RANDOM.random((M, 2)) * 60
    minutes = np.hypot(*(village[:, None] - site[None]).transpose(2, 0, 1)).round(1)
    times = pd.DataFrame([(f"d{i:03}", f"s{j:02}", minutes[i, j]) for i in range(N) for j in range(M)],
                         columns=["demand_id", "site_id", "travel_min"])
    demand = pd.DataFrame({"weight": RANDOM.integers(1, 50, N), "unit": [f"u{i % 8}" for i in range(N)]},
                          index=[f"d{i:03}" for i in range(N)])
    sites = pd.DataFrame({"cost": RANDOM.integers(5, 20, M).astype(float), "capacity": 300.0,
                          "unit": [f"u{j % 8}" for j in range(M)]}, index=[f"s{j:02}" for j in range(M)])
    return times, demand, sites


TARGETS = [ReachTarget("九成", share=0.9), CountTarget("十处", n=10)]
RUNS = {
    "lscp": lambda q, **o: siting.lscp(*q, within_min=9, **o),
    "lscp-backup": lambda q, **o: siting.lscp_backup(*q, within_min=9, **o),
    "partial": lambda q, **o: siting.partial_cover(*q, within_min=9, share=0.9, **o),
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
}

LEAST = {"lscp", "lscp-backup", "partial", "unit-cover", "least-shortfall", "p-median", "p-center", "p-tail",
         "capacitated-p-median", "cflp", "least-cost", "least-miss"}


@pytest.mark.parametrize("name", list(RUNS))
def test_a_stopped_run_gives_its_plan_or_says_that_it_has_none(name, county):
    told = []

    def stop(value, bound):
        told.append((value, bound))
        return True

    try:
        result = RUNS[name](county, progress=stop)
    except SolverError as stopped:
        assert told and "没有找到方案" in str(stopped)
        return
    if told:
        assert result.phases[0].termination if name == "phases" else result.termination in ("cancelled", "proven")
    least = name in LEAST
    assert (result.bound <= result.objective + 1e-6) if least else (result.objective <= result.bound + 1e-6)
