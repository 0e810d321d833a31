"""Time a scenario's changes on a generated city: what a planner waits for after each kind of change.

    python -m benchmarks.scenarios [--villages 5000] [--nodes 60000] [--sites 400]

The city is a square grid of roads with townships and villages scattered by a stated seed (示意, no real place).
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from coverage.intake import Project, Roads
from coverage.region import Region, schematic_areas
from coverage.study import Base, Scenario, apply_changes, evaluate
from coverage.study.changes import Close, CloseRoad, DrawRoad, Expand, Move, Open, UpgradeRoad, on_roads
from coverage.study.compare import compare
from coverage.study.retime import retime

SEED = 20260101
WEST, SOUTH, WIDTH = 120.0, 27.5, 1.2


def city(villages: int, nodes: int, sites: int, townships: int = 185) -> Base:
    rng = np.random.default_rng(SEED)
    towns = _scattered(rng, townships, "330300{:03d}", "township_code").assign(
        township=[f"镇{i}" for i in range(townships)], kind="镇", pop=30_000, nbs_code=pd.NA, area_km2=60.0,
        basis="示意")
    points = _scattered(rng, villages, "v{:05d}", "demand_id")
    nearest = ((points[["lon", "lat"]].to_numpy()[:, None] - towns[["lon", "lat"]].to_numpy()) ** 2).sum(2).argmin(1)
    demand = points.assign(name=points.index + "村", township_code=towns.index[nearest], basis="示意",
                           pop=pd.array(rng.integers(300, 3000, villages), dtype="Int64"))
    people = pd.DataFrame({"demand_id": demand.index, "people": rng.integers(5, 120, villages)})
    places = _scattered(rng, sites, "s{:04d}", "site_id").assign(
        name=[f"机构{i}" for i in range(sites)], service_type="残疾人之家", state="运营", basis="示意",
        township_code=rng.choice(towns.index, sites), hosted_in=None, standardised=rng.random(sites) < 0.5,
        public_benefit=True, opened_year=2018, closed_year=pd.NA, capacity=rng.integers(10, 60, sites))
    places = places.astype({"standardised": "boolean", "public_benefit": "boolean", "opened_year": "Int64",
                            "closed_year": "Int64", "capacity": "Int64", "hosted_in": "str"})
    region = Region("方城（示意）", "330300", 2020, towns, demand, people, places, places.iloc[:0],
                    schematic_areas(towns, demand), "示意", ())
    project = Project("方城（示意）", "", "330300", 2020, [], {}, None, None, None, {}, {}, pd.DataFrame())
    return Base(project, region, _grid(int(nodes ** 0.5)))


def _scattered(rng, n: int, name: str, index: str) -> pd.DataFrame:
    ids = pd.Index([name.format(i) for i in range(n)], name=index, dtype="str")
    return pd.DataFrame({"lon": WEST + WIDTH * rng.random(n), "lat": SOUTH + WIDTH * rng.random(n)}, index=ids)


def _grid(side: int) -> Roads:
    """Roads along every line of a grid, each meeting all that it crosses; every tenth is a second-class road."""
    number = np.arange(side * side).reshape(side, side)
    lines = [*number, *number.T]
    east, north = np.meshgrid(np.arange(side), np.arange(side))
    classes = ["二级" if i % 10 == 0 else "四级" for i in range(side)] * 2
    ways = pd.DataFrame({
        "way_id": [f"w{i}" for i in range(2 * side)], "tag": classes, "road_class": classes, "name": None, "oneway": 0,
        "maxspeed_kmh": np.nan, "speed_kmh": np.nan, "bridge": False, "tunnel": False, "ferry": False})
    return Roads(WEST + WIDTH * east.ravel() / (side - 1), SOUTH + WIDTH * north.ravel() / (side - 1),
                 np.arange(0, 2 * side * side + 1, side), np.concatenate(lines), ways, "示意")


CHANGES = {
    "as it is": (),
    "institution opened": (Open(name="新家", service_type="残疾人之家", lon=120.41, lat=28.01, capacity=30),),
    "institution closed": (Close(site_id="s0005"),),
    "institution enlarged": (Expand(site_id="s0005", capacity=500),),
    "institution moved": (Move(site_id="s0005", lon=120.41, lat=28.01),),
    "road drawn": (DrawRoad(name="新路", road_class="二级", line=((120.1, 27.6), (120.9, 28.5))),),
    "road closed": (CloseRoad(way_ids=("w50",)),),
    "road upgraded": (UpgradeRoad(way_ids=("w51", "w52"), road_class="二级"),),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--villages", type=int, default=5000)
    parser.add_argument("--nodes", type=int, default=60_000)
    parser.add_argument("--sites", type=int, default=400)
    asked = parser.parse_args()
    base = city(asked.villages, asked.nodes, asked.sites)
    plain = evaluate(base, Scenario(title="compile", project=".", year=2020))
    print(f"{asked.villages} villages, {len(base.roads.node_lon)} nodes, {asked.sites} institutions; seconds")
    evaluations = []
    for name, changes in CHANGES.items():
        scenario = Scenario(title=name, project=".", year=2020, changes=changes)
        start = time.perf_counter()
        changed = apply_changes(base, scenario)
        applied = time.perf_counter()
        network, travel = (None, None) if on_roads(changes) else (
            plain.network, retime(plain.travel, plain.network, base.region, changed.region))
        evaluations.append(evaluate(changed, scenario, network=network, travel=travel))
        print(f"{name:22} apply {applied - start:6.3f}  evaluate {time.perf_counter() - applied:6.2f}", flush=True)
    start = time.perf_counter()
    compare(evaluations)
    print(f"{'compare all':22} {time.perf_counter() - start:.2f} (places shared out for each)")


if __name__ == "__main__":
    main()
