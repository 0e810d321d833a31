"""Write a zip archive that depends on its contents alone: every member bears the same date."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

EPOCH = datetime(1980, 1, 1)
"""Zip files can't hold an earlier date; every file written here bears it, so that a rerun gives the same bytes."""

_UNIX = 3
"""Of this system's archives every unzip program takes the names as UTF-8."""


def unzipped(content: bytes) -> dict[str, bytes]:
    """An archive's members by name, in order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Mapping[str, bytes]) -> bytes:
    """An archive of these members, in their order, dated EPOCH."""
    steady = io.BytesIO()
    with zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, EPOCH.timetuple()[:6])
            entry.create_system, entry.external_attr = _UNIX, 0o644 << 16  # else it would say which system made it
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return steady.getvalue()
