"""The workbook that planners send on."""

import io

import openpyxl
import pandas as pd
import pytest

from coverage.report.workbook import workbook_bytes

TABLE = pd.DataFrame({
    "乡镇代码": ["620422100", "020422101"],
    "乡镇": ["会师镇", "=HYPERLINK(\"http://example.org\",\"点我\")"],
    "人数": pd.array([1200, None], dtype="Int64"),
    "30 分钟内占比": [0.875, float("nan")],
    "规范化": [True, False],
})


@pytest.fixture(scope="module")
def sheet():
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes({"表": TABLE}, prose={"说明": [("标题", "=1+1")]})))
    assert book.sheetnames == ["说明", "表"]
    assert book["说明"]["B1"].data_type == "s"
    return book["表"]


def test_codes_stay_text_with_their_zeros(sheet):
    assert sheet["A3"].value == "020422101"
    assert sheet["A3"].data_type == "s"


def test_text_is_never_a_formula(sheet):
    assert sheet["B3"].data_type == "s"
    assert sheet["B3"].value.startswith("=HYPERLINK")


def test_unknown_is_empty_and_not_zero(sheet):
    assert sheet["C3"].value is None
    assert sheet["D3"].value is None


def test_shares_are_numbers_shown_as_percentages(sheet):
    assert sheet["D2"].value == 0.875
    assert sheet["D2"].number_format == "0.0%"


def test_yes_and_no_are_words(sheet):
    assert [sheet["E2"].value, sheet["E3"].value] == ["是", "否"]


def test_header_is_frozen_and_filtered(sheet):
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:E3"


def test_the_same_table_gives_the_same_bytes():
    assert workbook_bytes({"表": TABLE}) == workbook_bytes({"表": TABLE})
