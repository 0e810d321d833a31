"""Cuts of odd sets: they hold for every plan, and the bound stays above the best."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.siting.cutting import dual_bound, sharpen
from coverage.siting.milp import Draft
from coverage.siting.rows import Rows
from coverage.siting.rules import won_columns
from coverage.siting.solver import relax


def problem(sets, weight, m, k):
    """Rows that the sites in `sets` win, as (model, x, y, rows)."""
    ptr = np.concatenate(([0], np.cumsum([len(s) for s in sets])))
    rows = Rows(np.array(weight), np.zeros(len(sets), dtype=np.int64), ptr,
                np.array([j for s in sets for j in sorted(s)], dtype=np.int64))
    draft = Draft(maximise=True)
    x = draft.columns(np.zeros(m))
    draft.row(x, 1.0, upper=float(k))
    y, rows = won_columns(draft, rows, x)
    return draft.finish(), x, y, rows


def sharpened(question, least):
    model, x, y, rows = question
    return sharpen(model, x, y, rows, seed=1, until=math.inf, cutoff=lambda share: least, stop=lambda bound: False)


def plans(m, k):
    return [plan for size in range(k + 1) for plan in combinations(range(m), size)]


def point(question, plan):
    """The columns of a plan."""
    model, x, y, rows = question
    is_open = np.isin(np.arange(len(x)), plan)
    values = np.zeros(len(model.cost))
    values[x], values[y] = is_open, rows.won(is_open)
    return values


def test_two_triangles_and_three_sites_leave_one_side_of_a_triangle():
    """Each site wins two of a triangle's three rows. Half of each site would win all six rows; three sites win five."""
    question = problem([{0, 1}, {1, 2}, {0, 2}, {3, 4}, {4, 5}, {3, 5}], [1] * 6, 6, 3)
    assert relax(question[0], time_limit=9, seed=1)[0].objective == pytest.approx(6)
    assert sharpened(question, -math.inf).bound == pytest.approx(5)


def test_a_ring_of_five_needs_a_cut_of_five_rows():
    """Sites win neighbours on two rings of five; with five sites half of each would win all ten, and nine is most."""
    ring = [{i, (i + 1) % 5} for i in range(5)]
    question = problem(ring + [{5 + i for i in s} for s in ring], [1] * 10, 10, 5)
    assert relax(question[0], time_limit=9, seed=1)[0].objective == pytest.approx(10)
    assert sharpened(question, -math.inf).bound == pytest.approx(9)


@st.composite
def problems(draw):
    m, k = draw(st.integers(2, 7)), draw(st.integers(1, 3))
    sets = draw(st.lists(st.sets(st.integers(0, m - 1), min_size=1, max_size=3), min_size=1, max_size=14))
    weight = draw(st.lists(st.integers(1, 9), min_size=len(sets), max_size=len(sets)))
    return problem(sets, weight, m, k), m, k


@settings(max_examples=60, deadline=None)
@given(problems())
def test_every_plan_keeps_the_cuts_and_every_better_one_the_bounds(drawn):
    question, m, k = drawn
    values = {plan: float(question[0].cost @ point(question, plan)) for plan in plans(m, k)}
    best = max(values.values())
    for least in (-math.inf, best, best - 2):
        answer = sharpened(question, least)
        for plan, value in values.items():
            inside = point(question, plan)
            assert (answer.model.rows @ inside >= answer.model.row_lower - 1e-9).all()
            if value >= least:
                assert answer.bound >= value - 1e-9
                assert (inside >= answer.model.lower).all() and (inside <= answer.model.upper).all()


@settings(max_examples=60, deadline=None)
@given(problems(), st.data())
def test_any_prices_bound_every_plan(drawn, data):
    question, m, k = drawn
    n = len(question[0].row_lower)
    prices = np.array(data.draw(st.lists(st.floats(-9, 9, allow_subnormal=False), min_size=n, max_size=n)))
    bound, reduced = dual_bound(question[0], prices)
    for plan in plans(m, k):
        assert float(question[0].cost @ point(question, plan)) <= bound
    assert len(reduced) == len(question[0].cost)
