"""A graph of osmnx's gives the times that networkx finds on it."""

import gzip

import networkx as nx
import numpy as np
import osmnx
import pandas as pd
import pytest
import shapely

from coverage.errors import RoadError
from coverage.intake import roads_from_graph
from coverage.intake.roads import road_classes
from coverage.travel import build_network, travel_times
from coverage.travel.speeds import class_speeds

SHENZHEN = "tests/data/shenzhen_2021-03-17_overpass.osm.gz"


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    path = tmp_path_factory.mktemp("osm") / "shenzhen.osm"
    with gzip.open(SHENZHEN) as packed:
        path.write_bytes(packed.read())
    graph = osmnx.graph_from_xml(path, simplify=True, retain_all=True)
    for *_, data in graph.edges(data=True):
        data.pop("maxspeed", None)
    return graph


def nodes_of(graph, chosen, kind):
    return pd.DataFrame({"lon": [graph.nodes[n]["x"] for n in chosen], "lat": [graph.nodes[n]["y"] for n in chosen]},
                        index=pd.Index([str(n) for n in chosen], name=kind))


def test_times_are_those_of_networkx_on_the_graph_itself(graph):
    """Between junctions of driving roads, weights = osmnx's own lengths at the class's speed."""
    speed = class_speeds("car", "middle", "丘陵")

    def minutes(tail, head, data):
        def one(edge):
            tag = edge.get("highway")
            kmh = speed.get(road_classes().get(tag if isinstance(tag, str) or tag is None else tag[0]))
            return None if kmh is None or edge.get("access") == "no" else edge["length"] * 0.06 / kmh

        return min((time for edge in data.values() if (time := one(edge)) is not None), default=None)

    network = build_network(roads_from_graph(graph))
    place = {(graph.nodes[n]["x"], graph.nodes[n]["y"]): n for n in graph.nodes}
    joined = [place[at] for e in np.flatnonzero(network.edge_entered) for at in
              [(network.node_lon[network.edge_tail[e]], network.node_lat[network.edge_tail[e]])] if at in place]
    chosen = list(dict.fromkeys(joined))[::40]
    demand, sites = nodes_of(graph, chosen, "demand_id"), nodes_of(graph, chosen[:5], "site_id")
    got = travel_times(network, demand, sites).table.set_index(["demand_id", "site_id"])["travel_min"]
    checked = 0
    for s in chosen[:5]:
        far = nx.single_source_dijkstra_path_length(graph.reverse(copy=False), s, weight=minutes)
        for d in chosen:
            assert (d in far) == ((str(d), str(s)) in got.index)
            if d in far:
                assert got[str(d), str(s)] == pytest.approx(far[d], abs=0.15)  # a tick an edge is rounded
                checked += 1
    assert checked > 50


def test_both_directions_of_a_street_are_one_way_and_shapes_are_kept():
    graph = nx.MultiDiGraph(crs="epsg:4326")
    for node, x, y in (("a", 105.0, 35.0), ("b", 105.1, 35.0), ("c", 105.1, 35.1)):
        graph.add_node(node, x=x, y=y)
    bend = shapely.LineString([(105.0, 35.0), (105.05, 35.02), (105.1, 35.0)])
    for tail, head, line in (("a", "b", bend), ("b", "a", bend.reverse())):
        graph.add_edge(tail, head, highway=["primary", "trunk"], oneway=False, geometry=line, osmid=[1, 2], name="东路")
    graph.add_edge("b", "c", highway="motorway", oneway=True, osmid=3)
    graph.add_edge("c", "a", highway="proposed", oneway=False, osmid=4)
    roads = roads_from_graph(graph)
    assert roads.ways["road_class"].tolist() == ["二级", "高速"] and roads.ways["oneway"].tolist() == [0, 1]
    assert len(roads.node_lon) == 4 and np.diff(roads.way_ptr).tolist() == [3, 2]


def test_a_projected_or_empty_graph_is_refused():
    graph = nx.MultiDiGraph(crs="epsg:32650")
    with pytest.raises(RoadError, match="经纬度"):
        roads_from_graph(graph)
    graph.graph["crs"] = "epsg:4326"
    with pytest.raises(RoadError, match="没有"):
        roads_from_graph(graph)
