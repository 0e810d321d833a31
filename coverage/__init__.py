"""Map disability services against people, find the gaps, and site what is missing.

    files → intake → region → travel → access → goals ─┐
                                  └────→ siting ────────┴→ study → report → app | cli

Each stage is a folder of that name, takes plain tables and gives plain tables;
coverage/schema.py is the dictionary of their columns.
"""

from importlib import import_module

_PUBLIC = {
    # name → the module that it lives in, loaded on first use so that `--help` stays quick
    "Coverage": "coverage.types",
}
_SUBMODULES = {"types", "errors", "schema", "settings"}

__all__ = sorted(set(_PUBLIC) - {"Coverage"})
__version__ = "0.1.0"


def __getattr__(name: str):
    if name in _SUBMODULES:
        return import_module(f"coverage.{name}")
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'coverage' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
