"""Read users' files and give checked tables with a list of problems: the only stage that opens files."""

from importlib import import_module

from coverage.intake.drivers import narrow_drivers

narrow_drivers()

_PUBLIC = {
    # name → the module that it lives in, loaded on first use
    "read_table": "table", "Intake": "table", "read_layer": "layers", "read_areas": "areas", "AreasIntake": "areas",
    "read_project": "project", "read_files": "project", "Project": "project",
    "save_project": "store",
    "Roads": "roads", "read_roads": "roads", "RoadColumns": "road_columns", "fetch_roads": "osm_online",
    "roads_from_graph": "osm_graph",
    "read_point_list": "point_list", "read_elevation": "elevation",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str):
    if name in _PUBLIC:
        return getattr(import_module(f"coverage.intake.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'coverage.intake' has no attribute {name!r}")
