"""Names that try to run: in the browser, the workbook and the Word report they are text and nothing else."""

import io
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.ui.journey import choose, opened, settled
from tests.ui.poison import NAMES, TITLE, poisoned

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("poison") / "s.toml"
    plan = (ROOT / "scenarios" / "plans" / "huining-2021-2025.toml").as_posix()
    path.write_text(f'title = "六村县"\nproject = "{COUNTY.as_posix()}"\nyear = 2020\nplans = ["{plan}"]', "utf-8")
    return path


@pytest.mark.browser
def test_poisoned_names_are_shown_as_they_are(serve, browser, scenario):
    page = browser.new_page(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    faults, asked = [], []
    page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if "Content Security" in told.text else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{serve(Path(__file__).with_name('poison_app.py'), str(scenario))}/gap_list")
    opened(page, "缺口清单")
    assert page.get_by_role("heading", name=TITLE, exact=True).count()
    assert page.get_by_text(NAMES["乙乡"], exact=True).count()
    choose(page, "目标", "乡乡有机构")
    choose(page, "看哪一行", "丙")
    page.get_by_role("heading", name=f"{NAMES['丙乡']}：乡乡有机构").wait_for()
    map_page = page.frame_locator("iframe").first
    for name in ("甲镇", "乙乡", "丙乡"):
        map_page.get_by_text(NAMES[name], exact=True).first.wait_for(state="attached", timeout=20_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    cells = {cell.value: cell.data_type for row in book["机构清单"].iter_rows() for cell in row}
    assert cells[NAMES["乙乡残疾人之家"]] == "s"
    for title in ("总览", "覆盖地图", "选址", "情景"):
        page.get_by_role("link", name=title).first.click()
        opened(page, title)
    settled(page)
    assert page.locator('img:not([src^="data:"])').count() == 0
    assert faults == []
    assert [url for url in asked if "evil" in url] == []
    page.close()


def test_poisoned_names_are_text_in_word(scenario, monkeypatch):
    from coverage.report.study_paper import study_paper
    from coverage.report.word import word_bytes
    from coverage.study import load_base, load_scenario, run

    monkeypatch.setattr(sys.modules["coverage.study.run"], "load_base", lambda chosen: poisoned(load_base(chosen)))
    content = zipfile.ZipFile(io.BytesIO(word_bytes(study_paper(run(load_scenario(scenario))))))
    text = content.read("word/document.xml").decode()
    assert "乙&lt;img src=x onerror=alert(2)&gt;乡" in text and "<img" not in text
