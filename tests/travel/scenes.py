"""Draw small road scenes in metres around one point: lists of lines → `Roads` and point tables."""

import numpy as np
import pandas as pd

from coverage.intake.roads import Roads
from coverage.travel.geometry import DEGREE_M

LON0, LAT0 = 105.0, 0.0  # on the equator a metre east is as many degrees as a metre north


def degrees(x_m, y_m):
    return LON0 + np.asarray(x_m, float) / DEGREE_M, LAT0 + np.asarray(y_m, float) / DEGREE_M


def roads(*lines) -> Roads:
    """Each line is ([(x, y), …], road_class[, {column: value}]); equal vertices are one node."""
    number, pointer, chain, rows = {}, [0], [], []
    for i, (points, road_class, *more) in enumerate(lines):
        chain += [number.setdefault(tuple(point), len(number)) for point in points]
        pointer.append(len(chain))
        rows.append({"way_id": str(i), "tag": road_class, "road_class": road_class, "name": None, "oneway": 0,
                     "maxspeed_kmh": np.nan, "speed_kmh": np.nan, "bridge": False, "tunnel": False,
                     "ferry": road_class == "轮渡"} | (more[0] if more else {}))
    lon, lat = degrees(*np.array(list(number), float).T)
    return Roads(lon, lat, np.array(pointer, np.int64), np.array(chain, np.int32), pd.DataFrame(rows), "示意")


def points(kind: str, **places) -> pd.DataFrame:
    """A table of points (index `kind`), places in metres by name."""
    lon, lat = degrees(*np.array(list(places.values()), float).reshape(-1, 2).T)
    return pd.DataFrame({"lon": lon, "lat": lat}, index=pd.Index(list(places), name=kind, dtype="str"))


def minutes(table: pd.DataFrame) -> dict:
    return {(row.demand_id, row.site_id): round(row.travel_min, 3) for row in table.itertuples()}
