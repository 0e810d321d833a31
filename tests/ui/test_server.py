"""What the server sends: headers, language, where it listens, and faults told in words."""

import asyncio
import logging
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from coverage.errors import ProjectError
from coverage.ui.faults import without_paths
from coverage.ui.server import HEADERS, MIDDLEWARE, POLICY

ROOT = Path(__file__).parents[2]
PAGE = '<!DOCTYPE html><html lang="en"><head><title>Streamlit</title></head><body>“引号”</body></html>'


ROUTES = [Route("/", lambda request: HTMLResponse(PAGE, headers={"etag": "x", "last-modified": "y"})),
          Route("/text", lambda request: PlainTextResponse('<html lang="en">'))]


def get(path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body that the dressed app answers with."""
    app, sent = Starlette(routes=ROUTES, middleware=MIDDLEWARE), []
    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": asked, "scheme": "http", "server": ("127.0.0.1", 80), "http_version": "1.1", "root_path": ""}

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    with ThreadPoolExecutor(1) as aside:  # Playwright keeps a loop of its own in this thread
        aside.submit(asyncio.run, app(scope, receive, send)).result()
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(part.get("body", b"") for part in sent[1:]).decode("utf-8")


def test_no_other_host_is_named_in_the_policy():
    words = {word for rule in POLICY.split("; ") for word in rule.split()[1:]}
    assert words <= {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}


@pytest.mark.parametrize("path", ["/", "/text", "/nothing"])
def test_every_answer_bears_the_headers(path):
    _, headers, _ = get(path)
    assert {name: headers[name.lower()] for name in HEADERS} == HEADERS


def test_the_page_is_in_chinese_whole_and_not_cached_by_its_old_name():
    status, headers, body = get("/", accept="text/html", if_none_match="x")
    assert status == 200
    assert '<html lang="zh-CN">' in body and "<title>残疾人服务覆盖与选址</title>" in body
    assert body.endswith("“引号”</body></html>") and "etag" not in headers
    assert int(headers["content-length"]) == len(body.encode())


def test_what_is_not_a_page_is_left_alone():
    assert get("/text", accept="text/html")[2] == '<html lang="en">'
    assert get("/", accept="application/json")[2] == PAGE


@pytest.mark.browser
def test_the_real_server_sends_them(app_address):
    request = urllib.request.Request(f"{app_address}/gap_list", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert '<html lang="zh-CN">' in answer.read().decode("utf-8")


def test_it_listens_on_this_computer_alone_unless_told_otherwise():
    told = subprocess.run([sys.executable, "-m", "streamlit", "config", "show"], cwd=ROOT, capture_output=True,
                          encoding="utf-8", check=True).stdout
    shown = [line for line in told.splitlines() if line.startswith(("address", "enableAgentApi", "gatherUsageStats"))]
    assert shown[0] == 'address = "127.0.0.1"'
    assert "gatherUsageStats = false" in shown and "enableAgentApi = true" not in shown


def _page_with_a_bug():
    import streamlit as st

    from coverage.ui.faults import report

    try:
        raise ZeroDivisionError("/srv/secret/people.csv")
    except ZeroDivisionError as error:
        assert report(error)
    st.write("后面")


def test_a_bug_is_told_by_a_number_and_logged_whole(caplog):
    with caplog.at_level(logging.ERROR, logger="coverage.ui"):
        app = AppTest.from_function(_page_with_a_bug).run()
    said = app.error[0].value
    assert "出错了，编号" in said and "secret" not in said and "Error" not in said
    number = said.split("编号 ")[1].split("。")[0]
    assert number in caplog.text and "ZeroDivisionError: /srv/secret/people.csv" in caplog.text


def test_a_users_mistake_is_told_without_the_servers_folders():
    error = ProjectError("读不到", where="/srv/数据 一/县/project.toml", todo=r"请看 C:\甲\乙\丙.xlsx 与 http 说明")
    assert without_paths(str(error)) == "project.toml：读不到。请看 丙.xlsx 与 http 说明"
    assert without_paths("每年 12 公里/小时；人/月/年") == "每年 12 公里/小时；人/月/年"
