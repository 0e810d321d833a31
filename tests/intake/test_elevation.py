"""Height tiles give the heights that they hold, and slow walking uphill."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from coverage.errors import LayerError
from coverage.intake import read_elevation, read_roads
from coverage.travel import build_network

SHARED = Path("../shared/data/osm")


def write_tile(path, rule):
    """A 3″ tile N35E105 whose height at (lon, lat) is rule(lon, lat)."""
    axis = np.arange(1201) / 1200
    lon, lat = np.meshgrid(105 + axis, 36 - axis)
    path.write_bytes(np.rint(rule(lon, lat)).astype(">i2").tobytes())
    return path


def test_heights_between_samples_are_bilinear(tmp_path):
    tile = read_elevation(write_tile(tmp_path / "N35E105.hgt", lambda lon, lat: 1200 * (lon - 105) + 2400 * (lat - 35)))
    lon, lat = np.array([105.0, 105.5, 105.12345, 106.0]), np.array([35.0, 35.25, 35.98765, 36.0])
    assert tile.at(lon, lat) == pytest.approx(1200 * (lon - 105) + 2400 * (lat - 35), abs=0.01)
    assert np.isnan(tile.at(np.array([104.9, 105.5]), np.array([35.5, 34.9]))).all()


def test_voids_are_unknown(tmp_path):
    tile = read_elevation(write_tile(tmp_path / "N35E105.hgt", lambda lon, lat: np.where(lon < 105.5, -32768, 100)))
    assert np.isnan(tile.at(np.array([105.2]), np.array([35.5]))).all()
    assert tile.at(np.array([105.8]), np.array([35.5])) == 100


def test_a_zip_with_one_tile_is_read_and_others_are_refused(tmp_path):
    write_tile(tmp_path / "N35E105.hgt", lambda lon, lat: 0 * lon + 7)
    with zipfile.ZipFile(tmp_path / "tile.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "N35E105.hgt", "N35E105.hgt")
    assert read_elevation(tmp_path / "tile.zip").at(np.array([105.5]), np.array([35.5])) == 7
    (tmp_path / "N35E106.hgt").write_bytes(b"short")
    (tmp_path / "bad.zip").write_bytes(b"PK no")
    for wrong in ("N35E106.hgt", "bad.zip", "nowhere.hgt"):
        with pytest.raises(LayerError):
            read_elevation(tmp_path / wrong)


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared Andorra extract and its height tile")
def test_andorra_is_slower_on_foot_with_its_mountains():
    roads = read_roads(SHARED / "andorra.osm.pbf")
    flat = build_network(roads, mode="walk")
    steep = build_network(roads, mode="walk", heights=read_elevation(SHARED / "N42E001.hgt.zip"))
    there, back = steep.edge_forward.astype(float), steep.edge_backward.astype(float)
    assert (there + back).sum() > 1.15 * (flat.edge_forward + flat.edge_backward).sum()
    assert (np.abs(there - back) > 0.1 * there).mean() > 0.2  # uphill and downhill differ
