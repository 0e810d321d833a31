"""Take the README's screenshots from a running app: python docs/screenshots/take.py http://127.0.0.1:8501"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PAGES = {
    "map.png": "覆盖地图", "overview.png": "总览", "gaps.png": "缺口清单", "siting.png": "选址",
    "scenarios.png": "情景", "data.png": "数据",
}


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 1000})
        page.goto(address)
        for file, name in PAGES.items():
            page.get_by_role("link", name=name, exact=True).click()
            page.get_by_role("heading", name=name, exact=True).wait_for(timeout=60_000)
            if name == "选址":
                page.get_by_text("只能新建几处：最多能覆盖多少人？").click()
                page.get_by_role("button", name="开始计算").click()
                page.get_by_text("已证明没有更好的方案").wait_for(timeout=60_000)
                page.get_by_text("已证明没有更好的方案").scroll_into_view_if_needed()
            page.wait_for_timeout(3_000)
            page.screenshot(path=Path(__file__).parent / file)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
