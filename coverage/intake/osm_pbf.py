"""Read the ways and nodes of an .osm.pbf file with numpy alone: blocks of protobuf → arrays of nodes and chosen ways.

    file → blobs → blocks (strings, groups) → ways whose tags are wanted, all nodes

The format: OSM wiki, PBF Format (fileformat.proto, osmformat.proto). What doesn't fit it raises `Malformed`.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Container, Iterator
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


class Words(NamedTuple):
    """A block's strings: word i is `table[start[i]:end[i]]`."""

    table: bytes
    start: np.ndarray
    end: np.ndarray

    def __getitem__(self, i: int) -> bytes:
        return self.table[self.start[i]:self.end[i]]

    def number(self, word: bytes) -> int:
        """Which one is this; -1 where none is."""
        long = np.flatnonzero(self.end - self.start == len(word))
        letters = np.frombuffer(self.table, np.uint8)[self.start[long, None] + np.arange(len(word))]
        found = long[(letters == np.frombuffer(word, np.uint8)).all(axis=1)]
        return int(found[0]) if len(found) else -1


class Tags(NamedTuple):
    """Some tags of a block's ways: key → the number of each way's value among `words`, -1 = not tagged."""

    words: Words
    values: dict[str, np.ndarray]

    def among(self, key: str, wanted: Container[bytes]) -> np.ndarray:
        """Ways whose value of `key` is one of those wanted."""
        number = self.values[key]
        found = [i for i in np.unique(number).tolist() if i >= 0 and self.words[i] in wanted]
        return np.isin(number, found)

    def rows(self, chosen: np.ndarray) -> Tags:
        return Tags(self.words, {key: number[chosen] for key, number in self.values.items()})


class Ways(NamedTuple):
    """Chosen ways of one block: ids, each one's count of nodes, all their node ids, and their tags."""

    ids: np.ndarray
    size: np.ndarray
    refs: np.ndarray
    tags: Tags


class Nodes(NamedTuple):
    """Ids and places in units of 1e-7 degrees."""

    ids: np.ndarray
    x: np.ndarray
    y: np.ndarray


def read_pbf(file: BinaryIO, keys: tuple[str, ...], wanted: Callable[[Tags], np.ndarray]):
    """(list of `Ways`, `Nodes`) of the whole file.

    Ways are those that `wanted` picks by their tags of `keys`; nodes are all that the file has.
    """
    ways, packed = [], _PackedNodes()
    for kind, data in _blobs(file):
        if kind == b"OSMHeader":
            _check_features(data)
        elif kind == b"OSMData":
            _read_block(data, keys, wanted, ways, packed)
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


def _read_block(data: bytes, keys, wanted, ways: list[Ways], nodes: _PackedNodes) -> None:
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
            _read_ways(group, table, keys, wanted, ways)
        elif kind in (1, 2):
            _read_nodes(group, kind, grid, shift, nodes)


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
        grid, west, south = (_each([one[3] for one in self.waiting], counts[0]),
                             *(_each([one[4][axis] for one in self.waiting], counts[0]) for axis in (0, 1)))
        self.done.append(Nodes(columns[0], *_units(columns[1], columns[2], grid, west, south)))
        self.waiting, self.bytes = [], 0

    def nodes(self) -> Nodes:
        self.decode()
        every = self.done or [Nodes(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32))]
        return Nodes(*(np.concatenate(column) for column in zip(*every, strict=True)))


def _each(values: list[int], count: np.ndarray):
    """The value of each block for each of its nodes; the one value, where all have the same."""
    return values[0] if len(set(values)) == 1 else np.repeat(values, count)


NOWHERE = np.int32(2**31 - 1)
"""A place that isn't on the earth."""


def _units(lon, lat, grid, west, south) -> tuple[np.ndarray, np.ndarray]:
    """Nanodegrees = offset + granularity × value, in units of 1e-7 degrees cut towards zero; NOWHERE off the earth."""
    if np.ndim(grid) == 0 and (grid, west, south) == (_NANO_PER_UNIT, 0, 0):  # as nearly all files are
        x, y, wild = lon, lat, False
    else:
        wild = (np.abs(lon) > 2**40) | (np.abs(lat) > 2**40)
        wild |= grid * np.maximum(np.abs(lon), np.abs(lat)) > 4 * 10**11
        x, y = (np.trunc((shift + grid * np.where(wild, 0, value)) / _NANO_PER_UNIT).astype(np.int64)
                for value, shift in ((lon, west), (lat, south)))
    wild = wild | (x > 180 * 10**7) | (x < -180 * 10**7) | (y > 90 * 10**7) | (y < -90 * 10**7)
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


def _read_ways(group: bytes, table: bytes, keys, wanted, ways: list[Ways]) -> None:
    _, begin, finish = messages(table, 1)
    words = Words(table, begin, finish)
    data, start, end = messages(group, 3)
    single, ranges = side_by_side(data, start, end, (1,), (2, 3, 8))
    key, key_count = packed_ranges(data, *ranges[2])
    value, value_count = packed_ranges(data, *ranges[3])
    if (key_count != value_count).any() or max(key.max(initial=0), value.max(initial=0)) >= max(len(begin), 1):
        raise Malformed("道路的标签不成对")
    tags = Tags(words, _columns(words, keys, key, value, np.repeat(np.arange(len(start)), key_count), len(start)))
    chosen = np.flatnonzero(wanted(tags))
    if len(chosen):
        refs, size = packed_ranges(data, *(column[chosen] for column in ranges[8]))
        ways.append(Ways(single[1][chosen].astype(np.int64), size, sums(unzigzag(refs), size), tags.rows(chosen)))


def _columns(words: Words, keys, key, value, owner, n: int) -> dict[str, np.ndarray]:
    """For each of `keys` the number of every way's value; of a key that comes twice the last counts."""
    number = {name: words.number(name.encode()) for name in keys}
    lookup = np.zeros(max(len(words.start), 1), bool)
    lookup[[i for i in number.values() if i >= 0]] = True
    here = np.flatnonzero(lookup[key])
    key, value, owner = key[here], value[here].astype(np.int64), owner[here]
    columns = {name: np.full(n, -1) for name in keys}
    for name, i in number.items():
        hit = key == i if i >= 0 else slice(0)
        columns[name][owner[hit]] = value[hit]
    return columns
