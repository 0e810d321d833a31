"""Take the road graph that osmnx gives (a networkx MultiDiGraph in degrees, simplified or not) → `Roads`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from coverage.errors import RoadError
from coverage.intake.osm import ways_table
from coverage.intake.osm_parse import TAGS
from coverage.intake.roads import Roads, chain, road_classes


def roads_from_graph(graph, *, basis: str = "OpenStreetMap（osmnx 路网图）") -> Roads:
    """The same roads: a way for each edge, one for the two directions of a two-way edge.

    Nodes have x, y (degrees, WGS-84); edges have highway (the first, of a list), oneway, and geometry where they
    aren't straight. Edges of no class of ours are left out. Raises RoadError for a projected graph or one without
    roads.
    """
    crs = str(graph.graph.get("crs", "epsg:4326")).lower()
    if crs not in ("epsg:4326", "wgs84"):
        raise RoadError(f"路网图的坐标系是 {crs}，不是经纬度", where="osmnx",
                        todo="用 osmnx.project_graph(G, to_latlong=True)")
    number = {node: i for i, node in enumerate(graph.nodes)}
    places = [(float(data["x"]), float(data["y"])) for _, data in graph.nodes(data=True)]
    lists, rows = [], []
    for tail, head, data, both in _edges(graph):
        tags = {name: value for name in ("highway", "route", *TAGS) if (value := _first(data.get(name))) is not None}
        tag = "ferry" if tags.get("route") == "ferry" else tags.get("highway")
        if tag not in road_classes():
            continue
        inner = [tuple(place) for place in shapely.get_coordinates(data["geometry"])[1:-1].tolist()
                 ] if data.get("geometry") is not None else []
        lists.append([number[tail], *range(len(places), len(places) + len(inner)), number[head]])
        places += inner
        tags["oneway"] = "no" if both else "yes"
        rows.append((_first(data.get("osmid", len(rows))), tag, *[tags.get(key) for key in TAGS]))
    if not rows:
        raise RoadError("路网图里没有可通行的道路", where="osmnx", todo="检查图的范围和 highway 标签")
    pointer, values = chain(lists)
    used, way_node = np.unique(values, return_inverse=True)
    lon, lat = np.array(places)[used].T
    return Roads(lon.copy(), lat.copy(), pointer, way_node.astype(np.int32),
                 ways_table(pd.DataFrame(rows, columns=["way_id", "tag", *TAGS])), basis=basis)


def _edges(graph):
    """(tail, head, data, whether both ways) of each edge; the two directions of one street come once."""
    waiting: dict[tuple, list] = {}
    found = []
    for tail, head, data in graph.edges(data=True):
        shape = tuple(map(tuple, shapely.get_coordinates(data["geometry"]).tolist())) if data.get(
            "geometry") is not None else (tail, head)
        what = (str(data.get("highway")), str(data.get("maxspeed")))
        others = waiting.get((head, tail, shape[::-1], what), []) if not data.get("oneway") else []
        if others:
            found[others.pop()][3] = True
            continue
        if not data.get("oneway"):
            waiting.setdefault((tail, head, shape, what), []).append(len(found))
        found.append([tail, head, data, False])
    return found


def _first(value):
    """One value of what osmnx merged; text, as OSM writes it."""
    if isinstance(value, (list, tuple)):
        value = value[0] if len(value) else None
    return None if value is None or isinstance(value, bool) or value != value else str(value)
