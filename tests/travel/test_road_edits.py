"""Roads drawn, closed and upgraded in a scenario change times as they should and leave the given roads alone."""

import numpy as np
import pandas as pd
import pytest

from coverage.errors import RoadError
from coverage.intake import read_roads
from coverage.travel import build_network, travel_times
from coverage.travel.road_edits import close_ways, draw_road, reclass_ways

from .scenes import degrees, minutes, points, roads

LONG_WAY = [(0, 0), (0, 5000), (10000, 5000), (10000, 0)]
RIDE = 60 / 34000


def drawn(*vertices):
    return [tuple(map(float, degrees(x, y))) for x, y in vertices]


def times(source, **places):
    table = travel_times(build_network(source, terrain="平原"), points("demand_id", V=places.get("V", (0, 0))),
                         points("site_id", S=places.get("S", (10000, 0)))).table
    return minutes(table).get(("V", "S"))


def test_a_drawn_road_joins_what_its_vertices_touch():
    """Across the bottom, from 20 m beside the west road to 30 m beyond the east one: 10 km instead of 20."""
    old = roads((LONG_WAY, "三级"))
    new = draw_road(old, drawn((20, 1000), (10030, 1000)), "三级", way_id="新1")
    assert times(old, V=(0, 1000), S=(10000, 1000)) == pytest.approx(18000 * RIDE, abs=0.01)
    assert times(new, V=(0, 1000), S=(10000, 1000)) == pytest.approx(10000 * RIDE, abs=0.01)
    assert len(old.ways) == 1 and len(old.way_node) == 4  # untouched


def test_the_joined_road_keeps_its_length():
    old = roads((LONG_WAY, "三级"))
    new = draw_road(old, drawn((20, 1000), (5000, 800), (10030, 1000)), "四级", way_id="新1", name="新路")
    network = build_network(new)
    assert network.edge_m[network.edge_way == 0].sum() == pytest.approx(20000, rel=1e-6)


def test_a_drawn_road_that_only_crosses_meets_nothing():
    old = roads(([(0, 0), (10000, 0)], "三级"))
    new = draw_road(old, drawn((5000, -3000), (5000, 3000)), "三级", way_id="新1")
    assert times(new, V=(5000, 3000)) == times(old, V=(5000, 3000))  # on foot alone, as before
    assert times(new, V=(5000, 1000)) == times(old, V=(5000, 1000))


def test_closing_and_upgrading():
    both = roads((LONG_WAY, "三级"), ([(0, 0), (10000, 0)], "四级"))
    assert times(both) == pytest.approx(10000 * 60 / 25500, abs=0.01)
    assert times(close_ways(both, ["1"])) == pytest.approx(20000 * RIDE, abs=0.01)
    assert times(reclass_ways(both, ["1"], "二级")) == pytest.approx(10000 * 60 / 68000, abs=0.01)
    assert times(reclass_ways(both, ["1"], "四级", speed_kmh=50)) == pytest.approx(12, abs=0.01)


def test_a_drawn_road_does_not_draw_a_village_into_a_one_way_spur():
    """V walks 800 m to the main road; the spur beside it, one-way, leads on by the new road, but only the long way."""
    old = roads(([(0, 0), (5000, 0), (10000, 0)], "三级"), ([(5000, 0), (5000, 1000)], "三级", {"oneway": 1}))
    new = draw_road(old, drawn((5000, 1000), (10000, 0)), "三级", way_id="新1")
    places = {"V": (5010, 800), "S": (0, 0)}
    assert times(new, **places) == pytest.approx(times(old, **places), abs=0.01)


def test_an_upgraded_road_is_as_fast_as_its_class_or_as_was_stated():
    """Posted at 20 km/h, then 二级 at 68 or the 50 that the planner states; 60 km/h stated in the layer stays."""
    old = roads(([(0, 0), (10000, 0)], "等外", {"maxspeed_kmh": 20.0}))
    assert times(reclass_ways(old, ["0"], "二级")) == pytest.approx(10000 * 60 / 68000, abs=0.01)
    assert times(reclass_ways(old, ["0"], "二级", speed_kmh=50)) == pytest.approx(12, abs=0.01)
    stated = roads(([(0, 0), (10000, 0)], "等外", {"speed_kmh": 60.0}))
    twice = reclass_ways(reclass_ways(stated, ["0"], "四级"), ["0"], "三级")
    assert times(twice) == times(stated) == pytest.approx(10, abs=0.01)
    assert times(reclass_ways(stated, ["0"], "四级", speed_kmh=30)) == pytest.approx(20, abs=0.01)


@pytest.mark.parametrize("mode, old_class", [("bus", "等外"), ("car", "步道"), ("car", "高速")])
def test_an_upgrade_that_opens_a_road_to_a_mode_takes_no_way_to_join_away(mode, old_class):
    """V lies by a stub that the mode may not use, 300 m from its road; upgraded, the stub still leads nowhere."""
    old = roads((LONG_WAY, "三级"), ([(300, 1000), (300, 2000)], old_class))
    new = reclass_ways(old, ["1"], "四级")
    there = points("demand_id", V=(301, 1500)), points("site_id", S=(10000, 0), T=(300, 1900))
    before, after = (minutes(travel_times(build_network(each, mode=mode), *there).table) for each in (old, new))
    assert after["V", "S"] == before["V", "S"]
    assert after["V", "T"] < before["V", "T"] or mode == "bus"


def test_on_real_roads_an_upgrade_lengthens_no_trip():
    source = read_roads("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
    chance = np.random.default_rng(4)
    pick = chance.integers(0, len(source.node_lon), 120)
    places = pd.DataFrame({"lon": source.node_lon[pick], "lat": source.node_lat[pick]}, index=map(str, range(120)))
    lower = source.ways["way_id"][source.ways["road_class"].isin(["等外", "步道"])]
    new = reclass_ways(source, list(chance.choice(lower, 40, replace=False)), "四级")
    for mode in ("car", "bus", "walk"):
        before, after = (travel_times(build_network(each, mode=mode), places, places.iloc[:8]).table.set_index(
            ["demand_id", "site_id"])["travel_min"] for each in (source, new))
        assert before.index.isin(after.index).all()
        assert (after.reindex(before.index) <= before + 0.02).all()


def test_wrong_edits_are_refused():
    old = roads((LONG_WAY, "三级"))
    for wrong in (lambda: close_ways(old, ["9"]), lambda: reclass_ways(old, ["9"], "二级"),
                  lambda: draw_road(old, drawn((0, 0)), "三级", way_id="新1"),
                  lambda: draw_road(old, drawn((0, 100), (10, 100)), "三级", way_id="新1"),
                  lambda: draw_road(old, drawn((0, 0), (9, 9)), "三级", way_id="0")):
        with pytest.raises(RoadError):
            wrong()


def test_on_real_roads_a_drawn_road_never_cuts_anything():
    source = read_roads("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
    line = [(float(source.node_lon[i]), float(source.node_lat[i])) for i in (100, 2000)]
    new = draw_road(source, line, "二级", way_id="新1")
    one, other = build_network(source), build_network(new)
    assert other.edge_m.sum() > one.edge_m.sum()
    assert np.isclose(other.edge_m[other.edge_way < len(source.ways)].sum(), one.edge_m.sum())


def trip(scene):
    """Minutes by car from V, 40 m off road 0, to S at the east end of road 1."""
    network = build_network(scene, terrain="平原")
    got = minutes(travel_times(network, points("demand_id", V=(5000, 40)), points("site_id", S=(9000, 200))).table)
    return got.get(("V", "S"))


def test_closing_the_nearest_road_can_shorten_a_trip():
    """Road 0 leads west and all the way round to S; road 1, 160 m on the other side, straight there."""
    around = roads(([(0, 0), (9000, 0)], "三级"), ([(0, 200), (9000, 200)], "三级"), ([(0, 0), (0, 200)], "三级"))
    assert trip(close_ways(around, ["0"])) < trip(around)


def test_a_road_that_becomes_an_expressway_is_joined_at_its_ends_alone():
    """V joins another road, 1.54 km off, though the expressway passes 40 m from its door."""
    scene = roads(([(0, 0), (9000, 0), (9000, 200)], "三级"), ([(0, 0), (0, -1500), (9000, -1500)], "三级"))
    assert trip(reclass_ways(scene, ["0"], "高速")) > trip(scene)
