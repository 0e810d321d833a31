"""The tables are checked in full before anything is solved."""

import math

import numpy as np
import pandas as pd
import pytest

from coverage.errors import InputError, TableError
from coverage.siting import cflp, lscp, mclp, p_median, unit_cover
from coverage.siting.instance import read


def test_every_problem_is_listed_at_once(six_villages):
    times, demand, sites = six_villages
    times = pd.concat([times, pd.DataFrame({"demand_id": ["v1", "v9", "v2"], "site_id": ["s1", "s1", "s9"],
                                            "travel_min": [1.0, 2.0, -3.0]})])
    demand = demand.assign(weight=[1, 2, None, -4, 5, 6])
    sites = sites.assign(role=["随便"] + ["候选"] * 5)
    with pytest.raises(TableError) as caught:
        read(times, demand, sites)
    reasons = " ".join(caught.value.problems["field"] + caught.value.problems["reason"])
    for sign in ("v9", "s9", "同一对给了两次", "travel_min", "v3 的 weight", "v4 的 weight", "s1 的 role"):
        assert sign in reasons


def test_missing_columns_and_doubled_ids_are_named(six_villages):
    times, demand, sites = six_villages
    with pytest.raises(TableError) as caught:
        read(times.drop(columns="travel_min"), pd.concat([demand, demand]), sites)
    assert {"缺少这一列", "编号重复"} <= set(caught.value.problems["reason"])


def test_inputs_are_left_as_they_were(six_villages):
    before = [table.copy(deep=True) for table in six_villages]
    lscp(*six_villages, within_min=10)
    for old, now in zip(before, six_villages, strict=True):
        pd.testing.assert_frame_equal(old, now)


def test_ids_that_are_numbers_meet_ids_that_are_text(six_villages):
    times = pd.DataFrame({"demand_id": [1, 2], "site_id": ["7", "7"], "travel_min": [3, 4]})
    demand = pd.DataFrame({"weight": [5, 6]}, index=[1, 2])
    sites = pd.DataFrame(index=pd.Index([7]))
    assert lscp(times, demand, sites, within_min=5).served == 11


def test_whole_weights_stay_whole(six_villages):
    times, demand, sites = six_villages
    big = demand.assign(weight=np.int64(2**60))
    assert read(times, big, sites).weight.dtype == np.int64


@pytest.mark.parametrize("options", [{"p": 1, "seed": -1}, {"p": 1, "time_limit": -1}, {"p": 1, "time_limit": math.nan},
                                     {"p": math.nan}, {"p": math.inf}, {"p": -1}, {"p": 1.5}])
def test_figures_that_mean_nothing_are_refused(six_villages, options):
    for solve in (p_median, lambda *tables, **given: mclp(*tables, within_min=9, **given)):
        with pytest.raises(InputError, match="不能是"):
            solve(*six_villages, **options)


@pytest.mark.parametrize("price", [-1.0, math.nan, math.inf])
def test_a_minute_costs_something_finite(six_villages, price):
    with pytest.raises(InputError, match="不能是"):
        cflp(*six_villages, cost_per_person_min=price)


def test_a_unit_asks_for_one_place_at_least(six_villages):
    times, demand, sites = six_villages
    with pytest.raises(InputError, match="不小于 1"):
        unit_cover(times, demand, sites, within_min=9, units=["甲"], n=0)
