"""Share people out to the villages, and the plan's 18,000 certificate holders to kinds of disability.

Takes township residents (2020 census) and the villages; gives residents by village, whose township sums are exact, and
disabled people by village, category, severity and age band, which add up to exactly DISABLED. The shares in SHARES are
assumed for the sample (示例数据), not statistics of this county.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from geo import chance

DISABLED = 18_000  # 会政办发〔2022〕72号: 1.8万 certificate holders in the county
URBAN_WEIGHT = {"会师镇": 7.0}  # a community against a village: the county town's are large
COMMUNITY_WEIGHT = 1.5
BASIS = "示例数据"

# category: share of all, share that is severe (一级、二级), shares of the age bands; all assumed
SHARES = {
    "视力": (0.12, 0.45, (0.003, 0.012, 0.385, 0.600)),
    "听力": (0.09, 0.50, (0.010, 0.020, 0.370, 0.600)),
    "言语": (0.02, 0.45, (0.030, 0.070, 0.600, 0.300)),
    "肢体": (0.54, 0.35, (0.004, 0.016, 0.520, 0.460)),
    "智力": (0.09, 0.60, (0.020, 0.100, 0.700, 0.180)),
    "精神": (0.10, 0.75, (0.004, 0.036, 0.760, 0.200)),
    "多重": (0.04, 0.80, (0.030, 0.080, 0.540, 0.350)),
}
AGE_BANDS = ("0-6", "7-17", "18-59", "60+")


def largest_remainder(weights, total: int) -> np.ndarray:
    """Whole numbers in proportion to weights that add up to total; the first wins where remainders tie."""
    weights = np.asarray(weights, float)
    quota = np.round(weights * total / weights.sum(), 9)
    whole = np.floor(quota).astype(int)
    order = np.argsort(-(quota - whole), kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return whole


def residents(township: str, total: int, villages: list[str], codes: list[str]) -> np.ndarray:
    """Residents of a township's villages: villages weigh 0.6 to 1.4 by chance, communities more."""
    community = URBAN_WEIGHT.get(township, COMMUNITY_WEIGHT)
    weights = [(0.6 + 0.8 * chance("residents", code)) * (community if "社区" in name else 1)
               for name, code in zip(villages, codes, strict=True)]
    return largest_remainder(weights, total)


def disabled(villages: pd.DataFrame) -> pd.DataFrame:
    """One row per village and kind with anyone in it."""
    kinds = [(category, severity, band, share * part * bands[k])
             for category, (share, severe, bands) in SHARES.items()
             for severity, part in (("重度", severe), ("轻度", 1 - severe))
             for k, band in enumerate(AGE_BANDS)]
    share = np.array([kind[3] for kind in kinds])
    totals = largest_remainder(villages["pop"], DISABLED)
    rows, given, people = [], np.zeros(len(kinds), int), 0
    for code, total in zip(villages["village_code"], totals, strict=True):
        people += total
        counts = _in_step(share * people - given, int(total))
        given += counts
        rows += [(code, *kind[:3], count, BASIS) for kind, count in zip(kinds, counts, strict=True) if count]
    return pd.DataFrame(rows, columns=["village_code", "category", "severity", "age_band", "people", "basis"])


def _in_step(owed: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers that add up to total and keep each kind's running count in step with its share of the county."""
    owed = np.round(owed, 9)
    counts = np.maximum(np.floor(owed), 0).astype(int)
    while counts.sum() > total:
        counts[np.argmin(np.where(counts > 0, owed - counts, np.inf))] -= 1
    order = np.argsort(-(owed - counts), kind="stable")
    counts[order[: total - counts.sum()]] += 1
    return counts
