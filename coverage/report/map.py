"""Draw a study's map as one HTML file that opens with no internet.

Takes an `Evaluation` and, where there is one, a siting result; gives HTML text.
Leaflet comes from an installed package and is written into the file. Names reach
the page as data and are shown by textContent, so nothing in them can run.
"""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path

import folium
from folium.template import Template
from folium.utilities import JsCode
from xstatic.pkg import leaflet

from coverage.report.map_layers import (
    MARKS,
    SUGGESTED,
    name_features,
    road_features,
    site_features,
    suggested_features,
    township_features,
    village_features,
    water_features,
)
from coverage.report.map_legend import legend_html
from coverage.study import Evaluation, Suggestion

LEGEND_WIDTH = 280
"""Pixels that the map keeps free for the legend on its left."""

_POPUP = JsCode("""function(feature, layer) {
    const rows = feature.properties.rows;
    if (!rows) { return; }
    const table = document.createElement('table');
    for (const [label, value] of rows) {
        const row = table.insertRow();
        const head = document.createElement('th');
        head.textContent = label;
        row.appendChild(head);
        row.insertCell().textContent = value;
    }
    layer.bindPopup(table, {maxWidth: 320});
}""")
_STYLE = JsCode("function(feature) { return feature.properties.style || {}; }")
_MARK = JsCode("""function(feature, latlng) {
    const name = feature.properties.mark, title = String(feature.properties.title);
    const icon = L.divIcon({html: MARKS[name].svg, className: 'mark', iconSize: [MARKS[name].size, MARKS[name].size]});
    const above = MARKS[name].keyboard ? 2000 : 0;
    const options = {icon: icon, alt: title, title: title, keyboard: MARKS[name].keyboard, zIndexOffset: above};
    return L.marker(latlng, options);
}""")
_POINTS = {"point_to_layer": _MARK, "on_each_feature": _POPUP}
_LABEL = JsCode("""function(feature, latlng) {
    const name = document.createElement('span');
    name.textContent = feature.properties.title;
    return L.marker(latlng, {icon: L.divIcon({html: name, className: 'name', iconSize: null}),
                             interactive: false, keyboard: false, zIndexOffset: 1000});
}""")
_CSS = """
.mark { background: none; border: 0; }
.name { width: auto !important; white-space: nowrap; font: 12px/1.2 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
        color: #111; }
.name span { position: relative; left: -50%; top: 10px; padding: 0 2px; background: #ffffffc0; border-radius: 2px; }
.leaflet-container { font: 13px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; background: #f4f4f2; }
.leaflet-popup-content th { text-align: left; font-weight: normal; color: #555; padding-right: .8em;
                            white-space: nowrap; }
.home { background: #fff; border: 2px solid #0003; border-radius: 4px; padding: 4px 6px; font: inherit;
        cursor: pointer; }
.legend { position: absolute; left: 10px; top: 124px; z-index: 900; background: #fff; border: 1px solid #888;
          border-radius: 4px; padding: 8px 10px; font: 13px/1.6 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
          max-width: 250px; max-height: 80%; overflow: auto; }
.legend summary { font-weight: bold; cursor: pointer; } .legend div { display: flex; align-items: center; gap: 6px; }
.legend i { width: 18px; height: 13px; border: 1px solid #666; flex: none; }
.legend p { margin: 6px 0 0; font-size: 12px; color: #444; }
"""


def map_html(evaluation: Evaluation, suggestion: Suggestion | None = None) -> str:
    """The whole page: townships by share reached, villages, institutions and, if given, suggested sites."""
    page = folium.Map(tiles=None, zoom_snap=0.25)
    page.default_js, page.default_css = [], []
    told = suggestion or evaluation
    _layer(page, "乡镇", township_features(evaluation, told.coverage), style=_STYLE, on_each_feature=_POPUP)
    _layer(page, "河流", water_features(evaluation.base.project.water), style=_STYLE, interactive=False)
    _layer(page, "道路", road_features(evaluation.base.roads), style=_STYLE, interactive=False)
    _layer(page, "村（社区）", village_features(evaluation, told.demand, suggestion), **_POINTS)
    for service_type, sites in evaluation.open_by_type.items():
        shown = service_type == evaluation.scenario.service.type
        features = site_features(sites, region=evaluation.region, counted=evaluation.supply.index if shown else None)
        _layer(page, service_type, features, show=shown, **_POINTS)
    if suggestion is not None:
        _layer(page, SUGGESTED, suggested_features(suggestion), **_POINTS)
    _layer(page, "乡镇名称", name_features(evaluation.region.townships), point_to_layer=_LABEL)
    folium.LayerControl(collapsed=True).add_to(page)
    west, south, east, north = map(float, evaluation.region.areas.total_bounds)
    bounds = [[south, west], [north, east]]
    page.fit_bounds(bounds, padding_top_left=(LEGEND_WIDTH, 0))
    _Manners(bounds).add_to(page)
    root = page.get_root()
    root.header.add_child(folium.Element(_head(evaluation.scenario.title)))
    root.html.add_child(folium.Element(legend_html(evaluation, suggestion)))
    _number_in_order(root)
    return root.render()


class _Manners(folium.MacroElement):
    """How the map behaves: it stays on the region, the wheel zooms once it is clicked, ⌂ shows the whole again."""

    _template = Template("""{% macro script(this, kwargs) %}
        (function (map) {
            const all = L.latLngBounds({{ this.bounds | tojson }}), room = {paddingTopLeft: [{{ this.room }}, 0]};
            map.setMaxBounds(all.pad(1)).setMinZoom(Math.max(1, map.getBoundsZoom(all) - 1));
            map.attributionControl.setPrefix(false);
            L.control.scale({imperial: false}).addTo(map);
            map.scrollWheelZoom.disable();
            map.on('click popupopen', () => map.scrollWheelZoom.enable());
            map.getContainer().addEventListener('mouseleave', () => map.scrollWheelZoom.disable());
            const home = L.control({position: 'topleft'});
            home.onAdd = function () {
                const button = L.DomUtil.create('button', 'home');
                button.type = 'button';
                button.textContent = '全图';
                L.DomEvent.disableClickPropagation(button);
                L.DomEvent.on(button, 'click', () => map.fitBounds(all, room));
                return button;
            };
            home.addTo(map);
        })({{ this._parent.get_name() }});
    {% endmacro %}""")

    def __init__(self, bounds: list[list[float]]) -> None:
        super().__init__()
        self.bounds, self.room = bounds, LEGEND_WIDTH


def _layer(page: folium.Map, name: str, features: list[dict], *, show: bool = True, **options) -> None:
    if features:
        collection = {"type": "FeatureCollection", "features": features}
        folium.GeoJson(collection, name=name, show=show, **options).add_to(page)


def _head(title: str) -> str:
    """Leaflet itself, its style with its pictures inside, the marks, and our style."""
    script = Path(leaflet.BASE_DIR, "leaflet.js").read_text(encoding="utf-8")
    marks = json.dumps(MARKS, ensure_ascii=False)
    return (
        f"<title>{html.escape(title)}</title><style>{_leaflet_css()}{_CSS}</style>"
        f"<script>{script}</script><script>const MARKS = {marks};</script>"
    )


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
