"""Tell by its content what a layer file is and refuse, without parsing it, what no planner's layer holds."""

from __future__ import annotations

import json
import re
import sqlite3

import numpy as np

from coverage.errors import UnsafeFileError
from coverage.intake import limits
from coverage.intake.archive import open_archive
from coverage.intake.source import Source

_BRACKETS = b"[]{}"
_NOT_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_CRS = re.compile(rb'"crs"\s*:\s*')
_CRS_NAME = re.compile(r"(urn:(x-)?ogc:def:crs:[A-Za-z0-9:._-]{1,60}|(EPSG|OGC):[A-Za-z0-9]{1,10})$", re.IGNORECASE)
_ESCAPED_LETTER = re.compile(rb"\\u00(4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])", re.IGNORECASE)
_OUR_TRIGGERS = re.compile(r"^(rtree_|trigger_(insert|delete)_feature_count_|gpkg_|feature_count_|fid_)", re.IGNORECASE)
_BAD_SQL = re.compile(
    r"load_extension|attach|writefile|readfile|fts3_tokenizer|zeroblob|randomblob|recursive|edit\s*\(", re.IGNORECASE
)
_OTHER_VIRTUAL = re.compile(r"\s*create\s+virtual\s(?!.*using\s+[\"']?rtree\b)", re.IGNORECASE | re.DOTALL)


def layer_format(source: Source) -> str:
    """The GDAL driver that the content calls for. Raises UnsafeFileError for any other content."""
    data = source.data
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if data.startswith(b"SQLite format 3\0"):
        return "GPKG"
    if data.startswith(b"fgb\x03"):
        return "FlatGeobuf"
    if data.startswith(b"PK"):
        return "ESRI Shapefile"
    if start.startswith(b"{") and b'"type"' in data[:100_000] and b"gdalg" not in start.lower():
        return "GeoJSON"
    if start.startswith(b"<") and b"<kml" in start.lower():
        return "KML"
    raise UnsafeFileError("内容不是可用的图层", where=source.name,
                          todo="请上传 GeoJSON、GeoPackage、KML、FlatGeobuf 或打包成 zip 的 shapefile")


def screen_layer(source: Source) -> str:
    """The format, once what can be seen without parsing is found within limits."""
    format_ = layer_format(source)
    _SCREENS.get(format_, lambda source: None)(source)
    return format_


def _too_many_vertices(name: str) -> UnsafeFileError:
    return UnsafeFileError(f"图形的顶点超过上限 {limits.MAX_VERTICES:,}", where=name, todo="先在 QGIS 中简化边界")


def _screen_geojson(source: Source) -> None:
    """Nesting and vertices, counted from the brackets; and a CRS by name alone, for GDAL would ask an address."""
    if b"\0" in source.data[:4096]:
        raise UnsafeFileError("文本里有空字节", where=source.name, todo="在原软件中重新导出")
    if source.data.count(b"[") > 1.2 * limits.MAX_VERTICES + 1000:
        raise _too_many_vertices(source.name)
    if _ESCAPED_LETTER.search(source.data):
        raise UnsafeFileError("文本里的英文字母被刻意转义", where=source.name, todo="在 QGIS 中重新导出")
    for mention in _CRS.finditer(source.data):
        _check_crs(source.data[mention.end():mention.end() + 2_000].decode("utf-8", "replace"), source.name)
    brackets = np.frombuffer(source.data.translate(None, _NOT_BRACKETS), dtype="u1")
    steps = np.where((brackets == ord("[")) | (brackets == ord("{")), 1, -1).astype("i1")
    if len(steps) and np.cumsum(steps, dtype="i4").max() > limits.MAX_NESTING:
        raise UnsafeFileError(f"括号套了 {limits.MAX_NESTING} 层以上", where=source.name, todo="在 QGIS 中重新导出")


def _check_crs(text: str, name: str) -> None:
    try:
        crs, _ = json.JSONDecoder().raw_decode(text)
        known = crs is None or (crs["type"].lower() == "name" and bool(_CRS_NAME.match(crs["properties"]["name"])))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known = False
    if not known:
        raise UnsafeFileError("坐标系（crs）不是一个标准名称", where=name, todo="在 QGIS 中重新导出")


def _screen_kml(source: Source) -> None:
    low = source.data.lower() if len(source.data) < 2**20 else source.data
    if b"<!DOCTYPE" in source.data or b"<!ENTITY" in source.data or b"<!doctype" in low or b"<!entity" in low:
        raise UnsafeFileError("KML 里有实体定义，可能是攻击文件", where=source.name,
                              todo="不要打开这个文件；向来源方核实")
    if b"\0" in source.data[:4096] or re.search(rb"encoding=[\"'](?!utf-8)", source.data[:200].lower()):
        raise UnsafeFileError("KML 的编码不是 UTF-8", where=source.name, todo="在原软件中重新导出")
    if source.data.count(b",") > 2.2 * limits.MAX_VERTICES + 1000:
        raise _too_many_vertices(source.name)
    depth = most = 0
    for tag in re.finditer(rb"<(/)?[A-Za-z][^<>]{0,2000}?(/)?>", source.data):
        if tag.group(1):
            depth -= 1
        elif not tag.group(2):
            depth += 1
            most = max(most, depth)
            if most > limits.MAX_NESTING:
                raise UnsafeFileError(f"标签套了 {limits.MAX_NESTING} 层以上", where=source.name,
                                      todo="在原软件中重新导出")


def _screen_gpkg(source: Source) -> None:
    """Only plain tables with the indexes and triggers that writers of GeoPackages make."""
    database = sqlite3.connect(":memory:")
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.deserialize(source.data)
        rows = database.execute("SELECT type, name, sql FROM sqlite_master").fetchmany(20_000)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise UnsafeFileError("GeoPackage 已损坏", where=source.name, todo="在 QGIS 中重新导出") from error
    finally:
        database.close()
    for kind, name, sql in rows:
        sql = sql or ""
        strange = (
            kind == "view"
            or (kind == "trigger" and (not _OUR_TRIGGERS.match(name) or _BAD_SQL.search(sql)))
            or _OTHER_VIRTUAL.match(sql)
        )
        if strange:
            raise UnsafeFileError(f"GeoPackage 里有视图、触发器或虚拟表（{name[:40]}）", where=source.name,
                                  todo="在 QGIS 中把图层另存为新的 GeoPackage")


def _screen_shapefile(source: Source) -> None:
    with open_archive(source.data, source.name) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        endings = {member.filename.lower().rsplit(".", 1)[-1] for member in members}
        if "shp" not in endings:
            raise UnsafeFileError("压缩包里没有 shapefile（.shp）", where=source.name,
                                  todo="把 .shp、.shx、.dbf、.prj 一起打包")
        for member in members:
            if member.filename.lower().endswith(".shp"):
                if member.file_size > 16 * limits.MAX_VERTICES * 1.5:
                    raise _too_many_vertices(source.name)
                with archive.open(member) as file:
                    if file.read(4) != b"\x00\x00\x27\x0a":
                        raise UnsafeFileError(".shp 的内容不是 shapefile", where=source.name,
                                              todo="在原软件中重新导出")


_SCREENS = {"GeoJSON": _screen_geojson, "KML": _screen_kml, "GPKG": _screen_gpkg, "ESRI Shapefile": _screen_shapefile}
