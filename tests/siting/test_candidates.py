"""Proposed candidates stand where people are; thinning never changes an optimum."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InputError
from coverage.siting import lscp, mclp, propose_clusters, undominated

from .conftest import questions


def test_clusters_stand_at_the_weight_of_two_towns():
    """Two towns 1° apart, each of three villages; the middle one holds most people: it is the cluster's place."""
    demand = pd.DataFrame({"weight": [10, 100, 10, 5, 50, 5, 0],
                           "lon": [104.9, 105.0, 105.1, 105.9, 106.0, 106.1, 120.0], "lat": [35.0] * 7},
                          index=list("abcdefg"))
    found = propose_clusters(demand, n=2)
    assert found["demand_id"].tolist() == ["b", "e"]
    assert found["people"].tolist() == [120, 60]
    pd.testing.assert_frame_equal(found, propose_clusters(demand.sample(frac=1, random_state=1), n=2))
    with pytest.raises(InputError, match="6"):
        propose_clusters(demand, n=7)


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(0, 3))
def test_thinned_list_has_the_same_optimum(question, within, more):
    times, demand, sites = question
    sites = sites.assign(cost=1.0)
    kept = undominated(times, demand, sites, within_min=within)
    near = times[times["site_id"].isin(kept.index)]
    p = int((sites["role"] == "必选").sum()) + more
    assert mclp(near, demand, kept, within_min=within, p=p).objective == mclp(
        times, demand, sites, within_min=within, p=p).objective
    assert lscp(near, demand, kept, within_min=within).objective == lscp(
        times, demand, sites, within_min=within).objective
