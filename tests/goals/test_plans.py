"""Check the five plans against the figures that their documents state, clause by clause."""

from pathlib import Path

import pytest

from coverage.goals import evaluate, gap_list, load_plan
from coverage.goals.statuses import REASONS, STATUSES
from tests.goals.region import TIMES, region

PLANS = Path(__file__).parents[2] / "scenarios" / "plans"

FIGURES = {
    "state-council-2021-2025": {
        "township-institution": ("任务", "", "100%"), "village-service": ("任务", "", "100%"),
        "county-facilities": ("任务", "", "100%"), "three-level-network": ("任务", "", "100%"),
        "rehabilitation-tiers": ("任务", "", "100%"), "special-education-places": ("任务", "", "≥0.1"),
        "special-education-reach": ("任务", "", "≥90%"),
    },
    "zhejiang-2021-2025": {
        "home-coverage": ("约束性", "75%", "≥90%"), "home-every": ("任务", "", "100%"),
        "care-coverage": ("约束性", "80%", ">90%"), "care-public": ("任务", "", "100%"),
        "child-rehabilitation-coverage": ("约束性", "40%", ">90%"), "rehabilitation": ("约束性", "95%", "≥99%"),
        "assistive-devices": ("约束性", "95%", "≥99%"), "child-rehabilitation-aid": ("任务", "", "100%"),
        "division-of-levels": ("任务", "", "100%"),
    },
    "wenzhou-2021-2025": {
        "home-coverage": ("约束性", "80%", "≥90%"), "home-every": ("任务", "", "100%"),
        "care-coverage": ("约束性", "55%", ">90%"), "child-rehabilitation-coverage": ("约束性", "40%", ">90%"),
        "rehabilitation": ("未注明", "95%", "≥99%"), "assistive-devices": ("未注明", "98%", "≥99%"),
        "accessible-homes": ("未注明", "90%", "≥95%"), "high-school": ("未注明", "88%", "≥90%"),
    },
    "jilin-2021-2025": {
        "special-school": ("任务", "", "100%"), "preschool": ("任务", "", "100%"),
        "sheltered-employment": ("任务", "", "≥100"), "township-institution": ("任务", "", "100%"),
        "village-service": ("任务", "", "100%"), "village-association": ("任务", "", "100%"),
        "resource-rooms": ("任务", "", "100%"), "village-rehabilitation": ("任务", "", "100%"),
        "rehabilitation": ("未注明", "", "≥85%"), "assistive-devices": ("未注明", "", "≥85%"),
        "compulsory-education": ("未注明", "", "≥97%"), "child-rehabilitation-aid": ("未注明", "", "100%"),
    },
    "huining-2021-2025": {
        "township-institution": ("任务", "", "100%"), "village-service": ("任务", "", "100%"),
        "county-facilities": ("任务", "", "100%"), "residential-care": ("任务", "", "100%"),
        "special-school": ("任务", "", "100%"), "rehabilitation-tiers": ("任务", "", "100%"),
        "rehabilitation": ("约束性", ">80%", ">85%"), "assistive-devices": ("约束性", ">80%", ">85%"),
        "compulsory-education": ("未注明", "95%", "≥97%"),
    },
}


def load(name):
    return load_plan((PLANS / f"{name}.toml").read_text("utf-8"), where=name)


def test_every_plan_of_the_folder_is_checked_here():
    assert {path.stem for path in PLANS.glob("*.toml")} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_those_of_the_document(name):
    plan = load(name)
    assert plan.id == name and (plan.start_year, plan.end_year) == (2021, 2025)
    found = {goal.id: (goal.binding, goal.says(goal.baseline), goal.says(goal.target_for(2025))) for goal in plan.goals}
    assert found == FIGURES[name]
    assert all(goal.target_for(2025).year == 2025 and goal.clause for goal in plan.goals)


def test_conditions_that_decide():
    jilin = load("jilin-2021-2025")
    assert jilin.goal("special-school").units.pop.min == 200_000
    assert jilin.goal("resource-rooms").units.institutions.disabled_pupils.min == 5
    assert jilin.goal("sheltered-employment").each.level == "县"
    assert load("zhejiang-2021-2025").goal("care-public").institutions.public_benefit is True


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_ours_is_marked(name):
    """Minutes, weights and thresholds that no clause states are called 示意 where they stand."""
    for goal in load(name).goals:
        tiers = getattr(goal, "tiers", ())
        ours = getattr(goal, "within_min", None) or goal.weights or any(tier.enough.within_min for tier in tiers)
        reasons = "".join(weight.reason for weight in goal.weights)
        assert not ours or "示意" in goal.note + reasons, goal.id


@pytest.mark.parametrize("name", FIGURES)
def test_every_plan_is_judged_and_listed(name):
    result = evaluate(load(name), region(), TIMES, year=2025)
    assert set(result.units["status"]) <= set(STATUSES) and set(result.units["reason"]) <= {"", *REASONS}
    assert list(result.summary["goal_id"]) == list(FIGURES[name])
    gaps = gap_list(result, region(), TIMES)
    assert gaps["priority"].tolist() == list(range(1, len(gaps) + 1)) and gaps["sentence"].str.endswith("。").all()
