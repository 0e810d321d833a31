"""Build a county of five townships by hand, for the goals' tests."""

import geopandas as gpd
import pandas as pd

from coverage.region import Region

TOWNSHIPS = pd.DataFrame(
    [
        ("100000100", "甲镇", "镇", 30000, 50.0),
        ("100000101", "乙街道", "街道", 50000, 10.0),
        ("100000200", "丙乡", "乡", 10000, 80.0),
        ("100000201", "丁乡", "乡", 9999, 90.0),
        ("100000202", "戊乡", "民族乡", None, 70.0),
    ],
    columns=["township_code", "township", "kind", "pop", "area_km2"],
).set_index("township_code")

DEMAND = pd.DataFrame(
    [("v1", "100000100"), ("v2", "100000100"), ("v3", "100000101"), ("v4", "100000200"), ("v5", "100000201"),
     ("v6", "100000202")],
    columns=["demand_id", "township_code"],
).set_index("demand_id").assign(name=lambda frame: frame.index + "村", pop=1000)

PEOPLE = pd.DataFrame(
    [("v1", "重度", 10), ("v1", "轻度", 30), ("v2", "轻度", 60), ("v3", "重度", 50), ("v4", "重度", 7),
     ("v5", "轻度", 9), ("v6", "轻度", 11)],
    columns=["demand_id", "severity", "people"],
)

SITES = pd.DataFrame(
    [
        ("s1", "甲之家", "残疾人之家", "100000100", True, 2015, None, "运营"),
        ("s2", "乙之家", "残疾人之家", "100000101", False, 2016, None, "运营"),
        ("s3", "丙康复", "康复机构", "100000200", True, 2017, None, "运营"),
        ("s4", "丁之家", "残疾人之家", "100000201", True, 2010, 2019, "停运"),
        ("s5", "戊之家", "残疾人之家", "100000202", None, 2018, None, "运营"),
    ],
    columns=["site_id", "name", "service_type", "township_code", "standardised", "opened_year", "closed_year",
             "state"],
).set_index("site_id").assign(capacity=20).astype(
    {"standardised": "boolean", "opened_year": "Int64", "closed_year": "Int64", "capacity": "Int64"})

CANDIDATES = pd.DataFrame(
    [("c1", "丙集镇", "100000200", 80.0, "候选"), ("c2", "丙西村", "100000200", 30.0, "禁选"),
     ("c3", "丙东村", "100000200", 50.0, "候选")],
    columns=["site_id", "name", "township_code", "cost_wan", "role"],
).set_index("site_id").assign(lon=105.0, lat=35.0)

TIMES = pd.DataFrame(
    [("v1", "s1", 5.0), ("v2", "s1", 15.0), ("v3", "s1", 20.0), ("v3", "s2", 2.0), ("v4", "s1", 40.0),
     ("v4", "s2", 30.0)],
    columns=["demand_id", "site_id", "travel_min"],
)


def region(**changes):
    tables = {"title": "示例县", "county_code": "100000", "year": 2025, "townships": TOWNSHIPS, "demand": DEMAND,
              "people": PEOPLE, "sites": SITES, "candidates": CANDIDATES, "areas_basis": "示意", "notes": (),
              "areas": gpd.GeoDataFrame(geometry=[], crs=4326), **changes}
    return Region(**tables)
