"""Make hostile zip archives, each once as a workbook and once as a zipped shapefile."""

import io
import struct
import zipfile
from collections.abc import Callable

from tests.attacks.attack import Attack

WORKBOOK = {
    "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
    "xl/workbook.xml": "<workbook/>",
}
SHAPEFILE = {"a.shp": b"\x00\x00\x27\x0a" + bytes(96), "a.shx": b"\x00\x00\x27\x0a" + bytes(96), "a.dbf": bytes(33)}
Fill = Callable[[zipfile.ZipFile], None]


def attacks() -> list[Attack]:
    found = []
    for kind, name, base in (("institutions", "机构.xlsx", WORKBOOK), ("areas", "乡镇.zip", SHAPEFILE)):
        found += [Attack(f"{title} in {name}", kind, name, _zip(base, fill)) for title, fill in FILLS.items()]
        plain = _zip(base, lambda archive: archive.writestr("x.bin", b"x" * 1000))
        found += [Attack(f"{title} in {name}", kind, name, data) for title, data in _broken(plain).items()]
    return found


def _zip(base: dict, fill: Fill) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in base.items():
            archive.writestr(member, content)
        fill(archive)
    return out.getvalue()


def _member(name: str, data: bytes = b"x", **changes) -> Fill:
    def fill(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("placeholder")
        info.filename = info.orig_filename = name
        info.compress_type = zipfile.ZIP_DEFLATED
        for key, value in changes.items():
            setattr(info, key, value)
        archive.writestr(info, data)
    return fill


def _bomb(size: int, members: int = 1) -> Fill:
    def fill(archive: zipfile.ZipFile) -> None:
        for number in range(members):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", bytes(size))
    return fill


def _nested(depth: int) -> Fill:
    def fill(archive: zipfile.ZipFile) -> None:
        inner = bytes(50 * 2**20)
        for level in range(depth):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
                for number in range(1 if level == 0 else 16):
                    box.writestr(f"{number}.zip", inner)
            inner = out.getvalue()
        archive.writestr("inner.zip", inner)
        archive.writestr("../inner.zip", inner)
    return fill


def _twice(archive: zipfile.ZipFile) -> None:
    _member("xl/a.xml")(archive)
    _member("XL/A.xml")(archive)


def _many(archive: zipfile.ZipFile) -> None:
    for number in range(5_000):
        archive.writestr(f"xl/{number}.xml", "")


FILLS: dict[str, Fill] = {
    "a bomb of 60 MB": _bomb(60 * 2**20),
    "a bomb of 20 members": _bomb(10 * 2**20, members=20),
    "zips within zips": _nested(3),
    "too many members": _many,
    "a name that climbs": _member("../../evil.txt"),
    "a name that climbs inside": _member("xl/../../evil.txt"),
    "a name that climbs with backslashes": _member("..\\..\\evil.txt"),
    "an absolute name": _member("/etc/cron.d/evil"),
    "a drive letter": _member("C:\\Windows\\evil.dll"),
    "a share": _member("\\\\server\\share\\evil"),
    "a stream name": _member("a.shp:evil"),
    "a device": _member("CON"),
    "a device with an ending": _member("xl/nul.xml"),
    "a serial port": _member("com1.dbf"),
    "a trailing dot": _member("a.shp."),
    "a trailing space": _member("a.shp "),
    "a name that is too long": _member("x" * 300),
    "a link": _member("link", b"/etc/passwd", external_attr=0o120777 << 16),
    "the same name in other letters": _twice,
    "LZMA": _member("a.bin", b"x" * 1000, compress_type=zipfile.ZIP_LZMA),
    "bzip2": _member("a.bin", b"x" * 1000, compress_type=zipfile.ZIP_BZIP2),
}


def _broken(plain: bytes) -> dict[str, bytes]:
    central = plain.index(b"PK\x01\x02")
    end = plain.rindex(b"PK\x05\x06")
    encrypted = bytearray(plain)
    encrypted[central + 8] |= 1
    encrypted[6] |= 1
    wrong_sum = bytearray(plain)
    wrong_sum[central + 16:central + 20] = b"\x00\x00\x00\x01"
    lying_size = bytearray(plain)
    lying_size[central + 24:central + 28] = struct.pack("<I", 5)
    huge_size = bytearray(plain)
    huge_size[central + 24:central + 28] = struct.pack("<I", 0xFFFFFFF0)
    lying_count = bytearray(plain)
    lying_count[end + 8:end + 12] = struct.pack("<HH", 60_000, 60_000)
    return {
        "a password": bytes(encrypted), "a wrong checksum": bytes(wrong_sum), "a lying count": bytes(lying_count),
        "a size that is too small": bytes(lying_size), "a size that is too large": bytes(huge_size),
        "a torn end": plain[:-30], "a torn middle": plain[:central // 2] + plain[central:],
        "no directory": plain[:central],
    }
