"""Siting answers as tables and words: every question's sheets, sums that agree, nothing claimed beyond its proof."""

from dataclasses import replace

import pytest

from coverage.report.siting_tables import siting_sheets, tables_of
from coverage.report.siting_words import headline, journey, left_over, proof_words
from coverage.report.workbook import workbook_bytes
from coverage.study import Question, Unanswered, suggest
from tests.study.six_villages import D, E, evaluated

ASKED = {
    "unit_cover": {}, "lscp": {}, "lscp_backup": {}, "partial_cover": {"share": 0.9}, "mclp": {"p": 2},
    "gradual_mclp": {"p": 2, "level": ({"within_min": 15, "worth": 1},)},
    "backup_mclp": {"p": 2, "backup_weight": 0.5}, "p_median": {"p": 2}, "p_center": {"p": 2},
    "capacitated_mclp": {"p": 2}, "capacitated_p_median": {"p": 6}, "cflp": {"wan_per_person_min": 0.1},
    "fair": {"p": 2}, "fair_in_order": {"p": 2}, "p_tail": {"p": 2}, "least_shortfall": {"p": 1, "share": 0.9},
    "phased_mclp": {"phase": ({"year": 2021, "p": 1}, {"year": 2022, "p": 1})},
    "two_tiers": {"p": 1, "upper": {"service_type": "康复机构", "within_min": 30, "p": 1}},
    "robust_mclp": {"p": 1}, "frontier": {"steps": (1, 2, 3)},
    "least_cost": {"goals": ({"share": 0.96}, {"each": 1})},
    "least_miss": {"goals": ("huining-2021-2025/township-institution", {"share": 1.0, "priority": 2}), "p": 1},
}


@pytest.fixture(scope="module")
def evaluation():
    return evaluated()


@pytest.fixture(scope="module")
def answers(evaluation):
    return {model: suggest(evaluation, Question(name=model, model=model, within_min=None if model == "gradual_mclp"
                                                else 15, **settings))
            for model, settings in ASKED.items() if model not in ("capacitated_p_median", "cflp")} | {
        model: suggest(evaluation, Question(name=model, model=model, **ASKED[model]))
        for model in ("capacitated_p_median", "cflp")}


def test_every_answer_is_in_the_workbook_with_chinese_headers(evaluation, answers):
    sheets = siting_sheets(evaluation, tuple(answers.values()))
    assert len(sheets["选址结论"]) == len(answers)
    for title, table in sheets.items():
        assert len(title) <= 31
        assert not [header for header in table.columns if header.isascii()], title
    assert workbook_bytes(sheets) == workbook_bytes(siting_sheets(evaluation, tuple(answers.values())))


def test_everyone_is_in_one_column_of_the_conclusion(evaluation, answers):
    table = siting_sheets(evaluation, tuple(answers.values()))["选址结论"]
    parts = table[["能到达（人）", "满员（人）", "超出时限（人）", "无路可达（人）"]].sum(axis=1)
    assert (parts == table["总人数"]).all()


def test_years_say_what_each_adds(answers):
    table = tables_of(answers["phased_mclp"])["分年度安排"]
    assert table["年份"].to_list() == ["2021", "2022"]
    assert table["建在"].to_list() == ["D村", "E村"]
    assert table["年末能到达（人）"].to_list() == [220, 240]
    assert table["比上年多（人）"].fillna(0).to_list() == [0, 20]
    assert table["累计限额"].to_list() == ["1 处", "2 处"]


def test_the_curve_says_what_comes_and_goes(answers):
    table = tables_of(answers["frontier"])["覆盖曲线"]
    assert table["能到达（人）"].to_list() == [220, 240, 250]
    assert table["新增"].to_list() == ["", "E村", "F村"]
    assert table["比上一档多（人）"].fillna(0).to_list() == [0, 20, 10]


def test_loads_fit_the_places_and_add_up(answers):
    table = tables_of(answers["capacitated_mclp"])["各机构安排人数"]
    assert (table["安排人数"] <= table["容量"]).all()
    assert table["安排人数"].sum() == answers["capacitated_mclp"].people["served"]


def test_whom_a_site_serves_and_how_far_they_had_to_go(answers):
    table = tables_of(answers["mclp"])["服务范围"].set_index("村代码")
    assert table.loc[[D, E], "用时（分钟）"].to_list() == [0, 0]
    assert table.loc[D, "现在用时（分钟）"] == 20


def test_words_say_the_plan_and_who_is_left(answers):
    answer = answers["mclp"]
    assert headline(answer) == "新建 2 处，约 120 万元。连同现有机构，240 人（96.0%）在 15 分钟内能到达。"
    assert left_over(answer) == "还有 10 人路程超过时限。"
    assert proof_words(answer) == "已证明没有更好的方案"
    # 240 people have a way before and after: B 10 × 50, D 20 × 40, E 39.5 × 20 = 2090 before, B alone after
    assert journey(answer).startswith("每人平均少走 6.6 分钟（8.7 → 2.1）")


@pytest.mark.parametrize(("changes", "says"), [
    ({"status": "feasible", "termination": "time_limit", "gap": 0.0123}, "到了时限.*距最优至多 1.23%"),
    ({"status": "feasible", "termination": "cancelled", "gap": float("inf")}, "中途停止.*距最优多远还不知道"),
    ({"status": "feasible", "termination": "tolerance", "gap": 0.0}, "距最优至多"),
])
def test_nothing_is_called_best_without_proof(answers, changes, says):
    import re

    answer = answers["mclp"]
    told = proof_words(replace(answer, proof=replace(answer.proof, **changes)))
    assert re.search(says, told)
    assert "没有更好" not in told


def test_a_question_without_any_plan_is_in_the_conclusion(evaluation):
    unanswered = Unanswered(Question(name="q", model="mclp", p=1), "必选点太多")
    table = siting_sheets(evaluation, (), (unanswered,))["选址结论"]
    assert table[["问题", "结论", "说明"]].to_numpy().tolist() == [["q", "无解", "必选点太多"]]
