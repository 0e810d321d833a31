"""Write a study's places as GeoPackage or GeoJSON, which QGIS and ArcGIS open.

Takes a `Study`; gives bytes. Layers: 乡镇, 村（社区）, 机构, and one for each answered siting question.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from coverage.report.siting_tables import suggestion_table
from coverage.report.tables import institution_table, township_table, village_table
from coverage.study import Study

EPOCH = "1980-01-01T00:00:00Z"


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


def geojson_files(layers: dict[str, gpd.GeoDataFrame]) -> dict[str, bytes]:
    """A GeoJSON file (RFC 7946) for each layer; unknown is null, coordinates to about 10 cm."""
    return {f"{name}.geojson": _geojson(layer).encode("utf-8") for name, layer in layers.items()}


def _geojson(layer: gpd.GeoDataFrame) -> str:
    columns = layer.drop(columns="geometry").astype("object")
    rows = columns.where(columns.notna(), None).to_dict("records")
    turned = shapely.orient_polygons(layer.geometry.to_numpy())
    shapes = shapely.transform(turned, lambda places: np.round(places, 6))
    features = [{"type": "Feature", "properties": row,
                 "geometry": None if shape is None or shape.is_empty else shapely.geometry.mapping(shape)}
                for row, shape in zip(rows, shapes, strict=True)]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False,
                      default=lambda value: value.item()) + "\n"


def study_layers(study: Study) -> dict[str, gpd.GeoDataFrame]:
    """The layers by name (EPSG:4326), their columns in Chinese."""
    evaluation = study.evaluation
    sheets = {"乡镇明细": township_table(evaluation), "村级明细": village_table(evaluation),
              "机构清单": institution_table(evaluation)}
    for number, suggestion in enumerate(study.suggestions, start=1):
        sheets[f"选址{number}"] = suggestion_table(suggestion)
    return layers_of(study, sheets)


def layers_of(study: Study, sheets: Mapping[str, pd.DataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """The same from the workbook's sheets, whole or for everyone to read."""
    townships = sheets["乡镇明细"]
    shapes = study.evaluation.region.areas.geometry.reindex(townships["乡镇代码"])
    layers = {"乡镇": gpd.GeoDataFrame(townships, geometry=shapes.to_numpy(), crs=4326),
              "村（社区）": _points(sheets["村级明细"]), "机构": _points(sheets["机构清单"])}
    for number, suggestion in enumerate(study.suggestions, start=1):
        layers[f"选址{number}_{suggestion.question.name}"] = _points(sheets[f"选址{number}"])
    return layers


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["经度"], table["纬度"]), crs=4326)
