"""Our own reader of .osm.pbf gives what pyosmium gives, and refuses whatever isn't the format."""

import struct
import zlib
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InputError, UnsafeFileError
from coverage.intake import read_roads
from coverage.intake.osm import roads_of_parts
from coverage.intake.osm_parse import TAGS, parse_osm
from coverage.intake.osm_pbf import MAX_BLOB_BYTES, read_pbf
from coverage.intake.protobuf import Malformed, _decode, _varints_at, packed_lists, sums, unzigzag, varint
from coverage.intake.roads import road_classes

SHENZHEN = Path("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
SHARED = Path("../shared/data/osm")


def parsed(path):
    return roads_of_parts({meta["part"]: table for meta, table in parse_osm(path, known=list(road_classes()))}, "x")


def plain(path):
    """Ways as pyosmium's Python objects tell them: {way id: (tags, [(lon, lat), …])}."""
    found = {}
    for way in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations():
        tags = dict(way.tags) if way.is_way() else {}
        tag = "ferry" if tags.get("route") == "ferry" else tags.get("highway")
        if tag in road_classes() and tags.get("area") != "yes":
            found[way.id] = ({k: v for k, v in tags.items() if k in TAGS},
                             [(node.lon, node.lat) if node.location.valid() else None for node in way.nodes])
    return found


@pytest.fixture(scope="module")
def shenzhen_pbf(tmp_path_factory):
    path = tmp_path_factory.mktemp("pbf") / "shenzhen.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for thing in osmium.FileProcessor(str(SHENZHEN)):
            writer.add(thing)
    return path


def test_the_same_roads_come_of_xml_and_of_pbf(shenzhen_pbf):
    one, other = parsed(SHENZHEN), parsed(shenzhen_pbf)
    pd.testing.assert_frame_equal(one.ways.sort_values("way_id", ignore_index=True),
                                  other.ways.sort_values("way_id", ignore_index=True))
    assert len(one.node_lon) == len(other.node_lon) and len(one.way_node) == len(other.way_node)
    pd.testing.assert_frame_equal(read_roads(shenzhen_pbf).ways, other.ways)  # through the child process too


@pytest.mark.parametrize("name", ["andorra.osm.pbf", "liechtenstein-latest.osm.pbf", None])
def test_every_way_tag_and_place_is_as_pyosmium_reads_it(shenzhen_pbf, name):
    path = shenzhen_pbf if name is None else SHARED / name
    if not path.is_file():
        pytest.skip("needs ../shared/data/osm")
    expected = plain(path)
    with path.open("rb") as file:
        blocks, nodes = read_pbf(file, ("highway", *TAGS), lambda tags: tags.values["highway"] >= -1)
    place = dict(zip(nodes.ids.tolist(), zip((nodes.x / 1e7).tolist(), (nodes.y / 1e7).tolist(), strict=True),
                     strict=True))
    seen = 0
    for block in blocks:
        end, told = np.cumsum(block.size), block.tags
        for i, way in enumerate(block.ids.tolist()):
            if way in expected:
                tags, places = expected[way]
                assert {key: told.words[number[i]].decode() for key, number in told.values.items()
                        if key in TAGS and number[i] >= 0} == tags
                assert [place.get(ref) for ref in block.refs[end[i] - block.size[i]:end[i]].tolist()] == places
                seen += 1
    assert seen == len(expected) > 1000


def test_single_nodes_and_other_packings_are_read_too(tmp_path, shenzhen_pbf):
    for form, option in (("plain", "pbf,pbf_dense_nodes=false"), ("raw", "pbf,pbf_compression=none")):
        path = tmp_path / f"{form}.osm.pbf"
        with osmium.SimpleWriter(osmium.io.File(str(path), option)) as writer:
            for thing in osmium.FileProcessor(str(SHENZHEN)):
                writer.add(thing)
        one, other = parsed(path), parsed(shenzhen_pbf)
        pd.testing.assert_frame_equal(one.ways, other.ways)
        assert (one.node_lon == other.node_lon).all() and (one.way_node == other.way_node).all()


@given(st.lists(st.lists(st.integers(-2**62, 2**62), max_size=6), max_size=6))
def test_packed_lists_come_back_as_they_were_written(lists):
    def written(value):
        value = (value << 1) ^ (value >> 63)
        out = b""
        while value > 127:
            out, value = out + bytes([value & 127 | 128]), value >> 7
        return out + bytes([value])

    values, count = packed_lists([b"".join(map(written, one)) for one in lists])
    assert count.tolist() == [len(one) for one in lists]
    assert unzigzag(values).tolist() == [value for one in lists for value in one]
    assert sums(np.arange(len(values)), count).tolist() == [
        total for one, first in zip(lists, np.cumsum(count) - count, strict=True)
        for total in np.cumsum(np.arange(first, first + len(one))).tolist()]


@pytest.mark.parametrize("data", [b"\x80", b"\xff" * 11, b"\xff" * 10 + b"\x01"])
def test_an_integer_without_end_is_refused(data):
    array = np.frombuffer(data, np.uint8)
    for read in (lambda: varint(data, 0), lambda: _varints_at(array, np.zeros(1, int), np.array([len(data)])),
                 lambda: _decode(array, np.array([len(data)]))):
        with pytest.raises(Malformed):
            read()


def blob(kind, content, *, size=None, packed=None):
    packed = zlib.compress(content) if packed is None else packed
    body = b"\x10" + leb(len(content) if size is None else size) + b"\x1a" + leb(len(packed)) + packed
    header = b"\x0a" + leb(len(kind)) + kind + b"\x18" + leb(len(body))
    return struct.pack(">I", len(header)) + header + body


def leb(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


WORDS = b"\x0a\x09\x0a\x07highway"
HEAD = blob(b"OSMHeader", b"\x22\x0eOsmSchema-V0.6")


@pytest.mark.parametrize("data", [
    HEAD + blob(b"OSMData", b"x" * 10, size=MAX_BLOB_BYTES + 1),
    HEAD + blob(b"OSMData", b"\0" * 1000, size=10),
    HEAD + blob(b"OSMData", b"", size=1000, packed=zlib.compress(b"\0" * MAX_BLOB_BYTES)),
    HEAD + blob(b"OSMData", WORDS + b"\x12\x04\x1a\x7fxx"),
    HEAD + blob(b"OSMData", b"\x88\x01\x00"),
    HEAD + blob(b"OSMData", WORDS + b"\x12\x04\x1a\x02\x08\x80"),
    HEAD + struct.pack(">I", 70_000),
    blob(b"OSMHeader", b"\x22\x15HistoricalInformation"),
], ids=["a huge size", "too long", "a bomb", "past the end", "no grid", "an endless id", "a long header", "history"])
def test_what_does_not_fit_the_format_is_refused(tmp_path, data):
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(data)
    with pytest.raises(InputError):
        parse_osm(path, known=list(road_classes()))


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    path = tmp_path_factory.mktemp("little") / "a.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none")) as writer:
        for i in range(1, 5):
            writer.add_node(osmium.osm.mutable.Node(id=i, location=(105 + i / 100, 35)))
        writer.add_way(osmium.osm.mutable.Way(id=7, nodes=[1, 2, 3, 4], tags={"highway": "primary", "name": "会师路"}))
        writer.add_way(osmium.osm.mutable.Way(id=8, nodes=[3, 1], tags={"highway": "path"}))
    return path.read_bytes()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_byte_changed_makes_it_fail_otherwise_than_by_refusing(little, tmp_path_factory, data):
    changed = bytearray(little)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "fuzzed.osm.pbf"
    path.write_bytes(bytes(changed[:data.draw(st.integers(len(changed) // 2, len(changed)))]))
    try:
        roads = parsed(path)
    except (InputError, UnsafeFileError):
        return
    assert (np.abs(roads.node_lon) <= 180).all() and roads.way_node.max(initial=-1) < len(roads.node_lon)
