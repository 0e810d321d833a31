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
            (e1, a1, w1), (e2, a2, w2) = legs["d", d], legs["s", s]
            straight = hypot((here.lon - there.lon) * cos(radians(here.lat)), here.lat - there.lat) * DEGREE_M
            if max(w1, w2) > network.mode.gap_m:
                times[d, s] = straight / speed
                continue
            best = w1 / speed + w2 / speed + min(
                _ride(network, graph, *one, *two) for one in _twins(network, e1, a1, here)
                for two in _twins(network, e2, a2, there))
            if straight < min(w1, w2) - 0.001 and pieces[e1] == pieces[e2]:
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
    """(edge, share along, metres) of the nearest edge that may be entered."""
    best = (inf, -1, 0.0)
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
            distance = hypot(x[i] + t * dx, y[i] + t * dy)
            if distance < best[0] - 1e-7:
                done = network.shape_m[low + i] + t * (network.shape_m[low + i + 1] - network.shape_m[low + i])
                best = (distance, e, float(done / network.edge_m[e]) if network.edge_m[e] else 0.0)
    return best[1], best[2], best[0]


def _twins(network, edge, along, point):
    """The place on the edge, and the same place on every edge whose segment there lies exactly on it."""
    here = _segment(network, edge, along)
    places = [(edge, along)]
    for e in range(len(network.edge_m)):
        if e == edge or not network.edge_entered[e]:
            continue
        for i in range(network.shape_ptr[e], network.shape_ptr[e + 1] - 1):
            ends = {(network.shape_lon[j], network.shape_lat[j]) for j in (i, i + 1)}
            if ends == here:
                where = _join_segment(network, e, i, point)
                places.append((e, where))
    return places


def _segment(network, edge, along):
    done = along * network.edge_m[edge]
    low, high = network.shape_ptr[edge], network.shape_ptr[edge + 1]
    i = low + int(np.clip(np.searchsorted(network.shape_m[low:high], done, side="right") - 1, 0, high - low - 2))
    return {(network.shape_lon[j], network.shape_lat[j]) for j in (i, i + 1)}


def _join_segment(network, edge, i, point):
    x = (network.shape_lon[i:i + 2] - point.lon) * DEGREE_M * cos(radians(point.lat))
    y = (network.shape_lat[i:i + 2] - point.lat) * DEGREE_M
    dx, dy = x[1] - x[0], y[1] - y[0]
    square = dx * dx + dy * dy
    t = float(np.clip(-(x[0] * dx + y[0] * dy) / square, 0, 1)) if square > 0 else 0.0
    done = network.shape_m[i] + t * (network.shape_m[i + 1] - network.shape_m[i])
    return float(done / network.edge_m[edge]) if network.edge_m[edge] else 0.0


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
