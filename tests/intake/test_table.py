import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from coverage.errors import TableError, UnsafeFileError
from coverage.intake import read_table

HEAD = "机构名称,机构类型,乡镇,经度,纬度,床位\n"


def institutions(rows: str, head: str = HEAD):
    return read_table((head + rows).encode(), "institutions", name="机构.csv")


def rules(intake):
    return list(zip(intake.problems["row"], intake.problems["rule"], intake.problems["severity"], strict=True))


def workbook(*rows, title="Sheet1", merge=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cells in merge:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_give_the_same_table(encoding):
    intake = read_table((HEAD + "甲,托养机构,会师镇,105.0,35.7,20\n").encode(encoding), "institutions")
    assert intake.encoding == encoding
    assert intake.table.iloc[0][["name", "township", "capacity"]].tolist() == ["甲", "会师镇", 20]


def test_header_is_found_below_titles_and_rows_keep_excels_numbers():
    data = workbook(["会宁县机构一览表"], ["截至2020年底"], [], ["名 称", "类型*", "所属\n乡镇", "经度（度）", "纬度"],
                    ["甲", "托养机构", "会师镇", 105.0, 35.7], [], ["乙", "托养机构", "会师镇", 105.1, 35.7],
                    merge=["A1:E1"])
    intake = read_table(data, "institutions")
    assert intake.header_row == 4
    assert intake.table.index.tolist() == [5, 7]
    assert (intake.read, intake.used, intake.refused) == (2, 2, 0)


def test_a_header_split_over_two_rows_is_read():
    data = workbook(["名称", "类型", "乡镇", "坐标", None], [None, None, None, "经度", "纬度"],
                    ["甲", "托养机构", "会师镇", 105.0, 35.7], merge=["A1:A2", "B1:B2", "C1:C2", "D1:E1"])
    intake = read_table(data, "institutions")
    assert intake.header_row == 2
    assert intake.table.loc[3, ["lon", "lat"]].tolist() == [105.0, 35.7]


def test_the_sheet_that_fits_is_taken_and_the_user_may_choose():
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    for title, name in (("一", "甲"), ("二", "乙")):
        sheet = book.create_sheet(title)
        sheet.append(["机构名称", "机构类型", "乡镇"])
        sheet.append([name, "托养机构", "会师镇"])
    out = io.BytesIO()
    book.save(out)
    intake = read_table(out.getvalue(), "institutions")
    assert (intake.sheet, intake.other_sheets) == ("一", ("二",))
    assert read_table(out.getvalue(), "institutions", sheet="二").table["name"].tolist() == ["乙"]
    with pytest.raises(TableError, match="没有名为"):
        read_table(out.getvalue(), "institutions", sheet="三")


@pytest.mark.parametrize(("written", "code"), [
    (620422100, "620422100"), ("620422100", "620422100"), ("６２０４２２１００", "620422100"),
    ("620422100.0", "620422100"),
    ("620422100000", "620422100"), ("620 422 100", "620422100"), ("6.20422100E+08", "620422100"),
    ("'620422100", "620422100"),
])
def test_codes_are_restored(written, code):
    data = workbook(["乡镇代码", "乡镇", "人口"], [written, "会师镇", 5])
    intake = read_table(data, "townships")
    assert intake.table["township_code"].tolist() == [code]


@pytest.mark.parametrize("written", ["6.20422E+08", "62042210", "六二", "6204221001", "990422100"])
def test_codes_that_lost_digits_are_refused(written):
    intake = read_table(f"乡镇代码,乡镇,人口\n{written},会师镇,5\n620422101,郭城驿镇,5\n".encode(), "townships")
    assert (intake.read, intake.used, intake.refused) == (2, 1, 1)
    assert 2 in intake.problems["row"].dropna().tolist()


@pytest.mark.parametrize(("written", "value"), [
    ('"1,234"', 1234), ("１２３４", 1234), ("1234人", 1234), ("1.2万", 12000), (" 12 ", 12), ("12.0", 12),
])
def test_numbers_as_people_write_them(written, value):
    intake = read_table(f"乡镇代码,乡镇,人口\n620422100,会师镇,{written}\n".encode(), "townships")
    assert intake.table["pop"].tolist() == [value]


@pytest.mark.parametrize("written", ["约20", "-3", "1.5", "inf", "0x10", "=1+1"])
def test_what_is_no_number_of_people_refuses_the_row(written):
    intake = read_table(f"乡镇代码,乡镇,人口\n620422100,会师镇,{written}\n".encode(), "townships")
    assert intake.refused == 1


def test_a_unit_in_the_header_is_converted():
    intake = read_table("乡镇代码,乡镇,常住人口（万人）,面积（亩）\n620422100,会师镇,1.2,1500\n".encode(), "townships")
    assert intake.table["pop"].tolist() == [12000]
    assert intake.table["area_km2"].tolist() == [pytest.approx(1.0)]


def test_swapped_coordinates_say_so_in_words():
    intake = institutions("甲,托养机构,会师镇,35.12,105.2,20\n乙,托养机构,会师镇,105.2,35.12,20\n")
    row = intake.problems.iloc[0]
    assert (row.row, row.column, row.value, row.severity) == (2, "经度", "35.12", "错误")
    assert "第 2 行 经度 = 35.12：像是经纬度写反了" in row.suggestion
    assert (intake.used, intake.refused) == (1, 1)


@pytest.mark.parametrize(("lon", "lat", "rule"), [
    ("0", "0", "坐标为零"), ("10.5", "20.5", "不在中国范围"), ("505.2", "35.1", "超出范围"), ("", "35.1", "坐标不全"),
    ("abc", "35.1", "不是数字"),
])
def test_bad_coordinates_refuse_the_row(lon, lat, rule):
    good = "乙,托养机构,会师镇,105.2,35.12,20\n丙,托养机构,会师镇,105.3,35.12,20\n"
    intake = institutions(f"甲,托养机构,会师镇,{lon},{lat},20\n{good}")
    assert (2, rule, "错误") in rules(intake)
    assert intake.table.index.tolist() == [3, 4]


@pytest.mark.parametrize(("written", "value"), [
    ("105.05", 105.05), ("E105.05", 105.05), ("105.05°", 105.05), ("东经105.05°", 105.05), ("105°03′00″", 105.05),
    ("105度3分0秒", 105.05),
])
def test_degrees_as_people_write_them(written, value):
    intake = institutions(f"甲,托养机构,会师镇,{written},35.7,20\n")
    assert intake.table["lon"].tolist() == [pytest.approx(value)]


@pytest.mark.parametrize("written", ["POINT (105.05 35.69)", "POINT Z(105.05 35.69 1800)", '"105.05,35.69"',
                                     "105.05 35.69"])
def test_a_point_in_one_cell(written):
    intake = institutions(f"甲,托养机构,会师镇,{written}\n", "机构名称,机构类型,乡镇,坐标\n")
    assert intake.table.loc[2, ["lon", "lat"]].tolist() == [105.05, 35.69]


def test_totals_and_remarks_are_refused_and_counted():
    intake = institutions("甲,托养机构,会师镇,105.0,35.7,20\n合 计,,,,,20\n注：截至2020年,,,,,\n")
    assert (intake.read, intake.used, intake.refused) == (3, 1, 2)
    assert {"合计行", "附注行"} <= set(intake.problems["rule"])


def test_unknown_types_list_the_choices():
    intake = institutions("甲,火星基地,会师镇,105.0,35.7,20\n")
    assert "残疾人之家" in intake.problems.iloc[0].suggestion
    assert intake.refused == 1


def test_a_bad_optional_cell_is_left_blank_and_told():
    intake = institutions("甲,托养机构,会师镇,105.0,35.7,约20\n")
    assert intake.used == 1
    assert intake.table["capacity"].isna().all()
    assert (2, "不是整数", "警告") in rules(intake)


def test_repeated_keys_refuse_the_later_row():
    intake = read_table("乡镇代码,乡镇,人口\n620422100,甲,5\n620422101,乙,5\n620422100,丙,5\n".encode(), "townships")
    assert intake.table["township"].tolist() == ["甲", "乙"]
    assert "与第 2 行重复" in intake.problems.iloc[-1].suggestion


def test_every_problem_is_found_in_one_pass():
    intake = institutions("甲,火星,,35.1,105.1,约\n,托养机构,会师镇,0,0,-1\n")
    assert len(intake.problems[intake.problems["row"] == 2]) >= 3
    assert len(intake.problems[intake.problems["row"] == 3]) >= 3


def test_columns_are_typed_and_all_there():
    table = institutions("甲,托养机构,会师镇,105.0,35.7,20\n").table
    assert str(table["capacity"].dtype) == "Int64"
    assert str(table["standardised"].dtype) == "boolean"
    assert table["lon"].dtype == "float64"
    assert table["township_code"].isna().all()
    empty = institutions("甲,火星,会师镇,105.0,35.7,20\n").table
    pd.testing.assert_series_equal(table.dtypes, empty.dtypes)


def test_a_missing_required_column_refuses_all_and_names_it():
    intake = read_table("乡镇代码,乡镇\n620422100,会师镇\n".encode(), "townships")
    assert (intake.read, intake.used, intake.refused) == (1, 0, 1)
    assert (1, "缺少列", "错误") in rules(intake)


def test_ids_are_made_where_there_are_none():
    table = institutions("残疾人之家,托养机构,会师镇,105.0,35.7,\n"
                         "残疾人之家,托养机构,郭城驿镇,105.1,35.7,\n"
                         "甲,托养机构,会师镇,105.2,35.7,\n").table
    assert table["site_id"].tolist() == ["残疾人之家@会师镇", "残疾人之家@郭城驿镇", "甲"]


def test_no_header_says_what_is_needed():
    with pytest.raises(TableError, match="机构名称"):
        read_table(b"a,b,c\n1,2,3\n", "institutions")


def test_a_disguised_file_is_unsafe():
    with pytest.raises(UnsafeFileError):
        read_table(b"%PDF-1.7 ...", "institutions", name="x.xlsx")


def test_id_numbers_are_refused_and_not_repeated():
    number = "11010519491231002X"  # the example printed in GB 11643-1999
    intake = read_table(f"村代码,残疾类别,身份证号,人数\n620422100001,肢体,{number},1\n".encode(), "people")
    assert (intake.read, intake.used, intake.refused) == (1, 0, 1)
    assert "身份证号" in intake.problems.iloc[-1].suggestion
    assert number not in intake.problems.to_csv()


def test_phone_and_name_columns_are_refused_only_beside_disability():
    beside = read_table("村代码,残疾类别,姓名,联系电话,人数\n620422100001,肢体,张三,13800138000,1\n".encode(), "people")
    assert beside.used == 0
    office = institutions("甲,托养机构,会师镇,105.0,35.7,20,13800138000\n", HEAD.strip() + ",联系电话\n")
    assert office.used == 1


def test_an_old_xls_workbook_comes_in():
    intake = read_table(Path(__file__).parents[1] / "data" / "institutions.xls", "institutions", isolate=True)
    assert (intake.read, intake.used, intake.refused, intake.header_row) == (2, 1, 1, 2)
    row = intake.table.loc[3]
    assert row[["name", "service_type", "township_code", "opened_year"]].tolist() == [
        "甲", "残疾人之家", "620422100", 2019]
    assert "像是经纬度写反了" in intake.problems["suggestion"].iloc[0]


def test_a_misspelt_type_gets_a_suggestion():
    assert "像是“托养机构”" in institutions("甲,托养机勾,会师镇,105.0,35.7,20\n").problems.iloc[0].suggestion


@pytest.mark.parametrize("number", [1.10105194912310e17, "110105491231002", "11010519491231002X44"])
def test_id_numbers_in_other_forms_are_refused_under_their_header(number):
    data = workbook(["村代码", "残疾证号", "人数"], ["620422100001", number, 1])
    assert read_table(data, "people").used == 0
    code = workbook(["村代码", "备注编号", "人数"], ["620422100001", "110105491231002", 1])
    assert read_table(code, "people").used == 1
