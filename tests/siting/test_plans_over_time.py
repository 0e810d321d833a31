"""Phases, tiers, scenarios and the frontier against trying every plan."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError, TableError
from coverage.siting import fair_in_order, frontier, mclp, phased_mclp, robust_mclp, two_tiers

from . import oracle
from .conftest import questions, tables
from .every_model import county


def people_by(times, demand, plan, within):
    return oracle.people(demand, oracle.reach(times, plan, within))


def allowed(sites, p):
    return [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p]


def test_first_phase_gives_way_to_the_second(six_villages):
    """10 minutes, 1 then 2 sites. s5 first (150), then s2 (210): 360; nothing is lost by nesting here."""
    result = phased_mclp(*six_villages, within_min=10, p=[1, 2])
    assert (result.status, result.objective) == ("optimal", 360)
    assert result.opened["phase"].to_dict() == {"s5": 1, "s2": 2}


@settings(max_examples=12, deadline=None)
@given(questions(max_sites=4), st.integers(0, 12), st.integers(0, 2), st.integers(0, 2))
def test_phases_are_what_trying_every_pair_of_plans_gives(question, within, first, more):
    times, demand, sites = question
    early, late = allowed(sites, first), allowed(sites, first + more)
    if not early:
        with pytest.raises(InfeasibleError):
            phased_mclp(*question, within_min=within, p=[first, first + more])
        return
    result = phased_mclp(*question, within_min=within, p=[first, first + more])
    best = max(people_by(times, demand, a, within) + people_by(times, demand, b, within)
               for a, b in product(early, late) if a <= b)
    assert (result.status, result.objective) == ("optimal", best)
    one, two = (set(phase.chosen.index) for phase in result.phases)
    assert one <= two
    for site in result.opened.index:  # none opens a phase before it brings somebody
        begun = (one, two)[result.opened.loc[site, "phase"] - 1]
        free = sites.loc[site, "role"] == "候选"
        assert not free or people_by(times, demand, begun - {site}, within) < people_by(times, demand, begun, within)


@settings(max_examples=15, deadline=None)
@given(questions(max_sites=5), st.integers(0, 12), st.integers(0, 3), st.sampled_from(["mean", "worst"]), st.data())
def test_robust_is_what_trying_every_plan_gives(question, within, p, aim, data):
    times, demand, sites = question
    slow = times.assign(travel_min=[t + data.draw(st.integers(0, 5)) for t in times["travel_min"]])
    cut = times.loc[[at for at in times.index if data.draw(st.booleans())]]
    scenarios = {"快": times, "慢": slow, "断": cut}
    good = allowed(sites, p)
    if not good:
        return
    result = robust_mclp(scenarios, demand, sites, within_min=within, p=p, aim=aim)
    measure = (lambda values: sum(values) / 3) if aim == "mean" else min
    best = max(measure([people_by(table, demand, plan, within) for table in scenarios.values()]) for plan in good)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(best)
    assert [view.served for view in result.scenarios.values()] == [
        people_by(table, demand, set(result.scenarios["快"].chosen.index), within) for table in scenarios.values()]


@settings(max_examples=12, deadline=None)
@given(questions(max_sites=4), questions(max_sites=3), st.integers(0, 12), st.integers(0, 2), st.integers(0, 2))
def test_two_tiers_are_what_trying_every_pair_gives(lower, upper, within, p, upper_p):
    times, demand, sites = lower
    up_times, _, up_sites = upper
    up_times = up_times[up_times["demand_id"].isin(demand.index)]
    lows, highs = allowed(sites, p), allowed(up_sites, upper_p)
    if not lows or not highs:
        return
    result = two_tiers(times, up_times, demand, sites, up_sites, within_min=within, upper_within_min=within,
                       p=p, upper_p=upper_p)
    best = max(oracle.people(demand, oracle.reach(times, a, within) & oracle.reach(up_times, b, within))
               for a, b in product(lows, highs))
    assert (result.status, result.objective) == ("optimal", best)


def test_upper_sites_that_bring_nobody_stay_shut_but_for_referral():
    """甲 has s1 and u1; u2 reaches 甲 too, u3 nobody: u1 is enough, unless s1 may refer to u3 alone."""
    times, demand, low = tables({("甲", "s1"): 5.0}, {"甲": 10}, {"s1": {}})
    upper_times, _, high = tables({("甲", "u1"): 5.0, ("甲", "u2"): 5.0}, {"甲": 10}, {"u1": {}, "u2": {}, "u3": {}})
    limits = {"within_min": 10, "upper_within_min": 10, "p": 1, "upper_p": 3}
    assert list(two_tiers(times, upper_times, demand, low, high, **limits).upper.chosen.index) == ["u1"]
    referral = pd.DataFrame({"site_id": ["s1", "s1"], "upper_id": ["u3", "u3"]})
    tiers = two_tiers(times, upper_times, demand, low, high, **limits, referral=referral)
    assert (list(tiers.upper.chosen.index), tiers.objective) == (["u1", "u3"], 10)


def test_an_option_is_viable_in_every_scenario_or_not_offered():
    """X has 20 people near at fast speeds and 10 at slow; needing 15, it can't be relied on, whichever comes first."""
    fast, demand, sites = tables({("甲", "X"): 5, ("乙", "X"): 5, ("丙", "Y"): 5}, {"甲": 10, "乙": 10, "丙": 3},
                                 {"X": {"min_people": 15}, "Y": {"min_people": 0}})
    slow = fast.assign(travel_min=fast["travel_min"].where(fast["demand_id"] != "甲", 15))
    for times in ({"快": fast, "慢": slow}, {"慢": slow, "快": fast}):
        for aim in ("mean", "worst"):
            result = robust_mclp(times, demand, sites, within_min=10, p=2, aim=aim)
            assert (result.chosen, result.objective, result.status) == (("Y",), 3, "optimal")


def test_referral_ties_a_lower_site_to_an_upper_one(six_villages):
    """s5 alone reaches most (150), but only s1 and s2 have an upper site to refer to: s2 (v1–v3 = 60)."""
    import pandas as pd

    times, demand, sites = six_villages
    referral = pd.DataFrame({"site_id": ["s1", "s2"], "upper_id": ["s1", "s1"]})
    result = two_tiers(times, times, demand, sites, sites, within_min=10, upper_within_min=60, p=1, upper_p=1,
                       referral=referral)
    assert list(result.lower.chosen.index) == ["s2"]
    assert list(result.upper.chosen.index) == ["s1"]
    assert result.objective == 60


def test_frontier_lists_what_each_site_more_brings(six_villages):
    table = frontier(*six_villages, within_min=10, p=[2, 1, 3])
    assert table["objective"].to_dict() == {1: 150, 2: 210, 3: 210}
    assert table["gain"].dropna().to_dict() == {2: 60, 3: 0}
    assert table.loc[2, "came"] == ("s2",)
    assert (table["status"] == "optimal").all()


def test_frontier_begins_where_the_required_sites_fit(six_villages):
    times, demand, sites = six_villages
    sites.loc[["s1", "s6"], "role"] = "必选"
    assert list(frontier(times, demand, sites, within_min=10, p=[0, 1, 2, 3]).index) == [2, 3]
    with pytest.raises(InfeasibleError, match="必选"):
        frontier(times, demand, sites, within_min=10, p=[0, 1])


@settings(max_examples=12, deadline=None)
@given(questions(roles=("候选", "既有")), st.integers(0, 12))
def test_frontier_by_budget_agrees_with_each_budget_alone(question, within):
    table = frontier(*question, within_min=within, budget=[0, 3, 6, 9])
    assert table["objective"].is_monotonic_increasing
    for budget, row in table.iterrows():
        assert row["objective"] == mclp(*question, within_min=within, budget=budget).objective


@pytest.mark.parametrize("aim", ["mean", "worst"])
def test_a_scenario_seen_alone_claims_no_bound_that_another_plan_passes(aim):
    """With the road s2 reaches 25, without it nobody; s1 reaches 10 either way."""
    minutes = {("a", "s1"): 5, ("b", "s2"): 5}
    question = tables(minutes, {"a": 10, "b": 25}, {"s1": {"role": "候选"}, "s2": {"role": "候选"}})
    times, demand, sites = question
    views = robust_mclp({"open": times, "cut": times[times["site_id"] == "s1"]}, demand, sites, within_min=9, p=1,
                        aim=aim).scenarios
    assert views["open"].bound >= 25 and views["cut"].bound >= 10
    assert views["open"].status == "feasible"


def test_two_tiers_refuse_a_referral_of_sites_that_are_none(six_villages):
    times, demand, sites = six_villages
    upper = times.assign(site_id="u" + times["site_id"]), sites.rename("u{}".format)
    with pytest.raises(TableError, match="site_id=x"):
        two_tiers(times, upper[0], demand, sites, upper[1], within_min=10, upper_within_min=10, p=1, upper_p=1,
                  referral=pd.DataFrame({"site_id": ["s1", "x"], "upper_id": ["us1", "us2"]}))


def test_fairness_where_nobody_can_be_reached_is_none(six_villages):
    times, demand, sites = six_villages
    result = fair_in_order(times.iloc[:0], demand.assign(unit="甲"), sites, within_min=10, p=1)
    assert (result.objective, result.served) == (0.0, 0)


@pytest.mark.parametrize(("seed", "p"), [(23, 3), (46, 2)])
def test_the_worst_of_many_people_is_proven_to_the_last_one(seed, p):
    """Weights from one to a thousand million: the solver's tolerance alone is many people."""
    random = np.random.default_rng(seed)
    n, m = int(random.integers(4, 40)), int(random.integers(4, 15))
    times, demand, sites = county(n, m, seed=seed)
    demand = demand.assign(weight=(1e9 * random.random(n)).astype(int) if seed % 2 else 10 ** random.integers(0, 10, n))
    views = {name: times.assign(travel_min=times["travel_min"] * random.uniform(0.5, 2, len(times))) for name in "abcd"}
    result = robust_mclp(views, demand, sites, within_min=9, p=p, aim="worst")
    best = max(min(people_by(view, demand, plan, 9) for view in views.values())
               for plan in map(set, combinations(sites.index, p)))
    assert (result.status, result.objective) == ("optimal", best)
