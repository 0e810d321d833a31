"""Check one file of any kind and give its counts and problems, for the command line and the app's data page."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from coverage.intake.areas import AreasIntake, check_areas
from coverage.intake.datum import apply_datum, check_inside, detect_datum
from coverage.intake.layers import WGS84
from coverage.intake.links import check_area_names, check_links
from coverage.intake.project import Project, read_project
from coverage.intake.road_columns import RoadColumns
from coverage.intake.roads import read_roads
from coverage.intake.table import Intake, read_table

JSON_COLUMNS = ("sheet", "row", "column", "value", "rule", "severity", "suggestion")


@dataclass(frozen=True)
class Checked:
    """Counts and problems of one file. `crs`: of a layer, as the file says. `datum`: of a table's points."""

    read: int
    used: int
    refused: int
    problems: pd.DataFrame = field(repr=False)
    crs: str | None
    datum: str | None
    intake: Intake | AreasIntake | None = field(repr=False)

    def as_json(self) -> dict:
        records = self.problems[list(JSON_COLUMNS)].to_dict("records")
        for record in records:
            record["row"] = None if pd.isna(record["row"]) else int(record["row"])
        return {"read": self.read, "used": self.used, "refused": self.refused, "problems": records,
                "crs": self.crs, "datum": self.datum}

    def as_text(self) -> str:
        lines = [f"读到 {self.read} 行，可用 {self.used} 行，不可用 {self.refused} 行"]
        for problem in self.problems.itertuples():
            place = "" if pd.isna(problem.row) else f"第 {problem.row} 行 "
            sheet = f"[{problem.sheet}] " if problem.sheet else ""
            what = " ".join(filter(None, (problem.column, problem.value, problem.rule)))
            lines.append(f"{problem.severity}  {sheet}{place}{what}：{problem.suggestion}")
        return "\n".join(lines)


def check_file(source: Path | bytes, kind: str, *, name: str | None = None, region: Path | Project | None = None,
               sheet: str | None = None, layer: str | None = None, crs: str | None = None, repair: bool = False,
               datum: str | None = None, road_columns: RoadColumns | None = None) -> Checked:
    """Read `source` as `kind` (a table of schema.TABLES, areas or roads), in a child process where it parses.

    `region` is a project to check places against; `datum` is the user's word on where the points come from,
    `road_columns` on a road layer's columns (the project's, where not given).
    Raises the errors of the reader where the file can't be used at all.
    """
    project = read_project(region) if isinstance(region, (str, Path)) else region
    if kind == "areas":
        areas = check_areas(source, name=name, layer=layer, crs=crs, repair=repair)
        if project is not None and "townships" in project.tables:
            areas = check_area_names(areas, project.tables["townships"])
        return Checked(areas.read, areas.used, areas.refused, areas.problems, areas.crs, None, areas)
    if kind == "roads":
        own = project.road_choices if project is not None else {}
        said = {"columns": road_columns, "layer": layer, "crs": crs}
        return _check_roads(source, own | {name: one for name, one in said.items() if one is not None})
    intake = read_table(source, kind, name=name, sheet=sheet, isolate=True)
    if project is not None and kind != "townships":
        known = {name: project.intakes[name] for name in ("townships", "villages") if name in project.intakes}
        intake = check_links(known | {kind: intake}, project.county_code)[kind]
    intake, found = _with_datum(intake, project, datum)
    return Checked(intake.read, intake.used, intake.refused, intake.problems, None, found, intake)


def _check_roads(source: Path, said: dict) -> Checked:
    roads = read_roads(source, **said)
    read = len(roads.ways) if roads.read is None else roads.read
    return Checked(read, read - roads.refused, roads.refused, roads.problems, WGS84, None, None)


def _with_datum(intake: Intake, project: Project | None, datum: str | None) -> tuple[Intake, str | None]:
    if datum is not None:
        intake = apply_datum(intake, datum)
    if project is None or project.areas is None or "lon" not in intake.table:
        return intake, datum
    if datum is None:
        intake, datum = detect_datum(intake, project.areas)
    return check_inside(intake, project.areas), datum
