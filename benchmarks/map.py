"""Time what a planner waits for on the coverage map of a generated region: a pick, a road drawn, the page itself.

    python -m benchmarks.map [--villages 300] [--nodes 15000] [--sites 30]

CPU seconds on the server; the browser's part is a page of the stated bytes.
"""

from __future__ import annotations

import argparse
import time

from benchmarks.scenarios import city
from coverage.report import map_html
from coverage.study import Scenario, apply_changes, evaluate, network_for
from coverage.study.changes import DrawRoad
from coverage.travel import isochrones, route, travel_times


def main() -> None:
    asked = argparse.ArgumentParser()
    for name, default in (("villages", 300), ("nodes", 15_000), ("sites", 30)):
        asked.add_argument(f"--{name}", type=int, default=default)
    size = asked.parse_args()
    base = city(size.villages, size.nodes, size.sites)
    scenario = Scenario(title="市", points="x", roads="x", year=2025)
    for _ in range(2):  # the second round is warm
        measure(base, scenario)


def measure(base, scenario: Scenario) -> None:
    evaluation = timed("一次评价", lambda: evaluate(base, scenario))
    page = timed("地图网页", lambda: map_html(evaluation, legend=False, popups=False))
    nodes, villages = evaluation.network.n_nodes, len(base.region.demand)
    print(f"    {len(page.encode()):,} bytes; {nodes:,} nodes, {villages:,} villages")
    village = evaluation.demand.dropna(subset=["site_id"]).iloc[0]
    site = base.region.sites.loc[village["site_id"]]
    timed("点村：路线", lambda: route(evaluation.network, (village["lon"], village["lat"]), (site["lon"], site["lat"])))
    timed("点机构：等时圈", lambda: isochrones(evaluation.network, site["lon"], site["lat"], [15, 30, 45, 60]))
    places = base.region.demand[["lon", "lat"]].iloc[[0, -1]].to_numpy()
    drawn = DrawRoad(name="新路", road_class="四级", line=tuple((float(x), float(y)) for x, y in places),
                     joins_crossings=True)
    tried = scenario.model_copy(update={"changes": (drawn,)})
    timed("画路：到新地图", lambda: try_road(base, tried))


def try_road(base, tried: Scenario) -> str:
    changed = timed("    改路", lambda: apply_changes(base, tried))
    network = timed("    成网", lambda: network_for(changed, tried))
    travel = timed("    用时", lambda: travel_times(network, changed.region.demand, changed.region.sites))
    evaluation = timed("    统计", lambda: evaluate(changed, tried, network=network, travel=travel))
    return timed("    网页", lambda: map_html(evaluation, legend=False, popups=False, before=base.roads))


def timed(what: str, work):
    began = time.process_time()
    result = work()
    print(f"{what}: {time.process_time() - began:.2f} s")
    return result


if __name__ == "__main__":
    main()
