"""Map disability services against people, find the gaps, and site what is missing.

    files → intake → region → travel → access → goals ─┐
                                  └────→ siting ────────┴→ study → report → app | cli

Each stage is a folder of that name, takes plain tables and gives plain tables;
coverage/schema.py is the dictionary of their columns.
"""

from importlib import import_module

_PUBLIC = {
    # name → the module that it lives in, loaded on first use so that `--help` stays quick
    "CoverageError": "coverage.errors",
    "build_network": "coverage.travel",
    "build_region": "coverage.region",
    "evaluate": "coverage.study",
    "judge_plan": "coverage.study",
    "load_base": "coverage.study",
    "load_plans": "coverage.study",
    "load_scenario": "coverage.study",
    "lscp": "coverage.siting",
    "mclp": "coverage.siting",
    "read_project": "coverage.intake",
    "read_roads": "coverage.intake",
    "run": "coverage.study",
    "suggest": "coverage.study",
    "travel_times": "coverage.travel",
    "unit_cover": "coverage.siting",
    "write_folder": "coverage.report",
}
_SUBMODULES = {"types", "errors", "schema", "settings"}

__all__ = sorted(_PUBLIC)
__version__ = "0.1.0"


def __getattr__(name: str):
    if name in _SUBMODULES:
        return import_module(f"coverage.{name}")
    if name == "Coverage":  # asked for by numba: see coverage/types.py
        return import_module("coverage.types").Coverage
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'coverage' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
