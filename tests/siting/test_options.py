"""Options: what excludes, needs or replaces what, who is served by whom; every model against trying every plan."""

import math
from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError, TableError
from coverage.siting import (
    backup_mclp,
    capacitated_mclp,
    capacitated_p_median,
    cflp,
    fair,
    least_shortfall,
    lscp,
    mclp,
    p_center,
    p_median,
    partial_cover,
    phased_mclp,
    two_tiers,
    undominated,
    unit_cover,
)
from coverage.siting.kernels.flows import transport

from . import oracle
from .conftest import tables

NOT_ADDED = ("升级", "扩容", "搬迁", "关停")


def split(cell):
    return [] if not isinstance(cell, str) else [name for name in cell.split("、") if name]


def allowed(plan, sites):
    """Whether a set of open options keeps every condition, read straight from the table."""
    new = {s for s in plan if sites["role"][s] not in ("既有", "可关")}
    for s, row in sites.iterrows():
        role, replacers = row["role"], [o for o in new if sites["replaces"][o] == s]
        if (role == "必选" and s not in plan) or (role == "禁选" and s in plan) or len(replacers) > 1:
            return False
        if role in ("既有", "可关") and replacers and s in plan:
            return False
        if role == "既有" and not replacers and s not in plan:
            return False
    places = [sites["place"][s] for s in new if sites["place"][s]]
    return (len(places) == len(set(places))
            and not any(other in plan for s in plan for other in split(sites["excludes"][s]))
            and all(any(name in plan for name in item.split("|"))
                    for s in plan for item in split(sites["needs"][s])))


def plans(sites):
    for plan in chain.from_iterable(combinations(sites.index, k) for k in range(len(sites) + 1)):
        if allowed(set(plan), sites):
            yield set(plan)


def routes(times, demand, sites):
    """(demand, site) → minutes by point and group."""
    at = {(d, s): t for d, s, t in times.itertuples(index=False)}
    return {(d, s): at[row["point"], s] for d, row in demand.iterrows() for s in sites.index
            if (row["point"], s) in at and (not sites["serves"][s] or row["group"] in split(sites["serves"][s]))}


def covered(question, plan, within):
    _times, demand, _sites = question
    own = {d: within if pd.isna(t) else t for d, t in demand["within_min"].items()}
    return {d for (d, s), t in routes(*question).items() if s in plan and t <= own[d]}


def viable(question, within):
    """The table with candidates forbidden that have too few people in their catchment."""
    times, demand, sites = question
    near = {s: oracle.people(demand, covered(question, {s}, within)) for s in sites.index}
    role = ["禁选" if row["role"] == "候选" and row["min_people"] > near[s] else row["role"]
            for s, row in sites.iterrows()]
    return times, demand, sites.assign(role=role)


def added(plan, sites):
    return sum(sites["role"][s] not in ("既有", "可关") and sites["action"][s] not in NOT_ADDED for s in plan)


def yearly(plan, sites):
    return sum(sites["yearly_cost"][s] for s in plan)


def cost(plan, sites):
    return sum(sites["cost"][s] for s in plan if sites["role"][s] not in ("既有", "可关"))


@st.composite
def bound_questions(draw, *, max_demand=5, max_sites=6):
    """A small question in which options exclude, need and replace one another, and groups share points."""
    n, m = draw(st.integers(1, max_demand)), draw(st.integers(2, max_sites))
    roles = [draw(st.sampled_from(("候选", "候选", "候选", "必选", "既有", "可关"))) for _ in range(m)]
    names = [f"s{j}" for j in range(m)]
    points = [f"d{i % max(1, n - 1)}" for i in range(n)]
    pairs = draw(st.lists(st.one_of(st.none(), st.integers(0, 12)), min_size=n * m, max_size=n * m))
    minutes = {(f"d{k // m}", f"s{k % m}"): float(t) for k, t in enumerate(pairs)
               if t is not None and f"d{k // m}" in points}
    old = [name for name, role in zip(names, roles, strict=True) if role in ("既有", "可关")]
    some = lambda *values: draw(st.sampled_from(("", "", *values)))  # noqa: E731
    sites = {}
    for _j, (name, role) in enumerate(zip(names, roles, strict=True)):
        others = [other for other in names if other != name]
        is_old = role in ("既有", "可关")
        sites[name] = {
            "role": role, "cost": float(draw(st.integers(0, 5))), "yearly_cost": float(draw(st.integers(0, 3))),
            "unit": draw(st.sampled_from(("甲", "乙"))), "place": some("p", "q"),
            "action": "" if is_old else draw(st.sampled_from(("新建", "升级", "共建"))),
            "excludes": some(*others), "needs": some(*others, f"{others[0]}|{others[-1]}"),
            "replaces": "" if is_old or not old else some(*old), "serves": some("轻", "轻、重"),
            "min_people": draw(st.sampled_from((0, 0, 4))), "capacity": float(draw(st.integers(0, 12)))}
    times, demand, frame = tables(minutes, {f"d{i}": draw(st.integers(0, 9)) for i in range(n)}, sites)
    demand = demand.assign(
        point=points, group=[draw(st.sampled_from(("轻", "重"))) for _ in range(n)], unit=(["东", "西"] * n)[:n],
        within_min=pd.array([draw(st.one_of(st.none(), st.integers(0, 12))) for _ in range(n)], "Float64"))
    return times.astype({"travel_min": float, "demand_id": str, "site_id": str}), demand, frame


def compare(run, good, value, *, most=True):
    """The model's answer against the best of all allowed plans."""
    if not good:
        with pytest.raises(InfeasibleError):
            run()
        return None
    result = run()
    best = (max if most else min)(value(plan) for plan in good)
    assert result.objective == pytest.approx(best)
    assert result.status == "optimal"
    return result


ASKED = dict(max_examples=10, deadline=None)


@settings(**ASKED)
@given(bound_questions(), st.integers(0, 12), st.integers(0, 3), st.integers(0, 9))
def test_mclp_with_bonds(question, within, p, money):
    _times, demand, sites = real = viable(question, within)
    people = lambda plan: oracle.people(demand, covered(question, plan, within))  # noqa: E731
    good = list(plans(sites))
    result = compare(lambda: mclp(*question, within_min=within, p=p), [x for x in good if added(x, sites) <= p], people)
    if result is not None:
        assert allowed(set(result.chosen.index), real[2])
        assert set(result.closed) == {s for s in sites.index if sites["role"][s] in ("既有", "可关")} - set(
            result.chosen.index)
    compare(lambda: mclp(*question, within_min=within, budget=money, yearly_budget=money),
            [x for x in good if cost(x, sites) <= money and yearly(x, sites) <= money], people)


@settings(**ASKED)
@given(bound_questions(), st.integers(0, 12), st.sampled_from(["sites", "cost"]))
def test_covering_models_with_bonds(question, within, minimise):
    _times, demand, sites = viable(question, within)
    price = (lambda plan: added(plan, sites)) if minimise == "sites" else (lambda plan: cost(plan, sites))
    everyone = covered(question, set(sites.index[sites["role"] != "禁选"]), within)
    options = {"within_min": within, "minimise": minimise}
    good = [plan for plan in plans(sites) if covered(question, plan, within) == everyone]
    compare(lambda: lscp(*question, **options), good, price, most=False)
    compare(lambda: lscp_backup_of(question, options), good, price, most=False)
    least = 0.6 * demand["weight"].sum()
    good = [plan for plan in plans(sites) if oracle.people(demand, covered(question, plan, within)) >= least - 1e-9]
    compare(lambda: partial_cover(*question, share=0.6, **options), good, price, most=False)


def lscp_backup_of(question, options):
    from coverage.siting import lscp_backup

    return lscp_backup(*question, **options)


@settings(**ASKED)
@given(bound_questions(), st.integers(0, 3))
def test_distance_models_with_bonds(question, p):
    times, demand, sites = viable(question, math.inf)
    minutes = routes(times, demand, sites)
    must = {d for (d, s) in minutes if sites["role"][s] != "禁选" and demand["weight"][d]}

    def nearest(plan):
        return {d: min((t for (e, s), t in minutes.items() if e == d and s in plan), default=math.inf) for d in must}

    good = [plan for plan in plans(sites) if added(plan, sites) <= p and math.inf not in nearest(plan).values()]
    compare(lambda: p_median(*question, p=p), good,
            lambda plan: sum(demand["weight"][d] * t for d, t in nearest(plan).items()), most=False)
    compare(lambda: p_center(*question, p=p), good, lambda plan: max(nearest(plan).values(), default=0), most=False)


@settings(**ASKED)
@given(bound_questions(), st.integers(0, 12), st.integers(0, 3))
def test_unit_and_fair_models_with_bonds(question, within, p):
    _times, demand, sites = viable(question, within)
    offer = sites["unit"][sites["role"] != "禁选"].value_counts()
    held = lambda plan, unit: sum(sites["unit"][s] == unit for s in plan)  # noqa: E731
    good = [plan for plan in plans(sites)
            if all(held(plan, unit) >= min(1, offer.get(unit, 0)) for unit in ("甲", "乙"))]
    compare(lambda: unit_cover(*question, within_min=within, units=["甲", "乙"]), good,
            lambda plan: added(plan, sites), most=False)
    good = [plan for plan in plans(sites) if added(plan, sites) <= p]

    def short(plan):
        here = covered(question, plan, within)
        return sum(max(0.0, 0.8 * part["weight"].sum() - oracle.people(demand, here & set(part.index)))
                   for _, part in demand.groupby("unit"))

    def worst(plan):
        here = covered(question, plan, within)
        return min((oracle.people(demand, here & set(part.index)) / part["weight"].sum()
                    for _, part in demand.groupby("unit") if part["weight"].sum()), default=1.0)

    compare(lambda: least_shortfall(*question, within_min=within, share=0.8, p=p), good, short, most=False)
    compare(lambda: fair(*question, within_min=within, p=p), good, worst)
    compare(lambda: backup_mclp(*question, within_min=within, backup_weight=0.5, p=p), good, lambda plan: sum(
        demand["weight"][d] * (0, 1, 1.5)[min(2, n)] for d, n in times_covered(question, plan, within).items()))


def times_covered(question, plan, within):
    own = {d: within if pd.isna(t) else t for d, t in question[1]["within_min"].items()}
    return {d: sum(e == d and s in plan and t <= own[d] for (e, s), t in routes(*question).items())
            for d in question[1].index}


@settings(**ASKED)
@given(bound_questions(max_demand=3, max_sites=4), st.integers(0, 12), st.integers(0, 3))
def test_capacitated_mclp_with_bonds_and_minimum_people(question, within, p):
    times, demand, sites = viable(question, within)
    own = {d: within if pd.isna(t) else t for d, t in demand["within_min"].items()}
    pairs = {pair for pair, t in routes(times, demand, sites).items() if t <= own[pair[0]]}

    def served(plan):
        """The most people that can be placed with each option's load between its bounds, by filling whole people."""
        if not plan:
            return 0
        ends = sorted(plan)
        loads = {tuple([0] * len(ends))}
        for d, weight in demand["weight"].items():
            able = [k for k, s in enumerate(ends) if (d, s) in pairs]
            for _ in range(int(weight) if able else 0):
                loads |= {(*load[:k], load[k] + 1, *load[k + 1:]) for load in loads for k in able
                          if load[k] < sites["capacity"][ends[k]]}
        low = [0 if sites["role"][s] in ("既有", "可关") else sites["min_people"][s] for s in ends]
        return max((sum(load) for load in loads if all(a >= b for a, b in zip(load, low, strict=True))), default=None)

    found = {frozenset(plan): served(plan) for plan in plans(sites) if added(plan, sites) <= p}
    good = [plan for plan, people in found.items() if people is not None]
    compare(lambda: capacitated_mclp(*question, within_min=within, p=p), good, found.get)


@settings(max_examples=25, deadline=None)
@given(bound_questions(max_demand=4), st.integers(0, 12), st.integers(0, 3), st.booleans(), st.integers(5, 40))
def test_capacitated_distance_and_cost_with_bonds(question, within, p, dear, room):
    times, demand, sites = question
    sites = sites.assign(min_people=0, capacity=sites["capacity"] + room / 4)
    own = {d: within if pd.isna(t) else t for d, t in demand["within_min"].items()}
    near = {pair: t for pair, t in routes(times, demand, sites).items() if t <= own[pair[0]]}
    here = [d for d in demand.index if demand["weight"][d] > 0 and any(d == end for end, _ in near)]

    def walked(plan):
        ends = sorted(plan)
        table = np.array([[near.get((d, s), np.inf) for d in here] for s in ends]).reshape(len(ends), len(here))
        fits, _, minutes = transport(table, demand["weight"][here].to_numpy(float),
                                     sites["capacity"][ends].to_numpy(float)) if ends else (False, 0, 0.0)
        return minutes + dear * cost(plan, sites) if fits else np.inf

    found = {frozenset(plan): walked(plan) if here else 0.0 for plan in plans(sites) if added(plan, sites) <= p}
    if not here:
        return
    solve = cflp if dear else capacitated_p_median
    compare(lambda: solve(times, demand, sites, p=p, within_min=within),
            [plan for plan, value in found.items() if value < np.inf], found.get, most=False)


@settings(max_examples=10, deadline=None)
@given(bound_questions(max_sites=4), st.integers(0, 12), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_phases_with_bonds_and_years(question, within, years):
    times, demand, sites = question
    sites = sites.assign(role=sites["role"].replace("必选", "候选"), min_people=0,
                         earliest_year=[2023 + y for y in years[: len(sites)]])
    question = times, demand, sites
    old = {s for s in sites.index if sites["role"][s] in ("既有", "可关")}

    def phase(year, p):
        return [plan for plan in plans(sites) if added(plan, sites) <= p
                and all(s in old or sites["earliest_year"][s] <= year for s in plan)]

    good = [(a, b) for a in phase(2024, 1) for b in phase(2025, 2) if a - old <= b - old and b & old <= a & old]
    people = lambda pair: sum(oracle.people(demand, covered(question, plan, within)) for plan in pair)  # noqa: E731
    compare(lambda: phased_mclp(*question, within_min=within, p=[1, 2], years=[2024, 2025]), good, people)


@settings(max_examples=8, deadline=None)
@given(bound_questions(max_sites=4), st.integers(0, 12), st.integers(0, 2))
def test_tiers_with_bonds(question, within, p):
    times, demand, sites = viable(question, within)
    upper = pd.DataFrame({"role": ["既有", "候选"]}, index=pd.Index(["u0", "u1"], name="site_id"))
    upper_times = pd.DataFrame({"demand_id": demand["point"].unique()}).assign(site_id="u0", travel_min=3.0)
    good = [plan for plan in plans(sites) if added(plan, sites) <= p]
    compare(lambda: two_tiers(*(times, upper_times, demand, question[2], upper), within_min=within,
                              upper_within_min=5, p=p, upper_p=1), good,
            lambda plan: oracle.people(demand, covered(question, plan, within)))


def test_upgrade_move_and_host_by_hand(six_villages):
    """s2 stands (v1–v3, 60 people within 10). For 4 it moves to s5's place (150 people), for 3 s6 is new (110).

    With 4: the move alone gives 150, s6 alone 60 + 110 = 170 (cost 3). With 3 + 4 = 7: moved and s6: 150.
    """
    times, demand, sites = six_villages
    sites = sites.assign(role=["禁选", "既有", "禁选", "禁选", "候选", "候选"], cost=[0, 0, 0, 0, 4.0, 3.0],
                         action=["", "", "", "", "搬迁", "新建"], replaces=["", "", "", "", "s2", ""],
                         place=["", "", "", "", "同址", "同址"])
    result = mclp(times, demand, sites, within_min=10, budget=7)
    assert (result.objective, set(result.chosen.index), result.closed) == (170, {"s2", "s6"}, ())
    sites.loc["s6", "role"] = "禁选"
    moved = mclp(times, demand, sites, within_min=10, budget=4)
    assert (moved.objective, moved.closed, list(moved.new_sites.index)) == (150, ("s2",), ["s5"])
    assert moved.new_sites.loc["s5", "action"] == "搬迁"


def test_closing_pays_when_the_year_s_money_is_short(six_villages):
    times, demand, sites = six_villages
    sites = sites.assign(role=["可关", "既有", "候选", "候选", "候选", "候选"], yearly_cost=10.0)
    result = mclp(times, demand, sites, within_min=10, yearly_budget=20)
    assert (result.objective, result.closed) == (210, ("s1",))
    assert mclp(times, demand, sites, within_min=10, yearly_budget=30).closed == ()


def test_too_small_an_option_is_named(six_villages):
    times, demand, sites = six_villages
    result = mclp(times, demand, sites.assign(min_people=[0, 0, 0, 0, 151, 0]), within_min=10, p=1)
    assert list(result.chosen.index) == ["s4"]
    assert "s5" in result.notes[0]


def test_option_in_a_bond_is_never_thinned(six_villages):
    times, demand, sites = six_villages
    sites = sites.assign(cost=1.0, excludes=["", "s5", "", "", "", ""])
    assert set(undominated(times, demand, sites, within_min=10).index) >= {"s2", "s5"}


def test_wrong_lists_are_all_named(six_villages):
    times, demand, sites = six_villages
    sites = sites.assign(needs=["s9", "", "", "", "", ""], excludes=["", "s2", "", "", "", ""],
                         replaces=["", "", "s4", "", "", ""], action=["", "", "", "拆", "", ""])
    with pytest.raises(TableError) as caught:
        mclp(times, demand, sites.drop(columns="action"), within_min=10, p=1)
    assert {"s1 的 needs", "s2 的 excludes", "s3 的 replaces"} <= set(caught.value.problems["field"])
    with pytest.raises(TableError, match="action"):
        mclp(times, demand, sites, within_min=10, p=1)


def test_a_unit_whose_options_share_a_place_is_named():
    """乙乡 has two options, of one place: two institutions can't be had there, though 甲乡 has its two."""
    question = tables({("v", "A"): 5}, {"v": 1}, {
        "A": {"unit": "甲乡"}, "B": {"unit": "甲乡"},
        "X": {"unit": "乙乡", "place": "P"}, "Y": {"unit": "乙乡", "place": "P"}})
    with pytest.raises(InfeasibleError, match=r"1 个单元凑不够 2 处：乙乡（1 处）"):
        unit_cover(*question, within_min=10, units=["甲乡", "乙乡"], n=2)
