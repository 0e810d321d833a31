"""`python -m coverage times` keeps its contract."""

import json

import pandas as pd
import pytest

from coverage.cli import main

COLUMNS = ["demand_id", "site_id", "travel_min", "access_min", "egress_min", "snap_m"]
SHENZHEN = "tests/data/shenzhen_2021-03-17_overpass.osm.gz"


@pytest.fixture
def scene(tmp_path):
    """A 10 km road and, 30 km north, an island; origin 001 is on the road, 002 far off it, 003 on the island."""
    def road(*line):
        return {"type": "Feature", "properties": {"tech_class": "三级"},
                "geometry": {"type": "LineString", "coordinates": line}}

    (tmp_path / "roads.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [
        road([105, 35], [105.1, 35]), road([105, 35.3], [105.01, 35.3])]}))
    (tmp_path / "o.csv").write_text("id,lon,lat\n003,105.005,35.3\n001,105.02,35\n002,105.05,35.05\n")
    (tmp_path / "d.csv").write_text("id,lon,lat\nS2,105.1,35\nS1,105,35\n")
    return tmp_path


def times(folder, *options, out="t.csv"):
    code = main(["times", str(folder / "roads.geojson"), "--origins", str(folder / "o.csv"),
                 "--destinations", str(folder / "d.csv"), "--out", str(folder / out), *options])
    return code


def read(folder):
    return pd.read_csv(folder / "t.csv", dtype={"demand_id": str, "site_id": str})


def test_columns_order_and_counts(scene, capsys):
    assert times(scene, "--json") == 0
    table = read(scene)
    assert list(table.columns) == COLUMNS
    assert list(zip(table["demand_id"], table["site_id"], strict=True)) == [
        ("001", "S1"), ("001", "S2"), ("002", "S1"), ("002", "S2")]  # 003 is cut off: absent
    assert json.loads(capsys.readouterr().out) == {
        "total": 3, "reachable": 1, "out_of_reach": 0, "gap": 1, "cut_off": 1, "pairs": 4,
        "mode": "car", "variant": "middle"}
    assert table["snap_m"].iloc[2] == pytest.approx(5560, rel=0.01)


def test_within_and_nearest(scene):
    everything = (times(scene), read(scene))[1]
    assert times(scene, "--within", "10") == 0
    assert read(scene).equals(everything[everything["travel_min"] <= 10].reset_index(drop=True))
    assert times(scene, "--nearest", "1") == 0
    assert read(scene)["site_id"].tolist() == ["S1", everything.iloc[2:].nsmallest(1, "travel_min")["site_id"].iloc[0]]


def test_parquet_holds_the_same(scene):
    times(scene)
    times(scene, out="t.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(scene / "t.parquet"), read(scene), atol=1e-4, check_dtype=False)


def test_the_same_run_writes_the_same_bytes_whatever_the_order_of_rows(scene):
    times(scene)
    first = (scene / "t.csv").read_bytes()
    (scene / "o.csv").write_text("id,lon,lat\n001,105.02,35\n002,105.05,35.05\n003,105.005,35.3\n")
    times(scene)
    assert (scene / "t.csv").read_bytes() == first


@pytest.mark.parametrize("options, code", [
    (["--mode", "火箭"], 3), (["--variant", "x"], 3), (["--within", "-1"], 3), (["--nearest", "0"], 3)])
def test_wrong_options_are_refused(scene, options, code, capsys):
    assert times(scene, *options) == code
    assert "错误" in capsys.readouterr().err


def test_wrong_points_are_listed(scene, capsys):
    (scene / "o.csv").write_text("id,lon,lat\n1,105,35\n1,abc,95\n")
    assert times(scene) == 3
    assert "3 处" in capsys.readouterr().err


@pytest.mark.parametrize("row", ["1,105.02,35,7", "1,105.02,35,"])
def test_a_row_longer_than_the_header_shifts_nothing(scene, row, capsys):
    (scene / "o.csv").write_text(f"id,lon,lat\n{row}\n")
    assert times(scene) == 3
    assert "比表头多出一列" in capsys.readouterr().err


def test_a_parquet_file_that_is_none_is_refused(scene, capsys):
    (scene / "o.parquet").write_bytes(b"id,lon,lat")
    assert main(["times", str(scene / "roads.geojson"), "--origins", str(scene / "o.parquet"),
                 "--destinations", str(scene / "d.csv"), "--out", str(scene / "t.csv")]) == 3
    assert "Parquet" in capsys.readouterr().err


def test_chinese_headers_and_gbk_are_read(scene):
    (scene / "o.csv").write_bytes("编号,经度,纬度\n甲村,105.02,35\n".encode("gb18030"))
    assert times(scene) == 0
    assert read(scene)["demand_id"].unique().tolist() == ["甲村"]


@pytest.mark.parametrize("mode", ["car", "walk", "wheelchair", "power_wheelchair", "motor_wheelchair", "bus",
                                  "shuttle"])
def test_every_mode_runs_on_shenzhen(tmp_path, mode):
    (tmp_path / "p.csv").write_text("id,lon,lat\na,113.9502,22.5400\nb,113.9300,22.5350\n")
    assert main(["times", SHENZHEN, "--origins", str(tmp_path / "p.csv"), "--destinations", str(tmp_path / "p.csv"),
                 "--mode", mode, "--out", str(tmp_path / "t.csv")]) == 0
    assert len(read(tmp_path)) >= 2
