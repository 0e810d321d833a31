"""Put dropped files into a project: read each as the user says, fit them to what is there, and say what is lacking,
what must be settled and whom the refused rows would have counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from coverage.intake.areas import AreasIntake, check_areas
from coverage.intake.datum import DATUMS
from coverage.intake.guess import AREAS, TITLES, WATER
from coverage.intake.layers import read_layer
from coverage.intake.links import match_areas
from coverage.intake.manifest import ReadAs
from coverage.intake.places import match_names
from coverage.intake.problems import ERROR, NOTE, WARNING, join_problems
from coverage.intake.project import Project, assemble
from coverage.intake.roads import Roads
from coverage.intake.source import Source
from coverage.intake.table import Intake, read_table

MUST, LOOK, FINE = "必须处理", "请核对", "正常"
_COUNTED = ("townships", "villages", "people", "points")  # the tables whose rows stand for people
_LISTS = {ERROR: MUST, WARNING: LOOK, NOTE: FINE}
HERE, LACKING, OPEN = "已有", "缺少", "可以没有"

Read = Intake | AreasIntake | gpd.GeoDataFrame


def read_piece(source: Source, kind: str, said: ReadAs, wordings: pd.DataFrame | None = None) -> Read:
    """One sheet or layer of a file as `kind` (not roads, which are read by path). Raises what its reader raises."""
    if kind == AREAS:
        return check_areas(source, layer=said.layer, crs=said.crs, repair=said.repair)
    if kind == WATER:
        return read_layer(source, layer=said.layer, crs=said.crs)
    return read_table(source, kind, sheet=said.sheet, wordings=wordings, isolate=True)


def put_together(former: Project | None, pieces: Mapping[str, Read], *, roads: Path | None = None, title: str = "",
                 county_code: str = "", year: int | None = None, elevation: tuple[Path, ...] | None = None,
                 choices: Mapping[str, ReadAs] | None = None) -> Project:
    """`pieces`: kind → what was read, in place of what `former` has of that kind; all of it is fitted together anew.
    So are the files of `roads` and of `elevation`, where these are given (`()`: none any more).

    Nothing is refused here: what is lacking and what can't be used is told by `ticks` and `lists`.
    """
    given = dict(former.given) if former else {}
    said = {kind: choice for kind, choice in (former.choices if former else {}).items() if kind not in pieces}
    given |= {kind: piece for kind, piece in pieces.items() if kind != WATER}
    tables = {kind: intake for kind, intake in given.items() if isinstance(intake, Intake)}
    bounds = given.get(AREAS)
    if bounds is not None and "townships" in tables and not _fits(bounds, tables["townships"]):
        bounds = None  # told by `misfit`
    project = assemble(tables, bounds, title=title, county=former.county if former else "",
                       county_code=county_code or guess_county(tables), year=year,
                       notes=former.notes if former else (), choices=said | dict(choices or {}))
    water = pieces.get(WATER, former.water if former else None)
    tiles = elevation if elevation is not None else former.elevation_paths if former else ()
    return replace(project, roads_path=roads or (former.roads_path if former else None), water=water,
                   elevation_paths=tiles,
                   files=_hashes(former, given), given=given, place=former.place if former else None)


def _fits(bounds: AreasIntake, townships: Intake) -> bool:
    try:
        match_areas(bounds.areas, townships.table, bounds.name)
    except ValueError:  # LayerError: none of the areas is one of the townships
        return False
    return True


def misfit(project: Project) -> bool:
    """Whether the boundaries are another place's: none of them is one of the townships."""
    return AREAS in project.given and "townships" in project.tables and AREAS not in project.intakes


def _hashes(former: Project | None, given: Mapping[str, Read]) -> dict[str, str]:
    return (former.files if former else {}) | {intake.name: intake.sha256 for intake in given.values()}


def guess_county(tables: Mapping[str, Intake]) -> str:
    """The first six digits of most township codes; "" where there are none."""
    for kind in ("townships", "villages"):
        if kind in tables and len(codes := tables[kind].table["township_code"].dropna()):
            return codes.str[:6].mode().iloc[0]
    return ""


@dataclass(frozen=True)
class Tick:
    """One of the six things that a project is made of: what it is, whether it is there, and how much of it."""

    title: str
    state: str
    says: str


def ticks(project: Project, *, ways: int | None, goals: int, tiles: int = 0) -> list[Tick]:
    """`ways`: roads that can be driven, None where there is no road file; `goals`: of the chosen plans; `tiles`: of
    heights."""
    tables = project.tables
    townships, demand = _rows(tables, "townships"), _rows(tables, "villages") or _rows(tables, "points")
    pop = next((int(tables[kind]["pop"].sum()) for kind in ("villages", "points", "townships") if kind in tables), 0)
    certified = next((int(tables[kind]["people"].sum()) for kind in ("people", "points") if kind in tables), 0)
    told = f"常住 {pop:,} 人" + (f"，残疾人 {certified:,} 人" if certified else "")
    places = f"{_rows(tables, 'institutions'):,} 处"
    if _rows(tables, "candidates"):
        places += f"，候选点 {_rows(tables, 'candidates'):,} 处"
    areas = 0 if project.areas is None else len(project.areas)
    return [
        Tick("区划", HERE if townships else OPEN if "points" in tables else LACKING,
             f"{townships:,} 个乡镇" if townships else "乡镇表"),
        Tick("人口", HERE if demand else LACKING,
             f"{demand:,} 个村（点），{told}" if demand else "村（社区）表或需求点表"),
        Tick("机构", HERE if _rows(tables, "institutions") else OPEN, places),
        Tick("道路", HERE if ways else LACKING,
             f"{ways:,} 条" + (f"，高程 {tiles} 幅" if tiles else "") if ways else "道路文件"),
        Tick("边界", HERE if areas else OPEN, f"{areas:,} 个乡镇" if areas else "没有时用示意的范围"),
        Tick("规划目标", HERE if goals else OPEN, f"{goals:,} 项" if goals else "没有选规划"),
    ]


def _rows(tables: Mapping[str, pd.DataFrame], kind: str) -> int:
    return len(tables[kind]) if kind in tables else 0


def lists(project: Project, roads: Roads | None = None) -> dict[str, pd.DataFrame]:
    """The problems in three lists: what must be settled, what to look at again, and what is only said."""
    every = join_problems([project.problems, *([] if roads is None else [roads.problems])])
    every = every.drop_duplicates(ignore_index=True)
    return {title: every[every["severity"] == severity].reset_index(drop=True) for severity, title in _LISTS.items()}


def datum_in_doubt(intake: Intake) -> bool:
    """Whether the points seem not to be of WGS-84 and the user hasn't said of what they are."""
    return bool(((intake.problems["rule"] == "坐标系") & (intake.problems["severity"] == WARNING)).any())


def people_lost(project: Project) -> pd.DataFrame:
    """文件, 表, 乡镇, 行数, 人数 of the refused rows, by the township that they name; 人数 NA = can't be read."""
    parts = [_lost(project, kind, intake) for kind, intake in project.intakes.items() if kind in _COUNTED]
    parts = [part for part in parts if len(part)]
    columns = ["文件", "表", "乡镇", "行数", "人数"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _lost(project: Project, kind: str, intake: Intake) -> pd.DataFrame:
    places = _named(project, intake.lost["place"])
    grouped = intake.lost["people"].groupby(places)
    counted = pd.DataFrame({"行数": grouped.size(), "人数": grouped.sum(min_count=1)}).rename_axis("乡镇").reset_index()
    return counted.assign(文件=intake.name, 表=TITLES[kind]).sort_values("人数", ascending=False, na_position="last")


def _named(project: Project, places: pd.Series) -> pd.Series:
    """The township's name for a name or code of whatever kind; what is none stays as it is."""
    places = places.fillna("没有写明乡镇").astype("str")
    if "townships" not in project.tables:
        return places
    townships = project.tables["townships"]
    known = dict(zip(townships["nbs_code"].fillna(""), townships["township"], strict=True))
    known |= dict(zip(townships["township_code"], townships["township"], strict=True))
    by_code = places.str[:9].map(known).astype("str")
    by_name, _ = match_names(places, townships)
    return by_code.fillna(by_name.map(known).astype("str")).fillna(places)


def notes_of(project: Project) -> list[str]:
    """The project's notes, and a sentence for each file of which not every row came in: it goes with what is saved."""
    told = list(project.notes)
    for kind, intake in project.intakes.items():
        if intake.refused:
            lost = getattr(intake, "left_out", 0)
            people = f"，涉及 {lost:,} 人" if lost else ""
            told.append(f"{TITLES[kind]}：{intake.name} 读到 {intake.read:,} 行，采用 {intake.used:,} 行，"
                        f"没有采用 {intake.refused:,} 行{people}。")
        if (said := project.choices.get(kind)) and said.datum not in (None, "wgs84"):
            told.append(f"{TITLES[kind]}：坐标由 {DATUMS[said.datum]} 换算为 WGS-84。")
        if kind == AREAS and len(intake.repairs):
            told.append(f"乡镇边界：经同意修复了 {len(intake.repairs):,} 处无效的环。")
    return list(dict.fromkeys(told))
