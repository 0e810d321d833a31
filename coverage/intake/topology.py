"""Mend and check areas: invalid rings on consent with a log, overlaps and gaps between neighbours, display shapes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.intake.problems import NOTE, ProblemList

EQUAL_AREA = "EPSG:6933"
"""Lambert cylindrical equal area on WGS-84: areas are right everywhere."""

MAX_CHANGE_PCT = 1.0
"""A repair that changes an area by more than this is refused: the ring needs a person's eye."""

MIN_KM2 = 0.0001
"""Overlaps and gaps below 100 m² are rounding, not faults."""

REPAIR_COLUMNS = ("feature", "reason", "before_km2", "after_km2", "change_pct")


def repair_invalid(frame: gpd.GeoDataFrame, problems: ProblemList, *,
                   consent: bool) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The frame with invalid rings mended where there is consent, and a log of what was done.

    Without consent, or where the area would change by more than MAX_CHANGE_PCT, the feature is refused.
    """
    invalid = ~frame.geometry.is_valid
    if not invalid.any():
        return frame, pd.DataFrame(columns=list(REPAIR_COLUMNS))
    rows = frame.index[invalid]
    reasons = [_reason(text) for text in shapely.is_valid_reason(frame.geometry[invalid].to_numpy())]
    if not consent:
        problems.add(rows, "geometry", "", "边界无效",
                     [f"{reason}：在 QGIS 中修复，或同意由程序修复" for reason in reasons])
        return frame, pd.DataFrame(columns=list(REPAIR_COLUMNS))
    mended = shapely.make_valid(frame.geometry[invalid].to_numpy(), method="structure", keep_collapsed=False)
    mended = _polygons_only(mended)
    before = _km2(frame.geometry[invalid], frame.crs)  # of the rings as drawn: shells less holes
    after = _km2(mended, frame.crs)
    change = np.abs(after - before) / np.where(before > 0, before, np.nan) * 100
    log = pd.DataFrame({"feature": rows, "reason": reasons, "before_km2": before, "after_km2": after,
                        "change_pct": change})
    too_much = ~(change <= MAX_CHANGE_PCT)
    problems.add(rows[too_much], "geometry", [f"{value:.2f}%" for value in change[too_much]], "修复改变面积",
                 f"修复会使面积变化超过 {MAX_CHANGE_PCT:g}%：请在 QGIS 中人工修复")
    problems.add(rows[~too_much], "geometry", [f"{value:.2g}%" for value in change[~too_much]], "已修复",
                 [reason for reason, bad in zip(reasons, too_much, strict=True) if not bad], severity=NOTE)
    fixed = frame.copy()
    fixed.loc[invalid, "geometry"] = gpd.GeoSeries(mended, index=rows, crs=frame.crs)
    return fixed, log


def _reason(text: str) -> str:
    words = {"Self-intersection": "自相交", "Ring Self-intersection": "环自相交", "Hole lies outside shell": "孔在面外",
             "Nested holes": "孔中有孔", "Nested shells": "面中有面", "Too few points": "点太少",
             "Interior is disconnected": "内部不连通", "Invalid Coordinate": "坐标无效", "Duplicate Rings": "重复的环"}
    kind, _, place = text.partition("[")
    return words.get(kind, "边界无效") + (f"（{place.rstrip(']')}）" if place else "")


def _polygons_only(geometry: np.ndarray) -> np.ndarray:
    parts, owner = shapely.get_parts(geometry, return_index=True)
    polygon = np.isin(shapely.get_type_id(parts), (3, 6))
    grouped = [shapely.union_all(parts[(owner == i) & polygon]) for i in range(len(geometry))]
    return np.array(grouped, dtype=object)


def _km2(geometry, crs) -> np.ndarray:
    return gpd.GeoSeries(list(geometry), crs=crs).to_crs(EQUAL_AREA).area.to_numpy() / 1e6


def find_overlaps(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Pairs of townships that share ground: first, second (name or code), area_km2, in the areas' order."""
    flat = areas.to_crs(EQUAL_AREA)
    shapes = flat.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    km2 = shapely.area(shapely.intersection(shapes[first], shapes[second])) / 1e6
    names = areas["township"].fillna(areas["township_code"]).to_numpy()
    pairs = pd.DataFrame({"first": names[first], "second": names[second], "area_km2": km2, "i": first, "j": second})
    kept = pairs[pairs["area_km2"] > MIN_KM2].sort_values(["i", "j"], ignore_index=True)
    return kept[["first", "second", "area_km2"]]


def find_gaps(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Empty places enclosed by the townships together: geometry (EPSG:4326), area_km2.

    An enclave of another county looks the same, so a gap is told, not closed.
    """
    flat = areas.to_crs(EQUAL_AREA)
    whole = shapely.get_parts(shapely.union_all(flat.geometry.to_numpy()))
    rings = [ring for part in whole for ring in part.interiors]
    holes = gpd.GeoDataFrame(geometry=[shapely.Polygon(ring) for ring in rings], crs=EQUAL_AREA)
    holes["area_km2"] = holes.area / 1e6
    own = {shapely.Polygon(ring).normalize().wkb for part in shapely.get_parts(flat.geometry.to_numpy())
           for ring in part.interiors}
    drawn = np.array([shape.normalize().wkb in own for shape in holes.geometry], dtype=bool)
    kept = holes[(holes["area_km2"] > MIN_KM2) & ~drawn]  # a hole drawn in one township is meant, an enclave
    kept = kept.sort_values("area_km2", ascending=False, ignore_index=True)
    return kept.to_crs("EPSG:4326")[["area_km2", "geometry"]]


def simplify_for_display(areas: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Fewer vertices for drawing, neighbours still sharing their borders. Never for measuring."""
    flat = areas.to_crs(EQUAL_AREA)
    simple = shapely.coverage_simplify(flat.geometry.to_numpy(), tolerance_m)
    return areas.set_geometry(gpd.GeoSeries(simple, index=areas.index, crs=EQUAL_AREA).to_crs(areas.crs))
