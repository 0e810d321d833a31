// What the map's page does in the browser, alone or inside the app. map.py writes this file into the page.
// Names come as data and are shown by textContent, so nothing in them can run.

const styleOf = feature => feature.properties.style || {};

function markAt(feature, latlng) {
    const mark = MARKS[feature.properties.mark], title = String(feature.properties.title);
    const icon = L.divIcon({html: mark.svg, className: 'mark', iconSize: [mark.size, mark.size]});
    return L.marker(latlng, {icon: icon, alt: title, title: title, keyboard: mark.keyboard,
                             zIndexOffset: mark.keyboard ? 2000 : 0});
}

function labelAt(feature, latlng) {
    const name = document.createElement('span');
    name.textContent = feature.properties.title;
    return L.marker(latlng, {icon: L.divIcon({html: name, className: 'name', iconSize: null}),
                             interactive: false, keyboard: false, zIndexOffset: 1000});
}

function describe(kind, feature, layer) {
    layer.kind = kind;
    layer.on('click', event => tell({event: {layer: kind, id: feature.id ?? null, ...placeOf(event.latlng)}}));
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
}

const placeOf = latlng => ({lon: latlng.lng, lat: latlng.lat});

// Inside the app the page tells its parent what happens; as a file of its own it has nobody to tell.
function tell(message) {
    if (window.parent !== window) { window.parent.postMessage({map: message}, '*'); }
}

// The map stays on the region, the wheel zooms once it is clicked, 全图 shows the whole again.
function behave(map, bounds, room, overlays) {
    const all = L.latLngBounds(bounds), left = {paddingTopLeft: [room, 0]};
    map.setMaxBounds(all.pad(1)).setMinZoom(Math.max(1, map.getBoundsZoom(all) - 1));
    map.attributionControl.setPrefix(false);
    L.control.scale({imperial: false}).addTo(map);
    map.scrollWheelZoom.disable();
    map.on('click popupopen', () => map.scrollWheelZoom.enable());
    map.getContainer().addEventListener('mouseleave', () => map.scrollWheelZoom.disable());
    const box = map.getContainer();  // Leaflet focuses it at each click: the page around must not jump to it
    box.focus = () => HTMLElement.prototype.focus.call(box, {preventScroll: true});
    addButton(map, 'topleft', '全图', () => map.fitBounds(all, left));
    map.on('click', event => { if (!map.drawing) { tell({event: placeOf(event.latlng)}); } });
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
        for (const [name, layer] of Object.entries(overlays)) {
            const wanted = view.shown[name];
            if (wanted !== undefined && wanted !== map.hasLayer(layer)) { wanted ? map.addLayer(layer) : layer.remove(); }
        }
        if (legend) { legend.open = view.legend; }
        if (view.popup) { openPopup(overlays, view.popup); }
        map.setView([view.lat, view.lon], view.zoom, {animate: false});
    };
    window.addEventListener('message', event => {
        if (event.source !== window.parent || !event.data.map) { return; }
        const {view, drawing, focus, place} = event.data.map;
        if (view) { restore(view); }
        if (drawing !== undefined) { setDrawing(map, drawing); }
        if (focus) { map.getContainer().focus(); }
        if (place) { goTo(map, overlays, place[0], place[1]); }
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

function openPopup(overlays, wanted) {
    for (const overlay of Object.values(overlays)) {
        overlay.eachLayer(layer => {
            if (layer.kind !== wanted.kind || layer.feature.id !== wanted.id || !layer.getPopup()) { return; }
            layer.getPopup().options.autoPan = false;
            layer.openPopup();
            layer.getPopup().options.autoPan = true;
        });
    }
}

// Shows one feature: an area whole, a point from near by, with what it tells opened.
function goTo(map, overlays, kind, id) {
    for (const overlay of Object.values(overlays)) {
        overlay.eachLayer(layer => {
            if (layer.kind !== kind || layer.feature.id !== id) { return; }
            if (!map.hasLayer(overlay)) { map.addLayer(overlay); }
            if (layer.getBounds) { map.fitBounds(layer.getBounds(), {maxZoom: 13, animate: false}); }
            else { map.setView(layer.getLatLng(), Math.max(map.getZoom(), 12), {animate: false}); }
            layer.openPopup();
        });
    }
}

// Drawing a line: click for each point, a double click or Enter ends, Backspace takes one back, Esc cancels.
// By keyboard: the arrows move the map and Space sets a point under the cross in its middle.
function setDrawing(map, wanted) {
    if (wanted && !map.drawing) { map.drawing = startDrawing(map); }
    if (!wanted && map.drawing) { map.drawing(); map.drawing = null; }
}

function startDrawing(map) {
    const box = map.getContainer(), line = L.polyline([], {color: '#b3004b', weight: 4, dashArray: '8 6'}).addTo(map);
    const help = L.DomUtil.create('div', 'drawing-help', box), cross = L.DomUtil.create('div', 'cross', box);
    help.setAttribute('role', 'status');
    help.textContent = '画线：单击加点，双击或回车结束，退格删去一点，Esc 取消。用键盘：方向键移动地图，空格在十字处加点。';
    const zoomed = map.doubleClickZoom.enabled();
    map.closePopup();
    map.doubleClickZoom.disable();
    box.classList.add('drawing');
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
        box.classList.remove('drawing');
        if (zoomed) { map.doubleClickZoom.enable(); }
        for (const part of [line, dots, help, cross]) { part.remove(); }
    };
}
