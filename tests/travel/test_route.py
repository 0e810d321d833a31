"""A route's minutes are those of travel_times, and its line is as long as the ride says."""

import itertools

import numpy as np
import pandas as pd
import pytest

from coverage.intake import read_roads
from coverage.travel import build_network, route, travel_times

from .scenes import degrees, roads

WALK = 1.3 / (4000 / 60)


def at(x, y):
    lon, lat = degrees(x, y)
    return float(lon), float(lat)


def test_a_leg_for_each_road_on_a_corner():
    """100 m to the road, 3 km east and 2 km north at 34 km/h, 50 m to the door; the second road in two pieces."""
    network = build_network(roads(([(0, 0), (4000, 0)], "三级", {"name": "东路"}),
                                  ([(4000, 0), (4000, 500)], "三级", {"name": "北路"}),
                                  ([(4000, 500), (4000, 5000)], "三级", {"name": "北路"}),
                                  ([(4000, 500), (5000, 500)], "四级")), terrain="平原")
    legs = route(network, at(1000, 100), at(4050, 2000))
    assert legs["leg"].tolist() == ["步行到路", "沿路", "沿路", "步行到机构"]
    assert legs["name"].fillna("").tolist() == ["", "东路", "北路", ""]
    assert legs["road_class"].fillna("").tolist() == ["", "三级", "三级", ""]
    assert legs["dist_m"].tolist() == pytest.approx([100, 3000, 2000, 50], rel=1e-4)
    assert legs["travel_min"].tolist() == pytest.approx(
        [100 * WALK, 3000 * 60 / 34000, 2000 * 60 / 34000, 50 * WALK], abs=0.01)
    assert next(iter(legs.geometry.iloc[1].coords)) == pytest.approx(at(1000, 0))
    assert list(legs.geometry.iloc[1].coords)[1] == pytest.approx(at(4000, 0))


def test_a_bus_is_waited_for_and_a_shuttle_comes_first():
    scene = roads(([(0, 0), (8000, 0)], "三级", {"oneway": 1}), ([(8000, 0), (8000, 3000), (0, 3000), (0, 0)], "三级"))
    bus = route(build_network(scene, mode="bus", terrain="平原"), at(1000, 0), at(7000, 0))
    assert bus["leg"].tolist() == ["步行到路", "候车", "沿路", "步行到机构"]
    assert bus["travel_min"].iloc[1] == 15
    network = build_network(scene, mode="shuttle", terrain="平原")
    legs = route(network, at(1000, 0), at(7000, 0))
    assert legs["leg"].tolist() == ["接送车来接", "步行到路", "沿路", "步行到机构"]
    assert legs["dist_m"].tolist() == pytest.approx([1000 + 14000 + 1000, 0, 6000, 0], rel=1e-3)  # round by the north
    assert legs["travel_min"].tolist() == pytest.approx([16000 * 60 / 34000, 0, 6000 * 60 / 34000, 0], abs=0.01)


def test_along_one_edge_against_its_drawing():
    network = build_network(roads(([(0, 0), (5000, 0), (9000, 0)], "三级")), terrain="平原")
    legs = route(network, at(7000, 10), at(2000, 10))
    assert legs["dist_m"].iloc[1] == pytest.approx(5000, rel=1e-6)
    assert [round(x, 6) for x, _ in legs.geometry.iloc[1].coords] == [round(at(x, 0)[0], 6) for x in (7000, 5000, 2000)]


def test_on_foot_alone_and_no_way_at_all():
    network = build_network(roads(([(0, 0), (5000, 0)], "三级"), ([(0, 9000), (100, 9000)], "三级")), terrain="平原")
    alone = route(network, at(0, 4000), at(0, 0))
    assert alone["leg"].tolist() == ["步行到路"] and alone["dist_m"].iloc[0] == pytest.approx(4000, rel=1e-4)
    assert route(network, at(0, 9000), at(0, 0)).empty


@pytest.mark.parametrize("mode", ["car", "walk", "bus", "shuttle"])
def test_on_real_roads_minutes_and_metres_agree(mode):
    source = read_roads("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
    network = build_network(source, mode=mode)
    chance = np.random.default_rng(21)
    pick = chance.integers(0, len(source.node_lon), 24)
    lon, lat = source.node_lon[pick] + chance.normal(0, 0.001, 24), source.node_lat[pick]
    points = pd.DataFrame({"lon": lon, "lat": lat}, index=[f"{i:02}" for i in range(24)])
    demand, sites = points.iloc[:12].rename_axis("demand_id"), points.iloc[12:].rename_axis("site_id")
    times = travel_times(network, demand, sites).table.set_index(["demand_id", "site_id"])["travel_min"]
    traced = 0
    for (d, s), minutes in list(times.items())[::5]:
        legs = route(network, tuple(demand.loc[d]), tuple(sites.loc[s]))
        assert legs["travel_min"].sum() == pytest.approx(minutes, abs=1e-9)
        if len(legs) == 3 and mode == "walk":  # 4 km/h on every class but steps at 2
            assert legs["dist_m"].iloc[1] <= legs["travel_min"].iloc[1] * 4000 / 60 * 1.01 + 5
        if mode == "shuttle":
            assert legs["leg"].iloc[0] == "接送车来接"
            legs = legs.iloc[1:]
        ends = [leg.coords for leg in legs.geometry]
        assert all(a[-1] == pytest.approx(b[0], abs=1e-9) for a, b in itertools.pairwise(ends))
        traced += 1
    assert traced > 10
