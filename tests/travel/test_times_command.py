"""`python -m coverage times` keeps its contract."""

import json

import numpy as np
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


def test_what_a_layer_says_in_vain_is_told(scene, capsys):
    roads = json.loads((scene / "roads.geojson").read_text())
    roads["features"][0]["properties"]["车速"] = -5
    (scene / "roads.geojson").write_text(json.dumps(roads))
    assert times(scene) == 0
    assert "1 处没有照原样采用" in capsys.readouterr().err


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


@pytest.mark.parametrize("content, told", [
    (b"id,lon,lat\na,35,105.02\n", "经度和纬度写反了"), (b"id,lon,lat\n", "没有一个点"),
    (b"PK\x03\x04", "这是 Excel 文件"), (b"name,x,y\na,105,35\n", "缺少列：id")])
def test_a_list_that_can_not_be_used_says_why(scene, content, told, capsys):
    (scene / "o.csv").write_bytes(content)
    assert times(scene) == 3
    assert told in capsys.readouterr().err


def test_points_that_lie_on_the_roads_only_when_exchanged_are_refused_and_far_ones_told(scene, capsys):
    """Around 35°, 105° no latitude gives it away; here the roads lie at 30°E, 35°N."""
    text = (scene / "roads.geojson").read_text().replace("105", "30")
    (scene / "roads.geojson").write_text(text)
    (scene / "d.csv").write_text("id,lon,lat\nS1,30,35\n")
    (scene / "o.csv").write_text("id,lon,lat\nA,30.01,35\nB,35,30.01\n")
    assert times(scene) == 3
    assert "1 个点的经度和纬度像是写反了：B" in capsys.readouterr().err
    (scene / "o.csv").write_text("id,lon,lat\nA,30.01,35\nB,50,30.01\n")
    assert times(scene) == 0
    assert "1 个点离道路超过 50 公里，请核对坐标：B" in capsys.readouterr().err


def test_heights_slow_walkers_and_their_share_is_told(scene, capsys):
    """The tile rises 4 m each 3″ eastwards: from S1 up to S2 takes longer than down."""
    (scene / "N35E105.hgt").write_bytes((np.arange(1201) * 4 * np.ones((1201, 1), int)).astype(">i2").tobytes())
    (scene / "o.csv").write_bytes((scene / "d.csv").read_bytes())
    assert times(scene, "--mode", "walk", "--json", "--elevation", str(scene / "N35E105.hgt")) == 0
    assert json.loads(capsys.readouterr().out)["slope_share"] == pytest.approx(1)
    took = read(scene).set_index(["demand_id", "site_id"])["travel_min"]
    assert took["S1", "S2"] > 1.1 * took["S2", "S1"]
    (scene / "N35E105.hgt").rename(scene / "N35E106.hgt")
    assert times(scene, "--mode", "walk", "--elevation", str(scene / "N35E106.hgt")) == 3
    assert "需要的图幅：N35E105" in capsys.readouterr().err


def isochrone(folder, *options, at="105.02,35", out="i.geojson"):
    return main(["isochrone", str(folder / "roads.geojson"), "--at", at, "--out", str(folder / out), *options])


@pytest.mark.parametrize("options, told", [
    ({"at": "35,105.02"}, "不是经度,纬度"), ({"out": "i.shp"}, "只能是 .geojson"),
    ({"at": "105"}, "不是经度,纬度")])
def test_an_isochrone_that_can_not_be_drawn_says_why(scene, options, told, capsys):
    assert isochrone(scene, **options) == 3
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("minutes", ["0", "nan", "5,inf", "五"])
def test_minutes_that_are_none_are_refused(scene, minutes, capsys):
    assert isochrone(scene, "--minutes", minutes) == 3
    assert "分钟数必须大于 0" in (told := capsys.readouterr().err) or "不是用逗号分开的数" in told


def test_an_isochrone_without_a_road_says_so(scene, capsys):
    assert isochrone(scene, "--minutes", "15", at="105.02,35.1") == 0
    assert "路网缺口" in capsys.readouterr().err
    assert isochrone(scene, "--minutes", "15", at="105.005,35.3") == 0
    assert "孤立路段" in capsys.readouterr().err


def test_a_file_that_is_no_osm_whatever_its_name_is_refused(scene, capsys):
    (scene / "x.osm.pbf").write_text("hello")
    assert main(["times", str(scene / "x.osm.pbf"), "--origins", str(scene / "o.csv"), "--destinations",
                 str(scene / "d.csv"), "--out", str(scene / "t.csv")]) == 3
    assert "不是 OpenStreetMap 数据" in capsys.readouterr().err


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
