"""Make files whose content is not what their name says, among them every way to have GDAL read something else."""

import json
import sqlite3

from tests.attacks.attack import Attack

VRT = ("<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource><SrcLayer>a</SrcLayer>"
       "</OGRVRTLayer></OGRVRTDataSource>")
GDALG = json.dumps({"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd ! write x"})


def attacks(url: str) -> list[Attack]:
    """`url` is an address that must never be asked."""
    return [*_layers(url), *_tables(url)]


def _layers(url: str) -> list[Attack]:
    contents = {
        "OGR VRT": VRT,
        "OGR VRT after blank lines": "\n" * 3000 + VRT,
        "OGR VRT after a comment": f"<!-- <kml> -->{VRT}",
        "OGR VRT with a kml name": VRT.replace("name='a'", "name='<kml'"),
        "OGR VRT over the network": VRT.replace("/etc/passwd", f"/vsicurl/{url}/x.geojson"),
        "raster VRT": "<VRTDataset rasterXSize='9' rasterYSize='9'><SRS>EPSG:4326</SRS></VRTDataset>",
        "GDALG": GDALG,
        "GDALG with a feature type": GDALG[:-1] + ', "x": {"type": "FeatureCollection"}}',
        "ESRI JSON": json.dumps({"geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 4326},
                                 "fields": [], "features": []}),
        "TopoJSON": json.dumps({"type": "Topology", "objects": {}, "arcs": []}),
        "JSON-FG": json.dumps({"type": "FeatureCollection", "conformsTo": ["[ogc-json-fg-1-0.1:core]"]}),
        "WFS": f"<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>",
        "WFS capabilities": f"<WFS_Capabilities version='2.0.0'><x href='{url}'/></WFS_Capabilities>",
        "GML with a remote schema": f"<gml:FeatureCollection xmlns:gml='http://www.opengis.net/gml' "
                                    f"schemaLocation='{url}/a.xsd'/>",
        "GPX": "<gpx version='1.1'><wpt lat='35' lon='105'/></gpx>",
        "GeoRSS": "<rss version='2.0'><channel/></rss>",
        "OSM XML": "<osm version='0.6'><node id='1' lat='35' lon='105'/></osm>",
        "MapML": "<mapml-><map-head/></mapml->",
        "an address": url,
        "a database connection": "PG:host=127.0.0.1 user=postgres",
        "a CSV": "a,b\n1,2\n",
        "DXF": "  0\nSECTION\n  2\nHEADER\n",
        "a path in /vsizip": "/vsizip//etc/passwd.zip",
        "HTML": "<!DOCTYPE html><html><script>alert(1)</script></html>",
    }
    texts = [Attack(f"{title} as a layer", "areas", "乡镇.geojson", text.encode()) for title, text in contents.items()]
    return [
        *texts,
        Attack("VRT named gpkg", "areas", "a.gpkg", VRT.encode()),
        Attack("VRT named shp", "areas", "a.shp", VRT.encode()),
        Attack("PDF as a layer", "areas", "a.geojson", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
        Attack("SQLite that is no GeoPackage", "areas", "a.gpkg", _plain_sqlite()),
        Attack("executable as a layer", "areas", "a.fgb", b"MZ\x90\x00" + bytes(200)),
        Attack("only a magic number of GeoPackage", "areas", "a.gpkg", b"SQLite format 3\0"),
        Attack("only a magic number of FlatGeobuf", "areas", "a.fgb", b"fgb\x03fgb\x01"),
    ]


def _plain_sqlite() -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE secrets (a TEXT)")
    database.commit()
    return database.serialize()


def _tables(url: str) -> list[Attack]:
    contents = {
        "PDF": b"%PDF-1.7\n", "GeoPackage": _plain_sqlite(), "gzip": b"\x1f\x8b\x08" + bytes(50),
        "RAR": b"Rar!\x1a\x07",
        "7z": b"7z\xbc\xaf\x27\x1c", "PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff\xe0", "GIF": b"GIF89a",
        "Windows program": b"MZ\x90\x00", "Linux program": b"\x7fELF\x02", "FlatGeobuf": b"fgb\x03fgb\x01",
        "bzip2": b"BZh91AY", "xz": b"\xfd7zXZ\x00", "HTML table": b"<html><table><tr><td>1</td></tr></table></html>",
        "Excel 2003 XML": b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>",
        "XML with an outside entity": f"<!DOCTYPE a [<!ENTITY x SYSTEM '{url}'>]><a>&x;</a>".encode(),
        "JSON": b'{"a": 1}', "OGR VRT": VRT.encode(), "a broken OLE": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "an OLE full of ones": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4096,
        "an empty zip": b"PK\x05\x06" + bytes(18), "only a zip's magic number": b"PK\x03\x04",
        "Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    }
    return [Attack(f"{title} as a table", "institutions", "机构.xlsx", data) for title, data in contents.items()]
