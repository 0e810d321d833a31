"""Say which column of a road layer means what, and what its own words mean: the user's word, else the usual names.

Takes the table `[roads]` of project.toml or the command line's options; gives a `RoadColumns`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from coverage.errors import InputError, RoadError

JOIN_M = 1.0
"""Metres within which the end of a line meets another: below the width of the narrowest lane (3 m, JTG B01—2014),
above the noise of digitising (示意)."""
MOST_JOIN_M = 50.0

ALIASES = {
    "way_id": ("way_id", "id", "osm_id", "路段编号", "编号"),
    "tech_class": ("tech_class", "技术等级", "公路技术等级", "jsdj"),
    "admin_class": ("admin_class", "行政等级", "公路行政等级", "xzdj"),
    "highway": ("highway", "fclass"),
    "name": ("name", "路名", "道路名称", "路线名称", "名称"),
    "speed_kmh": ("speed_kmh", "speed", "车速", "行驶速度"),
    "maxspeed_kmh": ("maxspeed_kmh", "maxspeed", "限速"),
    "oneway": ("oneway", "单行", "单向"),
    "bridge": ("bridge", "桥梁", "桥"),
    "tunnel": ("tunnel", "隧道"),
    "level": ("level", "层", "层级"),
    "surface": ("surface", "路面", "路面类型"),
    "wheelchair": ("wheelchair", "无障碍"),
    "access": ("access", "通行"),
}
"""Our name → the names, in lower case, by which it is found where the user says nothing."""

CLASSES = ("tech_class", "highway", "admin_class")
"""Columns that tell a road's class, the first that says something winning."""

_SETTINGS = {"columns": dict, "values": dict, "join_m": (int, float)}


@dataclass(frozen=True)
class RoadColumns:
    """The user's word on a road layer.

    `columns`: our name (a key of ALIASES) → the layer's column. `values`: our
    name → the layer's value → a value that we know: a class of road_classes.csv
    or 不用 (leave the line out); 双向, 正向, 反向 for oneway; 是, 否 for bridge and
    tunnel; a number for speeds and level. `join_m`: see JOIN_M.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    join_m: float = JOIN_M

    def __post_init__(self) -> None:
        faults = road_columns_faults(vars(self))
        if faults:
            raise InputError("；".join(faults), where="道路列的对照", todo=f"可写的列：{'、'.join(ALIASES)}")


def road_columns_faults(table: dict) -> list[str]:
    """What is wrong with a table `[roads]`, each in a sentence; empty where RoadColumns(**table) will do."""
    return list(_faults(table))


def _faults(table: Mapping) -> Iterator[str]:
    yield from (f"不认识的项“{name}”" for name in table if name not in _SETTINGS)
    for name, kind in _SETTINGS.items():
        if name in table and (not isinstance(table[name], kind) or isinstance(table[name], bool)):
            yield f"“{name}”写得不对"
    columns, values = (table.get(name, {}) if isinstance(table.get(name, {}), dict) else {}
                       for name in ("columns", "values"))
    yield from (f"不认识的列“{name}”" for name in {**columns, **values} if name not in ALIASES)
    yield from (f"列“{name}”应为文字" for name, own in columns.items() if not isinstance(own, str) or not own.strip())
    for name, words in values.items():
        if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
            yield f"“{name}”的值应写成 {{原值 = \"我们的值\"}}"
    join_m = table.get("join_m", JOIN_M)
    if isinstance(join_m, (int, float)) and not 0 <= join_m <= MOST_JOIN_M:
        yield f"“join_m”应在 0 到 {MOST_JOIN_M:g} 米之间"


def road_columns_of(columns: Iterable[str], values: Iterable[str], base: RoadColumns | None = None, *,
                    join_m: float | None = None) -> RoadColumns:
    """From the command line's words: `tech_class=JSDJ`, `tech_class:11=高速`, added to what `base` says."""
    base = base or RoadColumns()
    chosen, meanings = dict(base.columns), {name: dict(words) for name, words in base.values.items()}
    for word in columns:
        name, _, own = word.partition("=")
        chosen[name.strip()] = own.strip()
    for word in values:
        name, _, rest = word.partition(":")
        own, _, meaning = rest.rpartition("=")
        meanings.setdefault(name.strip(), {})[own.strip()] = meaning.strip()
    return RoadColumns(chosen, meanings, base.join_m if join_m is None else join_m)


def toml_lines(said: RoadColumns) -> list[str]:
    """The table `[roads]` as project.toml holds it; none where nothing is said."""
    if said == RoadColumns():
        return []

    def quoted(text: str) -> str:  # a JSON string is a TOML basic string, but for the delete character
        return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")

    lines = ["", "[roads]", f"join_m = {float(said.join_m)}"]
    for table, words in (("columns", said.columns), *((f"values.{name}", own) for name, own in said.values.items())):
        lines += [f"[roads.{table}]", *(f"{quoted(one)} = {quoted(other)}" for one, other in words.items())]
    return lines


def find_columns(frame: pd.DataFrame, said: RoadColumns, where: str) -> dict[str, str]:
    """Our name → the layer's column: as said, else by the usual names. Raises RoadError for a column not there."""
    lower = {str(name).strip().lower(): name for name in reversed(frame.columns)}
    missing = [own for own in said.columns.values() if own.strip().lower() not in lower]
    if missing:
        there = "、".join(str(name) for name in frame.columns if name != frame.geometry.name)
        raise RoadError(f"道路图层没有列：{'、'.join(missing)}", where=where, todo=f"现有的列：{there[:300]}")
    found = {}
    for name, aliases in ALIASES.items():
        names = (said.columns[name].strip().lower(),) if name in said.columns else aliases
        hit = next((lower[one] for one in names if one in lower), None)
        if hit is not None:
            found[name] = hit
    return found
