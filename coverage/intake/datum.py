"""Tell from which map a table's points come by the townships they claim, and convert them once the user confirms."""

from __future__ import annotations

from dataclasses import replace
from math import comb, erfc, sqrt

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.intake.gcj02 import bd09_to_wgs84, gcj02_to_wgs84
from coverage.intake.problems import NOTE, WARNING, ProblemList, join_problems
from coverage.intake.table import Intake

DATUMS = {"wgs84": "WGS-84（国家 2000 相同）", "gcj02": "GCJ-02（高德、腾讯）", "bd09": "BD-09（百度）"}
_TO_WGS84 = {"wgs84": lambda lon, lat: (lon, lat), "gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}
FAR_M = 2_000.0
"""Metres outside of its township from which a point is doubted; boundaries and points are no surer (示意)."""

_CERTAIN = 0.01  # the chance of so one-sided a count, if the two systems fitted alike


def detect_datum(intake: Intake, areas: gpd.GeoDataFrame) -> tuple[Intake, str | None]:
    """The intake with a word on its datum, and the datum, None where the points can't tell.

    Each system is tried: how many points, taken as of that system, fall in the township that their row claims.
    The best one is named only if the others can be ruled out (exact sign test on the points where they differ).
    Nothing is converted here.
    """
    hits = township_hits(intake.table, areas)
    problems = ProblemList(intake.name, intake.sheet)
    if len(hits) == 0:
        return intake, None
    counts = hits.sum()
    best = counts.idxmax()
    told = "、".join(f"按 {DATUMS[name]} 有 {int(counts[name])} 个" for name in DATUMS)
    told = f"{len(hits)} 个点中，{told} 落在所属乡镇内"
    if all(_ruled_out(hits[best], hits[other]) for other in DATUMS if other != best):
        datum = best
        if best == "wgs84":
            problems.add([pd.NA], "经度", DATUMS[best], "坐标系", told, severity=NOTE)
        else:
            problems.add([pd.NA], "经度", DATUMS[best], "坐标系",
                         f"{told}：像是 {DATUMS[best]} 坐标，尚未换算，确认后再换算", severity=WARNING)
    else:
        datum = None
        if best != "wgs84" and _ruled_out(hits[best], hits["wgs84"]):
            problems.add([pd.NA], "经度", "", "坐标系",
                         f"{told}：不像 WGS-84，分不清是哪种网络地图，尚未换算；确认来自哪里后再换算", severity=WARNING)
        else:
            problems.add([pd.NA], "经度", "", "坐标系", f"{told}：分不清来自哪种地图，按 WGS-84 使用", severity=NOTE)
    return replace(intake, problems=join_problems([problems.frame(), intake.problems])), datum


def township_hits(table: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """A row for each point that claims a township with an area: True where the point, taken as of wgs84,
    gcj02 or bd09 (columns), falls in it."""
    shapes = dict(zip(areas["township_code"], areas.geometry, strict=True))
    rows = table[table["lon"].notna() & table["lat"].notna() & table["township_code"].isin(list(shapes))]
    claimed = np.array([shapes[code] for code in rows["township_code"]], dtype=object)
    shapely.prepare(claimed)
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    return pd.DataFrame({
        name: shapely.contains_xy(claimed, *convert(lon, lat)) for name, convert in _TO_WGS84.items()
    }, index=rows.index)


def check_inside(intake: Intake, areas: gpd.GeoDataFrame) -> Intake:
    """The intake with a warning for each point that lies more than FAR_M outside of the township that it claims."""
    table = intake.table
    shapes = dict(zip(areas["township_code"], _metric(areas.geometry), strict=True))
    rows = table[table["lon"].notna() & table["lat"].notna() & table["township_code"].isin(list(shapes))]
    points = _metric(gpd.GeoSeries.from_xy(rows["lon"], rows["lat"], crs=areas.crs), areas)
    claimed = np.array([shapes[code] for code in rows["township_code"]], dtype=object)
    off_m = shapely.distance(points, claimed)
    names = dict(zip(areas["township_code"], areas["township"], strict=True))
    tree, codes = shapely.STRtree(list(shapes.values())), list(shapes)
    problems = ProblemList(intake.name, intake.sheet)
    for position in np.flatnonzero(off_m > FAR_M):
        row = rows.iloc[position]
        within = [names[codes[i]] for i in tree.query(points[position], predicate="within")]
        where = f"落在{within[0]}" if within else "不在任何乡镇内"
        problems.add([row.name], "经度", f"{row.lon:g}, {row.lat:g}", "点不在所属乡镇",
                     f"距{names[row.township_code]}边界 {off_m[position] / 1000:.1f} 公里，{where}：核对乡镇或坐标",
                     severity=WARNING)
    return replace(intake, problems=join_problems([intake.problems, problems.frame()]))


def _metric(geometry: gpd.GeoSeries, around: gpd.GeoDataFrame | None = None) -> np.ndarray:
    """Shapes in metres around the middle of `around` (or of themselves), true enough within a province."""
    west, south, east, north = (geometry if around is None else around).total_bounds
    middle = f"+proj=aeqd +lat_0={(south + north) / 2:.3f} +lon_0={(west + east) / 2:.3f} +datum=WGS84"
    return geometry.to_crs(middle).to_numpy()


def _ruled_out(best: pd.Series, other: pd.Series) -> bool:
    """McNemar's exact test, one-sided: the points that tell the two systems apart speak for the best."""
    for_best, against = int((best & ~other).sum()), int((other & ~best).sum())
    return _chance(for_best, for_best + against) < _CERTAIN


def _chance(heads: int, tosses: int) -> float:
    """Of at least so many heads: exact for few tosses, by the normal curve for many."""
    if tosses <= 1_000:
        return sum(comb(tosses, k) for k in range(heads, tosses + 1)) / 2**tosses
    return erfc((2 * heads - 1 - tosses) / sqrt(2 * tosses)) / 2


def apply_datum(intake: Intake, datum: str) -> Intake:
    """The intake with its points converted from `datum` to WGS-84, and a word on how far they moved."""
    if datum == "wgs84":
        return intake
    table = intake.table.copy()
    given = table["lon"].notna() & table["lat"].notna()
    before = table.loc[given, ["lon", "lat"]].to_numpy()
    lon, lat = _TO_WGS84[datum](before[:, 0], before[:, 1])
    table.loc[given, "lon"], table.loc[given, "lat"] = lon, lat
    moved = np.hypot((before[:, 0] - lon) * np.cos(np.radians(lat)), before[:, 1] - lat) * 111_195.0
    problems = ProblemList(intake.name, intake.sheet)
    mean = moved.mean() if len(moved) else 0.0
    problems.add([pd.NA], "经度", DATUMS[datum], "坐标已换算",
                 f"{int(given.sum())} 个点由 {DATUMS[datum]} 换算为 WGS-84，平均移动 {mean:.0f} 米", severity=NOTE)
    return replace(intake, table=table, problems=join_problems([problems.frame(), intake.problems]))
