"""Hold a report as plain parts, before any file format: headings, paragraphs, tables, pictures.

Takes parts without numbers; `numbered` gives them the numbers that an office's paper bears (一、（一）1. 表1 图1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from coverage.report.words import tight


@dataclass(frozen=True)
class Heading:
    """`level` 1 to 3; an `aside` one, such as 附表, bears no number."""

    level: int
    text: str
    aside: bool = False


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Grid:
    """A table whose cells are already the words to be shown; `numeric` columns stand to the right.

    `summary` tells a reader who can't see it what the table holds.
    """

    caption: str
    frame: pd.DataFrame
    note: str
    summary: str
    numeric: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A PNG with its caption, and `alt`, what it shows in words."""

    caption: str
    png: bytes
    alt: str
    width_mm: float = 156


Part = Heading | Paragraph | Grid | Picture


@dataclass(frozen=True)
class Paper:
    """A whole report; `mark` stands under the title (示例数据 and the like), empty where there is nothing to mark.

    `title_lines` are where the title may break: its lines where it is too long for one (GB/T 9704-2012, 7.3.1).
    """

    title_lines: tuple[str, ...]
    mark: str
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        return "".join(self.title_lines)


def numbered(parts: Iterable[Part]) -> list[Part]:
    """The same parts with numbers: headings by level (GB/T 9704-2012, 7.3.3), tables and pictures each in a row."""
    counts = {1: 0, 2: 0, 3: 0}
    tables = pictures = 0
    told: list[Part] = []
    for part in parts:
        if isinstance(part, Heading) and not part.aside:
            counts[part.level] += 1
            counts |= {deeper: 0 for deeper in counts if deeper > part.level}
            told.append(replace(part, text=_number(part.level, counts[part.level]) + part.text))
        elif isinstance(part, Grid):
            tables += 1
            told.append(replace(part, caption=f"表{tables}　{part.caption}"))
        elif isinstance(part, Picture):
            pictures += 1
            told.append(replace(part, caption=f"图{pictures}　{part.caption}"))
        else:
            told.append(part)
    return told


def set_tight(parts: Iterable[Part]) -> list[Part]:
    """The same parts, their prose without the blanks between Chinese and figures; cells of tables stay as they are."""
    return [replace(part, **{name: tight(getattr(part, name)) for name in ("text", "caption", "note", "summary", "alt")
                             if hasattr(part, name)}) for part in parts]


def _number(level: int, count: int) -> str:
    return {1: f"{chinese(count)}、", 2: f"（{chinese(count)}）", 3: f"{count}."}[level]


def chinese(number: int) -> str:
    """1 to 99 in Chinese figures."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
