"""Read an OpenStreetMap file with pyosmium: ways with a highway tag and ferries → `Roads`.

Topology comes from shared node ids, never from lines that merely cross.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import osmium
import pandas as pd

from coverage.errors import RoadError
from coverage.intake.roads import Roads, chain, road_classes

KEPT_TAGS = ("access", "motor_vehicle", "foot", "wheelchair", "surface", "smoothness", "tracktype", "incline",
             "kerb", "sidewalk", "duration")
"""Tags that a mode may ask about, kept as columns of their own (NA = not tagged)."""

TAGS = ("name:zh", "name", "ref", "oneway", "junction", "maxspeed", "bridge", "tunnel", *KEPT_TAGS)
UNDEFINED = 2**31 - 1
"""What libosmium says of a node's place where the extract lacks the node."""

TRUE, FALSE, AGAINST = ("yes", "true", "1"), ("no", "false", "0"), ("-1", "reverse")
KMH_PER_MPH = 1.609344


def read_osm(path: Path) -> Roads:
    """Read .osm.pbf, .osm or .osm.gz. Raises RoadError when the file can't be parsed."""
    try:
        sizes, vertices, rows = _scan(path)
    except RuntimeError as error:  # libosmium's one way of saying "not an OSM file"
        raise RoadError(f"不是可读的 OSM 文件（{error}）", where=path.name, todo="请重新下载或另存") from error
    refs, x, y = np.fromiter(itertools.chain.from_iterable(vertices), np.int64, 3 * len(vertices)).reshape(-1, 3).T
    _, first, way_node = np.unique(refs, return_index=True, return_inverse=True)
    lon, lat = x[first] / 1e7, y[first] / 1e7
    missing = x[first] == UNDEFINED
    pointer, ways = np.r_[0, np.cumsum(sizes, dtype=np.int64)], ways_table(rows)
    if missing.any():
        pointer, way_node, ways = _cut_at_missing(pointer, way_node, ways, missing)
        used, way_node = np.unique(way_node, return_inverse=True)
        lon, lat = lon[used], lat[used]
    return Roads(lon, lat, pointer, way_node.astype(np.int32), ways, basis=f"OpenStreetMap（{path.name}）")


def _scan(path: Path):
    """One pass over the file: each road's count of nodes, all their (id, x, y) in 1e-7 degrees, each road's tags."""
    known = road_classes()
    wanted = osmium.filter.KeyFilter("highway", "route").enable_for(osmium.osm.WAY)
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    sizes, vertices, rows = [], [], []
    for thing in reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(wanted):
        get = thing.tags.get
        tag = "ferry" if get("route") == "ferry" else get("highway")
        if tag not in known or get("area") == "yes":
            continue
        nodes = thing.nodes
        sizes.append(len(nodes))
        vertices += [(node.ref, node.x, node.y) for node in nodes]
        rows.append((thing.id, tag, *[get(key) for key in TAGS]))
    return sizes, vertices, rows


def ways_table(rows: list[tuple]) -> pd.DataFrame:
    """The table of ways from rows of (way id, tag, *values of TAGS)."""
    known = road_classes()
    ids, tag, *values = zip(*rows, strict=True) if rows else [()] * (2 + len(TAGS))
    of = dict(zip(TAGS, values, strict=True))
    table = pd.DataFrame({
        "way_id": pd.array([str(way) for way in ids], dtype="str"),
        "tag": pd.array(tag, dtype="str"),
        "road_class": pd.array([known[one] for one in tag], dtype="str"),
        "name": pd.array([zh or name or ref for zh, name, ref in
                          zip(of["name:zh"], of["name"], of["ref"], strict=True)], dtype="str"),
        "oneway": np.array([_oneway(*one) for one in zip(tag, of["oneway"], of["junction"], strict=True)], np.int8),
        "maxspeed_kmh": np.array([_kmh(one) for one in of["maxspeed"]], float),
        "speed_kmh": np.full(len(ids), np.nan),
        "bridge": np.array([one is not None and one not in FALSE for one in of["bridge"]], bool),
        "tunnel": np.array([one is not None and one not in FALSE for one in of["tunnel"]], bool),
        "ferry": np.array([one == "ferry" for one in tag], bool),
    })
    for key in KEPT_TAGS:
        table[key] = pd.array(of[key], dtype="str")
    return table


def _oneway(tag: str, stated: str | None, junction: str | None) -> int:
    """Direction of motor traffic: stated, else implied by a motorway or a roundabout (OSM wiki, Key:oneway)."""
    if stated in TRUE:
        return 1
    if stated in AGAINST:
        return -1
    if stated in FALSE:
        return 0
    return int(tag in ("motorway", "motorway_link") or junction in ("roundabout", "circular"))


def _kmh(text: str | None) -> float:
    """Posted limit in km/h; NaN when absent or not a number ("CN:urban", "none", "signals")."""
    if text is None:
        return float("nan")
    number, _, unit = text.strip().partition(" ")
    try:
        value = float(number)
    except ValueError:
        return float("nan")
    value *= KMH_PER_MPH if unit == "mph" else 1
    return value if 0 < value < 200 else float("nan")


def _cut_at_missing(pointer, way_node, ways, missing):
    """Cut ways where the extract lacks a node, so that no line is drawn over the hole."""
    lists, keep = [], []
    for way in range(len(ways)):
        run: list[int] = []
        for node in [*way_node[pointer[way]:pointer[way + 1]].tolist(), -1]:
            if node >= 0 and not missing[node]:
                run.append(node)
                continue
            if len(run) > 1:
                lists.append(run)
                keep.append(way)
            run = []
    pointer, way_node = chain(lists)
    return pointer, way_node, ways.iloc[keep].reset_index(drop=True)
