"""The bundled sample: rebuilt to the same bytes, adding up to its facts, its roads as long as the official ones."""

import json
import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

SAMPLE = Path(__file__).parents[2] / "geodata" / "huining"
BUILT = ("townships.csv", "villages.csv", "people.csv", "institutions.csv", "roads.geojson", "river.geojson")
SPEED_KMH = {"二级": 60, "三级": 40, "四级": 30, "等外": 20}
SEAT = "会师镇"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLE / name, dtype={"乡镇代码": str, "村代码": str, "统计代码": str})


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "facts" / "huining_townships_facts.csv", dtype=str).set_index("mca2025_code9")


@pytest.fixture(scope="module")
def roads() -> nx.Graph:
    """The road lines read without this project's code: nodes are vertices, `m` great-circle metres."""
    graph = nx.Graph()
    for line in json.loads((SAMPLE / "roads.geojson").read_text(encoding="utf-8"))["features"]:
        kmh = SPEED_KMH[line["properties"]["tech_class"]]
        for a, b in pairwise(map(tuple, line["geometry"]["coordinates"])):
            metres = haversine_m(a, b)
            graph.add_edge(a, b, m=metres, s=metres / kmh)
    return graph


def haversine_m(a, b) -> float:
    (lon1, lat1), (lon2, lat2) = ([math.radians(value) for value in point] for point in (a, b))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


def test_rebuilds_to_the_same_bytes(tmp_path):
    subprocess.run([sys.executable, str(SAMPLE / "build.py"), "--out", str(tmp_path)], check=True)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_townships_are_the_28_of_the_facts(facts):
    townships = read("townships.csv").set_index("乡镇代码")
    assert len(townships) == 28
    assert townships["常住人口"].to_dict() == facts["resident_pop_2020census_rounded10"].astype(int).to_dict()
    assert townships["统计代码"].to_dict() == facts["nbs2023_code9"].to_dict()
    assert townships["数据性质"].str.contains("示意").sum() == 20


def test_real_points_do_not_move(facts):
    townships = read("townships.csv").set_index("乡镇代码")
    real = facts[facts["geonames_lon"].notna()]
    assert len(real) == 8
    assert townships.loc[real.index, "经度"].to_list() == real["geonames_lon"].astype(float).to_list()
    assert townships.loc[real.index, "纬度"].to_list() == real["geonames_lat"].astype(float).to_list()


def test_fitted_points_move_less_than_their_typical_error(facts):
    townships = read("townships.csv").set_index("乡镇")
    fitted = pd.read_csv(SAMPLE / "facts" / "huining_township_points_schematic.csv").set_index("name")
    for name, was in fitted.iterrows():
        now = townships.loc[name]
        assert haversine_m((was["lon"], was["lat"]), (now["经度"], now["纬度"])) <= 5_001, name


def test_every_row_says_what_it_is():
    words = "真实|示意|示例数据"
    for name in ("townships.csv", "villages.csv", "people.csv", "institutions.csv"):
        assert read(name)["数据性质"].str.contains(words).all(), name
    for name in ("roads.geojson", "river.geojson"):
        lines = json.loads((SAMPLE / name).read_text(encoding="utf-8"))["features"]
        assert {line["properties"]["basis"] for line in lines} == {"示意"}, name


def test_codes_are_whole_and_unique():
    townships, villages = read("townships.csv"), read("villages.csv")
    for codes, digits in ((townships["乡镇代码"], 9), (townships["统计代码"], 9), (villages["村代码"], 12)):
        assert codes.is_unique and codes.str.fullmatch(rf"620422\d{{{digits - 6}}}").all()
    joined = villages.merge(townships, on="乡镇代码")
    assert len(joined) == 322
    assert (joined["村代码"].str[:9] == joined["统计代码"]).all()


def test_villages_people_add_up_to_their_townships(facts):
    villages = read("villages.csv")
    assert len(villages) == villages["村代码"].nunique() == 322
    sums = villages.groupby("乡镇代码")["常住人口"].sum().to_dict()
    assert sums == facts["resident_pop_2020census_rounded10"].astype(int).to_dict()


def test_disabled_people_add_up_to_the_plan():
    people = read("people.csv")
    assert people["残疾人数"].sum() == 18_000
    assert set(people["村代码"]) <= set(read("villages.csv")["村代码"])
    assert (people["数据性质"] == "示例数据").all()


def test_institutions_leave_gaps_and_say_they_are_made_up():
    sites = read("institutions.csv")
    assert sites["机构名称"].str.contains("示例").all() and sites["数据性质"].str.contains("示例数据").all()
    homes = sites[(sites["机构类型"] == "残疾人之家") & (sites["状态"] == "运营")]
    assert 10 <= homes["乡镇代码"].nunique() <= 20
    assert set(sites["机构类型"]) == {"残疾人之家", "康复机构", "特殊教育学校", "托养机构", "居家养老服务中心"}


def test_all_roads_hang_together(roads):
    assert nx.number_connected_components(roads) == 1


@pytest.mark.parametrize("weight", ["m", "s"], ids=["shortest", "fastest"])
def test_road_distances_to_the_county_seat_are_the_official_ones(roads, facts, weight):
    townships = read("townships.csv").set_index("乡镇代码")
    points = {row.乡镇: (row.经度, row.纬度) for row in townships.itertuples()}
    paths = nx.single_source_dijkstra_path(roads, points[SEAT], weight=weight)
    official = facts["road_km_to_county_seat"].dropna().astype(float)
    assert len(official) == 24
    for code, km in official.items():
        path = paths[points[townships.loc[code, "乡镇"]]]
        found = sum(roads[a][b]["m"] for a, b in pairwise(path)) / 1000
        assert found == pytest.approx(km, rel=0.05), townships.loc[code, "乡镇"]


def test_roads_meet_only_at_shared_vertices():
    from shapely import STRtree, get_coordinates
    from shapely.geometry import shape

    lines = [shape(line["geometry"])
             for line in json.loads((SAMPLE / "roads.geojson").read_text(encoding="utf-8"))["features"]]
    assert all(line.is_simple for line in lines)
    vertices = [set(map(tuple, line.coords)) for line in lines]
    for i, j in STRtree(lines).query(lines, predicate="intersects").T.tolist():
        if i < j:
            met = set(map(tuple, get_coordinates(lines[i].intersection(lines[j])).tolist()))
            assert met <= vertices[i] & vertices[j], (i, j)


def test_roads_cross_the_river_only_on_bridges_and_few():
    from shapely.geometry import shape

    river = shape(json.loads((SAMPLE / "river.geojson").read_text(encoding="utf-8"))["features"][0]["geometry"])
    lines = json.loads((SAMPLE / "roads.geojson").read_text(encoding="utf-8"))["features"]
    crossing = [line for line in lines if shape(line["geometry"]).intersects(river)]
    assert all(line["properties"]["bridge"] for line in crossing)
    assert 1 <= len(crossing) <= 12


def test_every_village_is_near_a_road(roads):
    from scipy.spatial import cKDTree

    villages = read("villages.csv")
    east = math.cos(math.radians(36)) * 111_195
    tree = cKDTree([(lon * east, lat * 111_195) for lon, lat in roads.nodes])
    away, _ = tree.query([(row.经度 * east, row.纬度 * 111_195) for row in villages.itertuples()])
    assert away.max() < 1_000
