"""Find the one or two nearest sites of each demand point by one search from all sites at once: legs → `Pairs`.

    labels of nodes → labels at each point's ends → the same edge → on foot alone → the least two
"""

from __future__ import annotations

import numpy as np

from coverage.travel.legs import FAR, Legs
from coverage.travel.network import TICKS_PER_MIN, RoadNetwork
from coverage.travel.pairs import Pairs, on_foot, same_edge


def closest_pairs(network: RoadNetwork, origin: Legs, goal: Legs, limit: float, k: int) -> Pairs:
    """The k ≤ 2 nearest sites of each point within `limit` ticks, sorted by point and rank; ties by site position.

    `goal` must have a row a site.
    """
    wait = round(network.mode.board_min * TICKS_PER_MIN)
    labels = _node_labels(network, goal, k)
    point, site, ticks = (np.concatenate(column) for column in
                          zip(_at_ends(network, origin, labels), same_edge(network, origin, goal, True), strict=True))
    rides = Pairs(origin.point[point], site, ticks + wait, origin.walk_ticks[point], goal.walk_ticks[site])
    every = Pairs(*(np.concatenate(column) for column in
                    zip(rides, on_foot(network, origin, goal, limit), strict=True)))
    return _least(every, limit, k)


def _node_labels(network: RoadNetwork, goal: Legs, k: int) -> list[np.ndarray]:
    """For each rank the label (ticks << 32 | site) of every node, in the packed order."""
    from coverage.travel.kernels.nearest import nearest_labels, two_nearest_labels

    graph = network.packed
    site, column = np.nonzero(goal.arrive_ticks < FAR)
    ticks = goal.arrive_ticks[site, column]
    seeds = graph.place[goal.node[site, column]], (ticks << 32) | site
    if k == 1 and "hierarchy" in vars(network):  # not built for this, but of use where a matrix needed it
        from coverage.travel.kernels.sweep import sweep_labels

        above = network.hierarchy.turned()
        return [sweep_labels(*above.arcs, above.rank[seeds[0]], seeds[1])[above.rank]]
    if k == 1:
        return [nearest_labels(graph.in_ptr, graph.in_arc, *seeds, graph.shift)]
    return list(two_nearest_labels(graph.in_ptr, graph.in_arc, *seeds, graph.shift))


def _at_ends(network: RoadNetwork, origin: Legs, labels: list[np.ndarray]):
    """What each point's ends know: (point, site, ticks), the walk and ride to the end added."""
    from coverage.travel.kernels.nearest import NONE

    point, column = np.nonzero(origin.leave_ticks < FAR)
    node = network.packed.place[origin.node[point, column]]
    leave = origin.leave_ticks[point, column]
    found = [(point[reached], label[node[reached]] & 0xFFFFFFFF, (label[node[reached]] >> 32) + leave[reached])
             for label in labels for reached in [np.flatnonzero(label[node] != NONE)]]
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


def _least(every: Pairs, limit: float, k: int) -> Pairs:
    """The k least of each point, each site once."""
    within = every.ticks <= limit
    every = Pairs(*(column[within] for column in every))
    order = np.lexsort((every.walk, every.site, every.ticks, every.point))
    every = Pairs(*(column[order] for column in every))
    taken = np.zeros(len(order), bool)
    left = np.arange(len(order))
    for _ in range(k):  # take each point's first row, then drop that site's other rows
        if not len(left):
            break
        first = left[np.r_[True, every.point[left][1:] != every.point[left][:-1]]]
        taken[first] = True
        got = np.full(int(every.point.max()) + 1, -1, np.int64)
        got[every.point[first]] = every.site[first]
        left = left[got[every.point[left]] != every.site[left]]
    return Pairs(*(column[taken] for column in every))
