"""Two code lists for the same townships, shifted against each other as in a real county."""

import pandas as pd
import pytest

from coverage.intake import read_table
from coverage.intake.links import check_links

TOWNSHIPS = """乡镇代码,乡镇,统计代码,人口
620422110,刘家寨子镇,620422109,10
620422111,白草塬镇,620422110,10
620422112,大沟镇,620422111,10
620422100,会师镇,620422100,10
"""
BY_MCA = {"刘家寨子镇": "620422110", "白草塬镇": "620422111", "大沟镇": "620422112", "会师镇": "620422100"}
BY_NBS = {"刘家寨子镇": "620422109", "白草塬镇": "620422110", "大沟镇": "620422111", "会师镇": "620422100"}


def linked(text, kind="institutions"):
    known = {"townships": read_table(TOWNSHIPS.encode(), "townships")}
    intake = check_links(known | {kind: read_table(text.encode(), kind)}, "")[kind]
    return intake.table["township_code"].tolist(), set(intake.problems["rule"])


def institutions(codes, *, names=True, header="乡镇代码"):
    rows = [f"甲{i},托养机构,{code},{name if names else ''},,\n" for i, (name, code) in enumerate(codes.items())]
    return f"机构名称,机构类型,{header},乡镇,经度,纬度\n" + "".join(rows)


@pytest.mark.parametrize("codes", [BY_MCA, BY_NBS])
def test_names_tell_the_two_lists_apart(codes):
    assert linked(institutions(codes))[0] == list(BY_MCA.values())


def test_a_code_of_one_list_alone_tells():
    found, rules = linked(institutions(BY_NBS, names=False))  # 620422109 is in the statistics list alone
    assert found == list(BY_MCA.values())
    assert "统计代码" in rules


def test_the_header_tells():
    codes = {name: BY_NBS[name] for name in ("白草塬镇", "大沟镇")}
    assert linked(institutions(codes, names=False, header="统计用区划代码"))[0] == ["620422111", "620422112"]


def test_where_nothing_tells_it_says_so():
    found, rules = linked(institutions({"白草塬镇": "620422111", "刘家寨子镇": "620422110"}, names=False))
    assert found == ["620422111", "620422110"]
    assert "代码来源不明" in rules


def test_codes_that_mean_the_same_in_both_need_no_word():
    assert linked(institutions({"会师镇": "620422100"}, names=False)) == (["620422100"], {"没有坐标"})


@pytest.mark.parametrize("codes", [BY_MCA, BY_NBS])
def test_village_codes_are_the_statistics_bureaus_and_tell(codes):
    rows = [f"{BY_NBS[name]}201,村,{codes[name]},5,,\n" for name in ("白草塬镇", "大沟镇")]
    found, _ = linked("村代码,村,乡镇代码,人口,经度,纬度\n" + "".join(rows), "villages")
    assert found == ["620422111", "620422112"]


def test_the_order_of_rows_does_not_matter():
    text = institutions(BY_NBS, names=False).splitlines(keepends=True)
    turned = text[0] + "".join(reversed(text[1:]))
    assert linked(turned)[0] == list(reversed(linked("".join(text))[0]))


def test_the_bundled_county_joins_by_either_list():
    towns = pd.read_csv("geodata/huining/townships.csv", dtype=str)  # its two lists hold the same codes, permuted
    known = {"townships": read_table(towns.to_csv(index=False).encode(), "townships")}
    for column in ("乡镇代码", "统计代码"):
        named = pd.DataFrame({"机构名称": towns["乡镇"] + "甲", "机构类型": "托养机构", "乡镇代码": towns[column]})
        placed = named.assign(机构名称=[f"甲{i}" for i in range(28)], 经度=towns["经度"], 纬度=towns["纬度"])
        for rows in (named, placed):
            intake = read_table(rows.to_csv(index=False).encode(), "institutions")
            found = check_links(known | {"institutions": intake}, "")["institutions"].table
            assert found["township_code"].tolist() == towns["乡镇代码"].tolist()
