import io

import openpyxl
import pytest

from coverage.intake import read_table
from coverage.intake.marked import mark_workbook
from coverage.intake.template import template_workbook
from coverage.schema import TABLES

ROWS = [["会宁县机构一览表"], ["机构名称", "机构类型", "乡镇", "经度", "纬度", "床位"],
        ["甲", "托养机构", "会师镇", 35.12, 105.2, 20], ["乙", "火星", "会师镇", 105.2, 35.12, "约20"],
        ["丙", "托养机构", "会师镇", 105.3, 35.12, "=10+10"]]


def workbook():
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["A1"].font = openpyxl.styles.Font(size=20)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def marked():
    data = workbook()
    return openpyxl.load_workbook(io.BytesIO(mark_workbook(data, read_table(data, "institutions", name="a.xlsx"))))


def test_problems_stand_beside_their_rows_and_cells_are_marked():
    sheet = marked().worksheets[0]
    assert sheet["G2"].value == "问题"
    assert "像是经纬度写反了" in sheet["G3"].value
    assert "不在可选项中" in sheet["G4"].value
    assert sheet["G5"].value is None
    assert sheet["D3"].fill.fgColor.rgb.endswith("F8CBAD")
    assert sheet["F4"].fill.fgColor.rgb.endswith("FFE699")
    assert sheet["D5"].fill.fgColor.rgb == "00000000"


def test_the_users_formats_and_formulas_stay():
    sheet = marked().worksheets[0]
    assert sheet["A1"].font.size == 20
    assert sheet["F5"].value == "=10+10"


def test_corrected_it_comes_in_again_clean():
    book = marked()
    sheet = book.worksheets[0]
    sheet["D3"], sheet["E3"], sheet["B4"], sheet["F4"], sheet["F5"] = 105.4, 35.12, "托养机构", 20, 20
    out = io.BytesIO()
    book.save(out)
    intake = read_table(out.getvalue(), "institutions")
    assert (intake.read, intake.used, intake.refused) == (3, 3, 0)
    assert len(intake.problems) == 0
    again = openpyxl.load_workbook(io.BytesIO(mark_workbook(out.getvalue(), intake)))
    assert [cell.value for cell in again.worksheets[0]["G"]] == [None, "问题", None, None, None]


def test_a_csv_comes_back_as_a_workbook_whose_codes_and_formulas_are_text():
    data = "乡镇代码,乡镇,人口\n620422100,=cmd|'/C calc'!A0,5\n62042210,郭城驿镇,5\n".encode()
    book = openpyxl.load_workbook(io.BytesIO(mark_workbook(data, read_table(data, "townships", name="a.csv"))))
    sheet = book.worksheets[0]
    assert sheet["A2"].value == "620422100"
    assert sheet["B2"].data_type == "s"
    assert "代码位数" in sheet["D3"].value


@pytest.mark.parametrize("kind", list(TABLES))
def test_each_template_reads_without_an_error(kind):
    intake = read_table(template_workbook(kind), kind)
    assert (intake.read, intake.used, intake.refused) == (1, 1, 0)
    assert intake.problems["rule"].tolist() == ["示例行"]
    assert intake.absent == ()


def test_templates_offer_lists():
    sheet = openpyxl.load_workbook(io.BytesIO(template_workbook("institutions"))).active
    lists = [validation.formula1 for validation in sheet.data_validations.dataValidation]
    assert any("残疾人之家" in choices for choices in lists)


@pytest.mark.parametrize("kind", list(TABLES))
def test_what_we_export_under_our_headers_comes_back_without_a_problem(kind):
    table = read_table(template_workbook(kind), kind).table.drop(columns="basis")
    exported = table.rename(columns=TABLES[kind].headers).to_csv(index=False).encode("utf-8-sig")
    intake = read_table(exported, kind)
    assert len(intake.problems) == 0
    assert intake.used == 1
