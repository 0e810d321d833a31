import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from coverage.intake import gcj02, read_table
from coverage.intake.datum import _chance, apply_datum, detect_datum


def test_published_values():
    """Values that the open implementations of the formulas print for one point in Beijing."""
    assert gcj02.wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-12)
    assert gcj02.gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-12)


@pytest.mark.parametrize(("there", "back"), [
    (gcj02.wgs84_to_gcj02, gcj02.gcj02_to_wgs84), (gcj02.gcj02_to_bd09, gcj02.bd09_to_gcj02),
    (gcj02.wgs84_to_bd09, gcj02.bd09_to_wgs84),
])
def test_the_inverse_is_exact_to_a_thousandth_of_a_millimetre(there, back):
    lon, lat = np.random.default_rng(1).uniform((74, 4), (135, 53.5), (200_000, 2)).T
    x, y = back(*there(lon, lat))
    off_m = np.hypot((x - lon) * np.cos(np.radians(lat)), y - lat) * 111_195
    assert off_m.max() < 1e-4


@given(st.floats(74, 135), st.floats(4, 53))
@settings(max_examples=50, deadline=None)
def test_any_point_comes_back(lon, lat):
    assert gcj02.bd09_to_wgs84(*gcj02.wgs84_to_bd09(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


def test_points_abroad_and_missing_points_stay():
    assert gcj02.wgs84_to_gcj02(1.5, 42.5) == (1.5, 42.5)
    assert np.isnan(gcj02.gcj02_to_wgs84([np.nan, 105.0], [35.0, 35.0])[0]).tolist() == [True, False]


GRID = gpd.GeoDataFrame(
    {"township_code": [f"620422{i:03}" for i in range(100, 136)], "township": [f"第{i}镇" for i in range(36)]},
    geometry=[shapely.box(105 + i % 6 / 10, 35 + i // 6 / 10, 105.1 + i % 6 / 10, 35.1 + i // 6 / 10)
              for i in range(36)],
    crs=4326,
)


def points(convert, count=600):
    """Points over the grid of areas, each with the township in which it truly lies, written in another system."""
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(105, 105.6, count), rng.uniform(35, 35.6, count)
    codes = GRID["township_code"].to_numpy()[((lat - 35) * 10).astype(int) * 6 + ((lon - 105) * 10).astype(int)]
    lon, lat = convert(lon, lat)
    frame = pd.DataFrame({"编号": range(count), "乡镇代码": codes, "经度": lon, "纬度": lat, "人数": 1})
    return read_table(frame.to_csv(index=False).encode(), "points")


def test_points_of_some_web_map_are_doubted_even_where_it_cannot_be_told_which():
    """They lie just within the eastern edge: as of WGS-84 all fall out, as of GCJ-02 or BD-09 all fall in."""
    area = gpd.GeoDataFrame({"township_code": ["620422100"], "township": ["会师镇"]}, crs=4326,
                            geometry=[shapely.box(104.9, 35.6, 105.1, 35.8)])
    lon, lat = gcj02.wgs84_to_gcj02(np.full(12, 105.0999), np.linspace(35.62, 35.78, 12))
    rows = "".join(f"{i},托养机构,620422100,{x},{y}\n" for i, (x, y) in enumerate(zip(lon, lat, strict=True)))
    intake = read_table(f"机构名称,机构类型,乡镇代码,经度,纬度\n{rows}".encode(), "institutions")
    intake, datum = detect_datum(intake, area)
    told = intake.problems.iloc[0]
    assert datum is None
    assert (told.severity, "不像 WGS-84" in told.suggestion) == ("警告", True)


@pytest.mark.parametrize(("datum", "convert"), [
    ("wgs84", lambda x, y: (x, y)), ("gcj02", gcj02.wgs84_to_gcj02), ("bd09", gcj02.wgs84_to_bd09),
])
def test_the_system_is_told_from_the_townships_claimed(datum, convert):
    intake, found = detect_datum(points(convert), GRID)
    assert found == datum
    assert intake.problems["rule"].iloc[0] == "坐标系"
    truth = points(lambda x, y: (x, y)).table
    pd.testing.assert_frame_equal(intake.table, points(convert).table)  # nothing converted in silence
    converted = apply_datum(intake, datum).table
    assert np.abs(converted[["lon", "lat"]] - truth[["lon", "lat"]]).max(axis=None) < 1e-9


def test_few_points_cannot_tell():
    intake, found = detect_datum(points(gcj02.wgs84_to_gcj02, count=5), GRID)
    assert found is None
    assert "分不清" in intake.problems["suggestion"].iloc[0]


@pytest.mark.parametrize(("heads", "tosses"), [(5, 5), (0, 0), (60, 100), (530, 1000), (540, 1001), (2600, 5000)])
def test_the_chance_agrees_with_scipys(heads, tosses):
    expected = binomtest(heads, tosses, alternative="greater").pvalue if tosses else 1.0
    assert _chance(heads, tosses) == pytest.approx(expected, rel=0.02)
