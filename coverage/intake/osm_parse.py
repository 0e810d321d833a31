"""Parse an OpenStreetMap file into plain tables of its roads; the child process runs this.

    .osm.pbf by coverage/intake/osm_pbf.py, .osm and .osm.gz by pyosmium → ways, their chains, the nodes in use
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from coverage.errors import RoadError
from coverage.intake.osm_pbf import NOWHERE, Tags, read_pbf
from coverage.intake.protobuf import Malformed
from coverage.intake.screen_roads import is_pbf, screen_osm

KEPT_TAGS = ("access", "motor_vehicle", "bus", "foot", "wheelchair", "surface", "smoothness", "tracktype", "incline",
             "kerb", "sidewalk", "duration")
"""Tags that a mode may ask about, kept as columns of their own (NA = not tagged)."""

TAGS = ("name:zh", "name", "ref", "oneway", "junction", "maxspeed", "bridge", "tunnel", *KEPT_TAGS)
_DECIDING = ("highway", "route", "area")


def parse_osm(path: Path, *, known: list[str]) -> list[tuple[dict, pa.Table]]:
    """Four parts: ways (way_id, size, tag, *TAGS), texts (text), chains (node), nodes (lon, lat; NaN where the file
    lacks one).

    Way i has `size` nodes of the chains, in turn; its tags are numbers of texts, -1 = not tagged. Only ways whose tag
    is `known` are taken, none that are areas.
    Raises RoadError when the file can't be parsed, UnsafeFileError when it is disguised or over a limit.
    """
    screen_osm(path)
    wanted = frozenset(known)
    try:
        ids, size, refs, tags, texts, nodes = (_pbf if is_pbf(path) else _xml)(path, wanted)
    except (Malformed, RuntimeError) as error:  # libosmium's one way of saying "not an OSM file"
        raise RoadError(f"不是可读的 OSM 文件（{error}）", where=path.name, todo="请重新下载或另存") from error
    used, chain = np.unique(refs, return_inverse=True)
    lon, lat = _places(used, *nodes)
    numbers = {name: number.astype(np.int32) for name, number in tags.items()}
    return [({"part": "ways"}, pa.table({"way_id": ids, "size": size, **numbers})),
            ({"part": "texts"}, pa.table({"text": pa.array(texts, pa.large_string())})),
            ({"part": "chains"}, pa.table({"node": chain.astype(np.int32)})),
            ({"part": "nodes"}, pa.table({"lon": lon, "lat": lat}))]


def _tag(values: dict[str, str], known: frozenset[str]) -> str | None:
    """The value of `highway`, or ferry; None where the way is no road of ours."""
    tag = "ferry" if values.get("route") == "ferry" else values.get("highway")
    return tag if tag in known and values.get("area") != "yes" else None


def _pbf(path: Path, known: frozenset[str]):
    roads = frozenset(tag.encode() for tag in known)

    def wanted(tags: Tags) -> np.ndarray:
        road = np.where(tags.among("route", (b"ferry",)), b"ferry" in roads, tags.among("highway", roads))
        return road & ~tags.among("area", (b"yes",))

    with path.open("rb") as file:
        blocks, nodes = read_pbf(file, (*_DECIDING, *TAGS), wanted)
    texts: list[str] = []
    tags = {name: [np.zeros(0, np.int64)] for name in ("tag", *TAGS)}
    for block in blocks:
        told, new = _used(block.tags)
        for name, several in tags.items():
            several.append(np.where(told[name] < 0, -1, told[name] + len(texts)))
        texts += new
    ids, size, refs = (np.concatenate([getattr(block, name) for block in blocks] or [np.zeros(0, np.int64)])
                       for name in ("ids", "size", "refs"))
    return ids, size, refs, {name: np.concatenate(several) for name, several in tags.items()}, texts, nodes


def _used(tags: Tags) -> tuple[dict[str, np.ndarray], list[str]]:
    """Key → the number of each way's value in the list of texts that are used, -1 = not tagged; `tag` is as _tag's."""
    used = np.zeros(len(tags.words.start) + 1, bool)  # the last place is for -1
    for number in tags.values.values():
        used[number] = True
    used[-1] = False
    place = np.cumsum(used) - 1
    place[-1] = -1
    told = {key: place[number] for key, number in tags.values.items()}
    told["tag"] = np.where(tags.among("route", (b"ferry",)), told["route"], told["highway"])
    return told, [tags.words[i].decode("utf-8", "replace") for i in np.flatnonzero(used).tolist()]


def _xml(path: Path, known: frozenset[str]):
    import osmium

    wanted = osmium.filter.KeyFilter("highway", "route").enable_for(osmium.osm.WAY)
    reader = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    ids, size, vertices, tags = [], [], [], {name: [] for name in ("tag", *TAGS)}
    for way in reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(wanted):
        tag = _tag({key: way.tags.get(key) for key in _DECIDING}, known)
        if tag is None:
            continue
        ids.append(way.id)
        size.append(len(way.nodes))
        vertices += [(node.ref, node.x, node.y) for node in way.nodes]
        for name in TAGS:
            tags[name].append(way.tags.get(name))
        tags["tag"].append(tag)
    refs, x, y = np.array(vertices, np.int64).reshape(-1, 3).T
    numbers: dict[str | None, int] = {None: -1}
    for value in (value for values in tags.values() for value in values):
        numbers.setdefault(value, len(numbers) - 1)
    tags = {name: np.array([numbers[value] for value in values], np.int64) for name, values in tags.items()}
    return np.array(ids, np.int64), np.array(size, np.int64), refs, tags, list(numbers)[1:], (refs, x, y)


def _places(used: np.ndarray, ids: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of the nodes in use; where an id comes again, its first place counts."""
    if len(ids) and not (ids[1:] > ids[:-1]).all():
        ids, first = np.unique(ids, return_index=True)
        x, y = x[first], y[first]
    at = np.minimum(np.searchsorted(ids, used), max(len(ids) - 1, 0))
    there = ids[at] == used if len(ids) else np.zeros(len(used), bool)
    if not there.any():
        return np.full(len(used), np.nan), np.full(len(used), np.nan)
    there &= x[at] != NOWHERE
    return np.where(there, x[at] / 1e7, np.nan), np.where(there, y[at] / 1e7, np.nan)
