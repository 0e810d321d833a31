"""The coverage map's page: picks by list and by click do the same; a road tried changes the figures."""

import pytest

from coverage.study import Scenario, load_base

from .test_browser import settled
from .test_pages import COUNTY, app, table, texts  # noqa: F401

D, E, F = "629901200002", "629901201001", "629901201002"
MAIN = load_base(Scenario(title="六村县", project=COUNTY)).roads.ways["way_id"].iloc[0]


def group(app, key: str):  # noqa: F811
    return next(one for one in app.button_group if one.key == key)


def press(app, label: str):  # noqa: F811
    return next(one for one in app.button if one.label == label).click().run()


def test_a_village_shows_its_way_by_legs_that_add_up(app):  # noqa: F811
    """E: 19.5 minutes on foot to the road's end, 20 by car to H2."""
    app.selectbox(key="picked_town").select("629901201").run()
    app.selectbox(key="picked_place").select(("village", E)).run()
    assert "全程 **39.5 分钟**" in texts(app)
    legs = app.table[0].value
    assert legs["分钟"].iloc[:-1].sum() == pytest.approx(legs["分钟"].iloc[-1]) == pytest.approx(39.5)


def test_a_cut_off_village_says_why(app):  # noqa: F811
    app.selectbox(key="picked_town").select("629901201").run()
    app.selectbox(key="picked_place").select(("village", F)).run()
    assert "到不了任何一处残疾人之家" in texts(app) and "孤立路段" in texts(app)


def test_a_township_lists_its_villages_and_an_institution_its_catchment(app):  # noqa: F811
    app.selectbox(key="picked_town").select("629901100").run()
    assert "甲镇" in texts(app) and "本乡镇有残疾人之家 1 处" in texts(app)
    assert set(table(app, "分钟")["人数"]) == {100, 50}
    app.selectbox(key="picked_place").select(("site", "H1")).run()
    assert app.table[0].value["人数"].tolist() == [150, 180, 220, 240]
    app.selectbox(key="picked_town").select("629901200").run()
    assert not app.table  # what was picked elsewhere is let go


def by_band(app):  # noqa: F811
    return next(one.value for one in app.dataframe if len(one.value.columns) == 4).set_index("用时分段（分钟）")["人数"]


def test_slow_cars_and_own_bands(app):  # noqa: F811
    """E walks at 3 km/h: 26 minutes and 20, no longer within 45."""
    group(app, "bands").set_value(["15", "45"]).run()
    assert by_band(app)["30–45"] == 20
    group(app, "variant").set_value("slow").run()
    assert not app.exception
    assert by_band(app)["30–45"] == 0


def test_a_road_drawn_between_two_places_connects_and_can_be_taken_back(app):  # noqa: F811
    group(app, "road_action").set_value("画路").run()
    app.selectbox(key="road_from").select(F)
    app.selectbox(key="road_to").select(D).run()
    press(app, "连成一条路")
    assert "情景里 1 处改动" in texts(app)
    assert app.metric[3].value == "0 人"
    press(app, "撤销")
    assert app.metric[3].value == "10 人" and "改动" not in texts(app)


def test_two_scenarios_beside_each_other_and_their_difference(app):  # noqa: F811
    group(app, "look").set_value("变化").run()
    assert "只有“现状”一个情景" in app.info[0].value
    group(app, "look").set_value("一个情景").run()
    group(app, "road_action").set_value("画路").run()
    app.selectbox(key="road_from").select(F)
    app.selectbox(key="road_to").select(D).run()
    press(app, "连成一条路")
    group(app, "look").set_value("并排对照").run()
    assert not app.exception and "**现状**：30 分钟内 220 人" in texts(app) and "**试改道路**" in texts(app)
    group(app, "look").set_value("变化").run()
    assert not app.exception and "“试改道路”比“现状”：新够得着 **0 人**" in texts(app)


def test_a_road_closed_from_the_list(app):  # noqa: F811
    """Without its road the county has but the isolated one: only those who live at a home reach it."""
    app.selectbox(key="picked_town").select("629901100").run()
    group(app, "road_action").set_value("封路").run()
    stretch = next(one for one in app.selectbox if one.label == "哪一段")
    stretch.select(MAIN).run()
    press(app, "封闭这一段")
    assert not app.exception
    assert "能到的**比现状少" in texts(app)


@pytest.mark.browser
def test_clicks_on_the_map_of_the_sample(app_address, browser):
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(app_address)
    page.get_by_role("link", name="覆盖地图").click()
    page.get_by_role("heading", name="覆盖地图").wait_for(timeout=120_000)
    page.frame_locator("iframe").locator(".mark").first.wait_for(timeout=60_000)
    settled(page)
    click(page, 105.36212, 36.26684)  # 后沟村, as the sample has it
    page.get_by_text("合计").wait_for()
    minutes = [float(cell) for cell in page.locator("[data-testid=stTable] td:nth-child(2)").all_inner_texts()]
    assert sum(minutes[:-1]) == pytest.approx(minutes[-1], abs=1e-6)
    settled(page)
    assert marks(page, "#b3004b") > 0  # the way is drawn

    frame(page).locator(".mark").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("若干分钟内能到这里的范围").wait_for()
    settled(page)

    before = page.get_by_test_id("stMetricValue").all_inner_texts()
    page.get_by_text("画路", exact=True).click()
    settled(page)
    page.frame_locator("iframe:not(.coming)").locator(".drawing-help").wait_for()
    page.wait_for_timeout(1_000)  # a map that comes in between would take the points along
    for lon, lat in ((105.36, 36.26), (105.30, 36.15), (105.1465, 36.1243)):
        click(page, lon, lat)
    page.keyboard.press("Enter")
    page.get_by_text("情景里 1 处改动").wait_for()
    page.get_by_role("button", name="撤销").click()
    page.get_by_text("情景里 1 处改动").wait_for(state="detached")
    assert page.get_by_test_id("stMetricValue").all_inner_texts() == before
    assert faults == []
    page.close()


def frame(page):
    page.locator("iframe.coming").wait_for(state="detached")
    return page.locator("iframe").element_handle().content_frame()


def click(page, lon: float, lat: float) -> None:
    point = frame(page).evaluate(f"() => map_0001.latLngToContainerPoint([{lat}, {lon}])")
    box = page.locator("iframe").bounding_box()
    page.mouse.click(box["x"] + point["x"], box["y"] + point["y"])
    page.wait_for_timeout(100)


def marks(page, colour: str) -> int:
    script = f"Object.values(map_0001._layers).filter(one => one.options.color == '{colour}').length"
    return frame(page).evaluate(f"() => {script}")
