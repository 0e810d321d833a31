"""Give siting tests a hand-made county and small random questions."""

import pandas as pd
import pytest
from hypothesis import strategies as st


def tables(minutes: dict[tuple[str, str], float], weight: dict[str, float], sites: dict[str, dict]):
    """The three tables from plain dicts; `minutes` maps (demand, site) → minutes, absent = no route."""
    times = pd.DataFrame([(d, s, t) for (d, s), t in minutes.items()],
                         columns=["demand_id", "site_id", "travel_min"])
    demand = pd.DataFrame({"weight": weight})
    demand.index.name = "demand_id"
    frame = pd.DataFrame.from_dict(sites, orient="index")
    frame.index.name = "site_id"
    return times, demand, frame


@pytest.fixture
def six_villages():
    """Six villages on a line, 10 minutes apart, with 10, 20, 30, 40, 50, 60 people; a site may stand in each.

    v1 —10— v2 —10— v3 —10— v4 —10— v5 —10— v6
    """
    people = {f"v{i}": 10 * i for i in range(1, 7)}
    minutes = {(f"v{i}", f"s{j}"): 10.0 * abs(i - j) for i in range(1, 7) for j in range(1, 7)}
    sites = {f"s{j}": {"role": "候选", "cost": float(j), "unit": "甲" if j <= 3 else "乙"} for j in range(1, 7)}
    return tables(minutes, people, sites)


@st.composite
def questions(draw, *, max_demand=7, max_sites=6, roles=("候选", "必选", "禁选", "既有")):
    """A small random question: some pairs have no route, some weights are 0."""
    n, m = draw(st.integers(1, max_demand)), draw(st.integers(1, max_sites))
    pairs = draw(st.lists(st.one_of(st.none(), st.integers(0, 12)), min_size=n * m, max_size=n * m))
    minutes = {(f"d{k // m}", f"s{k % m}"): float(t) for k, t in enumerate(pairs) if t is not None}
    weight = {f"d{i}": draw(st.integers(0, 9)) for i in range(n)}
    sites = {f"s{j}": {"role": draw(st.sampled_from(roles)), "cost": float(draw(st.integers(0, 5))),
                       "unit": draw(st.sampled_from(("甲", "乙")))} for j in range(m)}
    times, demand, frame = tables(minutes, weight, sites)
    return times.astype({"travel_min": float}), demand, frame
