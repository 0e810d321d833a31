"""Save a project as a folder that opens again unchanged; killed at any moment, the old or the new one is whole.

The data go into a new folder named after their content, whole before it bears that name; then project.toml,
which names the files, is replaced in one step. The folder that the old project.toml named goes last.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

import pandas as pd

from coverage.errors import OutputError, ProjectError
from coverage.intake.project import PROJECT_FILE, Project
from coverage.schema import TABLES

_DATA, _TEMPORARY = "data-", ".coverage-"
_STALE_SECONDS = 3_600


def save_project(project: Project, folder: Path | str) -> None:
    """Write the project's tables, areas and roads into `folder`, made if need be. Raises OutputError."""
    write_files(Path(folder), pack_project(project))


def pack_project(project: Project) -> dict[str, bytes]:
    """File name → bytes, project.toml among them; the same project gives the same bytes."""
    parts = {f"{kind}.csv": table_csv(table, kind) for kind, table in project.tables.items()}
    if project.areas is not None:
        parts["areas.geojson"] = project.areas.to_json(drop_id=True, ensure_ascii=False).encode()
    if project.water is not None:
        parts["water.geojson"] = project.water.to_json(drop_id=True, ensure_ascii=False).encode()
    kinds = {name.split(".")[0]: name for name in parts}
    if project.roads_path is not None:
        kinds["roads"] = "roads" + "".join(project.roads_path.suffixes[-2:])
        parts[kinds["roads"]] = project.roads_path.read_bytes()
    digest = hashlib.sha256()
    for name, data in sorted(parts.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    place = _DATA + digest.hexdigest()[:16]
    manifest = _manifest(project, {kind: f"{place}/{name}" for kind, name in kinds.items()})
    return {f"{place}/{name}": data for name, data in parts.items()} | {PROJECT_FILE: manifest}


def table_csv(table: pd.DataFrame, kind: str) -> bytes:
    """A table as Excel opens it: our Chinese headers, 是 and 否, UTF-8 with BOM; intake reads it back unchanged."""
    shown = table.copy()
    for column in TABLES[kind].columns:
        if column.kind == "bool":
            shown[column.name] = shown[column.name].map({True: "是", False: "否"})
    shown = shown[list(TABLES[kind].headers)].rename(columns=TABLES[kind].headers)
    return shown.dropna(axis="columns", how="all").to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _manifest(project: Project, files: dict[str, str]) -> bytes:
    lines = [f"title = {_quoted(project.title)}"]
    for name in ("county", "county_code"):
        if value := getattr(project, name):
            lines.append(f"{name} = {_quoted(value)}")
    if project.year is not None:
        lines.append(f"year = {project.year}")
    lines += ["notes = [", *(f"    {_quoted(note)}," for note in project.notes), "]", "", "[files]"]
    lines += [f"{kind} = {_quoted(name)}" for kind, name in files.items()]
    return ("\n".join(lines) + "\n").encode()


def _quoted(text: str) -> str:
    """A JSON string is a TOML basic string, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Put what pack_project gives into the folder, in an order that a kill at any moment doesn't harm."""
    place = next(name.split("/")[0] for name in files if name.startswith(_DATA))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = _data_folders(folder)
        if not (folder / place).exists():  # under its name it is whole, for it gets that name last
            _write_whole(folder, place, {name: data for name, data in files.items() if name.startswith(place)})
        _replace(folder / PROJECT_FILE, files[PROJECT_FILE])
        for old in before - {place}:
            _remove(folder, old)
        _sweep(folder)
    except OSError as error:
        raise OutputError("项目写不进文件夹", where=str(folder),
                          todo="检查磁盘空间和写入权限，关闭正在打开它的程序") from error


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


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
    os.close(handle)
    _write(Path(temporary), data)
    os.replace(temporary, path)
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
