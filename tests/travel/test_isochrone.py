"""Isochrones are valid, nested and as large as the closed form says."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.cli import main
from coverage.errors import InputError
from coverage.intake import read_roads
from coverage.travel import build_network, isochrones, travel_times
from coverage.travel.contours import contour
from coverage.travel.geometry import DEGREE_M

from .scenes import LON0, degrees, roads

SHENZHEN = "tests/data/shenzhen_2021-03-17_overpass.osm.gz"
CELL = 100
WALK = 4000 / 60 / 1.3  # straight metres a minute off the road
RIDE = 34000 / 60


def metres(area):
    return shapely.transform(area, lambda xy: (xy - [LON0, 0]) * DEGREE_M)


def line_scene():
    return build_network(roads(([(-20000, 0), (20000, 0)], "三级")), terrain="平原")


def reaches(area, x, y):
    return shapely.contains_xy(area, *degrees(x, y))


def test_along_one_road_it_is_a_spindle():
    """From the middle of a 40 km road: x metres along take x/567 min, the rest walks to the side, 2 km at most."""
    areas = isochrones(line_scene(), *degrees(0, 0), [10, 20])
    for minutes, area in areas.geometry.items():
        for x in np.arange(-12000, 12001, 1000):
            side = (minutes - abs(x) / RIDE) * WALK
            for north in (-1, 1):
                if side > 2.5 * CELL:  # knight's moves overstate a walk by 2.8%
                    assert reaches(area, x, north * (0.97 * side - 1.5 * CELL))
                assert not reaches(area, x, north * (max(side, 0) + 1.5 * CELL))


def test_nobody_walks_farther_from_the_road_than_the_limit():
    area = metres(isochrones(line_scene(), *degrees(0, 0), [60]).geometry.iloc[0])
    assert 1900 < area.bounds[3] < 2000 + 1.5 * CELL


def test_nobody_walks_past_their_own_road_to_another():
    """A second road 1 km north meets nothing: who lives by it or beyond has no trip, who lives nearer ours has one."""
    network = build_network(roads(([(-20000, 0), (20000, 0)], "三级"), ([(-5000, 1000), (5000, 1000)], "三级")),
                            terrain="平原")
    area = isochrones(network, *degrees(0, 0), [40]).geometry.iloc[0]
    for x in range(-4500, 4501, 1500):
        assert [reaches(area, x, y) for y in (-900, 300, 700, 1000, 1400)] == [True, True, False, False, False]


def test_a_place_midway_needs_no_junction():
    """5 minutes from the middle of a 40 km edge reach no junction, yet 2.8 km of road."""
    area = metres(isochrones(line_scene(), *degrees(300, 0), [5]).geometry.iloc[0])
    assert area.bounds[0] == pytest.approx(300 - 5 * RIDE, abs=1.5 * CELL)
    assert area.bounds[2] == pytest.approx(300 + 5 * RIDE, abs=1.5 * CELL)


def test_direction_counts_on_a_one_way_road():
    network = build_network(roads(([(-20000, 0), (20000, 0)], "三级", {"oneway": 1})), terrain="平原")
    to, away = (metres(isochrones(network, *degrees(0, 0), [10], towards=t).geometry.iloc[0]) for t in (True, False))
    assert to.bounds[0] < -5000 and to.bounds[2] < 1200
    assert away.bounds[2] > 5000 and away.bounds[0] > -1200


def test_a_shuttle_goes_there_and_back():
    """30 minutes are 15 out: 8.5 km each way. Round a one-way ring of 12 km, 21.2 min, one gets anywhere or nowhere."""
    line = build_network(roads(([(-20000, 0), (20000, 0)], "三级")), mode="shuttle", terrain="平原")
    for x, towards in ((300, True), (0, False)):
        area = metres(isochrones(line, *degrees(x, 0), [30], towards=towards).geometry.iloc[0])
        assert area.bounds[0] == pytest.approx(x - 15 * RIDE, abs=1.5 * CELL)
        assert area.bounds[2] == pytest.approx(x + 15 * RIDE, abs=1.5 * CELL)
    ring = build_network(roads(([(0, 0), (5000, 0)], "三级", {"oneway": 1}),
                               ([(5000, 0), (5000, 1000), (0, 1000), (0, 0)], "三级", {"oneway": 1})),
                         mode="shuttle", terrain="平原")
    near, whole = (metres(one) for one in isochrones(ring, *degrees(2500, 0), [20, 24]).geometry)
    assert near.bounds[2] - near.bounds[0] < 2000
    assert shapely.contains_xy(whole, *np.array([(100, 0), (2000, 0), (3000, 0), (4900, 0), (2500, 1000)]).T).all()


def test_far_from_any_road_it_is_a_circle_of_the_walk():
    area = metres(isochrones(line_scene(), *degrees(0, 5000), [15]).geometry.iloc[0])
    radius = 15 * WALK
    assert np.pi * (radius - CELL) ** 2 * 0.95 < area.area < np.pi * (radius + CELL) ** 2


@pytest.fixture(scope="module")
def network():
    return build_network(read_roads(SHENZHEN))


def test_valid_nested_and_no_smaller_than_travel_times_say(network):
    """Every point whose door-to-door time is well within a threshold lies in its area."""
    chance = np.random.default_rng(2)
    node = int(np.flatnonzero(network.component == 0)[600])
    place = network.node_lon[node], network.node_lat[node]
    areas = isochrones(network, *place, [4, 8, 15])
    assert areas.geometry.is_valid.all()
    assert areas.geometry.iloc[0].within(areas.geometry.iloc[1]) and areas.geometry.iloc[1].within(
        areas.geometry.iloc[2])
    pick = chance.integers(0, network.n_nodes, 400)
    points = pd.DataFrame({"lon": network.node_lon[pick] + chance.normal(0, 0.002, 400),
                           "lat": network.node_lat[pick] + chance.normal(0, 0.002, 400)},
                          index=pd.Index(map(str, range(400)), name="demand_id"))
    site = pd.DataFrame({"lon": [place[0]], "lat": [place[1]]}, index=pd.Index(["S"], name="site_id"))
    shuttle = build_network(read_roads(SHENZHEN), mode="shuttle")
    for one, drawn in ((network, areas), (shuttle, isochrones(shuttle, *place, [8, 16, 30]))):
        table = travel_times(one, points, site).table.set_index("demand_id")["travel_min"]
        for minutes, area in drawn.geometry.items():
            well_within, far = (points.loc[table.index[some]] for some in (table < minutes - 2, table > minutes + 4))
            assert len(well_within)
            assert shapely.contains_xy(area, well_within["lon"], well_within["lat"]).all()
            assert shapely.contains_xy(area, far["lon"], far["lat"]).mean() < 0.25  # near another road than their own


def test_contour_of_a_disc_and_its_hole():
    y, x = np.mgrid[0:80, 0:80]
    distance = np.hypot(x - 39.5, y - 39.5)
    ring = contour(np.where(distance < 10, 99.0, distance), 30.0, lambda a, b: (a, b))
    assert ring.is_valid and len(ring.interiors) == 1
    assert ring.area == pytest.approx(np.pi * (30**2 - 10**2), rel=0.02)
    assert contour(np.full((5, 5), np.inf), 3.0, lambda a, b: (a, b)).is_empty


def test_no_minutes_are_refused(network):
    for wrong in ([], [0], [-5, 10], [float("nan"), 10], [float("inf")]):
        with pytest.raises(InputError):
            isochrones(network, 113.95, 22.54, wrong)


def test_command(tmp_path, capsys):
    out = tmp_path / "i.geojson"
    assert main(["isochrone", SHENZHEN, "--at", "113.9502,22.5400", "--minutes", "15,5,10", "--out", str(out)]) == 0
    layer = gpd.read_file(out)
    assert layer["minutes"].tolist() == [15, 10, 5]
    assert layer.geometry.is_valid.all() and not layer.geometry.is_empty.any()
    assert json.loads(out.read_text(encoding="utf-8"))["features"][0]["properties"]["mode"] == "car"
    assert main(["isochrone", SHENZHEN, "--at", "北京", "--out", str(out)]) == 3
    assert main(["isochrone", SHENZHEN, "--at", "113.95,22.54", "--minutes", "x", "--out", str(out)]) == 3
