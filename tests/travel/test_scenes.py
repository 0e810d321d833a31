"""Hand-made scenes whose door-to-door times are worked out in each docstring.

Throughout: mode car, middle, 平原: 三级 34 km/h, 二级 68 km/h; access legs at 4 km/h × 1.3.
"""

import pytest

from coverage.travel import build_network, travel_times
from coverage.travel.network import TICKS_PER_MIN

from .scenes import minutes, points, roads

WALK = 1.3 / (4000 / 60)  # minutes a straight metre on foot
RIDE = {"三级": 60 / 34000, "二级": 60 / 68000}  # minutes a metre
TICK = 3 / TICKS_PER_MIN  # each of the three parts is rounded to a tenth of a second


def car(*lines):
    return build_network(roads(*lines), mode="car", variant="middle", terrain="平原")


def times(network, villages, sites, **options):
    return travel_times(network, points("demand_id", **villages), points("site_id", **sites), **options)


def test_a_village_midway_on_a_long_edge_rides_from_its_place_both_ways():
    """A 10 km edge, the village 300 m off at 4 km, institutions at both ends: 4 km and 6 km of riding."""
    got = minutes(times(car(([(0, 0), (10000, 0)], "三级")),
                        {"V": (4000, 300)}, {"W": (0, 0), "E": (10000, 0)}).table)
    assert got["V", "W"] == pytest.approx(300 * WALK + 4000 * RIDE["三级"], abs=TICK)
    assert got["V", "E"] == pytest.approx(300 * WALK + 6000 * RIDE["三级"], abs=TICK)


def test_two_on_one_edge_do_not_go_round_by_its_ends():
    """Village at 4 km, institution at 5 km of the same 10 km edge: 1 km of riding."""
    got = minutes(times(car(([(0, 0), (10000, 0)], "三级")), {"V": (4000, 100)}, {"S": (5000, -50)}).table)
    assert got["V", "S"] == pytest.approx(150 * WALK + 1000 * RIDE["三级"], abs=TICK)


def test_two_villages_and_an_island():
    """The island's road is 5 km off the mainland's: its village is cut off from S, reaches its own I."""
    network = car(([(0, 0), (8000, 0)], "三级"), ([(0, 5000), (1000, 5000)], "三级"))
    result = times(network, {"A": (1000, 0), "B": (7000, 0), "X": (200, 5000)}, {"S": (8000, 0), "I": (1000, 5000)})
    assert set(minutes(result.table)) == {("A", "S"), ("B", "S"), ("X", "I")}
    assert result.demand_access["access_state"].to_dict() == {"A": "已接入", "B": "已接入", "X": "孤立路段"}
    assert result.counts() == {"total": 3, "reachable": 3, "out_of_reach": 0, "gap": 0, "cut_off": 0}
    result = times(network, {"X": (200, 5000)}, {"S": (8000, 0), "I": (1000, 5000)}, within_min=0.5)
    assert (result.counts()["out_of_reach"], result.counts()["cut_off"]) == (1, 0)
    result = times(network, {"X": (200, 5000)}, {"S": (8000, 0)}, within_min=0.5)
    assert (result.counts()["out_of_reach"], result.counts()["cut_off"]) == (0, 1)


def test_beyond_the_limit_a_village_walks_alone_and_is_listed():
    """3 km from the road is beyond 2 km: 5 km straight to S on foot, not a zero and not dropped."""
    result = times(car(([(0, 0), (4000, 0)], "三级")), {"V": (0, 3000)}, {"S": (4000, 0)})
    row = result.table.iloc[0]
    assert row["travel_min"] == pytest.approx(5000 * WALK, abs=TICK)
    assert row["access_min"] == row["travel_min"] and row["egress_min"] == 0
    assert result.demand_access.loc["V", "access_state"] == "路网缺口"
    assert result.demand_access.loc["V", "snap_m"] == pytest.approx(3000, rel=1e-6)
    assert result.counts() == {"total": 1, "reachable": 0, "out_of_reach": 0, "gap": 1, "cut_off": 0}


def test_a_bridge_over_a_road_is_no_junction():
    """Two roads cross without a shared vertex: no way from one to the other."""
    network = car(([(-1000, 0), (1000, 0)], "三级"), ([(0, -1000), (0, 1000)], "三级", {"bridge": True}),
                  ([(0, 1000), (0, 2000)], "三级"))
    assert times(network, {"V": (-1000, 0)}, {"S": (0, 2000)}).table.empty


def test_nobody_joins_a_bridge_midway():
    """The bridge passes 10 m from the village, the road under it 50 m: the village joins the road."""
    network = car(([(-1000, 0), (1000, 0)], "三级"), ([(-1000, 60), (1000, 60)], "三级", {"bridge": True}),
                  ([(1000, 60), (1000, 0)], "三级"))
    result = times(network, {"V": (0, 50)}, {"S": (1000, 0)})
    assert result.demand_access.loc["V", "snap_m"] == pytest.approx(50, rel=1e-6)


def test_a_one_way_pair_is_driven_round():
    """A ring of two one-way roads, 2 km each: V to S rides 1 km ahead, S to V on round, 3 km."""
    network = car(([(0, 0), (2000, 0)], "三级", {"oneway": 1}),
                  ([(0, 0), (0, 500), (2000, 500), (2000, 0)], "三级", {"oneway": -1}))
    there = minutes(times(network, {"V": (500, 0)}, {"S": (1500, 0)}).table)
    back = minutes(times(network, {"V": (1500, 0)}, {"S": (500, 0)}).table)
    assert there["V", "S"] == pytest.approx(1000 * RIDE["三级"], abs=TICK)
    assert back["V", "S"] == pytest.approx((500 + 3000 + 500) * RIDE["三级"], abs=TICK)


def test_a_road_drawn_once_for_each_direction_is_left_both_ways():
    """The same 10 km line twice, one-way there and back: the village at 4 km rides 4 km west and 6 km east."""
    network = car(([(0, 0), (10000, 0)], "三级", {"oneway": 1}), ([(10000, 0), (0, 0)], "三级", {"oneway": 1}))
    got = minutes(times(network, {"V": (4000, 0)}, {"W": (0, 0), "E": (10000, 0)}).table)
    assert got["V", "W"] == pytest.approx(4000 * RIDE["三级"], abs=TICK)
    assert got["V", "E"] == pytest.approx(6000 * RIDE["三级"], abs=TICK)


def test_a_longer_road_of_a_higher_class_can_be_quicker():
    """8 km of 二级 (7.06 min) beat 5 km of 三级 (8.82 min)."""
    network = car(([(0, 0), (5000, 0)], "三级"), ([(0, 0), (0, 1500), (5000, 1500), (5000, 0)], "二级"))
    got = minutes(times(network, {"V": (0, 0)}, {"S": (5000, 0)}).table)
    assert got["V", "S"] == pytest.approx(8000 * RIDE["二级"], abs=TICK)


def test_neighbours_far_from_the_road_walk_to_each_other():
    """Village and institution 100 m apart, both 900 m from the road: 100 m on foot, not 1,800."""
    got = minutes(times(car(([(0, 0), (4000, 0)], "三级")), {"V": (2000, 900)}, {"S": (2100, 900)}).table)
    assert got["V", "S"] == pytest.approx(100 * WALK, abs=TICK)


def test_within_keeps_exactly_the_pairs_within():
    network = car(([(0, 0), (20000, 0)], "三级"))
    villages = {f"V{i}": (1000 * i, 100 * (i % 4)) for i in range(20)}
    everything = times(network, villages, {"S": (0, 0), "T": (20000, 50)}).table
    some = times(network, villages, {"S": (0, 0), "T": (20000, 50)}, within_min=15).table
    assert 0 < len(some) < len(everything)
    assert some.equals(everything[everything["travel_min"] <= 15].reset_index(drop=True))


def test_a_one_way_dead_end_is_not_joined():
    """A one-way spur leads off a long two-way road and ends: the village beside it walks to the road, 300 m."""
    network = car(([(0, 0), (5000, 0), (10000, 0)], "三级"), ([(5000, 0), (5000, 1000)], "三级", {"oneway": 1}))
    result = times(network, {"V": (5010, 300)}, {"S": (0, 0)})
    assert result.demand_access.loc["V", "snap_m"] == pytest.approx(300, rel=1e-6)
    assert len(result.table) == 1
