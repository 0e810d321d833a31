"""Find the line of each key in a TOML text, so that a mistake can be shown where it stands."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


def key_lines(text: str) -> dict[Path, int]:
    """Map each table, key and list item of a valid TOML `text` to its line, counted from 1.

    Paths are those of the loaded data, e.g. ("goal", 0, "units", "kind"). What
    stands inside an inline table has the line of its list item or key.
    """
    found: dict[Path, int] = {}
    last_item: dict[Path, int] = {}
    table: Path = ()
    open_value: _Value | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if open_value is None:
            if header := _TABLE.match(line):
                table = _enter(header, last_item)
                found[table] = number
                continue
            if not (key := _KEY.match(line)):
                continue
            path = table + tuple(_parts(key[1]))
            found[path] = number
            open_value, line = _Value(path), line[key.end():]
        open_value.read(line, number, found)
        if open_value.closed:
            open_value = None
    return found


def line_of(path: Path, lines: dict[Path, int]) -> int:
    """The line of `path`, or of the nearest thing around it; 1 if nothing is."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _enter(header: re.Match, last_item: dict[Path, int]) -> Path:
    path: Path = ()
    parts = _parts(header[2])
    for place, part in enumerate(parts):
        path += (part,)
        if header[1] == "[[" and place == len(parts) - 1:
            last_item[path] = last_item.get(path, -1) + 1
        if path in last_item:
            path += (last_item[path],)
    return path


class _Value:
    """A value that may run over several lines: notes where each item of its outer list begins."""

    def __init__(self, path: Path) -> None:
        self.path, self.stack, self.quote, self.item, self.fresh = path, [], "", 0, True
        self.closed = False

    def read(self, line: str, number: int, found: dict[Path, int]) -> None:
        place = 0
        while place < len(line):
            place += self._step(line, place, number, found)
        self.closed = not self.stack and len(self.quote) != 3

    def _step(self, line: str, place: int, number: int, found: dict[Path, int]) -> int:
        char, three = line[place], line[place:place + 3]
        if self.quote:
            if char == "\\" and self.quote[0] == '"':
                return 2
            if line.startswith(self.quote, place):
                size, self.quote = len(self.quote), ""
                return size
            return 1
        if char == "#":
            return len(line)
        if self.stack == ["["] and self.fresh and char not in " \t],":
            found[(*self.path, self.item)] = number
            self.fresh = False
        if char in "\"'":
            self.quote = three if three in ('"""', "'''") else char
            return len(self.quote)
        if char in "[{":
            self.stack.append(char)
        elif char in "]}":
            self.stack.pop()
        elif char == "," and self.stack == ["["]:
            self.item, self.fresh = self.item + 1, True
        return 1
