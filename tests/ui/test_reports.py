"""The page 报告与导出 on the six villages: choose, see what each file holds, generate, take, save."""

import io
import json
import sys
from pathlib import Path

import docx
import pytest
from streamlit.testing.v1 import AppTest

from coverage.ui import exporting

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"


@pytest.fixture
def page(tmp_path, monkeypatch) -> AppTest:
    plan = (ROOT / "scenarios" / "plans" / "huining-2021-2025.toml").as_posix()
    scenario = tmp_path / "六村.toml"
    scenario.write_text(
        f'title = "六村县"\nproject = "{COUNTY.as_posix()}"\nyear = 2020\nplans = {json.dumps([plan])}\n'
        '[[siting]]\nname = "一处"\nmodel = "mclp"\np = 1\nwithin_min = 15\n', encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["app.py", str(scenario)])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(exporting, "is_local", lambda: True)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return app.switch_page(str(ROOT / "coverage" / "ui" / "pages" / "reports.py")).run()


def generate(page: AppTest, kinds: list[str], edition: str = "internal") -> dict[str, bytes]:
    page.radio(key="report_edition").set_value(edition).run()
    page.multiselect(key=f"report_kinds_{edition}").set_value(kinds).run()
    next(button for button in page.button if button.label == "生成文件").click().run()
    assert not page.exception and not page.error
    return page.session_state["report_made"][1]


def contents(page: AppTest) -> list[str]:
    return list(next(element.value for element in page.dataframe if "种类" in element.value)["文件"])


def test_it_tells_what_each_file_holds_before_anything_is_made(page):
    assert not page.exception and not page.error
    assert {"缺口清单.xlsx", "评价报告.docx", "覆盖图.png", "结果.gpkg"} <= set(contents(page))
    assert "report_made" not in page.session_state


def test_the_files_are_those_that_were_told(page):
    page.multiselect(key="report_questions").set_value(["一处"]).run()
    files = generate(page, ["excel", "word", "geojson"])
    assert sorted(files) == sorted(contents(page))
    told = "\n".join(part.text for part in docx.Document(io.BytesIO(files["评价报告.docx"])).paragraphs)
    assert "由180人增加到220人" in told
    assert "乡乡有机构" in told


def test_a_plan_left_out_is_not_judged_in_the_report(page):
    page.multiselect(key="report_plans").set_value([]).run()
    files = generate(page, ["word"])
    told = "\n".join(part.text for part in docx.Document(io.BytesIO(files["评价报告.docx"])).paragraphs)
    assert "本次没有列出规划" in told


def test_the_public_edition_offers_no_web_map(page):
    files = generate(page, ["excel"], edition="public")
    assert list(files) == ["缺口清单_公开版.xlsx", "manifest.json"]
    assert "地图网页" not in page.multiselect(key="report_kinds_public").options


def test_a_changed_choice_greys_the_files_made_before(page):
    generate(page, ["csv"])
    page.multiselect(key="report_kinds_internal").set_value(["excel"]).run()
    assert "原来的" in page.warning[0].value


def test_they_can_be_saved_into_a_folder_on_ones_own_computer(page, tmp_path):
    generate(page, ["csv"])
    page.text_input(key="report_folder_path").set_value(str(tmp_path / "给领导"))
    next(button for button in page.button if button.label == "保存到文件夹").click().run()
    assert not page.exception
    assert (tmp_path / "给领导" / "缺口清单.csv").exists()
    assert "已保存 3 个文件" in page.success[0].value


@pytest.mark.parametrize(("headers", "local"), [
    ({"Host": "127.0.0.1:8501"}, True), ({"Host": "localhost:8501"}, True), ({"Host": "plan.example.cn"}, False),
    ({"Host": "127.0.0.1:8501", "X-Forwarded-For": "10.0.0.7"}, False), ({}, False)])
def test_only_ones_own_computer_may_be_written_to(monkeypatch, headers, local):
    class Context:
        pass

    context = Context()
    context.headers = headers
    monkeypatch.setattr(exporting.st, "context", context)
    monkeypatch.setattr(exporting.st, "get_option", lambda name: "127.0.0.1")
    monkeypatch.setattr(exporting, "_has_login", lambda: False)
    assert exporting.is_local() is local
    monkeypatch.setattr(exporting, "_has_login", lambda: True)
    assert exporting.is_local() is False
