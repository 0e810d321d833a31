"""Draw schematic areas around points, for a region whose boundaries nobody has given.

Takes points (index unit; lon, lat) and the outline they lie in; gives one polygon a unit.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

SCHEMATIC = "示意"
OUTLINE_MARGIN = 0.05
"""The outline lies this share of the region's span outside the outermost points, so that none sits on it (示意)."""
SMALLEST_MARGIN_M = 200


def schematic_areas(points: pd.DataFrame, within: pd.DataFrame) -> gpd.GeoDataFrame:
    """Voronoi cells of `points` inside the rounded convex hull of `within` (both lon, lat in degrees).

    Gives geometry in EPSG:4326 with the index of `points`. The cells share the outline without
    gaps or overlaps; two points at the same place would make one cell, so the later one gets none (empty).
    """
    plane = _local_plane(within)
    around = gpd.GeoSeries.from_xy(within["lon"], within["lat"], crs=4326).to_crs(plane)
    west, south, east, north = around.total_bounds
    margin = max(OUTLINE_MARGIN * max(east - west, north - south), SMALLEST_MARGIN_M)
    outline = around.union_all().convex_hull.buffer(margin)
    seeds = gpd.GeoSeries.from_xy(points["lon"], points["lat"], index=points.index, crs=4326).to_crs(plane)
    first = ~seeds.duplicated()
    cells = gpd.GeoSeries(shapely.Polygon(), index=points.index, crs=plane)
    cells[first] = _cells(seeds[first], outline)
    return gpd.GeoDataFrame(geometry=cells, crs=plane).to_crs(4326)


def _cells(seeds: gpd.GeoSeries, outline: shapely.Polygon) -> list[shapely.Geometry]:
    if len(seeds) == 1:
        return [outline]
    multipoint = shapely.MultiPoint(list(seeds))
    cells = shapely.voronoi_polygons(multipoint, extend_to=outline, ordered=True).geoms
    return [cell.intersection(outline) for cell in cells]


def _local_plane(points: pd.DataFrame) -> str:
    """An equidistant projection centred on the points: straight lines stay straight at county size."""
    lon, lat = (points["lon"].min() + points["lon"].max()) / 2, (points["lat"].min() + points["lat"].max()) / 2
    return f"+proj=aeqd +lon_0={lon:.4f} +lat_0={lat:.4f} +datum=WGS84 +units=m"
