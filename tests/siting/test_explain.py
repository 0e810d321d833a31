"""Explanations: what each site brings, what is lost without it, who could stand in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.siting import explain, mclp

from . import oracle
from .conftest import questions, tables


def test_the_line_explained_by_hand(six_villages):
    """10 minutes, p=2: s2 (v1–v3, 60 people) and s5 (v4–v6, 150).

    Without s5 150 are lost; s4 (v3–v5) in its place keeps v4, v5: 60 lost; s6 keeps v5, v6 = 110: 40 lost.
    """
    result = mclp(*six_villages, within_min=10, p=2)
    table = explain(*six_villages, result)
    assert table["lost_without"].to_dict() == {"s2": 60, "s5": 150}
    assert table.loc["s5", ["replacement", "replacement_loss"]].tolist() == ["s6", 40]
    assert "只少 40 人" in table.loc["s5", "sentence"]


@settings(max_examples=15, deadline=None)
@given(questions(), st.integers(0, 12))
def test_losses_are_what_solving_anew_says(question, within):
    times, demand, sites = question
    p = int((sites["role"] == "必选").sum()) + 2
    result = mclp(*question, within_min=within, p=p)
    plan = set(result.chosen.index)
    table = explain(*question, result)
    assert set(table.index) == {s for s in plan if sites["role"][s] == "候选"}
    for site, row in table.iterrows():
        without = oracle.people(demand, oracle.reach(times, plan - {site}, within))
        assert row["lost_without"] == result.served - without
        spare = [s for s in sites.index if sites["role"][s] == "候选" and s not in plan]
        if spare:
            best = max(oracle.people(demand, oracle.reach(times, plan - {site} | {s}, within)) for s in spare)
            assert row["replacement_loss"] == pytest.approx(result.served - best)
            assert row["replacement_loss"] >= 0  # the plan is the best
        else:
            assert row["replacement"] == ""


def test_what_an_option_replaces_is_open_again_without_it():
    """n1 takes the place of e0 (100 people) and reaches 10 more: without it 10 are lost, with n2 instead 5 are won."""
    minutes = {("a", "e0"): 1, ("a", "n1"): 1, ("b", "n1"): 1, ("c", "n2"): 1}
    roles = {"e0": {"role": "既有", "cost": 0, "replaces": ""}, "n1": {"role": "候选", "cost": 1, "replaces": "e0"},
             "n2": {"role": "候选", "cost": 9, "replaces": ""}}
    question = tables(minutes, {"a": 100, "b": 10, "c": 5}, roles)
    table = explain(*question, mclp(*question, within_min=5, budget=1))
    assert table.loc["n1", ["lost_without", "replacement", "replacement_loss"]].tolist() == [10, "n2", 5]


def test_a_near_tie_is_found_behind_those_that_the_bonds_forbid():
    """b, c and d may not stand beside the existing x; e may, and reaches as many."""
    sites = {"a": {}} | {name: {"excludes": "x"} for name in "bcd"} | {"e": {}, "x": {"role": "既有"}}
    question = tables({("v", name): 1 for name in "abcde"}, {"v": 9}, sites)
    table = explain(*question, mclp(*question, within_min=5, p=1))
    chosen = table.index[0]
    assert chosen in ("a", "e")
    assert table.loc[chosen, "near"] == (({"a": "e", "e": "a"}[chosen], 0.0),)
