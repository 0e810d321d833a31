import pytest

from coverage.intake import read_table

HEAD = "机构名称,机构类型,乡镇,经度,纬度\n"


def doubles(rows):
    intake = read_table((HEAD + rows).encode(), "institutions")
    found = intake.problems[intake.problems["rule"] == "疑似重复"]
    assert intake.used == intake.read
    return found["row"].tolist()


def test_a_point_beyond_all_numbers_is_no_neighbour():
    text = "机构名称,机构类型,乡镇,经度,纬度\n甲,托养机构,会师镇,105,1.6e303\n乙,托养机构,会师镇,105,35\n"
    intake = read_table(text.encode(), "institutions")
    assert (intake.used, intake.refused) == (1, 1)


@pytest.mark.parametrize(("one", "other"), [
    ("会师镇残疾人之家", "会师镇残疾人 之家"), ("会师镇残疾人之家", "会师镇（残疾人之家）"),
    ("会师镇残疾人之家", "会师镇残疾人之佳"),
])
def test_names_alike_in_one_township_are_listed(one, other):
    assert doubles(f"{one},托养机构,会师镇,105.0,35.7\n{other},托养机构,会师镇,105.1,35.7\n") == [3]


@pytest.mark.parametrize(("one", "other"), [
    ("会师镇第一残疾人之家", "会师镇第二残疾人之家"), ("城东残疾人之家", "城西残疾人之家"),
    ("残疾人之家1", "残疾人之家2"),
])
def test_numbers_and_directions_make_two_of_them(one, other):
    assert doubles(f"{one},托养机构,会师镇,105.0,35.7\n{other},托养机构,会师镇,105.1,35.7\n") == []


def test_the_same_name_in_another_township_is_another():
    assert doubles("残疾人之家,托养机构,会师镇,105.0,35.7\n残疾人之家,托养机构,郭城驿镇,105.1,35.7\n") == []


def test_one_type_on_one_spot_is_listed_but_two_types_may_share_a_house():
    rows = "甲中心,{},会师镇,105.0,35.7\n乙服务站,{},会师镇,105.0003,35.7\n"
    assert doubles(rows.format("托养机构", "托养机构")) == [3]
    assert doubles(rows.format("托养机构", "康复机构")) == []
    assert doubles(rows.format("托养机构", "托养机构").replace("105.0003", "105.001")) == []
