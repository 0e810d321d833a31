"""Place the sample's institutions near their township's seat.

Takes design/institutions.csv (made up for the sample) and the seats; gives the institutions table. None of them is a
record of a real institution: each name says 示例.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from geo import chance, moved

BASIS = "示例数据：合成，不是真实机构名录"


def table(design: pd.DataFrame, facts: pd.DataFrame, points: dict) -> pd.DataFrame:
    codes = facts.set_index("township")["township_code"]
    rows = design.copy()
    rows["site_id"] = [f"S{k:03d}" for k in range(1, len(rows) + 1)]
    rows["name"] = rows["township"] + rows["service_type"] + rows["suffix"] + "（示例）"
    rows["township_code"] = rows["township"].map(codes)
    spots = [_spot(points[row.township], row.name, wide=row.township == "会师镇")
             for row in rows.itertuples(index=False)]
    rows["lon"], rows["lat"] = zip(*spots, strict=True)
    rows["basis"] = BASIS
    return rows


def _spot(seat, name, wide: bool) -> tuple[float, float]:
    """150 to 600 m from the seat, up to 1,800 m in the county town; the direction is chance."""
    angle = 2 * np.pi * chance("direction", name)
    radius = 150 + (1_650 if wide else 450) * chance("radius", name)
    return tuple(np.round(moved(seat, radius * np.cos(angle), radius * np.sin(angle)), 5).tolist())
