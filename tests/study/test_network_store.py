"""A stored network comes back the same, and a changed file is noticed."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from coverage.errors import ProjectError
from coverage.intake import read_roads
from coverage.study.network_store import load_network, store_network
from coverage.travel import build_network, travel_times


@pytest.fixture(scope="module")
def network():
    return build_network(read_roads("tests/data/shenzhen_2021-03-17_overpass.osm.gz"), mode="wheelchair")


@pytest.fixture
def folder(network, tmp_path):
    store_network(network, tmp_path / "net")
    return tmp_path / "net"


def test_round_trip(network, folder):
    back = load_network(folder)
    for field in fields(network):
        one, other = getattr(network, field.name), getattr(back, field.name)
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype and (one == other).all(), field.name
        elif isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        else:
            assert one == other or (one != one and other != other), field.name
    for field in fields(network.packed):
        assert np.array_equal(getattr(network.packed, field.name), getattr(back.packed, field.name))


def test_times_on_the_stored_network_are_the_same(network, folder):
    points = pd.DataFrame({"lon": network.node_lon[::200], "lat": network.node_lat[::200]})
    points.index = points.index.astype(str)
    both = [travel_times(one, points.rename_axis("demand_id"), points.rename_axis("site_id")).table
            for one in (network, load_network(folder))]
    pd.testing.assert_frame_equal(*both)


def test_a_changed_byte_or_a_missing_file_is_noticed(folder):
    path = folder / "arc_ticks.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ProjectError, match="arc_ticks"):
        load_network(folder)
    path.unlink()
    with pytest.raises(ProjectError, match="arc_ticks"):
        load_network(folder, verify=False)


def test_any_other_folder_is_refused(tmp_path):
    with pytest.raises(ProjectError):
        load_network(tmp_path)
