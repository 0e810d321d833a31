"""Tell by its content what a road file is and refuse disguised, endless or entity-laden ones before they are read."""

from __future__ import annotations

import bz2
import gzip
import zlib
from pathlib import Path

from coverage.errors import RoadError, UnsafeFileError
from coverage.intake import limits

OSM, LAYER = "osm", "layer"
_HEAD = 4_096
_CHUNK = 2**20
_PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open}


def road_format(path: Path) -> str:
    """OSM (.osm, .osm.gz, .osm.pbf by its first bytes) or LAYER (anything else, which the layer reader judges).

    Raises RoadError where the file is absent, UnsafeFileError where it is over the limit.
    """
    if not path.is_file():
        raise RoadError("找不到道路文件", where=path.name, todo="请检查文件路径")
    if path.stat().st_size > limits.MAX_ROAD_BYTES:
        raise UnsafeFileError(f"文件超过上限 {limits.MAX_ROAD_BYTES / 2**30:.0f} GB", where=path.name,
                              todo="按县或按市裁剪后再用")
    head = _head(path)
    return OSM if b"OSMHeader" in head[:64] or head.startswith(tuple(_PACKED)) or _is_osm_xml(head) else LAYER


def is_pbf(path: Path) -> bool:
    return b"OSMHeader" in _head(path)[:64]


def screen_osm(path: Path) -> None:
    """Refuse a file that road_format calls OSM but that holds none, unpacks endlessly or defines entities.

    Raises UnsafeFileError.
    """
    head = _head(path)
    for magic, opener in _PACKED.items():
        if head.startswith(magic):
            _screen_packed(path, opener)
    if _is_osm_xml(head):
        with path.open("rb") as file:
            _refuse_entities(file.read(_CHUNK), path.name)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _is_osm_xml(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"<osm" in head


def _screen_packed(path: Path, opener) -> None:
    """Unpack into nowhere and count, for a packed file says nothing reliable of its size."""
    size, zipped = 0, max(path.stat().st_size, 1)
    try:
        with opener(path) as stream:
            first = stream.read(_CHUNK)
            if not _is_osm_xml(first[:_HEAD]):
                raise UnsafeFileError("压缩包里不是 OSM 数据", where=path.name,
                                      todo="请用 .osm.pbf、.osm 或 .osm.gz 文件")
            _refuse_entities(first, path.name)
            chunk = first
            while chunk:
                size += len(chunk)
                if size > limits.MAX_ROAD_BYTES or (
                    size > limits.MIN_RATIO_BYTES and size > limits.MAX_UNZIP_RATIO * zipped
                ):
                    raise UnsafeFileError("压缩比异常或解压后过大，像是压缩炸弹", where=path.name,
                                          todo="不要打开这个文件；向来源方核实")
                chunk = stream.read(_CHUNK)
    except UnsafeFileError:  # a ValueError too
        raise
    except (gzip.BadGzipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise UnsafeFileError("压缩内容已损坏", where=path.name, todo="重新下载") from error


def _refuse_entities(data: bytes, name: str) -> None:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnsafeFileError("文件里有实体定义，可能是攻击文件", where=name, todo="不要打开这个文件；向来源方核实")
