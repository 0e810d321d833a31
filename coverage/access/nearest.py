"""Find each demand point's nearest and second nearest site: the long travel-time table in, a row per point out."""

from __future__ import annotations

import pandas as pd


def nearest(times: pd.DataFrame) -> pd.DataFrame:
    """Give the two nearest sites of each demand point.

    `times`: columns demand_id, site_id, travel_min (minutes, no NaN); a pair that is
    absent can't be reached. Only sites that count should be in it.

    Returns a frame indexed by demand_id, sorted, with site_id, travel_min,
    second_site_id, second_min. Equal minutes are settled by site_id. A point that
    reaches no site is absent; the second pair is NA where only one site is reached.
    """
    ordered = times[["demand_id", "site_id", "travel_min"]].sort_values(
        ["demand_id", "travel_min", "site_id"], kind="stable"
    )
    rank = ordered.groupby("demand_id", sort=False).cumcount()
    first = ordered[rank == 0].set_index("demand_id")
    second = ordered[rank == 1].set_index("demand_id")
    second.columns = ["second_site_id", "second_min"]
    return first.join(second, how="left")
