"""WCAG 2.2 AA on every page: axe-core, contrast as painted, 200% zoom, and the journey by keyboard alone."""

import re
from pathlib import Path

import pytest

from tests.ui.journey import axe, choose, cut_off, faint, opened, press, ringed, settled, tab_to

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page(app_address, browser):
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(app_address)
    page.get_by_role("link").first.wait_for(timeout=120_000)
    settled(page)
    yield page
    page.close()


def titles(page) -> list[str]:
    """The pages as the app lists them."""
    return [text.split("\n")[-1] for text in page.get_by_test_id("stTopNavLink").all_inner_texts()]


def known_faults() -> set[str]:
    """Streamlit's own faults, by axe's name, as the README lists them."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.split("Streamlit 自身还有的无障碍问题")[1].split("\n\n")[1]
    return set(re.findall(r"^- `([a-z-]+)`", section, re.M))


def test_the_page_says_its_language(page):
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_axe_finds_what_the_readme_lists_and_nothing_else(page):
    """Each page as it opens, and in the states that a planner brings it to."""
    found, thin = {}, {}

    def look(state: str) -> None:
        found[state], thin[state] = axe(page), faint(page)

    for title in titles(page):
        page.get_by_role("link", name=title).click()
        opened(page, title)
        look(title)
        for closed in page.locator("main summary:visible, section details:not([open]) summary:visible").all():
            closed.click()
        settled(page)
        look(f"{title}，全部展开")
        if title == "缺口清单":
            choose(page, "看哪一行", "乡乡有机构")
            page.frame_locator("iframe").locator(".leaflet-interactive").first.wait_for(state="attached")
            settled(page)
            if not page.get_by_role("button", name="记入豁免").is_visible():
                page.get_by_text("登记一项豁免").click()
            press(page, "记入豁免", page.get_by_text("都要填写"))
            look("缺口清单，选了一行，豁免没有填全")
    faults = {fault.split(":")[0] for state in found.values() for fault in state}
    assert faults == known_faults(), {state: faults for state, faults in found.items() if faults}
    assert {state: texts for state, texts in thin.items() if texts} == {}


def test_nothing_is_cut_off_at_200_percent(page):
    """1366 × 768 at 200% is a viewport of 683 × 384."""
    listed = titles(page)
    page.set_viewport_size({"width": 683, "height": 384})
    lost = {}
    for title in listed:
        link = page.get_by_role("link", name=title).first
        if not link.is_visible() or link.bounding_box()["x"] < 0:
            page.get_by_test_id("stExpandSidebarButton").click()
            page.wait_for_timeout(600)  # it slides in
        link.click()
        opened(page, title)
        lost[title] = cut_off(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), title
    page.set_viewport_size({"width": 1366, "height": 768})
    assert {title: parts for title, parts in lost.items() if parts} == {}


def test_the_journey_by_keyboard_alone(page):
    """Open the gap list, filter it, read a gap's card, let a unit off, and find it let off: no mouse."""
    page.reload()
    settled(page)
    tab_to(page, "缺口清单")
    assert ringed(page), "the link in focus doesn't show it"
    page.keyboard.press("Enter")
    opened(page, "缺口清单")
    tab_to(page, "目标")
    assert ringed(page)
    _pick(page, "乡乡有机构")
    page.get_by_text("共 14 行").wait_for()
    tab_to(page, "看哪一行")
    _pick(page, "杨崖集镇")
    page.get_by_role("heading", name="杨崖集镇：乡乡有机构").wait_for()
    page.get_by_text("能达标又最省的是").wait_for()
    tab_to(page, "登记一项豁免")
    page.keyboard.press("Enter")
    tab_to(page, "豁免理由")
    page.keyboard.type("整乡搬迁")
    tab_to(page, "批准单位")
    page.keyboard.type("县残联")
    tab_to(page, "记入豁免")
    page.keyboard.press("Enter")
    page.get_by_text("共 13 行").wait_for()
    tab_to(page, "撤销豁免：杨崖集镇")
    page.keyboard.press("Enter")
    page.get_by_text("共 14 行").wait_for()


def test_the_conditions_are_set_by_keyboard(page):
    page.get_by_role("link", name="覆盖地图").focus()
    page.keyboard.press("Enter")
    opened(page, "覆盖地图")
    slider = page.get_by_role("slider")
    before = slider.input_value()
    slider.focus()
    assert ringed(page)
    page.keyboard.press("ArrowRight")
    settled(page)
    assert slider.input_value() != before
    page.keyboard.press("ArrowLeft")
    settled(page)
    assert slider.input_value() == before


def _pick(page, option: str) -> None:
    page.keyboard.type(option)
    page.get_by_role("option", name=option).first.wait_for()
    page.keyboard.press("Enter")
    settled(page)
