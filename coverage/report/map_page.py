"""Write a map as one HTML page that opens with no internet: layers of GeoJSON features and a legend → HTML text.

Leaflet comes from an installed package and is written into the file. Names reach
the page as data and are shown by textContent, so nothing in them can run. Inside
the app the page tells its frame of clicks and drawn lines; map.js says what the
page does.
"""

from __future__ import annotations

import base64
import html
import json
import re
from importlib.resources import files
from pathlib import Path

import folium
from folium.template import Template
from folium.utilities import JsCode
from xstatic.pkg import leaflet

from coverage.report.map_layers import MARKS

LEGEND_WIDTH = 280
"""Pixels that the map keeps free for the legend on its left."""

_STYLES = {
    "shape": {"style": JsCode("styleOf")},
    "mark": {"point_to_layer": JsCode("markAt")},
    "label": {"point_to_layer": JsCode("labelAt")},
}


class MapPage:
    """A map in the making. `bounds` is west, south, east, north of what it shows first."""

    def __init__(self, title: str, bounds: tuple[float, float, float, float]) -> None:
        west, south, east, north = map(float, bounds)
        self._title, self._bounds = title, [[south, west], [north, east]]
        self._layers: dict[str, folium.GeoJson] = {}
        self._map = folium.Map(tiles=None, zoom_snap=0.25)
        self._map.default_js, self._map.default_css = [], []

    def add(self, name: str, features: list[dict], *, kind: str = "", draw: str = "shape", show: bool = True) -> None:
        """Add a layer on top of those before; one without features is left out.

        `kind` is what the page calls a clicked feature (township, village, site, suggested); without it nothing
        happens on a click. `draw` is shape (lines and areas in their own style), mark or label (points).
        """
        if not features:
            return
        told = JsCode(f"(feature, layer) => describe('{kind}', feature, layer)")
        options = {"on_each_feature": told} if kind else {"interactive": False}
        collection = {"type": "FeatureCollection", "features": features}
        self._layers[name] = folium.GeoJson(collection, name=name, show=show, **_STYLES[draw], **options)
        self._layers[name].add_to(self._map)

    def html(self, legend: str) -> str:
        """The whole page, with the legend's HTML."""
        folium.LayerControl(collapsed=True).add_to(self._map)
        self._map.fit_bounds(self._bounds, padding_top_left=(LEGEND_WIDTH, 0))
        _Manners(self._bounds, self._layers).add_to(self._map)
        root = self._map.get_root()
        root.header.add_child(folium.Element(_head(self._title)))
        root.html.add_child(folium.Element(legend))
        _number_in_order(root)
        return _for_everyone(root.render())


def _for_everyone(page: str) -> str:
    """Say the language, for screen readers, and let the page be enlarged: folium does neither."""
    page = page.replace("<html>", '<html lang="zh-CN">', 1)
    return re.sub(r'(content="width=device-width),[^"]*"', r'\1, initial-scale=1"', page, count=1)


class _Manners(folium.MacroElement):
    """How the map behaves, as map.js says; it is told the layers by their names."""

    _template = Template("""{% macro script(this, kwargs) %}
        behave({{ this._parent.get_name() }}, {{ this.bounds | tojson }}, {{ this.room }}, {
            {%- for name, layer in this.layers.items() %}{{ name | tojson }}: {{ layer.get_name() }}, {% endfor -%}
        });
    {% endmacro %}""")

    def __init__(self, bounds: list[list[float]], layers: dict[str, folium.GeoJson]) -> None:
        super().__init__()
        self.bounds, self.layers, self.room = bounds, layers, LEGEND_WIDTH


def _head(title: str) -> str:
    """Leaflet itself, its style with its pictures inside, the marks, and our style and script."""
    script = Path(leaflet.BASE_DIR, "leaflet.js").read_text(encoding="utf-8")
    marks = json.dumps(MARKS, ensure_ascii=False)
    return (
        f"<title>{html.escape(title)}</title><style>{_leaflet_css()}{_own('map.css')}</style>"
        f"<script>{script}</script><script>const MARKS = {marks};\n{_own('map.js')}</script>"
    )


def _own(name: str) -> str:
    return files("coverage.report").joinpath(name).read_text(encoding="utf-8")


def _leaflet_css() -> str:
    folder = Path(leaflet.BASE_DIR)
    css = (folder / "leaflet.css").read_text(encoding="utf-8")
    for picture in sorted((folder / "images").glob("*.png")):
        data = base64.b64encode(picture.read_bytes()).decode("ascii")
        css = css.replace(f"images/{picture.name}", f"data:image/png;base64,{data}")
    return css


def _number_in_order(root: folium.Figure) -> None:
    """Give folium's elements numbers in place of random names, so that the same study gives the same bytes."""
    pending, number = [root], 0
    while pending:
        element = pending.pop()
        element._id = f"{number:04d}"
        number += 1
        pending.extend(reversed(element._children.values()))
