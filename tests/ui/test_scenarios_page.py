"""The scenarios page through AppTest, on the six villages: made, edited, compared, stale, saved and opened."""

import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from coverage.study import Scenario, scenario_toml
from coverage.study.changes import Close, Upgrade

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
PAGE = str(ROOT / "coverage" / "ui" / "pages" / "scenarios.py")


@pytest.fixture
def app(tmp_path, monkeypatch) -> AppTest:
    path = tmp_path / "六村.toml"
    path.write_text(f'title = "六村县"\nproject = "{COUNTY.as_posix()}"\nyear = 2020', encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["app.py", str(path)])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return app.switch_page(PAGE).run()


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def make(app: AppTest, name: str) -> AppTest:
    app.text_input(key="scenario_name").set_value(name)
    return press(app, "新建")


def fill(app: AppTest, kind: str, **values) -> AppTest:
    app.selectbox(key="draft_kind").select(kind).run()
    for field, value in values.items():
        widget = next(one for kind in (app.text_input, app.number_input, app.selectbox, app.multiselect, app.text_area)
                      for one in kind if one.key == f"draft_{field}")
        widget.set_value(value)
    return press(app, "加入情景")


def open_home(app: AppTest) -> AppTest:
    return fill(app, "open", name="新家", service_type="残疾人之家", lon=105.0, lat=35.359728, capacity=30)


def texts(app: AppTest) -> str:
    kinds = app.header, app.markdown, app.warning, app.error, app.info, app.caption
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def test_it_opens_on_the_base_as_it_is(app):
    assert not app.exception and not app.error
    assert app.header[0].value == "情景"
    assert "不能改动" in texts(app)


def test_an_institution_opened_by_the_form_is_felt_on_every_page(app):
    open_home(make(app, "新家情景"))
    assert "比现状多 **20** 人" in texts(app)
    assert (app.text_input(key="draft_name").value, app.number_input(key="draft_lon").value) == ("", None)
    assert "1\\. 新建机构：“新家”" in texts(app) or "1. 新建机构：“新家”" in texts(app)
    app.switch_page(str(Path(PAGE).with_name("coverage_map.py"))).run()
    assert "（240 人）" in texts(app)


@pytest.mark.parametrize(("kind", "values"), [
    ("host", {"host": "H2", "service_type": "康复机构"}), ("upgrade", {"site_id": "H2"}),
    ("expand", {"site_id": "H1", "capacity": 90}), ("move", {"site_id": "H2", "lon": 105.0, "lat": 35.2}),
    ("close", {"site_id": "H1"}), ("share", {"site_id": "H1", "townships": ["629901200"]}),
    ("serve", {"way": "流动服务日", "villages": ["629901201001"], "days_per_year": 12}),
    ("draw_road", {"name": "新路", "road_class": "三级", "line": "105, 35.359728\n105，35.3687212"}),
    ("close_road", {"way_ids": ["1"]}), ("upgrade_road", {"way_ids": ["0"], "road_class": "二级"}),
])
def test_each_kind_has_a_form_that_works(app, kind, values):
    fill(make(app, "甲"), kind, **values)
    assert not app.error, app.error[0].value
    assert app.session_state["named"]["甲"][0].kind == kind


def test_villages_and_who_serves_them_are_picked_on_the_map(monkeypatch):
    from coverage.study import load_base
    from coverage.ui import change_form
    from coverage.ui.map_view import MapEvent

    held = {"draft_kind": "serve"}
    monkeypatch.setattr(change_form.st, "session_state", held)
    base = load_base(Scenario(title="六村县", project=COUNTY))
    for layer, found in (("village", "629901201001"), ("village", "629901201002"), ("village", "629901201001"),
                         ("site", "H2"), ("township", "629901201")):
        change_form.take_click(MapEvent(layer, found, 105.0, 35.3), base)
    assert held == {"draft_kind": "serve", "draft_villages": ["629901201001", "629901201002"], "draft_provider": "H2"}


def test_what_is_missing_or_cannot_be_is_told_and_what_was_filled_in_stays(app):
    make(app, "甲")
    fill(app, "open", name="新家")
    assert "还没有填：经度、纬度" in app.error[0].value
    assert app.text_input(key="draft_name").value == "新家"
    fill(app, "expand", site_id="H1", capacity=10)
    assert "现有 60 人" in app.error[0].value
    assert app.session_state["named"]["甲"] == ()


def test_a_change_can_be_edited_and_removed(app):
    open_home(make(app, "甲"))
    press(app, "修改")
    app.number_input(key="draft_capacity").set_value(55)
    press(app, "保存修改")
    assert [change.capacity for change in app.session_state["named"]["甲"]] == [55]
    press(app, "删去")
    assert app.session_state["named"]["甲"] == ()


def test_who_serves_a_village_can_be_edited(app):
    fill(make(app, "甲"), "serve", way="接送", provider="H2", villages=["629901201001"], yearly_cost_wan=3.0)
    assert "流动服务日、接送或上门到 1 个村（20 人）" in texts(app).replace("\\", "")
    press(app, "修改")
    assert app.multiselect(key="draft_villages").value == ["629901201001"]
    assert (app.selectbox(key="draft_way").value, app.selectbox(key="draft_provider").value) == ("接送", "H2")
    app.number_input(key="draft_days_per_year").set_value(50)
    press(app, "保存修改")
    change, = app.session_state["named"]["甲"]
    assert (change.provider, change.days_per_year, change.yearly_cost_wan) == ("H2", 50, 3)


def test_copied_renamed_removed(app):
    open_home(make(app, "甲"))
    app.text_input(key="scenario_name").set_value("乙")
    press(app, "复制当前的")
    assert list(app.session_state["named"]) == ["现状", "甲", "乙"]
    assert app.session_state["named"]["乙"] == app.session_state["named"]["甲"]
    app.text_input(key="scenario_name").set_value("丙")
    press(app, "给当前的改名")
    assert list(app.session_state["named"]) == ["现状", "甲", "丙"]
    press(app, "删除当前的")
    assert list(app.session_state["named"]) == ["现状", "甲"]
    assert app.session_state["chosen"] == "现状"
    make(app, "甲")
    assert "已有叫“甲”的情景" in app.error[0].value


def compare(app: AppTest):
    press(app, "开始比较")
    return next(frame.value for frame in app.dataframe if "指标" in frame.value).set_index("指标")


def test_scenarios_are_compared_and_the_pointless_one_marked(app):
    fill(make(app, "撤销"), "close", site_id="H1")
    open_home(make(app, "新家"))
    matrix = compare(app)
    assert matrix.loc["30 分钟内占比"].to_list() == ["88.0%", "88.0%", "96.0%"]
    assert "✕ **撤销**：不必考虑：“现状”" in texts(app)


def test_results_are_stale_as_soon_as_an_input_changes(app):
    open_home(make(app, "甲"))
    compare(app)
    assert not app.warning
    app.select_slider(key="threshold").set_value(15).run()
    assert "输入已改变，请重新计算" in app.warning[0].value
    compare(app)
    assert not app.warning
    fill(app, "close", site_id="H1")
    assert "输入已改变，请重新计算" in app.warning[0].value


def take_file(app: AppTest, scenario: Scenario) -> None:
    content = scenario_toml(scenario).encode()
    app.file_uploader(key="scenario_file").set_value(("情景.toml", content, "application/toml")).run()
    press(app, "取用其中的变化")


def test_a_scenario_file_gives_its_changes_and_nothing_else(app):
    scenario = Scenario(title="别处的", project=Path("/nowhere"), changes=(Upgrade(site_id="H2"),))
    take_file(app, scenario)
    assert app.session_state["named"]["别处的"] == (Upgrade(site_id="H2"),)
    bad = scenario.model_copy(update={"title": "坏的", "changes": (Close(site_id="没有"),)})
    take_file(app, bad)
    assert "没有编号为“没有”的机构" in app.error[0].value
    assert list(app.session_state["named"]) == ["现状", "别处的"]


def test_a_file_with_changes_opens_as_a_scenario_beside_the_base(tmp_path, monkeypatch):
    path = tmp_path / "升级.toml"
    path.write_text(scenario_toml(Scenario(title="升级", project=COUNTY, year=2020, changes=(Close(site_id="H1"),))),
                    encoding="utf-8")
    assert tomllib.loads(path.read_text("utf-8"))["changes"][0]["kind"] == "close"
    monkeypatch.setattr("sys.argv", ["app.py", str(path)])
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page(PAGE).run()
    assert list(app.session_state["named"]) == ["现状", "升级"]
    assert app.session_state["chosen"] == "升级"


def test_a_kind_of_institution_that_only_the_scenario_opens_can_be_chosen(app):
    make(app, "甲")
    assert app.selectbox(key="service_type").options == ["残疾人之家"]
    fill(app, "open", name="康复站", service_type="康复机构", lon=105.0, lat=35.0)
    assert app.selectbox(key="service_type").options == ["残疾人之家", "康复机构"]
    app.selectbox(key="service_type").select("康复机构").run()
    assert not app.exception and not app.error
    assert "一处康复机构" in texts(app)


def test_an_institution_far_from_any_road_is_warned_of(app):
    fill(make(app, "甲"), "open", name="荒地", service_type="残疾人之家", lon=105.5, lat=35.2)
    assert "车到不了门口" in app.warning[0].value
