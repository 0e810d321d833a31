"""The messy story from end to end: a county's real files in, problems told, marked workbook out, corrected, project,
map; and the page where one begins."""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from coverage.intake import read_project, read_table
from coverage.intake.draft import LACKING
from coverage.intake.marked import mark_workbook
from coverage.intake.store import save_project
from coverage.ui import recent
from tests.ui import messy

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "coverage" / "ui" / "pages"
COUNTY = ROOT / "tests" / "golden" / "county"


@pytest.fixture
def app(tmp_path, monkeypatch) -> AppTest:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("APPDATA", raising=False)
    monkeypatch.setattr(sys, "argv", ["app.py", str(scenario(tmp_path))])
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def scenario(folder: Path) -> Path:
    path = folder / "六村.toml"
    path.write_text(f'title = "六村县"\nproject = "{COUNTY.as_posix()}"\nyear = 2020\n', encoding="utf-8")
    return path


def turn_to(app: AppTest, page: str) -> AppTest:
    app.switch_page(str(PAGES / f"{page}.py")).run()
    assert not app.exception
    return app


def tick(app: AppTest, title: str) -> str:
    """What the page says of one of the six."""
    texts = [element.value for element in app.markdown]
    at = next(i for i, text in enumerate(texts) if text.endswith(f"**{title}**"))
    return texts[at + 1]


def button(app: AppTest, label: str):
    return next(button for button in app.button if button.label == label)


def problems(app: AppTest, title: str):
    """The list of that name, None where it is empty."""
    tab = next(tab for tab in app.tabs if tab.label.startswith(title))
    return tab.dataframe[0].value if tab.dataframe else None


def test_a_messy_county_becomes_a_project_and_a_map(app):
    app.run()
    turn_to(app, "data")
    app.radio(key="draft_from").set_value(True).run()
    assert LACKING in tick(app, "道路")

    messy_one = messy.institutions()
    app.file_uploader[0].set_value(messy.files(messy_one)).run()
    assert not app.exception and not app.error
    assert tick(app, "区划") == ":small[3 个乡镇]"
    assert "6 个村" in tick(app, "人口") and "残疾人 250 人" in tick(app, "人口")
    assert "23 处" in tick(app, "机构") and "2 条" in tick(app, "道路") and "3 个乡镇" in tick(app, "边界")
    must = problems(app, "必须处理")
    assert must["规则"].tolist() == ["经纬度写反", "不在可选项中", "不安全的文字"]
    assert messy.SCRIPT in must["原值"].tolist()  # shown as text in the table, used nowhere

    datum = next(radio for radio in app.radio if radio.label == "坐标来自哪里")
    assert datum.value is None  # nothing is converted unasked
    datum.set_value("gcj02").run()
    assert any("由 GCJ-02（高德、腾讯） 换算为 WGS-84" in text for text in problems(app, "正常")["怎么办"])

    intake = read_table(messy_one, "institutions", name="机构一览表.xlsx")
    sent_back = messy.corrected(mark_workbook(messy_one, intake))
    app.file_uploader[0].set_value(messy.files(sent_back)).run()
    assert problems(app, "必须处理") is None
    assert "26 处" in tick(app, "机构")
    next(radio for radio in app.radio if radio.label == "坐标来自哪里").set_value("gcj02").run()

    next(box for box in app.text_input if box.label == "项目名称").set_value("六村县 2020").run()
    button(app, "用这些数据").click().run()
    assert not app.exception and not app.error
    assert app.header[0].value == "覆盖地图"
    assert app.metric[0].value == "250 人"
    kept = read_project(app.session_state["opened"].project)
    assert kept.title == "六村县 2020"
    assert kept.tables["institutions"]["lon"].iloc[0] == pytest.approx(105, abs=1e-7)  # back from 高德, to a centimetre
    assert any("GCJ-02" in note for note in kept.notes)


def test_one_file_can_be_put_in_the_opened_projects_place(app):
    turn_to(app.run(), "data")
    text = "村代码,残疾人数\n629901100001,1\n629901100009,5\n"
    words = "column,wording,meaning\nservice_type,火星基地,托养机构\n"
    site = "机构名称,机构类型,乡镇,经度,纬度\n甲,火星基地,甲镇,105,35\n乙,阳光家园,甲镇,105,35.1\n"
    app.file_uploader[0].set_value([(name, data.encode(), "text/csv") for name, data in (
        ("残疾人.csv", text), ("机构.csv", site), ("词语.csv", words))]).run()
    assert "2 处" in tick(app, "机构")
    assert "残疾人 1 人" in tick(app, "人口")
    assert "3 个乡镇" in tick(app, "区划")
    assert any("能读出人数的共 5 人" in element.value for element in app.markdown)
    button(app, "用这些数据").click().run()
    assert app.metric[0].value == "1 人"
    kept = read_project(app.session_state["opened"].project)
    assert kept.tables["institutions"]["service_type"].tolist() == ["托养机构", "残疾人之家"]
    notes = kept.notes
    assert any("没有采用 1 行，涉及 5 人" in note for note in notes)


def test_height_tiles_come_in_with_their_source_and_slow_walkers(app):
    def tile(height):
        return np.full((1201, 1201), height, ">i2").tobytes()

    turn_to(app.run(), "data")
    app.file_uploader[0].set_value([("N36E110.hgt", tile(5), ""), ("N36E111.hgt", b"1", "")]).run()
    assert any("大小不是一幅" in error.value for error in app.error)
    assert any("N36E110 都不在道路范围里" in info.value and "N35E105" in info.value for info in app.info)
    app.file_uploader[0].set_value([("N36E110.hgt", tile(5), ""), ("N36E111.hgt", tile(5), "")]).run()
    assert {"N36E110", "N36E111"} <= {text.value[-7:] for text in app.markdown}  # the same heights, two places
    ramp = (np.arange(1200, -1, -1)[:, None] * 5 * np.ones(1201, int)).astype(">i2").tobytes()
    app.file_uploader[0].set_value([("N35E105.hgt", ramp, ""), ("n35e105.hgt", tile(6), "")]).run()
    assert any("N35E105 放了两次" in warning.value for warning in app.warning)
    next(box for box in app.text_input if box.label == "N35E105.hgt 的来源").set_value("自制的斜坡").run()
    assert "高程 1 幅" in tick(app, "道路")
    button(app, "用这些数据").click().run()
    assert not app.exception and not app.error
    app.selectbox(key="mode").set_value("walk")
    turn_to(app, "coverage_map")
    assert any("高程：自制的斜坡（N35E105），按坡度计时" in caption.value.replace("\\", "") for caption in app.caption)
    assert read_project(app.session_state["opened"].project).elevation_source == "自制的斜坡"

    turn_to(app, "data")
    app.file_uploader[0].set_value([("N35E105.hgt", tile(6), "")]).run()
    button(app, "用这些数据").click().run()
    assert read_project(app.session_state["opened"].project).elevation_source == ""  # not the former tiles'
    turn_to(app, "data")
    elsewhere = (COUNTY / "roads.geojson").read_text(encoding="utf-8").replace("105.", "95.")
    app.file_uploader[0].set_value([("道路.geojson", elsewhere.encode(), "")]).run()
    assert any("高程不在新的道路范围里" in info.value for info in app.info)
    button(app, "用这些数据").click().run()
    assert not app.exception
    assert read_project(app.session_state["opened"].project).elevation_paths == ()


def test_files_that_cannot_be_used_say_so_and_two_of_one_kind_are_not_mixed_up(app):
    rows = "机构名称,机构类型,乡镇,经度,纬度\n{},托养机构,甲镇,105,35\n"
    files = {"天.csv": rows.format("天").encode(), "地.csv": rows.format("地").encode(), "a.xlsx": b"%PDF-1.7",
             "b.csv": b"\x00,\x00", "d${alert(1)}<img src=x>.csv": b"",
             "c.geojson": b'<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>'}
    turn_to(app.run(), "data")
    app.file_uploader[0].set_value([(name, data, "text/plain") for name, data in files.items()]).run()
    assert not app.exception
    said = " ".join(error.value for error in app.error)
    assert len(app.error) == 4 and all(words in said for words in ("内容是PDF", "空字节", "文件是空的", "XML 或 JSON"))
    assert not any("<img" in element.value.replace("\\<img", "") for element in app.markdown)
    assert "只用了前一个" in app.warning[0].value
    assert "1 处" in tick(app, "机构")


def test_the_start_page_opens_a_folder_and_remembers_it_and_tells_what_it_cannot_open(app, tmp_path):
    save_project(read_project(COUNTY), tmp_path / "我的 <b>项目</b>")
    turn_to(app.run(), "start")
    app.text_input(key="start_path").set_value(str(tmp_path)).run()
    button(app, "打开这个位置").click().run()
    assert app.header[0].value == "开始" and "project" in app.error[0].value
    app.text_input(key="start_path").set_value(str(tmp_path / "我的 <b>项目</b>")).run()
    button(app, "打开这个位置").click().run()
    assert not app.exception and not app.error
    assert app.header[0].value == "覆盖地图" and app.metric[0].value == "250 人"
    assert [one.title for one in recent.recent()] == ["六村县"]
    turn_to(app, "start")
    assert button(app, "六村县")


def test_an_uploaded_package_lives_in_a_folder_that_goes_with_the_session(app, tmp_path, monkeypatch):
    clear_session_resource_cache("test session id")  # AppTest's own, the same in each test
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "coverage-session-old").mkdir()
    os.utime(tmp_path / "coverage-session-old", (0, 0))
    save_project(read_project(COUNTY), tmp_path / "a.gpkg")
    turn_to(app.run(), "start")
    app.file_uploader[0].set_value(("a.gpkg", (tmp_path / "a.gpkg").read_bytes(), "")).run()
    button(app, "打开这个文件").click().run()
    assert not app.exception and not app.error
    assert app.metric[0].value == "250 人"
    (folder,) = tmp_path.glob("coverage-session-*")  # what an old server left is swept up
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["a.gpkg"]
    clear_session_resource_cache("test session id")
    assert not folder.exists()


def test_a_server_for_many_offers_no_paths(app, monkeypatch):
    monkeypatch.setattr("coverage.ui.session_files._LOCAL", set())
    turn_to(app.run(), "start")
    assert [box.label for box in app.text_input] == []
    assert app.file_uploader
    turn_to(app, "data")
    assert not any("文件夹" in box.label for box in app.text_input)


def test_a_project_that_does_not_open_can_be_left_from_the_start_page(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "坏.toml"
    path.write_text('title = "甲"\nproject = "没有"', encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["app.py", str(path)])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    turn_to(app, "start")
    app.text_input(key="start_path").set_value(str(COUNTY)).run()
    button(app, "打开这个位置").click().run()
    assert not app.exception and not app.error
    assert app.header[0].value == "覆盖地图"


def test_the_list_of_the_last_ones_is_kept_newest_first_and_survives_a_damaged_file(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("APPDATA", raising=False)
    for number in range(recent.MOST + 2):
        (tmp_path / f"p{number}").mkdir()
        recent.remember(recent.Opened(str(tmp_path / f"p{number}"), f"第 {number} 个"))
    recent.remember(recent.Opened(str(tmp_path / "p5"), "又一次"))
    assert [one.title for one in recent.recent()] == ["又一次", "第 7 个", "第 6 个", "第 4 个", "第 3 个", "第 2 个"]
    recent.place().write_text("{", encoding="utf-8")
    assert recent.recent() == []
    recent.forget()
    assert not recent.place().exists()


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    monkeypatch.delenv("APPDATA", raising=False)
    recent.remember(recent.Opened(str(tmp_path), "甲"))
    assert recent.recent() == []
