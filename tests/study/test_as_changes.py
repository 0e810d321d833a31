"""A siting answer kept as a scenario gives what the answer promised."""

import pytest

from coverage.study import Question, evaluate, suggest
from coverage.study.as_changes import changes_of
from tests.study.six_villages import D, evaluated


@pytest.fixture(scope="module")
def evaluation():
    return evaluated()


@pytest.mark.parametrize(("model", "settings"), [
    ("mclp", {"p": 2, "within_min": 30}),
    ("unit_cover", {}),
    ("p_median", {"p": 2}),
    ("mclp", {"budget_wan": 60, "ways": ("新建", "共建")}),
])
def test_evaluated_again_it_reaches_the_same_people(evaluation, model, settings):
    answer = suggest(evaluation, Question(name="q", model=model, **settings))
    scenario = evaluation.scenario.model_copy(update={"changes": changes_of(answer)})
    again = evaluate(evaluation.base, scenario)
    assert again.whole["within_30_min"] == answer.people["served"]
    assert (again.demand["travel_min"].fillna(-1) == answer.demand["travel_min"].fillna(-1)).all()


def test_costs_places_and_years_go_along(evaluation):
    answer = suggest(evaluation, Question(name="q", model="phased_mclp", within_min=15, phase=[
        {"year": 2021, "p": 1}, {"year": 2023, "p": 1}]))
    first, second = changes_of(answer)
    assert (first.site_id, first.opened_year, first.cost_wan, first.capacity) == (f"拟建-{D}", 2021, 60, 30)
    assert second.opened_year == 2023
    later = evaluation.scenario.model_copy(update={"changes": (first, second), "year": 2022})
    assert evaluate(evaluation.base, later).supply.index.str.startswith("拟建").sum() == 1


def test_the_upper_tier_goes_along(evaluation):
    answer = suggest(evaluation, Question(name="q", model="two_tiers", p=1, within_min=15, upper={
        "service_type": "康复机构", "within_min": 30, "p": 1}))
    assert [change.service_type for change in changes_of(answer)] == ["残疾人之家", "康复机构"]


def test_an_upgrade_is_an_upgrade(evaluation):
    scenario = evaluation.scenario
    scenario = scenario.model_copy(update={"service": scenario.service.model_copy(update={"standardised_only": True})})
    standardised = evaluate(evaluation.base, scenario)
    answer = suggest(standardised, Question(name="q", model="mclp", budget_wan=30, within_min=15,
                                            ways=["新建", "升级"]))
    change, = changes_of(answer)
    assert (change.kind, change.site_id, change.cost_wan) == ("upgrade", "H2", 10)
    again = evaluate(evaluation.base, scenario.model_copy(update={"changes": (change,)}))
    assert again.whole["within_15_min"] == answer.people["served"] == 180
