"""Read and write project.toml, the manifest that names a project's files and says what they don't."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from coverage.errors import ProjectError
from coverage.intake.datum import DATUMS
from coverage.intake.road_columns import RoadColumns, road_columns_faults, toml_lines
from coverage.intake.source import Source, open_source
from coverage.schema import REGISTERS

PROJECT_FILE = "project.toml"
TABLE_ORDER = ("townships", "villages", "people", "institutions", "candidates", "points", *REGISTERS)
PLACED = ("townships", "villages", "institutions", "candidates", "points")
ELEVATION = "elevation"
FILES = (*TABLE_ORDER, "areas", "roads", "water", ELEVATION, "wordings")


@dataclass(frozen=True)
class ReadAs:
    """What the user said of one file: its sheet or layer, what its coordinates are (`crs` of a layer without one,
    `datum` of a table, to be converted), consent to mend invalid rings, what a road layer's columns mean, and where
    heights come from (`source`)."""

    sheet: str | None = None
    layer: str | None = None
    crs: str | None = None
    datum: str | None = None
    source: str | None = None
    repair: bool = False
    columns: RoadColumns = field(default_factory=RoadColumns)


_KINDS = {"sheet": str, "layer": str, "crs": str, "source": str, "repair": bool}
"""Of [read]; [datum] and [roads] are sections of their own."""


@dataclass(frozen=True)
class Manifest:
    """`files`: kind (of FILES) → file name; of height tiles, which may be several, the names are `elevation`.

    `choices`: kind → what the user said of that file.
    """

    title: str
    files: Mapping[str, str]
    county: str = ""
    county_code: str = ""
    year: int | None = None
    notes: tuple[str, ...] = ()
    choices: Mapping[str, ReadAs] = field(default_factory=dict)
    elevation: tuple[str, ...] = ()


_SETTINGS = {"title": str, "county": str, "county_code": str, "year": int, "notes": list, "datum": dict, "read": dict,
             "roads": dict}


def read_manifest(source: Source | Path) -> Manifest:
    """Raises ProjectError with every fault at once."""
    source = open_source(source)
    try:
        given = tomllib.loads(source.data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(f"不是正确的 TOML（{error}）", where=PROJECT_FILE, todo="对照示例项目改正") from error
    faults = list(_faults(given))
    if faults:
        raise ProjectError("；".join(faults), where=PROJECT_FILE, todo="对照示例项目改正")
    read, datums = given.get("read", {}), given.get("datum", {})
    choices = {kind: ReadAs(**read.get(kind, {}), datum=datums.get(kind)) for kind in FILES
               if kind in read or kind in datums}
    if "roads" in given:
        choices["roads"] = replace(choices.get("roads", ReadAs()), columns=RoadColumns(**given["roads"]))
    files = {kind: name for kind, name in given["files"].items() if kind != ELEVATION}
    return Manifest(given.get("title", ""), files, given.get("county", ""), given.get("county_code", ""),
                    given.get("year"), tuple(given.get("notes", ())), choices, _several(given["files"]))


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as TOML; what is not said is left out, and the same manifest gives the same bytes."""
    lines = [f"title = {_quoted(manifest.title)}"]
    for name in ("county", "county_code"):
        if value := getattr(manifest, name):
            lines.append(f"{name} = {_quoted(value)}")
    if manifest.year is not None:
        lines.append(f"year = {manifest.year}")
    lines += ["notes = [", *(f"    {_quoted(note)}," for note in manifest.notes), "]", "", "[files]"]
    lines += [f"{kind} = {_quoted(name)}" for kind, name in manifest.files.items()]
    if manifest.elevation:
        lines.append(f"{ELEVATION} = [{', '.join(map(_quoted, manifest.elevation))}]")
    for kind, said in sorted(manifest.choices.items()):
        if chosen := [*_choice_lines(said)]:
            lines += ["", f"[read.{kind}]", *chosen]
    if datums := {kind: said.datum for kind, said in sorted(manifest.choices.items()) if said.datum}:
        lines += ["", "[datum]", *(f"{kind} = {_quoted(datum)}" for kind, datum in datums.items())]
    if "roads" in manifest.choices:
        lines += toml_lines(manifest.choices["roads"].columns)
    return ("\n".join(lines) + "\n").encode()


def _choice_lines(said: ReadAs) -> Iterator[str]:
    for name in _KINDS:
        value = getattr(said, name)
        if value not in (None, False):
            yield f"{name} = {'true' if value is True else _quoted(value)}"


def _quoted(text: str) -> str:
    """A JSON string is a TOML basic string, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _several(files: dict) -> tuple[str, ...]:
    """The names of the height tiles: one, or a list of them."""
    names = files.get(ELEVATION, [])
    return (names,) if isinstance(names, str) else tuple(names)


def _faults(given: dict) -> Iterator[str]:
    """Every fault, so that all can be mended at once."""
    for name in given.keys() - _SETTINGS.keys() - {"files"}:
        yield f"不认识的项“{name}”"
    for name, kind in _SETTINGS.items():
        if name in given and (not isinstance(given[name], kind) or isinstance(given[name], bool)):
            yield f"“{name}”应为{ {str: '文字（加引号）', int: '整数', list: '列表', dict: '一节'}[kind] }"
    if isinstance(given.get("notes"), list) and not all(isinstance(note, str) for note in given["notes"]):
        yield "“notes”里每条都应为文字"
    code = given.get("county_code", "")
    if isinstance(code, str) and code and not (len(code) == 6 and code.isascii() and code.isdigit()):
        yield "“county_code”应为 6 位数字"
    for kind, datum in given["datum"].items() if isinstance(given.get("datum"), dict) else ():
        if kind not in PLACED or datum not in DATUMS:
            yield f"[datum] 里“{kind}”写错（可用：{'、'.join(PLACED)} = {'、'.join(DATUMS)}）"
    yield from _choice_faults(given["read"] if isinstance(given.get("read"), dict) else {})
    if isinstance(given.get("roads"), dict):
        yield from (f"[roads] 里{fault}" for fault in road_columns_faults(given["roads"]))
    yield from _file_faults(given.get("files"))


def _choice_faults(given: dict) -> Iterator[str]:
    for kind, said in given.items():
        if kind not in FILES or not isinstance(said, dict):
            yield f"[read] 里不认识“{kind}”"
            continue
        for name, value in said.items():
            if name not in _KINDS or not isinstance(value, _KINDS[name]):
                yield f"[read.{kind}] 里“{name}”写错"


def _file_faults(files) -> Iterator[str]:
    if not isinstance(files, dict):
        yield "缺少 [files] 一节"
        return
    for name, value in files.items():
        if name not in FILES:
            yield f"[files] 里不认识的项“{name}”（可用：{'、'.join(FILES)}）"
        elif not all(isinstance(one, str) and one.strip()
                     for one in (value if name == ELEVATION and isinstance(value, list) else [value])):
            yield f"[files] 里“{name}”应为文件名"
    if not {"townships", "points"} & files.keys():
        yield "[files] 里至少要有 townships（乡镇）或 points（需求点）"
