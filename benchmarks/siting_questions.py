"""Ask every siting question of a county and a city, and write what each took to benchmarks/results-siting.md.

    python benchmarks/siting_questions.py [county] [city] [--seeds 1 11 …] [--only NAME …]      (default: both)

A seed makes other places; with `--only` some questions are asked and nothing is written.
Goals: a county's questions proven in 5 s each and a frontier of 20 points in 10 s; a city's within 1% in 60 s.
Wall seconds and CPU seconds are both given: on a busy machine only the latter say what the work takes.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import resource
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from siting_places import Place, city, county, with_bonds  # noqa: E402

import coverage.siting as siting  # noqa: E402
from coverage.siting import ReachTarget, UnitTarget  # noqa: E402

RESULTS = Path(__file__).resolve().parent / "results-siting.md"
CITY = ("township rule + budget", "max–min fairness", "three phases", "two tiers", "robust mean", "capacitated MCLP",
        "CFLP", "robust worst", "capacitated p-median", "MCLP by money")


def questions(place: Place) -> dict:
    """Name → what asks it, given a time limit."""
    times, demand, sites = place.tables
    q, p, money, near = (times, demand, sites), place.p, place.budget, {"within_min": place.within_min}
    units = sorted(demand["unit"].unique())
    goals = [UnitTarget("乡乡有", units=units[::2]), ReachTarget("够得着", share=0.85)]
    upper = sites.iloc[:60]
    upper_times = times[times["site_id"].isin(upper.index)].astype({"site_id": str})

    def seasons():
        return {"middle": times, "slow": times.assign(travel_min=times["travel_min"] * 1.3),
                "fast": times.assign(travel_min=times["travel_min"] * 0.8)}

    bound = (times, demand, with_bonds(place))
    return {
        "LSCP": lambda **o: siting.lscp(*q, **near, **o),
        "LSCP with backup": lambda **o: siting.lscp_backup(*q, **near, **o),
        "90% at least cost": lambda **o: siting.partial_cover(*q, share=0.9, minimise="cost", **near, **o),
        "one in each township": lambda **o: siting.unit_cover(*q, **near, **o),
        "MCLP by number": lambda **o: siting.mclp(*q, p=p, **near, **o),
        "MCLP by money": lambda **o: siting.mclp(*q, budget=money, **near, **o),
        "MCLP with backup weight": lambda **o: siting.backup_mclp(*q, backup_weight=0.3, p=p, **near, **o),
        "gradual decay": lambda **o: siting.gradual_mclp(*q, levels={15: 1, 30: 0.6, 45: 0.2}, p=p, **o),
        "p-median": lambda **o: siting.p_median(*q, p=p, **o),
        "p-center": lambda **o: siting.p_center(*q, p=p, **o),
        "the worst 10%": lambda **o: siting.p_tail(*q, p=p, **o),
        "capacitated MCLP": lambda **o: siting.capacitated_mclp(*q, p=p, **near, **o),
        "capacitated p-median": lambda **o: siting.capacitated_p_median(*q, p=p, **o),
        "CFLP": lambda **o: siting.cflp(*q, cost_per_person_min=0.001, **o),
        "max–min fairness": lambda **o: siting.fair(*q, p=p, **near, **o),
        "fairness in order": lambda **o: siting.fair_in_order(*q, p=p, **near, **o),
        "least shortfall": lambda **o: siting.least_shortfall(*q, share=0.9, p=p, **near, **o),
        "least cost for all goals": lambda **o: siting.least_cost(*q, targets=goals, **near, **o).plan,
        "township rule + budget": lambda **o: siting.least_miss(*q, targets=goals, budget=money, **near, **o).plan,
        "three phases": lambda **o: siting.phased_mclp(*q, p=[p // 3, 2 * p // 3, p], **near, **o),
        "two tiers": lambda **o: siting.two_tiers(times, upper_times, demand, sites, upper, upper_within_min=60.0,
                                                  p=p, upper_p=max(3, p // 10), **near, **o),
        "robust mean": lambda **o: siting.robust_mclp(seasons(), demand, sites, p=p, **near, **o),
        "robust worst": lambda **o: siting.robust_mclp(seasons(), demand, sites, aim="worst", p=p, **near, **o),
        "MCLP by money, bound options": lambda **o: siting.mclp(*bound, budget=money, **near, **o),
        "LSCP, bound options": lambda **o: siting.lscp(*bound, **near, **o),
        "frontier of 20": lambda **o: siting.frontier(*q, p=range(1, 21), **near, **o),
    }


def ask(place: Place, names, limit: float) -> list[str]:
    """A row of the results for each question."""
    rows, asked = [], questions(place)
    for name in names or asked:
        began, cpu = time.perf_counter(), time.process_time()
        result = asked[name](time_limit=limit)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        if name == "frontier of 20":
            gap, objective = float(result["gap"].max()), float(result["objective"].iloc[-1])
        else:
            gap, objective = float(result.gap), float(result.objective)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        proof = "proven" if gap == 0 else f"{gap:.2%}"
        figures = f"{objective:,.6g} | {proof} | {seconds:.1f} | {cpu:.1f} | {memory:,.0f}"
        rows.append(f"| {place.name} {place.seed} | {name} | {figures} |")
        print(rows[-1], flush=True)
    return rows


def write(rows: list[str]) -> None:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in
                         ("numpy", "scipy", "numba", "highspy", "pandas"))
    busy = os.getloadavg()[0]
    RESULTS.write_text(f"""# Siting: every question of a county and a city

One thread on {os.cpu_count()} cores, load {busy:.0f} when written; {platform.machine()},
Python {platform.python_version()}, {versions}.
The places are made up (benchmarks/siting_places.py, seeded): a county of 28 townships, 322 villages and 350
options, 12 of them standing, 10 to choose; a city of 185, 5,000 and 1,000, 40 standing, 50 to choose; travel times
of all pairs, 30 minutes. Seconds include reading the tables. Goals: county proven in 5 s each (frontier 10 s), city
within 1% in 60 s; time limits 12 s and 60 s. Memory is the process's peak so far. Written by
benchmarks/siting_questions.py.

| place | question | objective | gap | seconds | CPU s | MB |
|---|---|---|---|---|---|---|
""" + "\n".join(rows) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("places", nargs="*", choices=[[], "county", "city"])
    parser.add_argument("--seeds", type=int, nargs="+", help="default: 1 for the county, 2 for the city")
    parser.add_argument("--only", nargs="+", default=())
    return parser.parse_args()


if __name__ == "__main__":
    given = arguments()
    small = county()
    loads = ("MCLP by number", "p-median", "capacitated MCLP", "capacitated p-median", "robust mean", "LSCP")
    ask(small, loads, 5.0)  # loads the compiled loops
    print("—")
    found = []
    if not given.places or "county" in given.places:
        for seed in given.seeds or [1]:
            found += ask(county(seed), given.only, 12.0)
    if not given.places or "city" in given.places:
        for seed in given.seeds or [2]:
            found += ask(city(seed), [name for name in CITY if not given.only or name in given.only], 60.0)
    if not given.only:
        write(found)
