"""One site, or some money, more and less: against solving by trying every plan."""

import math
from functools import partial
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import InputError
from coverage.siting import around, mclp, p_median

from . import oracle
from .conftest import questions


def test_one_site_on_the_line_by_hand(six_villages):
    """10 minutes: none 0, s5 150, s2 and s5 210, and no more with three."""
    one = around(mclp, *six_villages, within_min=10, p=1).loc["p"]
    assert one[["fewer", "now", "more", "spares", "binds", "proven"]].to_list() == [0, 150, 210, False, True, True]
    assert one["sentence"] == "处数再多 1 处，由 150 变为 210；减少 1 处由 150 变为 0"
    two = around(mclp, *six_villages, within_min=10, p=2).loc["p"]
    assert (two["binds"], two["fewer"]) == (False, 150)
    assert around(mclp, *six_villages, within_min=10, p=4).loc["p", "spares"]


def test_money_and_number_each_have_a_row(six_villages):
    """s2 and s5 cost 7. With 5 and two sites money binds, the number doesn't: 150, and 210 for 7."""
    table = around(mclp, *six_villages, within_min=10, p=2, budget=5, money=2)
    assert table["binds"].to_dict() == {"p": False, "budget": True}
    assert table.loc["budget", ["now", "more"]].to_list() == [150, 210]


def test_no_site_at_all_leaves_the_median_without_a_plan(six_villages):
    row = around(p_median, *six_villages, p=1).loc["p"]
    assert math.isnan(row["fewer"])
    assert "减少 1 处就没有可行的方案" in row["sentence"]
    with pytest.raises(InputError, match="至少一个"):
        around(mclp, *six_villages, within_min=10)


def test_more_is_never_told_to_be_worse():
    """Out of time with a site more, a model may come with a worse plan; the one in hand is still allowed."""
    def model(*tables, p, time_limit):
        return SimpleNamespace(objective=100 if p == 1 else 90, bound=120, status="feasible")

    row = around(model, None, None, None, p=1).loc["p"]
    assert (row["more"], row["binds"], row["proven"]) == (100, False, False)


@settings(max_examples=12, deadline=None)
@given(questions(max_sites=5), st.integers(0, 12), st.integers(0, 3))
def test_what_trying_every_plan_says(question, within, p):
    times, demand, sites = question
    required = int((sites["role"] == "必选").sum())
    p += required

    def best(p):
        return max((oracle.people(demand, oracle.reach(times, plan, within)) for plan in oracle.plans(sites)
                    if len(oracle.new(plan, sites)) <= p), default=math.nan)

    row = around(partial(mclp, within_min=within), *question, p=p).loc["p"]
    assert row[["fewer", "now", "more"]].to_list() == pytest.approx([best(p - 1), best(p), best(p + 1)], nan_ok=True)
