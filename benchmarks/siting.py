"""Time the siting models against published instances, large ones and spopt; write benchmarks/results-siting-reach.md.

    python benchmarks/siting.py [pmed] [graphs] [sjc] [large] [wide] [lscp] [peers]     (default: all but wide)

pmed and sjc read ../shared/data relative to the project and are skipped where it is absent; peers is skipped where
spopt (with its PuLP and HiGHS) isn't installed. Objectives are asserted against the published optima, and against
the peer's. Memory is the peak of the process so far. Wall and CPU seconds are both given: on a busy machine only
the latter say what the work takes, and time limits go by the wall.
"""

from __future__ import annotations

import csv
import importlib.metadata
import importlib.util
import os
import platform
import resource
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).resolve().parent / "results-siting-reach.md"
sys.path.insert(0, str(ROOT))

from coverage.siting import lscp, mclp, p_center, p_median  # noqa: E402

SHARED = next((up / "shared" / "data" for up in ROOT.parents if (up / "shared" / "data").is_dir()),
              ROOT.parent / "shared" / "data")


def tables(minutes: np.ndarray, weight) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three tables of a full matrix (inf = no route)."""
    n, m = minutes.shape
    demand_id, site_id = np.array([f"d{i:06d}" for i in range(n)]), np.array([f"s{j:06d}" for j in range(m)])
    row, site = np.nonzero(np.isfinite(minutes))
    times = pd.DataFrame({"demand_id": pd.Categorical.from_codes(row, demand_id),
                          "site_id": pd.Categorical.from_codes(site, site_id), "travel_min": minutes[row, site]})
    return times, pd.DataFrame({"weight": weight}, index=demand_id), pd.DataFrame(index=pd.Index(site_id))


def near_tables(demand_xy, site_xy, weight, radius: float):
    """The three tables with only the pairs within `radius`, ids as categories so that millions fit."""
    from scipy.spatial import cKDTree

    near = cKDTree(demand_xy).query_ball_point(site_xy, radius, return_sorted=True)
    row = np.concatenate([np.asarray(found, dtype=np.int64) for found in near])
    site = np.repeat(np.arange(len(site_xy)), [len(found) for found in near])
    demand_id = pd.Index([f"d{i:07d}" for i in range(len(demand_xy))])
    site_id = pd.Index([f"s{j:05d}" for j in range(len(site_xy))])
    times = pd.DataFrame({"demand_id": pd.Categorical.from_codes(row, demand_id),
                          "site_id": pd.Categorical.from_codes(site, site_id), "travel_min": 0.0})
    return times, pd.DataFrame({"weight": weight}, index=demand_id), pd.DataFrame(index=site_id)


def uniform(n: int, m: int, seed: int = 0):
    """Points and people as Cordeau, Furini & Ljubić (2019) draw them: uniform in [0, 30]², weights 1 to 100."""
    random = np.random.default_rng(seed)
    return random.random((n, 2)) * 30, random.random((m, 2)) * 30, random.integers(1, 101, n)


ROWS: list[str] = []
"""The lines of the results table."""


def record(name: str, objective: str, gap: str, seconds: float, cpu: float, goal: str) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ROWS.append(f"| {name} | {objective} | {gap} | {seconds:.2f} | {cpu:.2f} | {memory:,.0f} | {goal} |")
    print(ROWS[-1], flush=True)


def say(name: str, result, seconds: float, cpu: float, goal: str) -> None:
    gap = "proven" if result.status == "optimal" else f"{result.gap:.3%}"
    record(name, f"{result.objective:,.6g}", gap, seconds, cpu, goal)


def timed(model, *args, **options):
    """(result, wall seconds, CPU seconds)."""
    began, cpu = time.perf_counter(), time.process_time()
    result = model(*args, **options)
    return result, time.perf_counter() - began, time.process_time() - cpu


def together(name: str, runs: list, goal: str) -> None:
    """One line for many runs: how many are proven, the worst gap, and their seconds together."""
    if not runs:
        return
    proven = sum(result.status == "optimal" for result, _, _ in runs)
    worst = max(result.gap for result, _, _ in runs)
    record(name, f"{proven} of {len(runs)} proven", f"{worst:.3%} at worst", sum(run[1] for run in runs),
           sum(run[2] for run in runs), goal)


def pmed() -> None:
    """OR-Library's p-median instances: a repeated edge's last length counts, then all shortest paths."""
    runs = {"p-median": [], "p-center": []}
    for known in _csv(SHARED / "orlib" / "optima.csv"):
        numbers = iter((SHARED / "orlib" / f"{known['instance']}.txt").read_text().split())
        n, edges, p = (int(next(numbers)) for _ in range(3))
        length = np.full((n, n), np.inf)
        for _ in range(edges):
            a, b, c = int(next(numbers)) - 1, int(next(numbers)) - 1, int(next(numbers))
            length[a, b] = length[b, a] = c
        _both(length, p, runs, {"p-median": float(known["pmedian_opt_ORLIB"]), "p-center": float(known["pcenter_opt"])})
    together("pmed1–20 p-median", runs["p-median"], "all proven, 10 s together")
    together("pmed1–20 p-center", runs["p-center"], "all proven, 40 s together")


def graphs() -> None:
    """Graphs as OR-Library's pmed21–40 were drawn: n²/50 edges of length 1 to 100, connected."""
    runs = {"p-median": [], "p-center": []}
    for n in (500, 600, 700, 800, 900):
        for p in (5, 10, n // 10, n // 5, n // 3)[: 5 if n <= 600 else 4 if n <= 700 else 3]:
            random = np.random.default_rng(n + p)
            order, length = random.permutation(n), np.full((n, n), np.inf)
            ends = np.column_stack((order[1:], [order[random.integers(at)] for at in range(1, n)]))
            ends = np.concatenate((ends, random.integers(0, n, (n * n // 50 - n + 1, 2))))
            length[ends[:, 0], ends[:, 1]] = length[ends[:, 1], ends[:, 0]] = random.integers(1, 101, len(ends))
            _both(length, p, runs, {})
    together("graphs of 500–900 nodes, p-median", runs["p-median"], "as pmed21–40: proven")
    together("graphs of 500–900 nodes, p-center", runs["p-center"], "as pmed21–40: proven")


def _both(length: np.ndarray, p: int, runs: dict[str, list], known: dict[str, float]) -> None:
    from scipy.sparse.csgraph import floyd_warshall

    np.fill_diagonal(length, 0)
    question = tables(floyd_warshall(length), 1)
    for name, model in (("p-median", p_median), ("p-center", p_center)):
        result, seconds, cpu = timed(model, *question, p=p)
        print(f"  {len(length)} nodes, p={p}, {name}: {result.objective:,.6g} {result.status} {cpu:.2f} s", flush=True)
        runs[name].append((result, seconds, cpu))
        assert name not in known or result.objective == known[name] or result.status != "optimal"


def sjc() -> None:
    """São José dos Campos: maximal covering, every radius and p of the published table."""
    runs = []
    for known in _csv(SHARED / "mclp" / "optima.csv"):
        lines = (SHARED / "mclp" / f"{known['instance']}.txt").read_text().splitlines()
        n = int(lines[0].split()[0])
        points = np.array([[float(x) for x in line.split()[:3]] for line in lines[1:] if line.strip()])[:n]
        question = near_tables(points[:, :2], points[:, :2], points[:, 2].astype(int), float(known["radius"]))
        runs.append(timed(mclp, *question, within_min=0, p=int(known["p"])))
        assert runs[-1][0].objective == float(known["covered_demand_opt"])
    if runs:
        median = statistics.median(seconds for _, seconds, _ in runs)
        together(f"SJC324/402/500 MCLP (median {median:.2f} s)", runs, "all proven, median under 1 s")


def large() -> None:
    """Maximal covering at the size of a province; the published generator's square, radii ours."""
    _maximal(1_000_000, 1_000, 1.0, (10, 50, 100), 10, "≤0.05%, 10 s")
    for radius in (1.0, 1.5, 2.0):
        _maximal(20_000, 20_000, radius, (100,), 55, "≤0.3%, 60 s")


def wide() -> None:
    """A million points and wider radii, where circles overlap: 13 million pairs."""
    _maximal(1_000_000, 1_000, 2.0, (10, 50, 100), 60, "")


def _maximal(n: int, m: int, radius: float, numbers: tuple[int, ...], limit: float, goal: str) -> None:
    question = near_tables(*uniform(n, m), radius)
    for p in numbers:
        say(f"MCLP {m:,}×{n:,}, radius {radius}, p={p}",
            *timed(mclp, *question, within_min=0, p=p, time_limit=limit), goal)


def set_covering() -> None:
    for n, radius, goal in ((1_000, 1.8, ""), (2_000, 1.5, ""), (5_000, 1.0, "≤8%, 60 s"), (5_000, 1.5, "≤8%, 60 s"),
                            (5_000, 1.8, "≤8%, 60 s")):
        question = near_tables(*uniform(n, n), radius)
        say(f"LSCP {n:,}×{n:,}, radius {radius}", *timed(lscp, *question, within_min=0, time_limit=59), goal)


def peers() -> None:
    """The same instances by spopt with HiGHS, and the ratio of times; objectives must agree."""
    if importlib.util.find_spec("spopt") is None:
        print("skipped: spopt isn't installed")
        return
    from spopt.locate import LSCP, MCLP, PMedian

    for p in (30, 60):
        ratios = []
        for seed in range(3):
            demand, site, weight = uniform(1_000, 1_000, seed)
            distance = np.hypot(*(demand[:, None] - site[None]).transpose(2, 0, 1))
            ratios.append(_compare(f"MCLP 1,000×1,000, radius 2, p={p}, seed {seed}", "30×",
                                   timed(mclp, *tables(distance, weight), within_min=2.0, p=p),
                                   lambda d=distance, w=weight, p=p: MCLP.from_cost_matrix(d, w, 2.0, p_facilities=p)))
        print(f"  median {statistics.median(ratios):.0f}×", flush=True)
    demand, site, weight = uniform(1_000, 1_000)
    distance = np.hypot(*(demand[:, None] - site[None]).transpose(2, 0, 1))
    reached = distance[(distance <= 1.8).any(axis=1)]
    _compare("LSCP 1,000×1,000, radius 1.8", "10×", timed(lscp, *tables(reached, 1), within_min=1.8),
             lambda: LSCP.from_cost_matrix(reached, 1.8))
    small = distance[:300, :300]
    _compare("p-median 300, p=10", "50×", timed(p_median, *tables(small, weight[:300]), p=10),
             lambda: PMedian.from_cost_matrix(small, weight[:300], p_facilities=10))


def _compare(name: str, goal: str, ours: tuple, build) -> float:
    """How many times as fast ours is; both build their model from the same matrix or table, and solve it to the end."""
    import pulp

    result, seconds, cpu = ours
    theirs, their_seconds, their_cpu = timed(lambda: build().solve(pulp.HiGHS(msg=False)))
    value = theirs.problem.objective.value()
    assert abs(result.objective - value) <= 1e-6 * abs(value), f"{name}: {result.objective} against {value}"
    say(name, result, seconds, cpu, "")
    record(f"{name}: spopt", f"{value:,.6g}", f"ours {their_seconds / seconds:.0f}× as fast", their_seconds, their_cpu,
           goal)
    return their_seconds / seconds


def _csv(path: Path) -> list[dict]:
    if not path.is_file():
        print(f"skipped: {path} is not there")
        return []
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


PARTS = {"pmed": pmed, "graphs": graphs, "sjc": sjc, "large": large, "wide": wide, "lscp": set_covering,
         "peers": peers}
DEFAULT = ("pmed", "graphs", "sjc", "large", "lscp", "peers")


def warm_up() -> None:
    """Load the compiled loops, so that no line below pays for that."""
    demand, site, weight = uniform(700, 700)
    p_median(*tables(np.hypot(*(demand[:50, None] - site[None, :50]).transpose(2, 0, 1)), 1), p=3)
    for radius, p in ((4.0, 5), (2.0, 40)):  # by the search's bound alone; by cuts
        mclp(*near_tables(demand, site, weight, radius), within_min=0, p=p, time_limit=2)
    lscp(*near_tables(demand, site, weight, 2.0), within_min=0, time_limit=2)


def write(parts: list[str]) -> None:
    names = [name for name in ("numpy", "scipy", "numba", "highspy", "pandas", "spopt", "PuLP")
             if importlib.util.find_spec(name.lower()) is not None]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    RESULTS.write_text(f"""# Siting: published instances, large ones, and spopt

One thread (large covers are searched beside their bound, on a second) on {os.cpu_count()} cores, load
{os.getloadavg()[0]:.0f} when written; {platform.machine()},
Python {platform.python_version()}, {versions}.
Points are drawn as by Cordeau, Furini & Ljubić (2019): uniform in a square of side 30, weights 1 to 100; radii are
ours. Seconds include reading the tables. Memory is the process's peak so far. Parts run: {", ".join(parts)}.
Written by benchmarks/siting.py.

| instance | objective | gap | seconds | CPU s | MB | goal |
|---|---|---|---|---|---|---|
""" + "\n".join(ROWS) + "\n", encoding="utf-8")


if __name__ == "__main__":
    warm_up()
    asked = sys.argv[1:] or list(DEFAULT)
    for part in asked:
        print(f"— {part}")
        PARTS[part]()
    write(asked)
