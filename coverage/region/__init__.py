"""Join checked tables into one region: areas, demand (people) and supply (institutions)."""

from coverage.region.areas import schematic_areas
from coverage.region.build import build_region, township_at
from coverage.region.region import Region
from coverage.region.supply import (
    ALL_DISABLED,
    ALL_RESIDENTS,
    GROUPS,
    SERVICE_TARGET,
    open_sites,
    service_types,
    weigh,
)

__all__ = [
    "ALL_DISABLED",
    "ALL_RESIDENTS",
    "GROUPS",
    "SERVICE_TARGET",
    "Region",
    "build_region",
    "open_sites",
    "schematic_areas",
    "service_types",
    "township_at",
    "weigh",
]
