"""Turn travel times into coverage: who is reached, within which band, by unit.

    times (demand_id, site_id, travel_min) ─→ nearest ─→ bands
                                     │           └─────→ coverage_by_unit ← demand, people, access state
                                     └→ allocate ← capacity
"""

from coverage.access.allocate import Allocation, allocate
from coverage.access.bands import ACCESS_STATES, NOT_CONNECTED, bands
from coverage.access.by_unit import coverage_by_unit
from coverage.access.nearest import nearest

__all__ = [
    "ACCESS_STATES",
    "NOT_CONNECTED",
    "ROAD_GAP",
    "Allocation",
    "allocate",
    "bands",
    "coverage_by_unit",
    "nearest",
]
