"""What may be done to institutions that stand: expanded, moved, closed; worked by hand on the six villages."""

import pytest

from coverage.errors import ScenarioError
from coverage.report import map_html
from coverage.report.paper_siting import answer_sentence
from coverage.report.siting_tables import tables_of
from coverage.report.siting_words import closed_sentence, headline
from coverage.study import Question, evaluate, suggest
from coverage.study.as_changes import changes_of
from tests.study.six_villages import A, B, C, D, E, F, evaluated


@pytest.fixture(scope="module")
def evaluation():
    return evaluated()


@pytest.fixture(scope="module")
def ask(evaluation):
    return lambda model, **settings: suggest(evaluation, Question(name="q", model=model, **settings))


def after(answer):
    evaluation = answer.problem.evaluation
    return evaluate(evaluation.base, evaluation.scenario.model_copy(update={"changes": changes_of(answer)}))


def test_expanding_is_cheaper_than_building(ask):
    """H1 (60 places) and H2 (30) take 90 of 250. 30 places more cost 45 (示例: 1.5 each), a new site of 30 costs 60."""
    answer = ask("capacitated_mclp", budget_wan=50, ways=["新建", {"way": "扩容", "places": 30}])
    assert answer.new_sites[["way", "cost_wan"]].to_numpy().tolist() == [["扩容", 45]]
    assert answer.people["served"] == 120
    assert answer.new_sites["cost_basis"].iloc[0] == "示例（每个名额 1.5 万元）"
    change, = changes_of(answer)
    assert (change.kind, change.capacity - 30) == ("expand", {"H1": 60, "H2": 30}[change.site_id])


def test_both_may_be_expanded_but_each_once(ask):
    answer = ask("capacitated_mclp", budget_wan=1000, ways=[{"way": "扩容", "places": 30, "cost_wan": 8},
                                                           {"way": "扩容", "places": 50, "cost_wan": 9}])
    assert sorted(answer.new_sites["of"]) == ["H1", "H2"]
    assert answer.people["served"] == 60 + 50 + 30 + 50
    assert headline(answer).startswith("扩容 2 处，约 18 万元")
    assert tables_of(answer)["各机构安排人数"]["安排人数"].sum() == 190


def test_expanding_counts_as_one_of_p(ask):
    answer = ask("capacitated_mclp", p=1, ways=["新建", {"way": "扩容", "places": 100}])
    assert len(answer.new_sites) == 1
    assert answer.people["served"] == 190


def test_moving_serves_more_where_building_is_too_dear(ask):
    """Within 15: H1 at A reaches A and B, H2 at C reaches B and C: 180. H2 moved to D: A, B, D 190; C's 30 lost."""
    answer = ask("mclp", budget_wan=30, within_min=15, ways=["新建", {"way": "搬迁", "cost_wan": 20}])
    assert answer.new_sites[["of", "way", "lat"]].iloc[0].to_list()[:2] == ["H2", "搬迁"]
    assert answer.people["served"] == 190
    assert answer.result.chosen.index.tolist().count("H2") == 0
    assert after(answer).whole["within_15_min"] == 190
    assert (after(answer).demand["travel_min"].fillna(-1) == answer.demand["travel_min"].fillna(-1)).all()


def test_only_named_institutions_are_moved(ask):
    ways = [{"way": "搬迁", "cost_wan": 20, "sites": ["H1"]}]
    answer = ask("mclp", budget_wan=30, within_min=15, ways=ways)
    assert answer.new_sites.empty  # A to B within 甲镇 gains nobody: A has 100, B's 50 are reached from both
    assert answer.people["served"] == 180
    with pytest.raises(ScenarioError, match="没有编号为 H9"):
        ask("mclp", budget_wan=30, ways=[{"way": "搬迁", "sites": ["H9"]}])


def test_moving_without_a_price_is_priced_as_building(ask):
    answer = ask("mclp", budget_wan=60, within_min=15, ways=["搬迁"])
    assert answer.new_sites["cost_basis"].tolist() == ["按新建：示例（每处 60 万元）"]


def test_what_running_costs_closes_an_institution(ask):
    """10 万元 a year each, 20 in all: two may run. D with H1 reaches 190, with H2 120; with two new ones, at B and D,
    220: B reaches A, B and C."""
    keep = ask("mclp", p=1, within_min=15, yearly_budget_wan=20, running_wan=10)
    assert keep.new_sites.empty and keep.closed.empty
    both = ask("mclp", p=2, within_min=15, yearly_budget_wan=20, running_wan=10, ways=["新建", "关停"])
    assert (set(both.new_sites.index), set(both.closed.index)) == ({B, D}, {"H1", "H2"})
    answer = ask("mclp", p=1, within_min=15, yearly_budget_wan=20, running_wan=10, ways=["新建", "关停"])
    assert answer.new_sites.index.to_list() == [D]
    assert answer.closed.index.to_list() == ["H2"]
    assert answer.people["served"] == 190
    assert [change.kind for change in changes_of(answer)] == ["open", "close"]
    assert after(answer).whole["within_15_min"] == 190
    assert tables_of(answer)["关停的机构"]["机构编号"].to_list() == ["H2"]
    assert "关停 1 处" in headline(answer)


def test_too_few_people_and_too_early_are_not_offered(ask):
    """E and F have fewer than 30 within 15; the years are asked of phases only."""
    ways = [{"way": "新建", "min_people": 30, "earliest_year": 2022}]
    assert set(ask("mclp", p=5, within_min=15, ways=ways).new_sites.index).isdisjoint({E, F})
    answer = ask("phased_mclp", within_min=15, ways=ways, phase=[{"year": 2021, "p": 1}, {"year": 2022, "p": 1}])
    assert answer.new_sites["year"].to_dict() == {D: 2022}


def test_goals_hold_when_institutions_are_moved(ask):
    """96% within 15 needs A, B, C, D, E: H2 can't leave C unless something new takes its people."""
    answer = ask("least_cost", goals=[{"share": 0.96, "within_min": 15}, {"each": 1}],
                 ways=["新建", {"way": "搬迁", "cost_wan": 1}])
    assert answer.solved.targets["met"].all()
    assert after(answer).whole["within_15_min"] == answer.people["served"] >= 240


def test_one_way_said_twice_is_told(ask):
    with pytest.raises(ScenarioError, match="写了两遍"):
        ask("mclp", p=1, ways=["新建", {"way": "新建", "cost_wan": 5}])


def test_what_runs_each_option_is_told(ask):
    answer = ask("mclp", p=1, within_min=15, yearly_budget_wan=100, running_wan=10,
                 ways=[{"way": "新建", "yearly_cost_wan": 12}])
    assert answer.problem.sites.loc[["H1", A, B, C, F], "yearly_cost"].to_list() == [10, 12, 12, 12, 12]
    assert any("每处 10 万元" in note for note in answer.notes)


def test_what_stands_no_longer_is_told_in_words_on_the_map_and_in_the_report(ask):
    ways = ["新建", "关停", {"way": "搬迁", "cost_wan": 1}]
    closes = ask("mclp", p=1, within_min=15, yearly_budget_wan=20, running_wan=10, ways=["新建", "关停"])
    assert closes.gone == {"H2": "关停"}
    assert closed_sentence(closes) == "关停的是：乙乡残疾人之家（乙乡）。"
    assert "方案里关停的" in map_html(closes.problem.evaluation, closes)
    assert answer_sentence(closes.problem.evaluation, closes).startswith("答案：新建 1 处、关停 1 处，约 60 万元")
    moves = ask("mclp", budget_wan=1, within_min=15, ways=ways, yearly_budget_wan=20, running_wan=10)
    assert moves.gone == {"H2": "搬迁"}
