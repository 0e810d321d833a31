"""After every edit the labels are exactly those of a full recomputation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InputError
from coverage.intake import read_roads
from coverage.travel import build_network, nearest
from coverage.travel.edits import NearestCells
from coverage.travel.kernels.nearest import nearest_labels
from coverage.travel.network import CLOSED

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


def test_points_get_the_nearest_site_as_a_plain_computation_says():
    """On another edge than any site, by road: the same minutes and the same institution."""
    sites, points = scatter("site_id", 15, 3).sort_index(), scatter("demand_id", 200, 4)
    cells = NearestCells(NETWORK, sites.iloc[:-1])
    cells.add(sites.iloc[-1:])
    cells.remove(sites.index[2])
    plain = nearest(NETWORK, points, sites.drop(index=sites.index[2]), k=1).set_index("demand_id")
    got = cells.at(points)
    both = got.join(plain["travel_min"].rename("travel_min_plain"), how="inner").dropna(subset=["site_id"])
    assert len(both) > 100
    assert (both["travel_min"] >= both["travel_min_plain"] - 1e-9).all()  # plain also knows the shared edge
    assert (both["travel_min"] == both["travel_min_plain"]).mean() > 0.9


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
