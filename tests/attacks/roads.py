"""Make hostile road files: gzip bombs, entities, lying blocks."""

import bz2
import gzip
import struct

from tests.attacks.attack import Attack


def attacks(url: str) -> list[Attack]:
    osm = "<?xml version='1.0'?>{}<osm version='0.6'><node id='1' lat='35' lon='105'/></osm>"
    laughs = "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 10))
    entities = osm.format(f"<!DOCTYPE osm [<!ENTITY l0 'ha'>{laughs}]>").replace("105'", "&l9;'").encode()
    outside = osm.format(f"<!DOCTYPE osm [<!ENTITY a SYSTEM '{url}'>]>").replace("105'", "&a;'").encode()
    bomb = osm.format("").encode() + b" " * (200 * 2**20)
    header = struct.pack(">I", 13) + b"\x0a\x09OSMHeader\x18"
    contents = {
        "r.osm": {"a billion laughs": entities, "an outside entity": outside, "no road": osm.format("").encode(),
                  "torn XML": osm.format("").encode()[:-20], "a VRT": b"<OGRVRTDataSource/>"},
        "r.osm.gz": {"a bomb": gzip.compress(bomb, 1), "entities in gzip": gzip.compress(entities),
                     "no OSM in gzip": gzip.compress(b"hello"), "torn gzip": gzip.compress(entities)[:-10],
                     "gzip within gzip": gzip.compress(gzip.compress(entities))},
        "r.osm.bz2": {"a bomb in bzip2": bz2.compress(bomb), "no OSM in bzip2": bz2.compress(b"hello")},
        "r.osm.pbf": {"a lying block": header + b"\xff\xff\xff\xff\x07" + b"x" * 100, "only a header": header,
                      "no PBF": b"hello", "an endless header": struct.pack(">I", 0x7FFFFFFF) + b"\x0a\x09OSMHeader"},
        "r.geojson": {"points": b'{"type":"Feature","properties":{"highway":"x"},'
                                b'"geometry":{"type":"Point","coordinates":[105,35]}}'},
    }
    return [Attack(f"roads: {title}", "roads", name, data) for name, files in contents.items()
            for title, data in files.items()]
