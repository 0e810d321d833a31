"""Give the colours and marks of maps, charts and their legends, from palette.csv."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from urllib.parse import quote

import pandas as pd

SHAPES = {
    "square": "M3 3h12v12h-12z",
    "hollow": "M4 4h10v10h-10z",
    "cross": "M7 2h4v5h5v4h-5v5H7v-5H2V7h5z",
    "triangle": "M9 2l7.5 13.5h-15z",
    "down": "M9 16L1.5 2.5h15z",
    "wedge": "M9 14.5L4 5h10z",
    "speck": "M6.5 9a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0z",
    "diamond": "M9 1l7.5 8L9 17 1.5 9z",
    "circle": "M2.5 9a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0 -13 0z",
    "star": "M9 1l2.5 5.2 5.9.7-4.4 4 1.2 5.8L9 13.8l-5.2 2.9L5 10.9.6 6.9l5.9-.7z",
    "dot": "M4.5 9a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    "ring": "M5 9a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "x": "M4 6l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z",
    "frame": "M1 1h16v16h-16z",
    "lozenge": "M9 0l9 9-9 9-9-9z",
}
"""Marks as SVG path data in a box of 18 × 18."""

_OPEN = ("ring", "hollow")
_EMPTY = ("frame", "lozenge")


@cache
def palette(use: str) -> pd.DataFrame:
    """The rows of one use: index key; label, colour (#rrggbb), shape, source."""
    with files("coverage.report").joinpath("palette.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    return table[table["use"] == use].set_index("key")


def share_key(share: float) -> str | None:
    """The palette key of a share 0–1: the largest break not above it; None where nobody is there (NaN)."""
    if pd.isna(share):
        return None
    return max((key for key in palette("share").index if float(key) <= share + 1e-12), key=float)


def change_key(change: float) -> str | None:
    """The palette key of a change in share, -1 to 1: by its size, no change apart; None where either is unknown."""
    if pd.isna(change):
        return None
    size = abs(round(change, 9))
    step = "0" if size == 0 else "0.05" if size < 0.05 else "0.2" if size < 0.2 else "1"
    return step if change >= 0 or size == 0 else f"-{step}"


def mark(use: str, key: str) -> dict[str, str]:
    """The mark as path data, fill and edge colour: its shape tells as much as its colour."""
    row = palette(use).loc[key]
    colour, shape = row["colour"], row["shape"]
    if shape in _EMPTY:
        return {"d": SHAPES[shape], "fill": "none", "edge": colour}
    return {"d": SHAPES[shape], "fill": "#ffffff" if shape in _OPEN else colour,
            "edge": colour if shape in _OPEN else "#ffffff"}


def mark_img(use: str, key: str, size: int = 14) -> str:
    """The mark as an HTML image of its own, for legends."""
    shape = mark(use, key)
    width = 1.2 if shape["edge"] == "#ffffff" else 2
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 20 20" fill="{shape["fill"]}" '
           f'stroke="{shape["edge"]}" stroke-width="{width}"><path d="{shape["d"]}"/></svg>')
    return f'<img alt="" width="{size}" height="{size}" src="data:image/svg+xml,{quote(svg)}">'
