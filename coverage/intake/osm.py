"""Read an OpenStreetMap file: ways with a highway tag and ferries → `Roads`. A child process does the parsing.

Topology comes from shared node ids, never from lines that merely cross.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from coverage.intake import limits
from coverage.intake.isolated import parse_isolated
from coverage.intake.osm_parse import KEPT_TAGS, TAGS
from coverage.intake.roads import Roads, road_classes

TRUE, FALSE, AGAINST = ("yes", "true", "1"), ("no", "false", "0"), ("-1", "reverse")
KMH_PER_MPH = 1.609344


def read_osm(path: Path) -> Roads:
    """Read .osm.pbf, .osm or .osm.gz. Raises RoadError when it can't be parsed, UnsafeFileError over a limit."""
    parts = parse_isolated("osm", path, seconds=limits.ROAD_PARSE_SECONDS, known=list(road_classes()))
    return roads_of_parts({meta["part"]: table for meta, table in parts}, path.name)


def roads_of_parts(parts: dict, name: str) -> Roads:
    """`Roads` out of the tables that parse_osm gives, by their part."""
    lon, lat = (parts["nodes"].column(axis).to_numpy() for axis in ("lon", "lat"))
    way_node = parts["chains"].column("node").to_numpy()
    pointer = np.r_[0, np.cumsum(parts["ways"].column("size").to_numpy(), dtype=np.int64)]
    ways = ways_table(_with_texts(parts["ways"].drop_columns(["size"]), parts["texts"].column("text")))
    missing = np.isnan(lon)
    if missing.any():
        pointer, way_node, ways = _cut_at_missing(pointer, way_node, ways, missing)
        used, way_node = np.unique(way_node, return_inverse=True)
        lon, lat = lon[used], lat[used]
    return Roads(lon, lat, pointer, way_node.astype(np.int32), ways, basis=f"OpenStreetMap（{name}）")


def _with_texts(ways: pa.Table, texts: pa.ChunkedArray) -> pd.DataFrame:
    """The table with the text in place of each tag's number."""
    named = pa.concat_arrays([*texts.chunks, pa.nulls(1, texts.type)])
    last = pa.scalar(len(named) - 1, pa.int32())
    told = {name: named.take(pc.if_else(pc.less(number, 0), last, number)) if name != "way_id" else number
            for name, number in zip(ways.column_names, ways.columns, strict=True)}
    return pa.table(told).to_pandas()


def ways_table(tagged: pd.DataFrame) -> pd.DataFrame:
    """The table of ways from way_id, tag and the values of TAGS as they are written (NA = not tagged)."""
    text = {name: tagged[name].astype("str") for name in ("tag", *TAGS)}
    table = pd.DataFrame({
        "way_id": tagged["way_id"].astype("str"),
        "tag": text["tag"],
        "road_class": text["tag"].map(road_classes()).astype("str"),
        "name": text["name:zh"].fillna(text["name"]).fillna(text["ref"]),
        "oneway": _oneway(text["tag"], text["oneway"], text["junction"]),
        "maxspeed_kmh": _each(text["maxspeed"], _kmh).astype(float),
        "speed_kmh": np.full(len(tagged), np.nan),
        "bridge": (text["bridge"].notna() & ~text["bridge"].isin(FALSE)).to_numpy(bool),
        "tunnel": (text["tunnel"].notna() & ~text["tunnel"].isin(FALSE)).to_numpy(bool),
        "ferry": (text["tag"] == "ferry").to_numpy(bool),
    })
    return table.assign(**{key: text[key] for key in KEPT_TAGS})


def _each(values: pd.Series, meaning) -> pd.Series:
    """`meaning` of each value, found once for each different one; NaN where there is none."""
    return values.map({one: meaning(one) for one in values.dropna().unique()})


def _oneway(tag: pd.Series, stated: pd.Series, junction: pd.Series) -> np.ndarray:
    """Direction of motor traffic: stated, else implied by a motorway or a roundabout (OSM wiki, Key:oneway)."""
    implied = tag.isin(("motorway", "motorway_link")) | junction.isin(("roundabout", "circular"))
    return np.select([stated.isin(TRUE), stated.isin(AGAINST), stated.isin(FALSE)], [1, -1, 0],
                     implied.to_numpy(np.int8)).astype(np.int8)


def _kmh(text: str) -> float:
    """Posted limit in km/h; NaN where it is not a number ("CN:urban", "none", "signals")."""
    number, _, unit = text.strip().partition(" ")
    try:
        value = float(number)
    except ValueError:
        return float("nan")
    value *= KMH_PER_MPH if unit == "mph" else 1
    return value if 0 < value < 200 else float("nan")


def _cut_at_missing(pointer, way_node, ways, missing):
    """Cut ways where the extract lacks a node, so that no line is drawn over the hole."""
    way = np.repeat(np.arange(len(ways)), np.diff(pointer))
    there = ~missing[way_node]
    opens = there & np.r_[True, ~there[:-1] | (way[1:] != way[:-1])]
    piece = np.cumsum(opens) - 1
    size = np.bincount(piece[there], minlength=int(opens.sum()))
    keep = there & (size[np.maximum(piece, 0)] > 1) if len(size) else there
    return (np.r_[0, np.cumsum(size[size > 1])].astype(np.int64), way_node[keep],
            ways.iloc[way[opens][size > 1]].reset_index(drop=True))
