"""Hold the files that were dropped in: what each seems to be, what its user says it is, and what came of reading it.

Everything is kept within the session; a file is parsed once for each way of reading it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import streamlit as st

from coverage.errors import CoverageError
from coverage.intake import RoadColumns, Roads, read_elevation, read_roads
from coverage.intake.draft import Read, read_piece
from coverage.intake.elevation import Elevation
from coverage.intake.guess import AREAS, PLAN, PROJECT, ROADS, WATER, WORDINGS, Piece, guess
from coverage.intake.manifest import ELEVATION, ReadAs
from coverage.intake.source import Source, open_source
from coverage.intake.wordings import read_wordings
from coverage.ui.session_files import keep_upload

SKIP = "不用"
LAYERS = (AREAS, ROADS, WATER)
CRS = {"": "按文件所写", "EPSG:4490": "国家 2000 经纬度", "EPSG:4326": "WGS-84 经纬度",
       "EPSG:4610": "西安 80 经纬度", "EPSG:4214": "北京 54 经纬度"}


@dataclass(frozen=True)
class Dropped:
    """One sheet or layer of a file as the user wants it. `came` is what was read, or the error that says why not."""

    source: Source
    piece: Piece
    kind: str
    said: ReadAs
    key: str
    came: Read | Roads | Elevation | Path | CoverageError = field(repr=False)

    @property
    def title(self) -> str:
        return f"{self.source.name} · {self.piece.name}" if self.piece.name else self.source.name

    @property
    def failed(self) -> CoverageError | None:
        return self.came if isinstance(self.came, CoverageError) else None


def pieces_of(name: str, data: bytes) -> tuple[Source | None, list[Piece] | CoverageError]:
    """The file and its sheets or layers, or why it can't be used."""
    try:
        source = open_source(data, name)
    except CoverageError as error:
        return None, error
    return source, _guess(source.sha256, name, source)


def read_as(source: Source, piece: Piece, kind: str, *, key: str, crs: str = "", repair: bool = False, whose: str = "",
            columns: RoadColumns | None = None, wordings: pd.DataFrame | None = None) -> Dropped:
    """Read one piece as `kind`; `wordings` are the user's own, before the program's; `whose` heights are."""
    name = piece.name or None
    said = ReadAs(sheet=name)
    if kind in LAYERS:
        said = ReadAs(layer=name, crs=crs or None, repair=repair, columns=columns or RoadColumns())
    came = _read(source.sha256, source.name, kind, said, wordings, source)
    if kind == ELEVATION:
        said = ReadAs(source=whose or None)
    return Dropped(source, piece, kind, said, key, came)


@st.cache_resource(scope="session", show_spinner="正在看文件里有什么……", max_entries=40)
def _guess(sha256: str, name: str, _source: Source) -> list[Piece] | CoverageError:
    try:
        return guess(_source)
    except CoverageError as error:
        return error


@st.cache_resource(scope="session", show_spinner="正在检查……", max_entries=60)
def _read(sha256: str, name: str, kind: str, said: ReadAs, wordings: pd.DataFrame | None, _source: Source):
    try:
        if kind == ROADS:
            return read_roads(keep_upload(_source.name, _source.data), columns=said.columns, layer=said.layer,
                              crs=said.crs)
        if kind == ELEVATION:
            return read_elevation(_source)
        if kind in (PLAN, PROJECT):
            return keep_upload(_source.name, _source.data)
        if kind == WORDINGS:
            return read_wordings(_source, isolate=True)
        return read_piece(_source, kind, said, wordings)
    except CoverageError as error:
        return error
