"""Check a typed table row by row against the column dictionary, and add what is wrong to the problem list."""

from __future__ import annotations

import pandas as pd

from coverage.intake.problems import ERROR, NOTE, WARNING, ProblemList
from coverage.schema import Column, Table

PROVINCES = frozenset({
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
})  # fmt: skip
"""First two digits of a division code, GB/T 2260."""

_REPEATS_ALLOWED = {"people"}  # a row is a group, not a place


def check_required(cells: pd.Series, column: Column, title: str, problems: ProblemList) -> None:
    """Blank cells of a required column refuse their rows."""
    blank = cells == ""
    problems.add(cells.index[blank], title, "", "必填", f"“{title}”不能为空")


def check_range(values: pd.Series, column: Column, title: str, problems: ProblemList) -> pd.Series:
    """Numbers outside the dictionary's bounds; gives the values without them."""
    if column.low is None or column.name in ("lon", "lat"):
        return values
    wrong = values.notna() & ((values < column.low) | (values > column.high)).fillna(False).astype(bool)
    advice = f"应在 {column.low:g} 到 {column.high:g} 之间" + (f"（{column.unit}）" if column.unit else "")
    problems.add(
        values.index[wrong], title, values[wrong].astype("str"), "超出范围", advice, severity=severity_of(column)
    )
    return values.mask(wrong)


def severity_of(column: Column) -> str:
    """A bad cell refuses its row where the column is required or says where the row belongs; else it is left blank."""
    placing = column.kind in ("code", "text") or column.name in ("lon", "lat")
    return ERROR if column.required or placing else WARNING


def check_province(codes: pd.Series, title: str, problems: ProblemList) -> None:
    wrong = codes.notna() & ~codes.str[:2].isin(PROVINCES)
    problems.add(codes.index[wrong], title, codes[wrong], "代码不存在", "前两位不是省级代码，检查是否多写、少写了数字")


def check_key(table: pd.DataFrame, kind: Table, title: str, problems: ProblemList) -> None:
    """A key that comes again refuses the later row; a group that comes again in the people table is pointed out."""
    if kind.name in _REPEATS_ALLOWED:
        groups = [name for name in (kind.key, "category", "severity", "age_band", "low_income") if name in table]
        again = table.duplicated(groups, keep="first") & table[kind.key].notna()
        problems.add(
            table.index[again],
            title,
            table.loc[again, kind.key],
            "同组重复",
            "同一村同一类别有两行，人数会相加：核对是否重复登记",
            severity=WARNING,
        )
        return
    keys = table[kind.key]
    again = keys.notna() & keys.duplicated(keep="first")
    first = {key: row for row, key in reversed(list(keys[keys.notna()].items()))}
    advice = [f"与第 {first[key]} 行重复，留一行" for key in keys[again]]
    problems.add(keys.index[again], title, keys[again], "重复", advice)


def check_years(table: pd.DataFrame, titles: dict[str, str], problems: ProblemList) -> None:
    """A place closed before it was opened."""
    if "opened_year" not in table:
        return
    wrong = (table["closed_year"] < table["opened_year"]).fillna(False).astype(bool)
    problems.add(
        table.index[wrong],
        titles["closed_year"],
        table.loc[wrong, "closed_year"].astype("str"),
        "年份先后",
        "停用年份早于启用年份，核对两列",
        severity=WARNING,
    )


def check_place(table: pd.DataFrame, kind: Table, titles: dict[str, str], problems: ProblemList) -> None:
    """A row with neither a point nor a township can't be placed; one with a township only is pointed out."""
    if kind.name == "people" or "lon" not in table:
        return
    bare = table["lon"].isna() & table["lat"].isna()
    places = [name for name in ("township_code", "township", "village") if name in table]
    named = table[places if kind.key == "site_id" else places[:2]].notna().any(axis=1)
    if kind.name == "points":  # its point is required, and said to be missing already
        return
    problems.add(table.index[bare & ~named], titles["lon"], "", "无法定位", "填写经纬度，或填写所属乡镇")
    if kind.name == "townships":
        advice = "没有坐标：有边界文件时取边界内的点，否则请补填"
    else:
        advice = f"没有坐标：取{'所在村或' if kind.key == 'site_id' else ''}所属乡镇的点，并注明"
    rows = table.index[bare & named]
    if len(rows) == len(table) and len(rows) > 1:
        problems.add([pd.NA], titles["lon"], "", "没有坐标", f"全部 {len(rows)} 行{advice}", severity=NOTE)
    else:
        problems.add(rows, titles["lon"], "", "没有坐标", advice, severity=NOTE)
