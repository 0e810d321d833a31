"""Make hostile CSV files."""

import random

from tests.attacks.attack import Attack

_HEAD = "机构名称,机构类型,乡镇,经度,纬度\n"


def attacks() -> list[Attack]:
    chance = random.Random(7)
    contents: dict[str, bytes] = {
        "a million columns": b"a," * 1_000_000 + b"\n",
        "a million columns of tabs": b"a\t" * 1_000_000 + b"\n",
        "a million columns of semicolons": b"a;" * 1_000_000 + b"\n",
        "a million columns of wide commas": "a，".encode() * 1_000_000 + b"\n",
        "a million columns in the second row": _HEAD.encode() + b"a," * 1_000_000,
        "two million rows": _HEAD.encode() + b"a\n" * 2_000_000,
        "NUL bytes": _HEAD.encode() + b"a\x00b,c\n",
        "only NUL bytes": bytes(1000),
        "UTF-16": _HEAD.encode("utf-16"),
        "UTF-32": _HEAD.encode("utf-32"),
        "bytes of no encoding": b"\xff\xff\xff\xfe\xfd" * 100,
        "UTF-8 that breaks off": b"\xef\xbb\xbf" + _HEAD.encode() + b"\xe4\xbc",
        "overlong UTF-8": b"\xef\xbb\xbf" + b"\xc0\xaf" * 50,
        "surrogates in UTF-8": b"\xef\xbb\xbf" + b"\xed\xa0\x80" * 50,
        "a quote that never closes": _HEAD.encode() + b'"' + b"x" * 5_000_000,
        "quotes upon quotes": b'"' * 3_000_000,
        "one endless cell": b"x" * 5_000_000,
        "only line ends": b"\r\n" * 100_000,
        "only commas": b",,,,,\n" * 100_000,
        "noise": bytes(chance.randrange(1, 256) for _ in range(50_000)),
        "a header and nothing else twice": _HEAD.encode()[:-1],
        "ID numbers": "机构名称,机构类型,乡镇,残疾类别,身份证号\n甲,托养机构,会师镇,肢体,11010519491231002X\n".encode(),
        "right-to-left tricks": (_HEAD + "\u202e\u202e\u202e,托养机构,会师镇,105,35\n").encode(),
    }
    return [Attack(f"CSV with {title}", "institutions", "机构.csv", data) for title, data in contents.items()]
