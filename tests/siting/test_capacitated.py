"""Capacitated models: nobody is sent where there is no place, and the plan is still the best."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError
from coverage.siting import capacitated_mclp, capacitated_p_median, cflp

from . import oracle
from .conftest import questions, tables


def roomy(question, rooms):
    """The question with capacities; None leaves a site without a limit."""
    times, demand, sites = question
    return times, demand, sites.assign(capacity=pd.array([rooms[j % len(rooms)] for j in range(len(sites))], "Float64"))


def flow(times, demand, sites, plan, within):
    """(people that a plan can serve, fewest person-minutes for that) by networkx's min-cost max-flow."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["from", "to"])
    for d, weight in demand["weight"].items():
        graph.add_edge("from", ("d", d), capacity=int(weight), weight=0)
    for d, s, t in times[["demand_id", "site_id", "travel_min"]].itertuples(index=False):
        if s in plan and t <= within:
            graph.add_edge(("d", d), ("s", s), weight=int(t))
    for s in plan:
        room = sites["capacity"][s]
        graph.add_edge(("s", s), "to", weight=0, **({} if pd.isna(room) else {"capacity": int(room)}))
    flows = nx.max_flow_min_cost(graph, "from", "to")
    return sum(flows["from"].values()), nx.cost_of_flow(graph, flows)


ROOMS = st.lists(st.one_of(st.none(), st.integers(0, 15)), min_size=3, max_size=3)


def test_full_sites_leave_people_in_reach_but_unserved(six_villages):
    """One site of 100 places: s5 reaches v4–v6 (150) within 10 minutes, serves 100; 50 are full, 60 out of reach.

    The 100 nearest are v5's 50 (0 minutes), then any 50 of v4, v6 (10 minutes): 500 person-minutes.
    """
    times, demand, sites = six_villages
    result = capacitated_mclp(times, demand, sites.assign(capacity=100), within_min=10, p=1)
    assert (result.status, result.objective, result.served, result.total) == ("optimal", 100, 100, 210)
    assert result.full + result.out_of_reach == 110
    assert (result.flows["people"] * result.flows["travel_min"]).sum() <= 600


@settings(max_examples=15, deadline=None)
@given(questions(), ROOMS, st.integers(0, 12), st.integers(0, 3))
def test_capacitated_mclp_is_what_trying_every_plan_gives(question, rooms, within, p):
    _, demand, sites = tables = roomy(question, rooms)
    good = [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    if not good:
        with pytest.raises(InfeasibleError):
            capacitated_mclp(*tables, within_min=within, p=p)
        return
    result = capacitated_mclp(*tables, within_min=within, p=p)
    assert result.objective == result.bound == max(flow(*tables, plan, within)[0] for plan in good)
    assert result.served == result.objective
    assert result.served + result.full + result.out_of_reach + result.unreachable == demand["weight"].sum()
    _, minutes = flow(*tables, set(result.chosen.index), within)
    assert (result.flows["people"] * result.flows["travel_min"]).sum() == minutes


@settings(max_examples=15, deadline=None)
@given(questions(), ROOMS, st.integers(0, 12), st.integers(0, 3))
def test_capacitated_p_median_is_what_trying_every_plan_gives(question, rooms, within, p):
    times, demand, sites = tables = roomy(question, rooms)
    must = oracle.people(demand, oracle.reach(times, set(sites.index[sites["role"] != "禁选"]), within))
    found = [flow(*tables, plan, within) for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]
    good = [minutes for served, minutes in found if served == must]
    if not good:
        with pytest.raises(InfeasibleError):
            capacitated_p_median(*tables, p=p, within_min=within)
        return
    result = capacitated_p_median(*tables, p=p, within_min=within)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(min(good))
    assert result.served == must


@settings(max_examples=15, deadline=None)
@given(questions(), ROOMS, st.integers(0, 12))
def test_cflp_is_what_trying_every_plan_gives(question, rooms, within):
    times, demand, sites = tables = roomy(question, rooms)
    must = oracle.people(demand, oracle.reach(times, set(sites.index[sites["role"] != "禁选"]), within))
    good = []
    for plan in oracle.plans(sites):
        served, minutes = flow(*tables, plan, within)
        if served == must:
            good.append(oracle.price(plan, sites) + minutes)
    if not good:
        with pytest.raises(InfeasibleError):
            cflp(*tables, within_min=within)
        return
    result = cflp(*tables, within_min=within)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(min(good))


def test_single_assignment_sends_a_village_to_one_site(six_villages):
    """Places for 60 each at s5 and s6, 20 minutes: split serves 120; whole villages: v6 (60) and v5 or v4+v2… (60)."""
    times, demand, sites = six_villages
    sites = sites.assign(capacity=60, role=["禁选"] * 4 + ["候选"] * 2)
    split = capacitated_mclp(times, demand, sites, within_min=10, p=2)
    single = capacitated_mclp(times, demand, sites, within_min=10, p=2, split=False)
    assert split.objective == 120
    assert single.objective == 110  # v6 in one, v5 in the other; v4 (40) fits with neither
    assert single.flows["demand_id"].is_unique


def test_too_few_places_are_counted_out(six_villages):
    times, demand, sites = six_villages
    with pytest.raises(InfeasibleError, match="差 10 个"):
        capacitated_p_median(times, demand, sites.assign(capacity=100), p=2)
    with pytest.raises(InfeasibleError, match="最多只能安排"):
        capacitated_p_median(times, demand, sites.assign(capacity=105), p=2, within_min=10)


def test_one_site_may_be_the_whole_plan(six_villages):
    """Each site too dear for a second, so everyone goes to one."""
    times, demand, sites = six_villages
    result = cflp(times, demand, sites.assign(cost=10_000.0))
    walked = {j: sum(10 * i * 10 * abs(i - j) for i in range(1, 7)) for j in range(1, 7)}
    best = min(walked, key=walked.get)
    assert (result.status, list(result.new_sites.index)) == ("optimal", [f"s{best}"])
    assert result.objective == 10_000 + walked[best]


def test_nothing_on_offer_leaves_everyone_out(six_villages):
    times, demand, sites = six_villages
    for solve in (cflp, lambda *tables: capacitated_p_median(*tables, p=1)):
        result = solve(times.iloc[:0], demand, sites.iloc[:0])
        assert (result.objective, result.unreachable, len(result.chosen)) == (0, 210, 0)


def test_a_village_whose_only_house_is_full_is_not_forgotten():
    """v0 reaches a house of no places alone: whatever else is built, it can't be served, and 3 people are missing."""
    minutes = {("v0", "s0"): 3, ("v2", "s0"): 3, ("v2", "s1"): 2}
    question = tables(minutes, {"v0": 3, "v1": 3, "v2": 3}, {"s0": {"capacity": 0.0, "cost": 1.0},
                                                             "s1": {"capacity": None, "cost": 1.0}})
    for solve in (cflp, lambda *tables: capacitated_p_median(*tables, p=2)):
        with pytest.raises(InfeasibleError, match=r"最多只能安排 3 人，还差 3 人"):
            solve(*question)


def test_whole_people_make_up_a_fraction_of_a_person():
    """Five people, and sites that need 2.5 each: 3 whole people, so that only one is kept, with its 3 places."""
    times, demand, sites = tables({(v, s): 5.0 for v in "甲乙丙丁戊" for s in "AB"}, dict.fromkeys("甲乙丙丁戊", 1),
                                  {s: {"capacity": 3, "min_people": 2.5} for s in "AB"})
    result = capacitated_mclp(times, demand, sites, within_min=10, p=2)
    assert (len(result.chosen), result.objective, result.status) == (1, 3, "optimal")


def test_decimals_that_add_up_to_the_room_fit():
    """0.1 + 0.2 people in 0.3 places, and 0.1 + 0.2 in money of 0.3."""
    times, demand, sites = tables({(v, s): 5.0 for v in "甲乙" for s in "AB"}, {"甲": 0.1, "乙": 0.2},
                                  {"A": {"capacity": 0.3, "cost": 0.1, "role": "必选"},
                                   "B": {"capacity": 0.3, "cost": 0.2, "role": "必选"}})
    assert cflp(times, demand, sites.assign(role=["必选", "禁选"]), p=1).served == pytest.approx(0.3)
    assert capacitated_mclp(times, demand, sites, within_min=10, budget=0.3).served == pytest.approx(0.3)
    with pytest.raises(InfeasibleError, match="超过预算"):
        capacitated_mclp(times, demand, sites, within_min=10, budget=0.29)


def bound_places(seed):
    """40 villages and 16 options: two ways at one place, one needs another, one is a move, two need people enough."""
    random = np.random.default_rng(seed)
    minutes = random.integers(1, 60, (40, 16)).astype(float)
    times = pd.DataFrame([(f"d{i:02}", f"s{j:02}", minutes[i, j]) for i in range(40) for j in range(16)],
                         columns=["demand_id", "site_id", "travel_min"])
    demand = pd.DataFrame({"weight": random.integers(1, 20, 40)}, index=[f"d{i:02}" for i in range(40)])
    sites = pd.DataFrame({"cost": random.integers(20, 90, 16).astype(float), "capacity": 75.0, "role": "候选",
                          "place": "", "needs": "", "replaces": "", "action": "", "min_people": 0.0},
                         index=[f"s{j:02}" for j in range(16)])
    sites.loc["s00", "role"] = "既有"
    sites.loc[["s01", "s02"], "place"] = "甲"
    sites.loc["s03", "needs"], sites.loc["s04", ["replaces", "action"]] = "s05", ["s00", "搬迁"]
    sites.loc[["s06", "s07"], "min_people"] = 30.0
    return times, demand, sites


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("within", [60.0, 35.0])
def test_a_plan_that_is_easily_found_is_given_though_there_is_no_time(seed, within):
    times, demand, sites = bound_places(seed)
    for options in (sites, sites.assign(place="", needs="", replaces="", action=""), sites.assign(min_people=0.0)):
        tables = (times, demand, options)
        for split in (True, False):
            most = capacitated_mclp(*tables, within_min=within, p=5, split=split, time_limit=0.0)
            assert most.served > 0.7 * 5 * 75
            for served in (cflp(*tables, within_min=within, split=split, time_limit=0.0),
                           capacitated_p_median(*tables, p=9, within_min=within, split=split, time_limit=0.0)):
                assert served.served == demand["weight"].sum() and served.bound <= served.objective
