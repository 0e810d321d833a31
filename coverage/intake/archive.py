"""Look through a zip archive (xlsx, zipped shapefile) before anyone unpacks it; refuse what is not plain."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from coverage.errors import UnsafeFileError
from coverage.intake import limits

_DEVICE = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$|clock\$)$", re.IGNORECASE)
_LINK = 0o120000  # the file type bits of a symbolic link
_CHUNK = 2**20


def open_archive(data: bytes, name: str, *, most_ratio: int | None = None) -> zipfile.ZipFile:
    """The archive, once names, count, true unzipped size and ratio are found within limits."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise UnsafeFileError("压缩结构已损坏或不是真正的压缩文件", where=name, todo="在原软件中重新另存") from error
    members = archive.infolist()
    if len(members) > limits.MAX_MEMBERS:
        raise UnsafeFileError(f"压缩包里有 {len(members)} 个文件，上限 {limits.MAX_MEMBERS}", where=name)
    seen: set[str] = set()
    for member in members:
        _check_name(member, seen, name)
    _check_sizes(archive, members, name, most_ratio or limits.MAX_UNZIP_RATIO)
    return archive


def _check_name(member: zipfile.ZipInfo, seen: set[str], name: str) -> None:
    path = member.orig_filename.replace("\\", "/")
    parts = path.rstrip("/").split("/")
    unsafe = (
        "\0" in path
        or path.startswith("/")
        or ":" in path
        or ".." in parts
        or len(path) > 255
        or any(_DEVICE.match(part.split(".")[0].strip()) for part in parts)
        or any(part != part.rstrip(" .") for part in parts)
    )
    if unsafe:
        raise UnsafeFileError("压缩包里有不安全的文件名", where=name, todo="重新打包，只放数据文件")
    if path.lower() in seen:
        raise UnsafeFileError("压缩包里有同名文件", where=name, todo="重新打包，只放数据文件")
    seen.add(path.lower())
    if (member.external_attr >> 16) & 0o170000 == _LINK:
        raise UnsafeFileError("压缩包里有链接文件", where=name, todo="重新打包，只放数据文件")
    if member.flag_bits & 0x1:
        raise UnsafeFileError("文件带有密码", where=name, todo="去掉密码后再上传")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnsafeFileError("压缩方法不常见", where=name, todo="用系统自带的 zip 重新打包")


def _check_sizes(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, most_ratio: int) -> None:
    """Unzip each member into nowhere and count: what the archive says of its own sizes may be a lie."""
    stated = sum(member.file_size for member in members)
    if stated > limits.MAX_UNZIPPED_BYTES:
        raise _too_large(name)
    total = 0
    for member in members:
        size = 0
        try:
            with archive.open(member) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    total += len(chunk)
                    _within(size, total, most_ratio * max(member.compress_size, 1), name)
        except UnsafeFileError:  # a ValueError too
            raise
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
                ValueError) as error:
            raise UnsafeFileError("压缩内容已损坏", where=name, todo="在原软件中重新另存") from error


def _within(size: int, total: int, most: int, name: str) -> None:
    if total > limits.MAX_UNZIPPED_BYTES:
        raise _too_large(name)
    if size > limits.MIN_RATIO_BYTES and size > most:
        raise UnsafeFileError("压缩比异常，像是压缩炸弹", where=name, todo="不要打开这个文件；向来源方核实")


def _too_large(name: str) -> UnsafeFileError:
    return UnsafeFileError(
        f"解压后超过上限 {limits.MAX_UNZIPPED_BYTES / 2**20:.0f} MB", where=name, todo="按县或按市拆成几个文件"
    )
