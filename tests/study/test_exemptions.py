"""Exemptions that a scenario grants: counted apart, for one plan alone, before the register's own."""

import io
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from coverage.goals import Records, load_plan
from coverage.report import study_workbook
from coverage.report.tables import exemption_table
from coverage.study import Exemption, Scenario, evaluate, load_base, load_scenario, manifest
from coverage.study.exemptions import let_off

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
GRANTED = {"plan": "huining-2021-2025", "goal": "township-institution", "unit_code": "629901201",
           "reason": "整乡搬迁", "who": "县残联", "date": "2020-05-01"}


def evaluation(*exemptions: Exemption):
    scenario = Scenario(title="六村县", project=COUNTY, year=2020, exemptions=exemptions)
    plans = tuple(load_plan((ROOT / "scenarios" / "plans" / name).read_text("utf-8"), where=name)
                  for name in ("huining-2021-2025.toml", "state-council-2021-2025.toml"))
    return evaluate(load_base(scenario), scenario, plans)


def test_an_exempt_unit_is_neither_met_nor_a_gap():
    """乡乡有机构 is 2 of 3 without, 2 of 2 with 丙乡 let off; the same goal of another plan stays as it is."""
    plain, freed = evaluation(), evaluation(Exemption(**GRANTED))
    standing = [judged.goals[0].summary.set_index("goal_id").loc["township-institution"] for judged in (plain, freed)]
    assert [(row["status"], row["numerator"], row["denominator"], row["exempt"]) for row in standing] == [
        ("未达标", 2, 3, 0), ("达标", 2, 2, 1)]
    assert "township-institution" not in set(freed.gaps[0]["goal_id"])
    assert freed.goals[1].summary.equals(plain.goals[1].summary)


def test_it_is_exported_with_reason_and_date():
    freed = evaluation(Exemption(**GRANTED))
    row = exemption_table(freed).iloc[0]
    assert row["单位"] == "丙乡" and row["豁免理由"] == "整乡搬迁" and row["批准日期"] == "2020-05-01"
    book = pd.read_excel(io.BytesIO(study_workbook(freed, (), manifest(freed, []))), sheet_name="豁免", dtype=str)
    assert book.loc[0, "批准单位"] == "县残联" and book.loc[0, "单位代码"] == "629901201"


def test_one_entered_later_stands_in_place_of_the_registers_own():
    register = Records(exemptions=pd.DataFrame([{"goal_id": GRANTED["goal"], "unit_code": GRANTED["unit_code"],
                                                 "reason": "旧", "who": "甲", "date": "2019-01-01"}]))
    found = let_off(register, [Exemption(**GRANTED)], GRANTED["plan"]).exemptions
    assert list(found["reason"]) == ["整乡搬迁"]
    assert let_off(register, [Exemption(**GRANTED)], "other-plan") is register


@pytest.mark.parametrize("field", ["reason", "who", "date"])
def test_nothing_is_let_off_without_a_reason_an_approver_and_a_date(field):
    with pytest.raises(ValidationError):
        Exemption(**{**GRANTED, field: " "})


def test_a_scenario_file_may_grant_them(tmp_path):
    (tmp_path / "甲.toml").write_text(
        f'title = "甲"\nproject = "{COUNTY.as_posix()}"\n[[exemptions]]\n'
        + "\n".join(f'{name} = "{value}"' for name, value in GRANTED.items()), encoding="utf-8")
    assert load_scenario(tmp_path / "甲.toml").exemptions == (Exemption(**GRANTED),)
