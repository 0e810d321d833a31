"""Cutting ways at junctions alone changes no shortest time: against a graph of every single segment."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from coverage.intake import read_roads
from coverage.travel import build_network
from coverage.travel.edges import cut_at_junctions
from coverage.travel.geometry import distance_m
from coverage.travel.passage import way_speeds
from coverage.travel.speeds import class_speeds


@pytest.mark.parametrize("mode", ["car", "walk"])
def test_times_between_junctions_are_those_over_every_segment(mode):
    roads = read_roads("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
    network = build_network(roads, mode=mode)
    kmh = way_speeds(roads.ways, network.mode, class_speeds(mode, "middle", "丘陵"))
    way = np.repeat(np.arange(len(roads.ways)), np.diff(roads.way_ptr))
    step = np.flatnonzero((way[1:] == way[:-1]) & (kmh[way[:-1]] > 0))
    a, b, way = roads.way_node[step], roads.way_node[step + 1], way[step]
    ticks = distance_m(roads.node_lon[a], roads.node_lat[a], roads.node_lon[b], roads.node_lat[b]) * 36 / kmh[way]
    oneway = roads.ways["oneway"].to_numpy()[way] if network.mode.oneway else np.zeros(len(way))
    tail = np.r_[a[oneway >= 0], b[oneway <= 0]]
    head = np.r_[b[oneway >= 0], a[oneway <= 0]]
    weight = np.r_[ticks[oneway >= 0], ticks[oneway <= 0]]
    order = np.lexsort((weight, head, tail))
    order = order[np.r_[True, (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)]]  # the lightest of parallels
    n = len(roads.node_lon)
    every = coo_array((np.maximum(weight[order], 1e-9), (tail[order], head[order])), shape=(n, n)).tocsr()

    edges = cut_at_junctions(roads, kmh > 0)
    at = np.unique([edges.tail, edges.head])  # the road nodes that are junctions
    source = np.random.default_rng(3).choice(network.n_nodes, 6, replace=False)
    wanted = dijkstra(every, indices=at[source])[:, at]
    tail = np.repeat(np.arange(network.n_nodes), np.diff(network.indptr))
    order = np.lexsort((network.arc_ticks, network.arc_head, tail))
    order = order[np.r_[True, (np.diff(tail[order]) != 0) | (np.diff(network.arc_head[order]) != 0)]]
    arcs = coo_array((np.maximum(network.arc_ticks[order], 1e-9), (tail[order], network.arc_head[order])),
                     shape=(network.n_nodes,) * 2).tocsr()
    got, hops = dijkstra(arcs, indices=source), dijkstra(arcs, indices=source, unweighted=True)
    assert (np.isfinite(got) == np.isfinite(wanted)).all() and np.isfinite(wanted).sum() > 1000
    reached = np.isfinite(wanted)
    off = np.abs(got[reached] - wanted[reached])
    assert off.max() <= 0.5 * hops[reached].max() and off.mean() < 3  # half a tick an edge is rounded away
