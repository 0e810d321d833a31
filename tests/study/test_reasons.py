"""Why each new site stands there, and what a little more would bring, worked by hand on the six villages."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from coverage.errors import InfeasibleError
from coverage.report.reason_words import reason_words, upper_words
from coverage.report.siting_words import margin_words
from coverage.study import Question, suggest
from coverage.study.problem import pose
from coverage.study.scenario import Travel
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


TWO_YEARS = [{"year": 2021, "p": 1}, {"year": 2022, "p": 1}]


def test_more_in_either_year(ask):
    """A second site in 2021 reaches E a year sooner, and leaves 2022's for F."""
    answer = ask("phased_mclp", within_min=15, phase=TWO_YEARS)
    assert [(m.when, m.before, m.after) for m in answer.margins] == [
        ("2021 年", 460, 240 + 250), ("2022 年", 460, 220 + 250)]
    assert margin_words(answer)[0] == "2021 年再多 1 处，各年末能到达的人之和由 460 人次变为 490 人次。"


def test_the_year_whose_money_binds(ask):
    """60 in 2021 pay one; 120 in 2022 pay two, more than there is to reach: more binds in 2021 alone."""
    years = [{"year": 2021, "budget_wan": 60}, {"year": 2022, "budget_wan": 120}]
    answer = ask("phased_mclp", within_min=15, phase=years)
    assert [(m.when, m.eased, m.binds) for m in answer.margins] == [
        ("2021 年", "10 万元", False), ("2021 年", "60 万元", True),
        ("2022 年", "10 万元", False), ("2022 年", "60 万元", False)]
    assert margin_words(answer)[-1] == "2022 年再多 60 万元不会更好：卡住的不是 2022 年的资金。"


def test_each_site_of_a_phase_is_told_by_its_year(ask):
    """D's 40 from 2021, E's 20 from 2022. F in D's place: 190 + 210 of 460; in E's 220 + 230."""
    answer = ask("phased_mclp", within_min=15, phase=TWO_YEARS)
    columns = ["year", "added", "now", "without", "replacement", "replacement_loss"]
    assert answer.reasons.loc[D, columns].to_list() == [2021, 40, 460, 180 + 200, F, 60]
    assert answer.reasons.loc[E, columns].to_list() == [2022, 20, 460, 440, F, 10]
    said = "".join(reason_words(answer, D))
    assert "2021 年建，当年以这里为最近的有：乙乡 40 人（最远 0 分钟）；其中 40 人当年别处到不了。" in said
    assert "各年末能到达的人合计由 460 人次变为 380 人次" in said
    assert "各年末合计少 60 人次" in said


def test_only_what_a_year_s_money_pays_and_what_may_open_by_then_stands_in(ask):
    """E may open from 2022 on; F costs 90, which 2021 doesn't pay."""
    years = [{"year": 2021, "budget_wan": 60}, {"year": 2022, "budget_wan": 0}]
    answer = ask("phased_mclp", within_min=15, phase=years, site=[{"site_id": F, "cost_wan": 90}])
    assert answer.reasons.loc[D, "replacement"] == E
    dear = [{"site_id": F, "cost_wan": 90}, {"site_id": E, "cost_wan": 90}]
    answer = ask("phased_mclp", within_min=15, phase=years, site=dear)
    assert answer.reasons.loc[D, "replacement"] in (A, B, C)


UPPER = {"service_type": "康复机构", "within_min": 30, "p": 1}


def test_both_tiers_are_explained(ask):
    """Without the one upper site nobody has both; a second one brings what asking for two says."""
    answer = ask("two_tiers", p=1, within_min=15, upper=UPPER)
    row = answer.upper_reasons.iloc[0]
    assert (row["now"], row["without"]) == (answer.proof.objective, 0)
    assert "两级机构都能到达的人由" in upper_words(answer, answer.upper_reasons.index[0])
    assert {m.limit for m in answer.margins} >= {"处数", "上级处数"}
    again = ask("two_tiers", p=1, within_min=15, upper=UPPER | {"p": 2})
    assert [m.after for m in answer.margins if m.limit == "上级处数"] == [again.proof.objective]


def test_an_upper_site_that_lower_ones_refer_to_is_told_with_them(ask):
    answer = ask("two_tiers", p=1, within_min=15, upper=UPPER | {"refer_min": 30})
    row = answer.upper_reasons.iloc[0]
    assert row["now"] == answer.proof.objective
    assert row["replacement_loss"] >= 0


def test_a_plan_for_all_roads_is_told_in_its_own_measure(ask):
    answer = ask("robust_mclp", p=1, aim="worst", variants=("slow", "middle"))
    row = answer.reasons.iloc[0]
    assert row["measure"] == "worst"
    assert row["now"] == answer.proof.objective
    told = "".join(reason_words(answer, answer.reasons.index[0]))
    assert "最差的路况下" in told


def test_whole_villages_are_told_by_what_can_be_settled_or_as_a_bound(ask, monkeypatch):
    """Places of 30: no village of 40 goes anywhere whole. What is settled is exact; what isn't is 'at least'."""
    settings = {"p": 2, "split": False}
    exact = ask("capacitated_mclp", **settings)
    assert exact.reasons["now"].iloc[0] == exact.proof.objective
    assert not exact.reasons["at_least"].any()
    monkeypatch.setattr("coverage.siting.worth_of_places.FEW_PAIRS", 0)
    bounded = ask("capacitated_mclp", **settings)
    assert bounded.reasons["at_least"].any()
    assert (bounded.reasons["replacement_loss"] <= exact.reasons["replacement_loss"] + 1e-9).all()
    assert (bounded.reasons["lost_without"] <= exact.reasons["lost_without"] + 1e-9).all()
    site = bounded.reasons.index[bounded.reasons["at_least"]][0]
    assert "可能" in "".join(reason_words(bounded, site)) or "至少" in "".join(reason_words(bounded, site))


def test_nothing_to_build_has_no_reasons(ask):
    answer = ask("partial_cover", share=0.5)
    assert answer.new_sites.empty
    assert answer.reasons.empty


def test_a_curve_has_reasons_for_its_last_point(ask):
    assert set(ask("frontier", within_min=15, steps=[1, 2]).reasons.index) == {D, E}
    assert {A, B, C}.isdisjoint(ask("frontier", steps=[3]).new_sites.index)


ASKED = {
    # model → settings under which taking one site out and putting another in always leaves a plan
    "mclp": {"p": 2, "within_min": 15}, "gradual_mclp": {"p": 2, "level": ({"within_min": 15, "worth": 1},
                                                                        {"within_min": 30, "worth": 0.6})},
    "backup_mclp": {"p": 2, "backup_weight": 0.5}, "p_center": {"p": 3}, "p_tail": {"p": 3, "share": 0.2},
    "p_median": {"p": 3}, "capacitated_mclp": {"p": 2}, "fair": {"p": 2, "within_min": 15},
    "capacitated_p_median": {"p": 6}, "cflp": {"wan_per_person_min": 0.1},
    "fair_in_order": {"p": 2, "within_min": 15}, "least_shortfall": {"p": 1, "share": 0.9},
    "lscp": {"within_min": 15}, "unit_cover": {"n": 2}, "partial_cover": {"share": 0.9, "within_min": 15},
    "robust_mclp": {"p": 1, "aim": "worst", "variants": ("slow", "middle")},
    "phased_mclp": {"phase": ({"year": 2021, "p": 2},), "within_min": 15},
    "two_tiers": {"p": 1, "within_min": 15, "upper": {"service_type": "康复机构", "within_min": 30, "p": 1}},
    "least_cost": {"goals": ({"share": 0.96, "within_min": 15}, {"each": 1})},
    "least_miss": {"goals": ({"share": 1.0, "within_min": 15},), "p": 1},
}
PER_PERSON = ("p_median", "capacitated_p_median")


@pytest.mark.parametrize("model", ASKED)
def test_the_best_replacement_is_what_asking_with_that_plan_says(ask, model):
    """The question asked again with exactly the exchanged plan allowed: its objective differs by the loss told."""
    answer = ask(model, **ASKED[model])
    now = answer.proof.objective / (250 if model in PER_PERSON else 1)
    assert answer.reasons["now"].iloc[0] == pytest.approx(now)
    villages = (A, B, C, D, E, F)
    for site, row in answer.reasons.iterrows():
        losses = {}
        for other in set(villages) - set(answer.new_sites.index):
            plan = set(answer.new_sites.index) - {site} | {other}
            roles = [{"site_id": one, "role": "必选" if one in plan else "禁选"} for one in villages]
            try:
                then = ask(model, **ASKED[model], site=roles)
            except InfeasibleError:
                continue
            left_out = set(then.result.unreached.index) != set(answer.result.unreached.index)
            if model in LEAVES_OUT and (left_out or then.people["served"] < answer.people["served"]):
                continue  # siting leaves out whom no site on offer reaches, and units without an option
            value = then.proof.objective / (250 if model in PER_PERSON else 1)
            if model not in ("capacitated_p_median", "cflp") or then.people["full"] == 0:
                losses[other] = (now - value) if model in MORE_IS_BETTER else (value - now)
        if losses and row["replacement"]:
            assert row["replacement_loss"] <= min(losses.values()) + 1e-6
            if row["replacement"] in losses:
                assert losses[row["replacement"]] == pytest.approx(row["replacement_loss"], abs=1e-6)
        elif losses:
            assert model in LEAVES_OUT, losses


LEAVES_OUT = ("lscp", "unit_cover", "p_median", "p_center", "p_tail", "fair", "fair_in_order")
MORE_IS_BETTER = ("mclp", "gradual_mclp", "backup_mclp", "capacitated_mclp", "fair", "fair_in_order", "robust_mclp",
                  "two_tiers", "phased_mclp")


def test_the_farthest_is_told_in_its_own_minutes(ask):
    """One at F for those on a road of their own, one at E: without it E's 20 people go 39.5 minutes to C."""
    answer = ask("p_center", p=2)
    site = next(one for one in answer.new_sites.index if one != F)
    assert answer.reasons.loc[site, "without"] == pytest.approx(39.5)
    assert "最远的人要走由" in "".join(reason_words(answer, site))


def test_the_least_covered_township_is_told(ask):
    """Within 15: without D 乙乡's share falls from all to 30 of 70."""
    answer = ask("fair", p=3, within_min=15)
    assert answer.reasons.loc[D, "without"] == pytest.approx(30 / 70)
    assert "最低的乡镇覆盖率由 100.0% 变为 42.9%" in "".join(reason_words(answer, D))


def test_goals_that_would_break_are_named(ask):
    answer = ask("least_cost", goals=({"share": 0.96, "within_min": 15}, {"each": 1}))
    assert answer.reasons.loc[D, "breaks"] == "96% 的人 15 分钟内可达"
    assert "每个乡镇至少 1 处残疾人之家" in answer.reasons.loc[E, "breaks"]


def test_a_replacement_where_places_are_counted_respects_them(ask):
    """60 + 30 places stand; with 30 at each of two more, every swap that can be filled serves as many."""
    answer = ask("capacitated_mclp", p=2)
    assert (answer.reasons["measure"] == "placed").all()
    assert (answer.reasons["replacement_loss"] == 0).all()


def test_a_site_and_its_money_may_both_be_what_binds(ask):
    """One site for 65: a second needs the number and 60 more; neither alone does anything."""
    assert margin_words(ask("mclp", p=1, budget_wan=65, within_min=15)) == (
        "再多 1 处不会更好。", "再多 10 万元不会更好。", "再多 60 万元不会更好。",
        "再多 1 处和 60 万元，时限内能到达的人由 220 人变为 240 人。")


def test_more_is_never_told_to_be_worse(ask, monkeypatch):
    """A solve with one site more that runs out of time may end in a worse plan; the one in hand is still allowed."""
    answer = ask("mclp", within_min=15, p=1)
    worse = replace(answer.proof, status="feasible", objective=answer.proof.objective - 5)
    monkeypatch.setattr("coverage.study.margins.solve", lambda problem, progress: SimpleNamespace(proof=worse))
    margin, = answer.margins
    assert margin.after == margin.before
    assert not margin.binds and not margin.proven


def test_margins_stop_when_the_planner_stops(monkeypatch):
    """A run stopped once its plan is there shows the plan, without margins."""
    from coverage.study import margins

    stopped, solve = [], margins.solve

    def asked(problem, progress):
        answer = solve(problem, None)
        ended = replace(answer.proof, termination="cancelled") if progress(0.0, 0.0) else answer.proof
        return replace(answer, proof=ended)

    monkeypatch.setattr(margins, "solve", asked)
    question = Question(name="q", model="mclp", p=1, within_min=15)
    answer = suggest(evaluated(), question, lambda value, bound: bool(stopped))
    stopped.append(True)
    assert answer.margins == ()
    assert answer.proof.status == "optimal"


def test_fewer_sites_are_enough_only_where_nothing_else_holds_them_back(ask):
    """Within 20 two sites reach all: a third adds nobody. For 65 one is all that money pays, and two would add."""
    assert any("就够了" in note for note in ask("mclp", p=6, within_min=20).notes)
    assert not any("就够了" in note for note in ask("mclp", p=2, budget_wan=65, within_min=15).notes)


def test_times_reach_past_the_limit_by_what_it_is_eased_by(monkeypatch):
    """Where pairs are many times end somewhere; C to E takes 39.5 minutes: past 35, within the 40 asked for next."""
    monkeypatch.setattr("coverage.study.problem.FEW_PAIRS", 0)
    evaluation = evaluated(travel=Travel(thresholds_min=(15,), threshold_min=15))
    problem = pose(evaluation, Question(name="q", model="lscp", within_min=35))
    times = problem.times[problem.times["site_id"].isin(problem.candidates.index)]
    assert times["travel_min"].between(35.1, 40).any()
    assert not (times["travel_min"] > 40).any()
