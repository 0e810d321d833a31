"""Read a project folder (project.toml and the files it names) into checked tables that fit one another."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from coverage.errors import ProjectError
from coverage.intake.areas import AreasIntake, check_areas
from coverage.intake.datum import DATUMS, apply_datum, check_inside, detect_datum
from coverage.intake.layers import read_layer
from coverage.intake.links import check_area_names, check_links, fill_points, match_areas
from coverage.intake.problems import ERROR, join_problems
from coverage.intake.source import Source, open_source
from coverage.intake.succession import succeed_codes, succeed_townships, succession_of
from coverage.intake.table import Intake, read_table
from coverage.intake.wordings import read_wordings
from coverage.schema import REGISTERS, TABLES

PROJECT_FILE = "project.toml"
_TABLE_ORDER = ("townships", "villages", "people", "institutions", "candidates", "points", *REGISTERS)
_FILES = (*_TABLE_ORDER, "areas", "roads", "water", "wordings")
_PLACED = ("townships", "villages", "institutions", "candidates", "points")
_SETTINGS = {"title": str, "county": str, "county_code": str, "year": int, "notes": list, "datum": dict}


@dataclass(frozen=True)
class Project:
    """A project as read. `tables`: kind → rows in use (see schema.TABLES for columns, index `row` = Excel row).

    `areas`: township_code, township, geometry (EPSG:4326), or None. `files`: name → sha256.
    `intakes`: kind → what came in and what didn't; `problems`: of all files together.
    """

    title: str
    county: str
    county_code: str
    year: int | None
    notes: list[str]
    tables: dict[str, pd.DataFrame] = field(repr=False)
    areas: gpd.GeoDataFrame | None = field(repr=False)
    roads_path: Path | None
    water: gpd.GeoDataFrame | None = field(repr=False)
    files: dict[str, str] = field(repr=False)
    intakes: dict[str, Intake | AreasIntake] = field(repr=False)
    problems: pd.DataFrame = field(repr=False)


def read_project(folder: Path | str) -> Project:
    """Read the whole project. Rows that can't be used are in `problems`.

    Raises ProjectError where project.toml is absent or wrong, where a file is absent or outside the folder,
    or where a table has no row in use; UnsafeFileError and LayerError come through from the files.
    """
    folder = Path(folder)
    manifest, toml = _read_manifest(folder)
    paths = {kind: _inside(folder, name, kind) for kind, name in manifest.pop("files").items()}
    project = read_files(paths, **manifest | {"title": manifest["title"] or folder.resolve().name})
    return replace(project, files={PROJECT_FILE: toml.sha256} | project.files)


def read_files(paths: dict[str, Path], *, title: str, county: str = "", county_code: str = "",
               year: int | None = None, notes: Sequence[str] = (), datum: dict[str, str] | None = None) -> Project:
    """Read the same from single files: kind (townships, …, areas, roads, wordings) → path. Raises as read_project.

    `datum`: kind → where its points come from (wgs84, gcj02, bd09), as the user confirmed it; they are converted.
    For others nothing is, but what the townships they claim tell of them stands among the problems.
    """
    sources = {kind: open_source(path) for kind, path in paths.items()}
    wordings = read_wordings(sources["wordings"]) if "wordings" in sources else None
    intakes = {kind: read_table(sources[kind], kind, wordings=wordings) for kind in _TABLE_ORDER if kind in sources}
    intakes = check_links(_succeed(intakes, year), county_code)
    bounds = check_areas(sources["areas"]) if "areas" in sources else None
    if bounds is not None and "townships" in intakes:
        bounds = check_area_names(bounds, intakes["townships"].table)
    areas = _areas(bounds, intakes)
    intakes = {kind: _settle_datum(intake, (datum or {}).get(kind), areas) for kind, intake in intakes.items()}
    intakes = fill_points(intakes, areas)
    _check_used(intakes)
    every = intakes | ({"areas": bounds} if bounds else {})
    return Project(
        title=title, county=county, county_code=county_code, year=year, notes=list(notes),
        tables={kind: intake.table for kind, intake in intakes.items()}, areas=areas, roads_path=paths.get("roads"),
        water=read_layer(sources["water"]) if "water" in sources else None,
        files={source.name: source.sha256 for source in sources.values()}, intakes=every,
        problems=join_problems(intake.problems for intake in every.values()),
    )


def _read_manifest(folder: Path) -> tuple[dict, Source]:
    path = folder / PROJECT_FILE
    if not path.is_file():
        raise ProjectError(f"文件夹里没有 {PROJECT_FILE}", where=str(folder), todo="选择一个项目文件夹")
    source = open_source(path)
    try:
        given = tomllib.loads(source.data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProjectError(f"不是正确的 TOML（{error}）", where=PROJECT_FILE, todo="对照示例项目改正") from error
    faults = list(_manifest_faults(given))
    if faults:
        raise ProjectError("；".join(faults), where=PROJECT_FILE, todo="对照示例项目改正")
    return {
        "title": given.get("title", ""), "county": given.get("county", ""),
        "county_code": given.get("county_code", ""), "year": given.get("year"),
        "notes": list(given.get("notes", [])), "datum": given.get("datum", {}), "files": given["files"],
    }, source


def _manifest_faults(given: dict) -> Iterator[str]:
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
        if kind not in _PLACED or datum not in DATUMS:
            yield f"[datum] 里“{kind}”写错（可用：{'、'.join(_PLACED)} = {'、'.join(DATUMS)}）"
    files = given.get("files")
    if not isinstance(files, dict):
        yield "缺少 [files] 一节"
        return
    for name, value in files.items():
        if name not in _FILES:
            yield f"[files] 里不认识的项“{name}”（可用：{'、'.join(_FILES)}）"
        elif not isinstance(value, str) or not value.strip():
            yield f"[files] 里“{name}”应为文件名"
    if not {"townships", "points"} & files.keys():
        yield "[files] 里至少要有 townships（乡镇）或 points（需求点）"


def _inside(folder: Path, name: str, kind: str) -> Path:
    """The file's path, which must be within the folder, links followed."""
    root = folder.resolve()
    path = Path(name.replace("\\", "/"))
    target = (root / path).resolve()
    if path.is_absolute() or ":" in name or "\0" in name or not target.is_relative_to(root):
        raise ProjectError(f"“{name}”不在项目文件夹里", where=f"{PROJECT_FILE} [files] {kind}",
                           todo="把文件放进项目文件夹，写相对的文件名")
    if not target.is_file():
        raise ProjectError(f"没有文件“{name}”", where=f"{PROJECT_FILE} [files] {kind}", todo="检查文件名")
    return target


def _areas(bounds: AreasIntake | None, intakes: dict[str, Intake]) -> gpd.GeoDataFrame | None:
    if bounds is None or "townships" not in intakes:
        return bounds.areas if bounds else None
    return match_areas(bounds.areas, intakes["townships"].table, bounds.name)


def _succeed(intakes: dict[str, Intake], year: int | None) -> dict[str, Intake]:
    """Old township codes carried over to those in force in the project's year, by its register of changes."""
    if not {"recodings", "townships"} <= intakes.keys() or intakes["recodings"].used == 0:
        return intakes
    succession = succession_of(intakes["recodings"].table, year=year)
    townships = succeed_townships(intakes["townships"], succession)
    current = set(townships.table["township_code"]) | set(townships.table["nbs_code"].dropna())
    return intakes | {"townships": townships} | {
        kind: succeed_codes(intakes[kind], succession, current)
        for kind in _PLACED[1:] if kind in intakes
    }


def _settle_datum(intake: Intake, datum: str | None, areas: gpd.GeoDataFrame | None) -> Intake:
    if intake.kind not in _PLACED:
        return intake
    if datum is not None:
        intake = apply_datum(intake, datum)
    if areas is None:
        return intake
    return check_inside(intake if datum is not None else detect_datum(intake, areas)[0], areas)


def _check_used(intakes: dict[str, Intake]) -> None:
    """A table of which nothing is left can't be what the user meant."""
    for kind, intake in intakes.items():
        if intake.used == 0 and kind not in REGISTERS:
            first = intake.problems[intake.problems["severity"] == ERROR].head(3)
            reasons = "；".join(dict.fromkeys(first["suggestion"]))
            raise ProjectError(f"“{TABLES[kind].title}”表没有一行可用：{reasons or '表里没有数据'}",
                               where=intake.name, todo="改正后重试")

