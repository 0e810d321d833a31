"""Let the planner pick a township, a village or an institution: by a click on the map or by two lists, alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from coverage.intake import Roads
from coverage.region import Region
from coverage.report.map_ground import way_line
from coverage.study import Evaluation
from coverage.ui.map_view import MapEvent

TOWN, PLACE = "picked_town", "picked_place"


@dataclass(frozen=True)
class Picked:
    """What is picked: `kind` is township, village or site, `id` its code."""

    kind: str
    id: str


def pick(evaluation: Evaluation) -> Picked | None:
    """Show the two lists; give what is picked in them."""
    region = evaluation.region
    names = region.townships["township"]
    left, right = st.columns(2)
    town = left.selectbox("乡镇", list(names.index), index=None, format_func=names.get, key=TOWN,
                        placeholder="全部乡镇")
    offered = _places(region, evaluation.open_by_type, town)
    if st.session_state.get(PLACE) not in offered:
        st.session_state[PLACE] = None
    place = right.selectbox("村（社区）或机构", list(offered), index=None, format_func=offered.get, key=PLACE,
                         placeholder="选一个" if town else "先选乡镇，或选机构")
    if place is not None:
        return Picked(*place)
    return Picked("township", town) if town else None


def pick_on_map(event: MapEvent, region: Region) -> None:
    """Put what was clicked on the map into the two lists; a click beside everything empties them."""
    tables = {"village": region.demand, "site": region.sites}
    st.session_state[TOWN] = st.session_state[PLACE] = None
    if event.layer == "township" and event.id in region.townships.index:
        st.session_state[TOWN] = event.id
    elif event.layer in tables and event.id in tables[event.layer].index:
        town = tables[event.layer].loc[event.id, "township_code"]
        st.session_state[TOWN] = town if town in region.townships.index else None
        st.session_state[PLACE] = (event.layer, event.id)


def outline(region: Region, picked: Picked | None) -> shapely.Geometry | None:
    """What the map outlines: the township's area, or the place as a point."""
    if picked is None:
        return None
    if picked.kind == "township":
        return region.areas.geometry.get(picked.id)
    row = (region.demand if picked.kind == "village" else region.sites).loc[picked.id]
    return shapely.Point(row["lon"], row["lat"])


def way_outline(roads: Roads, way_id: str | None) -> shapely.Geometry | None:
    """A stretch of road as a line; None where none is chosen."""
    rows = [] if way_id is None else np.flatnonzero(roads.ways["way_id"].eq(way_id))
    return shapely.LineString(way_line(roads, rows[0])) if len(rows) else None


def township_of(region: Region, picked: Picked | None) -> str | None:
    if picked is None or picked.kind == "township":
        return picked and picked.id
    table = region.demand if picked.kind == "village" else region.sites
    return table.loc[picked.id, "township_code"]


def _places(region: Region, open_by_type: dict[str, pd.DataFrame], town: str | None) -> dict[tuple[str, str], str]:
    """Institutions and villages of the township; without one, all institutions. Values are what the list shows."""
    places = {}
    for kind, sites in open_by_type.items():
        for row in (sites if town is None else sites[sites["township_code"].eq(town)]).itertuples():
            places["site", row.Index] = f"{kind}：{row.name}"
    if town is not None:
        for row in region.demand[region.demand["township_code"].eq(town)].itertuples():
            places["village", row.Index] = row.name
    return places
