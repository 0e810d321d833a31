"""Write a study's places as a GeoPackage that QGIS and ArcGIS open.

Takes a `Study`; gives bytes. Layers: 乡镇, 村（社区）, 机构, and one for each answered siting question.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from coverage.report.siting_tables import suggestion_table
from coverage.report.tables import institution_table, township_table, village_table
from coverage.study import Study

EPOCH = "1980-01-01T00:00:00Z"


def geopackage_bytes(study: Study) -> bytes:
    """A study's places as a GeoPackage."""
    return layers_bytes(_layers(study))


def layers_bytes(layers: dict[str, gpd.GeoDataFrame]) -> bytes:
    """A GeoPackage (EPSG:4326) of layers by name; its dates are fixed, so that a rerun gives the same bytes."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": EPOCH})
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "result.gpkg"
            for name, layer in layers.items():
                pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG", append=path.exists())
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _layers(study: Study) -> dict[str, gpd.GeoDataFrame]:
    evaluation = study.evaluation
    townships = township_table(evaluation)
    shapes = evaluation.region.areas.geometry.reindex(evaluation.region.townships.index)
    layers = {
        "乡镇": gpd.GeoDataFrame(townships, geometry=shapes.to_numpy(), crs=4326),
        "村（社区）": _points(village_table(evaluation)),
        "机构": _points(institution_table(evaluation)),
    }
    for number, suggestion in enumerate(study.suggestions, start=1):
        layers[f"选址{number}_{suggestion.question.name}"] = _points(suggestion_table(suggestion))
    return layers


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["经度"], table["纬度"]), crs=4326)
