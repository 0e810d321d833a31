"""Turn the text below a header into a table of typed columns, with every check of its kind of table."""

from __future__ import annotations

import re

import pandas as pd

from coverage.intake import checks
from coverage.intake.coordinates import check_points, read_points
from coverage.intake.duplicates import check_duplicates
from coverage.intake.header import Header
from coverage.intake.problems import WARNING, ProblemList
from coverage.intake.values import read_column
from coverage.intake.wordings import wordings_of
from coverage.schema import Column, Table

EXAMPLE_MARK = "示例行：使用前请删去"
_TOTAL = re.compile(r"^(合|总|小|共)\s*计[:：]?$|^全(县|市|区|省|旗|乡|镇)(合计|总计|小计)?$")
_REMARK = re.compile(r"^(注|备注|说明|填表人|填报|制表|审核|单位负责人|数据来源)\s*\d*\s*[:：]")


def empty_table(table: Table) -> pd.DataFrame:
    """The table's columns with their types, and no row."""
    blank = pd.Series([], dtype="str", index=pd.Index([], name="row", dtype="int64"))
    return pd.DataFrame({column.name: read_column(blank, column).values for column in table.columns})


def typed_table(
    body: pd.DataFrame, header: Header, table: Table, problems: ProblemList, wordings: pd.DataFrame | None
) -> pd.DataFrame:
    """`body`: cleaned text below the header, index `row`. Gives all of the table's columns; problems are added."""
    titles = {column.name: header.title(column.name, table) for column in table.columns}
    remarks = _set_aside_remarks(body, problems)
    body = body.loc[~remarks]
    blank = pd.Series("", index=body.index, dtype="str")
    columns = {}
    for column in table.columns:
        cells = body[header.columns[column.name]] if column.name in header.columns else blank
        if column.name in header.columns and column.required:
            checks.check_required(cells, column, titles[column.name], problems)
        columns[column.name] = _read(cells, column, header, titles[column.name], problems, wordings)
    typed = pd.DataFrame(columns, index=body.index)
    _stand_ins(typed, body, header, table, titles, problems)
    _missing_columns(typed, header, table, problems)
    if table.key in header.columns:
        checks.check_key(typed, table, titles[table.key], problems)
    if "lon" in typed:
        check_points(typed, titles, problems)
    checks.check_place(typed, table, titles, problems)
    checks.check_years(typed, titles, problems)
    example = typed["basis"] == EXAMPLE_MARK
    problems.add(typed.index[example], titles["basis"], EXAMPLE_MARK, "示例行", "这是模板里的示例，使用前请删去",
                 severity=WARNING)
    if table.key == "site_id":
        check_duplicates(typed, titles, problems)
        typed["site_id"] = _site_ids(typed)
    return typed


def _read(
    cells: pd.Series, column: Column, header: Header, title: str, problems: ProblemList, wordings: pd.DataFrame | None
) -> pd.Series:
    said = wordings_of(column.name, wordings) if column.kind == "choice" else None
    parsed = read_column(cells, column, factor=header.factors.get(column.name, 1.0), wordings=said)
    problems.add(
        cells.index[parsed.bad],
        title,
        cells[parsed.bad],
        parsed.rule,
        parsed.suggestion,
        severity=checks.severity_of(column),
    )
    values = parsed.values
    if column.kind in ("int", "float", "year"):
        values = checks.check_range(values, column, title, problems)
    if column.kind == "code":
        checks.check_province(values, title, problems)
    if column.name in ("township_code", "nbs_code"):
        values = values.where(~(values.str.len().eq(12) & values.str.endswith("000")), values.str[:9])
    return values


def _set_aside_remarks(body: pd.DataFrame, problems: ProblemList) -> pd.Series:
    """Rows of totals and of remarks under the table: refused, and said so."""
    filled = body != ""
    first = pd.Series("", index=body.index, dtype="str")
    for i in reversed(body.columns):
        first = first.mask(filled[i], body[i])
    bare = first.str.replace(r"\s+", "", regex=True)
    total = bare.str.match(_TOTAL)
    remark = bare.str.match(_REMARK) & (filled.sum(axis=1) <= 2)
    problems.add(body.index[total], "", first[total], "合计行", "合计行不读入；删去后再上传")
    problems.add(body.index[remark & ~total], "", first[remark & ~total], "附注行", "表下的附注不读入；删去后再上传")
    return total | remark


def _stand_ins(
    typed: pd.DataFrame, body: pd.DataFrame, header: Header, table: Table, titles: dict[str, str], problems: ProblemList
) -> None:
    """Fill what another column says as well: a point in one cell, the statistics code for a missing township code."""
    if "point" in header.columns and not {"lon", "lat"} <= header.columns.keys():
        cells = body[header.columns["point"]]
        points = read_points(cells)
        typed[["lon", "lat"]] = points
        title = header.titles[header.columns["point"]]
        titles |= {"lon": title, "lat": title}
        bad = points["lon"].isna() | points["lat"].isna()
        problems.add(
            cells.index[bad & (cells != "")],
            title,
            cells[bad & (cells != "")],
            "不是坐标",
            "写成 POINT(经度 纬度) 或 经度,纬度",
        )
    if table.name == "townships" and "township_code" not in header.columns and "nbs_code" in header.columns:
        typed["township_code"] = typed["nbs_code"]


def _missing_columns(typed: pd.DataFrame, header: Header, table: Table, problems: ProblemList) -> None:
    """A required column that the file hasn't got refuses every row."""
    for column in table.columns:
        given = column.name in header.columns or typed[column.name].notna().any()
        if column.required and not given:
            known = "、".join(dict.fromkeys((column.header, *column.aliases[:4])))
            problems.add([header.row], column.header, "", "缺少列", f"没有“{column.header}”列；可用的表头：{known}")
            problems.add(typed.index, column.header, "", "缺少列", f"没有“{column.header}”列")


def _site_ids(typed: pd.DataFrame) -> pd.Series:
    """The user's numbers; where blank the name, with the township where names repeat, and a row where that does too."""
    ids = typed["site_id"].fillna(typed["name"])
    for mark in (typed["township"].fillna(typed["township_code"]).fillna(""), typed.index.astype("str")):
        made = typed["site_id"].isna() & ids.notna() & ids.duplicated(keep=False)
        ids = ids.mask(made, ids + "@" + pd.Series(mark, index=typed.index, dtype="str"))
    return ids
