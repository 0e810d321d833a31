"""Turn text cells into typed values, a whole column at a time, and say which cells can't be.

Each reader takes a Series of text ("" = blank) and the dictionary's Column, and gives a
`Parsed`. The plain cells go the fast way; only what is left is looked at one by one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from coverage.schema import Column

_BLANKS = {
    "",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无数据",
    "不详",
    "未知",
    "n/a",
    "na",
    "nan",
    "null",
    "none",
    "#n/a",
    "空",
}
_FULL_WIDTH = str.maketrans(
    {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    | {0x3000: " ", 0xA0: " ", 0x200B: None, 0x200C: None, 0x200D: None, 0xFEFF: None, 0x2060: None}
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
UNSAFE_TEXT = r"^[=@]|^[+\-][^\d\s]|[<>]|\$\{|\{\{|(?i:javascript:)"
"""Text that a spreadsheet would run as a formula or a page as code."""

_YES = {
    "是",
    "有",
    "√",
    "✓",
    "✔",
    "y",
    "yes",
    "true",
    "t",
    "1",
    "对",
    "已达标",
    "达标",
    "规范化",
    "规范",
    "公益性",
    "公益",
    "公办",
}
_NO = {
    "否",
    "无",
    "×",
    "✗",
    "✘",
    "n",
    "no",
    "false",
    "f",
    "0",
    "未达标",
    "不达标",
    "非规范化",
    "不规范",
    "未规范",
    "非公益性",
    "非公益",
    "民办",
    "营利性",
    "没有",
    "不是",
}
_YEAR = re.compile(r"^(\d{4})(?:$|[年./-]|\.0+$)")
_DMS = re.compile(
    r"^([NSEWnsew东西南北]经?纬?)?(\d{1,3})[°度](?:(\d{1,2}(?:\.\d+)?)['′分])?(?:(\d{1,2}(?:\.\d+)?)[\"″秒])?"
    r"([NSEWnsew])?$"
)
_DEGREE = re.compile(r"^([NSEWnsew]|[东西]经|[南北]纬)?([-+]?\d+(?:\.\d+)?)[°度]?([NSEWnsew])?$")


_LIKELY = 60  # rapidfuzz score from which a wording is worth suggesting


@dataclass(frozen=True)
class Parsed:
    """`values` typed, missing where blank or bad; `bad` marks the cells that can't be read."""

    values: pd.Series
    bad: pd.Series
    rule: str
    suggestion: str | list[str]  # one for all bad cells, or one for each


def clean(cells: pd.Series) -> pd.Series:
    """Text with half-width digits and letters, no control or invisible characters, no spaces at the ends."""
    codes, distinct = pd.factorize(cells.to_numpy(dtype=object))
    cleaned = np.array([_clean_one(text) for text in distinct], dtype=object)
    return pd.Series(cleaned[codes] if len(distinct) else [], index=cells.index, dtype="str")


def _clean_one(text: str) -> str:
    if text.isascii() and text.isalnum():  # most cells: nothing to mend
        return "" if text.lower() in _BLANKS else text
    text = _CONTROL.sub(" ", unicodedata.normalize("NFC", text).translate(_FULL_WIDTH)).strip()
    while text.startswith("'"):
        text = text[1:].strip()
    return "" if text.lower() in _BLANKS else text


def read_column(
    cells: pd.Series, column: Column, *, factor: float = 1.0, wordings: dict[str, str] | None = None
) -> Parsed:
    """Clean text cells → typed values by the column's kind."""
    if column.kind in ("float", "int"):
        return _number(cells, column, factor)
    if column.kind == "choice":
        return _choice(cells, column, wordings or {})
    return _READERS[column.kind](cells, column)


def _text(cells: pd.Series, column: Column) -> Parsed:
    unsafe = cells.str.contains(UNSAFE_TEXT)
    return Parsed(cells.mask((cells == "") | unsafe), unsafe, "不安全的文字",
                  "像是公式或网页代码：只写名称，不要用 < >，不要以 = + - @ 开头")


def _code(cells: pd.Series, column: Column) -> Parsed:
    plain = cells.str.fullmatch(r"\d+") | (cells == "")
    values = cells.mask(cells == "")
    values = _where_not(plain, cells, values, restore_code)
    values = values.mask(values == "")
    bad = values.isna() & (cells != "")
    lengths = values.str.len()
    wrong = values.notna() & ~lengths.isin(column.digits) if column.digits else _none(cells)
    digits = "或 ".join(map(str, column.digits))
    return Parsed(
        values.mask(wrong),
        bad | wrong,
        "代码位数",
        f"应为 {digits} 位数字；把这一列设为“文本”格式再填，避免 Excel 改成科学计数",
    )


def restore_code(text: str) -> str:
    """A code's digits out of 6.20422100E+08, 620422100.0 or 620 422 100; "" where digits are lost."""
    text = unicodedata.normalize("NFKC", text).replace(" ", "").replace(",", "").replace("-", "").lstrip("'")
    if re.fullmatch(r"\d+", text):
        return text
    if match := re.fullmatch(r"(\d+)\.0+", text):
        return match.group(1)
    match = re.fullmatch(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})", text)
    if not match:
        return ""
    digits, power = match.group(1) + (match.group(2) or ""), int(match.group(3))
    return digits if len(digits) == power + 1 else ""  # fewer digits than the power: the rest was lost in saving


def _number(cells: pd.Series, column: Column, factor: float) -> Parsed:
    numbers = pd.to_numeric(cells.mask(cells == ""), errors="coerce").astype("float64")
    numbers = numbers.mask(~np.isfinite(numbers))
    slow = numbers.isna() & (cells != "")
    if slow.any():
        reader = degrees if column.name in ("lon", "lat") else plain_number
        numbers = numbers.copy()
        numbers[slow] = [reader(text) for text in cells[slow]]
    numbers = numbers * factor if factor != 1.0 else numbers
    bad = numbers.isna() & (cells != "")
    if column.kind == "float":
        return Parsed(numbers, bad, "不是数字", "只写数字，不写单位和文字")
    rounded = numbers.round()
    broken = numbers.notna() & ((numbers - rounded).abs() > 1e-6)
    whole = rounded.mask(broken | (rounded.abs() > 1e15)).astype("Int64")
    return Parsed(whole, whole.isna() & (cells != ""), "不是整数", "只写整数，不写单位和文字")


def plain_number(text: str) -> float:
    """1,234 and １２３４ and 1234人 and 1.2万 as numbers; NaN where it is none."""
    text = unicodedata.normalize("NFKC", text).replace(" ", "").replace(",", "").replace("，", "")
    match = re.fullmatch(r"([-+]?\d+(?:\.\d+)?)(万)?(?:人|名|张|个|床|元|户|平方公里|km2)?", text)
    if not match:
        return np.nan
    return round(float(match.group(1)) * (10_000 if match.group(2) else 1), 6)


def degrees(text: str) -> float:
    """105.05, E105.05, 105.05°E or 105°03′12″ as degrees; NaN where it is none."""
    text = unicodedata.normalize("NFKC", text).replace(" ", "").replace("’", "'").replace("”", '"')
    text = text.replace("''", '"').replace("′′", '"')
    if match := _DEGREE.match(text):
        before, number, after = match.groups()
        return -float(number) if _negative(before, after) else float(number)
    match = _DMS.match(text)
    if not match:
        return np.nan
    before, degree, minute, second, after = match.groups()
    if float(minute or 0) >= 60 or float(second or 0) >= 60:
        return np.nan
    value = float(degree) + float(minute or 0) / 60 + float(second or 0) / 3600
    return -value if _negative(before, after) else value


def _negative(*marks: str | None) -> bool:
    return any(mark and mark[0] in "SWsw南西" for mark in marks)


def _year(cells: pd.Series, column: Column) -> Parsed:
    years = pd.to_numeric(cells.str.extract(_YEAR, expand=False), errors="coerce").astype("Int64")
    return Parsed(years, years.isna() & (cells != ""), "不是年份", "写四位年份，如 2019")


def _bool(cells: pd.Series, column: Column) -> Parsed:
    lower = cells.str.lower()
    values = pd.Series(pd.NA, index=cells.index, dtype="boolean")
    values[lower.isin(_YES)] = True
    values[lower.isin(_NO)] = False
    return Parsed(values, values.isna() & (cells != ""), "不是是或否", "写“是”或“否”")


def _choice(cells: pd.Series, column: Column, wordings: dict[str, str]) -> Parsed:
    meanings = {choice: choice for choice in column.choices} | wordings
    known = {wording_key(said): meant for said, meant in meanings.items()}
    meant = {text: known.get(wording_key(text)) for text in cells.unique().tolist()}
    values = cells.map(meant).astype("str")
    values = values.where(values.isin(column.choices))
    bad = values.isna() & (cells != "")
    return Parsed(values, bad, "不在可选项中", [_closest(text, meanings, column) for text in cells[bad].tolist()])


def _closest(text: str, meanings: dict[str, str], column: Column) -> str:
    choices = f"可填：{'、'.join(column.choices)}"
    best = process.extractOne(text, sorted(meanings), scorer=fuzz.ratio, score_cutoff=_LIKELY)
    return f"像是“{meanings[best[0]]}”？{choices}" if best else choices


def wording_key(text: str) -> str:
    """A wording for comparison: half-width, lower case, one kind of dash, no spaces."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", "", re.sub(r"[‐-―—~～至到]+", "-", text))


def _where_not(plain: pd.Series, cells: pd.Series, values: pd.Series, reader: Callable[[str], str]) -> pd.Series:
    slow = ~plain
    if not slow.any():
        return values
    values = values.copy()
    values[slow] = [reader(text) for text in cells[slow]]
    return values


def _none(cells: pd.Series) -> pd.Series:
    return pd.Series(False, index=cells.index)


_READERS = {"text": _text, "code": _code, "year": _year, "bool": _bool}
