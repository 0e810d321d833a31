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
from xstatic.pkg import leaflet

from coverage.report.palette import mark, palette

LEGEND_WIDTH = 280
"""Pixels that the map keeps free for a legend on its left."""

SIZES = {"village": 12, "band": 13, "around": 22, "site": 24, "moved": 14, "intake": 14, "candidate": 14}
"""Pixels of the marks by their use."""

CHOSEN = {"d": "M1 9a8 8 0 1 0 16 0a8 8 0 1 0 -16 0z", "fill": "none", "edge": "#b3004b", "size": 34, "width": 2}
"""The ring around the place that the planner chose."""


class MapPage:
    """A map in the making. `bounds` is west, south, east, north of what it shows first.

    Without `popups` a click shows nothing on the map: the app says it beside.
    """

    def __init__(self, title: str, bounds: tuple[float, float, float, float], *, popups: bool = True) -> None:
        west, south, east, north = map(float, bounds)
        self._title, self._bounds, self._popups = title, [[south, west], [north, east]], popups
        self._layers: dict[str, _Layer] = {}
        middle = [(south + north) / 2, (west + east) / 2]
        self._map = folium.Map(location=middle, tiles=None, zoom_snap=0.25, prefer_canvas=True)
        self._map.default_js, self._map.default_css = [], []

    def add(self, name: str, features: list[dict], *, kind: str = "", draw: str = "shape", show: bool = True,
            control: bool = True) -> None:
        """Add a layer on top of those before; one without features is left out.

        `kind` is what the page calls a clicked feature (township, village, site, suggested); without it nothing
        happens on a click. `draw` is shape (lines and areas in their own style), dot (points in great number),
        mark (points that Tab stops at) or label. `control` lists it among the layers that can be switched off.
        """
        if not self._popups:
            features = [one | {"properties": one["properties"] | {"rows": []}} for one in features]
        if features:
            self._layers[name] = _Layer(features, draw, kind, name=name, show=show, control=control)
            self._layers[name].add_to(self._map)

    def html(self, legend: str = "") -> str:
        """The whole page; `legend` is HTML that lies on the map."""
        folium.LayerControl(collapsed=True).add_to(self._map)
        room = LEGEND_WIDTH if legend else 0
        _Manners(self._bounds, self._layers, room).add_to(self._map)
        root = self._map.get_root()
        root.header.add_child(folium.Element(_head(self._title)))
        root.html.add_child(folium.Element(legend))
        _number_in_order(root)
        return _for_everyone(root.render())


def _for_everyone(page: str) -> str:
    """Say the language, for screen readers, and let the page be enlarged: folium does neither."""
    page = page.replace("<html>", '<html lang="zh-CN">', 1)
    return re.sub(r'(content="width=device-width),[^"]*"', r'\1, initial-scale=1"', page, count=1)


class _Layer(folium.map.Layer):
    """Features as a layer of the page, written without what they repeat; map.js unpacks and draws them."""

    _template = Template("""{% macro script(this, kwargs) %}
        var {{ this.get_name() }} = drawLayer({{ this.packed }}, {{ this.draw | tojson }}, {{ this.kind | tojson }});
    {% endmacro %}""")

    def __init__(self, features: list[dict], draw: str, kind: str, *, name: str, show: bool, control: bool) -> None:
        super().__init__(name=name, overlay=True, control=control, show=show)
        self.packed, self.draw, self.kind = packed(features), draw, kind


def packed(features: list[dict]) -> str:
    """The features as JSON that is safe inside a script: styles and the rows' labels are told once a layer.

    {"styles": […], "labels": [[…]], "features": [[id, geometry or [lon, lat], style, mark, title, labels, values…]]}
    """
    styles: dict[str, int] = {}
    labels: dict[tuple[str, ...], int] = {}
    rows = []
    for one in features:
        told, geometry = one["properties"], one["geometry"]
        table = told.get("rows") or []
        rows.append([
            one.get("id"), geometry["coordinates"] if geometry["type"] == "Point" else geometry,
            styles.setdefault(json.dumps(told.get("style", {})), len(styles)), told.get("mark"), told.get("title"),
            labels.setdefault(tuple(label for label, _ in table), len(labels)), *(value for _, value in table)])
    whole = {"styles": [json.loads(style) for style in styles], "labels": [list(names) for names in labels],
             "features": rows}
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


class _Manners(folium.MacroElement):
    """How the map behaves, as map.js says; it is told the layers by their names."""

    _template = Template("""{% macro script(this, kwargs) %}
        behave({{ this._parent.get_name() }}, {{ this.bounds | tojson }}, {{ this.room }}, {
            {%- for name, layer in this.layers.items() %}{{ name | tojson }}: {{ layer.get_name() }}, {% endfor -%}
        });
    {% endmacro %}""")

    def __init__(self, bounds: list[list[float]], layers: dict[str, _Layer], room: int) -> None:
        super().__init__()
        self.bounds, self.layers, self.room = bounds, layers, room


def _head(title: str) -> str:
    """Leaflet itself, its style with its pictures inside, the marks, and our style and script."""
    script = Path(leaflet.BASE_DIR, "leaflet.js").read_text(encoding="utf-8")
    marks = json.dumps(_marks(), ensure_ascii=False)
    return (
        f"<title>{html.escape(title)}</title><style>{_leaflet_css()}{_own('map.css')}{_own('legend.css')}</style>"
        f"<script>{script}</script><script>const MARKS = {marks};\n{_own('map.js')}</script>"
    )


def _marks() -> dict[str, dict]:
    """Mark name → its path, colours and size in pixels; of bands and moves the name is band_0, moved_-1 and so on."""
    return {"chosen": CHOSEN} | {
        f"{use}_{key}" if use in ("band", "moved") else key:
            mark(use, key) | {"size": size, "width": 2 if use == "around" else 1.2}
        for use, size in SIZES.items() for key in palette(use).index}


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
