"""Make hostile layers: too deep, too many, lying counts, triggers and views, addresses that must not be asked."""

import io
import json
import sqlite3
import struct
import zipfile

import geopandas as gpd
import shapely

from tests.attacks.attack import Attack


def attacks(url: str, folder) -> list[Attack]:
    """`folder` is a temporary place to write real layers in."""
    return [*_geojson(url), *_kml(url), *_geopackage(folder), *_shapefile(folder), *_flatgeobuf(folder)]


def _feature(geometry: str, properties: str = '{"乡镇":"甲"}') -> bytes:
    return (f'{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{properties},'
            f'"geometry":{geometry}}}]}}').encode()


def _polygon(ring: str) -> bytes:
    return _feature(f'{{"type":"Polygon","coordinates":[[{ring}]]}}')


def _geojson(url: str) -> list[Attack]:
    square = "[105,35],[106,35],[106,36],[105,36],[105,35]"
    good = _polygon(square).decode()
    hole = "[105.5,35.5],[105.6,35.5],[105.6,35.6],[105.5,35.5]"
    contents = {
        "arrays 100,000 deep": _feature('{"type":"Polygon","coordinates":' + "[" * 100_000 + "]" * 100_000 + "}"),
        "objects 100,000 deep": ('{"type":"FeatureCollection","a":' + '{"a":' * 100_000 + "1" + "}" * 100_001).encode(),
        "arrays that never close": b'{"type":"FeatureCollection","features":' + b"[" * 100_000,
        "collections 100 deep": _feature('{"type":"GeometryCollection","geometries":[' * 100 + "]}" * 100),
        "two million vertices": _polygon("[1,2]," * 2_000_000 + "[1,2]"),
        "100,000 holes": _feature(f'{{"type":"Polygon","coordinates":[[{square}]{f",[{hole}]" * 100_000}]}}'),
        "numbers beyond all": _polygon(square.replace("105,", "1e999,")),
        "places beyond the earth": _polygon(square.replace("105,", "105000,")),
        "not a number": _polygon(square.replace("105,", "NaN,")),
        "a number of a million digits": _polygon(square.replace("106,", "1" * 1_000_000 + ",")),
        "a ring of two points": _polygon("[105,35],[106,35]"),
        "no geometry": _feature("null"),
        "an empty polygon": _feature('{"type":"Polygon","coordinates":[]}'),
        "points for areas": _feature('{"type":"Point","coordinates":[105,35]}'),
        "an unknown type": _feature('{"type":"Dodecahedron","coordinates":[[[1,2]]]}'),
        "torn": _polygon(square)[:-40],
        "bytes of no encoding": _polygon(square).replace("甲".encode(), b"\xff\xfe"),
        "NUL bytes": _polygon(square).replace(b"105", b"\x00"),
        "a crs that is an address": good.replace(
            '"features"', f'"crs":{{"type":"link","properties":{{"href":"{url}/crs"}}}},"features"'
        ).encode(),
        "a crs that is an address in escapes": good.replace(
            '"features"', f'"\\u0063rs":{{"type":"link","properties":{{"href":"{url}/crs"}}}},"features"'
        ).encode(),
        "a crs that is an address in capitals": good.replace(
            '"features"', f'"crs":{{"type":"LINK","properties":{{"href":"{url}/crs"}}}},"features"'
        ).encode(),
        "a second crs": good.replace(
            '"features"', f'"crs":{{"type":"name","properties":{{"name":"EPSG:4326"}}}},'
                          f'"crs" : {{"properties":{{"href":"{url}/crs"}},"type":"link"}},"features"'
        ).encode(),
        "a crs of the old kind": good.replace(
            '"features"', '"crs":{"type":"EPSG","properties":{"code":1}},"features"'
        ).encode(),
        "a crs that is a file": good.replace(
            '"features"', '"crs":{"type":"name","properties":{"name":"/etc/passwd"}},"features"'
        ).encode(),
        "5,000 fields": _feature(f'{{"type":"Polygon","coordinates":[[{square}]]}}',
                                 json.dumps({str(i): i for i in range(5_000)})),
        "a script in the name": good.replace("甲", "<img src=x onerror=alert(1)>").encode(),
        "a template string in the name": good.replace("甲", "${alert(1)}").encode(),
        "lon and lat swapped": _polygon("[35,105],[36,105],[36,106],[35,106],[35,105]"),
        "a bow tie": _polygon("[105,35],[106,36],[106,35],[105,36],[105,35]"),
    }
    return [Attack(f"GeoJSON: {title}", "areas", "乡镇.geojson", data) for title, data in contents.items()]


def _kml(url: str) -> list[Attack]:
    ring = "105,35 106,35 106,36 105,36 105,35"
    mark = ("<Placemark><name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing>"
            "</outerBoundaryIs></Polygon></Placemark>")

    def kml(body: str, doctype: str = "") -> bytes:
        start = f"<?xml version='1.0'?>{doctype}<kml xmlns='http://www.opengis.net/kml/2.2'>"
        return f"{start}<Document>{body}</Document></kml>".encode()

    laughs = "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 10))
    contents = {
        "a billion laughs": kml("&l9;", f"<!DOCTYPE kml [<!ENTITY l0 'ha'>{laughs}]>"),
        "an outside entity": kml("&a;", f"<!DOCTYPE kml [<!ENTITY a SYSTEM '{url}'>]>"),
        "a local file": kml("&a;", "<!DOCTYPE kml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"),
        "an outside DTD": kml(mark.format(ring), f"<!DOCTYPE kml SYSTEM '{url}/a.dtd'>"),
        "a network link": kml(f"<NetworkLink><Link><href>{url}/a.kml</href></Link></NetworkLink>"),
        "an overlay": kml(f"<GroundOverlay><Icon><href>{url}/a.png</href></Icon></GroundOverlay>"),
        "tags 20,000 deep": kml("<Folder>" * 20_000 + "</Folder>" * 20_000),
        "two million vertices": kml(mark.format("1,2 " * 4_000_000)),
        "UTF-16": kml(mark.format(ring)).decode().encode("utf-16"),
        "another encoding": kml(mark.format(ring)).replace(b"version='1.0'", b"version='1.0' encoding='UTF-7'"),
        "a script in the name": kml(mark.format(ring).replace("甲", "&lt;script&gt;")),
        "torn": kml(mark.format(ring))[:-60],
    }
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("doc.kml", contents["an outside entity"])
    return [*(Attack(f"KML: {title}", "areas", "乡镇.kml", data) for title, data in contents.items()),
            Attack("KMZ", "areas", "乡镇.kmz", zipped.getvalue())]


def _real(folder, ending: str) -> bytes:
    path = folder / f"real.{ending}"
    if not path.exists():
        areas = gpd.GeoDataFrame({"乡镇": ["甲"]}, geometry=[shapely.box(105, 35, 106, 36)], crs="EPSG:4326")
        areas.to_file(path, **({"layer": "real"} if ending == "gpkg" else {}))
    return path.read_bytes()


def _geopackage(folder) -> list[Attack]:
    statements = {
        "a trigger": "CREATE TRIGGER evil AFTER INSERT ON real BEGIN DELETE FROM real; END",
        "a trigger under a good name": "CREATE TRIGGER rtree_real_geom_x AFTER INSERT ON real BEGIN "
                                       "SELECT load_extension('/tmp/evil.so'); END",
        "a view": "CREATE VIEW evil AS SELECT * FROM real",
        "a view that never ends": "CREATE VIEW evil AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) "
                                  "SELECT x FROM c",
        "a view in place of the layer": "CREATE VIEW evil AS SELECT fid, geom, randomblob(1000000000) FROM real",
        "a virtual table": "CREATE VIRTUAL TABLE evil USING fts4(a)",
        "a geometry with a lying count": "UPDATE real SET geom = x'{}'",
        "a geometry of noise": "UPDATE real SET geom = x'47500001e6100000deadbeef'",
        "a geometry that is text": "UPDATE real SET geom = '<script>'",
        "a script in the name": "UPDATE real SET 乡镇 = '<script>alert(1)</script>'",
        "no contents": "DELETE FROM gpkg_contents",
        "a lying table name": "UPDATE gpkg_contents SET table_name = 'sqlite_master'",
    }
    lying = struct.pack("<2sBBi", b"GP", 0, 1, 4326) + struct.pack("<BII", 1, 3, 1) + struct.pack("<I", 0x7FFFFFFF)
    found = []
    for title, statement in statements.items():
        path = folder / "bad.gpkg"
        path.write_bytes(_real(folder, "gpkg"))
        database = sqlite3.connect(path)
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement.format(lying.hex()))
        database.commit()
        database.close()
        found.append(Attack(f"GeoPackage: {title}", "areas", "乡镇.gpkg", path.read_bytes()))
    good = _real(folder, "gpkg")
    torn = good[: len(good) // 3]
    noise = good[:200] + b"\xff" * (len(good) - 200)
    return [*found, Attack("GeoPackage: torn", "areas", "a.gpkg", torn),
            Attack("GeoPackage: noise", "areas", "a.gpkg", noise)]


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _shapefile(folder) -> list[Attack]:
    _real(folder, "shp")
    parts = {f"a.{ending}": (folder / f"real.{ending}").read_bytes() for ending in ("shp", "shx", "dbf", "prj")}

    def patched(name: str, at: int, value: bytes) -> bytes:
        data = bytearray(parts[name])
        data[at:at + len(value)] = value
        return _zipped(parts | {name: bytes(data)})

    contents = {
        "a lying number of points": patched("a.shp", 100 + 8 + 40, struct.pack("<i", 0x7FFFFFFF)),
        "a lying number of parts": patched("a.shp", 100 + 8 + 36, struct.pack("<i", 0x7FFFFFFF)),
        "a negative number of points": patched("a.shp", 100 + 8 + 40, struct.pack("<i", -5)),
        "a lying index": patched("a.shx", 100, struct.pack(">ii", 0x7FFFFFF0, 0x7FFFFFF0)),
        "an unknown shape": patched("a.shp", 100 + 8, struct.pack("<i", 99)),
        "an unknown projection": _zipped(parts | {"a.prj": b'PROJCS["' + b"x" * 100_000}),
        "no projection": _zipped({name: data for name, data in parts.items() if name != "a.prj"}),
        "no shapes": _zipped({"a.dbf": parts["a.dbf"]}),
        "a VRT for shapes": _zipped(parts | {"a.shp": b"<OGRVRTDataSource/>"}),
        "a VRT beside": _zipped({"a.vrt": b"<OGRVRTDataSource/>", "b.geojson": b"{}"}),
        "a table of noise": _zipped(parts | {"a.dbf": b"\x03" + b"\xff" * 500}),
        "40 million points": _zipped(parts | {"a.shp": parts["a.shp"] + bytes(40 * 2**20)}),
    }
    return [Attack(f"shapefile: {title}", "areas", "乡镇.zip", data) for title, data in contents.items()]


def _flatgeobuf(folder) -> list[Attack]:
    good = _real(folder, "fgb")
    size = struct.unpack("<I", good[8:12])[0]
    contents = {
        "torn": good[: len(good) - 60], "torn header": good[:20],
        "a lying header": good[:8] + b"\xff\xff\xff\x7f" + good[12:],
        "noise in the header": good[:12] + b"\xff" * size + good[12 + size:],
        "noise in the features": good[: 12 + size] + b"\xff" * (len(good) - 12 - size),
    }
    return [Attack(f"FlatGeobuf: {title}", "areas", "乡镇.fgb", data) for title, data in contents.items()]
