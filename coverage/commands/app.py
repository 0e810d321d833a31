"""Open the app in the browser, on the bundled sample or on a scenario file."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = "127.0.0.1"
PATIENCE_S = 60
"""How long the browser waits for the server before it is given up."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="?", type=Path, help="情景文件（.toml）；不写则打开随附的会宁县样例")
    parser.add_argument("--port", type=int, default=8501, help="端口，默认 8501")
    parser.add_argument("--address", default=HERE,
                        help="在哪个地址上应答，默认 127.0.0.1（只有本机能打开）；改动前请看 docs/shared-server.md")
    parser.add_argument("--no-browser", action="store_true", help="不自动打开浏览器")


def run(args: argparse.Namespace) -> int:
    from coverage.errors import ProjectError
    from coverage.study import load_scenario

    if args.scenario:
        load_scenario(args.scenario)  # a mistake is told here, before a browser opens

    script = ROOT / "app.py"
    if not script.is_file():
        raise ProjectError("找不到 app.py", where=str(ROOT), todo="请在完整的项目文件夹里运行")
    host = HERE if args.address == "0.0.0.0" else args.address
    if _taken(host, args.port):
        raise ProjectError(f"端口 {args.port} 已被占用", todo="软件可能已经打开；或者换一个端口，例如 --port 8600")
    scenario = [str(args.scenario.resolve())] if args.scenario else []
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(args.port),
               "--server.address", args.address, "--server.headless", "true", "--", *scenario]
    if not args.no_browser:
        threading.Thread(target=_show, args=(f"http://{host}:{args.port}",), daemon=True).start()
    try:
        return subprocess.call(command, cwd=ROOT)
    except KeyboardInterrupt:
        return 0


def _taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def _show(url: str) -> None:
    """Open the browser once the server answers: Streamlit doesn't for an app that dresses its own server."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_S:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                webbrowser.open(url)
                return
        except OSError:
            time.sleep(0.3)
