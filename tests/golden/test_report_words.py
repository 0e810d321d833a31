"""The report of the six-village county, every figure worked by hand (see test_six_villages.py).

Within 30 minutes: A B C D = 220 of 250 (88.0 %); E's 20 are 39.5 minutes off, F's 10 not connected: 30 can't.
Those who arrive: (100·0 + 50·10 + 30·0 + 40·20 + 20·39.5) / 240 = 2090 / 240 = 8.7, said as 9 minutes; ninety
per cent of 240 is 216, reached among D's (cumulative by minutes A C B D E: 100 130 180 220 240): 20 minutes.
Townships' shares: 甲 100 %, 乙 100 %, 丙 0 %.
Places: H1 60 and H2 30, all taken: 90 served, 130 full, 20 out of reach, 10 not connected.
Huining's plan: 乡乡有机构 2 of 3, 50 … 丙乡 (30 people, no institution) is left.
One new home within 15 minutes: D, so 180 → 220 of 250, and 30 still can't.
"""

import io
from pathlib import Path

import docx
import pytest

from coverage.goals import load_plan
from coverage.report.paper import Grid, Heading, Paragraph
from coverage.report.study_paper import study_paper
from coverage.report.word import word_bytes
from coverage.study import Question, Scenario, Study, evaluate, load_base, manifest, suggest
from coverage.study.changes import Close

COUNTY = Path(__file__).parent / "county"
PLAN = Path(__file__).parents[2] / "scenarios" / "plans" / "huining-2021-2025.toml"


@pytest.fixture(scope="module")
def study():
    scenario = Scenario(title="六村县", project=COUNTY, year=2020)
    plan = load_plan(PLAN.read_text(encoding="utf-8"), where=PLAN.name)
    evaluation = evaluate(load_base(scenario), scenario, (plan,))
    asked = [Question(name="新建一处", model="mclp", p=1, within_min=15),
             Question(name="每乡一处", model="unit_cover", goal="huining-2021-2025/township-institution")]
    suggestions = tuple(suggest(evaluation, question) for question in asked)
    return Study(evaluation, suggestions, manifest(evaluation, suggestions))


@pytest.fixture(scope="module")
def paper(study):
    return study_paper(study)


@pytest.fixture(scope="module")
def said(paper):
    return [part.text for part in paper.parts if isinstance(part, Paragraph)]


def table(paper, caption):
    return next(part.frame for part in paper.parts if isinstance(part, Grid) and part.caption == caption)


def test_it_goes_from_the_ground_to_the_proposals(paper):
    assert paper.title == "六村县2020年残疾人之家覆盖评价报告"
    assert [part.text for part in paper.parts if isinstance(part, Heading) and part.level == 1] == [
        "背景与依据", "现状", "差距", "选址建议", "数据说明与局限", "附表"]


def test_who_arrives_in_time(said):
    assert ("持证残疾人250人，其中220人能在30分钟内到达一处残疾人之家，占88.0%；30人不能，其中10人所在的村（社区）没有"
            "接入路网。到得了的人平均用时9分钟，九成人不超过20分钟。") in said


def test_bands_add_up(paper):
    bands = table(paper, "按用时分段的人数")
    assert bands.to_numpy().tolist() == [
        ["≤15", "180", "72.0%"], ["15–30", "40", "16.0%"], ["30–45", "20", "8.0%"], ["45–60", "0", "0.0%"],
        [">60", "0", "0.0%"], ["未接入", "10", "4.0%"]]


def test_townships(said, paper):
    assert ("3个乡镇中，2个乡镇的持证残疾人全部能在30分钟内到达，1个乡镇无人能到。占比最低的是丙乡（0.0%）、"
            "甲镇（100.0%）、乙乡（100.0%）。各乡镇的数字见附表。") in said
    rows = table(paper, "各乡镇到达情况").to_numpy().tolist()
    assert rows[2] == ["丙乡", "30", "0", "0", "20", "20", "10", "0.0%", "39.5"]


def test_places(said):
    assert ("2020年运营的残疾人之家有2处，共90个名额。按服务人数最多、其次路上用时最少分配名额，有名额的90人，到得了但"
            "名额已满的130人，超出时限的20人，没有接入路网的10人，合计等于统计人数。") in said


def test_the_gap_and_whom_it_concerns(said):
    assert ("3个考核单位中2个达标，占66.7%，2025年的目标是100%，还差1个乡镇。没有达标的，涉及残疾人从多到少为"
            "丙乡（30人，无机构）。") in said


def test_one_more_home_and_its_proof(said, paper):
    assert "问题：新建1处，最多能让多少人在15分钟内到达？" in said
    assert "答案：新建1处，约60万元。建成以后，能在15分钟内到达的由180人增加到220人，占88.0%，仍有30人不能。" in said
    assert "已证明这是最优方案：同样处数不可能覆盖更多的人。" in said
    rows = table(paper, "新建一处：建议新建的地方").to_numpy().tolist()
    assert rows == [["1", "D村", "乙乡", "新建", "40", "40", "60"]]  # 60 万元: the packaged cost of a new home (示例)


def test_a_home_in_each_township(said):
    assert ("问题：每个应有机构的乡镇都有1处，最少建几处（会宁县“十四五”残疾人保障和发展规划：乡乡有机构）？") in said
    assert "已证明这是最优方案：不可能更少。" in said


def test_word_says_the_same(paper):
    document = docx.Document(io.BytesIO(word_bytes(paper)))
    told = [paragraph.text for paragraph in document.paragraphs]
    assert all(part.text in told for part in paper.parts if isinstance(part, Paragraph))
    assert "二、现状" in told


def test_a_scenario_is_never_taken_for_how_things_stand():
    """Without H2, C is 20 minutes from H1 and D 40: A B C = 180 of 250 within 30 minutes."""
    scenario = Scenario(title="没有乙乡之家", project=COUNTY, year=2020, changes=(Close(site_id="H2"),))
    evaluation = evaluate(load_base(scenario), scenario)
    paper = study_paper(Study(evaluation, (), manifest(evaluation, [])))
    said = [part.text for part in paper.parts if isinstance(part, Paragraph)]
    assert paper.title == "六村县2020年情景“没有乙乡之家”残疾人之家覆盖评价报告"
    assert paper.mark == "（情景是设想，不是现状；含示意，不作统计数字和决策依据）"
    assert "这是情景“没有乙乡之家”，不是现状；与现状不同的有1项：撤销机构：“乙乡残疾人之家”。" in said
    assert any(text.startswith("持证残疾人250人，其中180人能在30分钟内到达") for text in said)
