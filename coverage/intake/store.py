"""Save a project as a folder or as one .gpkg, which open again unchanged; killed at any moment, the old or the new
one is whole.

A .gpkg is written beside its place and takes it in one step. In a folder the data go into a new folder named after
their content, whole before it bears that name; then project.toml, which names the files, is replaced in one step.
The folder that the old project.toml named goes last.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from coverage.errors import OutputError, ProjectError
from coverage.intake.manifest import ELEVATION, PROJECT_FILE, Manifest, manifest_bytes
from coverage.intake.package import package_bytes
from coverage.intake.package_rows import LAYERS
from coverage.intake.project import Project
from coverage.intake.source import open_source
from coverage.schema import TABLES

_DATA, _TEMPORARY = "data-", ".coverage-"
_STALE_SECONDS = 3_600
_WHY = "检查磁盘空间和写入权限，关闭正在打开它的程序"


def save_project(project: Project, place: Path | str) -> None:
    """Write the project's tables, areas, roads and heights into a folder, made if need be, or, where the name ends so,
    into one .gpkg. Raises OutputError."""
    place = Path(place)
    if place.suffix.lower() == ".gpkg":
        write_package(place, project_package(project))
    else:
        write_files(place, pack_project(project))


def project_package(project: Project) -> bytes:
    """The project as one GeoPackage; the same project gives the same bytes. Raises OutputError where the roads are
    too large for that."""
    layers = {kind: layer for kind in ("areas", "water") if (layer := getattr(project, kind)) is not None}
    tables = {kind: table for kind, table in project.tables.items() if len(table)}
    kinds = {kind: TABLES[kind].title for kind in tables} | {kind: LAYERS[kind] for kind in layers}
    files = {}
    if project.roads_path is not None:
        kinds["roads"] = _roads_name(project.roads_path)
        files[kinds["roads"]] = _roads_bytes(project.roads_path)
    tiles = _tile_files(project)
    return package_bytes(tables, layers,
                         {PROJECT_FILE: manifest_bytes(_manifest(project, kinds, tiles))} | files | tiles)


def _roads_name(path: Path) -> str:
    return "roads.zip" if path.suffix.lower() == ".shp" else "roads" + "".join(path.suffixes[-2:])


def _roads_bytes(path: Path) -> bytes:
    """The file as it is; a bare .shp with the files beside it, packed."""
    return open_source(path).data if path.suffix.lower() == ".shp" else path.read_bytes()


def _tile_files(project: Project) -> dict[str, bytes]:
    """Name → bytes of the height tiles' files; a tile's name says where it lies, a packed file needs none."""
    files = {}
    for number, path in enumerate(project.elevation_paths, start=1):
        data = path.read_bytes()
        name = f"elevation-{number}.zip" if data.startswith(b"PK") else path.name[:7].upper() + ".hgt"
        files[name] = data
    return files


def pack_project(project: Project) -> dict[str, bytes]:
    """File name → bytes, project.toml among them; the same project gives the same bytes."""
    parts = {f"{kind}.csv": table_csv(table, kind) for kind, table in project.tables.items() if len(table)}
    if project.areas is not None:
        parts["areas.geojson"] = project.areas.to_json(drop_id=True, ensure_ascii=False).encode()
    if project.water is not None:
        parts["water.geojson"] = project.water.to_json(drop_id=True, ensure_ascii=False).encode()
    kinds = {name.split(".")[0]: name for name in parts}
    if project.roads_path is not None:
        kinds["roads"] = _roads_name(project.roads_path)
        parts[kinds["roads"]] = _roads_bytes(project.roads_path)
    tiles = _tile_files(project)
    parts |= tiles
    digest = hashlib.sha256()
    for name, data in sorted(parts.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    place = _DATA + digest.hexdigest()[:16]
    return {f"{place}/{name}": data for name, data in parts.items()} | {
        PROJECT_FILE: manifest_bytes(_manifest(project, {kind: f"{place}/{name}" for kind, name in kinds.items()},
                                               [f"{place}/{name}" for name in tiles]))}


def _manifest(project: Project, files: dict[str, str], tiles: Iterable[str]) -> Manifest:
    """What the user said of a file goes along only for those that are kept as they came: roads and heights."""
    kept = {kind: said for kind, said in project.choices.items() if kind in ("roads", ELEVATION)}
    return Manifest(project.title, files, project.county, project.county_code, project.year, tuple(project.notes), kept,
                    tuple(tiles))


def table_csv(table: pd.DataFrame, kind: str) -> bytes:
    """A table as Excel opens it: our Chinese headers, 是 and 否, UTF-8 with BOM; intake reads it back unchanged."""
    shown = table.copy()
    for column in TABLES[kind].columns:
        if column.kind == "bool":
            shown[column.name] = shown[column.name].map({True: "是", False: "否"})
    shown = shown[list(TABLES[kind].headers)].rename(columns=TABLES[kind].headers)
    return shown.dropna(axis="columns", how="all").to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def write_package(path: Path, data: bytes) -> None:
    """Put what project_package gives in its place. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
        _sweep(path.parent)
    except OSError as error:
        raise OutputError("项目写不进文件", where=str(path), todo=_WHY) from error


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Put what pack_project gives into the folder, in an order that a kill at any moment doesn't harm."""
    place = next(name.split("/")[0] for name in files if name.startswith(_DATA))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = _data_folders(folder)
        if not (folder / place).exists():  # under its name it is whole, for it gets that name last
            _write_whole(folder, place, {name: data for name, data in files.items() if name.startswith(place)})
        replace_file(folder / PROJECT_FILE, files[PROJECT_FILE])
        for old in before - {place}:
            _remove(folder, old)
        _sweep(folder)
    except OSError as error:
        raise OutputError("项目写不进文件夹", where=str(folder), todo=_WHY) from error


def _data_folders(folder: Path) -> set[str]:
    """The data folders that the project.toml there names."""
    try:
        text = (folder / PROJECT_FILE).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return set()
    except UnicodeDecodeError as error:
        raise ProjectError("原有的项目文件读不出来", where=str(folder), todo="另选一个文件夹") from error
    found = {path.name for path in folder.glob(f"{_DATA}*") if path.is_dir()}
    return {name for name in found if f'"{name}/' in text}


def _write_whole(folder: Path, place: str, files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=folder) as temporary:
        new = Path(temporary) / "new"
        new.mkdir()
        for name, data in files.items():
            _write(new / Path(name).name, data)
        _sync(new)
        os.rename(new, folder / place)
        _sync(folder)


def replace_file(path: Path, data: bytes) -> None:
    """The file with `data` in it, whole or as it was before. Raises OSError."""
    handle, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
    os.close(handle)
    try:
        _write(Path(temporary), data)
        os.replace(temporary, path)
    except OSError:  # the disk is full, or another program has the file open
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove(folder: Path, name: str) -> None:
    """First away under another name, so that half a folder never bears a whole one's name."""
    away = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=folder))
    os.rename(folder / name, away / name)
    shutil.rmtree(away)


def _sweep(folder: Path) -> None:
    """Clear away what an earlier save left behind when it was killed; another that still runs is left alone."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        if time.time() - path.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _sync(folder: Path) -> None:
    """Make renames last through a power cut; Windows can't and needn't."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
