"""Read a project (a folder, or one .gpkg that holds the same) into checked tables that fit one another."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from coverage.errors import InputError, ProjectError
from coverage.intake.areas import AreasIntake, check_area_frame, check_areas
from coverage.intake.datum import apply_datum, check_inside, detect_datum
from coverage.intake.layers import read_layer
from coverage.intake.links import check_area_names, check_links, fill_points, match_areas
from coverage.intake.manifest import ELEVATION, PLACED, PROJECT_FILE, TABLE_ORDER, ReadAs, read_manifest
from coverage.intake.package import elevation_files, read_package, road_file
from coverage.intake.problems import ERROR, join_problems
from coverage.intake.source import Source, open_source
from coverage.intake.succession import succeed_codes, succeed_townships, succession_of
from coverage.intake.table import Intake, check_sheets, read_table
from coverage.intake.wordings import read_wordings
from coverage.schema import REGISTERS, TABLES

_AT_A_TIME = 2  # files parsed at once, each in a process of its own


@dataclass(frozen=True)
class Project:
    """A project as read. `tables`: kind → rows in use (see schema.TABLES for columns, index `row` = Excel row).

    `areas`: township_code, township, geometry (EPSG:4326), or None. `files`: name → sha256.
    `choices`: kind → what the user said of the file. `intakes`: kind → what came in and what didn't; `problems`: of
    all files together. `given`: the same one by one, before they were fitted together. `place` keeps the folder into
    which a .gpkg was unpacked for as long as the project lives. `elevation_paths`: files of height tiles.
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
    choices: Mapping[str, ReadAs] = field(default_factory=dict, repr=False)
    given: Mapping[str, Intake | AreasIntake] = field(default_factory=dict, repr=False)
    place: object = field(default=None, repr=False, compare=False)
    elevation_paths: tuple[Path, ...] = ()

    @property
    def road_choices(self) -> dict:
        """What the user said of the road file, as options of read_roads."""
        said = self.choices.get("roads", ReadAs())
        return {"columns": said.columns, "layer": said.layer, "crs": said.crs}

    @property
    def elevation_source(self) -> str:
        """What the user said of where the heights come from; "" where nothing."""
        return self.choices.get(ELEVATION, ReadAs()).source or ""


class _Place:
    """A folder of our own that goes when nothing refers to it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="coverage-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def read_project(folder: Path | str) -> Project:
    """Read the whole project: a folder with project.toml, or a .gpkg as coverage/intake/package.py writes it.

    Every file is parsed in a child process. Rows that can't be used are in `problems`.
    Raises ProjectError where project.toml is absent or wrong, where a file is absent or outside the folder,
    or where a table has no row in use; UnsafeFileError and LayerError come through from the files.
    """
    folder = Path(folder)
    if folder.is_file():
        return _of_package(open_source(folder))
    path = folder / PROJECT_FILE
    if not path.is_file():
        raise ProjectError(f"文件夹里没有 {PROJECT_FILE}", where=str(folder), todo="选择一个项目文件夹")
    source = open_source(path)
    said = read_manifest(source)
    paths = {kind: _inside(folder, name, kind) for kind, name in said.files.items()}
    project = read_files(paths, title=said.title or folder.resolve().name, county=said.county,
                         county_code=said.county_code, year=said.year, notes=said.notes, choices=said.choices,
                         elevation=[_inside(folder, name, ELEVATION) for name in said.elevation])
    return replace(project, files={PROJECT_FILE: source.sha256} | project.files)


def _of_package(source: Source) -> Project:
    package = read_package(source)
    said = package.manifest
    intakes = {kind: check_sheets([sheet], kind, sheet.name) for kind, sheet in package.sheets.items()}
    bounds = check_area_frame(package.layers["areas"], "乡镇边界") if "areas" in package.layers else None
    project = assemble(intakes, bounds, title=said.title or Path(source.name).stem, county=said.county,
                       county_code=said.county_code, year=said.year, notes=said.notes, choices=said.choices)
    check_used(project)
    place = _Place()
    for name, data in road_file(package):
        (place.path / name).write_bytes(data)
        project = replace(project, roads_path=place.path / name, place=place)
    for name, data in elevation_files(package):
        (place.path / name).write_bytes(data)
        project = replace(project, elevation_paths=(*project.elevation_paths, place.path / name), place=place)
    return replace(project, water=package.layers.get("water"), files={source.name: source.sha256})


def read_files(paths: Mapping[str, Path | Source], *, title: str, county: str = "", county_code: str = "",
               year: int | None = None, notes: Sequence[str] = (),
               choices: Mapping[str, ReadAs] | None = None, elevation: Sequence[Path] = ()) -> Project:
    """Read the same from single files: kind (townships, …, areas, roads, wordings) → path. Raises as read_project.

    `elevation` are files of height tiles, which like the roads are read later (coverage/intake/elevation.py).
    `choices`: kind → what the user said of the file. A datum that they confirmed is converted; where they said
    nothing nothing is, but what the townships that points claim tell of them stands among the problems.
    """
    choices = choices or {}
    sources = {kind: open_source(path) for kind, path in paths.items() if kind != "roads"}
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        own = pool.submit(read_wordings, sources["wordings"], isolate=True) if "wordings" in sources else None
        wordings = own.result() if own else None
        tables = {kind: pool.submit(read_table, sources[kind], kind, sheet=choices.get(kind, ReadAs()).sheet,
                                    wordings=wordings, isolate=True) for kind in TABLE_ORDER if kind in sources}
        layer = {kind: pool.submit(read, sources[kind], choices.get(kind, ReadAs())) for kind, read in
                 (("areas", _read_areas), ("water", _read_water)) if kind in sources}
        intakes = {kind: table.result() for kind, table in tables.items()}
        bounds, water = (layer[kind].result() if kind in layer else None for kind in ("areas", "water"))
    project = assemble(intakes, bounds, title=title, county=county, county_code=county_code, year=year, notes=notes,
                       choices=choices)
    check_used(project)
    hashes = {source.name: source.sha256 for source in sources.values()}
    for path in (*([paths["roads"]] if "roads" in paths else []), *elevation):
        hashes[path.name] = file_sha256(path)
    return replace(project, files=hashes, roads_path=paths.get("roads"), water=water, elevation_paths=tuple(elevation))


def assemble(intakes: Mapping[str, Intake], bounds: AreasIntake | None, *, title: str, county: str = "",
             county_code: str = "", year: int | None = None, notes: Sequence[str] = (),
             choices: Mapping[str, ReadAs] | None = None) -> Project:
    """Fit tables and boundaries that were read one by one together: codes carried over to the year's, places joined,
    coordinates converted where the user said from what, points filled in; every fault among the problems."""
    intakes = {kind: intakes[kind] for kind in TABLE_ORDER if kind in intakes}
    given = intakes | ({"areas": bounds} if bounds is not None else {})
    choices = choices or {}
    intakes = check_links(_succeed(intakes, year), county_code)
    if bounds is not None and "townships" in intakes:
        bounds = check_area_names(bounds, intakes["townships"].table)
    areas = _areas(bounds, intakes)
    intakes = {kind: _settle_datum(intake, choices.get(kind, ReadAs()).datum, areas)
               for kind, intake in intakes.items()}
    intakes = fill_points(intakes, areas)
    every = intakes | ({"areas": bounds} if bounds else {})
    return Project(
        title=title, county=county, county_code=county_code, year=year, notes=list(notes),
        tables={kind: intake.table for kind, intake in intakes.items()}, areas=areas, roads_path=None, water=None,
        files={}, intakes=every, problems=join_problems(intake.problems for intake in every.values()),
        choices=dict(choices), given=given,
    )


def _read_areas(source: Source, said: ReadAs) -> AreasIntake:
    return check_areas(source, layer=said.layer, crs=said.crs, repair=said.repair)


def _read_water(source: Source, said: ReadAs) -> gpd.GeoDataFrame:
    return read_layer(source, layer=said.layer, crs=said.crs)


def file_sha256(path: Path) -> str:
    """Of a file that may be too large to be held in memory. Raises InputError where it is absent."""
    if not path.is_file():
        raise InputError("没有这个文件", where=path.name, todo="检查文件名和位置")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
        for kind in PLACED[1:] if kind in intakes
    }


def _settle_datum(intake: Intake, datum: str | None, areas: gpd.GeoDataFrame | None) -> Intake:
    if intake.kind not in PLACED:
        return intake
    if datum is not None:
        intake = apply_datum(intake, datum)
    if areas is None:
        return intake
    return check_inside(intake if datum is not None else detect_datum(intake, areas)[0], areas)


def check_used(project: Project) -> None:
    """A table of which nothing is left can't be what the user meant. Raises ProjectError."""
    for kind, intake in project.intakes.items():
        if intake.used == 0 and kind in TABLES and kind not in REGISTERS:
            first = intake.problems[intake.problems["severity"] == ERROR].head(3)
            reasons = "；".join(dict.fromkeys(first["suggestion"]))
            raise ProjectError(f"“{TABLES[kind].title}”表没有一行可用：{reasons or '表里没有数据'}",
                               where=intake.name, todo="改正后重试")
