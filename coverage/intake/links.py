"""Check that a project's tables fit one another, give rows without a point their township's, and name the areas."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd

from coverage.errors import LayerError
from coverage.intake.places import match_names
from coverage.intake.problems import ERROR, NOTE, WARNING, ProblemList, join_problems
from coverage.intake.table import Intake

_TOWNSHIP_POINT = "示意：取所属乡镇的点"
_AREA_POINT = "示意：取边界内的点"


def check_links(intakes: dict[str, Intake], county_code: str) -> dict[str, Intake]:
    """Refuse rows whose township or village isn't in its table; fill in township codes from names and NBS codes."""
    checked = dict(intakes)
    if "townships" not in intakes:
        return checked
    townships = intakes["townships"].table
    recoded = intakes["recodings"].table if "recodings" in intakes else None
    for kind in ("villages", "institutions", "candidates", "points", "agreements"):
        if kind in checked:
            checked[kind] = _link_township(checked[kind], townships, recoded)
    if "people" in checked and "villages" in checked:
        checked["people"] = _link_village(checked["people"], checked["villages"].table)
    if county_code:
        checked["townships"] = _check_county(checked["townships"], county_code)
    return checked


def _link_township(intake: Intake, townships: pd.DataFrame, recoded: pd.DataFrame | None) -> Intake:
    """Township codes as the townships table writes them, from its code, its NBS code, its old code or its name."""
    problems = ProblemList(intake.name, intake.sheet)
    table = intake.table.copy()
    known = dict(zip(townships["nbs_code"].tolist(), townships["township_code"].tolist(), strict=True))
    known |= dict(zip(*[townships["township_code"].tolist()] * 2, strict=True))
    given = table["township_code"]
    if recoded is not None:
        old = {code: known[now] for code, now in zip(recoded["old_code"], recoded["township_code"], strict=True)
               if now in known and code not in known}
        moved = given.isin(list(old))
        problems.add(table.index[moved], "乡镇代码", given[moved], "区划变更", "按区划变更表改为现在的代码",
                     severity=NOTE)
        known |= old
    linked = given.map(known).astype("str")
    if "township" in table:
        by_name, suggestions = match_names(table["township"], townships)
        unmatched = table["township"].notna() & by_name.isna() & linked.isna()
        names = table.loc[unmatched, "township"]
        problems.add(table.index[unmatched], "乡镇", names, "乡镇不在名单",
                     [suggestions[name] for name in names],
                     severity=_link_severity(intake))
        differ = by_name.notna() & linked.notna() & (by_name != linked)
        problems.add(table.index[differ], "乡镇代码", given[differ], "代码与名称不符",
                     [f"按代码读入；若“{name}”才对，请改代码" for name in table.loc[differ, "township"]],
                     severity=WARNING)
        linked = linked.fillna(by_name)
        unknown = given.notna() & linked.isna() & ~unmatched
    else:
        unknown = given.notna() & linked.isna()
    problems.add(table.index[unknown], "乡镇代码", given[unknown], "乡镇代码不在名单",
                 "乡镇表里没有这个代码；核对代码，或在乡镇表里补上",
                 severity=_link_severity(intake))
    table["township_code"] = linked
    return with_problems(intake, table, problems)


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
    """Points for rows without: a township's from its area, a village's or institution's from its township, marked.

    Refuses the rows for which there is none.
    """
    filled = dict(intakes)
    if "townships" not in filled:
        return filled
    inside = _area_points(areas)
    filled["townships"] = _fill(filled["townships"], inside, _AREA_POINT)
    townships = filled["townships"].table.set_index("township_code")[["lon", "lat"]]
    for kind in ("villages", "institutions", "candidates"):
        if kind in filled:
            filled[kind] = _fill(filled[kind], townships, _TOWNSHIP_POINT)
    return filled


def _area_points(areas: gpd.GeoDataFrame | None) -> pd.DataFrame:
    if areas is None:
        return pd.DataFrame({"lon": [], "lat": []}, dtype="float64")
    points = areas.geometry.representative_point()
    return pd.DataFrame({"lon": points.x.to_numpy(), "lat": points.y.to_numpy()}, index=areas["township_code"])


def _fill(intake: Intake, points: pd.DataFrame, mark: str) -> Intake:
    table = intake.table.copy()
    bare = table["lon"].isna()
    codes = table.loc[bare, "township_code"]
    for name in ("lon", "lat"):
        table.loc[bare, name] = codes.map(points[name].to_dict()).astype("float64")
    got = bare & table["lon"].notna()
    table.loc[got, "basis"] = [f"{said}；{mark}" if isinstance(said, str) else mark for said in table.loc[got, "basis"]]
    problems = ProblemList(intake.name, intake.sheet)
    left = table.index[table["lon"].isna()]
    problems.add(left, "经度", "", "没有坐标", "没有坐标，也没有可代替的点：请补填经纬度")
    return with_problems(intake, table, problems)


def match_areas(areas: gpd.GeoDataFrame, townships: pd.DataFrame, name: str) -> gpd.GeoDataFrame:
    """Areas under the townships table's codes, found by code, NBS code or name; others left out.

    Raises LayerError where no area is one of the townships.
    """
    known = dict(zip(townships["nbs_code"].tolist(), townships["township_code"].tolist(), strict=True))
    known |= dict(zip(*[townships["township_code"].tolist()] * 2, strict=True))
    codes = areas["township_code"].map(known).astype("str")
    by_name, _ = match_names(areas["township"], townships)
    matched = areas.assign(township_code=codes.fillna(by_name))
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
    return replace(intake, table=kept, used=len(kept), refused=intake.read - len(kept),
                   problems=join_problems([intake.problems, problems.frame()]))


