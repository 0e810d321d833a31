"""Each mode keeps to its own roads, speeds and rules."""

import itertools

import numpy as np
import pandas as pd
import pytest

from coverage.errors import InputError, RoadError
from coverage.intake import read_roads
from coverage.travel import build_network, edited_speeds, mode_table, speed_table, travel_times

from .scenes import minutes, points, roads

TICK = 4 / 600
SHENZHEN = "tests/data/shenzhen_2021-03-17_overpass.osm.gz"
LINE = [(0, 0), (10000, 0)]


def to_end(*lines, **options):
    """Minutes from one end of the first line to the other."""
    network = build_network(roads(*lines), **{"terrain": "平原"} | options)
    got = minutes(travel_times(network, points("demand_id", V=(0, 0)), points("site_id", S=(10000, 0))).table)
    return got.get(("V", "S"))


def test_every_class_and_variant_of_the_speed_table_is_ordered():
    table = speed_table()
    assert (table["slow_kmh"] > 0).all()
    assert (table["slow_kmh"] <= table["middle_kmh"]).all() and (table["middle_kmh"] <= table["fast_kmh"]).all()
    assert table["source"].notna().all() and mode_table()["source"].notna().all()
    wide = table.pivot(index=["mode", "road_class"], columns="terrain", values="middle_kmh")
    assert (wide["平原"] >= wide["丘陵"]).all() and (wide["丘陵"] >= wide["山区"]).all()
    assert not table.duplicated(["mode", "road_class", "terrain"]).any()


@pytest.mark.parametrize("mode", mode_table().index)
def test_slow_middle_and_fast_give_an_interval(mode):
    slow, middle, fast = (to_end((LINE, "三级"), mode=mode, variant=v) for v in ("slow", "middle", "fast"))
    assert slow > middle > fast > 0


def test_an_edited_speed_counts():
    table = speed_table()
    table.loc[(table["mode"] == "car") & (table["road_class"] == "三级"), "middle_kmh"] = 60
    assert to_end((LINE, "三级"), speeds=table) == pytest.approx(10, abs=TICK)


def test_a_posted_limit_and_a_stated_speed_count():
    assert to_end((LINE, "二级", {"maxspeed_kmh": 30.0})) == pytest.approx(20, abs=TICK)
    assert to_end((LINE, "二级", {"speed_kmh": 40.0})) == pytest.approx(15, abs=TICK)


@pytest.mark.parametrize("mode, closed", [("motor_wheelchair", "高速"), ("walk", "高速"), ("wheelchair", "台阶"),
                                          ("car", "步道"), ("bus", "等外")])
def test_classes_closed_to_a_mode(mode, closed):
    with pytest.raises(RoadError):
        to_end((LINE, closed), mode=mode)


def test_the_bus_waits_half_a_headway():
    """10 km at 40 × 0.5 km/h = 30 min, and 15 min waited."""
    assert to_end((LINE, "三级"), mode="bus") == pytest.approx(30 + 15, abs=TICK)


@pytest.mark.parametrize("off", [0, 40])
def test_nobody_waits_for_a_bus_to_stay_where_they_are(off):
    """Village and institution on one place, on the road and beside it; a second institution is ridden to."""
    network = build_network(roads((LINE, "三级")), mode="bus", terrain="平原")
    got = minutes(travel_times(network, points("demand_id", V=(4000, off)),
                               points("site_id", S=(4000, off), T=(9000, 0))).table)
    assert got["V", "S"] == 0 and got["V", "T"] > 15


def test_the_shuttle_goes_out_and_comes_back():
    """A one-way ring, 10 km there at 34 km/h, 12 km back; the village 100 m off walks once."""
    ring = build_network(roads((LINE, "三级", {"oneway": 1}),
                               ([(10000, 0), (10000, 1000), (0, 1000), (0, 0)], "三级", {"oneway": 1})),
                         mode="shuttle", terrain="平原")
    got = minutes(travel_times(ring, points("demand_id", V=(4000, -100)), points("site_id", S=(9000, 0))).table)
    assert got["V", "S"] == pytest.approx(22 * 60 / 34 + 100 * 1.3 / (4000 / 60), abs=TICK)


def test_walkers_ignore_one_way_signs():
    assert to_end((LINE, "三级", {"oneway": -1}), mode="walk") == pytest.approx(150, abs=TICK)


def test_tagged_no_access_is_closed():
    with pytest.raises(RoadError):
        to_end((LINE, "三级", {"access": "no"}))
    assert to_end((LINE, "三级", {"access": "no", "motor_vehicle": "yes"}))


def test_a_bus_follows_its_own_tag_before_access(tmp_path):
    """OSM: a bus road closed to others, then one closed to buses."""
    file = tmp_path / "bus.osm"
    file.write_text('''<?xml version="1.0"?><osm version="0.6"><node id="1" lon="105" lat="35"/>
        <node id="2" lon="105.01" lat="35"/><node id="3" lon="105.02" lat="35"/>
        <way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="access" v="no"/>
        <tag k="bus" v="yes"/></way>
        <way id="2"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="bus" v="no"/></way></osm>''')
    bus, car = (build_network(read_roads(file), mode=mode) for mode in ("bus", "car"))
    assert (bus.edge_way.tolist(), car.edge_way.tolist()) == ([0], [1])


@pytest.mark.parametrize("tags, factor", [
    ({"surface": "asphalt"}, 1), ({"surface": "gravel"}, 0.3), ({"smoothness": "bad", "surface": "asphalt"}, 0.4),
    ({"wheelchair": "limited", "surface": "mud"}, 0.5), ({"incline": "5%"}, 1)])
def test_wheelchairs_heed_tags(tags, factor):
    assert to_end((LINE, "等外", tags), mode="wheelchair") == pytest.approx(240 / factor, abs=TICK)


@pytest.mark.parametrize("tags", [{"wheelchair": "no"}, {"smoothness": "horrible"}, {"incline": "-10%"}])
def test_wheelchairs_are_kept_off(tags):
    with pytest.raises(RoadError):
        to_end((LINE, "等外", tags), mode="wheelchair")


def test_unknown_fitness_is_a_third_state():
    lines = (LINE, "等外"), ([(0, 0), (0, 30000)], "等外", {"surface": "asphalt"})
    assert to_end(*lines, mode="wheelchair", unknown="open") == pytest.approx(240, abs=TICK)
    assert to_end(*lines, mode="wheelchair", unknown="slow") == pytest.approx(240 / 0.7, abs=TICK)
    assert build_network(roads(*lines), mode="wheelchair").unknown_share == pytest.approx(0.25)
    assert np.isnan(build_network(roads(*lines), mode="car").unknown_share)
    closed = build_network(roads(*lines), mode="wheelchair", unknown="closed", terrain="平原")
    assert closed.edge_m.sum() == pytest.approx(30000)


def test_a_wheelchair_kept_off_by_the_setting_alone_is_told_so():
    """Untagged roads are closed by `unknown`; a tag that closes them, or a class, is no matter of the setting."""
    with pytest.raises(RoadError, match=r"没有注明的路当作不能通行.*当作较慢"):
        to_end((LINE, "等外"), mode="wheelchair", unknown="closed")
    for line, options in (((LINE, "等外", {"wheelchair": "no"}), {"unknown": "closed"}),
                          ((LINE, "台阶"), {"unknown": "closed"}), ((LINE, "高速"), {"unknown": "slow"})):
        with pytest.raises(RoadError, match="换一种出行方式"):
            to_end(line, mode="wheelchair", **options)


def test_who_is_kept_off_untagged_roads_crosses_no_country_either():
    """V lives on an untagged road 3 km from the paved one: with closed it is a 路网缺口 without a time, but for the
    institution at its door. B is by the paved road."""
    lines = (LINE, "四级", {"surface": "asphalt"}), ([(0, 0), (0, 9000)], "四级", {"surface": None})
    villages = points("demand_id", V=(0, 3000), B=(2000, 400))
    sites = points("site_id", S=(3000, 0), T=(0, 3000), U=(0, 3300))
    got = {}
    for mode, unknown in itertools.product(("wheelchair", "walk"), ("open", "slow", "closed")):
        times = travel_times(build_network(roads(*lines), mode=mode, unknown=unknown), villages, sites)
        got[mode, unknown] = minutes(times.table)
    closed, slow, open_ = (got["wheelchair", unknown] for unknown in ("closed", "slow", "open"))
    assert set(closed) == {("V", "T"), ("B", "S")} and closed["V", "T"] == 0
    assert set(slow) == set(open_) == set(itertools.product("VB", "STU"))
    assert closed["B", "S"] == slow["B", "S"] == open_["B", "S"] and open_["V", "S"] < slow["V", "S"]
    assert got["walk", "closed"] == got["walk", "open"]


def test_unknown_names_are_refused():
    for wrong in ({"mode": "火箭"}, {"variant": "warp"}, {"terrain": "月面"}, {"mode": "wheelchair", "unknown": "?"}):
        with pytest.raises(InputError):
            to_end((LINE, "三级"), **wrong)


def scatter(source, kind, n, chance):
    pick = chance.integers(0, len(source.node_lon), n)
    return pd.DataFrame({"lon": source.node_lon[pick], "lat": source.node_lat[pick]},
                        index=pd.Index([f"{i}" for i in range(n)], name=kind))


def test_a_mode_with_fewer_roads_is_never_faster():
    """Cars kept off some classes, between places on the roads that are left."""
    source = read_roads(SHENZHEN)
    table = speed_table()
    fewer = table[~((table["mode"] == "car") & table["road_class"].isin(["二级", "等外"]))]
    kept = roads_of(source, ["一级", "三级", "四级"])
    chance = np.random.default_rng(3)
    demand, sites = scatter(kept, "demand_id", 60, chance), scatter(kept, "site_id", 10, chance)
    more = travel_times(build_network(source), demand, sites).table
    less = travel_times(build_network(source, speeds=fewer), demand, sites).table
    both = less.merge(more, on=["demand_id", "site_id"], suffixes=("_less", "_more"))
    on_the_road = both[(both.filter(regex="^(access|egress)_min") < 0.01).all(axis=1)]
    assert len(on_the_road) > 100
    assert (on_the_road["travel_min_more"] <= on_the_road["travel_min_less"] + TICK).all()


def roads_of(source, classes):
    from dataclasses import replace

    keep = np.flatnonzero(source.ways["road_class"].isin(classes))
    nodes = np.unique(np.concatenate([source.way_node[source.way_ptr[w]:source.way_ptr[w + 1]] for w in keep]))
    return replace(source, node_lon=source.node_lon[nodes], node_lat=source.node_lat[nodes])


def test_symmetric_networks_give_symmetric_times():
    source = roads(*[([(x * 1000, y * 1000), (x * 1000 + dx, y * 1000 + dy)], "三级")
                     for x, y in itertools.product(range(4), repeat=2) for dx, dy in ((1000, 0), (0, 1000))])
    network = build_network(source)
    chance = np.random.default_rng(5)
    places = {f"P{i}": tuple(chance.uniform(0, 4000, 2)) for i in range(12)}
    got = minutes(travel_times(network, points("demand_id", **places), points("site_id", **places)).table)
    for (a, b), value in got.items():
        assert got[b, a] == pytest.approx(value, abs=TICK)


def test_the_share_of_unknown_road_does_not_depend_on_how_it_is_treated():
    """A quarter of what is open to wheels is untagged; a motorway and steps don't count."""
    lines = (([(0, 0), (3000, 0)], "四级", {"surface": "asphalt"}), ([(3000, 0), (4000, 0)], "四级", {"surface": None}),
             ([(0, 0), (0, 900)], "高速", {"surface": None}), ([(0, 0), (0, -900)], "台阶", {"surface": None}))
    for unknown in ("open", "slow", "closed"):
        network = build_network(roads(*lines), mode="wheelchair", unknown=unknown)
        assert network.unknown_share == pytest.approx(0.25)


@pytest.mark.parametrize("written, expected", [
    ("0:25", 25), ("25", 25), ("01:30", 90), ("00:25:30", 25.5), ("PT1H10M", 70), ("PT45S", 0.75),
    ("soon", None), ("", None), ("0", None), (None, None)])
def test_a_ferry_takes_the_time_that_it_states(written, expected):
    """Two kilometres of water; without a stated time the class's 8.5 km/h."""
    scene = roads(([(0, 0), (1000, 0)], "三级"), ([(1000, 0), (1500, 0), (3000, 0)], "轮渡", {"duration": written}),
                  ([(3000, 0), (4000, 0)], "三级", {"duration": "9:00"}))
    for mode in ("car", "walk"):
        network = build_network(scene, mode=mode)
        crossing = network.edge_forward[network.edge_way == 1].sum() / 600
        by_class = build_network(roads(([(0, 0), (2000, 0)], "轮渡"), ([(0, 0), (0, 9)], "三级")), mode=mode)
        assert crossing == pytest.approx(expected or by_class.edge_forward[0] / 600, abs=0.01)
        assert network.edge_forward[network.edge_way == 2].sum() < 9 * 600 * 60 / 10


def test_a_planner_edits_speeds_and_the_variants_keep_their_ratio():
    line = ([(0, 0), (34000, 0)], "三级")

    def minutes_at(variant, *changes, mode="car"):
        network = build_network(roads(line), mode=mode, variant=variant, speeds=edited_speeds(changes))
        return network.edge_forward[0] / 600

    for variant in ("slow", "middle", "fast"):
        assert minutes_at(variant, ("car", "三级", 17)) == pytest.approx(2 * minutes_at(variant), abs=TICK)
    assert minutes_at("middle", ("car", "三级", 17)) == pytest.approx(120, abs=TICK)
    assert minutes_at("middle", ("car", "三级", 17), mode="walk") == minutes_at("middle", mode="walk")
    with pytest.raises(RoadError):
        minutes_at("middle", ("car", "三级", 0))
    motorway = build_network(roads(line, ([(0, 0), (0, 900)], "高速")), mode="motor_wheelchair",
                             speeds=edited_speeds([("motor_wheelchair", "高速", 9)]))
    assert len(motorway.edge_m) == 2


def test_an_absurd_speed_gives_a_long_time_not_a_negative_one():
    """80 km at half a metre an hour would be 5.8e9 ticks, more than 32 bits hold; heights may be as wrong."""
    lines = ([(0, 0), (80000, 0)], "三级", {"maxspeed_kmh": 0.0005}), ([(80000, 0), (81000, 0)], "四级")
    for mode in ("car", "walk"):
        network = build_network(roads(*lines), mode=mode)
        assert (network.edge_forward > 0).all() and (network.edge_backward > 0).all()
        table = travel_times(network, points("demand_id", V=(0, 0)), points("site_id", S=(81000, 0))).table
        assert table["travel_min"].iloc[0] > 100_000


def test_roads_of_one_point_are_told():
    with pytest.raises(RoadError, match="一个点"):
        build_network(roads(([(0, 0)], "三级")))


@pytest.mark.parametrize("change", [("飞机", "三级", 30), ("car", "空中", 30), ("car", "三级", -1),
                                    ("car", "三级", 900), ("car", "三级", float("nan"))])
def test_an_impossible_speed_is_refused(change):
    with pytest.raises(InputError):
        edited_speeds([change])
