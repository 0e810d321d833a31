"""Sentences, goal figures and changes, on the six villages whose every figure is worked by hand (tests/golden)."""

from pathlib import Path

import pytest

from coverage.goals import load_plan
from coverage.report.findings import GOOD, SHORT, UNKNOWN, findings
from coverage.report.goal_figures import goal_figures
from coverage.report.since import key_figures, since_table, since_words
from coverage.report.tables import people_split
from coverage.study import Scenario, evaluate, load_base

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
PLANS = ("huining-2021-2025.toml", "zhejiang-2021-2025.toml")


def scenario(threshold: float = 30) -> Scenario:
    plain = Scenario(title="六村县", project=COUNTY, year=2020)
    return plain.model_copy(update={"travel": plain.travel.model_copy(update={"threshold_min": threshold})})


@pytest.fixture(scope="module")
def base():
    return load_base(scenario())


@pytest.fixture(scope="module")
def evaluations(base):
    plans = tuple(load_plan((ROOT / "scenarios" / "plans" / name).read_text("utf-8"), where=name) for name in PLANS)
    return {threshold: evaluate(base, scenario(threshold), plans) for threshold in (15, 30)}


def test_who_is_reached_and_where_the_others_live(evaluations):
    """15 minutes: A B C = 180 of 250; D (40, 乙乡) and E, F (30, 丙乡) are not, F has no road."""
    told = {(found.topic, found.text): found.sign for found in findings(evaluations[15])}
    texts = [text for topic, text in told if topic == "到达"]
    assert texts[0].startswith("2020 年，250 名持证残疾人中，180 人（72.0%）15 分钟内能到达一处残疾人之家；")
    assert texts[1] == "10 人住的地方没有接入路网，一处机构也到不了。"
    assert texts[2] == "15 分钟内到不了的 70 人里，最多的是乙乡（40 人）、丙乡（30 人），占 100.0%。"


def test_each_goal_in_a_sentence(evaluations):
    told = [found for found in findings(evaluations[30]) if "会宁" in found.topic]
    by_title = {found.text.split("”")[0].removeprefix("“"): found for found in told}
    assert len(told) == 9
    assert by_title["乡乡有机构"].sign == SHORT
    assert by_title["乡乡有机构"].text == (
        "“乡乡有机构”：3 个乡镇中 2 个做到（66.7%），2025 年的目标是 100%，还差 1 个乡镇；"
        "没做到的原因主要是无机构（1 个乡镇），涉及残疾人 30 人。")
    assert by_title["残疾人康复服务覆盖率"].sign == UNKNOWN
    assert by_title["残疾人康复服务覆盖率"].text.endswith("没有 2020 年的上报数；2025 年的目标是 >85%。")
    unknown = by_title["低收入重度残疾人较多的乡镇建集中照护机构"].text
    assert "3 个乡镇中 0 个做到，" in unknown  # no share of what is not known


def test_people_of_two_levels_are_counted_once(evaluations):
    """健全县、乡康复体系: the county and all its townships fall short; that is 250 people, not 500."""
    summary = evaluations[30].goals[0].summary.set_index("goal_id")
    assert summary.loc["rehabilitation-tiers", "people_unmet"] == 250


def test_a_met_goal_is_said_to_be_met(evaluations):
    signs = {found.sign for found in findings(evaluations[30])}
    assert signs == {SHORT, UNKNOWN}  # this county has met nothing
    assert GOOD not in signs


def test_goal_figures_are_the_plans_and_the_datas(evaluations):
    figures = goal_figures(evaluations[30])
    zhejiang = figures[figures["规划"].str.startswith("浙江") & figures["目标"].eq("残疾人之家覆盖率")]
    assert zhejiang[["时点", "占比", "文字"]].to_numpy().tolist() == [
        ["规划基期", 0.75, "75%"], ["现在", 0.5, "50.0%（1/2）"], ["目标", 0.9, "≥90%"]]
    unknown = figures[figures["目标"] == "低收入重度残疾人较多的乡镇建集中照护机构"]
    assert list(unknown["时点"]) == ["目标"]
    assert figures["占比"].between(0, 1).all()


def test_everybody_goes_somewhere(evaluations):
    """H1 and H2 have 90 places between them: 90 served, 130 of the 220 who arrive in time find it full."""
    split = people_split(evaluations[30]).set_index("去向")
    assert split["人数"].to_dict() == {"已服务": 90, "能到达但满员": 130, "够不着": 20, "未接入路网": 10}
    assert split["占比"].sum() == pytest.approx(1)


def test_what_changed_is_told_with_its_cause(evaluations):
    before, after = key_figures(evaluations[30]), key_figures(evaluations[15])
    words = since_words(before, after)
    assert words[0] == "改了条件：时限由“30 分钟”改为“15 分钟”。"
    assert words[1].startswith("时限内到达由 220 人变为 180 人，减少 40 人；")
    table = since_table(before, after).set_index("指标")
    assert table.loc["时限内到达", ["上次", "这次", "变化"]].tolist() == [220, 180, -40]
    assert table.loc["够不着", "变化"] == 40
    assert since_words(after, after) == ["各项数字没有变化。"]
