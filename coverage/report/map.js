// What the map's page does in the browser, alone or inside the app. map.py writes this file into the page.
// Names come as data and are shown by textContent, so nothing in them can run.

// A layer as map_page.py packs it: styles and the rows' labels once, then a row a feature.
function drawLayer(packed, draw, kind) {
    const features = packed.features.map(([id, place, style, mark, title, labels, ...values]) => ({
        type: 'Feature', id: id, geometry: Array.isArray(place) ? {type: 'Point', coordinates: place} : place,
        properties: {style: packed.styles[style], mark: mark, title: title,
                     rows: packed.labels[labels].map((label, i) => [label, values[i]])},
    }));
    return L.geoJson({type: 'FeatureCollection', features: features}, {
        style: feature => feature.properties.style, interactive: Boolean(kind),
        pointToLayer: {dot: dotAt, mark: markAt, label: labelAt}[draw],
        onEachFeature: (feature, layer) => { if (kind) { describe(kind, feature, layer); } },
    });
}

// A mark drawn on the map's canvas: thousands of them cost little.
const Dot = L.CircleMarker.extend({
    _updatePath() {
        if (!this._renderer._drawing || this._empty()) { return; }
        const context = this._renderer._ctx, mark = this.options.mark;
        mark.path = mark.path || new Path2D(mark.d);
        context.save();
        context.globalAlpha = 1;
        context.setLineDash([]);
        context.translate(this._point.x - mark.size / 2, this._point.y - mark.size / 2);
        context.scale(mark.size / 18, mark.size / 18);
        context.fillStyle = mark.fill;
        context.strokeStyle = mark.edge;
        context.lineWidth = mark.fill === mark.edge || mark.fill === 'none' ? mark.width : 1.5;
        if (mark.fill !== 'none') { context.fill(mark.path); }
        context.stroke(mark.path);
        context.restore();
    },
});

function dotAt(feature, latlng) {
    const mark = MARKS[feature.properties.mark];
    return new Dot(latlng, {mark: mark, radius: mark.size / 2});
}

function markAt(feature, latlng) {
    const mark = MARKS[feature.properties.mark], title = String(feature.properties.title);
    const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    for (const [name, value] of Object.entries({width: mark.size, height: mark.size, viewBox: '0 0 18 18', fill: mark.fill,
                                                stroke: mark.edge, 'stroke-width': mark.width})) {
        drawn.setAttribute(name, value);
    }
    drawn.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'path')).setAttribute('d', mark.d);
    const icon = L.divIcon({html: drawn, className: 'mark', iconSize: [mark.size, mark.size]});
    return L.marker(latlng, {icon: icon, alt: title, title: title, zIndexOffset: 2000});
}

function labelAt(feature, latlng) {
    const name = document.createElement('span');
    name.textContent = feature.properties.title;
    return L.marker(latlng, {icon: L.divIcon({html: name, className: 'name', iconSize: null}),
                             interactive: false, keyboard: false, zIndexOffset: 1000});
}

// Names that would lie on each other: the first stays, the other shows when the map is nearer.
function clearNames(map, overlays) {
    const size = 12, taken = [];
    for (const layer of Object.values(overlays)) {
        layer.eachLayer(name => {
            if (!name.getElement || !name.getElement() || !name.options.icon || name.options.icon.options.className !== 'name') { return; }
            const at = map.latLngToContainerPoint(name.getLatLng()), wide = String(name.feature.properties.title).length * size + 6;
            const box = [at.x - wide / 2, at.y + 8, at.x + wide / 2, at.y + 8 + size + 4];
            const clash = taken.some(other => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]);
            name.getElement().style.display = clash ? 'none' : '';
            if (!clash) { taken.push(box); }
        });
    }
}

function describe(kind, feature, layer) {
    layer.kind = kind;
    layer.on('click keydown', event => {
        if (event.type === 'keydown' && event.originalEvent.key !== 'Enter') { return; }
        L.DomEvent.stopPropagation(event);  // else the map would tell of a click beside everything
        tell({event: {layer: kind, id: feature.id, ...placeOf(event.latlng || layer.getLatLng())}});
    });
    const rows = feature.properties.rows;
    if (!rows.length) { return; }
    layer.bindPopup(() => {
        const table = document.createElement('table');
        for (const [label, value] of rows) {
            const row = table.insertRow();
            const head = document.createElement('th');
            head.textContent = label;
            row.appendChild(head);
            row.insertCell().textContent = value;
        }
        return table;
    }, {maxWidth: 320});
}

const placeOf = latlng => ({lon: latlng.lng, lat: latlng.lat});

// Inside the app the page tells its parent what happens; as a file of its own it has nobody to tell.
function tell(message) {
    if (window.parent !== window) { window.parent.postMessage({map: message}, '*'); }
}

// The map stays on the region, the wheel zooms once it is clicked, 全图 shows the whole again.
function behave(map, bounds, room, overlays) {
    const all = L.latLngBounds(bounds), legend = document.querySelector('.legend');
    const showAll = animate => map.fitBounds(all, {paddingTopLeft: [map.getSize().x > 2 * room ? room : 0, 0],
                                                   animate: animate});
    const begin = () => {
        if (!map.restored) {
            if (legend) { legend.open = map.getSize().x > 2 * room; }
            showAll(false);
        }
        map.setMaxBounds(all.pad(1)).setMinZoom(Math.max(1, map.getBoundsZoom(all) - 1));
    };
    const seen = () => map.getSize().x > 0 && map.getSize().y > 0;
    seen() ? begin() : map.on('resize', function grown() { if (seen()) { map.off('resize', grown); begin(); } });
    map.attributionControl.setPrefix(false);
    L.control.scale({imperial: false}).addTo(map);
    map.scrollWheelZoom.disable();
    map.on('click popupopen', () => map.scrollWheelZoom.enable());
    map.getContainer().addEventListener('mouseleave', () => map.scrollWheelZoom.disable());
    const box = map.getContainer();  // Leaflet focuses it at each click: the page around must not jump to it
    box.focus = () => HTMLElement.prototype.focus.call(box, {preventScroll: true});
    addButton(map, 'topleft', '全图', () => showAll(true));
    map.on('zoomend layeradd', () => { clearTimeout(map.tidy); map.tidy = setTimeout(() => clearNames(map, overlays), 0); });
    clearNames(map, overlays);
    map.on('click', event => { if (!map.endDrawing) { tell({event: placeOf(event.latlng)}); } });
    keepView(map, overlays);
}

function addButton(map, position, text, act) {
    const control = L.control({position: position});
    control.onAdd = function () {
        const button = L.DomUtil.create('button', 'plain');
        button.type = 'button';
        button.textContent = text;
        L.DomEvent.disableClickPropagation(button);
        L.DomEvent.on(button, 'click', act);
        return button;
    };
    return control.addTo(map);
}

// The app replaces the page when results change. It keeps the view that this page reports and hands it to the next.
function keepView(map, overlays) {
    let popup = null;
    const legend = document.querySelector('.legend');
    const report = () => tell({view: {
        ...placeOf(map.getCenter()), zoom: map.getZoom(), popup: popup, legend: !legend || legend.open,
        shown: Object.fromEntries(Object.entries(overlays).map(([name, layer]) => [name, map.hasLayer(layer)])),
    }});
    const restore = view => {
        map.restored = true;
        for (const [name, layer] of Object.entries(overlays)) {
            const wanted = view.shown[name];
            if (wanted !== undefined && wanted !== map.hasLayer(layer)) { wanted ? map.addLayer(layer) : layer.remove(); }
        }
        if (legend) { legend.open = view.legend; }
        for (const layer of view.popup ? featuresOf(overlays, view.popup) : []) { openPopup(layer); }
        map.invalidateSize({pan: false});  // a frame out of sight gets its size late
        map.setView([view.lat, view.lon], view.zoom, {animate: false});
    };
    window.addEventListener('message', event => {
        if (event.source !== window.parent || !event.data.map) { return; }
        const {view, drawing, focus, goTo} = event.data.map;
        if (view) { restore(view); }
        if (goTo) { goToFeature(map, overlays, goTo); }
        if (drawing !== undefined) { setDrawing(map, drawing); }
        if (focus) { map.getContainer().focus(); }
        map.on('moveend overlayadd overlayremove', report);
        setTimeout(() => tell({shown: true}), 0);  // a frame out of sight gets no animation frames
    });
    map.on('popupopen', event => {
        const layer = event.popup._source;
        popup = layer && layer.feature ? {kind: layer.kind, id: layer.feature.id ?? null} : null;
        report();
    });
    map.on('popupclose', () => { popup = null; report(); });
    if (legend) { legend.addEventListener('toggle', report); }
    tell({ready: true});
}

function featuresOf(overlays, wanted) {
    return Object.values(overlays).flatMap(overlay => overlay.getLayers())
        .filter(layer => layer.kind === wanted.kind && layer.feature.id === wanted.id);
}

function openPopup(layer) {
    if (!layer.getPopup()) { return; }
    layer.getPopup().options.autoPan = false;
    layer.openPopup();
    layer.getPopup().options.autoPan = true;
}

function goToFeature(map, overlays, wanted) {
    const [layer] = featuresOf(overlays, wanted);
    if (!layer) { return; }
    for (const overlay of Object.values(overlays)) {
        if (overlay.hasLayer(layer) && !map.hasLayer(overlay)) { map.addLayer(overlay); }
    }
    if (layer.getBounds) {
        map.fitBounds(layer.getBounds(), {padding: [60, 60], maxZoom: 12, animate: false});
    } else {
        map.setView(layer.getLatLng(), Math.max(map.getZoom(), 11), {animate: false});
    }
    openPopup(layer);
}

// Drawing a line: click for each point, a double click or Enter ends, Backspace takes one back, Esc cancels.
// By keyboard: the arrows move the map and Space sets a point under the cross in its middle.
function setDrawing(map, wanted) {
    if (wanted && !map.endDrawing) { map.endDrawing = startDrawing(map); }
    if (!wanted && map.endDrawing) { map.endDrawing(); map.endDrawing = null; }
}

function startDrawing(map) {
    const box = map.getContainer(), line = L.polyline([], {color: '#b3004b', weight: 4, dashArray: '8 6'}).addTo(map);
    const [shield, help, cross] = ['shield', 'drawing-help', 'cross'].map(name => L.DomUtil.create('div', name, box));
    help.setAttribute('role', 'status');
    help.textContent = '画线：单击加点，双击或回车结束，退格删去一点，Esc 取消。用键盘：方向键移动地图，空格在十字处加点。';
    const zoomed = map.doubleClickZoom.enabled();
    map.closePopup();
    map.doubleClickZoom.disable();
    const dots = L.layerGroup().addTo(map);
    const show = points => {
        line.setLatLngs(points);
        dots.clearLayers();
        points.forEach(point => L.circleMarker(point, {radius: 4, color: '#b3004b', fillColor: '#fff', fillOpacity: 1,
                                                       interactive: false}).addTo(dots));
    };
    const add = latlng => {
        const points = line.getLatLngs(), last = points[points.length - 1];
        const near = last && map.latLngToContainerPoint(last).distanceTo(map.latLngToContainerPoint(latlng)) < 4;
        if (!near) { show([...points, latlng]); }
    };
    const end = () => {
        const points = line.getLatLngs();
        if (points.length > 1) { tell({event: {line: points.map(point => [point.lng, point.lat])}}); }
        show([]);
    };
    const onClick = event => add(event.latlng);
    const onKey = event => {
        const act = {Enter: end, Escape: () => show([]), ' ': () => add(map.getCenter()),
                     Backspace: () => show(line.getLatLngs().slice(0, -1))}[event.key];
        if (act) { event.preventDefault(); event.stopPropagation(); act(); }
    };
    map.on('click', onClick).on('dblclick', end);
    box.addEventListener('keydown', onKey, true);
    return () => {
        map.off('click', onClick).off('dblclick', end);
        box.removeEventListener('keydown', onKey, true);
        if (zoomed) { map.doubleClickZoom.enable(); }
        for (const part of [line, dots, shield, help, cross]) { part.remove(); }
    };
}
