"""Turn roads into a network and a network into door-to-door travel times.

    roads → passage, edges, slope, pieces → network        what a mode may use, and how long it takes
    points → snap, legs                                    the walk to the nearest edge, and its two ends
    network, legs → engine (search | kernels) → pairs → times       every pair, within a limit if given
                  → closest                                         the one or two nearest of each point
                  → isochrone (contours), routes                    areas and lines for the map
                  → edits                                           one site or road more or less
    roads → road_edits → roads                             closed, upgraded, drawn

Speeds and modes are data: speeds.csv, modes.csv, wheelchair_tags.csv, each row with its source.
"""

from importlib import import_module

_PUBLIC = {
    "RoadNetwork": "network", "build_network": "network",
    "TravelTimes": "times", "travel_times": "times", "nearest": "times", "nearest_of": "times",
    "nearest_travel_times": "times",
    "Legs": "legs", "access_legs": "legs", "Estimate": "budget", "estimate": "budget",
    "isochrones": "isochrone", "route": "routes", "NearestCells": "edits",
    "close_ways": "road_edits", "reclass_ways": "road_edits", "draw_road": "road_edits",
    "nearest_way": "road_edits", "ways_near": "road_edits",
    "speed_table": "speeds", "edited_speeds": "speeds", "mode_table": "speeds",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str):
    if name in _PUBLIC:
        return getattr(import_module(f"coverage.travel.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'coverage.travel' has no attribute {name!r}")
