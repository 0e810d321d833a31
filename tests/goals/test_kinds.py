"""Judge every kind of goal on the county of region.py, its figures worked out by hand."""

import pandas as pd
import pytest

from coverage.errors import TableError
from coverage.goals import Records, evaluate, gap_list, load_plan
from coverage.goals.as_of import sole_followers
from tests.goals.region import PEOPLE, SITES, TIMES, TOWNSHIPS, region

HEAD = 'id = "p"\ntitle = "规划"\nstart_year = 2021\nend_year = 2025\narea_code = "100000"\n'


def judged(goal, *, place=None, times=TIMES, records=None, year=2025):
    text = f'{HEAD}[[goal]]\nid = "g"\ntitle = "目标"\nbinding = "任务"\nclause = "一"\n{goal}'
    result = evaluate(load_plan(text), place or region(), times, year=year, records=records)
    return result.summary.iloc[0], result.units.set_index("unit_code"), result


def frame(columns, *rows):
    return pd.DataFrame(list(rows), columns=columns.split())


REACH = """
kind = "reach_share"
within_min = 20
institutions = { service_type = "残疾人之家" }
targets = [ { year = 2025, at_least = "80%" } ]
"""


def test_reach_share():
    """In operation: s1, s2, s5. Within 20 minutes: v1 40, v2 60, v3 50 (2 minutes from s2); v4 (7) is 30
    away, v5 (9) and v6 (11) reach none. 150 of 177 = 84.7% ≥ 80%. By township 甲 and 乙 are met, the rest not."""
    row, units, _ = judged(REACH)
    assert (row["status"], row["numerator"], row["denominator"], row["shortfall"]) == ("达标", 150, 177, 0)
    assert units["status"].tolist() == ["达标", "达标", "未达标", "未达标", "未达标"]
    assert units.loc["100000200", ["reason", "have", "need"]].tolist() == ["够不着", 0, 6]  # 80% of 7 is 5.6
    assert units.loc["100000100", "travel_min"] == pytest.approx((40 * 5 + 60 * 15) / 100)


def test_reach_share_of_a_group():
    """重度 only: v1 10 and v3 50 of 67. 丁 and 戊 have none such: there the village itself is judged, and v5, now
    10 minutes away, makes 丁 met, without entering the figures on people."""
    times = pd.concat([TIMES, frame("demand_id site_id travel_min", ("v5", "s1", 10.0))])
    row, units, _ = judged(REACH + 'who = { severity = "重度" }\n', times=times)
    assert (row["numerator"], row["denominator"]) == (60, 67)
    assert units.loc[["100000201", "100000202"], "status"].tolist() == ["达标", "未达标"]


def test_reach_without_times_is_missing_data():
    row, units, _ = judged(REACH, times=None)
    assert row["status"] == "数据缺失" and set(units["status"]) == {"数据缺失"}


def test_reach_with_an_unrecorded_group_is_missing_data():
    row, _, _ = judged(REACH + 'who = { low_income = true }\n')
    assert row["status"] == "数据缺失"


COUNT = """
kind = "count"
institutions = { service_type = ["残疾人之家", "康复机构"] }
targets = [ { year = 2025, at_least = 5 } ]
each = { level = "乡镇", n = 1 }
"""


def test_count_and_each_unit():
    """s1, s2, s3, s5 are open: 4 of 5, and 丁乡 has none."""
    row, units, _ = judged(COUNT)
    assert (row["status"], row["numerator"], row["shortfall"], row["target"]) == ("未达标", 4, 1, "≥5")
    assert units.index[units["status"] == "未达标"].tolist() == ["100000201"]


def test_a_provinces_count_is_not_judged_in_one_county():
    text = f"{HEAD}[[goal]]\nid = 'g'\ntitle = 't'\nbinding = '任务'\nclause = '一'\n{COUNT}".replace(
        'area_code = "100000"', 'area_code = "10"')
    result = evaluate(load_plan(text), region(townships=TOWNSHIPS.drop("100000201")), year=2025)
    row = result.summary.iloc[0]
    assert row[["status", "numerator", "denominator", "target"]].tolist() == ["达标", 4, 4, "每个乡镇至少 1 个"]
    assert "不判断总数" in row["note"] and "≥5" in row["note"]


CAPACITY = """
kind = "capacity_share"
units = { level = "乡镇" }
institutions = { service_type = "残疾人之家" }
targets = [ { year = 2025, at_least = 0.5 } ]
"""


def test_capacity_share():
    """甲 100, 49 places: full. 乙 50 people, 25 places: just enough. 丙 none. 丁 closed. 戊's capacity not stated.
    74 known places for 177 people; 89 needed; 戊's could be any number, so the county can't be told."""
    place = region(sites=SITES.assign(capacity=pd.array([49, 25, 30, 10, None], dtype="Int64")))
    row, units, _ = judged(CAPACITY, place=place)
    found = dict(zip(units.index, zip(units["status"], units["reason"], strict=True), strict=True))
    assert found == {"100000100": ("未达标", "满员"), "100000101": ("达标", ""), "100000200": ("未达标", "无机构"),
                     "100000201": ("未达标", "无机构"), "100000202": ("数据缺失", "数据缺失")}
    assert units["need"].tolist() == [50, 25, 4, 5, 6]
    assert (row["numerator"], row["denominator"], row["shortfall"]) == (74, 177, 15)


VILLAGE = """
kind = "village_service"
institutions = { service_type = "残疾人之家" }
within_min = 15
days_per_year = 12
targets = [ { year = 2025, at_least = "100%" } ]
"""
SERVICES = frame("demand_id way provider days_per_year from_year to_year",
                 ("v4", "流动服务日", "县残联", 24, 2023, None), ("v5", "上门", "县残联", 6, None, None),
                 ("v6", "接送", "甲之家", 250, 2020, 2024))


def test_village_service_by_which_way():
    """Institution within 15: v1 (5), v2 (15), v3 (2). v4 by 24 outreach days a year. v5's 6 visits are too few,
    v6's shuttle ended in 2024."""
    row, units, result = judged(VILLAGE, records=Records(services=SERVICES))
    assert (row["status"], row["numerator"], row["denominator"], row["shortfall_unit"]) == ("未达标", 4, 6, "个村")
    assert units.loc["v4", "evidence"] == "流动服务日：县残联，每年 24 天"
    assert units.loc["v2", "evidence"] == "机构：甲之家，15 分钟"
    assert units.index[units["status"] == "未达标"].tolist() == ["v5", "v6"]
    gaps = gap_list(result, region(), TIMES)
    assert gaps["township_code"].tolist() == ["100000202", "100000201"] and gaps["people"].tolist() == [11, 9]
    row, *_ = judged(VILLAGE, records=Records(services=SERVICES), year=2024)
    assert row["numerator"] == 5


def test_without_a_register_a_village_is_unknown_not_unmet():
    row, units, _ = judged(VILLAGE)
    assert row["status"] == "数据缺失" and units["status"].tolist() == ["达标"] * 3 + ["数据缺失"] * 3


TIERS = """
kind = "tiers"
targets = [ { year = 2025, at_least = "100%" } ]
[[goal.tier]]
title = "县级"
units = { level = "县" }
institutions = { service_type = "康复机构" }
[[goal.tier]]
title = "乡级"
units = { level = "乡镇", kind = ["镇", "街道"] }
institutions = { service_type = "残疾人之家" }
[[goal.tier]]
title = "村级"
units = { level = "村" }
institutions = { service_type = "残疾人之家" }
enough = { within_min = 30 }
"""


def test_tiers_must_each_hold():
    """县级: s3 stands in the county. 乡级: 甲 s1, 乙 s2. 村级: v1 to v4 within 30, v5 and v6 not."""
    row, units, _ = judged(TIERS)
    met = units[units["status"] == "达标"].groupby("part").size()
    assert met.to_dict() == {"县级": 1, "乡级": 2, "村级": 4}
    assert (row["status"], row["numerator"], row["denominator"], row["shortfall"]) == ("未达标", 7, 9, 2)


INDICATOR = """
kind = "indicator"
baseline = { year = 2020, more_than = "80%" }
targets = [ { year = 2025, more_than = "85%" } ]
"""
REPORTS = frame("goal_id unit_code year value source", ("g", "", 2024, 0.85, "年报"), ("g", "", 2025, 0.851, "年报"))


@pytest.mark.parametrize(("year", "status", "shortfall"),
                         [(2024, "未达标", 0), (2025, "达标", 0), (2023, "数据缺失", None)])
def test_indicator(year, status, shortfall):
    """85% is not more than 85%; a year without a report is missing data."""
    row, _, _ = judged(INDICATOR, records=Records(reports=REPORTS), year=year)
    assert row["status"] == status and row["baseline"] == ">80%" and row["target"] == ">85%"
    assert (row["shortfall"] == shortfall) if shortfall is not None else pd.isna(row["shortfall"])


SHARE = """
kind = "unit_share"
institutions = { service_type = "残疾人之家" }
targets = [ { year = 2025, at_least = "100%" } ]
"""
AGREEMENT = frame("site_id township_code document from_year to_year",
                  ("s1", "100000200", "《甲丙共享协议》", 2022, None))


def test_sharing_counts_only_where_the_goal_says_so_and_is_named():
    records = Records(agreements=AGREEMENT)
    _, units, _ = judged(SHARE, records=records)
    assert units.loc["100000200", "status"] == "未达标" and "《甲丙共享协议》" in units.loc["100000200", "evidence"]
    _, units, _ = judged(SHARE + "enough = { sharing = true }\n", records=records)
    assert units.loc["100000200", ["status", "site_ids"]].tolist() == ["达标", "s1"]
    assert "按《甲丙共享协议》共享" in units.loc["100000200", "evidence"]
    _, units, _ = judged(SHARE + "enough = { sharing = true }\n", records=records, year=2021)
    assert units.loc["100000200", "status"] == "未达标"


def test_exempt_units_are_counted_apart():
    """丙 and 丁 are unmet; 丁 is exempt: 3 of 4, never 4 of 5."""
    exemptions = frame("goal_id unit_code reason who date", ("g", "100000201", "整乡搬迁", "市残联", "2024-05-01"))
    row, units, _ = judged(SHARE, records=Records(exemptions=exemptions))
    assert (row["numerator"], row["denominator"], row["exempt"]) == (3, 4, 1)
    assert units.loc["100000201", "evidence"].startswith("豁免：整乡搬迁（市残联，2024-05-01）")


def test_an_exemption_without_reason_who_and_date_is_refused_with_every_lack():
    with pytest.raises(TableError) as caught:
        Records(exemptions=frame("goal_id unit_code reason who date", ("g", "100000201", "", None, "2024")))
    assert len(caught.value.problems) == 2


def test_an_institution_under_an_old_code_follows_its_township():
    sites = SITES.assign(township_code=SITES["township_code"].replace("100000100", "100000999"))
    recodings = frame("old_code township_code year note", ("100000999", "100000100", 2021, "撤并"))
    _, units, result = judged(SHARE, place=region(sites=sites), records=Records(recodings=recodings))
    assert units.loc["100000100", "status"] == "达标" and "区划变更" in units.loc["100000100", "evidence"]
    assert not result.notes


@pytest.mark.parametrize(("changes", "followers"), [
    ([("9", "1")], {"9": "1"}),
    ([("9", "8"), ("8", "1")], {"9": "1", "8": "1"}),  # renamed twice
    ([("9", "1"), ("9", "2")], {}),  # split: nobody can say which part
    ([("9", "8"), ("8", "1"), ("8", "2")], {}),  # renamed, then split
    ([("9", "9"), ("9", "2")], {}),  # a part split off
    ([("9", "8"), ("8", "9")], {"9": "9", "8": "8"}),  # in a circle: nothing changes
])
def test_an_old_code_goes_over_only_to_the_township_that_alone_followed_it(changes, followers):
    recodings = pd.DataFrame(changes, columns=["old_code", "township_code"])
    assert sole_followers(recodings) == followers
    assert sole_followers(recodings.iloc[::-1]) == followers


def test_an_institution_of_a_split_township_is_not_given_to_the_last_of_its_parts():
    sites = SITES.assign(township_code=SITES["township_code"].replace("100000100", "100000999"))
    recodings = frame("old_code township_code year note", ("100000999", "100000100", 2021, "拆分"),
                      ("100000999", "100000200", 2021, "拆分"))
    _, units, _ = judged(SHARE, place=region(sites=sites), records=Records(recodings=recodings))
    assert "区划变更" not in units.loc["100000200", "evidence"]


def test_more_than_one_and_hosts():
    """Two are needed, 甲 has one. With 康复机构 as a host, 丙 has no institution rather than one of another type."""
    _, units, _ = judged(SHARE + "enough = { n = 2 }\n")
    assert units.loc["100000100", ["status", "reason", "have", "need"]].tolist() == ["未达标", "无机构", 1, 2]
    _, units, _ = judged(SHARE + 'hosts = { service_type = "康复机构" }\n')
    assert units.loc["100000200", "reason"] == "无机构"


def test_counties_of_a_size():
    """The county has 30,000 + 50,000 + 10,000 + 9,999 people in the townships that say."""
    goal = SHARE + 'units = { level = "县", pop = { min = 99999 } }\n'
    assert judged(goal)[0]["status"] == "达标"
    assert judged(goal.replace("99999", "100000"))[0]["status"] == "不适用"


def test_a_demand_trigger():
    """Townships with at least 50 severely disabled people: 乙 alone."""
    goal = SHARE + 'who = { severity = "重度" }\nunits = { people = { min = 50 } }\n'
    _, units, _ = judged(goal)
    assert units.index[units["status"] != "不适用"].tolist() == ["100000101"]


def test_institutions_as_units():
    """Ordinary schools with at least 5 disabled pupils need a resource room: s1 has 5 and one, s2 6 and none."""
    sites = SITES.assign(disabled_pupils=pd.array([5, 6, 9, 9, 4], dtype="Int64"),
                         resource_room=pd.array([True, False, True, True, True], dtype="boolean"))
    goal = SHARE.replace('{ service_type = "残疾人之家" }', "{ resource_room = true }") + """
units = { level = "机构", institutions = { service_type = "残疾人之家", disabled_pupils = { min = 5 } } }
"""
    _, units, result = judged(goal, place=region(sites=sites))
    assert units["status"].to_dict() == {"s1": "达标", "s2": "未达标"}
    assert gap_list(result, region(sites=sites))["township_code"].tolist() == ["100000101"]


def test_weights():
    """丙 and 丁 (乡) weigh 3: met 甲 乙 戊 = 3 of 3 + 6. Severe people weigh 2: 丙's 7 count 7·2·3 = 42,
    丁's 9·3 = 27."""
    goal = SHARE + """
weights = [ { units = { kind = "乡" }, weight = 3, reason = "山区" },
            { who = { severity = "重度" }, weight = 2, reason = "重度优先" } ]
"""
    row, _, result = judged(goal)
    assert row["weighted_share"] == pytest.approx(3 / 9)
    gaps = gap_list(result, region(), TIMES)
    assert gaps["weighted_people"].tolist() == [42.0, 27.0]


def test_baseline_is_shown_beside_the_published_one_and_not_forced():
    row, *_ = judged(SHARE + 'baseline = { year = 2017, value = "75%" }\n')
    assert row["baseline"] == "75%" and row["baseline_computed"] == pytest.approx(3 / 5)  # s1, s2, s4


def test_a_new_institution_never_worsens_any_goal():
    order = {"未达标": 0, "数据缺失": 1, "达标": 2, "不适用": 3, "豁免": 3}
    new = pd.concat([SITES, SITES.loc[["s1"]].assign(township_code="100000201").rename(index={"s1": "s9"})])
    new = new.assign(capacity=20)
    times = pd.concat([TIMES, TIMES[TIMES["site_id"] == "s1"].assign(site_id="s9", travel_min=9.0)])
    for goal in (REACH, COUNT, CAPACITY, VILLAGE, TIERS, SHARE):
        _, before, _ = judged(goal, place=region(sites=SITES.assign(capacity=20)))
        _, after, _ = judged(goal, place=region(sites=new), times=times)
        assert (after["status"].map(order) >= before["status"].map(order)).all()


def test_people_add_up_in_every_kind():
    for goal in (REACH, CAPACITY, SHARE, VILLAGE):
        _, units, _ = judged(goal)
        assert units["people"].sum() == PEOPLE["people"].sum()


def test_places_may_be_counted():
    """s1, s2, s3 and s5 serve, 20 places each: 80 of 100; with one capacity unknown it can't be told."""
    goal = COUNT.replace("at_least = 5", "at_least = 100").replace('each = { level = "乡镇", n = 1 }', 'of = "名额"')
    row, *_ = judged(goal)
    assert (row["status"], row["numerator"], row["shortfall"], row["shortfall_unit"]) == ("未达标", 80, 20, "个名额")
    row, *_ = judged(goal, place=region(sites=SITES.assign(capacity=pd.array([None, 20, 20, 20, 20], dtype="Int64"))))
    assert row["status"] == "数据缺失"


def test_a_goal_about_another_mode_uses_that_modes_minutes():
    """On foot v3 is 25 minutes from s2, nobody else near: 0 of 177 within 20; without such times, missing data."""
    text = f'{HEAD}[[goal]]\nid = "g"\ntitle = "目标"\nbinding = "任务"\nclause = "一"\n{REACH}mode = "walk"\n'
    walk = frame("demand_id site_id travel_min", ("v3", "s2", 25.0))
    found = evaluate(load_plan(text), region(), TIMES, year=2025, times_by_mode={"walk": walk})
    assert found.summary.loc[0, ["status", "numerator"]].tolist() == ["未达标", 0]
    assert evaluate(load_plan(text), region(), TIMES, year=2025).summary.loc[0, "status"] == "数据缺失"
    assert gap_list(found, region(), TIMES).set_index("township_code").loc["100000101", "nearest_min"] == 25.0


def test_an_institution_with_a_code_that_no_township_has_is_looked_for_nearby():
    """s1 stands beside v1 of 甲镇 under a code that the township table doesn't have: perhaps 甲镇's old one."""
    demand = region().demand.assign(lon=[1.0, 1.1, 2.0, 3.0, 4.0, 5.0], lat=30.0)
    sites = SITES.assign(township_code=SITES["township_code"].replace("100000100", "100000999"), lon=1.01, lat=30.0)
    _, units, _ = judged(SHARE, place=region(sites=sites, demand=demand))
    assert units.loc["100000100", ["status", "reason"]].tolist() == ["数据缺失", "区划变更"]
    assert "100000999" in units.loc["100000100", "evidence"]
    assert units.loc["100000201", "reason"] == "停运"
