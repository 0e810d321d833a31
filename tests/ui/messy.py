"""Make the files of a county as a planner has them: title rows above headers, codes as numbers, coordinates from a
Chinese web map, a few wrong rows, township names written in short, GBK text."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import openpyxl

from coverage.intake.gcj02 import wgs84_to_gcj02

COUNTY = Path(__file__).parents[1] / "golden" / "county"
SCRIPT = "<img src=x onerror=alert(1)>"


def rows_of(name: str) -> list[dict]:
    return [*csv.DictReader((COUNTY / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines())]


def workbook(sheets: dict[str, list[list]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def townships_and_villages() -> bytes:
    """One workbook of two sheets, each below a merged title; codes are numbers."""
    towns = [["六村县乡镇基本情况"], ["（单位：人）"], ["乡镇代码", "乡镇名称", "常住人口", "经度", "纬度"]]
    towns += [[int(row["乡镇代码"]), row["乡镇"], f"{int(row['常住人口']):,}", float(row["经度"]), float(row["纬度"])]
              for row in rows_of("townships")]
    villages = [["各村人口"], ["村代码", "村（社区）", "所属乡镇", "乡镇代码", "总人口", "经度", "纬度"]]
    names = {row["乡镇代码"]: row["乡镇"] for row in rows_of("townships")}
    villages += [[row["村代码"], row["村（社区）"], names[row["乡镇代码"]], int(row["乡镇代码"]), int(row["常住人口"]),
                  float(row["经度"]), float(row["纬度"])] for row in rows_of("villages")]
    return workbook({"乡镇": towns, "村": villages})


def people() -> bytes:
    """A CSV as an old Excel saves it: GBK."""
    lines = ["村代码,残疾人数", *(f"{row['村代码']},{row['残疾人数']}" for row in rows_of("people"))]
    return "\r\n".join(lines).encode("gbk")


def institutions(extra: int = 20) -> bytes:
    """Points from 高德; a swapped pair, an unknown type, a script for a name."""
    sheet = [["六村县残疾人服务机构一览表"], ["填报单位：县残联"],
             ["序号", "机构名称", "类型", "乡镇", "经度", "纬度", "床位", "是否规范化", "启用时间"]]
    towns = {row["乡镇代码"]: row["乡镇"] for row in rows_of("townships")}
    for row in rows_of("institutions"):
        x, y = (float(v[0]) for v in wgs84_to_gcj02(np.array([float(row["经度"])]), np.array([float(row["纬度"])])))
        sheet.append([row["机构编号"], row["机构名称"], "阳光家园", towns[row["乡镇代码"]], x, y,
                      row["容量"] + "张", row["规范化"], f"{row['启用年份']}年"])
    home = rows_of("townships")[0]
    for number in range(extra):
        side = (0.0999 - number * 0.0001) * (-1) ** number  # inside the eastern edge, then inside the western one
        x, y = (float(v[0]) for v in wgs84_to_gcj02(np.array([float(home["经度"]) + side]),
                                                    np.array([float(home["纬度"]) + 0.0035 * number])))
        sheet.append([f"X{number}", f"第{number}号日间照料中心", "托养机构", home["乡镇"], x, y, 10, "是", "2019"])
    wrong = [["B1", "写反的机构", "托养机构", "甲镇", 35.1, 105.0, 5, "是", 2018],
             ["B2", "类型不明的机构", "火星基地", "甲镇", 105.0, 35.1, 5, "是", 2018],
             ["B3", SCRIPT, "托养机构", "甲镇", 105.0, 35.1, 5, "是", 2018]]
    return workbook({"Sheet1": sheet + wrong})


def corrected(marked: bytes) -> bytes:
    """The marked workbook as its planner sends it back: the three rows put right, the marks left as they are."""
    book = openpyxl.load_workbook(io.BytesIO(marked))
    page = book["Sheet1"]
    for row in page.iter_rows(min_row=4):
        if row[0].value == "B1":
            row[4].value, row[5].value = row[5].value, row[4].value
        if row[0].value == "B2":
            row[2].value = "托养机构"
        if row[0].value == "B3":
            row[1].value = "改好的机构"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def areas() -> bytes:
    """A box a township around its point, so that points from 高德 near an edge fall out of theirs."""
    features = []
    for row in rows_of("townships"):
        x, y = float(row["经度"]), float(row["纬度"])
        ring = [[x - 0.1, y - 0.08], [x + 0.1, y - 0.08], [x + 0.1, y + 0.08], [x - 0.1, y + 0.08], [x - 0.1, y - 0.08]]
        features.append({"type": "Feature", "properties": {"XZQMC": row["乡镇"]},
                         "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def roads() -> bytes:
    return (COUNTY / "roads.geojson").read_bytes()


def files(institutions: bytes) -> list[tuple[str, bytes, str]]:
    """(name, bytes, MIME type) of each, as an uploader takes them."""
    named = {"六村县 乡镇和村.xlsx": townships_and_villages(), "残疾人.csv": people(),
             "机构一览表.xlsx": institutions, "边界.geojson": areas(), "道路.geojson": roads()}
    return [(name, data, "application/octet-stream") for name, data in named.items()]
