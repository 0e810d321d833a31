"""Place the townships, and the villages around them.

Takes the facts and the designed road lengths; gives points as {name: (lon, lat)}, cells and village points.
Eight township points are real (GeoNames) and never move. The other twenty were fitted elsewhere with a typical
error of 5 km; `settle` moves them, by at most that much, until every designed road can be drawn.
"""

from __future__ import annotations

import numpy as np
import shapely
from geo import chance, haversine_m, moved, vector_m

MAX_MOVE_M = 5_000.0  # the fitted points' typical error
WINDING = {"二级": (1.05, 1.35), "三级": (1.08, 1.55)}  # least and most road length per straight line
ORIGIN = (105.1, 35.9)  # of the flat frame that cells are cut in
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def settle(start: dict, fixed: set, links: list[tuple]) -> dict:
    """Move the points that aren't fixed until each link's length suits its class, or they are MAX_MOVE_M away.

    `links` are (from, to, length_m, tech_class). Repeated projection: a link too long for its straight line
    pushes its ends apart, one too short pulls them together; a fixed end stays.
    """
    points = {name: np.array(point, float) for name, point in start.items()}
    for _ in range(500):
        for a, b, length, tech_class in links:
            least, most = WINDING[tech_class]
            straight = haversine_m(*points[a], *points[b])
            wanted = np.clip(straight, length / most, length / least)
            free = [name for name in (a, b) if name not in fixed]
            if wanted == straight or not free:
                continue
            push = vector_m(points[a], points[b]) / straight * (wanted - straight) / len(free)
            for name in free:
                points[name] = _held(start[name], moved(points[name], *(push if name == b else -push)))
    return {name: tuple(np.round(point, 5).tolist()) for name, point in points.items()}


def _held(start, point) -> np.ndarray:
    away = vector_m(start, point)
    distance = np.hypot(*away)
    return point if distance <= MAX_MOVE_M else moved(start, *(away * MAX_MOVE_M / distance))


def flat(points) -> np.ndarray:
    """lon, lat (n, 2) → metres east and north of ORIGIN; for cutting cells and finding neighbours, not for lengths."""
    points = np.asarray(points, float)
    scale = np.radians(1) * 6_371_008.8
    return (points - ORIGIN) * (scale * np.cos(np.radians(ORIGIN[1])), scale)


def unflat(points) -> np.ndarray:
    scale = np.radians(1) * 6_371_008.8
    return np.asarray(points, float) / (scale * np.cos(np.radians(ORIGIN[1])), scale) + ORIGIN


def outline(points, area_m2: float):
    """The hull of the points, widened until it holds the county's area: a plain shape, not a boundary."""
    hull = shapely.MultiPoint(flat(points)).convex_hull
    low, high = 0.0, 50_000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if hull.buffer(middle).area < area_m2 else (low, middle)
    return hull.buffer(high)


def cells(points: dict, shape) -> dict:
    """Each township's Voronoi cell inside the shape, in the flat frame."""
    seats = shapely.MultiPoint(flat(list(points.values())))
    polygons = shapely.voronoi_polygons(seats, extend_to=shape, ordered=True)
    return {name: polygon.intersection(shape) for name, polygon in zip(points, polygons.geoms, strict=True)}


def place_villages(township: str, seat, names: list[str], cell) -> list[tuple]:
    """Points for a township's villages and communities, in the order given.

    Communities stand within 1.5 km of the seat. Villages follow a sunflower's spiral that is stretched to the cell:
    the k-th of n stands sqrt((k - 0.3) / n) of 88% of the way from the seat to the cell's edge.
    """
    centre, turn = flat([seat])[0], 2 * np.pi * chance("turn", township)
    edge = cell.exterior
    communities = [name for name in names if "社区" in name]
    villages = [name for name in names if "社区" not in name]
    spots = {}
    for k, name in enumerate(communities, 1):
        angle = turn + k * GOLDEN_ANGLE
        radius = 300 + 1_200 * np.sqrt(k / (len(communities) + 1))
        spots[name] = centre + radius * np.array([np.cos(angle), np.sin(angle)])
    for k, name in enumerate(villages, 1):
        angle = turn + 1 + k * GOLDEN_ANGLE
        ray = np.array([np.cos(angle), np.sin(angle)])
        beam = shapely.LineString([centre, centre + 200_000 * ray])
        reach = shapely.Point(centre).distance(edge.intersection(beam))
        radius = max(0.88 * reach * np.sqrt((k - 0.3) / len(villages)), min(1_800, 0.6 * reach))
        spots[name] = centre + radius * ray
    return [tuple(np.round(unflat(spots[name]), 5).tolist()) for name in names]
