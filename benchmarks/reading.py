"""Time .osm.pbf → graph against pyosmium, pyrosm and osmnx; benchmarks/travel.py runs this and writes its table.

Ours goes all the way from the file to one mode's routable graph: blocks unpacked, ways and nodes decoded, tags to
classes and speeds, cut at junctions, arcs in CSR, pieces found. Peers are timed to a routable graph too, where they
make one; those that stop earlier say so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def reading(data: Path, cpu: Callable, row: Callable) -> None:
    """A row for each file and peer: `cpu(work, repeats)` gives least seconds and result, `row` keeps and prints it."""
    import resource

    from coverage.intake.osm import roads_of_parts
    from coverage.intake.osm_parse import parse_osm
    from coverage.intake.roads import read_roads, road_classes
    from coverage.travel import build_network

    def ours_of(path: Path):
        parts = parse_osm(path, known=list(road_classes()))
        return build_network(roads_of_parts({meta["part"]: table for meta, table in parts}, path.name))

    for file in ("andorra.osm.pbf", "liechtenstein-latest.osm.pbf"):
        path = data / "osm" / file
        ours, network = cpu(lambda path=path: ours_of(path), 7)

        def tell(peer: str, seconds: float, goal: str, note: str, file=file, ours=ours) -> None:
            row(".osm.pbf → graph", file, peer, seconds, ours, goal, note)

        for peer_name, loop in (("bare pyosmium loop", bare_loop), ("the same, filtered in C++", filtered_loop)):
            peer, nodes = cpu(lambda loop=loop, path=path: loop(path))
            assert len(nodes) >= len(network.shape_lon) // 2
            tell(peer_name, peer, "0.67×", "the peer makes no graph")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole, _ = cpu(lambda path=path: build_network(read_roads(path)), 1)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        child = sum(getattr(after, name) - getattr(before, name) for name in ("ru_utime", "ru_stime"))
        tell("ours in the child process", whole + child, "–",
             "as the program reads it: starting a process that may do little costs the rest")
        _pyrosm(path, cpu, tell)
        peer = _osmnx_seconds(path, cpu)
        tell("osmnx via XML", peer, "40×", "all ways of the file, as osmnx takes them")


def bare_loop(path: Path) -> list[tuple]:
    import osmium

    nodes = []
    for thing in osmium.FileProcessor(str(path)).with_locations():
        if thing.is_way() and "highway" in thing.tags:
            nodes.extend((node.ref, node.lon, node.lat) for node in thing.nodes)
    return nodes


def filtered_loop(path: Path) -> list[tuple]:
    import osmium

    nodes = []
    wanted = osmium.filter.KeyFilter("highway")
    for way in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations().with_filter(
            osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(wanted):
        nodes.extend((node.ref, node.lon, node.lat) for node in way.nodes)
    return nodes


def _pyrosm(path: Path, cpu: Callable, tell: Callable) -> None:
    """pyrosm's tables, and the graphs that it makes of them: driving as ours for a car; all, for ours reads every class
    once for all modes."""
    try:
        import pyrosm
    except ImportError:
        return

    def tables(kind: str):
        osm = pyrosm.OSM(str(path))
        return osm, *osm.get_network(kind, nodes=True)

    def graph(kind: str, form: str):
        osm, nodes, edges = tables(kind)
        return osm.to_graph(nodes, edges, graph_type=form)

    peer, _ = cpu(lambda: tables("driving"), 5)
    tell("pyrosm, warm, tables only", peer, "–", "driving; two tables of nodes and segments, no graph")
    for kind in ("driving", "all"):
        for form in ("igraph", "networkx"):
            try:
                peer, _ = cpu(lambda kind=kind, form=form: graph(kind, form), 5)
            except ImportError:
                continue
            tell(f"pyrosm, warm, {kind} → {form}", peer, "8×", "its to_graph as it comes: largest part, simplified")


def _osmnx_seconds(path: Path, cpu: Callable) -> float:
    import tempfile

    import osmium
    import osmnx

    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "roads.osm"
        with osmium.SimpleWriter(str(text)) as writer:
            for thing in osmium.FileProcessor(str(path)):
                if not thing.is_relation():
                    writer.add(thing)
        return cpu(lambda: osmnx.graph_from_xml(text, retain_all=True), 1)[0]
