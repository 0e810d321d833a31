"""Stopping a run, or giving it next to no time: every model answers with a plan and a true bound, or in words."""

import pytest

import coverage.siting as siting
from coverage.errors import SolverError

from .every_model import LEAST, RUNS, county


@pytest.fixture(scope="module")
def question():
    return county()


def is_true(name, result):
    least = name in LEAST
    return (result.bound <= result.objective + 1e-6) if least else (result.objective <= result.bound + 1e-6)


@pytest.mark.parametrize("name", list(RUNS))
def test_a_stopped_run_gives_its_plan_or_says_that_it_has_none(name, question):
    told = []

    def stop(value, bound):
        told.append((value, bound))
        return True

    try:
        result = RUNS[name](question, progress=stop)
    except SolverError as stopped:
        assert told and "没有找到方案" in str(stopped)
        return
    if told:
        assert result.termination in ("cancelled", "proven")
    assert is_true(name, result)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1])
@pytest.mark.parametrize("name", list(RUNS))
def test_next_to_no_time_gives_a_plan(name, seconds, question):
    result = RUNS[name](question, time_limit=seconds)
    assert result.termination in ("time_limit", "proven")
    assert is_true(name, result)


@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_phases_with_bonds_and_years_have_a_plan_in_no_time(seconds, question):
    """An option may not stand beside another, and a third of them can't open before the second year."""
    times, demand, sites = question
    sites = sites.assign(excludes=["s01", *[""] * (len(sites) - 1)],
                         earliest_year=[2027 if at % 3 == 0 else None for at in range(len(sites))])
    result = siting.phased_mclp(times, demand, sites, within_min=9, p=[2, 5], years=[2026, 2027], time_limit=seconds)
    assert is_true("phases", result)
    assert result.phases[0].served > 0
