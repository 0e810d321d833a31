"""Roads fetched through osmnx from a server on this machine that answers as Overpass and Nominatim do."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import osmium
import osmnx
import pytest
from shapely.geometry import box, mapping

from coverage.errors import OfflineError, RoadError
from coverage.intake import fetch_roads, read_roads
from coverage.travel import build_network

SHENZHEN = Path("tests/data/shenzhen_2021-03-17_overpass.osm.gz")
AREA = box(113.80, 22.40, 114.10, 22.70)


def overpass_answer() -> dict:
    """The file's roads and their nodes, as Overpass writes JSON."""
    ways, wanted, elements = [], set(), []
    for way in osmium.FileProcessor(str(SHENZHEN), osmium.osm.WAY):
        if "highway" in way.tags and way.tags.get("area") != "yes":  # as the query asks
            nodes = [node.ref for node in way.nodes]
            ways.append({"type": "way", "id": way.id, "nodes": nodes, "tags": dict(way.tags)})
            wanted.update(nodes)
    for node in osmium.FileProcessor(str(SHENZHEN), osmium.osm.NODE):
        if node.id in wanted:
            elements.append({"type": "node", "id": node.id, "lon": node.lon, "lat": node.lat})
    return {"version": 0.6, "elements": elements + ways}


class Handler(BaseHTTPRequestHandler):
    answer: dict

    def do_POST(self):
        query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["data"][0]
        self._reply(self.answer if '["highway"]' in query else {"elements": []})

    def do_GET(self):
        known = "q=%E6%B7%B1%E5%9C%B3" in self.path or "深圳" in self.path
        self._reply([{"lat": "22.53", "lon": "113.95", "importance": 1, "place_id": 1, "osm_type": "relation",
                      "osm_id": 1, "display_name": "深圳", "class": "boundary", "type": "administrative",
                      "boundingbox": ["22.4", "22.6", "113.9", "114.0"], "geojson": mapping(AREA)}] if known else [])

    def _reply(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    Handler.answer = overpass_answer()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{http.server_port}"
        yield {"endpoint": address + "/api", "geocoder": address + "/"}
        http.shutdown()


@pytest.fixture(scope="module")
def fetched(server):
    return fetch_roads("深圳", **server)


def test_a_named_place_gives_the_same_network_as_the_file(fetched):
    from_file = read_roads(SHENZHEN)
    inside = [way for way in from_file.ways["way_id"] if way in set(fetched.ways["way_id"])]
    assert len(inside) == len(from_file.ways)
    for mode in ("car", "walk"):
        online, offline = build_network(fetched, mode=mode), build_network(from_file, mode=mode)
        assert online.edge_m.sum() == pytest.approx(offline.edge_m.sum(), rel=1e-9)
        assert online.component.max() == offline.component.max()


def test_directions_and_tags_survive(fetched):
    from_file = read_roads(SHENZHEN).ways.set_index("way_id")
    online = fetched.ways.drop_duplicates("way_id").set_index("way_id").reindex(from_file.index)
    for column in ("tag", "road_class", "name", "bridge", "maxspeed_kmh"):
        assert online[column].equals(from_file[column])
    assert (online["oneway"] == from_file["oneway"].abs()).all()  # "-1" comes already turned round


def test_a_polygon_works_and_settings_are_put_back(server):
    before = {name: getattr(osmnx.settings, name) for name in ("overpass_url", "nominatim_url", "use_cache")}
    assert len(fetch_roads(box(113.94, 22.53, 113.95, 22.54), endpoint=server["endpoint"]).ways) > 10
    assert before == {name: getattr(osmnx.settings, name) for name in before}


def test_an_unknown_place_is_said_so(server):
    with pytest.raises(RoadError, match="没有找到"):
        fetch_roads("无此地", **server)


def test_offline_fails_with_one_sentence():
    with pytest.raises(OfflineError, match="连不上") as error:
        fetch_roads(AREA, endpoint="http://127.0.0.1:9/api")
    assert "\n" not in str(error.value)
