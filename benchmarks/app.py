"""Time the app in headless Chromium: first page, a change of condition, a township's click, a county, a made-up city.

    python -m benchmarks.app [--city] [--chromium /usr/bin/chromium]

Wall-clock seconds from the click (or the address) until the page has settled and shows the new figure, the least of
three after a first, which warms the kernels; and the CPU seconds of the server in that one, which a busy machine
doesn't lengthen. Prints one line a measure with its goal; the CPU seconds are read from /proc (Linux).
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.made_city import ROOT, make

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DONE = '[data-testid=stApp][data-test-script-state="notRunning"]'


def measure(chromium: str, *, city: bool) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        with served() as address:
            pages(browser, address)
        print(f"the sample, cold process: {evaluated(ROOT / 'scenarios' / 'huining-30min.toml')}, goal 5 s")
        if city:
            with tempfile.TemporaryDirectory() as folder:
                scenario = make(Path(folder))
                print(f"the city, cold process: {evaluated(scenario)}, goal 30 s")
                with served(str(scenario)) as address:
                    pages(browser, address, first_s=30)
        browser.close()


def pages(browser, address: str, *, first_s: float = 5) -> None:
    def first() -> None:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        opened(page, address)
        page.close()

    least(first, "first page of a new session: read, evaluated, shown", first_s)
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    opened(page, address)
    slider = page.get_by_role("slider")

    def threshold(key: str) -> None:
        before = figures(page)
        slider.focus()
        page.keyboard.press(key)
        changed(page, before)

    keys = iter(["ArrowRight", "ArrowLeft"] * 4)
    least(lambda: threshold(next(keys)), "change of threshold", 1)
    kinds = iter(["康复机构", "残疾人之家"] * 4)
    least(lambda: service(page, next(kinds)), "change of service", 1)
    page.get_by_role("link", name="缺口清单").click()
    page.get_by_role("heading", name="缺口清单").wait_for()
    page.locator(DONE).wait_for(timeout=120_000)
    box = page.get_by_role("combobox", name="看哪一行")
    rows = iter(range(2, 12))

    def gap() -> None:
        box.focus()
        box.fill(f"{next(rows)} ")
        page.get_by_role("option").first.wait_for()
        began[0] = time.perf_counter()
        page.keyboard.press("Enter")
        page.get_by_text("怎样补上", exact=True).wait_for()
        page.locator(DONE).wait_for(timeout=120_000)

    least(gap, "a gap's row: card, remedies, map", 1)
    for title in ("总览", "覆盖地图", "缺口清单"):
        least(lambda title=title: visit(page, title), f"page {title}, results in hand", 2)
    page.close()


began: list[float | None] = [None]
"""Where a measure starts later than its function, it says so here."""


def least(work: Callable[[], None], what: str, goal: float) -> None:
    seconds = []
    for _ in range(4):
        began[0] = None
        start, spent = time.perf_counter(), cpu(served.pid)
        work()
        seconds.append((time.perf_counter() - (began[0] or start), cpu(served.pid) - spent))
    (first, warming), (wall, busy) = seconds[0], min(seconds[1:])
    print(f"{what}: {wall:.2f} s, of which {busy:.2f} s of the server's CPU "
          f"(the first time {first:.2f} and {warming:.2f} s), goal {goal:g} s", flush=True)


def cpu(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_test_id("stMetricValue").first.wait_for(timeout=120_000)
    page.frame_locator("iframe").locator(".leaflet-container").first.wait_for(timeout=120_000)
    page.locator(DONE).wait_for(timeout=120_000)


def figures(page: Page) -> list[str]:
    return page.get_by_test_id("stMetricValue").all_inner_texts()


def changed(page: Page, before: list[str]) -> None:
    page.wait_for_function("before => [...document.querySelectorAll('[data-testid=stMetricValue]')]"
                           ".map(one => one.innerText).join() != before", arg=",".join(before), timeout=120_000)
    page.locator(DONE).wait_for(timeout=120_000)


def service(page: Page, kind: str) -> None:
    before = figures(page)
    box = page.get_by_role("combobox", name="服务类型")
    box.focus()
    box.fill(kind)
    page.get_by_role("option", name=kind, exact=True).wait_for()
    began[0] = time.perf_counter()
    page.keyboard.press("Enter")
    changed(page, before)


def visit(page: Page, title: str) -> None:
    other = "总览" if title != "总览" else "缺口清单"
    page.get_by_role("link", name=other).click()
    page.get_by_role("heading", name=other, exact=True, level=2).wait_for(timeout=120_000)
    page.locator(DONE).wait_for(timeout=120_000)
    began[0] = time.perf_counter()
    page.get_by_role("link", name=title).click()
    page.get_by_role("heading", name=title, exact=True, level=2).wait_for(timeout=120_000)
    page.wait_for_timeout(50)
    page.locator(DONE).wait_for(timeout=120_000)


def evaluated(scenario: Path) -> str:
    """Seconds to read, evaluate and judge a scenario in a process of its own, without starting Python."""
    script = ("import sys, os, time; from pathlib import Path; from coverage.study import *\n"
              "def now(): return time.perf_counter(), sum(os.times()[:4])\n"
              "laps = [now()]; s = load_scenario(Path(sys.argv[1])); b = load_base(s); laps.append(now())\n"
              "e = evaluate(b, s, load_plans(s)); e.allocation; e.goals; e.gaps; laps.append(now())\n"
              "print(*(after - before for one, other in zip(laps, laps[1:]) for before, after in zip(one, other)))")
    told = subprocess.run([sys.executable, "-c", script, str(scenario)], cwd=ROOT, capture_output=True, text=True,
                          check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}).stdout.split()
    read, read_cpu, judged, judged_cpu = map(float, told)
    return (f"{read + judged:.2f} s, of which {read_cpu + judged_cpu:.2f} s of CPU "
            f"(reading {read:.2f}, {read_cpu:.2f}; evaluating and judging {judged:.2f}, {judged_cpu:.2f})")


class served:
    """The app on a free port, on the sample or a scenario file; stopped at the end."""

    pid = 0

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments

    def __enter__(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless",
                   "true", "--", *self.arguments]
        self.server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        served.pid = self.server.pid
        address = f"http://127.0.0.1:{port}"
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
                return address
            except OSError:
                time.sleep(0.5)
        raise TimeoutError(address)

    def __exit__(self, *exception) -> None:
        self.server.terminate()
        self.server.wait(10)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", action="store_true", help="also the made-up city")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    asked = parser.parse_args()
    measure(asked.chromium, city=asked.city)
