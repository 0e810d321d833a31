"""Hold the draft of a project: the opened one or an empty one, with what was dropped in, fitted together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import streamlit as st

from coverage.intake import Intake, Project, Roads
from coverage.intake.datum import DATUMS
from coverage.intake.draft import datum_in_doubt, put_together
from coverage.intake.elevation import Elevation, joined, tiles_of
from coverage.intake.guess import PLAN, PROJECT, ROADS, SEVERAL, TITLES, WORDINGS
from coverage.intake.manifest import ELEVATION, ReadAs
from coverage.ui.dropped import Dropped
from coverage.ui.session_files import keep_upload
from coverage.ui.state import base, opened


@dataclass(frozen=True)
class Draft:
    """`roads` and `heights` are read already; `plans` are those that came in as files."""

    project: Project
    roads: Roads | None
    heights: Elevation | None
    plans: tuple[Path, ...]
    dropped: tuple[Dropped, ...] = field(repr=False)


def draft_of(dropped: list[Dropped], *, fresh: bool) -> Draft:
    """Put what could be read into the opened project, or into an empty one."""
    former = None if fresh else base().project
    fine = [one for one in dropped if not one.failed and one.kind not in (PROJECT, WORDINGS)]
    pieces = {one.kind: one for one in fine if one.kind not in (ROADS, *SEVERAL)}
    choices = {kind: replace(one.said, datum=st.session_state.get(f"datum_{kind}_{one.source.sha256}"))
               for kind, one in pieces.items()}
    roads = next((one for one in fine if one.kind == ROADS), None)
    tiles = [one for one in fine if one.kind == ELEVATION]
    whose = "、".join(dict.fromkeys(one.said.source for one in tiles if one.said.source))
    said_of_paths = ({ROADS: roads.said} if roads else {}) | (
        {ELEVATION: ReadAs(source=whose or None)} if tiles else {})  # never the former tiles' source
    path = keep_upload(roads.source.name, roads.source.data) if roads else None
    came = roads.came if roads else None if former is None else base().roads
    heights = joined(one.came for one in tiles) if tiles else None if former is None else _still_there(came)
    elevation = tuple(keep_upload(one.source.name, one.source.data) for one in tiles) if tiles else (
        () if heights is None else None)
    said = tuple((kind, pieces[kind].source.sha256, choices[kind]) for kind in sorted(pieces)) + tuple(
        said_of_paths.values())
    year = st.session_state.get(f"draft_year_{fresh}", former.year if former else None)
    project = _together(said, (*map(str, (path, elevation)),), fresh, str(opened().project), year,
                        _make=lambda: put_together(former, {kind: one.came for kind, one in pieces.items()},
                                                   roads=path, title=former.title if former else "",
                                                   year=year, elevation=elevation,
                                                   county_code=former.county_code if former else "",
                                                   choices=choices | said_of_paths))
    return Draft(project, came, heights, tuple(one.came for one in fine if one.kind == PLAN), tuple(fine))


def _still_there(roads: Roads) -> Elevation | None:
    """The opened project's heights, unless the roads are another place's now."""
    heights = base().heights
    if heights is None or not heights.tiles.keys() & tiles_of(roads.node_lon, roads.node_lat):
        return None
    return heights


@st.cache_resource(scope="session", show_spinner="正在对照各张表……", max_entries=4)
def _together(said: tuple, paths: tuple[str, ...], fresh: bool, former: str, year: int | None,
              _make) -> Project:
    return _make()


def ask_datum(draft: Draft) -> None:
    """Ask about each table whose points seem to come from another map; nothing is converted without the answer."""
    for one in draft.dropped:
        intake, key = draft.project.intakes.get(one.kind), f"datum_{one.kind}_{one.source.sha256}"
        if not isinstance(intake, Intake):
            continue
        if not datum_in_doubt(intake) and not st.session_state.get(key):
            continue
        said = intake.problems.loc[intake.problems["rule"].isin(["坐标系", "坐标已换算"]), "suggestion"]
        with st.container(border=True, gap="small"):
            st.markdown(f":material/explore: **{TITLES[one.kind]}的坐标**　{said.iloc[0] if len(said) else ''}")
            st.radio("坐标来自哪里", [None, *DATUMS], key=key, horizontal=True,
                     format_func=lambda name: DATUMS.get(name, "还没有确认"))
