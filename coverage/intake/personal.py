"""Find columns of personal data (ID numbers, phone numbers, names beside disability fields) in a table's cells.

Only aggregates come in: a table that lists persons is refused as a whole, and the values are not repeated.
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from coverage.intake.header import plain

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_ID_CHECK = "10X98765432"
_ID = re.compile(
    r"(?<!\d)(\d{17}[\dXx])(?:\d{2}[0-9A-Za-z]?)?(?!\d)"
)  # a 残疾证 number adds 2 digits, a reissue one more
_PHONE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")
_LONG_NUMBER = re.compile(r"\d{15,}[0-9A-Za-z]{0,5}|\d(\.\d+)?[eE]\+?1[4-9]")
_NAME_TITLES = {"姓名", "残疾人姓名", "本人姓名", "监护人", "监护人姓名", "户主", "户主姓名"}
_DISABILITY_TITLE = re.compile(r"残疾(类别|类型|等级|程度|证|人姓名)")
_ID_TITLE = re.compile(r"身份证|残疾证号|证件号|公民身份")
_SHARE = 0.2  # of filled cells: fewer may be chance
_SAMPLE = 5_000


def is_id_number(text: str) -> bool:
    """An 18-digit citizen number with a real date and the right check digit (GB 11643-1999, ISO 7064 MOD 11-2)."""
    text = text.upper()
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", text):
        return False
    month, day, year = int(text[10:12]), int(text[12:14]), int(text[6:10])
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1850 <= year <= 2100):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _ID_WEIGHTS, strict=False))
    return _ID_CHECK[total % 11] == text[17]


def personal_columns(body: pd.DataFrame, titles: dict[int, str]) -> list[tuple[int, str]]:
    """(position, what it holds) of each column that lists persons; `body` holds text cells below the header."""
    disability = any(_DISABILITY_TITLE.search(plain(title)) for title in titles.values())
    found = []
    for position in body.columns:
        filled = body[position][body[position] != ""]
        what = _what(filled, titles.get(position, ""), disability)
        if what:
            found.append((position, what))
    return found


def _what(filled: pd.Series, title: str, disability: bool) -> str:
    if filled.empty:
        return ""
    sample = filled if len(filled) <= _SAMPLE else filled.iloc[:: len(filled) // _SAMPLE + 1]
    long_digits = sample[sample.str.len() >= 11]
    texts = [unicodedata.normalize("NFKC", text).replace(" ", "") for text in long_digits]
    ids = sum(any(is_id_number(number) for number in _ID.findall(text)) for text in texts)
    named = bool(_ID_TITLE.search(plain(title)))
    if ids and (named or ids >= _SHARE * len(sample)):
        return "身份证号"
    if named and any(_LONG_NUMBER.fullmatch(text) for text in texts):  # shortened by Excel, or of the old 15 digits
        return "身份证号"
    if disability and sum(bool(_PHONE.search(text)) for text in texts) >= _SHARE * len(sample):
        return "手机号"
    if disability and plain(title) in _NAME_TITLES:
        return "姓名"
    return ""
