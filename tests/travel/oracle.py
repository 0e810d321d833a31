"""Recompute door-to-door times the slow, plain way: ways → networkx, points by brute force over every segment."""

from math import cos, hypot, inf, radians

import networkx as nx
import numpy as np

from coverage.travel.geometry import DEGREE_M


def pair_minutes(network, demand, sites):
    """{(demand_id, site_id): minutes} in floating point; absent = unreachable."""
    graph, pieces = _graph(network), _pieces(network)
    legs = {("d", name): _join(network, row.lon, row.lat) for name, row in demand.iterrows()}
    legs |= {("s", name): _join(network, row.lon, row.lat) for name, row in sites.iterrows()}
    speed = network.mode.offroad_kmh * 1000 / 60 / network.mode.detour
    times = {}
    for d, here in demand.iterrows():
        for s, there in sites.iterrows():
            (w1, joined1), (w2, joined2) = legs["d", d], legs["s", s]
            straight = hypot((here.lon - there.lon) * cos(radians(here.lat)), here.lat - there.lat) * DEGREE_M
            if max(w1, w2) > network.mode.gap_m:
                times[d, s] = straight / speed
                continue
            best = w1 / speed + w2 / speed + min(
                _ride(network, graph, *one, *two) for one in joined1 for two in joined2)
            if straight < min(w1, w2) - 0.001 and pieces[joined1[0][0]] == pieces[joined2[0][0]]:
                best = min(best, straight / speed)
            if best < inf:
                times[d, s] = best
    return times


def _graph(network):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.n_nodes))
    for e in range(len(network.edge_m)):
        tail, head = int(network.edge_tail[e]), int(network.edge_head[e])
        if network.edge_forward[e] >= 0:
            graph.add_edge(tail, head, weight=network.edge_forward[e] / 600)
        if network.edge_backward[e] >= 0:
            graph.add_edge(head, tail, weight=network.edge_backward[e] / 600)
    return graph


def _pieces(network):
    graph = nx.Graph(zip(network.edge_tail.tolist(), network.edge_head.tolist(), strict=True))
    piece = {node: i for i, nodes in enumerate(nx.connected_components(graph)) for node in nodes}
    return [piece[int(tail)] for tail in network.edge_tail]


def _join(network, lon, lat):
    """(metres, [(edge, share along), …]): every place on an edge that may be entered, as near as the nearest."""
    places = []
    for e in range(len(network.edge_m)):
        if not network.edge_entered[e]:
            continue
        low, high = network.shape_ptr[e], network.shape_ptr[e + 1]
        x = (network.shape_lon[low:high] - lon) * DEGREE_M * cos(radians(lat))
        y = (network.shape_lat[low:high] - lat) * DEGREE_M
        for i in range(high - low - 1):
            dx, dy = x[i + 1] - x[i], y[i + 1] - y[i]
            square = dx * dx + dy * dy
            t = float(np.clip(-(x[i] * dx + y[i] * dy) / square, 0, 1)) if square > 0 else 0.0
            done = network.shape_m[low + i] + t * (network.shape_m[low + i + 1] - network.shape_m[low + i])
            places.append((hypot(x[i] + t * dx, y[i] + t * dy), e,
                           float(done / network.edge_m[e]) if network.edge_m[e] else 0.0))
    nearest = min(places)[0]
    return nearest, [(e, along) for metres, e, along in places if metres <= nearest + 0.001]


def _ride(network, graph, e1, a1, e2, a2):
    """Minutes by road between two places on edges, either of which may be left or entered at both ends."""
    best = inf
    if e1 == e2:
        full = network.edge_forward[e1] if a2 >= a1 else network.edge_backward[e1]
        if full >= 0 or abs(a2 - a1) * network.edge_m[e1] < 0.01:  # within a centimetre it is the same place
            best = abs(a2 - a1) * max(full, 0) / 600
    for node1, cost1 in _ways_out(network, e1, a1):
        lengths = nx.single_source_dijkstra_path_length(graph, node1)
        for node2, cost2 in _ways_in(network, e2, a2):
            best = min(best, cost1 + lengths.get(node2, inf) + cost2)
    return best


def _ways_out(network, e, along):
    ends = int(network.edge_tail[e]), int(network.edge_head[e])
    ways = []
    if network.edge_forward[e] >= 0 or along == 1:
        ways.append((ends[1], max(network.edge_forward[e], 0) * (1 - along) / 600))
    if network.edge_backward[e] >= 0 or along == 0:
        ways.append((ends[0], max(network.edge_backward[e], 0) * along / 600))
    return ways


def _ways_in(network, e, along):
    ends = int(network.edge_tail[e]), int(network.edge_head[e])
    ways = []
    if network.edge_forward[e] >= 0 or along == 0:
        ways.append((ends[0], max(network.edge_forward[e], 0) * along / 600))
    if network.edge_backward[e] >= 0 or along == 1:
        ways.append((ends[1], max(network.edge_backward[e], 0) * (1 - along) / 600))
    return ways
