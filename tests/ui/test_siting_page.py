"""The siting page through Streamlit's AppTest, on the six villages: each question asked, the answer and its proof."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from coverage.ui.map_view import MapEvent
from coverage.ui.questions import FIRST, MORE, REST
from coverage.ui.siting_candidates import NEW_PLACE, Held, typed
from coverage.ui.siting_job import Job

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
PAGE = str(ROOT / "coverage" / "ui" / "pages" / "siting.py")
D, E, F = "629901200002", "629901201001", "629901201002"


@pytest.fixture
def app(tmp_path, monkeypatch) -> AppTest:
    plans = [(ROOT / "scenarios" / "plans" / name).as_posix() for name in ("huining-2021-2025.toml",)]
    scenario = tmp_path / "六村.toml"
    scenario.write_text(f'title = "六村县"\nproject = "{COUNTY.as_posix()}"\nyear = 2020\nplans = {json.dumps(plans)}',
                        encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["app.py", str(scenario)])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return app.switch_page(PAGE).run()


def asked(app: AppTest, question: str) -> AppTest:
    if question in FIRST:
        return app.radio(key="question").set_value(question).run()
    app.radio(key="question").set_value(MORE).run()
    return app.selectbox(key="question_more").set_value(question).run()


def computed(app: AppTest) -> AppTest:
    """Press the button and wait until the answer is on the page."""
    next(button for button in app.button if button.label == "开始计算").click().run()
    app.session_state["siting_job"][1].thread.join(60)
    return app.run()


def said(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.subheader, app.caption) for element in kind).replace(
        "\\", "")


def table(app: AppTest, column: str):
    return next(element.value for element in app.dataframe if column in element.value)


@pytest.mark.parametrize("question", [*FIRST, *REST])
def test_every_question_is_answered_or_told_why_not(app, question):
    computed(asked(app, question))
    assert not app.exception
    if app.error:
        assert "个位置" in app.error[0].value  # 250 people, who find too few places
        assert "容量有限" in question
        return
    assert "已证明没有更好的方案" in said(app)
    assert len(table(app, "求的是")) == 1


def test_the_plan_its_reason_and_what_more_would_bring(app):
    asked(app, "只能新建几处：最多能覆盖多少人？")
    app.number_input(key="p").set_value(1).run()
    app.select_slider(key="threshold").set_value(15).run()
    shown = said(computed(app))
    assert "新建 1 处，约 60 万元。连同现有机构，220 人（88.0%）在 15 分钟内能到达" in shown
    assert "再多 1 处，时限内能到达的人由 220 人变为 240 人" in shown
    assert "没有它，40 人在 15 分钟内到不了任何机构" in shown
    assert "最好的替代是E村，只少 20 人" in shown


def test_roles_picked_on_the_map_bind_the_answer(app):
    asked(app, "只能新建几处：最多能覆盖多少人？")
    app.number_input(key="p").set_value(1).run()
    app.toggle(key="siting_edit").set_value(True).run()
    held = app.session_state["siting_held_村（社区）_新建"]
    held.pick(MapEvent("suggested", F, 106.0, 35.0), "必选", table(app, "角色").index)
    app.run()
    assert table(app, "角色").loc[F, "角色"] == "必选"
    assert f"{F}（必选）" in said(app)
    assert "这里是必选点" in said(computed(app))


def test_a_pick_keeps_what_was_typed_before_and_a_place_beside_the_candidates_is_added():
    held = Held()
    held.typed = {D: {"site_id": D, "cost_wan": 5.0}}
    held.pick(MapEvent("suggested", D, 105.0, 35.3), "禁选", pd.Index([D, E]))
    held.pick(MapEvent(None, None, 105.1, 35.2), NEW_PLACE, pd.Index([D, E]))
    held.pick(MapEvent("suggested", "没有", 105.0, 35.3), "必选", pd.Index([D, E]))
    held.pick(MapEvent("site", "H1", 105.0, 35.0), NEW_PLACE, pd.Index([D, E]))  # where one stands already
    assert held.places == {D: {"site_id": D, "cost_wan": 5.0, "role": "禁选"},
                           "新添地点1": {"site_id": "新添地点1", "name": "新添地点1", "lon": 105.1, "lat": 35.2}}
    assert held.version == 2
    held.forget()
    assert held.places == {}


def test_what_is_typed_in_the_table_is_told_apart_from_what_was_given():
    before = pd.DataFrame({"role": ["候选", "候选"], "cost_wan": [60.0, 60.0], "yearly_cost_wan": [None, 0.6],
                           "capacity": pd.array([30, None], dtype="Int64")}, index=[D, E])
    after = before.astype({"capacity": "object"})
    after.loc[E, ["role", "capacity"]] = ["必选", 12]
    after.loc[D, "cost_wan"] = 45
    assert typed(before, after) == {D: {"site_id": D, "cost_wan": 45.0},
                                    E: {"site_id": E, "role": "必选", "capacity": 12}}
    assert typed(before, before) == {}


def test_a_team_and_a_shuttle_beside_building(app):
    """E and F lack a home within 30: H2's shuttle to E 0.5 万元 a year, a team to F 0.6 (示例), for 5 years 5.5."""
    asked(app, "几个规划目标一起达标：最少花多少钱？")
    app.multiselect(key="all_goals").set_value(["huining-2021-2025/village-service"]).run()
    app.button_group(key="ways").set_value(["新建", "流动服务日", "接送"]).run()
    assert app.number_input(key="years").value == 5  # the plan ends in 2025
    app.number_input(key="shuttle_cost").set_value(0.5).run()
    shown = said(computed(app))
    assert "接送 1 处、流动服务日 1 处，每年 1.1 万元（5 年一共 5.5 万元）" in shown
    assert "流动服务日、接送到 2 个村（30 人）" in shown
    assert "从“乙乡残疾人之家”出车，接E村（去回 60 分钟），每年 12 天" in shown
    next(button for button in app.button if button.label == "把这个方案存为情景").click().run()
    kept = next(changes for name, changes in app.session_state["named"].items() if name != "现状")
    assert [change.way for change in kept] == ["接送", "流动服务日"]


def test_years_are_laid_out(app):
    asked(app, "分年度怎么建：哪年先建哪里？")
    app.segmented_control(key="phase_by").set_value("处数").run()
    for at in range(3):
        app.number_input(key=f"phase_p_{at}").set_value(1)
    computed(app)
    rows = table(app, "当年限额")
    assert rows["年份"].to_list() == ["2021", "2022", "2023"]
    assert rows["年末能到达（人）"].iloc[-1] == 250


def test_a_point_of_the_curve_shows_its_sites(app):
    asked(app, "建几处、花多少钱最合算？看曲线")
    app.number_input(key="curve_p").set_value(3).run()
    app.select_slider(key="threshold").set_value(15).run()
    computed(app)
    assert "250 人（100.0%）" in said(app)
    app.selectbox(key="siting_step").set_value(1).run()
    assert not app.exception
    assert "220 人（88.0%）在 15 分钟内能到达" in said(app)
    assert list(table(app, "候选点名称")["候选点名称"]) == ["D村"]


def test_the_plan_is_kept_as_a_scenario(app):
    asked(app, "只能新建几处：最多能覆盖多少人？")
    app.number_input(key="p").set_value(2).run()
    computed(app)
    app.text_input(key="siting_keep_title").set_value("先建两处")
    next(button for button in app.button if button.label == "把这个方案存为情景").click().run()
    assert "已存为情景" in app.success[0].value
    assert len(app.session_state["named"]["先建两处"]) == 2
    assert "新建 2 处" in said(app)  # the answer stays on the page
    next(button for button in app.button if button.label == "把这个方案存为情景").click().run()
    assert app.error  # the name is taken


def test_earlier_answers_and_scenarios_stand_beside_the_curve(app):
    asked(app, "只能新建几处：最多能覆盖多少人？")
    app.number_input(key="p").set_value(2).run()
    computed(app)
    app.text_input(key="siting_keep_title").set_value("先建两处")
    next(button for button in app.button if button.label == "把这个方案存为情景").click().run()
    asked(app, "建几处、花多少钱最合算？看曲线")
    app.number_input(key="curve_p").set_value(3).run()
    rows = table(computed(app), "以前算过的方案、情景")
    assert rows.to_numpy().tolist() == [["新建2处覆盖最多", 2, 250], ["情景：先建两处", 2, 250]]


def test_a_changed_condition_puts_the_old_answer_away(app):
    computed(app)
    app.select_slider(key="threshold").set_value(45).run()
    assert "不再适用" in app.warning[0].value


def test_what_cannot_be_is_told_with_what_would_do(app):
    asked(app, "机构容量有限：人人排得上，怎样走得最少？")
    app.number_input(key="all_p").set_value(1).run()
    computed(app)
    assert "这样做不到" in app.error[0].value
    assert "最多能服务 120 人（要求 250 人）" in app.error[0].value


def test_a_mistaken_setting_is_told_in_words(app):
    asked(app, "越近越好：按远近打折，怎样最好？")
    app.number_input(key="level_min_1").set_value(15).run()
    next(button for button in app.button if button.label == "开始计算").click().run()
    assert "不能重复" in app.error[0].value


def test_a_run_can_be_stopped_and_says_so(app):
    """A curve of many points is stopped after its first."""
    from coverage.study import Question
    from tests.study.six_villages import evaluated

    job = Job(evaluated(), Question(name="q", model="frontier", steps=tuple(range(200))))
    job.stop()
    job.thread.join(60)
    assert job.stopping and job.done
    assert job.answer.proof.termination == "cancelled"
    assert job.answer.margins == ()
    assert len(job.answer.solved.curve) < 200
