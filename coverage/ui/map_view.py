"""Show the map's page in the app and tell what the planner clicked or drew on it.

Takes the HTML of `report.map_html`; gives a `MapEvent` in the run that the click caused. When the HTML changes,
the map keeps its centre, zoom, chosen layers and open popup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from math import isfinite

import streamlit as st

HEIGHT = 620
MOST_VERTICES = 1_000
"""Vertices that a drawn line may have."""

_FILES = files("coverage.ui")
_component = st.components.v2.component("coverage.map", js=_FILES.joinpath("map_view.js").read_text(encoding="utf-8"),
                                        css=_FILES.joinpath("map_view.css").read_text(encoding="utf-8"))
_LAYERS = ("township", "village", "site", "suggested")


@dataclass(frozen=True)
class MapEvent:
    """A click on a feature (layer, id, lon, lat), a click beside them (lon, lat), or a drawn line (line).

    layer   township, village, site or suggested; None beside any feature
    id      township_code, demand_id or site_id
    line    (lon, lat) of each vertex
    """

    layer: str | None = None
    id: str | None = None
    lon: float | None = None
    lat: float | None = None
    line: tuple[tuple[float, float], ...] | None = None


def map_view(html: str, *, key: str, description: str, height: int = HEIGHT, drawing: bool = False,
             place: tuple[str, str] | None = None,
             on_event: Callable[[MapEvent], None] | None = None) -> MapEvent | None:
    """The map, `height` pixels high; `description` names its frame for a screen reader.

    Gives the event that caused this run, else None. `on_event` is called with it before the page runs,
    so that the page can draw what the click asks for at once. `drawing` puts the map in its drawing mode.
    `place`: the layer and id of a feature; the map goes there, and tells of it, whenever another is given.
    """
    def heard() -> None:
        event = read_event(st.session_state[key].get("event"))
        if event is not None and on_event is not None:
            on_event(event)

    data = {"html": html, "description": description, "height": height, "drawing": drawing, "place": place}
    result = _component(key=key, data=data, on_event_change=heard)
    return read_event(result.get("event"))


def read_event(value) -> MapEvent | None:
    """What the browser sent as an event; None for anything that isn't one."""
    if not isinstance(value, dict):
        return None
    line = value.get("line")
    if isinstance(line, list):
        places = [place for vertex in line if isinstance(vertex, list) and (place := _place(*vertex[:2]))]
        return MapEvent(line=tuple(places)) if 2 <= len(places) == len(line) <= MOST_VERTICES else None
    place = _place(value.get("lon"), value.get("lat"))
    if place is None:
        return None
    layer, name = value.get("layer"), value.get("id")
    named = layer in _LAYERS and isinstance(name, str)
    return MapEvent(layer if named else None, name if named else None, *place)


def _place(lon=None, lat=None) -> tuple[float, float] | None:
    numbers = all(isinstance(one, int | float) and isfinite(one) for one in (lon, lat))
    return (float(lon), float(lat)) if numbers and abs(lon) <= 180 and abs(lat) <= 90 else None
