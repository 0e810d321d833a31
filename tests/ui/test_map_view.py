"""The map in its frame: what a click or a drawn line tells, and what stays when the content changes."""

import re
from pathlib import Path

import pytest

from coverage.ui.map_view import MapEvent, read_event

APP = Path(__file__).with_name("map_app.py")


def test_events_are_read_as_they_are_sent():
    assert read_event({"layer": "village", "id": "v1", "lon": 105, "lat": 35.5}) == MapEvent("village", "v1", 105, 35.5)
    assert read_event({"lon": 1.0, "lat": 2.0}) == MapEvent(lon=1.0, lat=2.0)
    assert read_event({"line": [[1, 2], [3, 4.5]]}) == MapEvent(line=((1.0, 2.0), (3.0, 4.5)))


@pytest.mark.parametrize("sent", [
    None, "click", {}, {"lon": "1", "lat": 2}, {"lon": float("nan"), "lat": 0}, {"lon": 200, "lat": 0},
    {"line": [[1, 2]]}, {"line": [[1, 2], [3]]}, {"line": [[1, 2], "x"]}, {"line": [[0, 0]] * 5_000},
])
def test_anything_else_is_no_event(sent):
    assert read_event(sent) is None


def test_an_unknown_layer_leaves_a_plain_click():
    assert read_event({"layer": "x", "id": "1", "lon": 1, "lat": 2}) == MapEvent(lon=1.0, lat=2.0)


@pytest.fixture(scope="module")
def page(serve, browser):
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(serve(APP))
    page.frame_locator("iframe").locator("canvas").wait_for(timeout=60_000)
    page.wait_for_timeout(500)  # until the frame has its size
    yield page
    page.close()
    assert faults == []


def inside(page, script: str):
    """Run a script in the page of the map that is shown; `map` is Leaflet's map there."""
    page.locator("iframe.coming").wait_for(state="detached")
    frame = page.locator("iframe").element_handle().content_frame()
    return frame.evaluate(f"() => {{ const map = window.map_0001; return {script}; }}")


def click(page, lon: float, lat: float) -> None:
    point = inside(page, f"map.latLngToContainerPoint([{lat}, {lon}])")
    box = page.locator("iframe").bounding_box()
    page.mouse.click(box["x"] + point["x"], box["y"] + point["y"])


@pytest.mark.browser
def test_a_click_tells_the_feature_before_and_in_its_run(page):
    click(page, 0.5, 0.5)
    page.get_by_text(re.compile("返回.*layer='township', id='甲'")).wait_for()
    page.get_by_text(re.compile("听到.*layer='township', id='甲'")).wait_for()
    assert page.frame_locator("iframe").get_by_text("甲<b>镇</b>").is_visible()
    click(page, 1.5, 0.2)
    page.get_by_text(re.compile(r"返回.*layer=None, id=None, lon=1\.\d+, lat=0\.")).wait_for()


@pytest.mark.browser
def test_new_content_keeps_view_and_popup(page):
    click(page, 2.5, 0.5)
    page.get_by_text(re.compile("返回.*id='乙'")).wait_for()
    inside(page, "map.setView([0.5, 2.25], 9, {animate: false}) && 1")
    page.get_by_text("橙", exact=True).click()
    page.get_by_text("颜色 #d95f02").wait_for()
    assert inside(page, "Object.values(map._layers).filter(one => one.options.fillColor == '#d95f02').length") == 2
    assert inside(page, "[map.getCenter().lng, map.getCenter().lat, map.getZoom()]") == pytest.approx(
        [2.25, 0.5, 9], abs=360 / 256 / 2**9)  # a pixel: what the frame's size rounds to
    assert page.frame_locator("iframe").get_by_text("乙<b>镇</b>").is_visible()


@pytest.mark.browser
def test_the_map_goes_to_what_the_page_asks_for(page):
    page.get_by_text("去甲", exact=True).click()
    page.frame_locator("iframe").get_by_text("甲<b>镇</b>").wait_for()
    assert inside(page, "[map.getCenter().lng, map.getCenter().lat]") == pytest.approx([0.5, 0.5], abs=0.05)


@pytest.mark.browser
def test_a_line_is_drawn_by_mouse_and_by_keyboard(page):
    inside(page, "map.setView([0.5, 0.5], 7, {animate: false}) && 1")
    page.get_by_text("画线").click()
    page.frame_locator("iframe").get_by_text("单击加点").wait_for()
    click(page, 0.2, 0.5)
    click(page, 1.5, 0.5)
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"返回.*layer=None.*line=\(\(0\.[12]\d*, 0\.\d+\), \(1\.\d+, 0\.\d+\)\)")).wait_for()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"返回.*line=\(\((0\.[45]\d+|0\.5), 0\.\d+\), \([01]\.\d+, 0\.\d+\)\)")).wait_for()
