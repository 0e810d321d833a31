"""Find a table's header row below title rows and match its columns to the column dictionary."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from coverage.intake import limits
from coverage.intake.sheets import Sheet
from coverage.schema import POINT, Column, Table

PROBLEM_TITLE = "问题"  # the column that a marked workbook adds; never read
LIST_TITLE = "问题清单"  # and its sheet

_SPACE = re.compile(r"[\s\u200b\ufeff*＊:：]+")
_BRACKET = re.compile(r"\(([^()]*)\)")

UNIT_FACTORS = {
    # (the dictionary's unit, the unit in the user's header) → factor; plain arithmetic of legal units
    ("人", "万人"): 10_000.0,
    ("人", "千人"): 1_000.0,
    ("万元", "元"): 0.0001,
    ("万元", "千元"): 0.1,
    ("万元", "亿元"): 10_000.0,
    ("平方公里", "公顷"): 0.01,
    ("平方公里", "亩"): 1 / 1_500,
    ("平方公里", "万亩"): 10_000 / 1_500,
    ("平方公里", "平方米"): 1e-6,
}
_SAME_UNIT = {
    "平方公里": {"km2", "km²", "平方千米", "平方公里"},
    "人": {"人", "名", "张", "个"},
    "万元": {"万元"},
    "度 (WGS-84)": {"度", "°", "wgs84", "wgs-84"},
}


@dataclass(frozen=True)
class Header:
    """`row` is the last header row; `columns`: internal name → position; `titles`: position → the user's header.

    `factors`: internal name → what the user's unit is multiplied by. `unknown`: positions that match nothing.
    """

    row: int
    columns: dict[str, int]
    titles: dict[int, str]
    factors: dict[str, float]
    unknown: tuple[int, ...]

    def title(self, name: str, table: Table) -> str:
        """The header as the user wrote it, else the dictionary's."""
        if name in self.columns:
            return self.titles[self.columns[name]]
        return next((column.header for column in table.columns if column.name == name), name)


def plain(text: str) -> str:
    """A header for comparison: half-width, lower case, no spaces, colons or stars."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).lower()


def find_header(sheet: Sheet, table: Table) -> Header | None:
    """The best matching row among the first, or two rows together (a split header); None where none matches."""
    best, best_score = None, (0, 0)
    head = sheet.cells.head(limits.HEADER_SEARCH_ROWS)
    rows = {
        int(number): [str(cell) for cell in cells] for number, cells in zip(head.index, head.to_numpy(), strict=True)
    }
    rows = _spread_merged(rows, sheet)
    numbers = sorted(rows)
    for number in numbers:
        candidates = [rows[number]]
        if number + 1 in rows:
            candidates.append(_two_rows(rows[number], rows[number + 1]))
        for extra, titles in enumerate(candidates):
            header = _match(number + extra, titles, table)
            score = _score(header, table)
            if score > best_score and _enough(header, table):
                best, best_score = header, score
    return best


def _spread_merged(rows: dict[int, list[str]], sheet: Sheet) -> dict[int, list[str]]:
    """A merged cell's text in each of its columns, so that a split header's upper row reaches its lower cells."""
    spread = {number: list(cells) for number, cells in rows.items()}
    for (top, left), (bottom, right) in sheet.merged:
        if top in spread and top == bottom and left < len(spread[top]) and right - left < 12:
            for column in range(left, min(right + 1, len(spread[top]))):
                spread[top][column] = rows[top][left]
    return spread


def _two_rows(upper: list[str], lower: list[str]) -> list[str]:
    return [below if below.strip() else above for above, below in zip(upper, lower, strict=True)]


def _enough(header: Header, table: Table) -> bool:
    """A row of data may hold a word that is an alias too; a header names at least two columns."""
    return len(header.columns) >= min(2, len(table.columns))


def _score(header: Header, table: Table) -> tuple[int, int]:
    required = sum(column.required and column.name in header.columns for column in table.columns)
    return required, len(header.columns)


def _match(row: int, cells: list[str], table: Table) -> Header:
    """Each column takes the position whose title stands earliest in its list: header, name, then aliases."""
    titles = {i: cell.strip() for i, cell in enumerate(cells) if cell.strip()}
    ranked = []
    for position, title in titles.items():
        for form_rank, (form, unit) in enumerate(_forms(title)):
            for name, rank in _dictionary(table).get(form, ()):
                ranked.append((rank, form_rank, position, name, unit))
    columns: dict[str, int] = {}
    factors: dict[str, float] = {}
    taken: set[int] = set()
    for _, _, position, name, unit in sorted(ranked):
        if name in columns or position in taken:
            continue
        columns[name] = position
        taken.add(position)
        factors[name] = _factor(name, unit, table)
    unknown = tuple(i for i, title in titles.items() if i not in taken and title != PROBLEM_TITLE)
    return Header(row, columns, titles, factors, unknown)


def _forms(title: str) -> list[tuple[str, str]]:
    """The ways to read one title: whole, then without its brackets, whose content may be a unit."""
    whole = plain(title)
    forms = [(whole, "")]
    bracket = _BRACKET.search(whole)
    if bracket:
        forms.append((_BRACKET.sub("", whole), bracket.group(1)))
    return forms


def _factor(name: str, unit: str, table: Table) -> float:
    wanted = next((column.unit for column in table.columns if column.name == name), "")
    return UNIT_FACTORS.get((wanted, unit), 1.0)


def unknown_unit(title: str, column: Column) -> str:
    """The bracketed unit of a title that is neither the dictionary's nor one we can convert, else ""."""
    bracket = _BRACKET.search(plain(title))
    if not bracket or not column.unit or plain(title) in {plain(form) for form in (column.header, *column.aliases)}:
        return ""
    unit = bracket.group(1)
    known = (column.unit, unit) in UNIT_FACTORS or unit in _SAME_UNIT.get(column.unit, {column.unit})
    looks_like_unit = unit.endswith(("人", "元", "亩", "米", "公里", "公顷", "户", "k㎡", "里"))
    return unit if looks_like_unit and not known else ""


@lru_cache(maxsize=32)
def _dictionary(table: Table) -> dict[str, tuple[tuple[str, int], ...]]:
    """Plain title → (internal name, rank) of each column that may bear it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for column in _columns(table):
        for rank, form in enumerate((column.header, column.name, *column.aliases)):
            entries = found.setdefault(plain(form), [])
            if column.name not in {name for name, _ in entries}:
                entries.append((column.name, rank))
    return {form: tuple(entries) for form, entries in found.items()}


def _columns(table: Table) -> tuple[Column, ...]:
    """The table's columns, and one for a point written in one cell where the table has points."""
    has_point = any(column.name == "lon" for column in table.columns)
    return (*table.columns, POINT) if has_point else table.columns
