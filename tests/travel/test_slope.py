"""Slopes slow walkers as Tobler says and wheelchairs as their table says, each direction by its own measure."""

import numpy as np
import pytest

from coverage.travel import build_network, mode_table, travel_times
from coverage.travel.edges import cut_at_junctions
from coverage.travel.geometry import DEGREE_M
from coverage.travel.slope import slope_factors, slopes_of, tobler_kmh, wheel_factor
from coverage.travel.speeds import read_mode

from .scenes import minutes, points, roads

LINE = [(0, 0), (10000, 0)]
TICK = 4 / 600
WALK = read_mode("walk", "middle")


class Ground:
    """Heights by a rule of the metres east of 105°."""

    def __init__(self, rule):
        self.rule = rule

    def at(self, lon, lat):
        return self.rule((np.asarray(lon, float) - 105) * DEGREE_M)


def plane(slope):
    return Ground(lambda east: slope * east)


def both_ways(*lines, **options):
    """Minutes there and back along the first line."""
    network = build_network(roads(*lines), **{"terrain": "平原"} | options)
    ends = {"W": (0, 0), "E": (10000, 0)}
    got = minutes(travel_times(network, points("demand_id", **ends), points("site_id", **ends)).table)
    return got["W", "E"], got["E", "W"]


def test_tobler_against_its_formula():
    assert tobler_kmh(-0.05) == pytest.approx(6)
    assert tobler_kmh(0) == pytest.approx(5.037, abs=5e-4)
    assert tobler_kmh(0.3) == pytest.approx(6 * np.exp(-3.5 * 0.35))


@pytest.mark.parametrize("slope", [0.1, -0.1, 0.0, 0.3])
def test_walking_up_a_plane_takes_what_tobler_says(slope):
    there, back = both_ways((LINE, "三级"), mode="walk", heights=plane(slope))
    assert there == pytest.approx(150 * tobler_kmh(0) / tobler_kmh(slope), rel=1e-4)
    assert back == pytest.approx(150 * tobler_kmh(0) / tobler_kmh(-slope), rel=1e-4)


def test_slope_slows_each_direction_by_its_own_measure():
    one = cut_at_junctions(roads((LINE, "三级"), ([(0, 0), (0, 500), (0, 900)], "三级")), np.array([True, True]))
    along, against = slope_factors(slopes_of(one, plane(0.2)), WALK, 2)
    assert along == pytest.approx([tobler_kmh(0) / tobler_kmh(0.2), 1])
    assert against == pytest.approx([tobler_kmh(0) / tobler_kmh(-0.2), 1])


@pytest.mark.parametrize("mode", ["wheelchair", "power_wheelchair"])
@pytest.mark.parametrize("slope", [0.04, 0.05, 0.06, 1 / 12, 0.09])
def test_wheelchairs_up_and_down_a_plane_take_what_the_table_says(mode, slope):
    paved = (LINE, "三级", {"surface": "asphalt"})
    flat, _ = both_ways(paved, mode=mode)
    there, back = both_ways(paved, mode=mode, heights=plane(slope))
    assert there == pytest.approx(flat / wheel_factor(slope, mode), rel=1e-4)
    assert back == pytest.approx(flat / wheel_factor(-slope, mode), rel=1e-4)


def test_the_table_of_slopes_for_wheelchairs():
    assert wheel_factor([-0.2, -1 / 12, -0.05, 0, 0.05, 1 / 12, 0.2], "wheelchair").tolist() == [
        0.3, 0.8, 1, 1, 1, 0.5, 0.2]
    steps = np.linspace(0, 0.3, 50)
    for mode in ("wheelchair", "power_wheelchair"):
        assert (np.diff(wheel_factor(steps, mode)) <= 0).all() and (np.diff(wheel_factor(-steps, mode)) <= 0).all()
    assert (wheel_factor(steps, "power_wheelchair") >= wheel_factor(steps, "wheelchair")).all()


def test_what_is_steeper_than_a_ramp_may_be_is_told():
    """Of 10 km the last two are at 1:11, two at 1:12 and the rest at 1:13."""
    limits = np.array([0, 6000, 8000, 10000])
    height = np.array([0, 6000 / 13, 6000 / 13 + 2000 / 12, 6000 / 13 + 2000 / 12 + 2000 / 11])
    bends = [(x, 0) for x in (0, 6000, 8000, 10000)]
    network = build_network(roads((bends, "三级")), mode="wheelchair",
                            heights=Ground(lambda east: np.interp(east, limits, height)))
    assert network.steep_share == pytest.approx(0.2, abs=1e-3)
    assert np.isnan(build_network(roads((bends, "三级")), mode="wheelchair").steep_share)


def test_a_surveyed_incline_goes_before_the_tiles():
    told = (LINE, "三级", {"surface": "asphalt", "incline": "3%"})
    assert both_ways(told, mode="wheelchair", heights=plane(0.2)) == both_ways(told, mode="wheelchair")
    assert both_ways(told, mode="walk", heights=plane(0.2)) != both_ways(told, mode="walk")


@pytest.mark.parametrize("mode", [name for name, row in mode_table().iterrows() if not row["sloped"]])
def test_motors_mind_no_slope(mode):
    network = build_network(roads((LINE, "三级")), mode=mode, heights=plane(0.2))
    assert (network.edge_forward == build_network(roads((LINE, "三级")), mode=mode).edge_forward).all()
    assert np.isnan(network.slope_share)


def test_a_hill_between_two_vertices_is_seen():
    """One straight segment over a ridge 500 m high: up 10% and down 10%, though both ends are at 0 m."""
    ridge = Ground(lambda east: 0.1 * np.minimum(east, 10000 - east))
    there, back = both_ways((LINE, "三级"), mode="walk", heights=ridge)
    up, down = (150 * tobler_kmh(0) / tobler_kmh(slope) / 2 for slope in (0.1, -0.1))
    assert there == back == pytest.approx(up + down, rel=0.01)


@pytest.mark.parametrize("what", ["bridge", "tunnel"])
def test_a_bridge_or_tunnel_rises_evenly_from_end_to_end(what):
    """Under it, or over it, the ground goes down and up 1 km; its west end lies 500 m lower than its east end."""
    valley = Ground(lambda east: 0.05 * east - 0.2 * np.minimum(east, 10000 - east))
    there, back = both_ways((LINE, "三级", {what: True}), (([(-500, 0), (0, 0)]), "三级"),
                            (([(10000, 0), (10500, 0)]), "三级"), mode="walk", heights=valley)
    assert there == pytest.approx(150 * tobler_kmh(0) / tobler_kmh(0.05), rel=1e-3)
    assert back == pytest.approx(150 * tobler_kmh(0) / tobler_kmh(-0.05), rel=1e-3)


def test_a_ferry_is_flat():
    lines = ([(0, 0), (10000, 0)], "轮渡"), ([(10000, 0), (11000, 0)], "三级")
    steep, flat = (build_network(roads(*lines), mode="walk", heights=heights) for heights in (plane(0.3), None))
    assert steep.edge_forward[0] == flat.edge_forward[0] and steep.edge_forward[1] > flat.edge_forward[1]


def test_a_void_within_a_road_is_bridged_and_one_at_its_end_is_flat():
    """A 10% plane without heights from 3 to 4 km keeps its climb; without those after 6 km, 4 km count as flat."""
    for void, known in (((3000, 4000), 1.0), ((6000, 99999), 0.6)):
        rule = Ground(lambda east, void=void: np.where((east > void[0]) & (east < void[1]), np.nan, 0.1 * east))
        network = build_network(roads((LINE, "三级")), mode="walk", heights=rule)
        steep = tobler_kmh(0) / tobler_kmh(0.1)
        assert network.slope_share == pytest.approx(known, abs=0.01)
        assert network.edge_forward[0] / 600 == pytest.approx(150 * (known * steep + 1 - known), rel=0.01)


def test_heights_nowhere_leave_everything_flat():
    nothing = Ground(lambda east: np.full(east.shape, np.nan))
    network, flat = (build_network(roads((LINE, "三级")), mode="walk", heights=one) for one in (nothing, None))
    assert network.slope_share == 0 and (network.edge_forward == flat.edge_forward).all()


def test_pieces_add_up_to_the_edges_whatever_their_shape():
    """Short and long segments, a repeated vertex and a ring: the pieces' metres are the edges', climbs cancel out."""
    chance = np.random.default_rng(4)
    line = [(0, 0), *map(tuple, np.cumsum(chance.uniform(-300, 300, (60, 2)), axis=0).round()), (0, 0)]
    edges = cut_at_junctions(roads((line, "三级"), ([(0, 0), (5000, 0)], "三级")), np.array([True, True]))
    slopes = slopes_of(edges, Ground(lambda east: 50 * np.sin(east / 90)))
    assert np.bincount(slopes.edge, slopes.run) == pytest.approx(edges.metres)
    assert np.bincount(slopes.edge, slopes.run * slopes.slope)[0] == pytest.approx(0, abs=1e-6)
    assert slopes.run.max() <= 90 and slopes.known.all()
