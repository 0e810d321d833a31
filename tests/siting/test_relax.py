"""Why there is no plan: each relaxation is enough, and nothing less is."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError
from coverage.siting import capacitated_p_median, lscp, relaxations, unit_cover

from . import oracle
from .conftest import questions, tables
from .test_options import added, bound_questions, cost, covered, plans, viable, yearly


def needed(answer):
    return dict(zip(answer.table["kind"], answer.table["needed"], strict=True))


def test_the_line_by_hand(six_villages):
    """All six villages (210 people) within 10 minutes take two sites, s2 + s5, for 7.

    One site: at most 150 within 10; from s3 or s4 everyone is within 30 minutes. With 2 sites and money for 5: s1 + s4
    reach 150, s2 + s3 (cost 5) 100, s5 alone 150; two sites for 5 reach all within 20 (s1 and s4: v1–v3, v2–v6).
    """
    one = relaxations(*six_villages, within_min=10, p=1)
    assert needed(one) == {"people": 150, "sites": 2, "minutes": 30}
    poor = relaxations(*six_villages, within_min=10, p=2, budget=5)
    assert needed(poor) == {"people": 150, "money": 7, "minutes": 20}
    assert "只把预算从 5 增加到 7 即可行" in poor.sentences


def test_places_that_are_short_are_counted(six_villages):
    times, demand, sites = six_villages
    answer = relaxations(times, demand, sites.assign(capacity=100), p=2, places=True)
    assert needed(answer) == {"people": 200, "sites": 3, "places": 10}


def test_villages_and_units_without_an_option_are_named(six_villages):
    times, demand, sites = six_villages
    demand = demand.assign(unit=["甲", "甲", "乙", "乙", "丙", "丙"])
    answer = relaxations(times, demand, sites.assign(role=["候选"] * 3 + ["禁选"] * 3), within_min=10, p=6)
    assert list(answer.unreached.index) == ["v5", "v6"]
    assert answer.units == ("丙", "乙")
    assert needed(answer)["minutes"] == 30


def test_required_options_that_exclude_one_another_are_named(six_villages):
    times, demand, sites = six_villages
    sites = sites.assign(role=["必选", "必选"] + ["候选"] * 4, excludes=["s2", "", "", "", "", ""])
    answer = relaxations(times, demand, sites, within_min=10, p=6)
    assert answer.table["kind"].tolist() == ["bonds"]
    assert "s1 与 s2 互斥" in answer.sentences[0]


def test_a_share_of_everyone_counts_those_without_a_road():
    """Of 100 people 50 are 5 minutes off, 30 are 20, 10 are 40, and 10 have no road: 90 are within 40 minutes."""
    minutes = {("near", "s1"): 5, ("mid", "s1"): 20, ("far", "s2"): 40}
    people = {"near": 50, "mid": 30, "far": 10, "none": 10}
    question = tables(minutes, people, {"s1": {"role": "候选"}, "s2": {"role": "候选"}})
    assert needed(relaxations(*question, within_min=10, share=0.8, of="all")) == {"people": 50, "minutes": 20}
    answer = relaxations(*question, within_min=10, share=0.9, of="all")
    assert needed(answer) == {"people": 50, "minutes": 40}
    assert "要求 90 人" in answer.sentences[0]
    assert needed(relaxations(*question, within_min=10, share=0.95, of="all")) == {"people": 50}


def test_those_beyond_the_limit_ask_for_nothing_until_it_reaches_them():
    """Two villages of 10, each near a house of 10; a third is 50 minutes off. One site is too few, two are enough."""
    minutes = {("a", "s1"): 5, ("b", "s2"): 5, ("far", "s1"): 50}
    question = tables(minutes, {"a": 10, "b": 10, "far": 10},
                      {"s1": {"role": "候选", "capacity": 10}, "s2": {"role": "候选", "capacity": 10}})
    answer = relaxations(*question, within_min=10, p=1, of="reached", places=True)
    assert needed(answer) == {"people": 10, "sites": 2}
    assert "要求 20 人" in answer.sentences[0]


def test_a_longer_limit_must_take_those_whom_it_reaches():
    """Three villages of 10 share a house of 20, and one of 10 half an hour off; at 20 minutes a fourth asks too."""
    minutes = {("a", "s1"): 5, ("b", "s1"): 5, ("c", "s1"): 5, ("c", "s2"): 30, ("d", "s1"): 20, ("d", "s3"): 40}
    sites = {"s1": {"role": "候选", "capacity": 20}, "s2": {"role": "候选", "capacity": 10},
             "s3": {"role": "候选", "capacity": 10}}
    question = tables(minutes, dict.fromkeys("abcd", 10), sites)
    answer = relaxations(*question, within_min=10, p=3, of="reached", places=True)
    assert needed(answer) == {"people": 20, "minutes": 40, "places": 10}


def test_a_village_that_goes_to_one_house_is_not_cut():
    """Three villages of 6, two houses of 9: in one piece each only two fit; three places more take the third."""
    minutes = {(d, s): 5 for d in "abc" for s in ("s1", "s2")}
    question = tables(minutes, dict.fromkeys("abc", 6), {s: {"role": "候选", "capacity": 9} for s in ("s1", "s2")})
    answer = relaxations(*question, p=2, places=True, split=False)
    assert needed(answer) == {"people": 12, "places": 3}
    with pytest.raises(InfeasibleError, match=r"最多只能安排 12 人.*还差 6 人"):
        capacitated_p_median(*question, p=2, split=False)


def test_a_county_whose_places_are_far_too_few_is_told_at_once():
    """200 villages of 60, each with a road to each of 200 houses of 30: 50 houses take 1,500 of the 12,000."""
    minutes = {(f"v{i}", f"s{j}"): float((7 * i + 3 * j) % 90) for i in range(200) for j in range(200)}
    question = tables(minutes, {f"v{i}": 60 for i in range(200)}, {f"s{j}": {"capacity": 30} for j in range(200)})
    answer = relaxations(*question, p=50, of="reached", places=True, time_limit=10)
    assert needed(answer) == {"people": 1500, "places": 10_500}
    assert answer.table["exact"].all()


def test_a_point_without_people_may_be_what_stands_in_the_way():
    """s1 must be open and excludes s2, which alone reaches the empty point b in 10 minutes; from s1 it is 25."""
    minutes = {("a", "s1"): 5, ("b", "s2"): 5, ("b", "s1"): 25}
    question = tables(minutes, {"a": 10, "b": 0}, {"s1": {"role": "必选", "excludes": "s2"}, "s2": {"role": "候选"}})
    with pytest.raises(InfeasibleError):
        lscp(*question, within_min=10)
    assert relaxations(*question, within_min=10, of="reached").table.empty
    answer = relaxations(*question, within_min=10, of="reached", points=True)
    assert needed(answer) == {"points": 0, "minutes": 25}
    assert "只要放弃 1 个即可行" in answer.sentences[0]


def test_empty_points_and_people_both_in_the_way():
    """One site may be built: s1 serves 10, s2 serves 5, s3 an empty point; all take three."""
    question = tables({("a", "s1"): 5, ("b", "s2"): 5, ("c", "s3"): 5}, {"a": 10, "b": 5, "c": 0},
                      {s: {"role": "候选"} for s in ("s1", "s2", "s3")})
    assert needed(relaxations(*question, within_min=9, p=1, points=True)) == {"people": 10, "sites": 3}
    assert needed(relaxations(*question, within_min=9, p=2, points=True)) == {"points": 0, "sites": 3}


def test_units_whose_options_exclude_one_another_go_short():
    """甲 should have two, and its two exclude one another."""
    sites = {"s1": {"unit": "甲", "excludes": "s2"}, "s2": {"unit": "甲"}, "s3": {"unit": "乙"}}
    times, demand, sites = tables({("a", "s1"): 5}, {"a": 10}, sites)
    question = times, demand.assign(unit="甲"), sites
    with pytest.raises(InfeasibleError):
        unit_cover(*question, within_min=10, n=2, minimise="sites")
    assert needed(relaxations(*question, within_min=10, share=0.0, n=2)) == {"units": 1}


def test_a_required_site_without_enough_people_is_named():
    """s1 must open and take 20; only 12 are near."""
    question = tables({("a", "s1"): 5}, {"a": 12}, {"s1": {"role": "必选", "capacity": 30, "min_people": 20}})
    assert needed(relaxations(*question, within_min=9, share=0.0, places=True)) == {"minimum": 8}


def test_where_nothing_alone_is_enough_what_to_ease_together_is_told():
    """s1 is required, costs 4 and counts as one: neither the number 0 nor the money 1 does, and s2 is needed for b."""
    question = tables({("a", "s1"): 5, ("b", "s2"): 5}, {"a": 10, "b": 7},
                      {"s1": {"role": "必选", "cost": 4.0}, "s2": {"role": "候选", "cost": 3.0}})
    answer = relaxations(*question, within_min=9, share=0.0, p=0, budget=1)
    assert answer.table["kind"].to_list() == ["together"]
    assert answer.sentences == ("只放宽一项不够，要同时：新建处数从 0 处增加到 1 处；预算从 1 增加到 4",)
    answer = relaxations(*question, within_min=9, p=0, budget=1)
    assert "少服务 7 人" in answer.sentences[0]


@settings(max_examples=12, deadline=None)
@given(bound_questions(max_sites=5), st.integers(0, 9), st.integers(0, 2), st.integers(0, 5))
def test_each_relaxation_is_the_least(question, within, p, money):
    times, demand, sites = viable(question, within)
    question = times, demand.assign(within_min=None), sites
    offered = set(sites.index[sites["role"] != "禁选"])
    everyone = oracle.people(demand, covered(question, offered, math.inf))
    reach = {frozenset(plan): oracle.people(demand, covered(question, plan, within)) for plan in plans(sites)}
    fits = {"sites": lambda x: added(x, sites) <= p, "money": lambda x: cost(x, sites) <= money,
            "yearly": lambda x: yearly(x, sites) <= money}
    price = {"sites": added, "money": cost, "yearly": yearly}
    good = [x for x in reach if all(fit(x) for fit in fits.values())]
    found = needed(relaxations(times, demand.drop(columns="within_min"), sites.assign(min_people=0), within_min=within,
                               p=p, budget=money, yearly_budget=money))
    if any(reach[x] >= everyone for x in good):
        assert not found
        return
    if good and everyone:
        assert found["people"] == pytest.approx(max(reach[x] for x in good))
    for kind, measure in price.items():
        enough = [measure(x, sites) for x in reach if reach[x] >= everyone
                  and all(fit(x) for other, fit in fits.items() if other != kind)]
        assert found.get(kind) == (pytest.approx(min(enough)) if enough else None)
    limits = sorted(set(times["travel_min"]))
    enough = [t for t in limits if t > within
              and any(oracle.people(demand, covered(question, x, t)) >= everyone for x in good)]
    assert found.get("minutes") == (min(enough) if enough and everyone else None)


@settings(max_examples=8, deadline=None)
@given(questions(roles=("候选", "既有")), st.integers(0, 2))
def test_without_anything_in_the_way_there_is_nothing_to_relax(question, within):
    answer = relaxations(*question, within_min=math.inf, p=len(question[2]))
    assert answer.table.empty
