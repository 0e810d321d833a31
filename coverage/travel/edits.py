"""Keep the nearest site of every junction up to date while sites come and go and roads change: one edit at a time.

Each edit gives exactly what a full recomputation gives, and touches only the
cell or the branch that it changes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from coverage.errors import InputError
from coverage.travel.kernels.nearest import NONE, lower_labels, nearest_labels
from coverage.travel.kernels.packed import PackedGraph, pack
from coverage.travel.kernels.repair import forget_below, forget_owner, seeds_around
from coverage.travel.legs import FAR, JOINED, Legs, access_legs, with_ends
from coverage.travel.network import CLOSED, TICKS_PER_MIN, RoadNetwork
from coverage.travel.pairs import same_edge


class NearestCells:
    """The nearest site of every node of a network, towards the site; changes in place with each edit.

    `add` and `remove` sites, `retime` an edge (CLOSED closes a direction).
    Of equal times the site that was added first wins. Walks of the sites count;
    points' own walks are added by `at`. `network` has the times of now. Trips are one way, a shuttle's too.
    """

    def __init__(self, network: RoadNetwork, sites: pd.DataFrame) -> None:
        self._ticks = network.edge_forward.copy(), network.edge_backward.copy()
        self.network = replace(network, edge_forward=self._ticks[0].view(), edge_backward=self._ticks[1].view())
        self.network.__dict__.update(snap_index=network.snap_index, drawn_indexes=network.drawn_indexes)
        self._graph = graph = _pack_both_ways(network)
        self._ids: list[str] = []
        self._seeds: dict[str, tuple[np.ndarray, np.ndarray]] = {}  # site → nodes and labels
        self._labels_at: dict[int, list[int]] = {}  # node → the labels of sites that join there
        self._joined = np.zeros(network.n_nodes, np.int32)  # how many these are
        self._legs: dict[str, Legs] = {}
        self._numbers: dict[str, int] = {}
        self._sites_on: dict[int, set[str]] = {}  # edge → the sites that join it
        self._enrol(sites)
        seeds = [np.concatenate(column) for column in zip(*self._seeds.values(), strict=True)] or [
            np.zeros(0, np.int32), np.zeros(0, np.int64)]
        # the search runs out from the sites, against the trip
        self.label = nearest_labels(graph.in_ptr, graph.in_arc, *seeds, graph.shift)

    def add(self, sites: pd.DataFrame) -> None:
        """Open sites (index site_id; lon, lat). Raises InputError for an id that is open already."""
        for name in self._enrol(sites):
            self._lower(*self._seeds[name])

    def remove(self, site_id: str) -> None:
        """Close a site. Raises InputError for an id that isn't open."""
        if site_id not in self._seeds:
            raise InputError(f"没有机构“{site_id}”", where="site_id", todo="请检查编号")
        for edge in self._legs.pop(site_id).edge.ravel().tolist():
            self._sites_on.get(edge, set()).discard(site_id)
        nodes, labels = self._withdraw(site_id)
        if len(labels):
            self._refill(*forget_owner(self._graph.in_ptr, self._graph.in_arc, self.label, nodes,
                                       labels[0] & 0xFFFFFFFF))

    def _withdraw(self, site_id: str) -> tuple[np.ndarray, np.ndarray]:
        """Take a site's seeds out of the books: its nodes and labels."""
        nodes, labels = self._seeds.pop(site_id)
        for node, label in zip(nodes.tolist(), labels.tolist(), strict=True):
            self._labels_at[node].remove(label)
            self._joined[node] -= 1
        return nodes, labels

    def retime(self, edge: int, forward: int, backward: int) -> None:
        """Give an edge other ticks along and against it; CLOSED closes a direction."""
        for direction, ticks in ((0, forward), (1, backward)):
            self._retime_direction(edge, direction, FAR if ticks == CLOSED else int(ticks))
        for name in sorted(self._sites_on.get(edge, ()), key=self._numbers.get):
            nodes, _ = self._withdraw(name)
            self._enter(name)
            self._refill(*forget_owner(self._graph.in_ptr, self._graph.in_arc, self.label, nodes, self._numbers[name]))
            self._lower(*self._seeds[name])

    def at(self, points: pd.DataFrame | Legs) -> pd.DataFrame:
        """The nearest site of each point by road: index the points'; site_id, travel_min; NA where none is reached.

        The wait for a bus counts; walks off the road all the way don't.
        """
        legs = with_ends(self.network, points) if isinstance(points, Legs) else access_legs(self.network, points)
        label = self.label[self._graph.place[legs.node]]
        closed = (label == NONE) | (legs.leave_ticks >= FAR)
        total = np.full(len(legs.ids), NONE)
        np.minimum.at(total, legs.point, np.where(closed, NONE, label + (legs.leave_ticks << 32)).min(axis=1))
        sites = self._open_sites()
        row, site, ticks = same_edge(self.network, legs, sites, True)
        np.minimum.at(total, legs.point[row], (ticks << 32) | sites.point[site])
        reached = total != NONE
        wait = round(self.network.mode.board_min * TICKS_PER_MIN)
        ids = pd.array([self._ids[i] if ok else None for i, ok in
                        zip((total & 0xFFFFFFFF).tolist(), reached.tolist(), strict=True)], dtype="str")
        minutes = np.where(reached, ((total >> 32) + wait) / TICKS_PER_MIN, np.nan)
        return pd.DataFrame({"site_id": ids, "travel_min": minutes}, index=legs.ids)

    def _enrol(self, sites: pd.DataFrame) -> list[str]:
        known = [name for name in sites.index if name in self._seeds]
        if known:
            raise InputError("机构已在：" + "、".join(map(str, known)), where="site_id", todo="请换一个编号")
        legs = access_legs(self.network, sites)
        for i, name in enumerate(sites.index):
            own = legs.rows(legs.point == i) if len(legs) > len(legs.ids) else legs.rows([i])
            self._legs[name], self._numbers[name] = own, len(self._ids)
            for edge in own.edge[own.edge >= 0].tolist():
                self._sites_on.setdefault(edge, set()).add(name)
            self._ids.append(str(name))
            self._enter(name)
        return list(sites.index)

    def _enter(self, name: str) -> None:
        """Put a site's seeds, as its edges are timed now, into the books."""
        own = with_ends(self.network, self._legs[name])
        usable = own.arrive_ticks < FAR
        nodes = self._graph.place[own.node[usable]]
        labels = (own.arrive_ticks[usable] << 32) | self._numbers[name]
        for node, label in zip(nodes.tolist(), labels.tolist(), strict=True):
            self._labels_at.setdefault(node, []).append(label)
            self._joined[node] += 1
        self._seeds[name] = nodes, labels

    def _open_sites(self) -> Legs:
        """The open sites' joints, a row each edge; `point` is the site's number, and no ends are told."""
        rows = [(self._numbers[name], edge, along, walk) for name, legs in self._legs.items()
                for one, alongs, walk, gap in zip(legs.edge.tolist(), legs.along.tolist(), legs.walk_ticks.tolist(),
                                                  legs.is_gap.tolist(), strict=True) if not gap
                for edge, along in zip(one, alongs, strict=True) if edge >= 0]
        number, edge, along, walk = np.array(rows, float).reshape(-1, 4).T
        none, ends = np.full(len(rows), np.nan), np.zeros((len(rows), 0), np.int64)
        return Legs(pd.Index(self._ids), number.astype(np.int64), none, none, edge.astype(np.int32)[:, None],
                    along[:, None], none, walk.astype(np.int64), np.full(len(rows), JOINED), ends, ends, ends)

    def _lower(self, nodes: np.ndarray, labels: np.ndarray) -> None:
        """Lower labels from the nodes on, in place."""
        lower_labels(self._graph.in_ptr, self._graph.in_arc, self.label, nodes, labels, self._graph.shift, False)

    def _refill(self, cleared: np.ndarray, border: np.ndarray) -> None:
        """Give cleared nodes the labels that the neighbours of those at the border and the sites at them offer."""
        graph = self._graph
        nodes, offers = seeds_around(graph.out_ptr, graph.out_arc, self.label, border)
        own = [(node, label) for node in cleared[self._joined[cleared] > 0].tolist() for label in self._labels_at[node]]
        if own:
            nodes = np.r_[nodes, np.array([node for node, _ in own], np.int32)]
            offers = np.r_[offers, np.array([label for _, label in own], np.int64)]
        self._lower(nodes, offers)

    def _retime_direction(self, edge: int, direction: int, ticks: int) -> None:
        graph, network = self._graph, self.network
        stated = self._ticks[direction][edge]
        before = FAR if stated == CLOSED else int(stated)
        if before == ticks:
            return
        ends = (network.edge_tail[edge], network.edge_head[edge])[::1 if direction == 0 else -1]
        source, target = (int(graph.place[end]) for end in ends)
        _set_arc(graph.in_ptr, graph.in_arc, target, source, before, ticks)
        _set_arc(graph.out_ptr, graph.out_arc, source, target, before, ticks)
        self._ticks[direction][edge] = CLOSED if ticks == FAR else ticks
        here, there = int(self.label[target]), int(self.label[source])
        if here == NONE:
            return
        if ticks < before:
            self._lower(np.array([source], np.int32), np.array([min(here + (ticks << 32), NONE)], np.int64))
        elif there == here + (before << 32):
            cleared = forget_below(graph.in_ptr, graph.in_arc, self.label, source)
            self._refill(cleared, cleared)


def _pack_both_ways(network: RoadNetwork) -> PackedGraph:
    """The packed graph with an arc for each direction of each edge, FAR where closed, so that it can be opened."""
    both = [np.where(ticks == CLOSED, FAR, ticks) for ticks in (network.edge_forward, network.edge_backward)]
    source, target = np.r_[network.edge_tail, network.edge_head], np.r_[network.edge_head, network.edge_tail]
    order = np.argsort(source, kind="stable")
    indptr = np.r_[0, np.cumsum(np.bincount(source, minlength=network.n_nodes))]
    return pack(network.node_lon, network.node_lat, indptr, target[order], np.concatenate(both)[order])


def _set_arc(ptr: np.ndarray, arc: np.ndarray, tail: int, head: int, before: int, ticks: int) -> None:
    """Retime one of the arcs tail → head that take `before` ticks; parallel arcs of equal ticks are alike."""
    row = slice(ptr[tail], ptr[tail + 1])
    arc[row.start + int(np.flatnonzero(arc[row] == (before << 32 | head))[0])] = ticks << 32 | head
