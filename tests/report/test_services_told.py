"""Outreach days and shuttles in words, tables, maps and the report: the plan worked by hand in tests/study.

Over 5 years 77.5 万元: a home at E 60, H2's shuttle to D 1.5 a year, a team to F 2 a year.
"""

import io

import openpyxl
import pytest

from coverage.goals import load_plan
from coverage.report import map_html, study_workbook
from coverage.report.paper import Grid, Paragraph
from coverage.report.picture_map import coverage_map
from coverage.report.reason_words import reason_words
from coverage.report.siting_tables import proof_table, suggestion_table, tables_of
from coverage.report.siting_words import asked, headline, proof_figures, services_sentence
from coverage.report.study_paper import study_paper
from coverage.study import Question, Study, evaluate, manifest, suggest
from tests.study.six_villages import E, F, evaluated
from tests.study.test_outreach import PLAN, TEAM, TOWN, VAN, VILLAGE


@pytest.fixture(scope="module")
def answer():
    plain = evaluated()
    evaluation = evaluate(plain.base, plain.scenario, (load_plan(PLAN, where="p"),))
    return suggest(evaluation, Question(name="问", model="least_cost", goals=[TOWN, VILLAGE], years=5,
                                        ways=["新建", TEAM | {"provider": "县残联"}, VAN | {"sites": ["H2"]}]))


def test_the_plan_in_words(answer):
    assert asked(answer) == "同时做到“乡乡有机构”、“村村有服务”，5 年一共最少花多少钱"
    assert headline(answer) == (
        "新建 1 处、接送 1 处、流动服务日 1 处，约 60 万元，另每年 3.5 万元（5 年一共 77.5 万元）。"
        "连同现有机构，240 人（96.0%）在 30 分钟内能到达。流动服务日、接送到 2 个村（50 人）。")
    assert proof_figures(answer).startswith("5 年的费用：77.5 万元；已证明的界：77.5 万元")
    assert services_sentence(answer) == (
        "流动服务日 1 处（县残联），到 1 个村：丙乡 1 个。接送 1 处（乙乡残疾人之家），到 1 个村：乙乡 1 个。")
    assert any("机构没有写每年运行费的，只算一次性的" in note for note in answer.notes)
    assert any("座位、班次" in note for note in answer.notes)


def test_why_each_is_there(answer):
    assert reason_words(answer, "接送-H2")[:2] == (
        "从“乙乡残疾人之家”出车，接D村（去回 40 分钟），每年 12 天。", "没有它，“村村有服务”就达不到。")
    assert reason_words(answer, f"流动服务日-{F}")[0] == "由“县残联”去F村，每年 12 天。"
    assert "最好的替代是D村（流动服务日），同样达到要求，多花 2.5 万元。" in reason_words(answer, "接送-H2")


def test_the_tables(answer):
    table = suggestion_table(answer).set_index("候选点编号")
    assert table["服务的村"].to_dict() == {E: "", "接送-H2": "D村", f"流动服务日-{F}": "F村"}
    assert table["由谁提供"].to_list() == ["", "乙乡残疾人之家", "县残联"]
    assert table["每年费用（万元）"].fillna(-1).to_list() == [-1, 1.5, 2]
    assert table["这些村的人数"].fillna(-1).to_list() == [-1, 40, 10]
    assert table["30 分钟内人数"].notna().to_list() == [True, False, False]
    served = tables_of(answer)["服务范围"]
    assert set(zip(served["村（社区）"], served["方式"], strict=True)) == {
        ("D村", "到机构"), ("E村", "到机构"), ("D村", "接送，去回"), ("F村", "流动服务日，到停靠点")}
    assert proof_table(answer.problem.evaluation, (answer,))["每年费用（万元）"].to_list() == [3.5]


def test_the_map_and_the_picture_mark_them_apart(answer):
    page = map_html(answer.problem.evaluation, answer)
    assert "建议的流动服务日" in page and "建议的接送" in page and "建议新建" in page
    assert len(coverage_map(answer.problem.evaluation, answer)) > 10_000


def test_the_workbook_and_the_report(answer):
    evaluation = answer.problem.evaluation
    told = manifest(evaluation, [answer])
    assert told["siting"][0]["yearly_cost_wan"] == 3.5
    book = openpyxl.load_workbook(io.BytesIO(study_workbook(evaluation, (answer,), told)))
    assert "每年费用（万元）" in [cell.value for cell in book["选址结论"][1]]
    parts = study_paper(Study(evaluation, (answer,), told)).parts
    said = [part.text for part in parts if isinstance(part, Paragraph)]
    assert any(text.startswith("流动服务日1处（县残联），到1个村：丙乡1个。") for text in said)
    assert any("已证明这是最优方案：不可能更少。" in text for text in said)
    grid = next(part for part in parts if isinstance(part, Grid) and part.caption == "问：建议新建的地方")
    assert grid.frame["每年费用（万元）"].to_list()[1:] == ["1.5", "2"]
