"""Set covering: everyone reachable is reached with the fewest or cheapest sites."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError, InputError
from coverage.siting import lscp, lscp_backup, mclp, partial_cover, unit_cover

from . import oracle
from .conftest import questions, tables


def test_six_villages_need_two_sites_at_ten_minutes(six_villages):
    """At 10 minutes a site reaches itself and its neighbours: s2 takes v1–v3, s5 takes v4–v6; one can't do."""
    result = lscp(*six_villages, within_min=10)
    assert (result.status, result.termination) == ("optimal", "proven")
    assert result.objective == result.bound == 2
    assert list(result.chosen.index) == ["s2", "s5"]
    assert result.served == result.total == 210


def test_least_cost_differs_from_fewest(six_villages):
    """Costs are 1…6. Two sites: s2+s5 = 7. No dearer set is needed, and s1+s3+s5 = 9 is worse; at 0 minutes all: 21."""
    assert lscp(*six_villages, within_min=10, minimise="cost").objective == 7
    assert lscp(*six_villages, within_min=0, minimise="cost").objective == 21


def test_existing_sites_stand_before_the_choice(six_villages):
    """With s3 already there (v2–v4), v1 and v5, v6 are left: two new sites, not one fewer, not s2."""
    times, demand, sites = six_villages
    sites = sites.assign(role=["候选", "候选", "既有", "候选", "候选", "候选"])
    result = lscp(times, demand, sites, within_min=10)
    assert result.objective == 2
    assert "s3" in result.chosen.index and len(result.chosen) == 3
    assert len(result.new_sites) == 2


def test_village_that_nothing_reaches_is_listed_not_dropped(six_villages):
    times, demand, sites = six_villages
    times = times[times["demand_id"] != "v6"]
    result = lscp(times, demand, sites, within_min=10)
    assert list(result.unreached.index) == ["v6"]
    assert result.unreached["nearest_min"].isna().all()
    assert (result.served, result.unreachable, result.total) == (150, 60, 210)
    with pytest.raises(InfeasibleError, match="v6"):
        lscp(times, demand, sites, within_min=10, strict=True)


def test_cost_without_costs_is_refused(six_villages):
    times, demand, sites = six_villages
    with pytest.raises(InputError, match="没有费用"):
        lscp(times, demand, sites.drop(columns="cost"), within_min=10, minimise="cost")


@settings(max_examples=14, deadline=None)
@given(questions(), st.integers(0, 12), st.sampled_from(["sites", "cost"]))
def test_lscp_is_what_trying_every_plan_gives(question, within, minimise):
    times, demand, sites = question
    result = lscp(times, demand, sites, within_min=within, minimise=minimise)
    most = oracle.reach(times, set(sites.index[sites["role"] != "禁选"]), within)
    good = [plan for plan in oracle.plans(sites) if oracle.reach(times, plan, within) >= most]
    measure = oracle.price if minimise == "cost" else lambda plan, sites: len(oracle.new(plan, sites))
    assert result.status == "optimal"
    assert result.objective == pytest.approx(min(measure(plan, sites) for plan in good))
    assert set(result.chosen.index) in good
    assert result.served == oracle.people(demand, most)
    assert result.served + result.out_of_reach + result.unreachable == demand["weight"].sum()


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 12), st.randoms())
def test_row_order_changes_nothing(question, within, random):
    shuffled = [table.sample(frac=1, random_state=random.randrange(2**32)) for table in question]
    first, second = (lscp(*tables, within_min=within) for tables in (question, shuffled))
    pd.testing.assert_frame_equal(first.chosen, second.chosen)
    pd.testing.assert_frame_equal(first.assignment, second.assignment)


def test_each_unit_gets_its_site_and_the_one_that_reaches_most(six_villages):
    """甲 holds s1–s3, 乙 s4–s6. At 10 minutes the best of 甲 with the best of 乙: s2 (60) + s5 (150) = 210."""
    result = unit_cover(*six_villages, within_min=10, units=["甲", "乙"])
    assert result.objective == 2
    assert list(result.chosen.index) == ["s2", "s5"]
    assert result.served == 210


def test_existing_site_meets_its_units_need(six_villages):
    times, demand, sites = six_villages
    sites = sites.assign(role=["既有"] + ["候选"] * 5)
    result = unit_cover(times, demand, sites, within_min=10, units=["甲", "乙"])
    assert result.objective == 1
    assert set(result.new_sites["unit"]) == {"乙"}


def test_unit_without_options_is_named(six_villages):
    times, demand, sites = six_villages
    result = unit_cover(times, demand, sites, within_min=10, units=["甲", "丙"])
    assert result.objective == 1 and "丙" in result.notes[0]
    with pytest.raises(InfeasibleError, match="丙"):
        unit_cover(times, demand, sites, within_min=10, units=["甲", "丙"], strict=True)


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 12), st.integers(1, 2))
def test_unit_cover_is_what_trying_every_plan_gives(question, within, n):
    times, demand, sites = question
    result = unit_cover(times, demand, sites, within_min=within, units=["甲", "乙"], n=n)
    offer = sites[sites["role"] != "禁选"].groupby("unit").size()
    need = {unit: min(n, int(offer.get(unit, 0))) for unit in ("甲", "乙")}
    good = [plan for plan in oracle.plans(sites)
            if all(sum(sites["unit"][s] == unit for s in plan) >= k for unit, k in need.items())]
    fewest = min(len(oracle.new(plan, sites)) for plan in good)
    assert result.objective == fewest
    assert result.served == max(oracle.people(demand, oracle.reach(times, plan, within)) for plan in good
                                if len(oracle.new(plan, sites)) == fewest)


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 12), st.sampled_from(["sites", "cost"]))
def test_backup_is_the_best_among_the_cheapest_covers(question, within, minimise):
    times, demand, sites = question
    result = lscp_backup(times, demand, sites, within_min=within, minimise=minimise)
    most = oracle.reach(times, set(sites.index[sites["role"] != "禁选"]), within)
    measure = oracle.price if minimise == "cost" else lambda plan, sites: len(oracle.new(plan, sites))
    good = [plan for plan in oracle.plans(sites) if oracle.reach(times, plan, within) >= most]
    best = min(measure(plan, sites) for plan in good)
    backup = max(oracle.people(demand, oracle.reach_twice(times, plan, within)) for plan in good
                 if measure(plan, sites) == best)
    assert result.objective == best
    assert result.measures == {"backup": backup, "backup_bound": backup}


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 12), st.floats(0, 1), st.sampled_from(["sites", "cost"]))
def test_partial_cover_is_what_trying_every_plan_gives(question, within, share, minimise):
    times, demand, sites = question
    least = share * demand["weight"].sum()
    measure = oracle.price if minimise == "cost" else lambda plan, sites: len(oracle.new(plan, sites))
    good = [plan for plan in oracle.plans(sites)
            if oracle.people(demand, oracle.reach(times, plan, within)) >= least * (1 - 1e-12)]
    if not good:
        with pytest.raises(InfeasibleError):
            partial_cover(times, demand, sites, within_min=within, share=share, minimise=minimise)
        return
    result = partial_cover(times, demand, sites, within_min=within, share=share, minimise=minimise)
    assert result.objective == pytest.approx(min(measure(plan, sites) for plan in good))
    assert result.served >= least * (1 - 1e-9)


def test_infeasible_share_names_the_smallest_relaxation(six_villages):
    """Only s1 may open: v1–v3 at 20 minutes are 60 of 210; 90% (189) needs v6 (60 more than v5's 150): 50 minutes."""
    times, demand, sites = six_villages
    sites = sites.assign(role=["候选"] + ["禁选"] * 5)
    with pytest.raises(InfeasibleError, match=r"时限放宽到 50 分钟即可行；比例降到 28\.5% 即可行"):
        partial_cover(times, demand, sites, within_min=20, share=0.9)
    with pytest.raises(InfeasibleError, match="时限放宽到 50 分钟即可行"):
        lscp(times, demand, sites, within_min=20, strict=True)
    with pytest.raises(InfeasibleError, match="没有路"):
        lscp(times[times["demand_id"] != "v6"], demand, sites, within_min=20, strict=True)


@pytest.mark.parametrize("size", [10**6, 10**8])
def test_a_share_missed_by_one_person_of_millions_is_missed(size):
    """Eight towns of a million (or 100) and a few: the three largest are one short of what is asked."""
    people = {f"d{i}": size + i for i in range(8)}
    question = tables({(f"d{i}", f"s{i}"): 1 for i in range(8)}, people, {f"s{i}": {"role": "候选"} for i in range(8)})
    three = 3 * size + 7 + 6 + 5
    result = partial_cover(*question, within_min=5, share=(three + 0.5) / sum(people.values()))
    assert (result.status, result.objective, result.bound) == ("optimal", 4, 4)
    assert result.served > three


def test_a_budget_passed_by_a_hair_is_kept(six_villages):
    """Three sites for 100.0000003: less than the solver tells apart, and no fault of the plan."""
    times, demand, sites = six_villages
    sites = sites.assign(cost=[100 / 3, 100 / 3, 100 / 3 + 3e-7, 500, 500, 500])
    assert mclp(times, demand, sites, within_min=0, budget=100).served in (20 + 30, 10 + 20 + 30)
