"""The Word report keeps GB/T 9704-2012's page and levels, reads aloud, and takes any name as text."""

import io
import zipfile

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from coverage.report.paper import Heading, Paper, Paragraph, Picture, chinese, numbered
from coverage.report.paper_cells import grid
from coverage.report.word import shared_out, word_bytes

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f"
                    "0005fe02fea735814f0000000049454e44ae426082")
HOSTILE = '${alert(1)}<img src=x onerror=alert(2)>"\'&😀岘屲窎'
PAPER = Paper(("六村县2020年", "残疾人之家覆盖评价报告"), "（含示例数据）", (
    Heading(1, "现状"), Heading(2, "到达情况"), Paragraph(f"{HOSTILE}\x01\x0b完"), Heading(3, HOSTILE),
    grid(HOSTILE, {"乡镇": [HOSTILE, "乙乡\ufffe"], "人数": [1234, None], "占比": [0.5, 1.0]}, note="注：示例数据。"),
    Picture("图", PNG, "红色一点"), Heading(2, "机构"), Heading(1, "差距"), Heading(1, "附表", aside=True),
))


@pytest.fixture(scope="module")
def content():
    return word_bytes(PAPER)


@pytest.fixture(scope="module")
def document(content):
    return docx.Document(io.BytesIO(content))


def member(content, name):
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode("utf-8")


def style(document, name):
    return document.styles[name].element


def east_asian(document, name):
    return style(document, name).find(".//" + qn("w:rFonts")).get(qn("w:eastAsia"))


def test_the_page_is_a4_with_the_margins_of_gb_t_9704(document):
    section = document.sections[0]
    assert (section.page_width, section.page_height) == pytest.approx((Mm(210), Mm(297)), abs=Mm(0.1))
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert margins == pytest.approx((Mm(37), Mm(35), Mm(28), Mm(26)), abs=Mm(0.1))


def test_fonts_sizes_and_line_are_those_of_gb_t_9704(document):
    assert [east_asian(document, name) for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3")] == [
        "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"]
    assert document.styles["Normal"].font.size.pt == 16
    assert document.styles["Title"].font.size.pt == 22
    assert document.styles["Heading 3"].font.bold and not document.styles["Heading 1"].font.bold
    spacing, indent = (style(document, "Normal").find(".//" + qn(name)) for name in ("w:spacing", "w:ind"))
    assert spacing.get(qn("w:lineRule")) == "exact"
    assert 28 * 20 <= int(spacing.get(qn("w:line"))) <= 29 * 20
    assert indent.get(qn("w:firstLineChars")) == "200"


def test_each_font_names_those_that_may_stand_in(content):
    table = member(content, "word/fontTable.xml")
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong"/>' in table
    assert 'w:name="方正小标宋简体"><w:altName w:val="小标宋,方正小标宋_GBK,宋体,SimSun"/>' in table


def test_page_numbers_stand_at_the_outer_edge(document, content):
    assert "<w:evenAndOddHeaders" in member(content, "word/settings.xml")
    section = document.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        xml = footer.paragraphs[0]._p
        assert "".join(node.text for node in xml.iter(qn("w:t"))) == "— 1 —"
        assert xml.find(qn("w:fldSimple")).get(qn("w:instr")).strip() == "PAGE"
        assert xml.find(f".//{qn('w:jc')}").get(qn("w:val")) == side


def test_headings_are_words_own_and_numbered_as_offices_do(document):
    told = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert told == [("Heading 1", "一、现状"), ("Heading 2", "（一）到达情况"), ("Heading 3", f"1.{HOSTILE}"),
                    ("Heading 2", "（二）机构"), ("Heading 1", "二、差距"), ("Heading 1", "附表")]
    levels = [style(document, f"Heading {n}").find(".//" + qn("w:outlineLvl")).get(qn("w:val")) for n in (1, 2, 3)]
    assert levels == ["0", "1", "2"]


def test_names_are_text_whatever_they_say(document, content):
    assert f"{HOSTILE}□□完" in [p.text for p in document.paragraphs]
    assert [cell.text for cell in document.tables[0].columns[0].cells] == ["乡镇", HOSTILE, "乙乡□"]
    assert "<img" not in member(content, "word/document.xml")


def test_a_table_repeats_its_head_and_keeps_its_rows_whole(document):
    rows = document.tables[0].rows
    assert [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in rows] == [True, False, False]
    assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    assert [cell.text for cell in rows[2].cells] == ["乙乡□", "—", "100.0%"]


def test_pictures_and_tables_are_described(document):
    pictures = list(document.element.iter(qn("wp:docPr")))
    assert [picture.get("descr") for picture in pictures] == ["红色一点"]
    described = document.tables[0]._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val"))
    assert "2 行，各列为乡镇、人数、占比" in described


def test_it_says_its_title_and_its_language(document, content):
    assert document.core_properties.title == "六村县2020年残疾人之家覆盖评价报告"
    assert document.core_properties.language == "zh-CN"
    assert 'w:eastAsia="zh-CN"' in member(content, "word/styles.xml")


def test_the_same_paper_gives_the_same_bytes(content):
    assert word_bytes(PAPER) == content
    assert {entry.date_time[0] for entry in zipfile.ZipFile(io.BytesIO(content)).infolist()} == {1980}


def test_paragraph_properties_stand_in_the_order_that_word_demands(content):
    order = ["pStyle", "keepNext", "keepLines", "pBdr", "tabs", "snapToGrid", "spacing", "ind", "jc", "outlineLvl"]
    for name in ("word/document.xml", "word/styles.xml", "word/footer1.xml", "word/footer2.xml"):
        root = docx.oxml.parse_xml(member(content, name).encode())
        for properties in root.iter(qn("w:pPr")):
            told = [child.tag.split("}")[1] for child in properties if child.tag != qn("w:rPr")]
            assert told == sorted(told, key=order.index), name


def test_numbers_in_chinese():
    assert [chinese(n) for n in (1, 10, 11, 20, 35)] == ["一", "十", "十一", "二十", "三十五"]


def test_tables_and_pictures_are_numbered_in_a_row():
    table = grid("甲", {"列": pd.Series(["x"])}, note="")
    told = numbered([table, Picture("乙", PNG, ""), table])
    assert [part.caption for part in told] == ["表1　甲", "图1　乙", "表2　甲"]


def test_the_widest_columns_give_way():
    assert shared_out([4, 6, 8], 82) == [4, 6, 8]
    assert shared_out([4, 60, 90], 84) == [4, 40, 40]
    assert sum(shared_out([10, 30, 50, 70], 82)) == pytest.approx(82)
