"""Read a plain list of points, `id, lon, lat`, from CSV or Parquet into a table, or every problem at once."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from coverage.errors import TableError

NAMES = {
    "id": ("id", "编号", "demand_id", "site_id", "代码"),
    "lon": ("lon", "经度", "lng", "longitude", "x"),
    "lat": ("lat", "纬度", "latitude", "y"),
}


FAR_DEG = 0.5
"""Points farther than this (50 km) beyond the box around the roads are told of (示意)."""


def read_point_list(path: str | Path, *, key: str) -> pd.DataFrame:
    """Points of the file in its order: index `key` (str, unique), lon, lat (degrees, WGS-84).

    Raises TableError, whose `problems` list row, column, value and reason, when
    a column is absent, an id is blank or repeats, or a coordinate isn't one.
    """
    path = Path(path)
    raw = _read_text(path)
    header = {str(name).strip().lower(): name for name in raw.columns}
    column = {name: next((header[alias] for alias in aliases if alias in header), None)
              for name, aliases in NAMES.items()}
    absent = [name for name, found in column.items() if found is None]
    if absent:
        raise TableError("缺少列：" + "、".join(absent), where=path.name, todo="表头应为 id, lon, lat")
    ids = raw[column["id"]].astype("str").str.strip()
    table = pd.DataFrame({name: pd.to_numeric(raw[column[name]], errors="coerce") for name in ("lon", "lat")})
    problems = _problems(raw, column, ids, table)
    if len(problems):
        first = problems.iloc[0]
        raise TableError(f"{len(problems)} 处不可用，第一处：第 {first['row']} 行 {first['column']}"
                         f"“{first['value']}”{first['reason']}", problems=problems, where=path.name,
                         todo="请改正后再试")
    if not len(table):
        raise TableError("没有一个点", where=path.name, todo="表头下面每行写一个点：id, lon, lat")
    return table.set_index(pd.Index(ids, name=key))


def far_from(points: pd.DataFrame, lon: np.ndarray, lat: np.ndarray, *, where: str) -> pd.Index:
    """The ids of points far from a box around roads, whose nodes lie at `lon`, `lat`.

    Raises TableError where a point would lie there if its longitude and latitude were exchanged.
    """
    def inside(x: pd.Series, y: pd.Series) -> np.ndarray:
        return (x.between(lon.min() - FAR_DEG, lon.max() + FAR_DEG)
                & y.between(lat.min() - FAR_DEG, lat.max() + FAR_DEG)).to_numpy(bool)

    far = ~inside(points["lon"], points["lat"])
    swapped = points.index[far & inside(points["lat"], points["lon"])]
    if len(swapped):
        raise TableError(f"{len(swapped)} 个点的经度和纬度像是写反了：{'、'.join(swapped[:5])}", where=where,
                         todo="请对调经度和纬度")
    return points.index[far]


def _read_text(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise TableError("找不到点表", where=str(path), todo="请检查文件路径")
    if path.suffix.lower() == ".parquet":
        try:
            return pd.read_parquet(path)
        except pa.ArrowInvalid as error:
            raise TableError("不是可读的 Parquet 文件", where=path.name, todo="请重新导出") from error
    with path.open("rb") as file:
        if file.read(4).startswith((b"PK", b"\xd0\xcf\x11\xe0")):
            raise TableError("这是 Excel 文件", where=path.name, todo="请在 Excel 里另存为 CSV（UTF-8）")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pd.errors.ParserWarning)
                return pd.read_csv(path, dtype=str, encoding=encoding, keep_default_na=False, index_col=False)
        except UnicodeDecodeError:
            continue
        except pd.errors.EmptyDataError:
            raise TableError("文件是空的", where=path.name, todo="表头应为 id, lon, lat") from None
        except pd.errors.ParserWarning as error:
            raise TableError("有的行比表头多出一列", where=path.name, todo="请补全表头或删去多余的逗号") from error
        except pd.errors.ParserError as error:
            raise TableError(f"不是整齐的 CSV（{error}）", where=path.name, todo="请检查列数") from error
    raise TableError("认不出文字编码", where=path.name, todo="请另存为 UTF-8 编码的 CSV")


def _problems(raw: pd.DataFrame, column: dict[str, str], ids: pd.Series, table: pd.DataFrame) -> pd.DataFrame:
    found = []

    def note(wrong: pd.Series, name: str, reason: str) -> None:
        found.extend((int(i) + 2, name, str(raw[column[name]].iloc[i]), reason) for i in wrong.to_numpy().nonzero()[0])

    note(ids.isna() | (ids == ""), "id", "是空的")
    note(ids.duplicated() & (ids != ""), "id", "重复")
    swapped = table["lat"].abs().between(90, 180, inclusive="right") & (table["lon"].abs() <= 90)
    note(swapped, "lat", "超过 90 度，像是经度和纬度写反了")
    for name, most in (("lon", 180), ("lat", 90)):
        note(~(table[name].abs() <= most) & ~swapped, name, "不是有效的度数")
    return pd.DataFrame(found, columns=["row", "column", "value", "reason"])
