"""Write a result's files as one: all of them, or, where one can't be written, none.

Takes names and bytes; gives the paths.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from coverage.errors import OutputError

LIST = ".coverage-files"
"""Names the files of the last result in a folder, so that the next one leaves none of them behind."""


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write `contents` into `folder`, made where it is missing, in place of what an earlier result left there.

    Nothing of the user's is touched but files of the same names. Raises OutputError where the folder refuses
    or a file is open elsewhere (Excel on Windows); the old result is then still whole.
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
            if path.exists():
                with path.open("r+b"):  # a file open in Excel refuses here, before any is replaced
                    pass
        for path in places:
            os.replace(_aside(path), path)
        _sweep(folder, set(contents))
    except OSError as error:
        raise OutputError("文件写不进去", where=str(path), todo="如果它正在 Excel 中打开，请先关闭再试") from error
    finally:
        for path in places:
            _aside(path).unlink(missing_ok=True)
    return list(places)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _sweep(folder: Path, names: set[str]) -> None:
    """Take away files that the last result had and this one doesn't."""
    listing = folder / LIST
    before = set(listing.read_text(encoding="utf-8").splitlines()) if listing.exists() else set()
    for name in before - names:
        if Path(name).name == name:
            (folder / name).unlink(missing_ok=True)
    listing.write_text("\n".join(sorted(names)) + "\n", encoding="utf-8")
