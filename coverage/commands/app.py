"""Open the app in the browser, on the bundled sample or on a scenario file."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", nargs="?", type=Path, help="情景文件（.toml）；不写则打开随附的会宁县样例")
    parser.add_argument("--port", type=int, default=8501, help="端口，默认 8501")


def run(args: argparse.Namespace) -> int:
    from coverage.errors import ProjectError
    from coverage.study import load_scenario

    if args.scenario:
        load_scenario(args.scenario)  # a mistake is told here, before a browser opens

    script = ROOT / "app.py"
    if not script.is_file():
        raise ProjectError("找不到 app.py", where=str(ROOT), todo="请在完整的项目文件夹里运行")
    scenario = [str(args.scenario.resolve())] if args.scenario else []
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(args.port), "--", *scenario]
    try:
        return subprocess.call(command, cwd=ROOT)
    except KeyboardInterrupt:
        return 0
