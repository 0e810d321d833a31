"""Why there is no plan: each relaxation is enough, and nothing less is."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.siting import relaxations

from . import oracle
from .conftest import questions
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
        assert not set(found) - {"bonds"}
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
