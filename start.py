"""Set this project up in an environment of its own, then open the app or run the tests.

    python start.py           opens the app on the bundled sample
    python start.py test      runs all the tests
    python start.py run …     any command of `python -m coverage`

Needs Python 3.11 or later and a package index; nothing else. The locked
packages go into .venv beside this file, once, and again when the lock changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  # whoever starts this may have an older one
        print(f"需要 Python 3.11 或更新的版本，现在是 {sys.version.split()[0]}。请从 python.org 安装后再试。")
        return 3
    wanted = sys.argv[1:] or ["app"]
    testing = wanted[0] == "test"
    python = prepare("test" if testing else "app")
    command = ["-m", "pytest", *wanted[1:]] if testing else ["-m", "coverage", *wanted]
    try:
        return subprocess.call([python, *command], cwd=HERE if testing else None, env=environment())
    except KeyboardInterrupt:
        return 0


def prepare(kind: str) -> str:
    """Return the interpreter of an environment that holds the locked packages of `kind`."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lock = HERE / "requirements" / f"{kind}.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    mark = VENV / f"installed-{kind}.txt"
    if python.exists() and mark.exists() and mark.read_text() == digest:
        return str(python)
    print("首次运行：正在安装所需的软件包（几分钟，只此一次）……", flush=True)
    if not has_pip(python):
        make_environment()
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    if subprocess.call([*install, "--require-hashes", "-r", lock]) != 0:
        sys.exit("安装没有完成：请检查能否连上软件包索引（内网可用 pip config 设置镜像），然后再运行一次。")
    mark.write_text(digest)
    return str(python)


def has_pip(python: Path) -> bool:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return python.exists() and subprocess.call([python, "-m", "pip", "--version"], **quiet) == 0


def make_environment() -> None:
    """Make .venv anew; one left half-made by an earlier try is replaced."""
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, OSError):
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("建不了虚拟环境：在 Debian、Ubuntu 上请先运行 apt install python3-venv，再试一次。")


def environment() -> dict[str, str]:
    """Let `python -m coverage` find this checkout from any folder, and Chinese print on any code page."""
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}


if __name__ == "__main__":
    sys.exit(main())
