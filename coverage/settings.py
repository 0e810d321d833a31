"""Hold the limits and defaults of the program as named, frozen values, each with its source."""

from __future__ import annotations

THRESHOLDS_MIN = (15, 30, 45, 60)
"""Bands of travel time, minutes. Source: the project's own choice, editable in a scenario."""

DEFAULT_THRESHOLD_MIN = 30
"""Minutes within which a person counts as reached unless a scenario or plan says otherwise (示意)."""

SEED = 20251231
"""Seed wherever chance is used and the scenario gives none."""

SOLVE_SECONDS = 60.0
"""Time limit of one siting run, seconds, unless the scenario says otherwise."""

MOST_PAIRS = 30_000_000
"""Pairs of demand and site that one travel-time table may hold: about 6 GB at work, estimated at 200 bytes a pair."""
