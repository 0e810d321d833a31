from dataclasses import replace

import pandas as pd
import pytest

from coverage.goals import Records, evaluate, gap_list, load_plan, remedies
from coverage.goals.costs import unit_costs
from coverage.goals.options import ORDER
from tests.goals.region import SITES, TIMES, region

HEAD = 'id = "p"\ntitle = "规划"\nstart_year = 2021\nend_year = 2025\n'
HOSTED = SITES.loc[["s3"]].assign(name="丁养老", service_type="居家养老服务中心", township_code="100000201",
                                  standardised=pd.NA).rename(index={"s3": "h1"})
PLACE = region(sites=pd.concat([SITES, HOSTED.astype(SITES.dtypes)]))
RULE = """
kind = "unit_share"
institutions = { service_type = "残疾人之家", standardised = true }
hosts = { service_type = "居家养老服务中心" }
targets = [ { year = 2025, at_least = "100%" } ]
"""


def found(goal, place=PLACE, records=None, **options):
    text = f'{HEAD}[[goal]]\nid = "g"\ntitle = "目标"\nbinding = "任务"\nclause = "一"\n{goal}'
    result = evaluate(load_plan(text), place, TIMES, year=2025, records=records)
    return remedies(result, place, TIMES, **options), result


def listed(table, code):
    return table.loc[table["township_code"] == code, "remedy"].tolist()


def test_each_remedy_only_where_it_can_be():
    """乙 has a home that isn't standardised: 升级. 丙 has a 康复机构 alone; v4 reaches s1 in 40 minutes, so no sharing
    within 30, but within 45. 丁 has a host: 共建. 新建 anywhere unmet. 戊 is 数据缺失:
    nothing to mend before it is found out."""
    table, _ = found(RULE)
    assert listed(table, "100000101") == ["升级", "共享", "新建"]
    assert listed(table, "100000200") == ["新建"]
    assert listed(table, "100000201") == ["共建", "新建"]
    assert listed(table, "100000202") == []
    assert listed(found(RULE, within_min=45)[0], "100000200") == ["共享", "新建"]


def test_costs_places_and_people_come_from_the_table():
    """乙: 50 people, s2 has 20 places: 20 served for 10 万元. 丁's host takes 20 places, 9 people.
    丙: the cheapest candidate that isn't forbidden, c3."""
    table, _ = found(RULE)
    rows = table.set_index(["township_code", "remedy"])
    assert rows.loc[("100000101", "升级"), ["cost_wan", "people_served", "site_ids"]].tolist() == [10.0, 20, "s2"]
    assert rows.loc[("100000201", "共建"), ["people_served", "site_ids"]].tolist() == [9, "h1"]
    assert rows.loc[("100000200", "新建"), "what"] == "在丙东村新建残疾人之家"
    assert rows["cost_basis"].str.contains("示例").all()
    dearer = unit_costs().assign(cost_wan=lambda costs: costs["cost_wan"] * 2)
    assert found(RULE, costs=dearer)[0]["cost_wan"].tolist() == [2 * cost for cost in table["cost_wan"]]


def test_sharing_that_the_goal_does_not_count_serves_but_does_not_mend():
    rows = found(RULE)[0].set_index(["township_code", "remedy"])
    assert rows.loc[("100000101", "共享"), ["status_after", "people_served"]].tolist() == ["未达标", 20]
    rows = found(RULE + "enough = { sharing = true }\n")[0].set_index(["township_code", "remedy"])
    assert rows.loc[("100000101", "共享"), "status_after"] == "达标"


def test_no_room_no_sharing():
    assert "共享" not in listed(found(RULE, spare=pd.Series({"s1": 0}))[0], "100000101")
    assert found(RULE, spare=pd.Series({"s1": 3}))[0].set_index(["township_code", "remedy"]).loc[
        ("100000101", "共享"), "people_served"] == 3


def test_effect_is_what_evaluating_again_gives():
    """Put each remedy in place by hand, evaluate the whole plan, and find the status that was promised."""
    table, result = found(RULE)
    by_hand = {
        ("100000101", "升级"): PLACE.sites.assign(standardised=PLACE.sites["standardised"].where(
            PLACE.sites.index != "s2", True)),
        ("100000201", "共建"): pd.concat([PLACE.sites, PLACE.sites.loc[["s1"]].assign(
            township_code="100000201").rename(index={"s1": "new"})]),
        ("100000200", "新建"): pd.concat([PLACE.sites, PLACE.sites.loc[["s1"]].assign(
            township_code="100000200").rename(index={"s1": "new"})]),
    }
    for (code, remedy), sites in by_hand.items():
        again = evaluate(result.plan, replace(PLACE, sites=sites), TIMES, year=2025).units.set_index("unit_code")
        row = table[(table["township_code"] == code) & (table["remedy"] == remedy)].iloc[0]
        assert row["status_after"] == again.loc[code, "status"] == "达标"
        assert row["have_after"] == again.loc[code, "have"]


def test_an_upgrade_does_all_that_the_goal_asks():
    """Public benefit and 50 places are asked too: standardising s2 alone mends nothing;
    what is asked is put in place together, and then it counts."""
    more = "standardised = true, public_benefit = true, capacity = { min = 50 } }"
    goal = RULE.replace("standardised = true }", more)
    table, _ = found(goal)
    assert table.set_index(["township_code", "remedy"]).loc[("100000101", "升级"), "status_after"] == "达标"


def test_places_are_enlarged_by_as_many_as_lack():
    """甲: 100 people, half of them 50 places, s1 has 20: 30 more at 1.5 万元 each."""
    goal = """
kind = "capacity_share"
units = { level = "乡镇" }
institutions = { service_type = "残疾人之家" }
targets = [ { year = 2025, at_least = 0.5 } ]
"""
    rows = found(goal)[0].set_index(["township_code", "remedy"])
    row = rows.loc[("100000100", "扩容")]
    assert row[["cost_wan", "people_served", "have_after", "status_after"]].tolist() == [45.0, 30, 50, "达标"]
    assert listed(rows.reset_index(), "100000200") == ["新建"]


def test_villages_get_outreach_by_township():
    goal = """
kind = "village_service"
institutions = { service_type = "残疾人之家" }
within_min = 15
days_per_year = 12
targets = [ { year = 2025, at_least = "100%" } ]
"""
    services = pd.DataFrame({"demand_id": ["v4"], "way": ["上门"], "provider": ["县残联"], "days_per_year": [12],
                             "from_year": [None], "to_year": [None]})
    table, _ = found(goal, records=Records(services=services))
    assert table[["township_code", "remedy", "have_after", "need", "people_served", "cost_wan"]].values.tolist() == [
        ["100000201", "流动服务或接送", 1, 1, 9, 0.6], ["100000202", "流动服务或接送", 1, 1, 11, 0.6]]


def test_a_new_institution_reaches_people_only_by_computed_minutes():
    """Within 20 minutes of a home: 丙 is out of reach. A new one at c3, 8 minutes from v4, reaches its 7 people;
    without times to the candidates nobody knows, and nothing is promised."""
    goal = """
kind = "reach_share"
within_min = 20
institutions = { service_type = "残疾人之家" }
targets = [ { year = 2025, at_least = "100%" } ]
"""
    assert listed(found(goal)[0], "100000200") == []
    near = pd.DataFrame([("v4", "c3", 8.0)], columns=["demand_id", "site_id", "travel_min"])
    row = found(goal, candidate_times=near)[0].set_index("township_code").loc["100000200"]
    assert row[["remedy", "people_served", "status_after"]].tolist() == ["新建", 7, "达标"]


def test_the_gap_list_tells_the_remedies_in_order():
    table, result = found(RULE)
    gaps = gap_list(result, PLACE, TIMES, mending=table).set_index("township_code")
    assert gaps.loc["100000101", "remedies"] == (
        "1 升级乙之家，10 万元，服务 20 人；2 与甲之家签共享协议，3 万元，服务 20 人（本目标仍未达标）；"
        "3 在v3村新建残疾人之家，60 万元，服务 30 人")
    assert gaps.loc["100000202", "remedies"] == ""


def test_order_rows_and_inputs():
    before = PLACE.sites.copy()
    table, result = found(RULE)
    pd.testing.assert_frame_equal(PLACE.sites, before)
    for _, rows in table.groupby(["goal_id", "township_code"]):
        assert [ORDER.index(name) for name in rows["remedy"]] == sorted(ORDER.index(name) for name in rows["remedy"])
    mixed = replace(PLACE, sites=PLACE.sites.sample(frac=1, random_state=4), demand=PLACE.demand[::-1])
    pd.testing.assert_frame_equal(table, remedies(result, mixed, TIMES.sample(frac=1, random_state=4)))


@pytest.mark.parametrize("level", ["县"])
def test_a_county_without_a_school(level):
    goal = f"""
kind = "unit_share"
units = {{ level = "{level}" }}
institutions = {{ service_type = "特殊教育学校", standardised = true }}
targets = [ {{ year = 2025, at_least = "100%" }} ]
"""
    row = found(goal)[0].iloc[0]
    assert row[["township_code", "remedy", "cost_wan", "people_served"]].tolist() == ["100000", "新建", 2000.0, 150]
