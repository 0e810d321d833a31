"""Tell which of the two township code lists a table's codes come from, and give the code that the project uses.

The statistics bureau and the civil affairs ministry number the same townships differently, often shifted by one,
so that a code of one list is another township's code in the other: a table read by the wrong list would join
without a gap and be wrong. The rows' names and points, their village codes and the codes found in one list alone
decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.intake.header import plain

_NBS_TITLES = {plain(title) for title in (
    "统计代码", "统计用区划代码", "统计局代码", "nbs_code", "nbs_code9", "street_code9",
)}
MCA, NBS = "民政代码", "统计代码"


@dataclass(frozen=True)
class CodeReading:
    """`linked`: the project's township codes, NA where unknown. `system`: MCA or NBS. `sure`: False where a row
    means one township by the one list and another by the other, and nothing tells them apart."""

    linked: pd.Series
    system: str
    sure: bool


def read_codes(table: pd.DataFrame, by_name: pd.Series, townships: pd.DataFrame, title: str = "") -> CodeReading:
    """Read `township_code` of `table` by the list that it comes from.

    `by_name` is the code by the row's township name (NA where there is none), `townships` has township_code and
    nbs_code, `title` is the user's header of the code column.
    """
    given = table["township_code"]
    own = dict(zip(*[townships["township_code"].tolist()] * 2, strict=True))
    statistics = townships[townships["nbs_code"].notna()]
    other = dict(zip(statistics["nbs_code"].tolist(), statistics["township_code"].tolist(), strict=True))
    as_mca, as_nbs = given.map(own).astype("str"), given.map(other).astype("str")
    differ = given.notna() & (as_mca.fillna("") != as_nbs.fillna(""))
    votes_mca = int((differ & as_nbs.isna()).sum()) + int((differ & (by_name == as_mca)).sum())
    votes_nbs = int((differ & as_mca.isna()).sum()) + int((differ & (by_name == as_nbs)).sum())
    if "village_code" in table:  # village codes are the statistics bureau's
        prefix = table["village_code"].str[:9]
        votes_nbs += int((differ & (prefix == given)).sum())
        votes_mca += int((differ & (prefix.map(other).astype("str") == given)).sum())
    for witness in (_named_in, _closer_to):
        for_mca, for_nbs = witness(table[differ], as_mca[differ], as_nbs[differ], townships)
        votes_mca, votes_nbs = votes_mca + for_mca, votes_nbs + for_nbs
    if plain(title) in _NBS_TITLES:
        votes_nbs += len(given) + 1
    nbs = votes_nbs > votes_mca
    first, second = (as_nbs, as_mca) if nbs else (as_mca, as_nbs)
    linked = first if nbs or votes_mca else first.fillna(second)
    ambiguous = differ & as_mca.notna() & as_nbs.notna()
    return CodeReading(linked, NBS if nbs else MCA, not ambiguous.any() or votes_nbs != votes_mca)


def _named_in(rows: pd.DataFrame, as_mca: pd.Series, as_nbs: pd.Series, townships: pd.DataFrame) -> tuple[int, int]:
    """How many rows bear, within their own name (会师镇残疾人之家), the township of either reading."""
    if "name" not in rows:
        return 0, 0
    names = dict(zip(townships["township_code"].tolist(), townships["township"].tolist(), strict=True))

    def count(codes: pd.Series) -> int:
        pairs = zip(rows["name"].fillna("").tolist(), codes.map(names).fillna("").tolist(), strict=True)
        return sum(bool(township) and township in name for name, township in pairs)

    return count(as_mca), count(as_nbs)


def _closer_to(rows: pd.DataFrame, as_mca: pd.Series, as_nbs: pd.Series, townships: pd.DataFrame) -> tuple[int, int]:
    """How many rows lie at less than half the distance from the one reading's township as from the other's."""
    points = townships.set_index("township_code")[["lon", "lat"]]

    def distance(codes: pd.Series) -> pd.Series:
        lon, lat = codes.map(points["lon"].to_dict()), codes.map(points["lat"].to_dict())
        east = (rows["lon"] - lon.astype("float64")) * np.cos(np.radians(rows["lat"]))
        return np.hypot(east, rows["lat"] - lat.astype("float64"))

    if "lon" not in rows:
        return 0, 0
    mca, nbs = distance(as_mca), distance(as_nbs)
    return int((mca < nbs / 2).sum()), int((nbs < mca / 2).sum())
