"""The app's pages through Streamlit's AppTest, on the six villages."""

import json
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
PAGES = ROOT / "coverage" / "ui" / "pages"


@pytest.fixture
def app(tmp_path, monkeypatch) -> AppTest:
    plans = [(ROOT / "scenarios" / "plans" / name).as_posix()
             for name in ("huining-2021-2025.toml", "zhejiang-2021-2025.toml")]
    scenario = tmp_path / "六村.toml"
    scenario.write_text(f'title = "六村县"\nproject = "{COUNTY.as_posix()}"\nyear = 2020\nplans = {json.dumps(plans)}',
                        encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["app.py", str(scenario)])
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


def texts(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.header, app.markdown, app.subheader, app.caption, app.metric)
                     for element in kind)


def test_opens_on_the_map_with_the_county_in_words(app):
    assert not app.exception and not app.error
    assert app.header[0].value == "覆盖地图"
    assert "**88.0%**（慢 88.0%—快 88.0%） 的持证残疾人（220 人）" in texts(app)
    assert [metric.value for metric in app.metric] == ["250 人", "220 人", "20 人", "10 人"]


def test_threshold_changes_the_answer(app):
    app.select_slider(key="threshold").set_value(15).run()
    assert [metric.value for metric in app.metric] == ["250 人", "180 人", "60 人", "10 人"]


def test_only_standardised_ones_can_be_counted(app):
    app.checkbox(key="standardised_only").check().run()
    assert app.metric[1].value == "180 人"  # without H2, C is 20 minutes from H1 and D 40


def test_residents_can_be_counted(app):
    app.selectbox(key="group").select("常住人口").run()
    assert app.metric[0].value == "26,000 人"


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.py") if path.stem != "administer"))
def test_every_page_opens(app, name):
    app.switch_page(str(PAGES / f"{name}.py")).run()
    assert not app.exception and not app.error
    assert app.header


def test_gap_list_names_the_township_without(app):
    app.switch_page(str(PAGES / "gap_list.py")).run()
    app.selectbox(key="gap_goal").select("乡乡有机构").run()
    assert list(table(app, "优先序")["单位"]) == ["丙乡"]
    app.selectbox(key="gap_plan").select("浙江省残疾人事业发展“十四五”规划").run()
    app.selectbox(key="gap_goal").select("残疾人之家覆盖率").run()
    assert list(table(app, "优先序")["原因"]) == ["有机构但不规范"]


def test_remedies_can_be_tried_and_the_plan_downloaded(app):
    app.switch_page(str(PAGES / "gap_list.py")).run()
    next(button for button in app.button if button.label == "试算补救措施").click().run()
    assert not app.exception and not app.error
    rows = table(app, "做后结论")
    assert set(rows.loc[rows["目标"] == "乡乡有机构", "单位"]) == {"丙乡"}


def table(app: AppTest, column: str):
    """The first table on the page that has the column."""
    return next(element.value for element in app.dataframe if column in element.value)


def test_a_bad_scenario_is_told_in_words(tmp_path, monkeypatch):
    scenario = tmp_path / "坏.toml"
    scenario.write_text('title = "甲"\nproject = "没有"', encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["app.py", str(scenario)])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert "project.toml" in app.error[0].value.replace("\\", "")


def test_the_overview_tells_what_was_found_and_what_changed(app):
    app.switch_page(str(PAGES / "overview.py")).run()
    assert not app.exception and not app.error
    shown = texts(app).replace("\\", "")
    assert "250 名持证残疾人中，220 人（88.0%）30 分钟内能到达一处残疾人之家" in shown
    assert "“乡乡有机构”：3 个乡镇中 2 个做到（66.7%），2025 年的目标是 100%，还差 1 个乡镇" in shown
    assert "改变左侧的条件" in shown
    app.select_slider(key="threshold").set_value(15).run()
    shown = texts(app).replace("\\", "")
    assert "时限由“30 分钟”改为“15 分钟”" in shown and "时限内到达由 220 人变为 180 人，减少 40 人" in shown


def test_a_gap_is_picked_by_name_and_told_on_a_card(app):
    app.switch_page(str(PAGES / "gap_list.py")).run()
    app.selectbox(key="gap_goal").select("乡乡有机构").run()
    box = app.selectbox(key="gaps_shown")
    box.select_index(next(place for place, option in enumerate(box.options) if "丙乡" in option)).run()
    assert not app.exception
    shown = texts(app).replace("\\", "")
    assert "丙乡：乡乡有机构" in shown and "在建：丙乡残疾人之家" in shown and "能达标又最省的是" in shown
    assert list(table(app, "做法")["措施"])[-1] == "新建"


def test_an_exemption_is_granted_shown_counted_apart_and_withdrawn(app):
    app.switch_page(str(PAGES / "gap_list.py")).run()
    app.text_input(key="exempt_reason").set_value("整乡搬迁")
    form = next(button for button in app.button if button.label == "记入豁免")
    form.click().run()
    assert "都要填写" in app.error[0].value  # nobody approved it
    app.text_input(key="exempt_reason").set_value("整乡搬迁")
    app.text_input(key="exempt_who").set_value("县残联")
    next(button for button in app.button if button.label == "记入豁免").click().run()
    assert not app.exception and not app.error
    row = table(app, "豁免理由").iloc[0]
    assert list(row[["目标", "单位", "豁免理由", "批准单位"]]) == ["乡乡有机构", "丙乡", "整乡搬迁", "县残联"]
    goals = table(app, "豁免（个）").set_index("目标")
    assert list(goals.loc["乡乡有机构", ["结论", "达标单位数", "适用单位数", "豁免（个）"]]) == ["达标", 2, 2, 1]
    assert "乡乡有机构" not in set(table(app, "优先序")["目标"])
    next(button for button in app.button if button.label.startswith("撤销豁免：丙乡")).click().run()
    assert table(app, "豁免（个）").set_index("目标").loc["乡乡有机构", "结论"] == "未达标"
