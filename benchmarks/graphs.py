"""Lay out the graphs that benchmarks run on: real road graphs, crops of them and mirror tilings."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from coverage.travel.geometry import DEGREE_M, distance_m
from coverage.travel.kernels.packed import PackedGraph, pack

SEED = 20251231
KMH = np.array([20, 30, 40, 60, 80])
SHARE = np.array([0.45, 0.25, 0.15, 0.1, 0.05])
"""Speeds drawn for edges that have none in the file, by a stated seed (示意)."""


def city(folder: Path, name: str):
    """(lon, lat, tail, head): the city's nodes in degrees about (0, 0) and its streets, each once.

    The file's x and y are taken as metres, which puts its nodes 46–55 m apart, as shape points of streets are.
    """
    lon, lat = np.fromfile(folder / f"{name}-roads.co.bin", np.int32).reshape(-1, 2).T / DEGREE_M
    tail, head = np.fromfile(folder / f"{name}-roads.gr.bin", np.int32).reshape(-1, 2).T - 1
    return lon, lat, tail, head


def highways(folder: Path) -> tuple:
    """The highway skeleton of China (OpenStreetMap by scgraph_data), as `timed` gives a graph: its own kilometres at
    a drawn speed, 153k nodes."""
    with np.load(folder / "scgraph_highways_china_bbox.npz") as file:
        lat, lon = file["nodes"].astype(float).T
        return _of_kilometres(lon, lat, file["src"], file["dst"], file["km"].astype(float))


def world_highways(wheel: Path) -> tuple:
    """The same of the whole world, 560k nodes: out of the wheel of scgraph_data 2.0.0, as `pip download` fetches it."""
    with zipfile.ZipFile(wheel) as file:
        text = file.read("scgraph_data/world_highways.py").decode()
    arcs, nodes = text[text.index("graph=[{"):].split("nodes=", 1)
    rows = arcs[arcs.index("{"):arcs.rindex("}")].split("}, {")
    tail = np.repeat(np.arange(len(rows)), [row.count(":") for row in rows])
    head, km = _numbers(arcs[arcs.index("["):arcs.rindex("]")]).reshape(-1, 2).T
    lat, lon = _numbers(nodes[:nodes.rindex("]]")]).reshape(-1, 2).T
    return _of_kilometres(lon, lat, tail, head.astype(int), km)


def _numbers(text: str) -> np.ndarray:
    return np.array(text.translate(str.maketrans("[]{}:,", "      ")).split(), float)


def _of_kilometres(lon, lat, tail, head, km) -> tuple:
    chance = np.random.default_rng(SEED)
    ticks = np.maximum(np.rint(km * 36000 / chance.choice(KMH, len(tail), p=SHARE)), 1)
    order = np.lexsort((ticks, head, tail))
    order = order[np.r_[True, (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)]]
    indptr = np.zeros(len(lon) + 1, np.int64)
    np.cumsum(np.bincount(tail[order], minlength=len(lon)), out=indptr[1:])
    return lon, lat, indptr, head[order].astype(np.int32), ticks[order].astype(np.int32)


def crop(lon, lat, tail, head, n: int):
    """The n nodes nearest the middle and the streets between them."""
    away = np.hypot((lon - np.median(lon)) * np.cos(np.radians(np.median(lat))), lat - np.median(lat))
    keep = np.argsort(away, kind="stable")[:n]
    number = np.full(len(lon), -1)
    number[keep] = np.arange(len(keep))
    inside = (number[tail] >= 0) & (number[head] >= 0)
    return lon[keep], lat[keep], number[tail[inside]], number[head[inside]]


def tile(lon, lat, tail, head, across: int, down: int):
    """A mirror tiling: neighbours are mirror images, and the nodes nearest each seam are joined across it."""
    width, height = np.ptp(lon), np.ptp(lat)
    x, y = lon - lon.min(), lat - lat.min()
    parts = []
    for row in range(down):
        for column in range(across):
            px = column * width + (width - x if column % 2 else x)
            py = row * height + (height - y if row % 2 else y)
            parts.append((px, py))
    n = len(lon)
    tails = [tail + i * n for i in range(len(parts))]
    heads = [head + i * n for i in range(len(parts))]
    east = np.argsort(-x, kind="stable")[:60]
    west = np.argsort(x, kind="stable")[:60]
    north, south = np.argsort(-y, kind="stable")[:60], np.argsort(y, kind="stable")[:60]
    for row in range(down):
        for column in range(across):
            i = row * across + column
            if column + 1 < across:
                seam = east if column % 2 == 0 else west
                tails.append(seam + i * n)
                heads.append(seam + (i + 1) * n)
            if row + 1 < down:
                seam = north if row % 2 == 0 else south
                tails.append(seam + i * n)
                heads.append(seam + (i + across) * n)
    return (np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]),
            np.concatenate(tails), np.concatenate(heads))


def timed(lon, lat, tail, head, *, noise: float = 0.08) -> tuple:
    """(lon, lat, indptr, head, ticks): two-way arcs, ticks from length and a drawn speed, ± noise each way."""
    chance = np.random.default_rng(SEED)
    metres = np.maximum(distance_m(lon[tail], lat[tail], lon[head], lat[head]), 1.0)
    ticks = metres * 36 / chance.choice(KMH, len(tail), p=SHARE)
    both = np.r_[ticks, ticks] * chance.uniform(1 - noise, 1 + noise, 2 * len(ticks))
    source, target = np.r_[tail, head], np.r_[head, tail]
    order = np.argsort(source, kind="stable")
    indptr = np.zeros(len(lon) + 1, np.int64)
    np.cumsum(np.bincount(source, minlength=len(lon)), out=indptr[1:])
    return lon, lat, indptr, target[order].astype(np.int32), np.maximum(np.rint(both[order]), 1).astype(np.int32)


def packed(graph: tuple) -> PackedGraph:
    return pack(*graph)


def road_network(graph: tuple):
    """A RoadNetwork of the graph: each street a way at its drawn speed."""
    from coverage.intake.roads import Roads
    from coverage.travel import build_network

    lon, lat, tail, head = graph
    chance = np.random.default_rng(5)
    n = len(tail)
    ways = pd.DataFrame({"way_id": pd.array(np.arange(n).astype(str), dtype="str"), "tag": "三级", "road_class": "三级",
                         "name": None, "oneway": np.zeros(n, np.int8), "maxspeed_kmh": np.nan,
                         "speed_kmh": chance.choice([20.0, 30, 40, 60, 80], n), "bridge": False, "tunnel": False,
                         "ferry": False})
    roads = Roads(lon, lat, np.arange(0, 2 * n + 1, 2), np.stack([tail, head], axis=1).ravel().astype(np.int32), ways,
                  "示意")
    return build_network(roads)
