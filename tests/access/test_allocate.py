from itertools import product

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.access.allocate import PARTS, allocate
from coverage.errors import InputError

T = ["demand_id", "site_id", "travel_min"]


def points(*ids):
    return pd.DataFrame({"township_code": [name[0] for name in ids]}, index=pd.Index(ids, name="demand_id"))


def test_sharing_serves_more_than_nearest_first_by_hand():
    """a (10) is 5 from s, 20 from t; b (10) is 10 from s alone. s and t have 10 places each. Nearest first gives s to a
    and leaves b's 10 out; the share sends a to t. c reaches nothing within 30, d's road is cut off, 3 at b are
    not meant."""
    times = pd.DataFrame([("a", "s", 5.0), ("a", "t", 20.0), ("b", "s", 10.0), ("c", "s", 31.0)], columns=T)
    state = pd.Series({"a": "已接入", "b": "已接入", "c": "已接入", "d": "孤立路段"})
    found = allocate(points("a", "b", "c", "d"), pd.Series({"a": 10, "b": 10, "c": 4, "d": 2}), times,
                     pd.Series({"s": 10, "t": 10}), within_min=30, access_state=state, excluded=pd.Series({"b": 3}))
    assert found.totals.to_dict() == {"total": 29, "served": 20, "full": 0, "out_of_reach": 4, "not_connected": 2,
                                      "excluded": 3, "greedy_served": 10}
    assert found.flows.values.tolist() == [["a", "t", 20.0, 10], ["b", "s", 10.0, 10]]
    assert found.by_site["spare"].tolist() == [0, 0]


def test_nearest_first_among_equals_and_places_run_out():
    """15 people, 12 places at s: 3 find it full; v's 10 are nearer and cost fewer minutes than w's 5."""
    times = pd.DataFrame([("v", "s", 1.0), ("w", "s", 9.0)], columns=T)
    found = allocate(points("v", "w"), pd.Series({"v": 10, "w": 5}), times, pd.Series({"s": 12}), within_min=30)
    assert found.by_demand[["served", "full"]].values.tolist() == [[10, 0], [2, 3]]
    assert found.by_unit(points("v", "w"))["full"].to_dict() == {"v": 0, "w": 3}


def test_a_capacity_that_is_not_stated_is_no_limit():
    times = pd.DataFrame([("v", "s", 1.0)], columns=T)
    capacity = pd.Series({"s": None}, dtype="Int64")
    found = allocate(points("v"), pd.Series({"v": 10}), times, capacity, within_min=30)
    assert found.totals["served"] == 10 and found.by_site["spare"].isna().all()


def test_no_institution_and_bad_places():
    empty = pd.DataFrame({"demand_id": [], "site_id": [], "travel_min": []})
    found = allocate(points("v"), pd.Series({"v": 10}), empty, pd.Series(dtype="Int64"), within_min=30)
    assert found.totals["out_of_reach"] == 10
    with pytest.raises(InputError):
        allocate(points("v"), pd.Series({"v": 10}), empty, pd.Series({"s": -1}), within_min=30)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_against_network_flow(data):
    """networkx's max-flow of minimum cost serves as many and spends as many minutes; nobody is lost."""
    ids = [f"{'AB'[i % 2]}{i}" for i in range(data.draw(st.integers(1, 5)))]
    sites = [f"s{i}" for i in range(data.draw(st.integers(1, 4)))]
    people = pd.Series({i: data.draw(st.integers(0, 9)) for i in ids})
    capacity = pd.Series({s: data.draw(st.integers(0, 12)) for s in sites})
    rows = [(i, s, float(m)) for i, s in product(ids, sites) if (m := data.draw(st.integers(0, 40))) < 35]
    times = pd.DataFrame(rows, columns=T)
    found = allocate(points(*ids), people, times, capacity, within_min=30)

    graph = nx.DiGraph()
    graph.add_nodes_from(["from", "to"])
    for i in ids:
        graph.add_edge("from", i, capacity=int(people[i]), weight=0)
    for s in sites:
        graph.add_edge(s, "to", capacity=int(capacity[s]), weight=0)
    for i, s, minutes in rows:
        if minutes <= 30:
            graph.add_edge(i, s, weight=int(minutes))
    flow = nx.max_flow_min_cost(graph, "from", "to")
    assert found.totals["served"] == sum(flow["from"].values())
    assert (found.flows["people"] * found.flows["travel_min"]).sum() == nx.cost_of_flow(graph, flow)
    assert (found.by_demand[PARTS].sum(axis=1) == found.by_demand["total"]).all()
    assert found.totals["served"] >= found.totals["greedy_served"]
    assert (found.by_site["used"] <= found.by_site["capacity"]).all()

    mixed = allocate(points(*ids[::-1]), people[::-1], times.sample(frac=1, random_state=1), capacity[::-1],
                     within_min=30)
    pd.testing.assert_frame_equal(found.by_demand, mixed.by_demand)
    pd.testing.assert_frame_equal(found.flows, mixed.flows)


def test_an_institution_that_does_not_count_connects_nobody():
    """A point on a cut-off piece of road that reaches only a closed institution stays not connected."""
    demand = points("d1")
    times = pd.DataFrame({"demand_id": ["d1"], "site_id": ["closed"], "travel_min": [90.0]})
    state = pd.Series(["孤立路段"], index=demand.index)
    split = allocate(demand, pd.Series([7], index=demand.index), times, pd.Series({"open": 5}, dtype="Int64"),
                     within_min=30, access_state=state)
    assert split.totals[["out_of_reach", "not_connected"]].to_list() == [0, 7]
