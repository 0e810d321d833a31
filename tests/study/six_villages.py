"""The six villages of tests/golden as siting's own tables, written down from the map by hand.

A B C D stand at km 0, 10, 20, 40 of one road (a kilometre is a minute); E is 19.5 minutes on foot from D; F is on a
road of its own. H1 stands at A, H2 at C. A, B are 甲镇; C, D 乙乡; E, F 丙乡.
"""

from pathlib import Path

import pandas as pd

from coverage.goals import load_plan
from coverage.study import Scenario, evaluate, load_base

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
A, B, C, D, E, F = (f"629901{code}" for code in ("100001", "100002", "200001", "200002", "201001", "201002"))
PEOPLE = {A: 100, B: 50, C: 30, D: 40, E: 20, F: 10}
UNIT = {A: "629901100", B: "629901100", C: "629901200", D: "629901200", E: "629901201", F: "629901201"}
KM = {A: 0, B: 10, C: 20, D: 40}
EXISTING = {"H1": A, "H2": C}


def evaluated(**changes):
    """The county in 2020 under two plans."""
    scenario = Scenario(title="六村县", project=COUNTY, year=2020).model_copy(update=changes)
    plans = tuple(load_plan((ROOT / "scenarios" / "plans" / name).read_text(encoding="utf-8"), where=name)
                  for name in ("huining-2021-2025.toml", "zhejiang-2021-2025.toml"))
    return evaluate(load_base(scenario), scenario, plans)


def minutes(one: str, other: str, walk: float = 19.5) -> float | None:
    """From village to village; None where there is no way."""
    if one == other:
        return 0.0
    if F in (one, other):
        return None
    return abs(KM.get(one, 40) - KM.get(other, 40)) + walk * ((one == E) + (other == E))


def tables(*, cost: float = 60.0, places: int = 30, walk: float = 19.5) -> tuple:
    """times, demand, sites: every village a candidate at the packaged cost and places (示例)."""
    spots = EXISTING | {village: village for village in PEOPLE}
    times = [(d, s, found) for d in PEOPLE for s, at in spots.items() if (found := minutes(d, at, walk)) is not None]
    demand = pd.DataFrame({"weight": PEOPLE, "unit": UNIT})
    sites = pd.DataFrame({"unit": [UNIT[at] for at in spots.values()], "cost": cost, "capacity": float(places),
                          "role": ["既有", "既有", *["候选"] * 6]}, index=pd.Index(spots, name="site_id"))
    sites.loc[["H1", "H2"], "capacity"] = [60.0, 30.0]
    return pd.DataFrame(times, columns=["demand_id", "site_id", "travel_min"]), demand, sites
