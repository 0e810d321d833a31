"""Another year's population: totals are kept exactly, and every unit that can't be used is told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.errors import ScenarioError
from coverage.study.populate import apportion, with_population
from tests.goals.region import TOWNSHIPS
from tests.goals.region import region as county

TOWN, VILLAGE = "100000100", "v3"


def region():
    return county(townships=TOWNSHIPS.assign(nbs_code=pd.NA).astype({"pop": "Int64"}))


def register(*rows, year: int = 2030) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["unit_code", "pop", "people"]).assign(year=year, source="示例")
    return table.astype({"pop": "Int64", "people": "Int64"})


@given(total=st.integers(0, 10_000), weights=st.lists(st.integers(0, 500), min_size=1, max_size=9))
def test_parts_add_up_and_lie_within_one_of_their_share(total, weights):
    parts = apportion(total, np.array(weights))
    shares = np.array(weights) if sum(weights) else np.ones(len(weights))
    assert parts.sum() == total
    assert (np.abs(parts - total * shares / shares.sum()) < 1).all()


def test_a_township_is_spread_over_its_villages():
    found = with_population(region(), register((TOWN, 5001, None)), year=2030)
    assert found.demand.loc[["v1", "v2"], "pop"].to_list() == [2501, 2500]
    assert found.townships.loc[TOWN, "pop"] == 5001
    assert found.people.equals(region().people)


def test_a_villages_own_figure_is_taken_and_its_township_follows():
    found = with_population(region(), register((VILLAGE, 1500, 100)), year=2030)
    assert found.demand.loc[VILLAGE, "pop"] == 1500
    assert found.townships.loc["100000101", "pop"] == 50500
    assert found.people.loc[found.people["demand_id"] == VILLAGE, "people"].sum() == 100
    assert found.people["people"].sum() == region().people["people"].sum() + 50


@pytest.mark.parametrize(("rows", "says"), [
    ([("没有", 5, None)], "不认识的单位：没有"),
    ([(TOWN, 5, None), (TOWN, 6, None)], "重复的单位"),
    ([(TOWN, 5, None), ("v1", 6, None)], "又写了村"),
])
def test_what_cannot_be_used_is_told(rows, says):
    with pytest.raises(ScenarioError, match=says):
        with_population(region(), register(*rows), year=2030)


def test_a_year_that_the_table_lacks_is_told():
    with pytest.raises(ScenarioError, match="没有 2031 年，只有 2030 年"):
        with_population(region(), register((TOWN, 5, None)), year=2031)
