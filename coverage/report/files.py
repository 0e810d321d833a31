"""Write a result's files as one: all of them, or, where one can't be written, none.

Takes names and bytes; gives the paths and, in words, what became of a file that was open in another program.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coverage.errors import OutputError

LIST = ".coverage-files"
"""Names the files of the last result in a folder, so that the next one leaves none of them behind."""

_COPIES = 9


@dataclass(frozen=True)
class Written:
    """`paths`: where each file now is, in the order asked for; `notes`: sentences on those that were open elsewhere."""

    paths: list[Path]
    notes: tuple[str, ...] = ()


def write_files(folder: Path, contents: Mapping[str, bytes]) -> Written:
    """Write `contents` into `folder`, made where it is missing, in place of what an earlier result left there.

    Nothing of the user's is touched but files of the same names. A file that is open in another program (Excel on
    Windows) stays as it is: the new one is put beside it and a note says so. Raises OutputError where the folder
    refuses; the old result is then still whole.
    """
    places = {folder / name: content for name, content in contents.items()}
    outside = [path for path in places if path.resolve().parent != folder.resolve()]
    if outside:
        raise OutputError("文件名不能带路径", where=str(outside[0]))
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in places.items():
            _aside(path).write_bytes(content)
        for path in places:
            if path.is_dir():
                raise IsADirectoryError(path)
        written, notes = [], []
        for path in places:
            written.append(_put(path))
            notes += _told(path, written[-1])
        path = folder / LIST
        notes += _sweep(folder, {place.name for place in written}, still_open=set(contents))
    except OSError as error:
        raise OutputError("文件写不进去", where=str(path), todo="请检查这个文件夹能不能写、磁盘满没满") from error
    finally:
        for path in places:
            _aside(path).unlink(missing_ok=True)
    return Written(written, tuple(notes))


def write_file(path: Path, content: bytes) -> Written:
    """Write one file of its own, as write_files does: beside it where it is open elsewhere. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _aside(path).write_bytes(content)
        if path.is_dir():
            raise IsADirectoryError(path)
        place = _put(path)
    except OSError as error:
        raise OutputError("文件写不进去", where=str(path), todo="请检查这个文件夹能不能写、磁盘满没满") from error
    finally:
        _aside(path).unlink(missing_ok=True)
    return Written([place], tuple(_told(path, place)))


def _told(path: Path, place: Path) -> list[str]:
    if place == path:
        return []
    return [f"“{path.name}”正在别的程序（多半是 Excel 或 Word）里打开，没有改动它；新的内容写在旁边的"
            f"“{place.name}”，关闭以后可用它替换旧文件"]


def _put(path: Path) -> Path:
    """Move the new file into its place, or, while the old one is open elsewhere, beside it."""
    beside = [path.with_name(f"{path.stem}（新{number if number > 1 else ''}）{path.suffix}")
              for number in range(1, _COPIES + 1)]
    for place in (path, *beside):
        try:
            if place.exists():
                with place.open("r+b"):  # a file open in Excel refuses here or in the next line
                    pass
            os.replace(_aside(path), place)
            return place
        except PermissionError:
            if not place.exists():  # it is the folder that refuses
                raise
    raise PermissionError(path)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _sweep(folder: Path, names: set[str], still_open: set[str]) -> list[str]:
    """Take away files that the last result had and this one doesn't; one that is open waits for the next time."""
    listing = folder / LIST
    before = set(listing.read_text(encoding="utf-8").splitlines()) if listing.exists() else set()
    waiting = []
    for name in sorted(before - names - still_open):
        if Path(name).name == name:
            try:
                (folder / name).unlink(missing_ok=True)
            except PermissionError:
                waiting.append(name)
    listing.write_text("\n".join(sorted(names | (before & still_open) | set(waiting))) + "\n", encoding="utf-8")
    return [f"上一次的“{name}”正在别的程序里打开，没有删掉；它不属于这一次的结果" for name in waiting]
