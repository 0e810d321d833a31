"""Height tiles give the heights that they hold, and slow walking uphill."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from coverage.errors import CoverageError, LayerError, UnsafeFileError
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


def test_a_zip_of_tiles_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "I48.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, height in (("N35E105", 7), ("s03w071", 9)):
            archive.write(write_tile(tmp_path / name, lambda lon, lat, height=height: 0 * lon + height),
                          f"I48/{name}.hgt")
    heights = read_elevation(tmp_path / "I48.zip", source="自制")
    assert heights.at(np.array([105.5, -70.5]), np.array([35.5, -2.5])).tolist() == [7, 9]
    assert heights.basis == "自制（S03W071、N35E105）"


def test_fine_tiles_all_at_sea_are_read(tmp_path):
    """Packed they are small, and the child's memory goes by the size of the file."""
    with zipfile.ZipFile(tmp_path / "sea.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("N21E113.hgt", "N21E114.hgt"):
            archive.writestr(name, bytes(3601 * 3601 * 2))
    assert read_elevation(tmp_path / "sea.zip").at(np.array([113.3]), np.array([21.7])) == 0


@pytest.mark.parametrize("name, data, told", [
    ("N35E106.hgt", b"short", "大小不是"), ("高程.hgt", bytes(1201 * 1201 * 2), "没有写明图幅的位置"),
    ("N95E106.hgt", bytes(1201 * 1201 * 2), "没有写明图幅的位置"), ("bad.zip", b"PK no", "压缩结构已损坏"),
    ("N35E105.hgt", np.full(1201 * 1201, 20_000, ">i2").tobytes(), "不在地球上"), ("N35E105.hgt", b"", "空的"),
    ("nowhere.hgt", None, "没有这个文件")])
def test_what_is_no_tile_is_refused_and_says_why(tmp_path, name, data, told):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(CoverageError, match=told):
        read_elevation(tmp_path / name)


def test_a_zip_that_swells_or_holds_no_tile_is_refused(tmp_path):
    for name, content in (("a.txt", b"hello"), ("N35E105.hgt", bytes(2**20 * 40))):
        with zipfile.ZipFile(tmp_path / "tile.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        with pytest.raises((LayerError, UnsafeFileError)):
            read_elevation(tmp_path / "tile.zip")


def test_the_same_tile_twice_is_refused_and_another_places_tiles_are(tmp_path):
    one = write_tile(tmp_path / "N35E105.hgt", lambda lon, lat: 0 * lon)
    (tmp_path / "again").mkdir()
    two = write_tile(tmp_path / "again" / "N35E105.hgt", lambda lon, lat: 0 * lon)
    with pytest.raises(LayerError, match="给了两次"):
        read_elevation(one, two)
    heights = read_elevation(one)
    with pytest.raises(LayerError, match="N35E104、N36E104"):
        heights.under(np.array([104.5, 104.6]), np.array([35.9, 36.1]))
    kept = heights.under(np.array([104.5, 105.1]), np.array([35.5, 35.5]))
    assert kept.names == ["N35E105"] and kept.missing(np.array([104.5, 105.1]), np.array([35.5, 35.5])) == ["N35E104"]


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared Andorra extract and its height tile")
def test_andorra_is_slower_on_foot_with_its_mountains():
    roads = read_roads(SHARED / "andorra.osm.pbf")
    flat = build_network(roads, mode="walk")
    steep = build_network(roads, mode="walk", heights=read_elevation(SHARED / "N42E001.hgt.zip"))
    there, back = steep.edge_forward.astype(float), steep.edge_backward.astype(float)
    assert (there + back).sum() > 1.15 * (flat.edge_forward + flat.edge_backward).sum()
    assert (np.abs(there - back) > 0.1 * there).mean() > 0.2  # uphill and downhill differ
