"""Lines of a road layer are joined where roads meet, and nowhere else: scenes drawn by hand, in metres."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.intake.noding import CROSSING, DEGREE_M, END_END, END_MIDDLE, PASSED, node_lines

LON, LAT = 105.0, 0.0  # on the equator a metre east is as many degrees as a metre north


def scene(*lines, join_m=1.0):
    """Each line is [(x, y), …], or (that, level), or (that, level, apart)."""
    lines = [line if isinstance(line, tuple) else (line,) for line in lines]
    shapes = [shapely.LineString([(LON + x / DEGREE_M, LAT + y / DEGREE_M) for x, y in line[0]]) for line in lines]
    level = np.array([line[1] if len(line) > 1 else 0 for line in lines])
    apart = np.array([len(line) > 2 and line[2] for line in lines])
    return node_lines(shapes, level=level, apart=apart, join_m=join_m)


def met(chains):
    return sorted(zip(chains.met["kind"], chains.met["line"], chains.met["other"], strict=True))


def shared(chains, one, other):
    """Where two lines have a node in common, in whole metres."""
    nodes = [set(chains.node[chains.ptr[i]:chains.ptr[i + 1]].tolist()) for i in (one, other)]
    return sorted((round((chains.lon[v] - LON) * DEGREE_M), round((chains.lat[v] - LAT) * DEGREE_M))
                  for v in nodes[0] & nodes[1])


STREET = [(0, 0), (100, 0)]


def test_an_end_in_the_middle_of_a_line_joins_it():
    chains = scene(STREET, [(40, 0), (40, 50)])
    assert shared(chains, 0, 1) == [(40, 0)]
    assert met(chains) == [(END_MIDDLE, 0, 1)]


@pytest.mark.parametrize("gap, joined", [(0.9, True), (-0.9, True), (1.5, False)])
def test_an_end_that_falls_short_or_runs_over_within_the_tolerance_joins(gap, joined):
    chains = scene(STREET, [(40, gap), (40, 50)])
    assert bool(shared(chains, 0, 1)) == joined
    assert len(chains.met) == joined


def test_an_end_that_runs_far_over_crosses_at_grade():
    chains = scene(STREET, [(40, -5), (40, 50)])
    assert shared(chains, 0, 1) == [(40, 0)] and met(chains) == [(CROSSING, 0, 1)]


def test_roads_crossing_at_grade_are_joined_at_the_crossing():
    chains = scene(STREET, [(30, -50), (30, 50)], [(60, -50), (60, 50)])
    assert shared(chains, 0, 1) == [(30, 0)] and shared(chains, 0, 2) == [(60, 0)]
    assert len(chains.lon) == 6 + 2


@pytest.mark.parametrize("level", [1, -1, 2])
def test_a_bridge_or_tunnel_is_not_joined_where_it_crosses(level):
    chains = scene(STREET, ([(30, -50), (30, 50)], level))
    assert not shared(chains, 0, 1) and met(chains) == [(PASSED, 0, 1)]


def test_two_bridges_crossing_are_not_joined():
    assert not shared(scene((STREET, 1), ([(30, -50), (30, 50)], 1)), 0, 1)


def test_an_expressway_or_ferry_is_not_joined_where_it_crosses_but_at_its_ends():
    chains = scene((STREET, 0, True), [(30, -50), (30, 50)], ([(100, 0), (200, 0)], 0, True), [(60, 0), (60, 9)])
    assert not shared(chains, 0, 1)
    assert shared(chains, 0, 2) == [(100, 0)] and shared(chains, 0, 3) == [(60, 0)]


def test_a_bridge_that_ends_on_a_road_joins_it_and_a_road_that_ends_under_a_bridge_does_not():
    assert shared(scene(STREET, ([(40, 0), (40, 50)], 1)), 0, 1) == [(40, 0)]
    assert not shared(scene((STREET, 1), [(40, 0), (40, 50)]), 0, 1)
    assert shared(scene((STREET, 1), ([(40, 0), (40, 50)], 1)), 0, 1) == [(40, 0)]  # a ramp on a viaduct


def test_a_bridge_with_a_vertex_above_a_vertex_of_the_road_below_passes_over_it():
    below, bridge = [(0, 0), (50, 0), (100, 0)], ([(50, -50), (50, 0), (50, 50)], 1)
    chains = scene(below, bridge)
    assert not shared(chains, 0, 1) and len(chains.lon) == 6
    assert shared(scene(below, bridge[0]), 0, 1) == [(50, 0)]


def test_a_bridge_meets_the_roads_before_and_behind_it():
    chains = scene([(0, 0), (50, 0)], ([(50, 0), (80, 0)], 1), [(80, 0), (99, 0)], [(65, -20), (65, 20)])
    assert shared(chains, 0, 1) == [(50, 0)] and shared(chains, 1, 2) == [(80, 0)]
    assert not shared(chains, 1, 3)


def test_ends_a_little_apart_are_one():
    chains = scene([(0, 0), (50, 0)], [(50.6, 0.3), (100, 0)])
    assert len(chains.lon) == 3 and met(chains) == [(END_END, 0, 1)]


def test_a_crossroads_of_four_ends_in_the_middle_of_a_through_road():
    chains = scene(STREET, [(40, 0), (40, 50)], [(40, 0), (40, -50)])
    assert shared(chains, 0, 1) == shared(chains, 0, 2) == shared(chains, 1, 2) == [(40, 0)]


def test_an_inner_vertex_on_another_line_joins_it():
    chains = scene(STREET, [(20, 40), (40, 0), (60, 40)])
    assert shared(chains, 0, 1) == [(40, 0)] and met(chains) == [(CROSSING, 0, 1)]


def test_lines_that_share_their_vertices_are_left_as_they_are():
    chains = scene([(0, 0), (50, 0), (100, 0)], [(50, -50), (50, 0), (50, 50)])
    assert len(chains.lon) == 5 and len(chains.node) == 6 and chains.met.empty


def test_a_line_that_comes_back_to_itself_joins_itself():
    chains = scene([(0, 0), (100, 0), (100, 50), (50, 50), (50, 0.5)])
    nodes = chains.node.tolist()
    assert len(nodes) == 6 and len(set(nodes)) == 5  # the last vertex stands in the first segment too


def test_no_tolerance_joins_equal_vertices_alone():
    chains = scene(STREET, [(40, 0), (40, 50)], [(60, -50), (60, 50)], [(100, 0), (120, 0)], join_m=0)
    assert shared(chains, 0, 3) == [(100, 0)] and len(chains.node) == 8 and chains.met.empty


def test_joining_keeps_the_lengths():
    lines = [STREET, [(40, 0.9), (40, 50)], [(30, -50), (30, 50)]]
    chains = scene(*lines)
    for i, line in enumerate(lines):
        node = chains.node[chains.ptr[i]:chains.ptr[i + 1]]
        got = np.hypot(np.diff(chains.lon[node]), np.diff(chains.lat[node])).sum() * DEGREE_M
        assert got == pytest.approx(shapely.LineString(line).length, abs=0.05)


PLACE = st.tuples(st.integers(0, 60), st.integers(0, 60))
LINE = st.tuples(st.lists(PLACE, min_size=2, max_size=4, unique=True), st.sampled_from([0, 0, 0, 1]))


@settings(max_examples=60, deadline=None)
@given(st.lists(LINE, min_size=2, max_size=6))
def test_what_is_joined_does_not_depend_on_the_order_of_lines(lines):
    """Two ground lines meet exactly where shapely says that they touch; the order of lines changes nothing."""
    one, other = scene(*lines), scene(*lines[::-1])
    n = len(lines)
    for i in range(n):
        for j in range(i):
            assert shared(one, i, j) == shared(other, n - 1 - i, n - 1 - j)
            a, b = (shapely.LineString(lines[k][0]) for k in (i, j))
            if lines[i][1] == lines[j][1] == 0:
                assert bool(shared(one, i, j)) == (a.distance(b) < 0.005) or a.distance(b) <= 1
