"""Decode protobuf messages with numpy: bytes → fields, packed lists and the fields of many messages side by side.

The encoding: developers.google.com/protocol-buffers/docs/encoding. Every length
is checked before it is used; what doesn't fit raises `Malformed`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5  # wire types


class Malformed(ValueError):
    """The file isn't what the format says, or uses a part of it that we don't read."""


def fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """(field, wire type, value) of a message in turn."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == VARINT:
            value, at = varint(data, at)
        else:
            size, at = varint(data, at) if tag & 7 == BYTES else ({EIGHT: 8, FOUR: 4}.get(tag & 7, -1), at)
            if size < 0 or at + size > len(data):
                raise Malformed("字段超出消息")
            value, at = data[at:at + size], at + size
        yield tag >> 3, tag & 7, value


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise Malformed("整数没有结束")


def messages(group: bytes, field: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(bytes, start, end) of the messages of one field that a group repeats."""
    starts, ends, at, total, wire = [], [], 0, len(group), field << 3 | BYTES
    while at < total:
        if group[at] != wire:
            raise Malformed("一组里混有几种要素")
        size, at = group[at + 1] if at + 1 < total else 128, at + 2
        if size > 127:  # a length of more than one byte
            size, at = varint(group, at - 1)
        starts.append(at)
        at += size
        ends.append(at)
    if at != total:
        raise Malformed("要素超出一组")
    return np.frombuffer(group, np.uint8), np.array(starts, np.int64), np.array(ends, np.int64)


def side_by_side(data: np.ndarray, start, end, single: tuple[int, ...], lists: tuple[int, ...]):
    """The fields of many messages, read in step: field → value of each (uint64), field → (start, end) of each."""
    values = {field: np.zeros(len(start), np.uint64) for field in single}
    ranges = {field: (start.copy(), start.copy()) for field in lists}
    at, left = start.copy(), np.flatnonzero(start < end)
    while len(left):
        tag, here = _varints_at(data, at[left], end[left])
        field, wire = (tag >> np.uint64(3)).astype(np.int64), (tag & np.uint64(7)).astype(np.int64)
        number = np.zeros(len(left), np.uint64)
        counted = np.isin(wire, (VARINT, BYTES))
        number[counted], here[counted] = _varints_at(data, here[counted], end[left[counted]])
        size = np.select([wire == BYTES, wire == EIGHT, wire == FOUR, wire == VARINT],
                         [np.minimum(number, np.uint64(1 << 40)).astype(np.int64), 8, 4, 0], -1)
        if (size < 0).any() or (here + size > end[left]).any():
            raise Malformed("字段超出要素")
        for name in single:
            hit = (field == name) & (wire == VARINT)
            values[name][left[hit]] = number[hit]
        for name, (first, last) in ranges.items():
            hit = field == name
            if (wire[hit] != BYTES).any() or (last[left[hit]] > first[left[hit]]).any():
                raise Malformed("列表没有压成一段")
            first[left[hit]], last[left[hit]] = here[hit], (here + size)[hit]
        at[left] = here + size
        left = left[at[left] < end[left]]
    return values, ranges


def _varints_at(data: np.ndarray, at: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The integer that starts at each place, and where it ends."""
    if (at >= end).any():
        raise Malformed("整数没有结束")
    byte = data[at]
    value, after, going = (byte & 127).astype(np.uint64), at + 1, np.flatnonzero(byte > 127)
    for shift in range(7, 70, 7):
        if not len(going):
            return value, after
        if (after[going] >= end[going]).any():
            break
        byte = data[after[going]]
        value[going] |= (byte & 127).astype(np.uint64) << np.uint64(min(shift, 63))
        after[going] += 1
        going = going[byte > 127]
    if len(going):
        raise Malformed("整数没有结束")
    return value, after


def packed_ranges(data: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The integers packed in each range, end to end, and how many each has."""
    size = end - start
    pick = np.repeat(start - (np.cumsum(size) - size), size) + np.arange(size.sum())
    return _decode(data[pick], size)


def packed_lists(lists: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    return _decode(np.frombuffer(b"".join(lists), np.uint8), np.array([len(one) for one in lists], np.int64))


def _decode(data: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All variable-length integers of adjoining ranges (uint64), and how many each range of `size` bytes has."""
    edge = np.cumsum(size)
    if (data[edge[size > 0] - 1] > 127).any():
        raise Malformed("整数没有结束")
    end = np.flatnonzero(data < 128)
    start = np.r_[0, end[:-1] + 1] if len(end) else end
    length = end - start + 1
    if length.max(initial=1) > 10:
        raise Malformed("整数过长")
    value = (data[start] & 127).astype(np.uint64)
    longer = np.flatnonzero(length > 1)
    step = 1
    while len(longer):
        value[longer] |= (data[start[longer] + step] & 127).astype(np.uint64) << np.uint64(7 * step)
        step += 1
        longer = longer[length[longer] > step]
    return value, np.diff(np.searchsorted(end, edge), prepend=0)


def unzigzag(value: np.ndarray) -> np.ndarray:
    return (value >> np.uint64(1)).astype(np.int64) ^ -(value & np.uint64(1)).astype(np.int64)


def sums(delta: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Running sums that start anew in each list of `count`."""
    total = np.cumsum(delta)
    first = np.cumsum(count) - count
    before = np.r_[0, total][first]
    return total - np.repeat(before, count)
