"""Write a scenario as a file that loads equal: a `Scenario` in, TOML text out."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

from coverage.study.scenario import Scenario

_BARE_DELETE = "\x7f"
"""The one control character that JSON leaves as it is and TOML forbids."""


def scenario_toml(scenario: Scenario, *, folder: Path | None = None) -> str:
    """The scenario in the words of its file; `load_scenario` gives an equal one back.

    Paths are written relative to `folder`, where the file is meant to stand, else as they are. What has no value
    isn't written.
    """
    content = _present(scenario.model_dump(mode="python"), folder)
    tables = {name: value for name, value in content.items() if isinstance(value, dict)}
    lists = {name: value for name, value in content.items() if _is_tables(value)}
    plain = {name: value for name, value in content.items() if name not in tables and name not in lists}
    blocks = [_lines(plain)]
    blocks += [f"[{name}]\n{_lines(value)}" for name, value in tables.items()]
    blocks += [f"[[{name}]]\n{_lines(value)}" for name, values in lists.items() for value in values]
    return "\n\n".join(blocks) + "\n"


def _present(value: Any, folder: Path | None) -> Any:
    """Without None and empty lists, and with paths as text."""
    if isinstance(value, dict):
        kept = {name: _present(part, folder) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part is not None and part != []}
    if isinstance(value, tuple | list):
        return [_present(part, folder) for part in value]
    return _relative(value, folder) if isinstance(value, Path) else value


def _relative(path: Path, folder: Path | None) -> str:
    try:
        return (path if folder is None else Path(os.path.relpath(path, folder.resolve()))).as_posix()
    except ValueError:  # on another drive of a Windows machine there is no way from here to there
        return path.as_posix()


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and isinstance(value[0], dict)


def _lines(table: dict[str, Any]) -> str:
    ordered = sorted(table.items(), key=lambda item: item[0] != "kind")  # a change says first what it is
    return "\n".join(f"{name} = {_said(value)}" for name, value in ordered)


def _said(value: Any) -> str:
    """One value as TOML; its basic strings take JSON's escapes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace(_BARE_DELETE, "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(map(_said, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {_said(part)}' for name, part in value.items())} }}"
    return value.isoformat() if isinstance(value, datetime.date) else repr(value)
