"""甲 and 乙 were merged into 丙; 丁 was split 60 : 40 into 戊 and 己; 庚 became 辛, which later joined 丙."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.intake import read_table
from coverage.intake.project import read_files
from coverage.intake.succession import _shared_out, succeed_townships, succession_of

TOWNSHIPS = """乡镇代码,乡镇,统计代码,人口,面积,经度,纬度
620422101,甲镇,620422101,100,10,105.0,35.0
620422102,乙镇,620422102,50,5,105.1,35.0
620422104,丁镇,620422104,101,20,105.3,35.0
620422107,庚乡,620422107,7,1,105.4,35.0
620422109,壬乡,620422109,9,2,105.5,35.0
"""
RECODINGS = """原代码,现代码,变更年份,份额
620422101,620422103,2021,
620422102,620422103,2021,
620422104,620422105,2022,0.6
620422104,620422106,2022,0.4
620422107,620422108,2020,
620422108,620422103,2022,
"""


def read(text, kind):
    return read_table(text.encode(), kind)


def succeeded(recodings=RECODINGS, year=None, townships=TOWNSHIPS):
    return succeed_townships(read(townships, "townships"),
                             succession_of(read(recodings, "recodings").table, year=year))


def test_merged_are_added_up_and_split_shared_out():
    table = succeeded().table.set_index("township_code")
    assert table["pop"].to_dict() == {"620422103": 157, "620422105": 61, "620422106": 40, "620422109": 9}
    areas = {"620422103": 16, "620422105": 12, "620422106": 8, "620422109": 2}
    assert table["area_km2"].to_dict() == pytest.approx(areas)
    assert table.loc["620422103", "lon"] == 105.0  # the largest part's


def test_everyone_is_still_there_and_each_change_is_told():
    before, after = read(TOWNSHIPS, "townships"), succeeded()
    assert after.table["pop"].sum() == before.table["pop"].sum()
    told = after.problems[after.problems["rule"] == "区划变更"]
    assert told["row"].tolist() == [2, 3, 4, 5]
    assert "620422105 60.0%、620422106 40.0%" in told["suggestion"].iloc[2]
    assert after.used + after.refused == after.read


def test_only_changes_up_to_the_year_count():
    assert set(succeeded(year=2020).table["township_code"]) == {
        "620422101", "620422102", "620422104", "620422108", "620422109"}


def test_a_row_that_has_the_code_already_keeps_its_name_and_point():
    table = succeeded(townships=TOWNSHIPS + "620422103,丙镇,620422103,1000,30,105.9,35.0\n").table
    row = table.set_index("township_code").loc["620422103"]
    assert (row.township, row["pop"], row.lon, row.nbs_code) == ("丙镇", 1157, 105.9, "620422103")


def test_a_split_without_shares_is_refused():
    intake = succeeded(RECODINGS.replace("0.6", "").replace("0.4", ""))
    assert (intake.read, intake.used, intake.refused) == (5, 4, 1)


def test_a_circle_ends():
    succession = succession_of(read("原代码,现代码\n620422101,620422102\n620422102,620422101\n", "recodings").table)
    assert set(succession.parts) == {"620422101", "620422102"}


def test_a_project_of_last_year_joins_this_years_codes(tmp_path):
    files = {"townships": TOWNSHIPS, "recodings": RECODINGS,
             "institutions": "机构名称,机构类型,乡镇代码,经度,纬度\n甲,托养机构,620422101,105,35\n"
                             "乙,托养机构,620422104,105.3,35\n"}
    for kind, text in files.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
    project = read_files({kind: tmp_path / f"{kind}.csv" for kind in files}, title="甲")
    assert project.tables["institutions"]["township_code"].iloc[0] == "620422103"
    assert project.tables["institutions"]["township_code"].isna().tolist() == [False, True]
    assert any("已拆分为 620422105、620422106" in text for text in project.problems["suggestion"])


@given(st.integers(0, 10**7), st.lists(st.floats(0.001, 1), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_shares_add_up_to_the_last_person(pop, shares):
    parts = _shared_out(pop, shares)
    assert sum(parts) == pop
    assert all(abs(part - pop * share / sum(shares)) < 1 for part, share in zip(parts, shares, strict=True))
