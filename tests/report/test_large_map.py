"""A province's map: 1,400 townships, 50,000 villages, a large road network — under 3 MB, and nobody lost."""

import re
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.access import bands, coverage_by_unit
from coverage.intake import Roads
from coverage.report import map_html
from coverage.report.map_ground import AREA_VERTICES, display_areas
from coverage.report.map_legend import legend_beside
from coverage.study import Base, Scenario, evaluate, load_base

from .test_map import layers

COUNTY = Path(__file__).parents[1] / "golden" / "county"
MOST_BYTES = 3_000_000
ROWS, COLUMNS, VILLAGES = 35, 40, 50_000
STEPS = 20
"""Vertices along each side of a township: borders as crooked as real ones."""


@pytest.fixture(scope="module")
def province():
    """The six villages' evaluation with a generated province's tables in it."""
    county = evaluate(load_base(Scenario(title="六村县", project=COUNTY)),
                      Scenario(title="一省", project=COUNTY, year=2020))
    chance = np.random.default_rng(7)
    areas = _areas(chance)
    west, south, east, north = areas.bounds.to_numpy().T
    townships = pd.DataFrame({
        "township": [f"第{n}镇" for n in range(len(areas))], "nbs_code": areas.index, "kind": "镇", "pop": 20_000,
        "area_km2": 100.0, "lon": (west + east) / 2, "lat": (south + north) / 2, "basis": "生成"}, index=areas.index)
    demand = _villages(chance, areas)
    sites = _sites(chance, areas, county.region.sites)
    region = replace(county.region, townships=townships, demand=demand, sites=sites, areas=areas)
    reached = pd.DataFrame({"site_id": sites.index[chance.integers(0, len(sites), VILLAGES)],
                            "travel_min": chance.gamma(3, 10, VILLAGES)}, index=demand.index)
    people = pd.Series(chance.integers(0, 90, VILLAGES), index=demand.index)
    state = pd.Series(np.where(chance.random(VILLAGES) < 0.002, "路网缺口", "已接入"), index=demand.index)
    counts = {"thresholds_min": county.scenario.bands_min, "access_state": state}
    told = demand.assign(people=people, snap_m=10.0, access_state=state).join(bands(demand, reached, **counts))
    return replace(county, base=Base(county.base.project, region, _roads(chance)), people=people, demand=told,
                   supply=sites[sites["service_type"] == "残疾人之家"], coverage=coverage_by_unit(
                       told, people, reached, **counts), whole=coverage_by_unit(
                       told, people, reached, unit=None, **counts).iloc[0])


def _areas(chance) -> gpd.GeoDataFrame:
    """A grid of townships whose neighbours share crooked borders."""
    def side(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        share = np.linspace(0, 1, STEPS + 1)[:, None]
        wiggle = chance.normal(0, 0.001, (STEPS + 1, 2))
        wiggle[[0, -1]] = 0
        return low + share * (high - low) + wiggle

    def corner(row: int, column: int) -> np.ndarray:
        return np.array([100 + 0.12 * column, 30 + 0.1 * row])

    flat = {(r, c): side(corner(r, c), corner(r, c + 1)) for r in range(ROWS + 1) for c in range(COLUMNS)}
    steep = {(r, c): side(corner(r, c), corner(r + 1, c)) for r in range(ROWS) for c in range(COLUMNS + 1)}
    rings = [np.concatenate([flat[r, c], steep[r, c + 1][1:], flat[r + 1, c][::-1][1:], steep[r, c][::-1][1:]])
             for r in range(ROWS) for c in range(COLUMNS)]
    index = pd.Index([f"{n:09d}" for n in range(len(rings))], name="township_code")
    return gpd.GeoDataFrame(geometry=shapely.polygons(rings), index=index, crs=4326)


def _villages(chance, areas) -> pd.DataFrame:
    home = np.sort(np.r_[np.arange(len(areas)), chance.integers(0, len(areas), VILLAGES - len(areas))])
    west, south, east, north = areas.bounds.to_numpy()[home].T
    return pd.DataFrame({
        "name": [f"第{n}村民委员会" for n in range(VILLAGES)], "township_code": areas.index[home],
        "pop": 600, "lon": chance.uniform(west, east), "lat": chance.uniform(south, north), "basis": "生成的点位"},
        index=pd.Index([f"{n:012d}" for n in range(VILLAGES)], name="demand_id"))


def _sites(chance, areas, like: pd.DataFrame) -> pd.DataFrame:
    """Two institutions a township, of two types, in the columns of `like`."""
    n = 2 * len(areas)
    west, south, east, north = np.repeat(areas.bounds.to_numpy(), 2, axis=0).T
    rows = like.iloc[[0] * n].copy()
    rows.index = pd.Index([f"S{k:05d}" for k in range(n)], name="site_id")
    return rows.assign(name=[f"第{k}号机构（生成）" for k in range(n)], township_code=np.repeat(areas.index, 2),
                       service_type=["残疾人之家", "康复机构"] * len(areas), lon=chance.uniform(west, east),
                       lat=chance.uniform(south, north), opened_year=2015, closed_year=pd.NA)


def _roads(chance, ways: int = 20_000, size: int = 12) -> Roads:
    start = np.stack([chance.uniform(100, 104.8, ways), chance.uniform(30, 33.5, ways)], axis=1)
    nodes = (start[:, None] + chance.normal(0, 0.01, (ways, size, 2)).cumsum(axis=1)).reshape(-1, 2)
    classes = chance.choice(["高速", "二级", "三级", "四级", "等外"], ways, p=[0.01, 0.04, 0.1, 0.35, 0.5])
    table = pd.DataFrame({"way_id": [f"w{n}" for n in range(ways)], "road_class": classes})
    return Roads(nodes[:, 0], nodes[:, 1], np.arange(0, ways * size + 1, size), np.arange(ways * size), table, "生成")


def test_the_page_is_small_soon_there_and_tells_of_everyone(province):
    began = time.process_time()
    html = map_html(province, legend=False, popups=False)
    seconds = time.process_time() - began
    print(f"{len(html.encode()):,} bytes in {seconds:.1f} s")
    assert len(html.encode()) < MOST_BYTES
    assert seconds < 12
    shaded = layers(html)[0]["features"]
    assert len(shaded) == ROWS * COLUMNS
    assert province.coverage["people"].sum() == province.whole["people"] == province.people.sum()


def test_the_file_for_others_is_small_too_and_its_townships_add_up(province):
    html = map_html(province)
    assert len(html.encode()) < MOST_BYTES
    townships = layers(html)[0]
    at = townships["labels"][0].index("持证残疾人")
    told = [int(row[6 + at].removesuffix(" 人").replace(",", "")) for row in townships["features"]]
    assert sum(told) == province.people.sum()


def test_the_legend_counts_all_villages_though_few_are_drawn(province):
    rows = re.findall(r"<span>([^<]*)：([\d,]+) 村 ([\d,]+) 人</span>", legend_beside(province))
    own = [row for row in rows if "路网缺口" not in row[0]]
    assert sum(int(row[1].replace(",", "")) for row in own) == VILLAGES
    assert sum(int(row[2].replace(",", "")) for row in own) == province.people.sum()


def test_the_township_in_focus_shows_its_villages(province):
    code = province.region.townships.index[700]
    ids = {row[0] for layer in layers(map_html(province, township=code)) for row in layer["features"]}
    villages = province.demand.index[province.demand["township_code"] == code]
    assert set(villages) <= ids
    assert len(ids & set(province.demand.index)) == len(villages)


def test_simplified_borders_are_still_shared(province):
    simple = display_areas(province.region.areas)
    assert shapely.get_num_coordinates(simple.geometry.to_numpy()).sum() <= AREA_VERTICES
    assert shapely.coverage_is_valid(simple.to_crs(6933).geometry.to_numpy())
