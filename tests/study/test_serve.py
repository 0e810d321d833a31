"""A scenario's outreach days and shuttles: what the judging makes of them, what they cost, what can't be made.

Of the six villages E (39.5 minutes) and F (not connected) have no institution within 30; nobody keeps a register.
"""

import pandas as pd
import pytest

from coverage.errors import ScenarioError
from coverage.report.compare_tables import change_table, comparison_table
from coverage.study import Scenario, apply_changes, compare, evaluate, load_base, manifest
from coverage.study.change_costs import change_costs
from coverage.study.changes import Close, Open, Serve
from tests.study.six_villages import COUNTY, D, E, F, evaluated

GOAL = "village-service"


def served(*villages, way="流动服务日", **fields) -> Serve:
    return Serve(way=way, villages=villages, **fields)


def villages(*changes, year: int = 2020) -> dict[str, str]:
    """Each village's status under 村村有服务."""
    judged = evaluated(changes=changes, year=year).goals[0].units
    return judged[judged["goal_id"] == GOAL].set_index("unit_code")["status"].to_dict()


def goal(*changes, **settings) -> str:
    summary = evaluated(changes=changes, **settings).goals[0].summary.set_index("goal_id")
    return summary.loc[GOAL, "status"]


def test_a_village_served_is_met_and_the_others_stay_as_unknown_as_they_were():
    """A register that only holds what is planned says nothing of who else is served."""
    before, after = villages(), villages(served(F))
    assert (before[E], before[F]) == ("数据缺失", "数据缺失")
    assert (after[E], after[F]) == ("数据缺失", "达标")
    assert goal(served(E, F)) == "达标"


@pytest.mark.parametrize("way", ["流动服务日", "接送", "上门"])
def test_each_way_counts_where_the_goal_takes_it(way):
    assert goal(served(E, F, way=way, days_per_year=12)) == "达标"


def test_it_begins_in_its_year():
    later = served(E, F, from_year=2022)
    assert goal(later) == "数据缺失"
    assert goal(later, year=2023) == "达标"


def test_minutes_and_people_within_them_stay_as_they_were():
    plain, after = evaluated(), evaluated(changes=(served(E, F),))
    pd.testing.assert_frame_equal(after.demand, plain.demand)
    assert after.planned_services.to_dict() == {E: "流动服务日（拟安排）", F: "流动服务日（拟安排）"}


def test_the_provider_goes_by_its_name_and_may_be_one_that_the_scenario_opens():
    """Whichever stands first in the list: services are made after institutions."""
    home = Open(name="新家", service_type="残疾人之家", lon=105, lat=35.36, site_id="N1")
    for changes in ((served(F, provider="N1"), home), (home, served(F, provider="N1"))):
        units = evaluated(changes=changes).goals[0].units
        told = units[(units["goal_id"] == GOAL) & (units["unit_code"] == F)]["evidence"].iloc[0]
        assert told == "流动服务日：新家"


def test_in_words_and_in_provenance():
    evaluation = evaluated(changes=(served(E, F, way="接送", provider="H2", days_per_year=50), served(D)))
    assert manifest(evaluation, [])["changes"] == [
        "服务到村：接送，由“乙乡残疾人之家”接E村、F村，每年 50 天", "服务到村：流动服务日，拟安排到D村"]


@pytest.mark.parametrize(("change", "others", "says"), [
    (served("9"), (), "没有编号为 9 的村"),
    (served(F, provider="H2"), (Close(site_id="H2"),), "“乙乡残疾人之家” 2020 年没有运营"),
    (served(F, provider="H3"), (), "“丙乡残疾人之家” 2020 年没有运营"),
])
def test_what_cannot_be_made_is_named(change, others, says):
    base = load_base(Scenario(title="六村县", project=COUNTY))
    with pytest.raises(ScenarioError, match=says):
        apply_changes(base, Scenario(title="甲", project=COUNTY, year=2020, changes=(*others, change)))


def test_an_institution_that_opens_by_then_may_provide():
    assert goal(served(E, F, provider="H3", from_year=2022), year=2022) == "达标"


def test_costs_are_a_year_and_by_the_village():
    """0.6 万元 a village and year of 12 days (示例): 1.2 for two, 2.4 twice as often; visits have no unit cost."""
    evaluation = evaluated(changes=(
        served(E, F), served(E, F, days_per_year=24), served(E, F, yearly_cost_wan=5, cost_wan=7),
        served(E, way="上门")))
    table = change_costs(evaluation)
    assert table["cost_wan"].fillna(-1).to_list() == [0, 0, 7, -1]
    assert table["yearly_cost_wan"].fillna(-1).to_list() == [1.2, 2.4, 5, -1]
    assert table["basis"].to_list() == [
        "每年：示例：每村每年 12 个流动服务日（每村 0.6 万元）",
        "每年：示例：每村每年 12 个流动服务日（每村 0.6 万元），按每年 24 天折算", "情景写明", "没有单价，请写明费用"]
    assert change_table(table)["每年费用（万元）"].notna().sum() == 3


def test_compared_by_what_is_spent_once_and_a_year():
    made = {"现状": (), "流动": (served(E, F),), "新建": tuple(
        Open(name=name, service_type="残疾人之家", lon=lon, lat=lat, yearly_cost_wan=8)
        for name, lon, lat in (("戊", 105.0, 35.36872), ("己", 106.0, 35.0)))}
    base = load_base(Scenario(title="六村县", project=COUNTY))
    plans = evaluated().plans
    found = compare([evaluate(base, Scenario(title=title, project=COUNTY, year=2020, changes=changes), plans)
                     for title, changes in made.items()])
    assert found.summary["cost_wan"].to_list() == [0, 0, 120]
    assert found.summary["yearly_cost_wan"].to_list() == [0, 1.2, 16]
    assert found.summary["dominated_by"].to_list() == ["", "", ""]
    assert comparison_table(found)["另每年已知（万元）"].to_list() == [0, 1.2, 16]
    assert comparison_table(found)["流动服务日、接送、上门到的村（个）"].to_list() == [0, 2, 0]
    village = found.goals[found.goals["goal_id"] == GOAL].set_index("scenario")["status"]
    assert village.to_dict() == {"现状": "数据缺失", "流动": "达标", "新建": "达标"}
