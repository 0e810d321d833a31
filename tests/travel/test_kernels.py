"""The kernels give exactly what scipy gives, on random graphs with one-ways, parallels, loops and zero lengths."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from coverage.intake import read_roads
from coverage.travel import access_legs, build_network, nearest, nearest_of, times, travel_times
from coverage.travel import engine as travel_engine
from coverage.travel.engine import cheaper_engine, road_pairs
from coverage.travel.kernels import cutoff
from coverage.travel.kernels import nearest as kernel
from coverage.travel.kernels.bounded import nodes_within
from coverage.travel.kernels.cutoff import Ends, hierarchy_pairs
from coverage.travel.kernels.hierarchy import build_hierarchy
from coverage.travel.kernels.packed import hilbert_index, longest_path, pack
from coverage.travel.kernels.sweep import EXACT, sweep_labels


def random_graph(seed, n, m, *, far=200):
    """(lon, lat, indptr, head, ticks) with arcs of 0…far ticks, in no order."""
    chance = np.random.default_rng(seed)
    tail = np.sort(chance.integers(0, n, m))
    head, ticks = chance.integers(0, n, m).astype(np.int32), chance.integers(0, far, m).astype(np.int32)
    indptr = np.searchsorted(tail, np.arange(n + 1)).astype(np.int64)
    return chance.random(n), chance.random(n), indptr, head, ticks


def distances(graph, sources):
    """Ticks from each source to every node, by scipy, the lightest of parallel arcs kept."""
    _, _, indptr, head, ticks = graph
    n = len(indptr) - 1
    best = {}
    for tail, first, last in zip(range(n), indptr[:-1], indptr[1:], strict=True):
        for k in range(first, last):
            pair = (tail, int(head[k]))
            best[pair] = min(best.get(pair, 1 << 60), int(ticks[k]))
    rows, columns = np.array(list(best), np.int64).reshape(-1, 2).T
    order = np.lexsort((columns, rows))
    ptr = np.searchsorted(rows[order], np.arange(n + 1))
    matrix = csr_array((np.array(list(best.values()), float)[order], columns[order], ptr), shape=(n, n))
    return dijkstra(matrix, indices=sources)


def test_hilbert_neighbours_touch():
    """Along the curve over a full grid each step goes to an adjacent cell."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(16), np.arange(16)))
    order = np.argsort(hilbert_index(x.astype(float), y.astype(float)))
    step = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert sorted(hilbert_index(x.astype(float), y.astype(float))) == sorted(set(hilbert_index(x * 1.0, y * 1.0)))
    assert (step == 1).all()


def seeds(graph, packed, sources, start):
    label = (start.astype(np.int64) << 32) | np.arange(len(sources))
    return packed.place[sources], label


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(0, 240), st.integers(1, 6))
def test_nearest_and_second_nearest(seed, n, m, f):
    graph = random_graph(seed, n, m)
    packed = pack(*graph)
    chance = np.random.default_rng(seed + 1)
    sources, start = chance.integers(0, n, f), chance.integers(0, 300, f)
    total = distances(graph, sources) + start[:, None]
    ordered = np.sort(np.where(np.isfinite(total), (total.astype(object) * 2**32), 2**62) + 0, axis=0)
    node, label = seeds(graph, packed, sources, start)
    for shift in (0, 2, packed.shift):
        one = kernel.nearest_labels(packed.out_ptr, packed.out_arc, node, label, shift)[packed.place]
        first, second = (two[packed.place] for two in
                         kernel.two_nearest_labels(packed.out_ptr, packed.out_arc, node, label, shift))
        assert (one == first).all()
        hierarchy = build_hierarchy(packed)
        swept = sweep_labels(*hierarchy.arcs, hierarchy.rank[node], label)
        assert (swept[hierarchy.rank][packed.place] == one).all()
        wanted = np.where(np.isfinite(total), total * 2.0**32, np.inf).min(axis=0)
        reached = first != kernel.NONE
        assert (reached == np.isfinite(wanted)).all()
        assert ((first[reached] >> 32) == (wanted[reached] / 2**32)).all()
        owner = (first & 0xFFFFFFFF)[reached]
        assert (total[owner, np.flatnonzero(reached)] == total.min(axis=0)[reached]).all()
        assert (owner == total[:, reached].argmin(axis=0)).all()  # ties go to the first
        if f > 1:
            runner_up = ordered[1]
            has_two = second != kernel.NONE
            assert (has_two == (runner_up < 2**62)).all()
            assert ((second[has_two] >> 32) == (runner_up[has_two] // 2**32).astype(np.int64)).all()
            assert ((second[has_two] & 0xFFFFFFFF) != (first[has_two] & 0xFFFFFFFF)).all()


def test_blocks_give_what_one_block_gives():
    """200,000 nodes are four blocks: every node's time is the least over its neighbours' plus the arc."""
    graph = random_graph(3, 200_000, 600_000, far=5000)
    packed = pack(*graph)
    sources = np.arange(0, 200_000, 20_011)
    node, label = seeds(graph, packed, sources, np.zeros(len(sources), np.int64))
    got = kernel.nearest_labels(packed.out_ptr, packed.out_arc, node, label, packed.shift)
    first, _ = kernel.two_nearest_labels(packed.out_ptr, packed.out_arc, node, label, 3)
    assert (got == first).all()
    alone = kernel.nearest_labels(packed.out_ptr, packed.out_arc, node[:1], label[:1], 3)  # its queue grows
    one = Ends(np.array([0, 1]), node[:1], np.zeros(1, np.int32))
    within = nodes_within(packed.out_ptr, packed.out_arc, *one, np.zeros(1, np.int64), 20_000, packed.shift)
    assert 10_000 < within == (alone >> 32 <= 20_000).sum() < 200_000


def shenzhen(mode):
    """The extract's network and a maker of point tables scattered round its nodes."""
    source = read_roads("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
    chance = np.random.default_rng(11)

    def scatter(kind, n, spread=0.002):
        pick = chance.integers(0, len(source.node_lon), n)
        return pd.DataFrame({"lon": source.node_lon[pick] + chance.normal(0, spread, n),
                             "lat": source.node_lat[pick] + chance.normal(0, spread, n)},
                            index=pd.Index([f"{i:03}" for i in range(n)], name=kind))

    return build_network(source, mode=mode), scatter


@pytest.mark.parametrize("mode", ["car", "walk", "bus"])
@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("within_min", [None, 8])
def test_one_search_from_all_sites_finds_the_nearest(mode, k, within_min, monkeypatch):
    """The spread of 1 km puts some points beyond the limit, and many sites' times are equal at shared junctions."""
    network, scatter = shenzhen(mode)
    demand, sites = scatter("demand_id", 300, 0.01), scatter("site_id", 40, 0.01)
    sites = pd.concat([sites, sites.iloc[:5].rename(index="t{}".format)]).sample(frac=1, random_state=1)
    sites.index.name = "site_id"
    by_pairs = nearest_of(travel_times(network, demand, sites, within_min=within_min).table, k=k)
    monkeypatch.setattr(times, "SMALL_RUN", 0)
    pd.testing.assert_frame_equal(nearest(network, demand, sites, k=k, within_min=within_min), by_pairs)
    assert len(network.hierarchy.rank) == network.n_nodes  # with the hierarchy there, labels are swept over it
    pd.testing.assert_frame_equal(nearest(network, demand, sites, k=k, within_min=within_min), by_pairs)


@pytest.mark.parametrize("within_min", [None, 5, 30])
@pytest.mark.parametrize("mode", ["car", "shuttle", "walk"])
def test_engines_give_the_same_pairs(mode, within_min):

    network, scatter = shenzhen(mode)
    demand, sites = access_legs(network, scatter("demand_id", 200)), access_legs(network, scatter("site_id", 30))
    limit = np.inf if within_min is None else within_min * 600
    for towards in (True, False):
        every = [road_pairs(network, demand, sites, limit=limit, towards_sites=towards, engine=engine)
                 for engine in ("scipy", "bounded", "hierarchy")]
        plain, bounded, hierarchy = (np.stack(one)[:, np.lexsort((one[0], one[1]))] for one in every)
        assert plain.shape[1] > 20
        assert (plain == bounded).all()
        assert (plain == hierarchy).all()


def test_the_engine_follows_how_far_the_limit_reaches():
    """A ring of 100,000 nodes 10 ticks apart: a short limit isn't worth a hierarchy, a long one is, unless built."""
    n = 100_000
    node = np.arange(n)
    angle = node / n * 2 * np.pi
    ring = pack(np.cos(angle), np.sin(angle), np.arange(n + 1), ((node + 1) % n).astype(np.int32),
                np.full(n, 10, np.int32))
    sites = Ends(np.arange(1001), ring.place[::100][:1000], np.zeros(1000, np.int32))
    way = ring.out_ptr, ring.out_arc, sites
    assert nodes_within(ring.out_ptr, ring.out_arc, *sites, np.arange(4), 95, ring.shift) == 40
    assert [cheaper_engine(*way, limit, ring.shift) for limit in (0, 20_000, 200_000)] == [
        "bounded", "bounded", "hierarchy"]
    assert cheaper_engine(*way, 50_000, ring.shift) == "bounded"
    assert cheaper_engine(*way, 50_000, ring.shift, built=True) == "hierarchy"
    few = Ends(sites.ptr[:6], sites.node, sites.ticks)
    assert cheaper_engine(ring.out_ptr, ring.out_arc, few, 10**8, ring.shift) == "bounded"


@pytest.mark.parametrize("engine", ["bounded", "hierarchy"])
def test_the_number_of_threads_changes_nothing(engine, monkeypatch):
    """Not even the order of the pairs; and who stops a run stops every thread of it."""
    monkeypatch.setattr(cutoff, "CLUSTER", 8)
    monkeypatch.setattr(travel_engine, "CHUNK", 8)
    network, scatter = shenzhen("car")
    demand, sites = access_legs(network, scatter("demand_id", 200)), access_legs(network, scatter("site_id", 50))
    for limit in (np.inf, 9000):
        one, *more = [road_pairs(network, demand, sites, limit=limit, engine=engine, threads=n) for n in (1, 2, 3)]
        assert len(one[0]) > 500
        for other in more:
            assert all((a == b).all() for a, b in zip(one, other, strict=True))

    class Stopped(Exception):
        pass

    def stop(share):
        raise Stopped

    with pytest.raises(Stopped):
        road_pairs(network, demand, sites, engine=engine, threads=2, progress=stop)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(0, 240))
def test_the_hierarchy_keeps_every_distance(seed, n, m):
    """From all nodes to all nodes, with one-ways, islands, parallels, loops and zero ticks."""
    graph = random_graph(seed, n, m)
    packed = pack(*graph)
    hierarchy = build_hierarchy(packed)
    everyone = Ends(np.arange(n + 1), packed.place, np.zeros(n, np.int32))
    by_node = Ends(np.arange(n + 1), packed.node, np.zeros(n, np.int32))
    wanted = distances(graph, np.arange(n))
    for limit in (EXACT - 1, 150):
        point, site, ticks = hierarchy_pairs(hierarchy, packed.out_ptr, packed.out_arc, everyone, by_node, n, limit, 3,
                                             everywhere=limit > 150)
        got = np.full((n, n), np.inf)
        got[site, point] = ticks
        assert (got == np.where(wanted <= limit, wanted, np.inf)).all()
    assert longest_path(packed) >= wanted[np.isfinite(wanted)].max()
