"""Tell faults in words: an exception in, a sentence on the page out, and all that a developer needs in the log."""

from __future__ import annotations

import logging
import re
import secrets
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from traceback import format_exception

import streamlit as st

from coverage.errors import CoverageError
from coverage.ui.texts import literal

_log = logging.getLogger("coverage.ui")
_PATH = re.compile(r"""(?<!\w)(?:[A-Za-z]:)?[\\/]+(?:[^\\/\n：，。；“”"']+[\\/]+)+([^\\/\s：，。；“”"']*)""")


@dataclass(frozen=True)
class Fault:
    """An unexpected fault: the number that the page showed, when, and the whole traceback."""

    number: str
    when: str
    trace: str


LAST: deque[Fault] = deque(maxlen=50)
"""The server's last faults, newest first, for whoever administers it."""


def report(error: Exception) -> bool:
    """Show what went wrong; an unexpected fault is logged whole under the number that the page shows.

    Streamlit calls this for whatever a script or callback raised; True keeps its own traceback off the page.
    """
    if isinstance(error, CoverageError):
        st.error(literal(without_paths(str(error))))
        return True
    number = secrets.token_hex(4)
    _log.error("fault %s", number, exc_info=error)
    LAST.appendleft(Fault(number, datetime.now().isoformat(" ", "seconds"), "".join(format_exception(error))))
    st.error(f"出错了，编号 {number}。这是软件的问题，不是您的操作。请把编号和刚才的操作告诉管理员；刷新页面可以继续。")
    return True


def without_paths(text: str) -> str:
    """The text with each path cut down to its last name: where a server keeps its files is nobody's business."""
    return _PATH.sub(lambda found: found.group(1), text)
