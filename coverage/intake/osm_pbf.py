"""Read the ways and nodes of an .osm.pbf file with numpy alone: blocks of protobuf → arrays of nodes and chosen ways.

    file → blobs → blocks (strings, groups) → ways whose tags are wanted, all nodes

The format: OSM wiki, PBF Format (fileformat.proto, osmformat.proto). What doesn't fit it raises `Malformed`.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from coverage.intake.protobuf import (
    BYTES,
    VARINT,
    Malformed,
    fields,
    messages,
    packed_lists,
    packed_ranges,
    side_by_side,
    sums,
    unzigzag,
)

MAX_HEADER_BYTES = 64 * 2**10
MAX_BLOB_BYTES = 32 * 2**20
"""Both as the format itself limits them; a blob's also unpacked."""

KNOWN_FEATURES = {b"OsmSchema-V0.6", b"DenseNodes"}
_NANO_PER_UNIT = 100  # units of 1e-7 degrees, as OSM keeps them
_BATCH_BYTES = 2**22


class Ways(NamedTuple):
    """Chosen ways of one block: ids, each one's count of nodes, all their node ids, and the tags of each."""

    ids: np.ndarray
    size: np.ndarray
    refs: np.ndarray
    tags: list[dict[str, str]]


class Nodes(NamedTuple):
    """Ids and places in units of 1e-7 degrees."""

    ids: np.ndarray
    x: np.ndarray
    y: np.ndarray


def read_pbf(file: BinaryIO, keys: tuple[str, ...], needed: tuple[str, ...], wanted: Callable[[dict[str, str]], bool]):
    """(list of `Ways`, `Nodes`) of the whole file.

    Ways are those that have one of the `needed` keys and for which `wanted` says so of their values of `keys`;
    nodes are all that the file has.
    """
    ways, packed = [], _PackedNodes()
    for kind, data in _blobs(file):
        if kind == b"OSMHeader":
            _check_features(data)
        elif kind == b"OSMData":
            _read_block(data, keys, needed, wanted, ways, packed)
    return ways, packed.nodes()


def _blobs(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Kind and unpacked content of each blob."""
    while head := file.read(4):
        size = struct.unpack(">I", head)[0] if len(head) == 4 else MAX_HEADER_BYTES + 1
        if size > MAX_HEADER_BYTES:
            raise Malformed("块头过长")
        header = {field: value for field, _, value in fields(_exactly(file, size))}
        length = header.get(3, -1)
        if not isinstance(length, int) or not 0 <= length <= MAX_BLOB_BYTES or not isinstance(header.get(1), bytes):
            raise Malformed("块长不对")
        yield header[1], _unpack(_exactly(file, length))


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise Malformed("文件不完整")
    return data


def _unpack(blob: bytes) -> bytes:
    part = {field: value for field, _, value in fields(blob)}
    size = part.get(2, 0)
    if not isinstance(size, int) or size > MAX_BLOB_BYTES:
        raise Malformed("块解压后过大")
    openers = {3: zlib.decompressobj, 4: lzma.LZMADecompressor, 5: bz2.BZ2Decompressor}
    if isinstance(part.get(1), bytes):
        return part[1]
    for field, opener in openers.items():
        if isinstance(part.get(field), bytes):
            try:
                data = opener().decompress(part[field], size + 1)
            except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError) as error:
                raise Malformed("块解压失败") from error
            if len(data) != size:
                raise Malformed("块解压后的长度不对")
            return data
    raise Malformed("块的压缩方式不支持")


def _check_features(data: bytes) -> None:
    strange = {value for field, wire, value in fields(data) if field == 4 and wire == BYTES} - KNOWN_FEATURES
    if strange:
        raise Malformed(f"需要不支持的特性 {b', '.join(sorted(strange))[:60].decode(errors='replace')}")


def _read_block(data: bytes, keys, needed, wanted, ways: list[Ways], nodes: _PackedNodes) -> None:
    table = b""
    groups, grid, shift = [], 100, [0, 0]
    for field, wire, value in fields(data):
        if field == 1 and wire == BYTES:
            table = value
        elif field == 2 and wire == BYTES:
            groups.append(value)
        elif field == 17 and wire == VARINT:
            grid = value
        elif field in (19, 20) and wire == VARINT:  # int64, negative as two's complement
            shift[field == 19] = value - (1 << 64) if value >> 63 else value
    if not 0 < grid <= 10**9 or max(map(abs, shift)) > 360 * 10**9:
        raise Malformed("坐标的单位不对")
    for group in groups:
        if not group:
            continue
        kind = group[0] >> 3
        if kind == 3:
            _read_ways(group, _strings(table), keys, needed, wanted, ways)
        elif kind in (1, 2):
            _read_nodes(group, kind, grid, shift, nodes)


def _strings(table: bytes) -> list[bytes]:
    _, start, end = messages(table, 1)
    return [table[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)]


class _PackedNodes:
    """Nodes as they come, decoded many blocks at a time."""

    def __init__(self) -> None:
        self.waiting: list[tuple[bytes, bytes, bytes, int, list[int]]] = []
        self.bytes = 0
        self.done: list[Nodes] = []

    def add_dense(self, ids: bytes, lon: bytes, lat: bytes, grid: int, shift: list[int]) -> None:
        self.waiting.append((ids, lon, lat, grid, shift))
        self.bytes += len(ids) + len(lon) + len(lat)
        if self.bytes > _BATCH_BYTES:
            self.decode()

    def decode(self) -> None:
        if not self.waiting:
            return
        columns, counts = [], []
        for column in range(3):
            values, count = packed_lists([one[column] for one in self.waiting])
            columns.append(sums(unzigzag(values), count))
            counts.append(count)
        if (counts[0] != counts[1]).any() or (counts[0] != counts[2]).any():
            raise Malformed("节点的编号和坐标不成对")
        grid = np.repeat([one[3] for one in self.waiting], counts[0])
        west, south = (np.repeat([one[4][axis] for one in self.waiting], counts[0]) for axis in (0, 1))
        self.done.append(Nodes(columns[0], *_units(columns[1], columns[2], grid, west, south)))
        self.waiting, self.bytes = [], 0

    def nodes(self) -> Nodes:
        self.decode()
        every = self.done or [Nodes(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32))]
        return Nodes(*(np.concatenate(column) for column in zip(*every, strict=True)))


NOWHERE = np.int32(2**31 - 1)
"""A place that isn't on the earth."""


def _units(lon, lat, grid, west, south) -> tuple[np.ndarray, np.ndarray]:
    """Nanodegrees = offset + granularity × value, in units of 1e-7 degrees cut towards zero."""
    wild = (np.abs(lon) > 2**40) | (np.abs(lat) > 2**40) | (grid * np.maximum(np.abs(lon), np.abs(lat)) > 4 * 10**11)
    x, y = (np.trunc((shift + grid * np.where(wild, 0, value)) / _NANO_PER_UNIT).astype(np.int64)
            for value, shift in ((lon, west), (lat, south)))
    wild |= (np.abs(x) > 180 * 10**7) | (np.abs(y) > 90 * 10**7)
    return np.where(wild, NOWHERE, x).astype(np.int32), np.where(wild, NOWHERE, y).astype(np.int32)


def _read_nodes(group: bytes, kind: int, grid: int, shift: list[int], nodes: _PackedNodes) -> None:
    if kind == 2:
        for field, _, dense in fields(group):
            if field == 2 and isinstance(dense, bytes):
                part = {number: value for number, wire, value in fields(dense) if wire == BYTES}
                nodes.add_dense(part.get(1, b""), part.get(9, b""), part.get(8, b""), grid, shift)
        return
    data, start, end = messages(group, 1)
    single, _ = side_by_side(data, start, end, (1, 8, 9), ())
    ids, lat, lon = (unzigzag(single[field]) for field in (1, 8, 9))
    nodes.done.append(Nodes(ids, *_units(lon, lat, grid, *shift)))


def _read_ways(group: bytes, strings: list[bytes], keys, needed, wanted, ways: list[Ways]) -> None:
    place = {text: i for i, text in reversed(list(enumerate(strings)))}
    number = {key: place[key.encode()] for key in keys if key.encode() in place}
    known = {i: key for key, i in number.items()}
    if not any(name in number for name in needed):
        return
    data, start, end = messages(group, 3)
    single, ranges = side_by_side(data, start, end, (1,), (2, 3, 8))
    key, key_count = packed_ranges(data, *ranges[2])
    value, value_count = packed_ranges(data, *ranges[3])
    if (key_count != value_count).any() or max(key.max(initial=0), value.max(initial=0)) >= max(len(strings), 1):
        raise Malformed("道路的标签不成对")
    owner = np.repeat(np.arange(len(start)), key_count)
    lookup = np.zeros(len(strings), bool)
    lookup[list(known)] = True
    tags: dict[int, dict[str, str]] = {}
    telling = np.isin(key, [number[name] for name in needed if name in number])
    candidate = np.zeros(len(start), bool)
    candidate[owner[telling]] = True
    here = np.flatnonzero(lookup[key] & candidate[owner])
    for way, k, v in zip(owner[here].tolist(), key[here].tolist(), value[here].tolist(), strict=True):
        tags.setdefault(way, {})[known[k]] = strings[v].decode("utf-8", "replace")
    chosen = np.array([way for way, one in tags.items() if wanted(one)], np.int64)
    if not len(chosen):
        return
    refs, size = packed_ranges(data, *(column[chosen] for column in ranges[8]))
    ways.append(Ways(single[1][chosen].astype(np.int64), size, sums(unzigzag(refs), size),
                     [tags[way] for way in chosen.tolist()]))


