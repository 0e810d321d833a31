"""Keep a session's own files in a private folder, and say whether this server may touch its user's own folders."""

from __future__ import annotations

import atexit
import hashlib
import re
import shutil
import tempfile
import time
from pathlib import Path

import streamlit as st

from coverage.errors import OutputError
from coverage.intake import Project, save_project

_LOCAL = {"127.0.0.1", "localhost", "::1"}
_PREFIX = "coverage-session-"
_STALE_SECONDS = 7 * 86_400
_STRANGE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def is_local() -> bool:
    """Whether the server answers this computer alone, so that a path that is typed is its user's own."""
    return st.get_option("server.address") in _LOCAL


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@st.cache_resource(scope="session", show_spinner=False, on_release=_remove)
def session_folder() -> Path:
    """A folder that only this session's files are in; it goes when the session or the server ends."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    atexit.register(_remove, folder)
    return folder


def _sweep() -> None:
    """Clear away what a server left behind when it was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if time.time() - folder.stat().st_mtime > _STALE_SECONDS:
            _remove(folder)


def keep_upload(name: str, data: bytes) -> Path:
    """The path of an uploaded file that has to be read by its path (roads, plans, whole projects)."""
    path = session_folder() / hashlib.sha256(data).hexdigest()[:16] / _STRANGE.sub("_", Path(name).name)[-80:]
    try:
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
    except OSError as error:
        raise OutputError("临时文件夹写不进去", todo="检查磁盘空间") from error
    return path


def keep_project(project: Project) -> Path:
    """The project saved in the session's folder; the same project is in the same place."""
    number = len(list(session_folder().glob("project-*")))
    folder = session_folder() / f"project-{number}"
    save_project(project, folder)
    return folder
