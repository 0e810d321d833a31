"""Read a user's table (csv, xlsx or xls) into a typed, checked table and the list of its problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from coverage.errors import TableError
from coverage.intake.header import Header, find_header, unknown_unit
from coverage.intake.personal import personal_columns
from coverage.intake.problems import NOTE, WARNING, ProblemList
from coverage.intake.sheets import Sheet, read_sheets
from coverage.intake.source import Source, open_source
from coverage.intake.typed import empty_table, typed_table
from coverage.intake.values import clean
from coverage.schema import TABLES, Table


@dataclass(frozen=True)
class Intake:
    """What came in of one table, what didn't, and why.

    `table`: rows in use, index `row` = Excel row, columns = all of the dictionary's, missing ones NA.
    `problems`: see coverage/intake/problems.py. `used` + `refused` = `read`, always.
    `positions`: the user's header → its column in the sheet, from 0.
    `titles`: internal name → the user's header.
    `lost`: the refused rows' people (people, else pop; NA where their number couldn't be read) and `place`, the
    township or code that the row names. `left_out`: their sum.
    `absent`: columns that the file doesn't have. `unread`: its columns that the dictionary doesn't know.
    """

    kind: str
    name: str
    sheet: str
    header_row: int
    table: pd.DataFrame = field(repr=False)
    problems: pd.DataFrame = field(repr=False)
    read: int
    used: int
    refused: int
    lost: pd.DataFrame = field(default_factory=lambda: lost_rows(pd.DataFrame()), repr=False)
    absent: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    encoding: str = ""
    sha256: str = ""
    positions: dict[str, int] = field(default_factory=dict, repr=False)
    titles: dict[str, str] = field(default_factory=dict, repr=False)
    other_sheets: tuple[str, ...] = ()

    @property
    def left_out(self) -> int:
        return int(self.lost["people"].sum())


def read_table(
    source: Path | str | bytes | Source,
    kind: str,
    *,
    name: str | None = None,
    sheet: str | None = None,
    wordings: pd.DataFrame | None = None,
    isolate: bool = False,
) -> Intake:
    """Read one table of `kind` (a name in schema.TABLES).

    `sheet` chooses a worksheet; without it the one that fits best is taken. `wordings` are the user's own
    (column, wording, meaning). `isolate` parses in a child process, for files from elsewhere.
    Raises TableError where no header is found, UnsafeFileError where the file is disguised or over a
    limit; rows that can't be used are listed in `problems`, never dropped in silence.
    """
    file = open_source(source, name)
    sheets = read_sheets(file, isolate=isolate)
    return check_sheets(sheets, kind, file.name, sheet=sheet, wordings=wordings, sha256=file.sha256)


def check_sheets(sheets: list[Sheet], kind: str, name: str, *, sheet: str | None = None,
                 wordings: pd.DataFrame | None = None, sha256: str = "") -> Intake:
    """The same for sheets of text that are there already, such as a database's table."""
    table = TABLES[kind]
    chosen, header, others = _choose(sheets, table, sheet, name)
    problems = ProblemList(name, chosen.name)
    body = _body(chosen, header)
    if body.empty:
        raise TableError("表头下面没有数据", where=name, todo="填上数据后再上传")
    _note_columns(header, table, others, problems)
    if _refuse_personal(body, header, problems):
        typed = empty_table(table)
    else:
        typed = typed_table(body, header, table, problems, wordings)
    used = typed.loc[~typed.index.isin(problems.refused_rows())]
    return Intake(
        kind=kind,
        name=name,
        sheet=chosen.name,
        header_row=header.row,
        table=used,
        problems=problems.frame(),
        read=len(body),
        used=len(used),
        refused=len(body) - len(used),
        lost=lost_rows(typed.drop(used.index)),
        absent=tuple(column.name for column in table.columns if column.name not in header.columns),
        unread=tuple(header.titles[i] for i in header.unknown),
        encoding=chosen.encoding,
        positions={title: position for position, title in header.titles.items()},
        titles={column: header.titles[position] for column, position in header.columns.items()},
        sha256=sha256,
        other_sheets=others,
    )


def lost_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """place, people of rows that can't be used, index as theirs; a negative number is nobody."""
    counted = next((name for name in ("people", "pop") if name in rows and rows[name].notna().any()), None)
    people = pd.Series(pd.NA, index=rows.index) if counted is None else rows[counted].clip(lower=0)
    place = pd.Series(pd.NA, index=rows.index, dtype="str")
    for name in ("township", "township_code", "village_code"):
        place = place.fillna(rows[name].astype("str")) if name in rows else place
    return pd.DataFrame({"place": place, "people": people.astype("Int64")})


def _choose(sheets: list[Sheet], table: Table, wanted: str | None, name: str) -> tuple[Sheet, Header, tuple[str, ...]]:
    """The sheet that fits best, its header, and the other sheets that would fit as well."""
    if wanted is not None:
        names = [sheet.name for sheet in sheets]
        sheets = [sheet for sheet in sheets if sheet.name == wanted]
        if not sheets:
            raise TableError(f"没有名为“{wanted}”的工作表", where=name, todo=f"现有：{'、'.join(names)}")
    found = [(sheet, header) for sheet in sheets if (header := find_header(sheet, table)) is not None]
    if not found:
        required = "、".join(column.header for column in table.columns if column.required)
        raise TableError(
            f"没有找到“{table.title}”表的表头",
            where=name,
            todo=f"表头应在前几十行内，至少有：{required}；可下载空白模板对照",
        )
    required = [column.name for column in table.columns if column.required]

    def fit(pair):
        _, header = pair
        return sum(column in header.columns for column in required), len(header.columns)

    best = max(found, key=fit)  # on a tie the first
    others = tuple(
        sheet.name for sheet, header in found if sheet is not best[0] and fit((sheet, header))[0] == fit(best)[0]
    )
    return *best, others


def _body(sheet: Sheet, header: Header) -> pd.DataFrame:
    """The cells below the header, cleaned, wholly blank rows left out; index `row` = Excel row."""
    below = sheet.cells.loc[header.row + 1 :]
    cleaned = pd.DataFrame({i: clean(below[i]) for i in below.columns}, index=below.index)
    filled = pd.Series(False, index=below.index)
    for i in cleaned.columns:
        filled |= cleaned[i] != ""
    return cleaned.loc[filled].rename_axis("row")


def _note_columns(header: Header, table: Table, others: tuple[str, ...], problems: ProblemList) -> None:
    for position in header.unknown:
        problems.add(
            [header.row], header.titles[position], "", "未读入的列", "这一列不在所需之列，没有读入", severity=NOTE
        )
    for other in others:
        problems.add(
            [pd.NA], "", other, "另有工作表", f"工作表“{other}”也像是这种表，没有读入；需要时请选择它", severity=NOTE
        )
    for column in table.columns:
        if column.name in header.columns:
            title = header.titles[header.columns[column.name]]
            if unit := unknown_unit(title, column):
                problems.add(
                    [header.row],
                    title,
                    unit,
                    "单位不明",
                    f"按“{column.unit}”读入；若不是，请换算后再填",
                    severity=WARNING,
                )


def _refuse_personal(body: pd.DataFrame, header: Header, problems: ProblemList) -> bool:
    found = personal_columns(body, header.titles)
    for position, what in found:
        problems.add(
            [header.row],
            header.titles.get(position, f"第 {position + 1} 列"),
            "",
            "个人信息",
            f"这一列像是{what}。本程序只收汇总数，不收个人信息：删去这一列，按村或乡镇汇总后再上传",
        )
    return bool(found)
