"""p-median and p-center: least travel in all, least for the worst off."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError
from coverage.siting import lscp, p_center, p_median, p_tail

from . import oracle
from .conftest import questions, tables


def minutes_to(times, plan):
    """Demand id → minutes to its nearest open site."""
    near = times[times["site_id"].isin(plan)]
    return near.groupby("demand_id")["travel_min"].min().to_dict()


def must_have(question):
    """The demand ids that count: people live there and some site on offer has a route."""
    times, demand, sites = question
    routed = oracle.reach(times, set(sites.index[sites["role"] != "禁选"]), float("inf"))
    return {d for d in routed if demand["weight"][d] > 0}


def test_median_of_the_line_is_where_half_the_people_are(six_villages):
    """10…60 people: half of 210 is passed at v5 (10+20+30+40 = 100, +50): s5; sum = 400+600+600+400+0+600 = 2600."""
    result = p_median(*six_villages, p=1)
    assert list(result.chosen.index) == ["s5"]
    assert (result.status, result.objective, result.bound) == ("optimal", 2600, 2600)


def test_center_of_the_line_is_its_middle(six_villages):
    """One site: at best 30 minutes from an end (s3 or s4). Two: 10 minutes (s2 and s5)."""
    assert p_center(*six_villages, p=1).objective == 30
    two = p_center(*six_villages, p=2)
    assert (two.objective, two.status, list(two.chosen.index)) == (10, "optimal", ["s2", "s5"])


def test_too_few_sites_to_connect_everyone_is_explained(six_villages):
    times, demand, sites = six_villages
    local = times[times["travel_min"] <= 10]
    for model in (p_median, p_center):
        with pytest.raises(InfeasibleError, match="至少要 2 处"):
            model(local, demand, sites, p=1)


@settings(max_examples=14, deadline=None)
@given(questions(), st.integers(0, 4))
def test_p_median_and_p_center_are_what_trying_every_plan_gives(question, p):
    times, demand, sites = question
    must = must_have(question)
    good = []
    for plan in oracle.plans(sites):
        near = minutes_to(times, plan)
        if len(oracle.new(plan, sites)) <= p and must <= near.keys():
            good.append((sum(demand["weight"][d] * near[d] for d in must), max((near[d] for d in must), default=0)))
    if not good:
        for model in (p_median, p_center):
            with pytest.raises(InfeasibleError):
                model(*question, p=p)
        return
    median, center = p_median(*question, p=p), p_center(*question, p=p)
    assert median.status == center.status == "optimal"
    assert median.objective == pytest.approx(min(total for total, _ in good))
    assert center.objective == min(worst for _, worst in good)


@settings(max_examples=15, deadline=None)
@given(questions(roles=("候选", "既有")), st.integers(0, 3))
def test_center_agrees_with_set_covering(question, p):
    """At the center's radius p sites cover everyone; just below they don't."""
    times, demand, sites = question
    demand = demand.assign(weight=demand["weight"] + 1)
    try:
        radius = p_center(times, demand, sites, p=p).objective
    except InfeasibleError:
        return
    assert lscp(times, demand, sites, within_min=radius).objective <= p
    below = lscp(times, demand, sites, within_min=max(radius - 1e-9, 0))
    everyone = lscp(times, demand, sites, within_min=radius)
    if radius > 0:
        assert below.objective > p or len(below.unreached) > len(everyone.unreached)


def test_nobody_is_sent_nowhere():
    """A and B are equally near, C far, D on no road: of four sites allowed only those that are someone's nearest."""
    times, demand, sites = tables({("甲", "A"): 5.0, ("甲", "B"): 5.0, ("甲", "C"): 9.0}, {"甲": 10},
                                  {s: {} for s in "ABCD"})
    assert list(p_median(times, demand, sites, p=4).chosen.index) == ["A"]
    assert list(p_tail(times, demand, sites, p=4).chosen.index) == ["A"]
