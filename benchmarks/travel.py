"""Time the travel engine against its peers, assert equal times, write benchmarks/results.md.

    python -m benchmarks.travel --data ../shared/data [--big-networkx] [--only nearest,matrix,…]

CPU seconds of one thread, least of repeats. Peers that aren't installed are left
out. Where a peer would take minutes it runs on a part of the sources and is
scaled; the table says so.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.graphs import city, crop, highways, packed, tile, timed
from benchmarks.reading import reading

ROWS: list[dict] = []
COUNTY, MILLION = "70,000 nodes (Rome, middle)", "1.2M nodes (Rome, mirror-tiled 5 × 1)"
MOSCOW, CHINA = "412k nodes (Moscow)", "153k nodes (China's highways)"


def cpu(work: Callable, repeats: int = 3):
    """(least CPU seconds, result)."""
    least = np.inf
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        least = min(least, time.process_time() - start)
    return least, result


def clock(work: Callable):
    """(least wall-clock seconds of two, result)."""
    least = np.inf
    for _ in range(2):
        start = time.perf_counter()
        result = work()
        least = min(least, time.perf_counter() - start)
    return least, result


def row(work: str, graph: str, peer: str, peer_s: float, ours_s: float, goal: str, note: str = "") -> None:
    ROWS.append({"work": work, "graph": graph, "peer": peer, "peer, s": f"{peer_s:.4g}", "ours, s": f"{ours_s:.4g}",
                 "ratio": f"{peer_s / ours_s:.1f}×", "goal": goal, "note": note})
    print(" | ".join(ROWS[-1].values()), flush=True)


def scipy_graph(graph: tuple):
    from scipy.sparse import csr_array

    lon, _, indptr, head, ticks = graph
    return csr_array((ticks.astype(float), head, indptr), shape=(len(lon), len(lon)))


def networkx_graph(graph: tuple):
    import networkx as nx

    _, _, indptr, head, ticks = graph
    net = nx.DiGraph()
    tail = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    order = np.argsort(-ticks, kind="stable")  # of parallel arcs the lightest is written last
    net.add_weighted_edges_from(zip(tail[order].tolist(), head[order].tolist(), ticks[order].tolist(), strict=True))
    return net


def nearest(name: str, graph: tuple, facilities: int, goals: tuple[str, str], *, with_networkx: bool) -> None:
    from scipy.sparse.csgraph import dijkstra

    from coverage.travel.kernels.nearest import NONE, bucket_shift, nearest_labels

    graph_ours = packed(graph)
    place = np.random.default_rng(1).choice(graph_ours.n_nodes, facilities, replace=False)
    label = np.arange(facilities, dtype=np.int64)
    shift = bucket_shift(graph_ours.longest)
    ours, got = cpu(lambda: nearest_labels(graph_ours.out_ptr, graph_ours.out_arc, graph_ours.place[place], label,
                                           shift), 25)
    got = got[graph_ours.place]
    got = np.where(got == NONE, np.inf, got >> 32)
    matrix = scipy_graph(graph)
    peer, wanted = cpu(lambda: dijkstra(matrix, indices=place, min_only=True), 7)
    assert (got == wanted).all()
    row(f"nearest of {facilities} facilities, every node", name, "scipy min_only", peer, ours, goals[0])
    if with_networkx:
        import networkx as nx

        net = networkx_graph(graph)
        peer, lengths = cpu(lambda: nx.multi_source_dijkstra_path_length(net, set(place.tolist())), 3)
        assert all(got[node] == ticks for node, ticks in lengths.items())
        row(f"nearest of {facilities} facilities, every node", name, "networkx", peer, ours, goals[1])


def matrix_within(name: str, graph: tuple, candidates: int, points: int, minutes: dict[int, str], sample: int, *,
                  threads: bool = False) -> None:
    from scipy.sparse.csgraph import dijkstra

    from coverage.travel.kernels.cutoff import Ends, hierarchy_pairs
    from coverage.travel.kernels.hierarchy import build_hierarchy
    from coverage.travel.kernels.nearest import bucket_shift

    chance = np.random.default_rng(2)
    n = len(graph[0])
    source, target = chance.choice(n, candidates, replace=False), chance.choice(n, points, replace=False)
    prepare, (ours_graph, hierarchy) = cpu(lambda: (g := packed(graph), build_hierarchy(g)), 1)
    seeds = Ends(np.arange(candidates + 1), ours_graph.place[source], np.zeros(candidates, np.int32))
    at = ours_graph.place[target]
    order = np.argsort(at, kind="stable")
    ends = Ends(np.searchsorted(at[order], np.arange(n + 1)), order.astype(np.int32), np.zeros(points, np.int32))
    matrix = scipy_graph(graph)
    for limit, goal in minutes.items():
        ours, (point, site, ticks) = cpu(lambda limit=limit: hierarchy_pairs(
            hierarchy, ours_graph.out_ptr, ours_graph.out_arc, seeds, ends, points, limit * 600,
            bucket_shift(ours_graph.longest)), 1)
        peer, wanted = cpu(lambda limit=limit: dijkstra(matrix, indices=source[:sample],
                                                        limit=limit * 600)[:, target], 1)
        got = np.full((sample, points), np.inf)
        first = site < sample
        got[site[first], point[first]] = ticks[first]
        assert (got == wanted).all()
        work = f"times from {candidates:,} candidates to {points:,} points within {limit} min"
        row(work, name, "scipy limit", peer * candidates / sample, ours + prepare, goal,
            f"ours with {prepare:.2f} s of preparation; scipy scaled from {sample}; {len(ticks):,} pairs")
    if threads:
        wall = {n: clock(lambda n=n: hierarchy_pairs(
            hierarchy, ours_graph.out_ptr, ours_graph.out_arc, seeds, ends, points, limit * 600,
            bucket_shift(ours_graph.longest), threads=n)) for n in (1, 2)}
        assert all((a == b).all() for a, b in zip(wall[1][1], wall[2][1], strict=True))
        row(work, name, "ours on one thread", wall[1][0], wall[2][0], "–",
            "wall clock of the search, one thread over two; the same pairs in the same order")


def dense(name: str, graph: tuple, sources: int, targets: int, sample: int) -> None:
    from scipy.sparse.csgraph import dijkstra

    from coverage.travel.kernels.cutoff import Ends, hierarchy_pairs
    from coverage.travel.kernels.hierarchy import build_hierarchy
    from coverage.travel.kernels.nearest import bucket_shift
    from coverage.travel.kernels.sweep import EXACT

    chance = np.random.default_rng(3)
    n = len(graph[0])
    source, target = chance.choice(n, sources, replace=False), chance.choice(n, targets, replace=False)

    def ours_whole():
        g = packed(graph)
        seeds = Ends(np.arange(sources + 1), g.place[source], np.zeros(sources, np.int32))
        at = g.place[target]
        order = np.argsort(at, kind="stable")
        ends = Ends(np.searchsorted(at[order], np.arange(n + 1)), order.astype(np.int32), np.zeros(targets, np.int32))
        return hierarchy_pairs(build_hierarchy(g), g.out_ptr, g.out_arc, seeds, ends, targets, EXACT - 1,
                               bucket_shift(g.longest), everywhere=True)

    ours, (point, site, ticks) = cpu(ours_whole, 1)
    peer, wanted = cpu(lambda: dijkstra(scipy_graph(graph), indices=source[:sample])[:, target], 1)
    got = np.full((sample, targets), np.inf)
    first = site < sample
    got[site[first], point[first]] = ticks[first]
    assert (got == wanted).all()
    work = f"all times {sources:,} × {targets:,}"
    row(work, name, "scipy", peer * sources / sample, ours, "50×", f"ours with preparation; scipy scaled from {sample}")
    try:
        import pyroutingkit as rk
    except ImportError:
        return
    peer, part = cpu(lambda: _routingkit(rk, graph, source, target), 1)
    assert (part[:sample] == wanted).all()
    row(work, name, "pyroutingkit", peer, ours, "12×", "both with preparation")


def _routingkit(rk, graph: tuple, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Minutes matrix by RoutingKit's customisable contraction hierarchy; unreached as inf."""
    lon, lat, indptr, head, ticks = graph
    tail = np.repeat(np.arange(len(lon)), np.diff(indptr))
    topology = rk.CCHTopology()
    topology.build(tail.astype(np.uint32), head.astype(np.uint32), lat.astype(np.float32), lon.astype(np.float32),
                   len(lon))
    metric = rk.CCHMetric(topology)
    metric.customize(ticks.astype(np.uint32))
    times = np.asarray(metric.distances_many_to_many(source.astype(np.uint32), target.astype(np.uint32)), float)
    return np.where(times >= rk.INF_WEIGHT, np.inf, times)


def edits(name: str, graph: tuple, facilities: int) -> None:
    from coverage.travel.kernels.nearest import bucket_shift, nearest_labels
    from coverage.travel.kernels.repair import forget_owner, improve, seeds_around

    g = packed(graph)
    place = g.place[np.random.default_rng(4).choice(g.n_nodes, facilities + 200, replace=False)]
    number = np.arange(len(place), dtype=np.int64)
    shift = bucket_shift(g.longest)
    full, label = cpu(lambda: nearest_labels(g.out_ptr, g.out_arc, place[:facilities], number[:facilities], shift), 3)

    def add(i):
        improve(g.out_ptr, g.out_arc, label, place[i:i + 1], number[i:i + 1], shift)

    def remove(i):
        cleared = forget_owner(g.out_ptr, g.out_arc, label, place[i:i + 1], i)
        improve(g.out_ptr, g.out_arc, label, *seeds_around(g.in_ptr, g.in_arc, label, cleared), shift)

    before = label.copy()
    add(facilities)
    remove(facilities)  # compiled
    added, _ = cpu(lambda: [add(i) for i in range(facilities, facilities + 200)], 1)
    assert (label == nearest_labels(g.out_ptr, g.out_arc, place, number, shift)).all()
    removed, _ = cpu(lambda: [remove(i) for i in range(facilities + 199, facilities - 1, -1)], 1)
    assert (label == before).all()
    for work, seconds in (("added", added), ("removed", removed)):
        row(f"facility {work}, {facilities} there", name, "own full search", full, seconds / 200, "800×",
            "mean of 200; labels equal a full search's")


def road_network(graph: tuple):
    """A RoadNetwork of the graph: each street a way at its drawn speed."""
    from coverage.intake.roads import Roads
    from coverage.travel import build_network

    lon, lat, tail, head = graph
    chance = np.random.default_rng(5)
    n = len(tail)
    ways = pd.DataFrame({"way_id": pd.array(np.arange(n).astype(str), dtype="str"), "tag": "三级", "road_class": "三级",
                         "name": None, "oneway": np.zeros(n, np.int8), "maxspeed_kmh": np.nan,
                         "speed_kmh": chance.choice([20.0, 30, 40, 60, 80], n), "bridge": False, "tunnel": False,
                         "ferry": False})
    roads = Roads(lon, lat, np.arange(0, 2 * n + 1, 2), np.stack([tail, head], axis=1).ravel().astype(np.int32), ways,
                  "示意")
    return build_network(roads)


def isochrone(name: str, graph: tuple) -> None:
    import networkx as nx
    import shapely

    from coverage.travel import isochrones

    network = road_network(graph)
    middle = int(np.argmin(np.hypot(network.node_lon - np.median(network.node_lon),
                                    network.node_lat - np.median(network.node_lat))))
    at = float(network.node_lon[middle]), float(network.node_lat[middle])
    isochrones(network, *at, [5])
    ours, area = cpu(lambda: isochrones(network, *at, [30]).geometry.iloc[0])
    assert area.is_valid
    net = nx.MultiDiGraph()
    net.add_nodes_from((i, {"x": x, "y": y}) for i, (x, y) in
                       enumerate(zip(network.node_lon.tolist(), network.node_lat.tolist(), strict=True)))
    for e, (a, b) in enumerate(zip(network.edge_tail.tolist(), network.edge_head.tolist(), strict=True)):
        for u, v in ((a, b), (b, a)):
            net.add_edge(u, v, time=network.edge_forward[e] / 600)

    def recipe():  # osmnx-examples, notebook 13: ego graph, buffer nodes and edges, union
        part = nx.ego_graph(net, middle, radius=30, distance="time")
        points = shapely.points([(d["x"], d["y"]) for _, d in part.nodes(data=True)])
        xy = [((part.nodes[u]["x"], part.nodes[u]["y"]), (part.nodes[v]["x"], part.nodes[v]["y"]))
              for u, v in part.edges()]
        return shapely.union_all(np.r_[shapely.buffer(points, 0.0005), shapely.buffer(shapely.linestrings(xy), 0.0003)])

    peer, _ = cpu(recipe, 1)
    row("30-minute isochrone", name, "osmnx recipe", peer, ours, "40×", "ours with the walk off the road; valid")


def growth(rome: tuple) -> None:
    from coverage.travel.kernels.nearest import bucket_shift, nearest_labels

    cost = []
    for across in (5, 21):
        g = packed(timed(*tile(*rome, across, 1)))
        f = g.n_nodes // 1000
        seed = np.random.default_rng(6).choice(g.n_nodes, f, replace=False).astype(np.int32)
        seconds, _ = cpu(lambda g=g, seed=seed, f=f: nearest_labels(
            g.out_ptr, g.out_arc, seed, np.arange(f, dtype=np.int64), bucket_shift(g.longest)))
        cost.append((g.n_nodes, seconds))
    (n1, s1), (n5, s5) = cost
    power = np.log(s5 / s1) / np.log(n5 / n1)
    ROWS.append({"work": "growth of the nearest-facility cost", "graph": f"{n1:,} → {n5:,} nodes", "peer": "–",
                 "peer, s": f"{s1:.4g}", "ours, s": f"{s5:.4g}", "ratio": f"V^{power:.2f}", "goal": "V^1.15",
                 "note": "seconds at both sizes"})
    print(ROWS[-1])


def store(name: str, graph: tuple) -> None:
    import tempfile

    from coverage.study.network_store import load_network, store_network

    network = road_network(graph)
    with tempfile.TemporaryDirectory() as folder:
        store_network(network, Path(folder))
        for verify in (False, True):
            seconds, back = cpu(lambda folder=folder, verify=verify: load_network(Path(folder), verify=verify))
            assert (back.arc_ticks == network.arc_ticks).all()
            ROWS.append({"work": "stored network mapped back", "graph": name, "peer": "–", "peer, s": "–",
                         "ours, s": f"{seconds:.4g}", "ratio": "–", "goal": "0.1 s",
                         "note": "every byte checked" if verify else "sizes checked"})
            print(ROWS[-1])


def write(path: Path) -> None:
    def of(package: str) -> str:
        try:
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            return f"{package} not installed"

    versions = ", ".join(map(of, ("numpy", "scipy", "numba", "networkx", "osmnx", "osmium", "pyroutingkit", "pyrosm")))
    head = list(ROWS[0])
    lines = ["# Travel engine: timings against peers", "",
             f"CPU seconds of one thread, least of repeats. {platform.machine()}, Python {platform.python_version()}, "
             f"{versions}. Times and labels are asserted equal in the same run; isochrones only valid, readers only "
             f"over the same file, as their outputs differ in kind. {os.cpu_count()} processors, load average "
             f"{os.getloadavg()[2]:.0f} (what else runs takes cache, so ratios vary by a fifth). Written by "
             "benchmarks/travel.py.", "",
             "| " + " | ".join(head) + " |", "|" + "---|" * len(head),
             *("| " + " | ".join(one.values()) + " |" for one in ROWS), ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results.md"))
    parser.add_argument("--big-networkx", action="store_true", help="networkx on 1.2M nodes too: 20 s and 3 GB")
    parser.add_argument("--only", default="nearest,matrix,dense,edits,isochrone,reading,store,growth")
    args = parser.parse_args()
    chosen = set(args.only.split(","))
    rome = city(args.data / "graphs", "rome")
    county = crop(*rome, 70_000)
    small, large = timed(*county), timed(*tile(*rome, 5, 1))
    moscow, china = timed(*city(args.data / "graphs", "moscow")), highways(args.data / "graphs")
    warm_up = crop(*rome, 3000)
    matrix_within("warm-up", timed(*warm_up), 50, 200, {5: "–"}, 5)
    nearest("warm-up", timed(*warm_up), 5, ("–", "–"), with_networkx=False)
    ROWS.clear()
    if "nearest" in chosen:
        nearest(COUNTY, small, 100, ("4×", "80×"), with_networkx=True)
        nearest(MILLION, large, 1000, ("5×", "80×"), with_networkx=args.big_networkx)
        nearest(MOSCOW, moscow, 400, ("–", "–"), with_networkx=False)
        nearest(CHINA, china, 150, ("–", "–"), with_networkx=False)
    if "matrix" in chosen:
        matrix_within(COUNTY, small, 500, 5000, {30: "10×"}, 50)
        matrix_within(MOSCOW, moscow, 2000, 5000, {30: "–"}, 10, threads=True)
        matrix_within(CHINA, china, 2000, 5000, {60: "–"}, 20)
        matrix_within(MILLION, large, 10_000, 10_000, {15: "8×", 30: "20×", 60: "40×"}, 10)
    if "dense" in chosen:
        dense(MILLION, large, 1000, 10_000, 10)
    if "edits" in chosen:
        edits(MILLION, large, 1000)
    if "isochrone" in chosen:
        isochrone(COUNTY, county)
    if "reading" in chosen:
        reading(args.data, cpu, row)
    if "store" in chosen:
        store(MILLION, tile(*rome, 5, 1))
    if "growth" in chosen:
        growth(rome)
    write(args.out)


if __name__ == "__main__":
    main()
