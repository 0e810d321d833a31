"""Read an OpenStreetMap file with pyosmium: ways with a highway tag and ferries → `Roads`.

Topology comes from shared node ids, never from lines that merely cross.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import pandas as pd

from coverage.errors import RoadError
from coverage.intake.roads import Roads, chain, road_classes

KEPT_TAGS = ("access", "motor_vehicle", "foot", "wheelchair", "surface", "smoothness", "tracktype", "incline",
             "kerb", "sidewalk", "duration")
"""Tags that a mode may ask about, kept as columns of their own (NA = not tagged)."""

TRUE, FALSE, AGAINST = ("yes", "true", "1"), ("no", "false", "0"), ("-1", "reverse")
KMH_PER_MPH = 1.609344


def read_osm(path: Path) -> Roads:
    """Read .osm.pbf, .osm or .osm.gz. Raises RoadError when the file can't be parsed."""
    try:
        lists, rows, locations = _scan(path)
    except RuntimeError as error:  # libosmium's one way of saying "not an OSM file"
        raise RoadError(f"不是可读的 OSM 文件（{error}）", where=path.name, todo="请重新下载或另存") from error
    pointer, refs = chain(lists)
    ids, way_node = np.unique(refs, return_inverse=True)
    lon, lat = _coordinates(ids, locations)
    ways = ways_table(rows)
    if np.isnan(lon).any():
        pointer, way_node, ways = _cut_at_missing(pointer, way_node, ways, np.isnan(lon))
        used, way_node = np.unique(way_node, return_inverse=True)
        lon, lat = lon[used], lat[used]
    return Roads(lon, lat, pointer, way_node.astype(np.int32), ways, basis=f"OpenStreetMap（{path.name}）")


def _scan(path: Path):
    """One pass over the file: each road's node ids, its tags, and where every node lies."""
    known = road_classes()
    locations = osmium.index.create_map("flex_mem")
    wanted = osmium.filter.KeyFilter("highway", "route").enable_for(osmium.osm.WAY)
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations(locations)
    lists, rows = [], []
    for thing in reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(wanted):
        tags = thing.tags
        tag = "ferry" if tags.get("route") == "ferry" else tags.get("highway")
        if tag not in known or tags.get("area") == "yes":
            continue
        lists.append([node.ref for node in thing.nodes])
        rows.append((thing.id, tag, dict(tags)))
    return lists, rows, locations


def _coordinates(ids: np.ndarray, locations) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of each node id; NaN where the extract lacks the node."""
    lon, lat = np.full(len(ids), np.nan), np.full(len(ids), np.nan)
    for i, node in enumerate(ids.tolist()):
        try:
            place = locations.get(node)
        except KeyError:
            continue
        if place.valid():
            lon[i], lat[i] = place.lon, place.lat
    return lon, lat


def ways_table(rows: list[tuple[int, str, dict[str, str]]]) -> pd.DataFrame:
    known = road_classes()
    tags = [row[2] for row in rows]
    table = pd.DataFrame({
        "way_id": pd.array([str(row[0]) for row in rows], dtype="str"),
        "tag": pd.array([row[1] for row in rows], dtype="str"),
        "road_class": pd.array([known[row[1]] for row in rows], dtype="str"),
        "name": pd.array([one.get("name:zh") or one.get("name") or one.get("ref") for one in tags], dtype="str"),
        "oneway": np.array([_oneway(row[1], row[2]) for row in rows], np.int8),
        "maxspeed_kmh": np.array([_kmh(one.get("maxspeed")) for one in tags], float),
        "speed_kmh": np.full(len(rows), np.nan),
        "bridge": np.array([one.get("bridge", "no") not in FALSE for one in tags], bool),
        "tunnel": np.array([one.get("tunnel", "no") not in FALSE for one in tags], bool),
        "ferry": np.array([row[1] == "ferry" for row in rows], bool),
    })
    for key in KEPT_TAGS:
        table[key] = pd.array([one.get(key) for one in tags], dtype="str")
    return table


def _oneway(tag: str, tags: dict[str, str]) -> int:
    """Direction of motor traffic: stated, else implied by a motorway or a roundabout (OSM wiki, Key:oneway)."""
    stated = tags.get("oneway")
    if stated in TRUE:
        return 1
    if stated in AGAINST:
        return -1
    if stated in FALSE:
        return 0
    return int(tag in ("motorway", "motorway_link") or tags.get("junction") in ("roundabout", "circular"))


def _kmh(text: str | None) -> float:
    """Posted limit in km/h; NaN when absent or not a number ("CN:urban", "none", "signals")."""
    number, _, unit = (text or "").strip().partition(" ")
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
