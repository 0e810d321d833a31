"""Look up what a mode may use and how fast: modes.csv and speeds.csv → one `Mode` and its speed by class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from coverage.errors import InputError

TERRAINS = ("平原", "丘陵", "山区")
VARIANTS = ("slow", "middle", "fast")
MOST_KMH = 120
"""Highest speed that a planner may set: the limit on expressways (道路交通安全法实施条例第七十八条)."""


@dataclass(frozen=True)
class Mode:
    """One way to travel, in one variant: a row of modes.csv.

    `kind` is motor, foot or wheels; `own_tag` is the OSM tag that rules it
    before `access`; `oneway` whether one-way signs bind it. The access leg is
    moved at `offroad_kmh` along the straight line × `detour`; a point farther
    than `gap_m` from a road that the mode may use is a 路网缺口. `board_min` is
    waited at each ride's start. A `round_trip` starts at the institution and
    comes back; `sloped` minds slope where elevation is given; `tagged` heeds
    wheelchair_tags.csv. `crosses_country` tells whether one farther than `gap_m`
    from the road goes alone: not a wheelchair for which unknown ways are closed.
    """

    name: str
    title: str
    kind: str
    own_tag: str
    oneway: bool
    offroad_kmh: float
    detour: float
    gap_m: float
    board_min: float
    round_trip: bool
    sloped: bool
    tagged: bool
    crosses_country: bool = True

    def walk_min(self, straight_m):
        """Minutes off the road for a straight-line distance in metres."""
        return np.asarray(straight_m, float) * self.detour / (self.offroad_kmh * 1000 / 60)


@cache
def packaged(name: str) -> pd.DataFrame:
    """A CSV of this folder; not to be changed by the reader."""
    return pd.read_csv(files("coverage.travel") / name)


def speed_table() -> pd.DataFrame:
    """A copy of speeds.csv for the planner to edit: one row a mode, road_class and terrain; km/h.

    A class without a row for a mode is closed to it.
    """
    return packaged("speeds.csv").copy()


def edited_speeds(changes: Iterable[tuple[str, str, float]]) -> pd.DataFrame:
    """speed_table() with other speeds for some (mode, road_class, km/h), on every terrain.

    The speed given is the middle one; slow and fast keep their ratio to it. 0
    closes the class to the mode; a class that was closed opens, at one speed for
    all variants. Raises InputError for an unknown mode or class, or a speed that is none.
    """
    table = speed_table()
    for mode, road_class, kmh in changes:
        if mode not in mode_table().index or road_class not in set(table["road_class"]):
            raise InputError(f"没有“{mode}”或“{road_class}”", where="车速", todo="等级可选：" + "、".join(
                table["road_class"].unique()))
        if not 0 <= kmh <= MOST_KMH:
            raise InputError(f"车速 {kmh:g} 应在 0 到 {MOST_KMH} km/h 之间", where=f"{mode}、{road_class}",
                             todo="不许通行写 0")
        here = (table["mode"] == mode) & (table["road_class"] == road_class)
        if not here.any():
            new = pd.DataFrame({"mode": mode, "road_class": road_class, "terrain": TERRAINS, "base_kmh": float(kmh),
                                **{f"{variant}_kmh": float(kmh) for variant in VARIANTS}})
            table, here = pd.concat([table, new], ignore_index=True), np.r_[here, np.ones(len(new), bool)]
        factor = kmh / table.loc[here, "middle_kmh"]
        for variant in VARIANTS:
            table[f"{variant}_kmh"] = table[f"{variant}_kmh"].astype(float)
            table.loc[here, f"{variant}_kmh"] *= factor
        table.loc[here, "source"] = "情景里自定"
        table = table[~(here & (kmh == 0))].reset_index(drop=True)
    return table


def mode_table() -> pd.DataFrame:
    """A copy of modes.csv: index mode; km/h of the access leg, detour factor, limit in metres, minutes waited."""
    return packaged("modes.csv").set_index("mode")


@cache
def read_mode(mode: str, variant: str) -> Mode:
    """The mode's row in one variant. Raises InputError for an unknown mode or variant."""
    table = mode_table()
    if mode not in table.index:
        raise InputError(f"没有“{mode}”这种出行方式", where="mode", todo="可选：" + "、".join(table.index))
    if variant not in VARIANTS:
        raise InputError(f"没有“{variant}”这一档速度", where="variant", todo="可选：" + "、".join(VARIANTS))
    row = table.loc[mode]
    return Mode(mode, row["title"], row["kind"], row["own_tag"], bool(row["oneway"]),
                float(row[f"offroad_{variant}_kmh"]), float(row["detour"]), float(row["gap_m"]),
                float(row[f"board_{variant}_min"]), bool(row["round_trip"]), bool(row["sloped"]), bool(row["tagged"]))


def class_speeds(mode: str, variant: str, terrain: str, *, speeds: pd.DataFrame | None = None) -> pd.Series:
    """km/h by road_class for one mode, variant and terrain; classes closed to the mode are absent.

    Raises InputError when the terrain is unknown or a speed is not positive.
    """
    if terrain not in TERRAINS:
        raise InputError(f"没有“{terrain}”这种地形", where="terrain", todo="可选：" + "、".join(TERRAINS))
    table = packaged("speeds.csv") if speeds is None else speeds
    chosen = table[(table["mode"] == mode) & (table["terrain"] == terrain)]
    kmh = chosen.set_index("road_class")[f"{variant}_kmh"].astype(float)
    wrong = kmh.index[~(kmh > 0)]
    if len(wrong):
        raise InputError("速度必须大于 0：" + "、".join(wrong), where="车速表", todo="不许通行的等级请删去该行")
    return kmh
