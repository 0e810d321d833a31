"""A limit of no time at all: still a plan where one is easy, and always a true bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InfeasibleError, SolverError
from coverage.siting import (
    backup_mclp,
    capacitated_mclp,
    cflp,
    fair,
    gradual_mclp,
    least_shortfall,
    lscp,
    mclp,
    p_center,
    p_median,
    partial_cover,
    phased_mclp,
    unit_cover,
)

from .conftest import questions, tables

MOST = {  # the models that look for the most
    "mclp": lambda q, **o: mclp(*q, within_min=6, p=2, **o),
    "mclp by budget": lambda q, **o: mclp(*q, within_min=6, budget=6, **o),
    "gradual": lambda q, **o: gradual_mclp(*q, levels={3: 1, 8: 0.5}, p=2, **o),
    "backup": lambda q, **o: backup_mclp(*q, within_min=6, backup_weight=0.5, p=2, **o),
    "fair": lambda q, **o: fair(*q, within_min=6, p=2, **o),
    "capacitated": lambda q, **o: capacitated_mclp(*q, within_min=6, p=2, **o),
    "phases": lambda q, **o: phased_mclp(*q, within_min=6, p=[1, 2], **o),
}
LEAST = {
    "lscp": lambda q, **o: lscp(*q, within_min=6, **o),
    "partial": lambda q, **o: partial_cover(*q, within_min=12, share=0.5, **o),
    "unit": lambda q, **o: unit_cover(*q, within_min=6, **o),
    "shortfall": lambda q, **o: least_shortfall(*q, within_min=6, share=0.9, p=2, **o),
    "p-median": lambda q, **o: p_median(*q, p=2, **o),
}


def asked(question):
    times, demand, sites = question
    return times, demand.assign(unit="甲"), sites.assign(capacity=9)


@pytest.mark.parametrize("name", [*MOST, *LEAST])
@settings(max_examples=4, deadline=None)
@given(question=questions(roles=("候选", "既有")))
def test_no_time_gives_a_plan_and_a_true_bound(name, question):
    model = MOST.get(name) or LEAST[name]
    try:
        exact = model(asked(question)).objective
    except InfeasibleError:
        return
    hasty = model(asked(question), time_limit=0.0)
    worse, better = (hasty.objective, hasty.bound) if name in MOST else (hasty.bound, hasty.objective)
    assert worse <= exact + 1e-9 and exact <= better + 1e-9
    assert hasty.status in ("optimal", "feasible")
    if hasty.status == "optimal":
        assert hasty.objective == pytest.approx(exact)


@settings(max_examples=8, deadline=None)
@given(questions(roles=("候选", "既有")), st.sampled_from([p_center, None]))
def test_models_without_an_easy_plan_say_so_or_bound_truly(question, model):
    run = (lambda **o: p_center(*question, p=2, **o)) if model else (lambda **o: cflp(*question, within_min=6, **o))
    try:
        exact = run().objective
    except InfeasibleError:
        return
    try:
        hasty = run(time_limit=0.0)
    except SolverError as stopped:
        assert "时限" in str(stopped)
        return
    assert hasty.bound <= exact + 1e-9 and exact <= hasty.objective + 1e-9


def town(n=60, m=25, seed=3):
    """Points and sites strewn over a square, too many for a proof at once."""
    random = np.random.default_rng(seed)
    here, there = random.random((n, 2)) * 100, random.random((m, 2)) * 100
    minutes = {(f"d{i}", f"s{j}"): round(float(np.hypot(*(here[i] - there[j]))), 1)
               for i in range(n) for j in range(m)}
    return tables(minutes, {f"d{i}": int(w) for i, w in enumerate(random.integers(1, 99, n))},
                  {f"s{j}": {"role": "候选"} for j in range(m)})


def test_the_farthest_is_bounded_without_any_time():
    question = town()
    exact, quick = p_center(*question, p=4), p_center(*question, p=4, time_limit=0.0)
    stopped = p_center(*question, p=4, progress=lambda value, bound: True)
    assert exact.status == "optimal"
    for early in (quick, stopped):
        assert early.bound <= exact.objective <= early.objective


def test_bonds_and_no_time_end_in_words():
    times, demand, sites = town()
    sites = sites.assign(excludes=["s1"] + [""] * (len(sites) - 1))
    with pytest.raises(SolverError, match="时限"):
        p_median(times, demand, sites, p=4, time_limit=0.0)


@pytest.mark.parametrize("seed", [1, 6, 7])
def test_stopped_at_once_everyone_has_a_place_and_the_bound_is_true(seed):
    """Forty villages and forty sites of all sizes, none of which may take anyone from farther than 12 minutes."""
    chance = np.random.default_rng(seed)
    at = chance.uniform(0, 50, (40, 2))
    far = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    people, places = chance.integers(1, 30, 40), chance.integers(5, 40, 40)
    question = tables({(f"v{i}", f"s{j}"): far[i, j] for i in range(40) for j in range(40)},
                      {f"v{i}": people[i] for i in range(40)},
                      {f"s{j}": {"cost": 300.0, "capacity": places[j]} for j in range(40)})
    hasty, exact = cflp(*question, within_min=12, time_limit=0.0), cflp(*question, within_min=12)
    assert hasty.served == exact.served == people.sum()
    assert hasty.bound <= exact.objective + 1e-6
    assert exact.objective <= hasty.objective + 1e-6
