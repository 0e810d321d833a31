"""Maximal covering: the most people for a number of sites or a budget."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError, InputError
from coverage.siting import lscp, mclp

from . import oracle
from .conftest import questions


def test_one_site_on_the_line_stands_at_the_fifth_village(six_villages):
    """At 10 minutes s5 reaches v4+v5+v6 = 40+50+60 = 150, the most; with two, s2 adds 60: everyone."""
    one = mclp(*six_villages, within_min=10, p=1)
    assert (one.status, one.objective, one.bound, one.gap) == ("optimal", 150, 150, 0)
    assert list(one.chosen.index) == ["s5"]
    assert one.out_of_reach == 60
    assert mclp(*six_villages, within_min=10, p=2).objective == 210


def test_budget_buys_the_best_affordable_sites(six_villages):
    """A site costs its number. With 4: s4 (v3–v5 = 120) beats s1+s3 (10+20+30+40 = 100); with 5: s5 (150)."""
    assert mclp(*six_villages, within_min=10, budget=4).objective == 120
    assert mclp(*six_villages, within_min=10, budget=5).objective == 150


def test_what_existing_sites_reach_is_not_bought_twice(six_villages):
    """With s5 standing (150), the one new site goes to v1–v3 (60): s2, though s4 reaches more people in all."""
    times, demand, sites = six_villages
    sites = sites.assign(role=["候选"] * 4 + ["既有", "候选"])
    result = mclp(times, demand, sites, within_min=10, p=1)
    assert list(result.new_sites.index) == ["s2"]
    assert result.objective == 210
    assert result.chosen.loc["s2", "people_added"] == 60
    assert result.chosen["people_only"].to_dict() == {"s2": 60, "s5": 150}


def test_idle_sites_are_left_out(six_villages):
    assert len(mclp(*six_villages, within_min=10, p=6).chosen) == 2


def test_required_sites_beyond_p_or_budget_are_explained(six_villages):
    times, demand, sites = six_villages
    sites = sites.assign(role=["必选", "必选"] + ["候选"] * 4)
    with pytest.raises(InfeasibleError, match="必选点有 2 处"):
        mclp(times, demand, sites, within_min=10, p=1)
    with pytest.raises(InfeasibleError, match="超过预算"):
        mclp(times, demand, sites, within_min=10, budget=2)


def test_neither_number_nor_budget_is_refused(six_villages):
    with pytest.raises(InputError, match="处数"):
        mclp(*six_villages, within_min=10)


@settings(max_examples=14, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(0, 4), st.one_of(st.none(), st.integers(0, 10)))
def test_mclp_is_what_trying_every_plan_gives(question, within, p, budget):
    times, demand, sites = question
    good = [plan for plan in oracle.plans(sites) if len(oracle.new(plan, sites)) <= p
            and (budget is None or oracle.price(plan, sites) <= budget)]
    if not good:
        with pytest.raises(InfeasibleError):
            mclp(times, demand, sites, within_min=within, p=p, budget=budget)
        return
    result = mclp(times, demand, sites, within_min=within, p=p, budget=budget)
    best = max(oracle.people(demand, oracle.reach(times, plan, within)) for plan in good)
    assert (result.status, result.objective, result.bound) == ("optimal", best, best)
    assert set(result.chosen.index) in good
    assert result.served == best
    assert result.served + result.out_of_reach + result.unreachable == demand["weight"].sum()


@settings(max_examples=15, deadline=None)
@given(questions(roles=("候选", "既有")), st.integers(0, 12))
def test_more_sites_never_reach_fewer_and_gains_agree_with_set_covering(question, within):
    times, demand, sites = question
    covered = [mclp(times, demand, sites, within_min=within, p=p).objective for p in range(len(sites) + 1)]
    assert covered == sorted(covered)
    all_of_them = lscp(times, demand, sites, within_min=within)
    assert covered[int(all_of_them.objective)] == all_of_them.served


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 11))
def test_more_minutes_never_reach_fewer(question, within):
    times, demand, sites = question
    p = int((sites["role"] == "必选").sum()) + 1
    assert (mclp(times, demand, sites, within_min=within, p=p).objective
            <= mclp(times, demand, sites, within_min=within + 1, p=p).objective)


def test_sites_fixed_open_count_towards_the_number():
    """The bound may fix a site open that the best plan so far lacks: annealing begins with one site less."""
    random = np.random.default_rng(10)
    here, there = random.random((800, 2)) * 80, random.random((200, 2)) * 80
    minutes = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    village, site = np.nonzero(minutes <= 12)
    times = pd.DataFrame({"demand_id": [f"d{i:05}" for i in village], "site_id": [f"s{j:04}" for j in site],
                          "travel_min": minutes[village, site].round(1)})
    demand = pd.DataFrame({"weight": random.integers(1, 500, 800)}, index=[f"d{i:05}" for i in range(800)])
    sites = pd.DataFrame({"role": "候选"}, index=[f"s{j:04}" for j in range(200)])
    assert len(mclp(times, demand, sites, within_min=12, p=10).new_sites) == 10
