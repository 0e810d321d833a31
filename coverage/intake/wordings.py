"""Give what local wordings mean (阳光家园 → 残疾人之家), from our table and, before it, the user's own."""

from __future__ import annotations

from functools import cache
from importlib import resources

import pandas as pd

from coverage.errors import TableError
from coverage.intake.sheets import read_sheets
from coverage.intake.source import Source

WORDING_COLUMNS = ("column", "wording", "meaning", "source")


@cache
def bundled_wordings() -> pd.DataFrame:
    """Our table: column, wording, meaning, source."""
    with resources.files("coverage.intake").joinpath("wordings.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype="str")


def wordings_of(column: str, own: pd.DataFrame | None = None) -> dict[str, str]:
    """Wording → meaning for one column; the user's rows win over ours."""
    tables = [bundled_wordings()] if own is None else [bundled_wordings(), own]
    meanings: dict[str, str] = {}
    for table in tables:
        rows = table[table["column"] == column]
        meanings |= dict(zip(rows["wording"], rows["meaning"], strict=True))
    return meanings


def read_wordings(source: Source, *, isolate: bool = False) -> pd.DataFrame:
    """The user's own table: its first row has `column, wording, meaning`, `source` optional. Raises TableError."""
    sheet = read_sheets(source, isolate=isolate)[0]
    cells = sheet.cells
    titles = [clean_title(cell) for cell in cells.iloc[0]] if len(cells) else []
    missing = [name for name in WORDING_COLUMNS[:3] if name not in titles]
    if missing:
        raise TableError(f"词语对照表缺少列：{'、'.join(missing)}", where=source.name,
                         todo="第一行应为 column,wording,meaning,source")
    body = cells.iloc[1:].set_axis(titles, axis=1)
    return body.reindex(columns=list(WORDING_COLUMNS), fill_value="").reset_index(drop=True)


def clean_title(text: str) -> str:
    return text.strip().lower()


@cache
def bundled_aliases() -> dict[str, tuple[str, ...]]:
    """Township name without suffix → the other names it goes by, in either direction."""
    with resources.files("coverage.intake").joinpath("aliases.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, dtype="str")
    found: dict[str, tuple[str, ...]] = {}
    for one, other in zip(table["name"], table["also"], strict=True):
        found[one] = (*found.get(one, ()), other)
        found[other] = (*found.get(other, ()), one)
    return found
