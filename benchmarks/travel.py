"""Time the travel engine against its peers, assert equal times, write benchmarks/results.md.

    python -m benchmarks.travel --data ../shared/data [--big-networkx] [--world WHEEL] [--only nearest,matrix,…]

CPU seconds of one thread, least of repeats, ours and the peer's in turn. Peers
that aren't installed are left out. Where a peer would take minutes it runs on a
part of the sources and is scaled; the table says so. Peers get the graph's arrays
as they come; of ours, what is done once for a network is said in the note.
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

from benchmarks.graphs import city, crop, highways, packed, road_network, tile, timed, world_highways
from benchmarks.reading import reading

ROWS: list[dict] = []
COUNTY, MILLION = "70,000 nodes (Rome, middle)", "1.2M nodes (Rome, mirror-tiled 5 × 1)"
MOSCOW, CHINA = "412k nodes (Moscow)", "153k nodes (China's highways)"
OTHER_COUNTY, OTHER_MILLION = "60,000 nodes (Moscow, middle)", "1.2M nodes (Moscow, mirror-tiled 3 × 1)"


def cpu(work: Callable, repeats: int = 3):
    """(least CPU seconds, result)."""
    least = np.inf
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        least = min(least, time.process_time() - start)
    return least, result


def in_turn(works: dict[str, Callable], repeats: int, now: Callable = time.process_time) -> tuple[dict, dict]:
    """(least seconds of each, result of each), one after the other in every round, so that load falls on all alike."""
    least, results = dict.fromkeys(works, np.inf), {}
    for _ in range(repeats):
        for name, work in works.items():
            start = now()
            results[name] = work()
            least[name] = min(least[name], now() - start)
    return least, results


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


def nearest(name: str, graph: tuple, facilities: int, goals: tuple[str, str], *, with_networkx: bool = False) -> None:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    from coverage.travel.kernels.hierarchy import build_hierarchy
    from coverage.travel.kernels.nearest import NONE, nearest_labels
    from coverage.travel.kernels.sweep import sweep_labels

    ours = packed(graph)
    prepare, hierarchy = cpu(lambda: build_hierarchy(ours), 1)
    place = np.random.default_rng(1).choice(ours.n_nodes, facilities, replace=False)
    at, label, matrix = ours.place[place], np.arange(facilities, dtype=np.int64), scipy_graph(graph)
    along = csr_array(((ours.out_arc >> 32).astype(float), (ours.out_arc & 0xFFFFFFFF).astype(np.int32), ours.out_ptr),
                      shape=matrix.shape)
    least, result = in_turn({
        "plain": lambda: nearest_labels(ours.out_ptr, ours.out_arc, at, label, ours.shift),
        "swept": lambda: sweep_labels(*hierarchy.arcs, hierarchy.rank[at], label),
        "scipy": lambda: dijkstra(matrix, indices=place, min_only=True),
        "scipy, our order": lambda: dijkstra(along, indices=at, min_only=True)}, 25 if ours.n_nodes < 200_000 else 9)
    got = result["plain"][ours.place]
    assert (result["swept"][hierarchy.rank][ours.place] == got).all()
    got = np.where(got == NONE, np.inf, got >> 32)
    assert (got == result["scipy"]).all()
    assert (got == result["scipy, our order"][ours.place]).all()
    work = f"nearest of {facilities} facilities, every node"
    row(work, name, "scipy min_only", least["scipy"], least["plain"], goals[0],
        f"plain search; nodes lie along a Hilbert curve since the network was built, scipy's as in the file "
        f"({least['scipy, our order']:.4g} s in our order)")
    row(work, name, "scipy min_only", least["scipy"], least["swept"], "–",
        f"swept over a hierarchy that is there (built in {prepare:.2g} s, not counted)")
    if with_networkx:
        import networkx as nx

        net = networkx_graph(graph)
        peer, lengths = cpu(lambda: nx.multi_source_dijkstra_path_length(net, set(place.tolist())), 3)
        assert all(got[node] == ticks for node, ticks in lengths.items())
        row(work, name, "networkx", peer, least["plain"], goals[1], "plain search")


def ends(n: int, source: np.ndarray, target: np.ndarray):
    """Sources and targets on nodes as the kernels take them: grouped by site, and by node."""
    from coverage.travel.kernels.cutoff import Ends

    order = np.argsort(target, kind="stable")
    return (Ends(np.arange(len(source) + 1), source, np.zeros(len(source), np.int32)),
            Ends(np.searchsorted(target[order], np.arange(n + 1)), order.astype(np.int32),
                 np.zeros(len(target), np.int32)))


def assert_times(found: tuple, sample: int, points: int, wanted: np.ndarray) -> None:
    """The pairs of the first sites are exactly the peer's finite times."""
    point, site, ticks = found
    got, first = np.full((sample, points), np.inf), site < sample
    got[site[first], point[first]] = ticks[first]
    assert (got == wanted).all()


def matrix_within(name: str, graph: tuple, candidates: int, points: int, minutes: dict[int, str], sample: int, *,
                  threads: bool = False, engine: str = "auto") -> None:
    from scipy.sparse.csgraph import dijkstra

    from coverage.travel.engine import bounded_pairs, cheaper_engine
    from coverage.travel.kernels.cutoff import hierarchy_pairs
    from coverage.travel.kernels.hierarchy import build_hierarchy

    chance, n = np.random.default_rng(2), len(graph[0])
    source, target = chance.choice(n, candidates, replace=False), chance.choice(n, points, replace=False)
    matrix = scipy_graph(graph)

    def ours(limit: int):
        """(engine, pairs), from the arrays on."""
        g = packed(graph)
        ways = g.out_ptr, g.out_arc
        seeds, at = ends(n, g.place[source], g.place[target])
        chosen = cheaper_engine(*ways, seeds, limit, g.shift) if engine == "auto" else engine
        if chosen == "bounded":
            return chosen, bounded_pairs(*ways, seeds, at, points, limit, g.shift)
        return chosen, hierarchy_pairs(build_hierarchy(g), *ways, seeds, at, points, limit, g.shift)

    for limit, goal in minutes.items():
        seconds, (chosen, pairs) = cpu(lambda limit=limit: ours(limit * 600), 2)
        peer, wanted = cpu(lambda limit=limit: dijkstra(matrix, indices=source[:sample],
                                                        limit=limit * 600)[:, target], 2)
        assert_times(pairs, sample, points, wanted)
        work = f"times from {candidates:,} candidates to {points:,} points within {limit} min"
        how = {"bounded": "site by site", "hierarchy": "over a hierarchy"}[chosen]
        row(work, name, "scipy limit", peer * candidates / sample, seconds, goal,
            f"ours with preparation, {how}; scipy scaled from {sample}; {len(pairs[0]):,} pairs")
    if threads:
        g = packed(graph)
        hierarchy, (seeds, at) = build_hierarchy(g), ends(n, g.place[source], g.place[target])
        wall, found = in_turn({k: lambda k=k: hierarchy_pairs(
            hierarchy, g.out_ptr, g.out_arc, seeds, at, points, limit * 600, g.shift, threads=k) for k in (1, 2)}, 5,
            time.perf_counter)
        assert all((a == b).all() for a, b in zip(found[1], found[2], strict=True))
        row(work, name, "ours on one thread", wall[1], wall[2], "–",
            "wall clock of the search on two, in turn, least of 5; the same pairs in the same order")


def dense(name: str, graph: tuple, sources: int, targets: int, sample: int) -> None:
    from scipy.sparse.csgraph import dijkstra

    from coverage.travel.kernels.cutoff import hierarchy_pairs
    from coverage.travel.kernels.hierarchy import build_hierarchy
    from coverage.travel.kernels.sweep import EXACT

    chance, n = np.random.default_rng(3), len(graph[0])
    source, target = chance.choice(n, sources, replace=False), chance.choice(n, targets, replace=False)

    def whole():
        g = packed(graph)
        seeds, at = ends(n, g.place[source], g.place[target])
        return hierarchy_pairs(build_hierarchy(g), g.out_ptr, g.out_arc, seeds, at, targets, EXACT - 1, g.shift,
                               everywhere=True)

    ours, pairs = cpu(whole)
    peer, wanted = cpu(lambda: dijkstra(scipy_graph(graph), indices=source[:sample])[:, target], 2)
    assert_times(pairs, sample, targets, wanted)
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
    from coverage.travel.kernels.nearest import lower_labels, nearest_labels
    from coverage.travel.kernels.repair import forget_owner, seeds_around

    g = packed(graph)
    place = g.place[np.random.default_rng(4).choice(g.n_nodes, facilities + 200, replace=False)]
    number = np.arange(len(place), dtype=np.int64)
    full, label = cpu(lambda: nearest_labels(g.out_ptr, g.out_arc, place[:facilities], number[:facilities], g.shift), 9)

    def add(i):
        lower_labels(g.out_ptr, g.out_arc, label, place[i:i + 1], number[i:i + 1], g.shift, False)

    def remove(i):
        _, border = forget_owner(g.out_ptr, g.out_arc, label, place[i:i + 1], i)
        offers = seeds_around(g.in_ptr, g.in_arc, label, border)
        lower_labels(g.out_ptr, g.out_arc, label, *offers, g.shift, False)

    before, new = label.copy(), range(facilities, facilities + 200)
    add(facilities)
    remove(facilities)  # compiled
    added, removed = np.inf, np.inf
    for _ in range(5):
        seconds, _ = cpu(lambda: [add(i) for i in new], 1)
        assert (label == nearest_labels(g.out_ptr, g.out_arc, place, number, g.shift)).all()
        added = min(added, seconds)
        seconds, _ = cpu(lambda: [remove(i) for i in reversed(new)], 1)
        assert (label == before).all()
        removed = min(removed, seconds)
    for work, seconds in (("added", added), ("removed", removed)):
        row(f"facility {work}, {facilities} there", name, "own full search", full, seconds / 200, "800×",
            "mean of 200 in the least of 5 rounds; the plain search over blocks; labels equal a full search's")


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


def growth(name: str, roads: tuple, tiles: tuple[int, int]) -> None:
    from coverage.travel.kernels.nearest import nearest_labels

    cost = []
    for across in tiles:
        g = packed(timed(*tile(*roads, across, 1)))
        f = g.n_nodes // 1000
        seed = np.random.default_rng(6).choice(g.n_nodes, f, replace=False).astype(np.int32)
        seconds, _ = cpu(lambda g=g, seed=seed, f=f: nearest_labels(
            g.out_ptr, g.out_arc, seed, np.arange(f, dtype=np.int64), g.shift), 5)
        cost.append((g.n_nodes, seconds))
    (n1, s1), (n5, s5) = cost
    power = np.log(s5 / s1) / np.log(n5 / n1)
    ROWS.append({"work": "growth of the nearest-facility cost", "graph": f"{name}, {n1:,} → {n5:,} nodes", "peer": "–",
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
    parser.add_argument("--world", type=Path, help="the wheel of scgraph_data 2.0.0, for the world's highways")
    parser.add_argument("--only", default="nearest,matrix,dense,edits,isochrone,reading,store,growth")
    args = parser.parse_args()
    chosen = set(args.only.split(","))
    rome, moscow = (city(args.data / "graphs", name) for name in ("rome", "moscow"))
    county = crop(*rome, 70_000)
    small, large, china = timed(*county), timed(*tile(*rome, 5, 1)), highways(args.data / "graphs")
    for engine in ("bounded", "hierarchy"):
        matrix_within("warm-up", timed(*crop(*rome, 3000)), 50, 200, {5: "–"}, 5, engine=engine)
    nearest("warm-up", timed(*crop(*rome, 3000)), 5, ("–", "–"))
    ROWS.clear()
    if "nearest" in chosen:
        nearest(COUNTY, small, 100, ("4×", "80×"), with_networkx=True)
        nearest(MILLION, large, 1000, ("5×", "80×"), with_networkx=args.big_networkx)
        nearest(OTHER_COUNTY, timed(*crop(*moscow, 60_000)), 100, ("4×", "80×"), with_networkx=True)
        nearest(OTHER_MILLION, timed(*tile(*moscow, 3, 1)), 1000, ("5×", "80×"))
        nearest(CHINA, china, 150, ("–", "–"))
    if "matrix" in chosen:
        matrix_within(COUNTY, small, 500, 5000, {30: "10×"}, 50)
        matrix_within(OTHER_COUNTY, timed(*crop(*moscow, 60_000)), 500, 5000, {30: "10×"}, 50)
        matrix_within(MOSCOW, timed(*moscow), 2000, 5000, {30: "–"}, 10, threads=True)
        matrix_within(CHINA, china, 2000, 5000, {60: "–"}, 100)
        matrix_within(MILLION, large, 10_000, 10_000, {15: "8×", 30: "20×", 60: "40×"}, 20)
    if args.world:
        world = world_highways(args.world)
        name = f"{len(world[0]) // 1000}k nodes (the world's highways)"
        nearest(name, world, 500, ("–", "–"))
        matrix_within(name, world, 2000, 5000, {60: "–"}, 100)
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
        growth("Rome", rome, (5, 21))
        growth("Moscow", moscow, (3, 12))
    write(args.out)


if __name__ == "__main__":
    main()
