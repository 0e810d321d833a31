"""Say numbers and names in a planner's words; an unknown number is 未知, never 0."""

from __future__ import annotations

import re

import pandas as pd

UNKNOWN = "未知"
UNTOLD = {"open": "当作能通行", "slow": "当作较慢（七成车速，示意）", "closed": "当作不能通行"}
"""How roads whose fitness for wheelchairs nobody has noted are treated."""

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\xff]) (?=[!-~])|(?<=[!-~]) (?=[^\x00-\xff])")
_BLANK = re.compile(r"[\t\n\r]+")


def people(count) -> str:
    return UNKNOWN if pd.isna(count) else f"{int(count):,} 人"


def percent(share) -> str:
    return UNKNOWN if pd.isna(share) else f"{share:.1%}"


def minutes(value) -> str:
    return "到不了" if pd.isna(value) else f"{value:.0f} 分钟"


def yes_no(value) -> str:
    return UNKNOWN if pd.isna(value) else ("是" if value else "否")


def listed(names, most: int = 5) -> str:
    """Names in a row; beyond `most` it says how many there are."""
    names = list(names)
    return "、".join(names[:most]) + (f"等 {len(names)} 个" if len(names) > most else "")


def legal(text: str) -> str:
    """Text that a Word or Excel file can hold: a character that XML forbids shows as □."""
    return _NO_XML.sub("□", text)


def one_line(text: str) -> str:
    """The same on one line."""
    return legal(_BLANK.sub(" ", text))


def tight(text: str) -> str:
    """Prose without the blanks between Chinese and figures: Word sets that space by itself."""
    return _BESIDE_CHINESE.sub("", text)


def width(text: str) -> int:
    """How wide a text stands: a Chinese character is as wide as two letters."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def from_to(before: str, after: str) -> str:
    """由 3 人变为 5 人; between a digit or a sign and a Chinese word stands a space."""
    return f"由 {before}{' ' if before[-1:].isascii() else ''}变为 {after}"
