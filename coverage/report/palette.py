"""Give the colours and marks of maps, charts and their legends, from palette.csv."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd

_SHAPES = {
    "square": '<rect x="3" y="3" width="12" height="12"/>',
    "hollow": '<rect x="4" y="4" width="10" height="10" fill="#fff"/>',
    "cross": '<path d="M7 2h4v5h5v4h-5v5H7v-5H2V7h5z"/>',
    "triangle": '<path d="M9 2l7.5 13.5h-15z"/>',
    "diamond": '<path d="M9 1l7.5 8L9 17 1.500 9z"/>',
    "circle": '<circle cx="9" cy="9" r="6.500"/>',
    "star": '<path d="M9 1l2.5 5.2 5.9.7-4.4 4 1.2 5.8L9 13.8l-5.2 2.9L5 10.900.6 6.900l5.900-.7z"/>',
    "dot": '<circle cx="9" cy="9" r="4"/>',
    "ring": '<circle cx="9" cy="9" r="3.500" fill="#fff"/>',
    "x": '<path d="M4 6l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z"/>',
}


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


def mark_svg(use: str, key: str, size: int = 18) -> str:
    """The mark as inline SVG: its shape tells as much as its colour."""
    row = palette(use).loc[key]
    edge = row["colour"] if row["shape"] in ("ring", "hollow") else "#ffffff"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 18 18" '
        f'fill="{row["colour"]}" stroke="{edge}" stroke-width="1.2" aria-hidden="true">{_SHAPES[row["shape"]]}</svg>'
    )
