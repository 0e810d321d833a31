"""The report's 选址建议 and 分年度安排, by hand on the six villages, and the curve.

Within 15 minutes of H1 and H2: A B C = 180 of 250. A home a year at 60 万元 each (示例): D first (40 people: 220), then
E (20: 240), then F (10: 250).
"""

import pytest

from coverage.report.paper import Grid, Heading, Paragraph
from coverage.report.pictures import curve_picture, study_pictures
from coverage.report.study_paper import study_paper
from coverage.study import Question, Scenario, Study, Unanswered, evaluate, load_base, manifest, suggest
from tests.study.six_villages import COUNTY


@pytest.fixture(scope="module")
def study():
    scenario = Scenario(title="六村县", project=COUNTY, year=2020)
    evaluation = evaluate(load_base(scenario), scenario)
    asked = [{"name": "分三年", "model": "phased_mclp", "within_min": 15,
              "phase": [{"year": year, "p": 1} for year in (2021, 2022, 2023)]},
             {"name": "建几处合算", "model": "frontier", "within_min": 15, "steps": [1, 2, 3]}]
    suggestions = tuple(suggest(evaluation, Question.model_validate(question)) for question in asked)
    hopeless = Unanswered(Question(name="全覆盖", model="lscp", within_min=15), "F村到任何候选点都没有路")
    return Study(evaluation, suggestions, manifest(evaluation, suggestions), (hopeless,))


def test_each_year_is_told_in_a_sentence_and_a_row(study):
    parts = study_paper(study).parts
    chapters = [part.text for part in parts if isinstance(part, Heading) and part.level == 1]
    assert chapters == ["背景与依据", "现状", "选址建议", "分年度安排", "数据说明与局限", "附表"]
    said = [part.text for part in parts if isinstance(part, Paragraph)]
    assert "2021年建设1处：D村，费用60万元；年末能到达的220人，占88.0%。" in said
    assert "2023年建设1处：F村，费用60万元；年末能到达的250人，占100.0%。" in said
    rows = next(part for part in parts if isinstance(part, Grid) and part.caption == "分三年：各年建设").frame
    assert rows["年末能到达（人）"].to_list() == ["220", "240", "250"]
    assert rows["年份"].to_list() == ["2021", "2022", "2023"]


def test_what_no_plan_meets_is_said_with_its_reason(study):
    said = [part.text for part in study_paper(study).parts if isinstance(part, Paragraph)]
    assert "答案：做不到。F村到任何候选点都没有路" in said


def test_a_curve_is_drawn_and_told_in_words(study):
    curve = study_pictures(study)[curve_picture(2)]
    assert "1 对应 220 人；2 对应 240 人；3 对应 250 人" in curve.alt
