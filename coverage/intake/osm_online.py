"""Fetch the roads of a named place or a polygon through osmnx: place → `Roads`. Needs the internet."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import osmnx
import pandas as pd
import requests
from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError
from shapely.geometry.base import BaseGeometry

from coverage.errors import OfflineError, RoadError
from coverage.intake.osm import ways_table
from coverage.intake.osm_parse import TAGS
from coverage.intake.roads import Roads, chain, road_classes

FILTERS = ['["highway"]["area"!~"yes"]', '["route"="ferry"]']


def fetch_roads(place: str | BaseGeometry, *, endpoint: str | None = None, geocoder: str | None = None,
                timeout_s: float = 180) -> Roads:
    """Roads of a place by name ("会宁县, 甘肃") or inside a polygon (degrees, WGS-84).

    `endpoint` is an Overpass server's address (…/api), `geocoder` a Nominatim
    server's; without them osmnx's own are asked. osmnx's settings are put back
    afterwards. Raises OfflineError without internet, RoadError when the place
    is unknown or has no road.
    """
    label = place if isinstance(place, str) else "所给边界"
    changes = {"useful_tags_way": ["highway", "route", *TAGS], "use_cache": False, "requests_timeout": timeout_s,
               "doh_url_template": None, "overpass_rate_limit": endpoint is None}
    changes |= {"overpass_url": endpoint} if endpoint else {}
    changes |= {"nominatim_url": geocoder} if geocoder else {}
    try:
        with _settings(**changes):
            polygon = osmnx.geocode_to_gdf(place).geometry.iloc[0] if isinstance(place, str) else place
            graph = osmnx.graph_from_polygon(polygon, custom_filter=FILTERS, simplify=False, retain_all=True,
                                             truncate_by_edge=True)
    except (requests.exceptions.RequestException, ResponseStatusCodeError) as error:
        raise OfflineError("连不上在线地图服务，不能下载道路", where=label,
                           todo="请联网后再试，或改用本地道路文件（.osm.pbf 或 .geojson）") from error
    except (InsufficientResponseError, TypeError) as error:  # osmnx says TypeError for "no polygon of that name"
        raise RoadError("在线地图里没有找到这个地方或那里没有道路", where=label,
                        todo="请换一种写法（如“会宁县, 白银市, 甘肃省”）或给出边界文件") from error
    return _roads(graph, label)


@contextmanager
def _settings(**changes) -> Iterator[None]:
    """osmnx's settings are global: set them around the call and put them back, and getaddrinfo, which it replaces."""
    before = {name: getattr(osmnx.settings, name) for name in changes}
    lookup = socket.getaddrinfo
    try:
        for name, value in changes.items():
            setattr(osmnx.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = lookup


def _roads(graph, label: str) -> Roads:
    """Chains of shared nodes out of osmnx's graph, whose edges are single segments, both ways of a two-way road."""
    steps: dict[int, list[tuple[int, int]]] = {}
    tags: dict[int, dict[str, str]] = {}
    for tail, head, data in graph.edges(data=True):
        if data["reversed"] or data.get("route", data.get("highway")) not in road_classes():
            continue
        steps.setdefault(data["osmid"], []).append((tail, head))
        tags[data["osmid"]] = {name: value for name, value in data.items() if isinstance(value, str)} | (
            {"oneway": "yes"} if data["oneway"] else {})  # osmnx already turned "-1" ways round
    lists, rows = [], []
    for way in sorted(steps):
        for nodes in _chains(sorted(steps[way])):
            lists.append(nodes)
            rows.append((way, tags[way].get("highway", "ferry"), *[tags[way].get(key) for key in TAGS]))
    if not rows:
        raise RoadError("那里没有可通行的道路", where=label, todo="请检查地名或边界")
    pointer, refs = chain(lists)
    ids, way_node = np.unique(refs, return_inverse=True)
    places = [graph.nodes[node] for node in ids.tolist()]
    lon, lat = (np.array([place[axis] for place in places], float) for axis in ("x", "y"))
    ways = ways_table(pd.DataFrame(rows, columns=["way_id", "tag", *TAGS]))
    return Roads(lon, lat, pointer, way_node.astype(np.int32), ways, basis=f"OpenStreetMap（在线：{label}）")


def _chains(steps: list[tuple[int, int]]) -> list[list[int]]:
    """Join one way's segments head to tail, where only one follows; a way that meets itself stays in pieces."""
    follows: dict[int, list[int]] = {}
    entries: dict[int, int] = {}
    for tail, head in steps:
        follows.setdefault(tail, []).append(head)
        entries[head] = entries.get(head, 0) + 1

    def plain(node: int) -> bool:
        return entries.get(node, 0) == 1 and len(follows.get(node, ())) == 1

    chains, done = [], set()
    for tail, head in [step for step in steps if not plain(step[0])] + steps:  # closed rings come last
        nodes = [tail, head]
        if (tail, head) in done:
            continue
        while plain(nodes[-1]) and nodes[-1] != tail:
            nodes.append(follows[nodes[-1]][0])
        done.update(pairwise(nodes))
        chains.append(nodes)
    return chains
