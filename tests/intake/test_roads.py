"""Roads read from OSM files and from line layers keep topology, classes and directions."""

import json
from pathlib import Path

import numpy as np
import pytest

from coverage.errors import CoverageError, RoadError
from coverage.intake.road_columns import RoadColumns, road_columns_of
from coverage.intake.roads import read_roads, road_classes

SHENZHEN = Path("tests/data/shenzhen_2021-03-17_overpass.osm.gz")

OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lon="105" lat="35"/><node id="2" lon="105.01" lat="35"/><node id="3" lon="105.02" lat="35"/>
<node id="4" lon="105.01" lat="35.01"/><node id="5" lon="105.01" lat="35"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="oneway" v="-1"/>
  <tag k="maxspeed" v="40"/><tag k="name" v="会师大道"/></way>
<way id="11"><nd ref="4"/><nd ref="2"/><tag k="highway" v="tertiary"/><tag k="bridge" v="viaduct"/></way>
<way id="12"><nd ref="5"/><nd ref="4"/><nd ref="9"/><nd ref="1"/><tag k="highway" v="path"/></way>
<way id="13"><nd ref="1"/><nd ref="4"/><tag k="route" v="ferry"/></way>
<way id="14"><nd ref="1"/><nd ref="4"/><tag k="highway" v="proposed"/></way>
<way id="15"><nd ref="1"/><nd ref="4"/><tag k="building" v="yes"/></way>
<way id="16"><nd ref="3"/><nd ref="4"/><tag k="highway" v="motorway"/></way>
</osm>"""


@pytest.fixture
def small(tmp_path):
    (tmp_path / "small.osm").write_text(OSM, encoding="utf-8")
    return read_roads(tmp_path / "small.osm")


def layer(tmp_path, features, name="roads.geojson", **more):
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", **more, "features": [
        {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": line}}
        for line, properties in features]}), encoding="utf-8")
    return path


def chain_of(roads, way):
    nodes = roads.way_node[roads.way_ptr[way]:roads.way_ptr[way + 1]]
    return list(zip(roads.node_lon[nodes].round(7), roads.node_lat[nodes].round(7), strict=True))


def test_osm_keeps_highways_and_ferries_only(small):
    assert small.ways["way_id"].tolist() == ["10", "11", "12", "13", "16"]
    assert small.ways["road_class"].tolist() == ["二级", "四级", "步道", "轮渡", "高速"]


def test_osm_reads_direction_limit_bridge_and_name(small):
    assert small.ways["oneway"].tolist() == [-1, 0, 0, 0, 1]  # a motorway is one-way unless it says no
    assert small.ways["maxspeed_kmh"].tolist()[0] == 40
    assert small.ways["bridge"].tolist() == [False, True, False, False, False]
    assert small.ways["name"].tolist()[0] == "会师大道"


def test_osm_nodes_at_one_place_stay_two_nodes(small):
    """Nodes 2 and 5 coincide but are not the same: a bridge over a road, not a junction."""
    assert len(small.node_lon) == 5
    here = np.flatnonzero((small.node_lon == 105.01) & (small.node_lat == 35))
    assert len(here) == 2


def test_osm_way_is_cut_where_a_node_is_missing(small):
    """Way 12 names node 9, which the file lacks: only 5 → 4 is left of it."""
    way = small.ways.index[small.ways["way_id"] == "12"][0]
    assert chain_of(small, way) == [(105.01, 35.0), (105.01, 35.01)]


def test_shenzhen_is_read_with_chinese_names():
    roads = read_roads(SHENZHEN)
    assert len(roads.ways) == 1241
    assert "北环大道辅路" in set(roads.ways["name"].dropna())
    assert not np.isnan(roads.node_lon).any()


def test_every_class_of_the_dictionary_is_one_of_ours():
    assert set(road_classes().values()) == {"高速", "一级", "二级", "三级", "四级", "等外", "匝道", "机耕路", "步道",
                                           "台阶", "轮渡"}


def test_layer_lines_meet_only_at_shared_vertices(tmp_path):
    """Two crossing lines share no vertex; the third starts on a vertex of the first, off by less than a centimetre."""
    roads = read_roads(layer(tmp_path, [
        ([[105, 35], [105.01, 35], [105.02, 35]], {"tech_class": "二级", "oneway": True}),
        ([[105.005, 34.9], [105.005, 35.1]], {"tech_class": "四级", "bridge": 1}),
        ([[105.01 + 2e-9, 35], [105.01, 35.02]], {"tech_class": "等外", "oneway": False}),
    ]))
    assert len(roads.node_lon) == 3 + 2 + 1
    assert roads.ways["oneway"].tolist() == [1, 0, 0]
    assert roads.ways["bridge"].tolist() == [False, True, False]


def test_layer_falls_back_to_the_administrative_class_and_lists_what_it_cannot_read(tmp_path):
    roads = read_roads(layer(tmp_path, [
        ([[105, 35], [105.01, 35]], {"技术等级": None, "行政等级": "县道", "路名": "会太路"}),
        ([[105, 35], [105, 35.1]], {"技术等级": "特级", "行政等级": "国道", "路名": ""}),
    ]))
    assert roads.ways["road_class"].tolist() == ["三级", "等外"]
    assert roads.ways["name"].tolist()[0] == "会太路"
    assert roads.problems["value"].tolist() == ["特级"]


def test_layer_in_another_coordinate_system_is_converted(tmp_path):
    import geopandas as gpd
    from shapely.geometry import LineString

    line = gpd.GeoDataFrame({"tech_class": ["三级"]}, geometry=[LineString([(105, 35), (105.1, 35)])], crs=4326)
    line.to_crs(4524).to_file(tmp_path / "roads.gpkg")
    roads = read_roads(tmp_path / "roads.gpkg")
    assert roads.node_lon.tolist() == pytest.approx([105, 105.1], abs=1e-6)


@pytest.mark.parametrize("name, text", [("a.osm", "no xml"), ("a.osm.pbf", "no pbf"), ("a.geojson", "{}"),
                                        ("a.txt", "x"), ("a.osm", OSM.replace("highway", "x").replace("route", "x"))])
def test_an_unusable_file_is_refused_with_a_sentence(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CoverageError):
        read_roads(tmp_path / name)


def test_a_layer_without_a_class_is_refused(tmp_path):
    with pytest.raises(RoadError, match="等级"):
        read_roads(layer(tmp_path, [([[105, 35], [105.01, 35]], {"foo": 1})]))


def test_a_missing_file_is_refused():
    with pytest.raises(RoadError, match="找不到"):
        read_roads(Path("nowhere.osm.pbf"))


def test_the_user_says_which_column_and_which_value_means_what(tmp_path):
    path = layer(tmp_path, [
        ([[105, 35], [105.01, 35]], {"JSDJ": 11, "DX": "F", "QL": "Q", "SD": 70, "LM": "会太路"}),
        ([[105, 35], [105.02, 35.1]], {"JSDJ": 24, "DX": "A", "QL": "", "SD": -1, "LM": None}),
        ([[105, 35], [105, 35.1]], {"JSDJ": 99, "DX": "A", "QL": "Q", "SD": "快", "LM": None}),
        ([[105, 35], [105, 34.9]], {"JSDJ": 0, "DX": "A", "QL": "", "SD": 30, "LM": None})])
    said = RoadColumns({"tech_class": "jsdj", "oneway": "DX", "bridge": "QL", "speed_kmh": "SD", "name": "LM"},
                       {"tech_class": {"11": "高速", "24": "四级", "0": "不用"}, "oneway": {"F": "正向", "A": "双向"},
                        "bridge": {"Q": "是"}})
    roads = read_roads(path, columns=said)
    assert roads.ways["road_class"].tolist() == ["高速", "四级", "等外"]
    assert roads.ways["oneway"].tolist() == [1, 0, 0]
    assert roads.ways["bridge"].tolist() == [True, False, True]
    assert roads.ways["speed_kmh"].tolist()[0] == 70 and np.isnan(roads.ways["speed_kmh"].tolist()[1:]).all()
    assert roads.ways["name"].tolist()[0] == "会太路"
    told = list(zip(roads.problems["column"], roads.problems["value"], roads.problems["rule"], strict=True))
    assert ("JSDJ", "99", "等级不认识") in told and ("SD", "快", "不是数") in told
    assert ("SD", "-1", "车速不合理") in told
    assert (roads.read, roads.refused) == (4, 1)


@pytest.mark.parametrize("said, taken", [(1, True), (120, True), (5000, False), (1e-9, False), (0, False),
                                         (-30, False)])
def test_a_speed_that_no_road_has_is_told_and_not_taken(tmp_path, said, taken):
    roads = read_roads(layer(tmp_path, [([[105, 35], [105.01, 35]], {"技术等级": "三级", "车速": said})]))
    assert roads.ways["speed_kmh"].notna().tolist() == [taken]
    assert ("车速不合理" in roads.problems["rule"].tolist()) != taken


@pytest.mark.parametrize("line", [[[35, 105], [35, 105.1]], [[500000, 3900000], [510000, 3900000]]])
def test_lines_that_are_not_in_degrees_are_called_so(tmp_path, line):
    with pytest.raises(CoverageError, match="不是经纬度"):
        read_roads(layer(tmp_path, [(line, {"技术等级": "三级"})]))


def test_a_speed_column_is_enough(tmp_path):
    roads = read_roads(layer(tmp_path, [([[105, 35], [105.01, 35]], {"V": 42})]),
                       columns=RoadColumns({"speed_kmh": "V"}))
    assert roads.ways["speed_kmh"].tolist() == [42]


def test_a_class_column_of_which_nothing_is_known_is_refused(tmp_path):
    path = layer(tmp_path, [([[105, 35], [105.01, 35]], {"tech_class": "X1"})])
    with pytest.raises(RoadError, match="认识"):
        read_roads(path)


def test_a_column_that_is_not_there_is_refused(tmp_path):
    path = layer(tmp_path, [([[105, 35], [105.01, 35]], {"tech_class": "三级"})])
    with pytest.raises(RoadError, match="现有的列：tech_class"):
        read_roads(path, columns=RoadColumns({"tech_class": "JSDJ"}))


def test_what_cannot_be_a_road_is_refused_feature_by_feature(tmp_path):
    path = layer(tmp_path, [([[105, 35], [105.01, 35]], {"tech_class": "三级"}),
                            ([[105, 35], [105, 35]], {"tech_class": "三级"}),
                            ([[105, 35], [905, 35]], {"tech_class": "三级"})])
    roads = read_roads(path)
    assert (roads.read, roads.refused, len(roads.ways)) == (3, 2, 1)
    assert roads.problems["row"].dropna().tolist() == [2, 3]


def test_an_underpass_stays_apart_and_a_side_road_is_joined(tmp_path):
    roads = read_roads(layer(tmp_path, [
        ([[105, 35], [105.02, 35]], {"way_id": "主", "tech_class": "二级"}),
        ([[105.01, 34.9], [105.01, 35.1]], {"way_id": "桥", "tech_class": "三级", "bridge": "是"}),
        ([[105.005, 35], [105.005, 35.1]], {"way_id": "支", "tech_class": "四级"})]))
    assert roads.met[["kind", "way_id", "other_id"]].to_numpy().tolist() == [
        ["端点接到中段", "主", "支"], ["立体交叉，不接", "主", "桥"]]
    assert len(roads.node_lon) == 6


@pytest.mark.parametrize("words, fault", [
    ({"columns": {"技术": "X"}}, "技术"), ({"values": {"oneway": "X"}}, "oneway"), ({"join_m": 99.0}, "join_m"),
    ({"columns": {"oneway": ""}}, "oneway")])
def test_a_mapping_that_cannot_be_meant_is_refused(words, fault):
    with pytest.raises(CoverageError, match=fault):
        RoadColumns(**words)


def test_the_command_line_says_columns_in_words():
    said = road_columns_of(["tech_class=JS=DJ"], ["tech_class:1=1=高速", "oneway:双=双向"],
                           RoadColumns(values={"oneway": {"单": "正向"}}), join_m=2.0)
    assert said.columns == {"tech_class": "JS=DJ"} and said.join_m == 2
    assert said.values == {"tech_class": {"1=1": "高速"}, "oneway": {"单": "正向", "双": "双向"}}
