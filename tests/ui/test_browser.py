"""One planner's journey in a real browser: open, choose, read the gap list, download, site, see it on the map."""

import io

import openpyxl
import pytest

from tests.ui.journey import choose, settled

pytestmark = pytest.mark.browser


def test_from_opening_to_a_siting_plan(app_address, browser):
    page = browser.new_page(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    asked, faults = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(app_address)
    page.get_by_role("heading", name="覆盖地图").wait_for(timeout=120_000)
    settled(page)

    map_frame = page.frame_locator("iframe").first
    map_frame.locator(".mark").first.wait_for(timeout=20_000)
    assert map_frame.get_by_text("会师镇", exact=True).count()
    assert map_frame.locator("canvas").count() == 1  # villages and areas

    before = page.get_by_test_id("stMetricValue").all_inner_texts()
    choose(page, "服务类型", "康复机构")
    page.wait_for_function("before => document.querySelectorAll('[data-testid=stMetricValue]')[1].innerText != before",
                           arg=before[1])
    choose(page, "服务类型", "残疾人之家")
    page.wait_for_function("before => document.querySelectorAll('[data-testid=stMetricValue]')[1].innerText == before",
                           arg=before[1])

    page.get_by_role("link", name="缺口清单").click()
    page.get_by_role("heading", name="缺口清单").wait_for()
    settled(page)
    choose(page, "目标", "乡乡有机构")
    page.get_by_text("共 14 行").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert {"说明", "指标总表", "缺口清单", "乡镇明细", "村级明细", "机构清单"} <= set(book.sheetnames)
    assert book["乡镇明细"].max_row == 29

    page.get_by_role("link", name="选址").click()
    page.get_by_text("只能新建几处：最多能覆盖多少人？").click()
    page.get_by_role("button", name="开始计算").click()
    page.get_by_text("已证明没有更好的方案").wait_for(timeout=60_000)
    stars = page.frame_locator("iframe").first.locator(".leaflet-marker-icon[title]")
    stars.first.wait_for(timeout=20_000)
    settled(page)

    assert faults == []
    assert [url for url in asked if not url.startswith((app_address, "data:", "blob:", "ws:", "about:"))] == []
    page.close()
