"""Guess from its content what a dropped file is: one `Piece` for each sheet or layer that may be of use."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from coverage.errors import CoverageError, InputError
from coverage.intake.header import LIST_TITLE, find_header
from coverage.intake.isolated import parse_isolated
from coverage.intake.manifest import ELEVATION
from coverage.intake.package_rows import FILES_TABLE
from coverage.intake.screen_layer import layer_format
from coverage.intake.sheets import Sheet, read_sheets
from coverage.intake.source import Source
from coverage.intake.wordings import clean_title
from coverage.schema import TABLES

AREAS, ROADS, WATER, PLAN, PROJECT, WORDINGS = "areas", "roads", "water", "plan", "project", "wordings"
SEVERAL = (PLAN, ELEVATION)
"""Kinds of which there may be several files."""

TITLES = {kind: table.title for kind, table in TABLES.items()} | {
    AREAS: "乡镇边界", ROADS: "道路", WATER: "河流水面", PLAN: "规划目标", PROJECT: "整个项目", WORDINGS: "词语对照",
    ELEVATION: "高程"}
_TABLE_FIRST = (b"PK", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Piece:
    """One sheet or layer. `kind` is the best guess, None where nothing fits; `kinds` are those that can be chosen.

    `name`: of the sheet or layer, "" where the file has but one without a name. `rows`: features, or rows below the
    header. `fields`: of a layer.
    """

    name: str
    kind: str | None
    kinds: tuple[str, ...]
    rows: int = 0
    fields: tuple[str, ...] = ()


def guess(source: Source) -> list[Piece]:
    """The file's pieces, in its order. Raises InputError and UnsafeFileError where it is none that we read."""
    if _is_osm(source.data):
        return [Piece("", ROADS, (ROADS,))]
    if _is_elevation(source):
        return [Piece("", ELEVATION, (ELEVATION,))]
    if (plan := _plan(source)) is not None:
        return [plan]
    try:
        layer_format(source)
    except CoverageError:
        return _tables(source)
    if source.data.startswith(_TABLE_FIRST):  # a workbook is a zip too, and so is a packed shapefile
        try:
            return _tables(source)
        except CoverageError as not_a_table:
            try:
                return _layers(source)
            except CoverageError:
                raise not_a_table from None
    return _layers(source)


def _is_osm(data: bytes) -> bool:
    head = data[:4_096]
    if data.startswith((b"\x1f\x8b", b"BZh")) or b"OSMHeader" in head[:64]:
        return True
    return b"<osm" in head and head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<")


def _is_elevation(source: Source) -> bool:
    """A .hgt, or a .zip at whose end, where its files are listed, one is named."""
    return source.name.lower().endswith(".hgt") or (
        source.data.startswith(b"PK") and b".hgt" in source.data[-2**16:].lower())


def _plan(source: Source) -> Piece | None:
    """A plan of goals is TOML with [[goal]] in it."""
    if b"[[goal]]" not in source.data[:2**20] or len(source.data) > 2**20:
        return None
    try:
        goals = tomllib.loads(source.data.decode("utf-8-sig")).get("goal")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"像是规划文件，但不是正确的 TOML（{error}）", where=source.name,
                         todo="对照 scenarios/plans 里的例子改正") from error
    return Piece("", PLAN, (PLAN,), len(goals)) if isinstance(goals, list) else None


def _tables(source: Source) -> list[Piece]:
    sheets = read_sheets(source, isolate=True)
    return [_sheet(sheet, source.name) for sheet in sheets if sheet.name != LIST_TITLE or len(sheets) == 1]


def _sheet(sheet: Sheet, file: str) -> Piece:
    """The kind whose required columns are all there and of whose columns most are; the names break a tie."""
    first = {clean_title(cell) for cell in sheet.cells.iloc[0]}
    if {"column", "wording", "meaning"} <= first:
        return Piece(sheet.name, WORDINGS, (WORDINGS,), len(sheet.cells) - 1)
    ranked = []
    for place, (kind, table) in enumerate(TABLES.items()):
        header = find_header(sheet, table)
        if header is None:
            continue
        required = [column.name for column in table.columns if column.required]
        whole = all(_given(name, header.columns) for name in required)
        named = table.title in sheet.name or table.title in file
        ranked.append(((whole, len(header.columns) - 0.5 * len(header.unknown), named, -place), kind, header.row))
    if not ranked:
        return Piece(sheet.name, None, tuple(TABLES), len(sheet.cells))
    (whole, *_), kind, row = max(ranked)
    return Piece(sheet.name, kind if whole else None, tuple(TABLES), max(len(sheet.cells) - row, 0))


def _given(name: str, columns: dict[str, int]) -> bool:
    """A point in one cell stands for lon and lat, the statistics code for the township code."""
    stands = {"lon": "point", "lat": "point", "township_code": "nbs_code"}
    return name in columns or stands.get(name) in columns


def _layers(source: Source) -> list[Piece]:
    (told, _), = parse_isolated("layers", source)
    listed = told["layers"]
    if any(layer["name"] == FILES_TABLE for layer in listed):
        return [Piece("", PROJECT, (PROJECT,))]
    shown = [layer for layer in listed if layer["geometry"]]
    if not shown:
        raise InputError("文件里没有带图形的图层", where=source.name, todo="换一个文件")
    single = len(shown) == 1
    return [Piece("" if single else layer["name"], *_layer_kinds(layer), layer["features"], tuple(layer["fields"]))
            for layer in shown]


def _layer_kinds(layer: dict) -> tuple[str | None, tuple[str, ...]]:
    if "Polygon" in layer["geometry"]:
        return AREAS, (AREAS, WATER)
    if "LineString" in layer["geometry"]:
        return ROADS, (ROADS, WATER)
    return (None, ()) if "Point" in layer["geometry"] else (AREAS, (AREAS, ROADS, WATER))
