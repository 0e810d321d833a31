from pathlib import Path

import pytest

from coverage.errors import PlanError
from coverage.goals import evaluate, inherit, load_plan
from tests.goals.region import region

PLANS = Path(__file__).parents[2] / "scenarios" / "plans"


def plan(plan_id, goal, above=()):
    head = f'id = "{plan_id}"\ntitle = "{plan_id}规划"\nabove = {list(above)}\nstart_year = 2021\nend_year = 2025\n'
    fixed = '[[goal]]\ntitle = "覆盖率"\nkind = "unit_share"\nbinding = "约束性"\nclause = "一"\n'
    return load_plan(head + fixed + goal)


UPPER = plan("upper", """id = "share"
institutions = { service_type = "残疾人之家" }
targets = [ { year = 2023, at_least = "50%" }, { year = 2025, more_than = "90%" } ]
""")


def lower(extra, institutions='{ service_type = "残疾人之家" }'):
    return plan("lower", f'id = "own"\ninstitutions = {institutions}\n{extra}', ["upper"])


def test_the_stricter_target_holds_in_each_year_and_the_goal_says_which():
    """2023: 60% here against 50% above. 2025: ≥90% here against >90% above, which asks more."""
    mine = lower('inherits = "upper/share"\n'
                 'targets = [ { year = 2023, at_least = "60%" }, { year = 2025, at_least = "90%" } ]\n')
    goal = inherit(mine, {"upper": UPPER}).goals[0]
    assert [goal.says(figure) for figure in goal.targets] == ["≥60%", ">90%"]
    assert goal.origin == ("承接《upper规划》“覆盖率”，取严：2023 年≥60%（本规划≥60%，上级≥50%，本规划更严）；"
                           "2025 年>90%（本规划≥90%，上级>90%，上级更严）")
    result = evaluate(inherit(mine, {"upper": UPPER}), region(), year=2025)
    assert result.summary.loc[0, "target"] == ">90%" and "取严" in result.summary.loc[0, "origin"]


def test_a_year_that_only_one_states_uses_the_others_next_target():
    """The plan here states 2025 alone: in 2023 its 95% already stands against 50% above."""
    mine = lower('inherits = "upper/share"\ntargets = [ { year = 2025, at_least = "95%" } ]\n')
    assert [goal.says(f) for goal in inherit(mine, {"upper": UPPER}).goals for f in goal.targets] == ["≥95%", "≥95%"]


def test_another_measure_stands_beside():
    mine = lower('inherits = "upper/share"\ntargets = [ { year = 2025, at_least = "90%" } ]\n',
                 '{ service_type = "残疾人之家", standardised = true }')
    goals = inherit(mine, {"upper": UPPER}).goals
    assert [goal.id for goal in goals] == ["own", "upper.share"] and "口径不同" in goals[1].origin


def test_a_chain_of_three_plans_takes_the_strictest():
    middle = plan("middle", """id = "share"
inherits = "upper/share"
institutions = { service_type = "残疾人之家" }
targets = [ { year = 2025, at_least = "80%" } ]
""", ["upper"])
    mine = lower('inherits = "middle/share"\ntargets = [ { year = 2025, at_least = "85%" } ]\n')
    goal = inherit(mine, {"upper": UPPER, "middle": middle}).goals[0]
    assert goal.says(goal.target_for(2025)) == ">90%"


def test_superseded_goals_are_left_out_and_the_rest_come_when_asked_for():
    mine = lower('targets = [ { year = 2025, at_least = "90%" } ]\n')
    assert [goal.id for goal in inherit(mine, {"upper": UPPER}).goals] == ["own"]
    assert [goal.id for goal in inherit(mine, {"upper": UPPER}, whole=True).goals] == ["own", "upper.share"]
    instead = lower('supersedes = ["upper/share"]\ntargets = [ { year = 2025, at_least = "90%" } ]\n')
    assert [goal.id for goal in inherit(instead, {"upper": UPPER}, whole=True).goals] == ["own"]


def test_every_reference_that_leads_nowhere_is_told():
    mine = lower('inherits = "upper/x"\nsupersedes = ["gone/y"]\ntargets = [ { year = 2025, at_least = "90%" } ]\n')
    with pytest.raises(PlanError, match=r"(?s)upper/x.*gone/y"):
        inherit(mine, {"upper": UPPER})


def test_wenzhou_under_zhejiang_under_the_state_council():
    """Wenzhou's coverages ask what Zhejiang's ask (≥90%, >90%, >90%, ≥99%, ≥99%); its own two indicators stand alone.
    Of the plans above it has still to meet Zhejiang's other three and the State Council's seven."""
    plans = {path.stem: load_plan(path.read_text("utf-8")) for path in PLANS.glob("*.toml")}
    own = inherit(plans["wenzhou-2021-2025"], plans)
    assert all("相同" in goal.origin for goal in own.goals if goal.inherits)
    assert sum(bool(goal.inherits) for goal in own.goals) == 6 and len(own.goals) == 8
    whole = inherit(plans["wenzhou-2021-2025"], plans, whole=True)
    names = [goal.id for goal in whole.goals]
    assert sum(name.startswith("zhejiang-2021-2025.") for name in names) == 3
    assert sum(name.startswith("state-council-2021-2025.") for name in names) == 7
