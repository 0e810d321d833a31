"""A real app in a real headless Chromium, with every outside host out of reach."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def serve():
    """A function that serves a Streamlit script, with arguments, and gives its address; all stop at the end."""
    with ExitStack() as servers:
        yield lambda script, *arguments: _serve(script, arguments, servers)


@pytest.fixture(scope="session")
def app_address(serve):
    """The address of an app that serves the bundled sample."""
    return serve(ROOT / "app.py")


def _serve(script: Path, arguments: tuple[str, ...], servers: ExitStack) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
               "--server.headless", "true", "--", *arguments]
    server = servers.enter_context(subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL))
    servers.callback(server.terminate)
    address = f"http://127.0.0.1:{port}"
    _wait_until_up(f"{address}/_stcore/health")
    return address


@pytest.fixture(scope="session")
def browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium")
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


def _wait_until_up(address: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(address)
