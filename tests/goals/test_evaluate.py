from pathlib import Path

import pandas as pd
import pytest

from coverage.goals import evaluate, gap_list, load_plan, trend
from tests.goals.region import DEMAND, PEOPLE, SITES, TIMES, TOWNSHIPS, region

PLANS = Path(__file__).parents[2] / "scenarios" / "plans"


def plan(name, *goal_ids):
    whole = load_plan((PLANS / f"{name}.toml").read_text("utf-8"), where=name)
    return whole.model_copy(update={"goals": tuple(whole.goal(goal_id) for goal_id in goal_ids)}) if goal_ids else whole


def statuses(result, goal):
    rows = result.units[result.units["goal_id"] == goal].set_index("unit_code")
    return dict(zip(rows.index, zip(rows["status"], rows["reason"], strict=True), strict=True))


def test_zhejiang_rule_by_hand():
    """甲镇: a standardised 残疾人之家. 乙街道: not standardised. 丙乡 has exactly 10,000 people, so the rule
    applies; it has only a 康复机构. 丁乡 has 9,999: not applicable. 戊乡's population is unknown: can't be told.
    1 of 4 (甲 of 甲乙丙戊); 90% of 4 is 3.6, so 4 are needed and 3 are short; even with 戊 it fails.
    People in unmet units: 乙 50 + 丙 7."""
    result = evaluate(plan("zhejiang-2021-2025"), region(), year=2025)
    assert statuses(result, "home-coverage") == {
        "100000100": ("达标", ""),
        "100000101": ("未达标", "有机构但不规范"),
        "100000200": ("未达标", "类型不符"),
        "100000201": ("不适用", ""),
        "100000202": ("数据缺失", "数据缺失"),
    }
    row = result.summary.iloc[0]
    assert (row["numerator"], row["denominator"], row["shortfall"], row["people_unmet"]) == (1, 4, 3, 57)
    assert row["status"] == "未达标" and row["target"] == "≥90%" and row["baseline"] == "75%"


def test_every_township_has_an_institution_by_hand():
    """Huining's goal takes 康复机构 too, and needs no standard: only 丁乡 (closed in 2019) is unmet."""
    result = evaluate(plan("huining-2021-2025"), region(), year=2025)
    found = statuses(result, "township-institution")
    assert found["100000201"] == ("未达标", "停运")
    assert {status for code, (status, _) in found.items() if code != "100000201"} == {"达标"}


@pytest.mark.parametrize(("year", "met"), [(2009, 0), (2010, 1), (2014, 1), (2015, 2), (2018, 5), (2019, 4), (2025, 4)])
def test_a_plan_is_evaluated_as_of_any_year(year, met):
    """Opened in 2015, 2016, 2017, 2010 (closed 2019) and 2018: a year counts at its end."""
    result = evaluate(plan("huining-2021-2025"), region(), year=year)
    assert result.summary.iloc[0]["numerator"] == met


def test_an_unknown_standard_is_missing_data_and_not_a_pass():
    townships = TOWNSHIPS.assign(pop=20000)
    result = evaluate(plan("zhejiang-2021-2025"), region(townships=townships), year=2025)
    assert statuses(result, "home-coverage")["100000202"] == ("数据缺失", "数据缺失")


def test_a_goal_is_unknown_only_where_unknown_units_could_tip_it():
    townships = TOWNSHIPS.loc[["100000100", "100000202"]].assign(pop=20000)
    result = evaluate(plan("zhejiang-2021-2025"), region(townships=townships), year=2025)
    assert result.summary.iloc[0]["status"] == "数据缺失"


def test_institutions_of_no_known_township_are_noted():
    sites = SITES.assign(township_code=SITES["township_code"].replace("100000100", "999999999"))
    result = evaluate(plan("huining-2021-2025"), region(sites=sites), year=2025)
    assert any("甲之家" in note for note in result.notes)
    assert statuses(result, "township-institution")["100000100"] == ("未达标", "无机构")


def test_gap_list_by_hand():
    """Qualifying for Zhejiang's rule: s1 only. 乙 (50 people) is 20 minutes away; 丙 (7) 40; 戊 (11) reaches none
    and, as missing data, comes last."""
    result = evaluate(plan("zhejiang-2021-2025", "home-coverage"), region(), year=2025)
    gaps = gap_list(result, region(), TIMES)
    assert gaps["township_code"].tolist() == ["100000101", "100000200", "100000202"]
    assert gaps["people"].tolist() == [50, 7, 11]
    assert gaps["nearest_site"].tolist()[:2] == ["甲之家", "甲之家"]
    assert gaps["nearest_min"].tolist()[:2] == [20.0, 40.0] and pd.isna(gaps["nearest_min"][2])
    assert gaps["sentence"][0] == (
        "乙街道“残疾人之家覆盖率”未达标：有机构但未达要求：乙之家（残疾人之家）；涉及残疾人 50 人；"
        "最近的符合要求的机构是甲之家，平均 20 分钟。")


def test_gap_list_without_times_and_without_gaps():
    result = evaluate(plan("zhejiang-2021-2025", "home-coverage"), region(), year=2025)
    assert gap_list(result, region())["nearest_min"].isna().all()
    full = region(townships=TOWNSHIPS.loc[["100000100"]])
    assert gap_list(evaluate(plan("zhejiang-2021-2025", "home-coverage"), full, year=2025), full).empty


def test_row_order_does_not_matter_and_inputs_are_not_changed():
    before = [table.copy() for table in (TOWNSHIPS, DEMAND, PEOPLE, SITES, TIMES)]
    mixed = {name: table.sample(frac=1, random_state=5) for name, table in
             {"townships": TOWNSHIPS, "demand": DEMAND, "people": PEOPLE, "sites": SITES}.items()}
    for name, *goals in (("zhejiang-2021-2025", "home-coverage"), ("huining-2021-2025", "village-service")):
        one, two = (evaluate(plan(name, *goals), place, year=2025) for place in (region(), region(**mixed)))
        pd.testing.assert_frame_equal(one.units, two.units)
        pd.testing.assert_frame_equal(one.summary, two.summary)
        pd.testing.assert_frame_equal(gap_list(one, region(), TIMES),
                                      gap_list(two, region(**mixed), TIMES.sample(frac=1, random_state=2)))
    for table, old in zip((TOWNSHIPS, DEMAND, PEOPLE, SITES, TIMES), before, strict=True):
        pd.testing.assert_frame_equal(table, old)


def test_a_type_that_the_table_never_has_is_noted():
    result = evaluate(plan("huining-2021-2025", "special-school"), region(), year=2025)
    assert any("特殊教育学校" in note and "没有收录" in note for note in result.notes)


def test_trend_is_each_years_evaluation():
    goal = plan("huining-2021-2025", "township-institution")
    found = trend(goal, region(), years=(2015, 2020))
    assert found["numerator"].tolist() == [2, 4] and found["year"].tolist() == [2015, 2020]
