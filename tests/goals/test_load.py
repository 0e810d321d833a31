import pytest

from coverage.errors import PlanError
from coverage.goals import load_plan
from coverage.goals.lines import key_lines

GOOD = """\
id = "p"
title = "规划"
start_year = 2021
end_year = 2025

[[goal]]
id = "a"
title = "乡乡有机构"
kind = "unit_share"
binding = "任务"
clause = "第一条"
targets = [
  { year = 2023, at_least = 0.5 },
  { year = 2025, more_than = "90%" },
]
[goal.units]
level = "乡镇"
any_of = [ { kind = "镇" }, { kind = ["乡"], pop = { min = 10000 } } ]
[goal.institutions]
service_type = "残疾人之家"
"""


def problems(text):
    with pytest.raises(PlanError) as caught:
        load_plan(text, where="p.toml")
    return caught.value.problems


def test_a_good_plan_loads():
    goal = load_plan(GOOD).goals[0]
    assert [goal.target_for(year).text for year in (2020, 2023, 2024, 2030)] == ["≥50%", "≥50%", ">90%", ">90%"]
    assert goal.units.any_of[1].pop.min == 10000


def test_every_mistake_is_told_at_once_with_its_line():
    bad = (GOOD.replace("title = \"规划\"\n", "titel = \"规划\"\n").replace('["乡"]', '["鄉"]')
           .replace('"残疾人之家"', '"残疾之家"').replace("2023, at_least = 0.5", "2023, at_least = 50"))
    found = problems(bad)
    assert [(line, field) for line, field, _ in found] == [
        (1, "title"), (2, "titel"),
        (13, "第 1 个目标「乡乡有机构」 targets[1].at_least"),
        (18, "第 1 个目标「乡乡有机构」 units.any_of[2].kind[1]"),
        (20, "第 1 个目标「乡乡有机构」 institutions.service_type[1]"),
    ]
    text = "\n".join(message for *_, message in found)
    assert "缺少这一项" in text and "没有这一项" in text and "鄉" in text and "民族乡" in text


def test_bad_toml_is_told_with_its_line():
    assert problems('id = "p"\ntitle = \n')[0][0] == 2


@pytest.mark.parametrize(("old", "new", "says"), [
    ("more_than = \"90%\"", "more_than = \"九成\"", "数字或百分数"),
    ("more_than = \"90%\"", "more_than = 0.9, at_least = 0.9", "只写一个"),
    ("year = 2025, more", "year = 2022, more", "由早到晚"),
    ("pop = { min = 10000 }", "pop = {}", "min"),
    ("end_year = 2025", "end_year = 2019", "不能早于"),
    ('kind = "unit_share"', 'kind = "share"', "unit_share"),
])
def test_mistakes_say_what_is_allowed(old, new, says):
    assert old in GOOD
    assert any(says in message for *_, message in problems(GOOD.replace(old, new)))


def test_lines_of_keys_and_items():
    lines = key_lines(GOOD)
    assert lines["goal", 0] == 6 and lines["goal", 0, "targets", 1] == 14
    assert lines["goal", 0, "units", "any_of", 1] == 18 and lines["goal", 0, "institutions"] == 19


def test_lines_survive_strings_with_brackets_and_comments():
    text = 'a = "x [ # { not"  # [ {\nb = """\n[c]\nd = 1\n"""\ne = [ # one\n  "]",\n  2 ]\nf = 1\n'
    assert key_lines(text) == {("a",): 1, ("b",): 2, ("e",): 6, ("e", 0): 7, ("e", 1): 8, ("f",): 9}


def test_a_village_goal_must_say_within_how_many_minutes():
    found = problems(GOOD.replace('level = "乡镇"', 'level = "村"'))
    assert any("within_min" in message for *_, message in found)
