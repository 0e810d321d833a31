"""After every edit the labels are exactly those of a full recomputation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InputError
from coverage.intake import read_roads
from coverage.travel import access_legs, build_network
from coverage.travel.edits import NearestCells
from coverage.travel.kernels.nearest import nearest_labels
from coverage.travel.legs import FAR
from coverage.travel.network import CLOSED, _arcs
from coverage.travel.pairs import rides_of_rows

SOURCE = read_roads("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
NETWORK = build_network(SOURCE)


def scatter(kind, n, seed):
    chance = np.random.default_rng(seed)
    pick = chance.integers(0, NETWORK.n_nodes, n)
    return pd.DataFrame({"lon": NETWORK.node_lon[pick] + chance.normal(0, 0.001, n),
                         "lat": NETWORK.node_lat[pick] + chance.normal(0, 0.001, n)},
                        index=pd.Index([f"{kind[0]}{seed}-{i}" for i in range(n)], name=kind))


def full(cells):
    """Labels searched anew over the cells' own graph and open sites."""
    seeds = [np.concatenate(column) for column in zip(*cells._seeds.values(), strict=True)]
    return nearest_labels(cells._graph.in_ptr, cells._graph.in_arc, *seeds, cells._graph.shift)


EDIT = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 10**6)),
    st.tuples(st.just("remove"), st.integers(0, 10**6)),
    st.tuples(st.just("retime"), st.integers(0, 10**6), st.sampled_from([CLOSED, 0, 1, 50, 5000]),
              st.sampled_from([CLOSED, 0, 1, 50, 5000])))


@settings(max_examples=30, deadline=None)
@given(st.lists(EDIT, min_size=1, max_size=25))
def test_any_row_of_edits(edits):
    cells = NearestCells(NETWORK, scatter("site_id", 12, 1))
    for n, (kind, number, *ticks) in enumerate(edits):
        if kind == "add":
            cells.add(scatter("site_id", 1, number).rename(index=lambda name, n=n: f"{name}#{n}"))
        elif kind == "remove" and len(cells._seeds) > 1:
            cells.remove(sorted(cells._seeds)[number % len(cells._seeds)])
        elif kind == "retime":
            cells.retime(number % len(NETWORK.edge_m), *ticks)
        assert (cells.label == full(cells)).all()


def by_road(network, points, sites):
    """The least ride of each point, and to which site (the first of equals); None where there is none."""
    rides = rides_of_rows(network, access_legs(network, points), access_legs(network, sites), np.inf)
    best = {}
    for point, site, ticks in zip(rides.point.tolist(), rides.site.tolist(), rides.ticks.tolist(), strict=True):
        best[point] = min(best.get(point, (FAR, 0)), (ticks, site))
    return [(best[i][0] / 600, sites.index[best[i][1]]) if i in best else None for i in range(len(points))]


def now(network, forward, backward):
    """The network built anew with these times of its edges."""
    arcs = zip(("indptr", "arc_head", "arc_ticks", "arc_edge"),
               _arcs(network.n_nodes, network.edge_tail, network.edge_head, forward, backward), strict=True)
    return replace(network, edge_forward=forward, edge_backward=backward, **dict(arcs))


@pytest.mark.parametrize("mode", ["car", "bus", "walk"])
def test_points_get_what_a_full_recomputation_gives(mode):
    """Sites added, removed, and edges that sites and points join closed, opened and retimed; a site's own edge too."""
    network = build_network(SOURCE, mode=mode)
    chance = np.random.default_rng(7)
    sites, points = scatter("site_id", 12, 3), scatter("demand_id", 60, 4)
    points.iloc[:5] = sites.iloc[:5].to_numpy() + 1e-4
    cells, legs = NearestCells(network, sites.iloc[:9]), access_legs(network, points)
    cells.add(sites.iloc[9:])
    cells.remove(sites.index[2])
    sites = sites.drop(index=sites.index[2])
    forward, backward = network.edge_forward.copy(), network.edge_backward.copy()
    joined = np.r_[access_legs(network, sites).edge[:, 0], legs.edge[:20, 0]]
    for edge in [*joined, *chance.integers(0, len(forward), 20)]:
        forward[edge], backward[edge] = chance.choice([CLOSED, 1, 50, 5000], 2)
        cells.retime(int(edge), int(forward[edge]), int(backward[edge]))
    wanted = by_road(now(network, forward, backward), points, sites)
    assert sum(one is not None for one in wanted) > 20
    for given_as in (points, legs):
        got = cells.at(given_as)
        assert [None if pd.isna(minutes) else (minutes, site) for site, minutes in
                zip(got["site_id"], got["travel_min"], strict=True)] == wanted


def test_a_site_on_the_points_own_edge_is_ridden_to_directly():
    """A 10 km edge at 34 km/h, village and site 1 km apart; and 15 minutes' wait for a bus at 20 km/h."""
    from .scenes import points, roads

    for mode, minutes in (("car", 60 / 34), ("bus", 15 + 3)):
        network = build_network(roads(([(0, 0), (10000, 0)], "三级")), mode=mode, terrain="平原")
        got = NearestCells(network, points("site_id", S=(5000, 0))).at(points("demand_id", V=(4000, 0)))
        assert got["travel_min"].tolist() == pytest.approx([minutes], abs=0.01)


def test_a_closed_road_cuts_off_and_an_opened_one_joins_again():
    cells = NearestCells(NETWORK, scatter("site_id", 5, 8))
    before = cells.label.copy()
    for edge in range(0, len(NETWORK.edge_m), 3):
        cells.retime(edge, CLOSED, CLOSED)
    assert (cells.label >= before).all() and (cells.label > before).any()
    for edge in range(0, len(NETWORK.edge_m), 3):
        cells.retime(edge, int(NETWORK.edge_forward[edge]), int(NETWORK.edge_backward[edge]))
    assert (cells.label == before).all()


def test_unknown_and_repeated_sites_are_refused():
    cells = NearestCells(NETWORK, scatter("site_id", 2, 8))
    with pytest.raises(InputError):
        cells.remove("无")
    with pytest.raises(InputError):
        cells.add(scatter("site_id", 2, 8))
