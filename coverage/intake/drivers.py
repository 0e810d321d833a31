"""Leave GDAL only the vector drivers that we want, before pyogrio loads it.

A .geojson, .gpkg or .shp can be a disguised OGR VRT or GDALG, which reads any local
file or address. GDAL looks at GDAL_SKIP once, when it registers its drivers.
"""

from __future__ import annotations

import os
import sys

from coverage.errors import UnsafeFileError

ALLOWED = frozenset({"ESRI Shapefile", "FlatGeobuf", "GPKG", "GeoJSON", "KML", "MEM"})  # MEM opens nothing by content

_SKIPPED = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO", "EEDA",
    "ESRIJSON", "Elasticsearch", "GDALG", "GML", "GPSBabel", "GPX", "GTFS", "GeoJSONSeq", "GeoRSS", "HTTP",
    "Idrisi", "JML", "JSONFG", "LIBKML", "LVBAG", "MBTiles", "MVT", "MapInfo File", "MapML", "MiraMonVector", "NGW",
    "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OSM", "OpenFileGDB", "PCIDSK", "PDF", "PDS4",
    "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite", "SXF", "Selafin", "TopoJSON", "VDV", "VFK", "VICAR", "VRT",
    "WAsP", "WFS", "XLSX",
)  # fmt: skip

SETTINGS = {
    "GDAL_SKIP": ",".join(_SKIPPED),
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",  # no reading over the network
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "64",  # MB, of one feature
}


def narrow_drivers() -> None:
    """Set the allow-list. Must run before pyogrio is first imported; later it changes nothing."""
    if "pyogrio" not in sys.modules:
        os.environ.update(SETTINGS)


def load_pyogrio():
    """pyogrio, once it is certain that only allowed drivers are there. Raises UnsafeFileError otherwise."""
    narrow_drivers()
    import pyogrio

    more = set(pyogrio.list_drivers()) - ALLOWED
    if more:
        raise UnsafeFileError(
            f"读图组件里有不允许的格式：{'、'.join(sorted(more)[:5])}", todo="先导入本程序，再导入其他地图组件"
        )
    return pyogrio


narrow_drivers()
