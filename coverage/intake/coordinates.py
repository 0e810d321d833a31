"""Check lon and lat columns: swapped, zero, half given, out of China or of range, shared by many rows."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from coverage.intake.problems import NOTE, WARNING, ProblemList
from coverage.intake.values import degrees

CHINA = (73.0, 136.0, 3.0, 54.0)
"""West, east, south, north of China's land and islands, degrees, rounded outward."""

_POINT = re.compile(r"^(?:srid=\d+;)?\s*point\s*(?:z|m|zm)?\s*\(\s*(\S+)\s+(\S+?)(?:\s+\S+)*\s*\)$", re.IGNORECASE)
_SHARED = 3  # this many rows on one point are worth a word


def read_points(cells: pd.Series) -> pd.DataFrame:
    """POINT(lon lat) or "lon,lat" (or lat,lon where only that is in China) → lon, lat; NaN where it is neither."""
    pairs = [_read_point(text) for text in cells]
    return pd.DataFrame(pairs, columns=["lon", "lat"], index=cells.index, dtype="float64")


def _read_point(text: str) -> tuple[float, float]:
    text = unicodedata.normalize("NFKC", text).strip()
    if match := _POINT.match(text):
        return degrees(match.group(1)), degrees(match.group(2))
    parts = [part for part in re.split(r"[,，;；、\s]+", text.strip("()[]")) if part]
    if len(parts) != 2:
        return np.nan, np.nan
    return degrees(parts[0]), degrees(parts[1])


def check_points(table: pd.DataFrame, titles: dict[str, str], problems: ProblemList) -> None:
    """Add the problems of `lon` and `lat`; `titles` gives the user's headers of the two."""
    lon, lat = table["lon"], table["lat"]
    lon_title, lat_title = titles["lon"], titles["lat"]
    _half_given(lon, lat, lon_title, lat_title, problems)
    given = lon.notna() & lat.notna()
    zero = given & (lon == 0) & (lat == 0)
    problems.add(table.index[zero], lon_title, "0, 0", "坐标为零", "经纬度都是 0：留空，或填写真实坐标")
    west, east, south, north = CHINA
    swapped = given & lon.between(south, north) & lat.between(west, east)
    for row in table.index[swapped]:
        problems.add(
            [row],
            lon_title,
            lon[row],
            "经纬度写反",
            f"第 {row} 行 {lon_title} = {lon[row]:g}：像是经纬度写反了，应为 {lon_title} {lat[row]:g}、"
            f"{lat_title} {lon[row]:g}",
        )
    for values, title, bound in ((lon, lon_title, 180), (lat, lat_title, 90)):
        wrong = values.notna() & ~swapped & (values.abs() > bound)
        problems.add(table.index[wrong], title, _texts(values[wrong]), "超出范围", _metres_advice(bound))
    inside = lon.between(west, east) & lat.between(south, north)
    fine = given & ~zero & ~swapped & (lon.abs() <= 180) & (lat.abs() <= 90)
    _outside_china(table, lon, lat, fine, fine & ~inside, lon_title, problems)
    _shared_points(table, fine & inside, lon_title, problems)


def _half_given(lon, lat, lon_title: str, lat_title: str, problems: ProblemList) -> None:
    for one, other, title in ((lon, lat, lon_title), (lat, lon, lat_title)):
        half = one.isna() & other.notna()
        problems.add(lon.index[half], title, "", "坐标不全", "经度、纬度要么都填，要么都空")


def _metres_advice(bound: int) -> str:
    return f"应在 -{bound} 到 {bound} 度之间；若是以米为单位的投影坐标，请先换成经纬度"


def _outside_china(table, lon, lat, fine, outside, title: str, problems: ProblemList) -> None:
    if not outside.any():
        return
    if outside.sum() > fine.sum() / 2:  # another country's data, not a slip of the pen
        problems.add(
            [pd.NA],
            title,
            "",
            "不在中国范围",
            f"{int(outside.sum())} 行的坐标在中国以外，按原样使用；若是中国数据请检查坐标",
            severity=WARNING,
        )
        return
    values = [f"{x:g}, {y:g}" for x, y in zip(lon[outside], lat[outside], strict=True)]
    problems.add(table.index[outside], title, values, "不在中国范围", "检查经纬度是否多写、少写了一位数字")


def _shared_points(table, fine, title: str, problems: ProblemList) -> None:
    places = table.loc[fine, ["lon", "lat"]]
    sizes = places.groupby(["lon", "lat"])["lon"].transform("size")
    many = sizes >= _SHARED
    for (x, y), group in places[many].groupby(["lon", "lat"]):
        problems.add(
            [group.index[0]],
            title,
            f"{x:g}, {y:g}",
            "坐标重复",
            f"{len(group)} 行用了同一个点：核对是否复制时没有改",
            severity=NOTE,
        )


def _texts(values: pd.Series) -> list[str]:
    return [f"{value:g}" for value in values]
