"""Times equal networkx's on random road scenes and on the Shenzhen extract."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coverage.intake import read_roads
from coverage.travel import build_network, travel_times

from .oracle import pair_minutes
from .scenes import points, roads

TICKS = 4 / 600  # start, ride, end and walks are each rounded to a tenth of a second

CLASSES = st.sampled_from(["一级", "二级", "三级", "四级", "等外", "高速", "轮渡"])
VERTEX = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (p[0] * 700, p[1] * 700))
LINE = st.tuples(
    st.lists(VERTEX, min_size=1, max_size=5),  # repeated vertices make zero lengths, returns make loops and parallels
    CLASSES, st.fixed_dictionaries({"oneway": st.sampled_from([0, 0, 0, 1, -1]), "bridge": st.booleans()}))
ANYWHERE = st.tuples(st.integers(-900, 5200), st.integers(-900, 5200)).map(lambda p: (p[0] + 0.317, p[1] + 0.731))
TIED = st.tuples(st.integers(-2, 14), st.integers(-2, 14)).map(lambda p: (p[0] * 350, p[1] * 350))  # on, between roads
PLACE = st.one_of(ANYWHERE, TIED)


def table(kind, places):
    return points(kind, **{f"{kind[0]}{i:02}": place for i, place in enumerate(places)})


def assert_equal_times(network, demand, sites):
    got = travel_times(network, demand, sites).table.set_index(["demand_id", "site_id"])["travel_min"].to_dict()
    wanted = pair_minutes(network, demand, sites)
    assert set(got) == set(wanted)
    for pair, value in wanted.items():
        assert got[pair] == pytest.approx(value, abs=TICKS), pair


@settings(max_examples=40, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=12), st.lists(PLACE, min_size=1, max_size=4),
       st.lists(PLACE, min_size=1, max_size=3))
@example([([(0, 0), (2100, 0)], "一级", {"oneway": 0, "bridge": False})], [(0.317, 0.731)], [(7.317, -0.269)])
def test_random_scenes(lines, villages, sites):
    joinable = ([(0, 0), (700, 0)], "三级")
    network = build_network(roads(joinable, *lines), terrain="平原")
    assert_equal_times(network, table("demand_id", villages), table("site_id", sites))


@pytest.mark.parametrize("mode", ["car", "walk"])
def test_shenzhen(mode):
    source = read_roads("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
    network = build_network(source, mode=mode)
    chance = np.random.default_rng(7)

    def scatter(kind, n):
        pick = chance.integers(0, len(source.node_lon), n)
        return pd.DataFrame({"lon": source.node_lon[pick] + chance.normal(0, 0.002, n),
                             "lat": source.node_lat[pick] + chance.normal(0, 0.002, n)},
                            index=pd.Index([f"{kind}{i}" for i in range(n)], name=kind))

    assert_equal_times(network, scatter("demand_id", 8), scatter("site_id", 3))
