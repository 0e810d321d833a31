"""Why each new site stands there, and what a little more would bring, worked by hand on the six villages."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from coverage.report.siting_words import margin_words, reason_words
from coverage.study import Question, suggest
from tests.study.six_villages import A, B, C, D, E, F, evaluated


@pytest.fixture(scope="module")
def ask():
    evaluation = evaluated()
    return lambda model, **settings: suggest(evaluation, Question(name="q", model=model, **settings))


def test_what_is_lost_without_a_site_and_what_could_replace_it(ask):
    """Within 15 one site at D serves D's 40 alone; at E it would be 20: 20 fewer, and no near tie."""
    row = ask("mclp", p=1, within_min=15).reasons.loc[D]
    assert (row["lost_without"], row["replacement"], row["replacement_loss"], row["near"]) == (40, E, 20, ())


def test_a_near_tie_is_named(ask):
    """Within 30 D and E serve the same 20 people of E beyond those of H2."""
    answer = ask("mclp", p=1)
    row = answer.reasons.iloc[0]
    assert {answer.new_sites.index[0], row["near"][0][0]} == {D, E}
    assert row["near"][0][1] == 0
    assert "一样多）也差不多" in "".join(reason_words(answer, answer.new_sites.index[0]))


def test_minutes_without_a_site(ask):
    """Without D its 40 go back to 20 minutes and E's 20 from 19.5 to 39.5: 1200 more over the 240 on the main road."""
    row = ask("mclp", p=1, within_min=15).reasons.loc[D]
    assert row["mean_more_min"] == pytest.approx(1200 / 240)
    assert row["farthest_without_min"] == pytest.approx(39.5)


def test_the_median_is_told_in_minutes(ask):
    """In D's place E costs D's people 19.5 and spares E's 19.5: 390 person-minutes over 250 people."""
    row = ask("p_median", p=2).reasons.loc[D]
    assert (row["measure"], row["replacement"]) == ("minutes", E)
    assert row["replacement_loss"] == pytest.approx((40 * 19.5 - 20 * 19.5) / 250)


def test_only_a_site_of_the_same_township_may_replace_one_that_the_township_needs(ask):
    row = ask("unit_cover", goal="huining-2021-2025/township-institution").reasons.iloc[0]
    assert row["replacement"] in {E, F}


def test_only_what_the_money_pays_may_replace(ask):
    """E costs 100: too dear to stand in for D at 60, with 5 to spare."""
    answer = ask("mclp", within_min=15, budget_wan=65, site=[{"site_id": E, "cost_wan": 100}])
    assert answer.reasons.loc[D, "replacement"] == F


def test_places_lost_without_a_site(ask):
    answer = ask("capacitated_mclp", p=2)
    assert answer.reasons["lost_without"].to_list() == [30, 30]


def test_a_required_site_says_so(ask):
    answer = ask("mclp", p=1, within_min=15, site=[{"site_id": F, "role": "必选"}])
    assert answer.reasons.loc[F, ["fixed", "lost_without"]].to_list() == [True, 10]
    assert "必选" in "".join(reason_words(answer, F))


def test_whom_a_site_serves_by_township(ask):
    served = ask("mclp", p=1, within_min=20).reasons.loc[D, "served"]
    assert served == "乙乡 40 人（最远 0 分钟）、丙乡 20 人（最远 20 分钟）"


def test_one_more_site_and_ten_more_wan(ask):
    """Within 15: one site 220, two 240. 130 万 pay two of 60: the number binds, and money doesn't, however much."""
    answer = ask("mclp", p=1, budget_wan=130, within_min=15)
    number, little, more = answer.margins
    assert (number.before, number.after, number.binds, number.proven) == (220, 240, True, True)
    assert (little.eased, little.binds, more.eased, more.binds) == ("10 万元", False, "60 万元", False)
    assert margin_words(answer) == (
        "再多 1 处，时限内能到达的人由 220 人变为 240 人。", "再多 10 万元不会更好。",
        "再多 60 万元不会更好：卡住的不是资金。")


def test_money_that_pays_no_further_site_is_not_said_to_be_enough(ask):
    """65 pays one of 60, 75 no second; 125 does: the money binds, though 10 万元 more change nothing."""
    assert margin_words(ask("mclp", budget_wan=65, within_min=15)) == (
        "再多 10 万元不会更好。", "再多 60 万元，时限内能到达的人由 220 人变为 240 人。")


def test_a_longer_limit_needs_fewer_sites(ask):
    """All within 15 takes D, E, F; within 20 D and F."""
    margin, = ask("lscp", within_min=15).margins
    assert (margin.limit, margin.before, margin.after) == ("时限", 3, 2)


def test_more_in_the_last_year(ask):
    margin, = ask("phased_mclp", within_min=15, phase=[{"year": 2021, "p": 1}, {"year": 2022, "p": 1}]).margins
    assert (margin.before, margin.after) == (220 + 240, 220 + 250)


def test_nothing_to_build_has_no_reasons(ask):
    answer = ask("partial_cover", share=0.5)
    assert answer.new_sites.empty
    assert answer.reasons.empty


def test_a_curve_has_reasons_for_its_last_point(ask):
    assert set(ask("frontier", within_min=15, steps=[1, 2]).reasons.index) == {D, E}
    assert {A, B, C}.isdisjoint(ask("frontier", steps=[3]).new_sites.index)


def test_a_site_and_its_money_may_both_be_what_binds(ask):
    """One site for 65: a second needs the number and 60 more; neither alone does anything."""
    assert margin_words(ask("mclp", p=1, budget_wan=65, within_min=15)) == (
        "再多 1 处不会更好。", "再多 10 万元不会更好。", "再多 60 万元不会更好。",
        "再多 1 处和 60 万元，时限内能到达的人由 220 人变为 240 人。")


def test_more_is_never_told_to_be_worse(ask, monkeypatch):
    """A solve with one site more that runs out of time may end in a worse plan; the one in hand is still allowed."""
    answer = ask("mclp", within_min=15, p=1)
    worse = replace(answer.proof, status="feasible", objective=answer.proof.objective - 5)
    monkeypatch.setattr("coverage.study.margins.solve", lambda problem: SimpleNamespace(proof=worse))
    margin, = answer.margins
    assert margin.after == margin.before
    assert not margin.binds and not margin.proven
