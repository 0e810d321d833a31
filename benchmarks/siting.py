"""Time the siting models against published instances, and against spopt where it is installed.

    python benchmarks/siting.py [pmed] [sjc] [large] [lscp] [peers]     (default: pmed sjc large lscp)

pmed and sjc read ../shared/data relative to the project and are skipped where it is absent. Each line gives
objective, bound, seconds and the peak memory of the process so far; objectives are asserted against the
published optima, and against the peer's. `peers` wants spopt (with its PuLP and HiGHS) in the same environment.
"""

from __future__ import annotations

import csv
import resource
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
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


def say(name: str, result, seconds: float, known=None) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<34}{result.objective:>14,.6g} {result.bound:>14,.6g} gap {result.gap:8.3%} {result.status:<9}"
          f"{seconds:8.2f} s {memory:7,.0f} MB", flush=True)
    if known is not None:
        assert result.objective == known or result.status != "optimal", f"{name}: {result.objective} is not {known}"


def timed(model, *args, **options):
    began = time.perf_counter()
    result = model(*args, **options)
    return result, time.perf_counter() - began


def pmed() -> None:
    """OR-Library's p-median instances: a repeated edge's last length counts, then all shortest paths."""
    from scipy.sparse.csgraph import floyd_warshall

    totals = {"p-median": 0.0, "p-center": 0.0}
    for known in _csv(SHARED / "orlib" / "optima.csv"):
        numbers = iter((SHARED / "orlib" / f"{known['instance']}.txt").read_text().split())
        n, edges, p = (int(next(numbers)) for _ in range(3))
        length = np.full((n, n), np.inf)
        np.fill_diagonal(length, 0)
        for _ in range(edges):
            a, b, c = int(next(numbers)) - 1, int(next(numbers)) - 1, int(next(numbers))
            length[a, b] = length[b, a] = c
        question = tables(floyd_warshall(length), 1)
        for name, model, column in (("p-median", p_median, "pmedian_opt_ORLIB"), ("p-center", p_center, "pcenter_opt")):
            result, seconds = timed(model, *question, p=p)
            totals[name] += seconds
            say(f"{known['instance']} {name}", result, seconds, float(known[column]))
    print({name: f"{seconds:.1f} s" for name, seconds in totals.items()})


def sjc() -> None:
    """São José dos Campos: maximal covering, every radius and p of the published table."""
    seconds_of = []
    for known in _csv(SHARED / "mclp" / "optima.csv"):
        lines = (SHARED / "mclp" / f"{known['instance']}.txt").read_text().splitlines()
        n = int(lines[0].split()[0])
        points = np.array([[float(x) for x in line.split()[:3]] for line in lines[1:] if line.strip()])[:n]
        question = near_tables(points[:, :2], points[:, :2], points[:, 2].astype(int), float(known["radius"]))
        result, seconds = timed(mclp, *question, within_min=0, p=int(known["p"]))
        seconds_of.append(seconds)
        assert result.status == "optimal"
        say(f"{known['instance']} r={known['radius']} p={known['p']}", result, seconds,
            float(known["covered_demand_opt"]))
    if seconds_of:
        print(f"median {statistics.median(seconds_of):.2f} s, worst {max(seconds_of):.2f} s")


def large() -> None:
    """Maximal covering at the size of a province, the radius being ours; seconds include reading the tables."""
    for n, m, radius, numbers in ((1_000_000, 1_000, 1.0, (10, 50, 100)), (20_000, 20_000, 1.5, (100,))):
        question = near_tables(*uniform(n, m), radius)
        for p in numbers:
            result, seconds = timed(mclp, *question, within_min=0, p=p, time_limit=60)
            say(f"mclp {m:,}×{n:,} r={radius} p={p}", result, seconds)


def set_covering() -> None:
    for n, radius in ((1_000, 1.8), (2_000, 1.5), (5_000, 1.5)):
        result, seconds = timed(lscp, *near_tables(*uniform(n, n), radius), within_min=0, time_limit=60)
        say(f"lscp {n:,}×{n:,} r={radius}", result, seconds)


def peers() -> None:
    """The same instances by spopt with HiGHS, and the ratio of times; objectives must agree."""
    import pulp
    from spopt.locate import LSCP, MCLP, PMedian

    solver = pulp.HiGHS(msg=False)
    for n, radius, p in ((300, 3.0, 10), (1_000, 2.0, 30)):
        demand, site, weight = uniform(n, n)
        distance = np.hypot(*(demand[:, None] - site[None]).transpose(2, 0, 1))
        ours, seconds = timed(mclp, *tables(distance, weight), within_min=radius, p=p)
        began = time.perf_counter()
        theirs = MCLP.from_cost_matrix(distance, weight, radius, p_facilities=p).solve(solver)
        _compare(f"mclp {n}", ours.objective, theirs.problem.objective.value(), seconds, time.perf_counter() - began)
        reached = distance[(distance <= radius).any(axis=1)]
        ours, seconds = timed(lscp, *tables(reached, 1), within_min=radius)
        began = time.perf_counter()
        theirs = LSCP.from_cost_matrix(reached, radius).solve(solver)
        _compare(f"lscp {n}", ours.objective, theirs.problem.objective.value(), seconds, time.perf_counter() - began)
    demand, site, weight = uniform(300, 300)
    distance = np.hypot(*(demand[:, None] - site[None]).transpose(2, 0, 1))
    ours, seconds = timed(p_median, *tables(distance, weight), p=10)
    began = time.perf_counter()
    theirs = PMedian.from_cost_matrix(distance, weight, p_facilities=10).solve(solver)
    _compare("p-median 300", ours.objective, theirs.problem.objective.value(), seconds, time.perf_counter() - began)


def _compare(name: str, ours: float, theirs: float, seconds: float, peer_seconds: float) -> None:
    assert abs(ours - theirs) <= 1e-6 * abs(theirs), f"{name}: {ours} against {theirs}"
    print(f"{name:<16} {ours:>14,.6g}   ours {seconds:7.2f} s   spopt {peer_seconds:7.2f} s   "
          f"{peer_seconds / seconds:6.1f}×", flush=True)


def _csv(path: Path) -> list[dict]:
    if not path.is_file():
        print(f"skipped: {path} is not there")
        return []
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


PARTS = {"pmed": pmed, "sjc": sjc, "large": large, "lscp": set_covering, "peers": peers}


def warm_up() -> None:
    """Load the compiled loops, so that no line below pays for that."""
    demand, site, weight = uniform(700, 700)
    p_median(*tables(np.hypot(*(demand[:50, None] - site[None, :50]).transpose(2, 0, 1)), 1), p=3)
    mclp(*near_tables(demand, site, weight, 4.0), within_min=0, p=5, time_limit=2)
    lscp(*near_tables(demand, site, weight, 2.0), within_min=0, time_limit=2)


if __name__ == "__main__":
    warm_up()
    for part in sys.argv[1:] or ("pmed", "sjc", "large", "lscp"):
        print(f"— {part}")
        PARTS[part]()
