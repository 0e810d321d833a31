"""A small project made in a temporary folder: two townships, three villages, two institutions."""

import json

import pytest

TOWNSHIPS = """会宁县乡镇基本情况,,,,
乡镇代码,乡镇,统计代码,常住人口,面积,经度,纬度
620422100,会师镇,620422100,"114,130",203.6,105.04858,35.69196
620422111,新庄塬镇,620422117,8000,150,104.70,36.00
"""
VILLAGES = """村代码,村（社区）,乡镇代码,常住人口,经度,纬度
620422100001,东山根社区,620422100,5000,105.05,35.69
620422100002,桃花山社区,620422100,4000,105.06,35.70
620422117201,新庄村,620422117,900,,
"""
PEOPLE = """村代码,残疾类别,残疾等级,残疾人数
620422100001,肢体,一级,30
620422100001,肢体,三级,60
620422117201,视力残疾,重度,9
"""
INSTITUTIONS = """机构名称,机构类型,乡镇,经度,纬度,床位,是否规范化,启用年份
会师残疾人之家,阳光家园,会师,105.051,35.692,20,是,2019年
新庄托养中心,托养中心,新庄镇,,,15,否,2020
"""
AREAS = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"XZQMC": name},
         "geometry": {"type": "Polygon", "coordinates": [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]]}}
        for name, x, y in (("会师镇", 104.9, 35.2), ("新庄镇", 103.9, 35.2))
    ],
}
MANIFEST = """title = "示例"
county = "会宁县"
county_code = "620422"
year = 2020
notes = ["示例数据"]

[files]
townships = "townships.csv"
villages = "villages.csv"
people = "people.csv"
institutions = "institutions.csv"
areas = "areas.geojson"
"""


@pytest.fixture
def project_folder(tmp_path):
    for name, text in (("townships.csv", TOWNSHIPS), ("villages.csv", VILLAGES), ("people.csv", PEOPLE),
                       ("institutions.csv", INSTITUTIONS), ("areas.geojson", json.dumps(AREAS)),
                       ("project.toml", MANIFEST)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path
