"""What must hold on any network: closed forms, and changes that can only help."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import ResourceError, RoadError
from coverage.intake import read_roads
from coverage.travel import (
    access_legs,
    budget,
    build_network,
    draw_road,
    nearest_of,
    nearest_travel_times,
    travel_times,
)
from coverage.travel.engine import road_pairs

from .scenes import degrees, minutes, points, roads

SHENZHEN = "tests/data/shenzhen_2021-03-17_overpass.osm.gz"
BLOCK = 680  # metres, 1.2 minutes of 三级 on the plain: 34 km/h


def grid_city(n):
    streets = [([(x * BLOCK, y * BLOCK) for x in range(n)], "三级") for y in range(n)]
    return [*streets, *[([(x * BLOCK, y * BLOCK) for y in range(n)], "三级") for x in range(n)]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=5, unique=True),
       st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=3, unique=True))
def test_a_grid_city_is_manhattan(villages, sites):
    """From crossing to crossing: 1.2 minutes a block, blocks east plus blocks north."""
    network = build_network(roads(*grid_city(8)), terrain="平原")

    def at(kind, places):
        return points(kind, **{f"{x}-{y}": (x * BLOCK, y * BLOCK) for x, y in places})

    got = minutes(travel_times(network, at("demand_id", villages), at("site_id", sites)).table)
    for (x1, y1), (x2, y2) in itertools.product(villages, sites):
        assert got[f"{x1}-{y1}", f"{x2}-{y2}"] == pytest.approx(1.2 * (abs(x1 - x2) + abs(y1 - y2)), abs=0.002)


CROSSING = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda p: (p[0] * BLOCK, p[1] * BLOCK))


SPOT = st.tuples(st.integers(-4, 40), st.integers(-4, 40)).map(lambda p: (p[0] * 100 + 7, p[1] * 100 + 3))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CROSSING, min_size=2, max_size=4, unique=True), min_size=2, max_size=8),
       st.lists(st.tuples(st.lists(SPOT, min_size=2, max_size=3, unique=True),
                          st.sampled_from(["二级", "四级", "等外"])), min_size=1, max_size=2),
       st.lists(SPOT, min_size=1, max_size=4, unique=True), st.lists(SPOT, min_size=1, max_size=3, unique=True),
       st.sampled_from(["car", "walk", "shuttle", "bus", "wheelchair"]))
def test_a_drawn_road_never_lengthens_a_trip_wherever_the_places_are(lines, new, villages, sites, mode):
    """Near the new road or far from any, joined or not: every trip of before is there, and no longer."""
    source = roads(*[(line, "三级") for line in lines])

    def at(kind, places):
        return points(kind, **{f"{i}": place for i, place in enumerate(places)})

    demand, supply = at("demand_id", villages), at("site_id", sites)
    before = minutes(travel_times(build_network(source, mode=mode), demand, supply).table)
    for i, (line, road_class) in enumerate(new):
        drawn = [tuple(float(x) for x in degrees(*vertex)) for vertex in line]
        try:
            source = draw_road(source, drawn, road_class, way_id=f"新{i}")
        except RoadError:  # both ends joined at one place
            continue
        network = build_network(source, mode=mode)
        after = minutes(travel_times(network, demand, supply).table)
        assert set(before) <= set(after)
        assert all(after[pair] <= before[pair] + 0.02 for pair in before)  # cut edges are rounded again
        one = nearest_travel_times(network, demand, supply, k=1).table
        least = {d: min(t for (other, _), t in after.items() if other == d) for d, _ in after}
        assert {d: t for (d, _), t in minutes(one).items()} == least
        before = after


@pytest.fixture(scope="module")
def shenzhen():
    source = read_roads(SHENZHEN)
    chance = np.random.default_rng(9)

    def scatter(kind, n):
        pick = chance.integers(0, len(source.node_lon), n)
        return pd.DataFrame({"lon": source.node_lon[pick] + chance.normal(0, 0.002, n),
                             "lat": source.node_lat[pick] + chance.normal(0, 0.002, n)},
                            index=pd.Index([f"{i:03}" for i in range(n)], name=kind))

    return source, scatter("demand_id", 150), scatter("site_id", 12)


def test_a_faster_class_never_lengthens_a_trip(shenzhen):
    source, demand, sites = shenzhen
    ways = source.ways.copy()
    before = travel_times(build_network(source), demand, sites).table.set_index(["demand_id", "site_id"])
    ways.loc[ways["road_class"] == "四级", "road_class"] = "二级"
    after = travel_times(build_network(replace(source, ways=ways)), demand, sites).table.set_index(
        ["demand_id", "site_id"])
    assert before.index.equals(after.index)
    assert (after["travel_min"] <= before["travel_min"]).all()
    assert (after["travel_min"] < before["travel_min"]).mean() > 0.3


def test_a_new_site_never_lengthens_the_way_to_the_nearest(shenzhen):
    source, demand, sites = shenzhen
    network = build_network(source)

    def first(some):
        table = nearest_of(travel_times(network, demand, some).table, k=1)
        return table.set_index("demand_id")["travel_min"].reindex(demand.index).fillna(np.inf)

    for n in range(1, 12, 3):
        assert (first(sites.iloc[:n + 1]) <= first(sites.iloc[:n])).all()


def test_the_order_of_rows_changes_nothing(shenzhen):
    source, demand, sites = shenzhen
    network = build_network(source)
    one = travel_times(network, demand, sites)
    other = travel_times(network, demand.sample(frac=1, random_state=3), sites.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.demand_access, other.demand_access.loc[demand.index])


def test_the_order_of_ways_changes_nothing(shenzhen):
    """Times are the same when the file lists its ways the other way round."""
    source, demand, sites = shenzhen
    n = len(source.ways)
    chains = [source.way_node[source.way_ptr[i]:source.way_ptr[i + 1]] for i in range(n)][::-1]
    turned = replace(source, way_node=np.concatenate(chains), way_ptr=np.r_[0, np.cumsum([len(c) for c in chains])],
                     ways=source.ways.iloc[::-1].reset_index(drop=True))
    one, other = (travel_times(build_network(each), demand, sites).table for each in (source, turned))
    pd.testing.assert_frame_equal(one, other, atol=0.01)


def test_simplified_edges_keep_the_length_of_every_used_segment(shenzhen):
    from coverage.travel.geometry import distance_m

    source, _, _ = shenzhen
    network = build_network(source, mode="walk")
    used = np.unique(network.edge_way)
    total = 0.0
    for way in used:
        nodes = source.way_node[source.way_ptr[way]:source.way_ptr[way + 1]]
        lon, lat = source.node_lon[nodes], source.node_lat[nodes]
        total += distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum()
    assert network.edge_m.sum() == pytest.approx(total, rel=1e-12)
    assert network.n_nodes < len(source.node_lon) / 2


def test_too_many_pairs_are_refused_before_the_search(shenzhen, monkeypatch):
    source, demand, sites = shenzhen
    monkeypatch.setattr(budget, "MOST_PAIRS", 1000)
    network = build_network(source)
    with pytest.raises(ResourceError, match="内存"):
        travel_times(network, demand, sites)
    assert len(nearest_travel_times(network, demand, sites.iloc[:5], k=1).table)
    for engine in ("scipy", "bounded", "hierarchy"):
        with pytest.raises(ResourceError, match="内存"):
            road_pairs(network, access_legs(network, demand), access_legs(network, sites), limit=36000, engine=engine)


def test_a_long_run_reports_and_can_be_cancelled(shenzhen):
    source, demand, sites = shenzhen
    network = build_network(source)
    shares = []
    travel_times(network, demand, sites, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1

    class Cancelled(Exception):
        pass

    def cancel(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        travel_times(network, demand, sites, progress=cancel)
