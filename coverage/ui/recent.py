"""Remember which projects were opened last, in a small JSON file of the user's; where it can't be kept, nothing is."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from coverage.intake.store import replace_file

MOST = 6


@dataclass(frozen=True)
class Opened:
    """A project folder, a .gpkg or a scenario file that was opened, and what it calls itself."""

    path: str
    title: str


def place() -> Path:
    """Where the list is kept: the user's own configuration folder."""
    home = os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "disability-service-coverage" / "recent.json"


def recent() -> list[Opened]:
    """The last ones, newest first, of those that are still there."""
    try:
        kept = json.loads(place().read_text(encoding="utf-8"))
        found = [Opened(str(one["path"]), str(one["title"])) for one in kept]
    except (OSError, ValueError, TypeError, KeyError):  # not there yet, or not ours
        return []
    return [one for one in found[:MOST] if Path(one.path).exists()]


def remember(opened: Opened) -> None:
    """Put it first; a folder that can't be written to is no harm."""
    kept = [opened, *(one for one in recent() if one.path != opened.path)][:MOST]
    text = json.dumps([asdict(one) for one in kept], ensure_ascii=False, indent=1)
    with suppress(OSError):
        place().parent.mkdir(parents=True, exist_ok=True)
        replace_file(place(), text.encode())


def forget() -> None:
    """Remember none of them any more."""
    place().unlink(missing_ok=True)
