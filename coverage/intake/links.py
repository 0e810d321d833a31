"""Check that a project's tables fit one another, give rows without a point their township's, and name the areas."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd

from coverage.errors import LayerError
from coverage.intake.areas import AreasIntake
from coverage.intake.codes import NBS, CodeReading, read_codes
from coverage.intake.places import match_names, village_name
from coverage.intake.problems import ERROR, NOTE, WARNING, ProblemList, join_problems
from coverage.intake.table import Intake, lost_rows

_TOWNSHIP_POINT = "示意：取所属乡镇的点"
_VILLAGE_POINT = "示意：取所在村的点"
_AREA_POINT = "示意：取边界内的点"


def check_links(intakes: dict[str, Intake], county_code: str) -> dict[str, Intake]:
    """Refuse rows whose township or village isn't in its table; fill in township codes from names and NBS codes."""
    checked = dict(intakes)
    if "townships" not in intakes:
        return checked
    townships = intakes["townships"].table
    for kind in ("villages", "institutions", "candidates", "points"):
        if kind in checked:
            checked[kind] = _link_township(checked[kind], townships)
    if "people" in checked and "villages" in checked:
        checked["people"] = _link_village(checked["people"], checked["villages"].table)
    if county_code:
        checked["townships"] = _check_county(checked["townships"], county_code)
    return checked


def _link_township(intake: Intake, townships: pd.DataFrame) -> Intake:
    """Township codes as the townships table writes them, from its code, its NBS code or its name."""
    problems = ProblemList(intake.name, intake.sheet)
    table = intake.table.copy()
    given, title = table["township_code"], intake.titles.get("township_code", "")
    said = table["township"] if "township" in table else pd.Series(pd.NA, index=table.index, dtype="str")
    by_name, suggestions = match_names(said, townships)
    reading = read_codes(table, by_name, townships, title)
    _tell_system(reading, title, problems)
    linked = reading.linked
    unmatched = said.notna() & by_name.isna() & linked.isna()
    problems.add(table.index[unmatched], "乡镇", said[unmatched], "乡镇不在名单",
                 [suggestions[name] for name in said[unmatched]], severity=_link_severity(intake))
    differ = by_name.notna() & linked.notna() & (by_name != linked)
    problems.add(table.index[differ], title or "乡镇代码", given[differ], "代码与名称不符",
                 [f"按代码读入；若“{name}”才对，请改代码" for name in said[differ]], severity=WARNING)
    linked = linked.fillna(by_name)
    unknown = given.notna() & linked.isna() & ~unmatched
    problems.add(table.index[unknown], title or "乡镇代码", given[unknown], "乡镇代码不在名单",
                 "乡镇表里没有这个代码；核对代码，或在乡镇表里补上", severity=_link_severity(intake))
    table["township_code"] = linked
    return with_problems(intake, table, problems)


def _tell_system(reading: CodeReading, title: str, problems: ProblemList) -> None:
    if reading.system == NBS:
        problems.add([pd.NA], title or "乡镇代码", "", "统计代码",
                     "这一列是统计代码，已对应到乡镇表的民政代码", severity=NOTE)
    elif not reading.sure:
        problems.add([pd.NA], title or "乡镇代码", "", "代码来源不明",
                     "有的代码在民政、统计两套代码里指不同的乡镇，按民政代码读入；请核对，或补上乡镇名称一列",
                     severity=WARNING)


def _link_severity(intake: Intake) -> str:
    """A village belongs to a township; a place with a point of its own may lie in the next county."""
    return ERROR if intake.kind == "villages" else WARNING


def _link_village(intake: Intake, villages: pd.DataFrame) -> Intake:
    problems = ProblemList(intake.name, intake.sheet)
    codes = intake.table["village_code"]
    unknown = ~codes.isin(villages["village_code"])
    problems.add(codes.index[unknown], "村代码", codes[unknown], "村代码不在名单",
                 "村表里没有这个代码；核对代码，或在村表里补上")
    return with_problems(intake, intake.table, problems)


def _check_county(intake: Intake, county_code: str) -> Intake:
    problems = ProblemList(intake.name, intake.sheet)
    codes = intake.table["township_code"]
    other = codes.str[:6] != county_code
    problems.add(codes.index[other], "乡镇代码", codes[other], "不属本县",
                 f"代码前六位不是 {county_code}；核对是否为邻县的乡镇",
                 severity=NOTE)
    return with_problems(intake, intake.table, problems)


def fill_points(intakes: dict[str, Intake], areas: gpd.GeoDataFrame | None) -> dict[str, Intake]:
    """Points for rows without: a township's from its area, a village's from its township, an institution's from its
    village where it names one that is known, else from its township; marked. Refuses the rows for which there is none.
    """
    filled = dict(intakes)
    if "townships" not in filled:
        return filled
    inside = _area_points(areas)
    filled["townships"] = _refuse_bare(_fill(filled["townships"], "township_code", inside, _AREA_POINT))
    townships = filled["townships"].table.set_index("township_code")[["lon", "lat"]]
    for kind in ("villages", "institutions", "candidates"):
        if kind not in filled:
            continue
        if kind != "villages" and "villages" in filled:
            filled[kind] = _fill_from_villages(filled[kind], filled["villages"].table)
        filled[kind] = _refuse_bare(_fill(filled[kind], "township_code", townships, _TOWNSHIP_POINT))
    return filled


def _fill_from_villages(intake: Intake, villages: pd.DataFrame) -> Intake:
    """Points, and a township where the row has none, by the village's code, by its name within the row's township,
    or, where the row names no township, by a name that is there but once."""
    names = villages["village"].map(village_name).astype("str")
    known = pd.concat([villages[["lon", "lat", "township_code"]]] * 3).set_index(
        pd.concat([villages["village_code"], villages["township_code"] + names, names]))
    known = known[~known.index.duplicated(keep=False)]
    said = intake.table["village"].map(village_name, na_action="ignore").astype("str")
    home = intake.table["township_code"]
    place = said.where(said.isin(villages["village_code"]) | home.isna(), home + said)
    filled = _fill(replace(intake, table=intake.table.assign(_place=place)), "_place", known, _VILLAGE_POINT)
    townships = home.fillna(place.map(known["township_code"].to_dict()).astype("str"))
    return replace(filled, table=filled.table.drop(columns="_place").assign(township_code=townships))


def _area_points(areas: gpd.GeoDataFrame | None) -> pd.DataFrame:
    if areas is None:
        return pd.DataFrame({"lon": [], "lat": []}, dtype="float64")
    points = areas.geometry.representative_point()
    return pd.DataFrame({"lon": points.x.to_numpy(), "lat": points.y.to_numpy()}, index=areas["township_code"])


def _fill(intake: Intake, key: str, points: pd.DataFrame, mark: str) -> Intake:
    """Points for the rows without from `points`, whose index the column `key` names."""
    table = intake.table.copy()
    bare = table["lon"].isna()
    codes = table.loc[bare, key]
    for name in ("lon", "lat"):
        table.loc[bare, name] = codes.map(points[name].to_dict()).astype("float64")
    got = bare & table["lon"].notna()
    table.loc[got, "basis"] = [f"{said}；{mark}" if isinstance(said, str) else mark for said in table.loc[got, "basis"]]
    return replace(intake, table=table)


def _refuse_bare(intake: Intake) -> Intake:
    table = intake.table
    problems = ProblemList(intake.name, intake.sheet)
    left = table.index[table["lon"].isna()]
    problems.add(left, "经度", "", "没有坐标", "没有坐标，也没有可代替的点：请补填经纬度")
    return with_problems(intake, table, problems)


def check_area_names(intake: AreasIntake, townships: pd.DataFrame) -> AreasIntake:
    """The intake with a warning for each area that is none of the townships, and each township without an area."""
    codes, suggestions = _area_codes(intake.areas, townships)
    problems = ProblemList(intake.name)
    for area in intake.areas[codes.isna()].itertuples():
        said = area.township if isinstance(area.township, str) else area.township_code
        problems.add([pd.NA], "township", said, "乡镇不在名单", suggestions.get(said, "乡镇表里没有这个代码"),
                     severity=WARNING)
    missing = townships[~townships["township_code"].isin(codes)]
    for township in missing["township"]:
        problems.add([pd.NA], "township", township, "缺少边界", "边界文件里没有这个乡镇", severity=WARNING)
    return replace(intake, problems=join_problems([intake.problems, problems.frame()]))


def _area_codes(areas: gpd.GeoDataFrame, townships: pd.DataFrame) -> tuple[pd.Series, dict[str, str]]:
    """The townships table's code of each area (NA where none), by code of either list or by name."""
    by_name, suggestions = match_names(areas["township"], townships)
    return read_codes(areas, by_name, townships).linked.fillna(by_name), suggestions


def match_areas(areas: gpd.GeoDataFrame, townships: pd.DataFrame, name: str) -> gpd.GeoDataFrame:
    """Areas under the townships table's codes, found by code, NBS code or name; others left out.

    Raises LayerError where no area is one of the townships.
    """
    matched = areas.assign(township_code=_area_codes(areas, townships)[0])
    matched = matched[matched["township_code"].notna()]
    if matched.empty:
        raise LayerError("边界里的乡镇和乡镇表一个也对不上", where=name, todo="核对边界文件的代码、名称字段")
    if matched["township_code"].duplicated().any():
        matched = matched.dissolve(by="township_code", aggfunc="first", as_index=False)
    names = townships.set_index("township_code")["township"]
    matched = matched.assign(township=matched["township_code"].map(names))
    return matched[["township_code", "township", "geometry"]].sort_values("township_code", ignore_index=True)


def with_problems(intake: Intake, table: pd.DataFrame, problems: ProblemList) -> Intake:
    """The intake with more problems, its refused rows taken out and counted."""
    kept = table.loc[~table.index.isin(problems.refused_rows())]
    lost = pd.concat([intake.lost, lost_rows(table.drop(kept.index))])
    return replace(intake, table=kept, used=len(kept), refused=intake.read - len(kept), lost=lost,
                   problems=join_problems([intake.problems, problems.frame()]))


